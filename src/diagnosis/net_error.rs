//! The errors by which browsers name to people, and not to pages, why a request failed.

use super::{Code, Strength};
use Strength::{Likely, Possible, Proved};

/// Chromium's (`net/base/net_error_list.h`) and Gecko's (`xpcom/base/ErrorList.py`), the cause that each names, and how
/// surely. A refusal may be that of an address to which a filter leads the name; who showed a certificate they do not tell.
const KNOWN: &[(&str, Code, Strength)] = &[
    ("ERR_NAME_NOT_RESOLVED", Code::DnsFailure, Proved),
    ("ERR_NAME_RESOLUTION_FAILED", Code::DnsFailure, Proved),
    ("ERR_DNS_TIMED_OUT", Code::DnsFailure, Proved),
    ("ERR_CONNECTION_REFUSED", Code::PortRefused, Likely),
    ("ERR_CONNECTION_TIMED_OUT", Code::PortBlackholed, Proved),
    ("ERR_CERT_AUTHORITY_INVALID", Code::CertUntrusted, Possible),
    ("ERR_CERT_DATE_INVALID", Code::CertExpired, Possible),
    (
        "ERR_CERT_COMMON_NAME_INVALID",
        Code::CertNameMismatch,
        Possible,
    ),
    (
        "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
        Code::TlsVersionOrMtls,
        Likely,
    ),
    (
        "ERR_BAD_SSL_CLIENT_AUTH_CERT",
        Code::TlsVersionOrMtls,
        Likely,
    ),
    (
        "ERR_SSL_CLIENT_AUTH_CERT_NEEDED",
        Code::TlsVersionOrMtls,
        Likely,
    ),
    // Whatever a proxy answers to CONNECT but 200 and 407.
    (
        "ERR_TUNNEL_CONNECTION_FAILED",
        Code::ProxyConnectPortDenied,
        Likely,
    ),
    ("ERR_PROXY_AUTH_REQUESTED", Code::ProxyAuth407, Proved),
    ("ERR_PROXY_AUTH_UNSUPPORTED", Code::ProxyAuth407, Proved),
    ("ERR_UNEXPECTED_PROXY_AUTH", Code::ProxyAuth407, Proved),
    ("ERR_BLOCKED_BY_CLIENT", Code::ExtensionBlock, Proved),
    (
        "ERR_BLOCKED_BY_ADMINISTRATOR",
        Code::ManagedPolicyBlock,
        Proved,
    ),
    ("ERR_BLOCKED_BY_CSP", Code::CspConnectSrc, Proved),
    (
        "ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS",
        Code::LocalNetworkAccessDenied,
        Proved,
    ),
    (
        "ERR_BLOCKED_BY_PRIVATE_NETWORK_ACCESS_CHECKS",
        Code::LocalNetworkAccessDenied,
        Proved,
    ),
    ("ERR_UNSAFE_PORT", Code::BrowserBlockedPort, Proved),
    ("ERR_INTERNET_DISCONNECTED", Code::BrowserOffline, Proved),
    ("ERR_NETWORK_IO_SUSPENDED", Code::DeviceSuspend, Proved),
    (
        "ERR_INCOMPLETE_CHUNKED_ENCODING",
        Code::TruncatedBody,
        Likely,
    ),
    ("ERR_CONTENT_LENGTH_MISMATCH", Code::TruncatedBody, Likely),
    ("NS_ERROR_UNKNOWN_HOST", Code::DnsFailure, Proved),
    ("NS_ERROR_CONNECTION_REFUSED", Code::PortRefused, Likely),
    ("NS_ERROR_OFFLINE", Code::BrowserOffline, Proved),
    (
        "NS_ERROR_PORT_ACCESS_NOT_ALLOWED",
        Code::BrowserBlockedPort,
        Proved,
    ),
    (
        "NS_ERROR_PROXY_AUTHENTICATION_FAILED",
        Code::ProxyAuth407,
        Proved,
    ),
    (
        "NS_ERROR_PROXY_FORBIDDEN",
        Code::ProxyConnectPortDenied,
        Likely,
    ),
    ("SEC_ERROR_UNKNOWN_ISSUER", Code::CertUntrusted, Possible),
    (
        "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT",
        Code::CertUntrusted,
        Possible,
    ),
    ("SEC_ERROR_EXPIRED_CERTIFICATE", Code::CertExpired, Possible),
    (
        "SSL_ERROR_BAD_CERT_DOMAIN",
        Code::CertNameMismatch,
        Possible,
    ),
];

/// The cause that an error names; `None`: several fit, or it is not known.
pub fn of_net_error(name: &str) -> Option<Code> {
    claim(name).map(|(code, _)| code)
}

/// Whether it speaks of a certificate.
pub(super) const fn is_of_certificate(code: Code) -> bool {
    matches!(
        code,
        Code::CertUntrusted | Code::CertExpired | Code::CertNameMismatch
    )
}

/// The cause, and how surely an error names it.
pub(super) fn claim(name: &str) -> Option<(Code, Strength)> {
    let known = KNOWN.iter().find(|(known, ..)| *known == name)?;
    Some((known.1, known.2))
}

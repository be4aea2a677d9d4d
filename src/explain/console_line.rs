//! Lines that browsers write to the console about connections: the reason that no script can read.

use crate::diagnosis::{Code, of_net_error};
use crate::evidence::EngineFamily;

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleLine<'a> {
    /// The line, unchanged.
    pub text: &'a str,
    /// Whose words they are; `None`: several engines', or nobody's that we know.
    pub engine: Option<EngineFamily>,
    /// The cause that they name; `None`: several fit, or they are not known.
    pub code: Option<Code>,
    /// Chromium's name of the error: `ERR_CONNECTION_REFUSED`.
    pub net_error: Option<&'a str>,
    /// The status of the answer to a handshake.
    pub status: Option<u16>,
}

const CHROMIUM: Option<EngineFamily> = Some(EngineFamily::Chromium);
const FIREFOX: Option<EngineFamily> = Some(EngineFamily::Gecko);
const SAFARI: Option<EngineFamily> = Some(EngineFamily::WebKit);

/// Words, whose they are, and what they mean. Of several that stand in a line the first counts.
const WORDS: &[(&str, Option<EngineFamily>, Option<Code>)] = &[
    // Chromium.
    ("Unexpected response code: ", None, None),
    (
        "'Upgrade' header is missing",
        CHROMIUM,
        Some(Code::FilterRewrites101),
    ),
    (
        "'Upgrade' header value is not 'WebSocket'",
        CHROMIUM,
        Some(Code::FilterRewrites101),
    ),
    (
        "'Connection' header is missing",
        CHROMIUM,
        Some(Code::FilterRewrites101),
    ),
    (
        "'Connection' header value must contain 'Upgrade'",
        CHROMIUM,
        Some(Code::FilterRewrites101),
    ),
    (
        "'Sec-WebSocket-Accept' header",
        CHROMIUM,
        Some(Code::BadAcceptKey),
    ),
    (
        "'Sec-WebSocket-Protocol'",
        CHROMIUM,
        Some(Code::SubprotocolMismatch),
    ),
    (
        "'Sec-WebSocket-Extensions'",
        CHROMIUM,
        Some(Code::ExtensionMismatch),
    ),
    (
        "Establishing a tunnel via proxy server failed",
        CHROMIUM,
        Some(Code::ProxyConnectPortDenied),
    ),
    (
        "HTTP Authentication failed; no valid credentials available",
        CHROMIUM,
        Some(Code::AuthRejected),
    ),
    (
        "WebSocket is closed before the connection is established",
        None,
        Some(Code::PageCode),
    ),
    (
        "Could not decode a text frame as UTF-8",
        CHROMIUM,
        Some(Code::InvalidUtf81007),
    ),
    (
        "A server must not mask any frames",
        CHROMIUM,
        Some(Code::ProtocolError1002),
    ),
    (
        "Invalid frame header",
        CHROMIUM,
        Some(Code::ProtocolError1002),
    ),
    (
        "One or more reserved bits are on",
        CHROMIUM,
        Some(Code::ProtocolError1002),
    ),
    (
        "Received a broken close frame",
        CHROMIUM,
        Some(Code::ProtocolError1002),
    ),
    (
        "Connection closed before receiving a handshake response",
        CHROMIUM,
        None,
    ),
    ("WebSocket opening handshake timed out", CHROMIUM, None),
    ("Mixed Content:", CHROMIUM, Some(Code::MixedContentWs)),
    (
        "Content Security Policy directive",
        None,
        Some(Code::CspConnectSrc),
    ),
    (
        "has been blocked by CORS policy",
        CHROMIUM,
        Some(Code::CorsRejected),
    ),
    (
        "EventSource's response has a MIME type",
        CHROMIUM,
        Some(Code::SseBadResponse),
    ),
    (
        "EventSource's response has a charset",
        CHROMIUM,
        Some(Code::SseBadResponse),
    ),
    (
        "Failed to construct 'WebSocket': The URL",
        CHROMIUM,
        Some(Code::BadUrlSyntax),
    ),
    (
        "Failed to construct 'WebSocket': The subprotocol",
        CHROMIUM,
        Some(Code::BadUrlSyntax),
    ),
    // Firefox.
    (
        "Content-Security-Policy: The page",
        FIREFOX,
        Some(Code::CspConnectSrc),
    ),
    (
        "Cross-Origin Request Blocked:",
        FIREFOX,
        Some(Code::CorsRejected),
    ),
    (
        "Blocked loading mixed active content",
        FIREFOX,
        Some(Code::MixedContentWs),
    ),
    (
        "can\u{2019}t establish a connection to the server at",
        FIREFOX,
        None,
    ),
    ("was interrupted while the page was loading", FIREFOX, None),
    // Safari.
    (
        "does not appear in the connect-src directive",
        SAFARI,
        Some(Code::CspConnectSrc),
    ),
    (
        "is not allowed by Access-Control-Allow-Origin",
        SAFARI,
        Some(Code::CorsRejected),
    ),
    (
        "was not allowed to run insecure content",
        SAFARI,
        Some(Code::MixedContentWs),
    ),
    (
        "A server with the specified hostname could not be found",
        SAFARI,
        Some(Code::DnsFailure),
    ),
    (
        "Could not connect to the server",
        SAFARI,
        Some(Code::PortRefused),
    ),
    (
        "The Internet connection appears to be offline",
        SAFARI,
        Some(Code::BrowserOffline),
    ),
    (
        "The certificate for this server is invalid",
        SAFARI,
        Some(Code::CertUntrusted),
    ),
    ("The network connection was lost", SAFARI, None),
    ("The request timed out", SAFARI, None),
];

/// What a handshake's answer of that status means; `None`: it may mean several things.
const fn of_status(status: u16) -> Option<Code> {
    match status {
        301..=303 | 307 | 308 => Some(Code::WsRedirect),
        401 => Some(Code::AuthRejected),
        404 | 405 | 410 => Some(Code::WsPath404),
        407 => Some(Code::ProxyAuth407),
        426 => Some(Code::WsVersionOrNotWs),
        429 => Some(Code::RateOrConnectionLimit),
        502 | 504 => Some(Code::UpstreamDown),
        _ => None,
    }
}

/// What a line of the console says. The line may be anything, and as long as anybody pastes.
pub fn console_line(text: &str) -> ConsoleLine<'_> {
    let found = WORDS.iter().find(|(words, ..)| text.contains(words));
    let (engine, code) = found.map_or((None, None), |(_, engine, code)| (*engine, *code));
    let status = text
        .split_once("Unexpected response code: ")
        .and_then(|(_, rest)| rest.get(..3)?.parse().ok());
    let net_error = net_error(text);
    let by_error = net_error.and_then(of_net_error);
    ConsoleLine {
        text,
        engine: engine.or_else(|| net_error.and(CHROMIUM)),
        code: by_error.or(code).or_else(|| status.and_then(of_status)),
        net_error,
        status,
    }
}

/// The first name of an error in a text.
fn net_error(text: &str) -> Option<&str> {
    let rest = text.get(text.find("ERR_")?..)?;
    let name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let end = rest.find(|c| !name(c)).unwrap_or(rest.len());
    rest.get(..end).filter(|name| name.len() > "ERR_".len())
}

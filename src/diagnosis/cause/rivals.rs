//! What looks alike, and what would tell it apart.

use super::fault::Fault;
use crate::diagnosis::{Code, Rival, Strength};

/// Of a cause: others that look the same to this run, the nearest first, with what separates them. `outside-in`: the server's
/// own try through its public address; `port-443`, `other-port`, `other-name`: the same check there; `other-network`: on a
/// telephone, say; `other-browser`, `private-window`; `net-log`: the browser's own log; `open-address`: the address opened in
/// the browser; `thorough`, `watch`: what takes longer.
const ALIKE: &[(Code, &[(Code, &str)])] = &[
    (
        Code::ExtensionBlock,
        &[
            (Code::ManagedPolicyBlock, "private-window"),
            (Code::ProxyPolicyWebsocket, "other-network"),
            (Code::LocalNetworkAccessDenied, "net-log"),
        ],
    ),
    (
        Code::CaptivePortal,
        &[
            (Code::UpstreamDown, "open-address"),
            (Code::WafBlocksHandshake, "open-address"),
        ],
    ),
    (
        Code::DnsFailure,
        &[(Code::PortRefused, "net-log"), (Code::DpiReset, "net-log")],
    ),
    (
        Code::PortRefused,
        &[
            (Code::DnsFailure, "net-log"),
            (Code::ProxyConnectPortDenied, "net-log"),
        ],
    ),
    (
        Code::PortBlackholed,
        &[
            (Code::DnsFailure, "net-log"),
            (Code::ProxyConnectPortDenied, "net-log"),
        ],
    ),
    (Code::DpiReset, &[(Code::TlsVersionOrMtls, "net-log")]),
    (
        Code::MtuBlackhole,
        &[
            (Code::UploadBlocked, "thorough"),
            (Code::MessageTooBig1009, "thorough"),
        ],
    ),
    (
        Code::CertUntrusted,
        &[
            (Code::CertNameMismatch, "open-address"),
            (Code::CertExpired, "open-address"),
            (Code::InspectionCaUntrusted, "other-network"),
        ],
    ),
    (
        Code::TlsVersionOrMtls,
        &[
            (Code::InspectionCaUntrusted, "other-network"),
            (Code::CertUntrusted, "net-log"),
        ],
    ),
    (
        Code::InspectionCaUntrusted,
        &[(Code::CertUntrusted, "other-network")],
    ),
    (
        Code::RpNoUpgrade,
        &[
            (Code::TlsInspectionStripsUpgrade, "outside-in"),
            (Code::ProxyPolicyWebsocket, "outside-in"),
        ],
    ),
    (
        Code::RpConnectionOnly,
        &[(Code::ProxyPolicyWebsocket, "outside-in")],
    ),
    (
        Code::TlsInspectionStripsUpgrade,
        &[(Code::RpNoUpgrade, "outside-in")],
    ),
    (
        Code::ProxyPolicyWebsocket,
        &[
            (Code::RpNoUpgrade, "outside-in"),
            (Code::WafKillsAfter101, "outside-in"),
        ],
    ),
    (
        Code::ProxyConnectPortDenied,
        &[
            (Code::ProxyAuth407, "port-443"),
            (Code::ProxyPolicyWebsocket, "port-443"),
        ],
    ),
    (
        Code::OriginRejected,
        &[(Code::WafBlocksHandshake, "open-address")],
    ),
    (
        Code::WafBlocksHandshake,
        &[
            (Code::OriginRejected, "outside-in"),
            (Code::ProxyPolicyWebsocket, "other-network"),
        ],
    ),
    (
        Code::WafKillsAfter101,
        &[(Code::ProxyPolicyWebsocket, "outside-in")],
    ),
    (
        Code::WsPath404,
        &[(Code::ProxyPolicyWebsocket, "outside-in")],
    ),
    (Code::WsRedirect, &[(Code::CaptivePortal, "open-address")]),
    (Code::AuthRejected, &[(Code::ProxyAuth407, "other-network")]),
    (
        Code::UpstreamDown,
        &[(Code::RateOrConnectionLimit, "outside-in")],
    ),
    (
        Code::RateOrConnectionLimit,
        &[(Code::UpstreamDown, "outside-in")],
    ),
    (Code::FilterRewrites101, &[(Code::BadAcceptKey, "net-log")]),
    (
        Code::SseHeldUntilClose,
        &[
            (Code::SseBlockBuffer, "thorough"),
            (Code::CompressionBuffer, "thorough"),
            (Code::AvWebshield, "other-network"),
        ],
    ),
    (Code::SseBlockBuffer, &[(Code::SseTimerBuffer, "thorough")]),
    (
        Code::SseTimerBuffer,
        &[
            (Code::SseBlockBuffer, "thorough"),
            (Code::AvWebshield, "other-network"),
        ],
    ),
    (Code::SseOneBehind, &[(Code::AvWebshield, "other-network")]),
    (Code::IdleTimeout, &[(Code::MaxLifetime, "watch")]),
    (Code::MaxLifetime, &[(Code::IdleTimeout, "thorough")]),
    (Code::NatStateLoss, &[(Code::IdleTimeout, "thorough")]),
    (
        Code::LongpollGatewayTimeout,
        &[(Code::IdleTimeout, "thorough")],
    ),
    (Code::ServerRestart101x, &[(Code::NoStickySession, "watch")]),
    (
        Code::AbruptClose,
        &[
            (Code::ServerRestart101x, "watch"),
            (Code::NatStateLoss, "other-network"),
        ],
    ),
    (
        Code::MessageTooBig1009,
        &[
            (Code::MtuBlackhole, "other-network"),
            (Code::UploadBlocked, "other-network"),
        ],
    ),
];

/// Adds those that were `claimed` as well, and those that always look like `code` and break what breaks there.
pub(super) fn among(
    (code, strength): (Code, Strength),
    claimed: impl Iterator<Item = Code>,
    fault: &Fault<'_>,
    rivals: &mut Vec<Rival>,
) {
    let alike = ALIKE.iter().find(|(one, _)| *one == code);
    let alike = alike.map_or(&[][..], |(_, alike)| alike);
    let separates = |rival: Code| {
        let known = alike.iter().find(|(one, _)| *one == rival);
        known.map_or("net-log", |(_, by)| *by)
    };
    let all = claimed.chain(alike.iter().map(|(one, _)| *one));
    for rival in all {
        let by = separates(rival);
        let there = rival.places().iter().any(|place| fault.may_be_at(*place));
        // Where the claim is weak the server's own try may have gone another way than visitors do.
        let tried = strength > Strength::Possible && fault.passes_outside().is_some();
        let separated = by == "outside-in" && tried;
        if there && !separated && rival != code && !rivals.iter().any(|one| one.code == rival) {
            rivals.push(Rival {
                code: rival,
                separated_by: by.to_owned(),
            });
        }
    }
}

//! The stable names of causes.
//!
//! Some have no rule of their own. They stand here as rivals, for logs and lines of consoles, and because a name once given is
//! kept:
//!
//! - told by the browser to people only, so that a log or a line of the console names them: `managed-policy-block`,
//!   `local-network-access-denied`, `proxy-auth-407`, `bad-accept-key`, `truncated-body`;
//! - what the page's own client saw would be needed: `ws-socket-limit`;
//! - a delay that others explain as well: `queued-in-browser` and `self-throttled` (a first packet that was lost), `dns-slow`,
//!   `loss-bufferbloat`, `ipv6-broken`, `udp-quic-blocked`;
//! - what the server does not tell of its visitors: `ip-mismatch`;
//! - who does it, where what is done is named: `av-webshield` and `compression-buffer` (a stream that is held),
//!   `transparent-proxy-80` and `cdn-or-feature-off` (a lost `Upgrade`), `service-worker-interference`, `h2-no-extended-connect`,
//!   `sse-bad-response`, `stream-cut-by-gateway`;
//! - told by figures: `upload-buffered`, `delivery-hidden`, `out-of-order` (`bursts`, `uploads`).

use super::Place;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal at $($place:ident)+,)*) => {
        /// A stable name of a cause, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as it stands in a report.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Where it breaks what it breaks.
            pub const fn places(self) -> &'static [Place] {
                match self {
                    $(Self::$name => &[$(Place::$place,)+],)*
                }
            }
        }
    };
}

codes! {
    // The page and its browser.
    /// The browser lacks the API.
    MethodNotSupported = "method-not-supported" at Page,
    /// The widget itself failed.
    OwnFailure = "own-failure" at Page,
    /// The page's own code fails where the same endpoint passes.
    PageCode = "page-code" at Page,
    /// It waited in the browser before it left: others of the page's requests took all places.
    QueuedInBrowser = "queued-in-browser" at Page,
    /// The URL or a subprotocol is not one (WebSockets § 3.1: `SyntaxError`).
    BadUrlSyntax = "bad-url-syntax" at Page,
    /// A port that browsers connect to for nobody (Fetch § 2.9).
    BrowserBlockedPort = "browser-blocked-port" at Page WayOut AnsweredFor,
    /// A plain address on a page that came over TLS.
    MixedContentWs = "mixed-content-ws" at Page,
    /// The page's policy does not name the address (CSP § 6.1.4).
    CspConnectSrc = "csp-connect-src" at Page,
    /// An extension of the browser keeps it back.
    ExtensionBlock = "extension-block" at Page WayOut,
    /// A rule of whoever manages the browser keeps it back.
    ManagedPolicyBlock = "managed-policy-block" at Page WayOut,
    /// The browser lets a public page reach no private address.
    LocalNetworkAccessDenied = "local-network-access-denied" at Page WayOut,
    /// A service worker answers for the server.
    ServiceWorkerInterference = "service-worker-interference" at Page AnsweredFor,
    /// The browser has no network.
    BrowserOffline = "browser-offline" at Page,
    /// The browser delays WebSockets after failures (RFC 6455 § 7.2.3).
    SelfThrottled = "self-throttled" at Page,
    /// All six connections to one HTTP/1.1 host are taken.
    Http1SixConnectionLimit = "http1-six-connection-limit" at Page,
    /// The browser holds as many WebSockets as it may.
    WsSocketLimit = "ws-socket-limit" at Page,
    /// A hidden page's timers are slowed.
    BackgroundThrottle = "background-throttle" at Page,
    /// The device slept.
    DeviceSuspend = "device-suspend" at Page Cut,
    /// The page's thread was busy.
    SlowMainThread = "slow-main-thread" at Page,
    // Names.
    /// The name has no address here.
    DnsFailure = "dns-failure" at WayOut,
    /// The name's address was long in coming.
    DnsSlow = "dns-slow" at Nowhere,
    /// A portal answers until somebody has signed in.
    CaptivePortal = "captive-portal" at AnsweredFor,
    // Packets.
    /// Somebody refuses connections to that port.
    PortRefused = "port-refused" at WayOut,
    /// What goes to that port vanishes.
    PortBlackholed = "port-blackholed" at WayOut,
    /// Connections are reset for what is read on them.
    DpiReset = "dpi-reset" at WayOut Secure Cut,
    /// IPv6 leads nowhere.
    Ipv6Broken = "ipv6-broken" at WayOut Nowhere,
    /// UDP leads nowhere.
    UdpQuicBlocked = "udp-quic-blocked" at WayOut,
    /// Packets above a size vanish.
    MtuBlackhole = "mtu-blackhole" at FramesOut FramesBack Secure Held,
    /// Packets are lost, or queue for long.
    LossBufferbloat = "loss-bufferbloat" at Nowhere Held Cut,
    /// Requests of one page come from several addresses.
    IpMismatch = "ip-mismatch" at Nowhere,
    /// The handshake took far longer than round trips explain.
    SlowOpen = "slow-open" at Nowhere,
    // TLS.
    /// The browser does not trust the certificate's issuer.
    CertUntrusted = "cert-untrusted" at Secure WayOut,
    /// The certificate is out of date.
    CertExpired = "cert-expired" at Secure WayOut,
    /// The certificate names another host.
    CertNameMismatch = "cert-name-mismatch" at Secure WayOut,
    /// TLS spoken to a plain port, or plain HTTP to one of TLS.
    SchemePortMismatch = "scheme-port-mismatch" at Secure,
    /// No common version or cipher, or a client certificate is missing.
    TlsVersionOrMtls = "tls-version-or-mtls" at Secure,
    /// Somebody on the way opens TLS. By itself no fault.
    TlsInspectionPresent = "tls-inspection-present" at Nowhere,
    /// Whoever opens TLS drops the upgrade.
    TlsInspectionStripsUpgrade = "tls-inspection-strips-upgrade" at RequestAltered,
    /// Whoever opens TLS shows a certificate that the browser does not trust.
    InspectionCaUntrusted = "inspection-ca-untrusted" at Secure WayOut,
    // Forward proxies and filters.
    /// A proxy makes no tunnel to that port (RFC 9110 § 9.3.6).
    ProxyConnectPortDenied = "proxy-connect-port-denied" at WayOut,
    /// A proxy wants a password for tunnels (RFC 9110 § 15.5.8).
    ProxyAuth407 = "proxy-auth-407" at WayOut AnsweredFor,
    /// A proxy lets no WebSocket pass.
    ProxyPolicyWebsocket = "proxy-policy-websocket" at WayOut AnsweredFor RequestAltered AnswerAltered Cut Page,
    /// A proxy that nobody configured stands on the way of plain HTTP.
    TransparentProxy80 = "transparent-proxy-80" at RequestAltered AnsweredFor,
    /// The 101 is changed on its way.
    FilterRewrites101 = "filter-rewrites-101" at AnswerAltered,
    /// What the page sends on an open WebSocket is kept.
    FilterHoldsUpstream = "filter-holds-upstream" at FramesOut,
    /// What the server sends on an open WebSocket is kept.
    FilterHoldsDownstream = "filter-holds-downstream" at FramesBack,
    /// Messages are changed on their way.
    FrameTamper = "frame-tamper" at FramesOut FramesBack,
    /// Somebody speaks HTTP/1.0 to the server.
    Http10Downgrade = "http10-downgrade" at RequestAltered,
    // The site's own proxies and server.
    /// The site's own proxy does not pass `Upgrade` on.
    RpNoUpgrade = "rp-no-upgrade" at RequestAltered,
    /// The site's own proxy passes `Upgrade` on, and not `Connection`.
    RpConnectionOnly = "rp-connection-only" at RequestAltered,
    /// Over HTTP/2 there is no extended CONNECT (RFC 8441).
    H2NoExtendedConnect = "h2-no-extended-connect" at WayOut AnsweredFor,
    /// Nobody serves that path.
    WsPath404 = "ws-path-404" at AnsweredFor Server,
    /// The handshake is redirected, which no browser follows.
    WsRedirect = "ws-redirect" at AnsweredFor Server,
    /// Pages of this origin are refused.
    OriginRejected = "origin-rejected" at AnsweredFor Server,
    /// A password or cookie is missing.
    AuthRejected = "auth-rejected" at AnsweredFor Server,
    /// The answer does not say that this page may read it (Fetch § 3.2).
    CorsRejected = "cors-rejected" at AnswerAltered,
    /// A firewall for applications refuses handshakes.
    WafBlocksHandshake = "waf-blocks-handshake" at AnsweredFor,
    /// A firewall for applications ends WebSockets after their 101.
    WafKillsAfter101 = "waf-kills-after-101" at Cut,
    /// The proxy does not reach what stands behind it.
    UpstreamDown = "upstream-down" at AnsweredFor Cut,
    /// The server speaks another version, or no WebSocket there.
    WsVersionOrNotWs = "ws-version-or-not-ws" at Server AnsweredFor,
    /// The `Sec-WebSocket-Accept` is wrong.
    BadAcceptKey = "bad-accept-key" at AnswerAltered AnsweredFor,
    /// The subprotocol is lost or refused.
    SubprotocolMismatch = "subprotocol-mismatch" at Server RequestAltered AnswerAltered,
    /// One side compresses and the other was not told.
    ExtensionMismatch = "extension-mismatch" at AnswerAltered FramesBack,
    /// WebSockets are switched off at whoever serves the site.
    CdnOrFeatureOff = "cdn-or-feature-off" at RequestAltered AnsweredFor,
    /// Requests of one session reach several servers.
    NoStickySession = "no-sticky-session" at Nowhere Server Cut,
    /// Too many requests or connections.
    RateOrConnectionLimit = "rate-or-connection-limit" at AnsweredFor Server,
    // Open connections.
    /// Compressed messages break.
    DeflateBroken = "deflate-broken" at FramesOut FramesBack,
    /// Somebody breaks the protocol.
    ProtocolError1002 = "protocol-error-1002" at FramesOut FramesBack Cut,
    /// Text that is not UTF-8.
    InvalidUtf81007 = "invalid-utf8-1007" at FramesOut FramesBack Cut,
    /// A message was larger than somebody takes.
    MessageTooBig1009 = "message-too-big-1009" at FramesOut FramesBack Cut,
    /// Closed for a policy.
    Policy1008 = "policy-1008" at Server Cut,
    /// The server restarts.
    ServerRestart101x = "server-restart-101x" at Cut,
    /// The application closed it.
    AppClose4xxx = "app-close-4xxx" at Server Cut,
    /// It ended without a close frame.
    AbruptClose = "abrupt-close" at Cut,
    /// A close code or reason was changed on its way.
    CloseCodeAltered = "close-code-altered" at Close,
    /// The close handshake is lost on its way.
    CloseHandshakeLost = "close-handshake-lost" at Close FramesBack,
    // Their lives.
    /// Connections that say nothing for some time are ended.
    IdleTimeout = "idle-timeout" at Cut,
    /// Connections are ended at an age.
    MaxLifetime = "max-lifetime" at Cut,
    /// Connections that say nothing for some time are forgotten, and nobody is told.
    NatStateLoss = "nat-state-loss" at Cut,
    // Streams, polls and uploads.
    /// A stream is kept until it ends.
    SseHeldUntilClose = "sse-held-until-close" at Held,
    /// A stream comes in blocks.
    SseBlockBuffer = "sse-block-buffer" at Held,
    /// A stream comes in beats.
    SseTimerBuffer = "sse-timer-buffer" at Held,
    /// Each message of a stream waits for the next.
    SseOneBehind = "sse-one-behind" at Held,
    /// Whoever compresses a stream keeps it.
    CompressionBuffer = "compression-buffer" at Held,
    /// A virus scanner reads streams before it lets them pass.
    AvWebshield = "av-webshield" at Held,
    /// A stream's answer is none (HTML § 9.2.2: status or type).
    SseBadResponse = "sse-bad-response" at AnswerAltered Server AnsweredFor,
    /// `Last-Event-ID` is lost on its way.
    LastEventIdLost = "last-event-id-lost" at RequestAltered,
    /// A gateway ends streams.
    StreamCutByGateway = "stream-cut-by-gateway" at Cut,
    /// A gateway waits for a long poll for less than it is held.
    LongpollGatewayTimeout = "longpoll-gateway-timeout" at Cut,
    /// Polls are answered from a cache.
    PollCached = "poll-cached" at AnsweredFor,
    /// An answer ends before its end.
    TruncatedBody = "truncated-body" at Cut AnswerAltered,
    /// Large messages or bodies are not let through.
    UploadBlocked = "upload-blocked" at FramesOut,
    /// Bodies are kept until they are whole.
    UploadBuffered = "upload-buffered" at Held,
    /// The server cannot know what has arrived.
    DeliveryHidden = "delivery-hidden" at Held,
    /// Messages wait with somebody on the way who has acknowledged them.
    QueueHidden = "queue-hidden" at Held,
    /// A reader that does not read does not stop the server's writing.
    FlowControlHidden = "flow-control-hidden" at Held,
    /// What was sent in order is taken up in another.
    OutOfOrder = "out-of-order" at Nowhere,
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        let known = Self::ALL.iter().find(|code| code.as_str() == text);
        known
            .copied()
            .ok_or_else(|| de::Error::custom("no code of a cause"))
    }
}

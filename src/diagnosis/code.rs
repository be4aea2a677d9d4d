//! The stable names of causes.
//!
//! Some have no rule: nothing that a browser and our server see tells them apart from others. They stand here as rivals, and
//! because a name once given is kept.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
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
        }
    };
}

codes! {
    // The page and its browser.
    /// The browser lacks the API.
    MethodNotSupported = "method-not-supported",
    /// The widget itself failed.
    OwnFailure = "own-failure",
    /// The page's own code fails where the same endpoint passes.
    PageCode = "page-code",
    /// It waited in the browser before it left: others of the page's requests took all places.
    QueuedInBrowser = "queued-in-browser",
    /// The URL or a subprotocol is not one (WebSockets § 3.1: `SyntaxError`).
    BadUrlSyntax = "bad-url-syntax",
    /// A port that browsers connect to for nobody (Fetch § 2.9).
    BrowserBlockedPort = "browser-blocked-port",
    /// A plain address on a page that came over TLS.
    MixedContentWs = "mixed-content-ws",
    /// The page's policy does not name the address (CSP § 6.1.4).
    CspConnectSrc = "csp-connect-src",
    /// An extension of the browser keeps it back.
    ExtensionBlock = "extension-block",
    /// A rule of whoever manages the browser keeps it back.
    ManagedPolicyBlock = "managed-policy-block",
    /// The browser lets a public page reach no private address.
    LocalNetworkAccessDenied = "local-network-access-denied",
    /// A service worker answers for the server.
    ServiceWorkerInterference = "service-worker-interference",
    /// The browser has no network.
    BrowserOffline = "browser-offline",
    /// The browser delays WebSockets after failures (RFC 6455 § 7.2.3).
    SelfThrottled = "self-throttled",
    /// All six connections to one HTTP/1.1 host are taken.
    Http1SixConnectionLimit = "http1-six-connection-limit",
    /// The browser holds as many WebSockets as it may.
    WsSocketLimit = "ws-socket-limit",
    /// A hidden page's timers are slowed.
    BackgroundThrottle = "background-throttle",
    /// The device slept.
    DeviceSuspend = "device-suspend",
    /// The page's thread was busy.
    SlowMainThread = "slow-main-thread",
    // Names.
    /// The name has no address here.
    DnsFailure = "dns-failure",
    /// The name's address was long in coming.
    DnsSlow = "dns-slow",
    /// A portal answers until somebody has signed in.
    CaptivePortal = "captive-portal",
    // Packets.
    /// Somebody refuses connections to that port.
    PortRefused = "port-refused",
    /// What goes to that port vanishes.
    PortBlackholed = "port-blackholed",
    /// Connections are reset for what is read on them.
    DpiReset = "dpi-reset",
    /// IPv6 leads nowhere.
    Ipv6Broken = "ipv6-broken",
    /// UDP leads nowhere.
    UdpQuicBlocked = "udp-quic-blocked",
    /// Packets above a size vanish.
    MtuBlackhole = "mtu-blackhole",
    /// Packets are lost, or queue for long.
    LossBufferbloat = "loss-bufferbloat",
    /// Requests of one page come from several addresses.
    IpMismatch = "ip-mismatch",
    /// The handshake took far longer than round trips explain.
    SlowOpen = "slow-open",
    // TLS.
    /// The browser does not trust the certificate's issuer.
    CertUntrusted = "cert-untrusted",
    /// The certificate is out of date.
    CertExpired = "cert-expired",
    /// The certificate names another host.
    CertNameMismatch = "cert-name-mismatch",
    /// TLS spoken to a plain port, or plain HTTP to one of TLS.
    SchemePortMismatch = "scheme-port-mismatch",
    /// No common version or cipher, or a client certificate is missing.
    TlsVersionOrMtls = "tls-version-or-mtls",
    /// Somebody on the way opens TLS. By itself no fault.
    TlsInspectionPresent = "tls-inspection-present",
    /// Whoever opens TLS drops the upgrade.
    TlsInspectionStripsUpgrade = "tls-inspection-strips-upgrade",
    /// Whoever opens TLS shows a certificate that the browser does not trust.
    InspectionCaUntrusted = "inspection-ca-untrusted",
    // Forward proxies and filters.
    /// A proxy makes no tunnel to that port (RFC 9110 § 9.3.6).
    ProxyConnectPortDenied = "proxy-connect-port-denied",
    /// A proxy wants a password for tunnels (RFC 9110 § 15.5.8).
    ProxyAuth407 = "proxy-auth-407",
    /// A proxy lets no WebSocket pass.
    ProxyPolicyWebsocket = "proxy-policy-websocket",
    /// A proxy that nobody configured stands on the way of plain HTTP.
    TransparentProxy80 = "transparent-proxy-80",
    /// The 101 is changed on its way.
    FilterRewrites101 = "filter-rewrites-101",
    /// What the page sends on an open WebSocket is kept.
    FilterHoldsUpstream = "filter-holds-upstream",
    /// What the server sends on an open WebSocket is kept.
    FilterHoldsDownstream = "filter-holds-downstream",
    /// Messages are changed on their way.
    FrameTamper = "frame-tamper",
    /// Somebody speaks HTTP/1.0 to the server.
    Http10Downgrade = "http10-downgrade",
    // The site's own proxies and server.
    /// The site's own proxy does not pass `Upgrade` on.
    RpNoUpgrade = "rp-no-upgrade",
    /// The site's own proxy passes `Upgrade` on, and not `Connection`.
    RpConnectionOnly = "rp-connection-only",
    /// Over HTTP/2 there is no extended CONNECT (RFC 8441).
    H2NoExtendedConnect = "h2-no-extended-connect",
    /// Nobody serves that path.
    WsPath404 = "ws-path-404",
    /// The handshake is redirected, which no browser follows.
    WsRedirect = "ws-redirect",
    /// Pages of this origin are refused.
    OriginRejected = "origin-rejected",
    /// A password or cookie is missing.
    AuthRejected = "auth-rejected",
    /// The answer does not say that this page may read it (Fetch § 3.2).
    CorsRejected = "cors-rejected",
    /// A firewall for applications refuses handshakes.
    WafBlocksHandshake = "waf-blocks-handshake",
    /// A firewall for applications ends WebSockets after their 101.
    WafKillsAfter101 = "waf-kills-after-101",
    /// The proxy does not reach what stands behind it.
    UpstreamDown = "upstream-down",
    /// The server speaks another version, or no WebSocket there.
    WsVersionOrNotWs = "ws-version-or-not-ws",
    /// The `Sec-WebSocket-Accept` is wrong.
    BadAcceptKey = "bad-accept-key",
    /// The subprotocol is lost or refused.
    SubprotocolMismatch = "subprotocol-mismatch",
    /// One side compresses and the other was not told.
    ExtensionMismatch = "extension-mismatch",
    /// WebSockets are switched off at whoever serves the site.
    CdnOrFeatureOff = "cdn-or-feature-off",
    /// Requests of one session reach several servers.
    NoStickySession = "no-sticky-session",
    /// Too many requests or connections.
    RateOrConnectionLimit = "rate-or-connection-limit",
    // Open connections.
    /// Compressed messages break.
    DeflateBroken = "deflate-broken",
    /// Somebody breaks the protocol.
    ProtocolError1002 = "protocol-error-1002",
    /// Text that is not UTF-8.
    InvalidUtf81007 = "invalid-utf8-1007",
    /// A message was larger than somebody takes.
    MessageTooBig1009 = "message-too-big-1009",
    /// Closed for a policy.
    Policy1008 = "policy-1008",
    /// The server restarts.
    ServerRestart101x = "server-restart-101x",
    /// The application closed it.
    AppClose4xxx = "app-close-4xxx",
    /// It ended without a close frame.
    AbruptClose = "abrupt-close",
    /// A close code or reason was changed on its way.
    CloseCodeAltered = "close-code-altered",
    /// The close handshake is lost on its way.
    CloseHandshakeLost = "close-handshake-lost",
    // Their lives.
    /// Connections that say nothing for some time are ended.
    IdleTimeout = "idle-timeout",
    /// Connections are ended at an age.
    MaxLifetime = "max-lifetime",
    /// Connections that say nothing for some time are forgotten, and nobody is told.
    NatStateLoss = "nat-state-loss",
    // Streams, polls and uploads.
    /// A stream is kept until it ends.
    SseHeldUntilClose = "sse-held-until-close",
    /// A stream comes in blocks.
    SseBlockBuffer = "sse-block-buffer",
    /// A stream comes in beats.
    SseTimerBuffer = "sse-timer-buffer",
    /// Each message of a stream waits for the next.
    SseOneBehind = "sse-one-behind",
    /// Whoever compresses a stream keeps it.
    CompressionBuffer = "compression-buffer",
    /// A virus scanner reads streams before it lets them pass.
    AvWebshield = "av-webshield",
    /// A stream's answer is none (HTML § 9.2.2: status or type).
    SseBadResponse = "sse-bad-response",
    /// `Last-Event-ID` is lost on its way.
    LastEventIdLost = "last-event-id-lost",
    /// A gateway ends streams.
    StreamCutByGateway = "stream-cut-by-gateway",
    /// A gateway waits for a long poll for less than it is held.
    LongpollGatewayTimeout = "longpoll-gateway-timeout",
    /// Polls are answered from a cache.
    PollCached = "poll-cached",
    /// An answer ends before its end.
    TruncatedBody = "truncated-body",
    /// Large messages or bodies are not let through.
    UploadBlocked = "upload-blocked",
    /// Bodies are kept until they are whole.
    UploadBuffered = "upload-buffered",
    /// The server cannot know what has arrived.
    DeliveryHidden = "delivery-hidden",
    /// Messages wait with somebody on the way who has acknowledged them.
    QueueHidden = "queue-hidden",
    /// A reader that does not read does not stop the server's writing.
    FlowControlHidden = "flow-control-hidden",
    /// What was sent in order is taken up in another.
    OutOfOrder = "out-of-order",
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

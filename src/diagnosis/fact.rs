//! A fact: a name and a value, of which whoever reads makes a sentence.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The name of a fact, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FactName {
            $($(#[$doc])* $name,)*
        }

        impl FactName {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name as it stands in a report.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

facts! {
    // The page's half.
    /// The constructor or call threw. Value: the error's name.
    Threw = "threw",
    /// The browser has no such API.
    Unsupported = "unsupported",
    /// A policy of the page's forbade it. Value: the directive.
    PolicyBlocked = "policy-blocked",
    /// The browser's own log names the error. Value: its name.
    NetError = "net-error",
    /// The page read an answer's status. Value: the status.
    PageStatus = "page-status",
    /// An answer came that is not our server's. Value: its status.
    ForeignAnswer = "foreign-answer",
    /// It opened. Value: after so many ms.
    Opened = "opened",
    /// It failed and had not opened. Value: after so many ms.
    NeverOpened = "never-opened",
    /// Until we gave up it had neither opened nor failed. Value: after so many ms.
    NoAnswer = "no-answer",
    /// It opened, and not one message came.
    NothingCame = "nothing-came",
    /// Messages came. Value: how many.
    Came = "came",
    /// It was closed with a code. Value: the code.
    PageClosed = "page-closed",
    /// It had opened and ended without a closing handshake. Value: after so many ms.
    BrokeOff = "broke-off",
    // The page's own client.
    /// Attempts of the page's own client failed. Value: how many.
    ClientFailed = "client-failed",
    /// The page ended attempts before they had opened. Value: how many.
    ClientEndedEarly = "client-ended-early",
    /// The page sent before its connection had opened, which throws. Value: how often.
    ClientSentEarly = "client-sent-early",
    /// The page sent after its connection had closed, which does nothing. Value: how often.
    ClientSentLate = "client-sent-late",
    /// Exceptions left the page's handlers. Value: the name of the last.
    ClientHandlerThrew = "client-handler-threw",
    /// Its connection ended while the page listened to neither `error` nor `close`. Value: how often.
    ClientUnheard = "client-unheard",
    /// The page closed an event stream that had broken off, and began no other.
    ClientLeft = "client-left",
    /// The page waits for the end of an answer that is a stream.
    ClientReadWhole = "client-read-whole",
    /// The page began again at once, again and again. Value: the most within ten seconds.
    ClientAtOnce = "client-at-once",
    // The server's half.
    /// Nothing of it reached the server, which was watching all the while.
    NothingArrived = "nothing-arrived",
    /// Whether it reached the server is not known.
    ArrivalUnknown = "arrival-unknown",
    /// A connection came, and not a byte on it.
    ConnectionEmpty = "connection-empty",
    /// A connection came with bytes that begin no request.
    ConnectionBytes = "connection-bytes",
    /// TLS was spoken to a port that speaks plain HTTP.
    TlsToPlain = "tls-to-plain",
    /// Plain HTTP was spoken to a port that speaks TLS.
    PlainToTls = "plain-to-tls",
    /// A TLS handshake was begun and not finished.
    HelloOnly = "hello-only",
    /// A TLS handshake was finished, and no request came.
    SecuredOnly = "secured-only",
    /// The browser ended TLS with an alert. Value: its number (RFC 8446 § 6).
    Alert = "alert",
    /// The certificate that the server showed is not valid yet, or no more.
    CertificateExpired = "certificate-expired",
    /// The certificate that the server showed does not cover the name.
    CertificateOtherName = "certificate-other-name",
    /// The certificate that the server showed issued itself.
    CertificateSelfSigned = "certificate-self-signed",
    /// The certificate that the server showed is sound, as far as the server can tell.
    CertificateSound = "certificate-sound",
    /// It arrived. Value: the HTTP version.
    Arrived = "arrived",
    /// It arrived as HTTP/1.0.
    ArrivedHttp10 = "arrived-http10",
    /// It arrived without `Upgrade: websocket`.
    WithoutUpgrade = "without-upgrade",
    /// It arrived without `Connection`.
    ConnectionMissing = "connection-missing",
    /// Its `Connection` did not say `Upgrade`. Value: what it said.
    WithoutConnection = "without-connection",
    /// It arrived by way of a proxy that names itself. Value: `Via`.
    Via = "via",
    /// A stream that was to go on arrived without `Last-Event-ID`.
    WithoutLastEventId = "without-last-event-id",
    /// The server agreed to the WebSocket.
    Switched = "switched",
    /// The server answered with a status. Value: the status.
    ServerStatus = "server-status",
    /// The server refused by a rule of its own. Value: which.
    Refused = "refused",
    /// The server had not answered yet.
    Unanswered = "unanswered",
    /// Not one frame of the page's arrived.
    NoFrameIn = "no-frame-in",
    /// Frames of the page's arrived. Value: how many.
    FramesIn = "frames-in",
    /// Frames arrived that break the protocol. Value: how many.
    MalformedIn = "malformed-in",
    /// Frames arrived changed. Value: how many.
    StrangeIn = "strange-in",
    /// The server handed over messages. Value: how many.
    HandedOver = "handed-over",
    /// A close frame arrived. Value: its code.
    CloseArrived = "close-arrived",
    /// At the server the other side left before all was sent.
    PeerLeft = "peer-left",
    /// At the server a reset came.
    ResetCame = "reset-came",
    /// At the server nothing came any more until its kernel gave up.
    ServerTimedOut = "server-timed-out",
    /// At the server the protocol, or TLS, broke.
    ServerBroken = "server-broken",
    // A plain request for the same address, made to tell where the attempt broke.
    /// It reached the server.
    ControlArrived = "control-arrived",
    /// Our server's answer to it was read. Value: its status.
    ControlStatus = "control-status",
    /// An answer to it was read that is not our server's. Value: its status.
    ControlForeign = "control-foreign",
    /// It failed as well.
    ControlFailed = "control-failed",
    // The method as a whole.
    /// All messages came when the stream ended.
    HeldUntilClose = "held-until-close",
    /// Messages came whenever enough bytes were there.
    HeldBlock = "held-block",
    /// Messages came in beats.
    HeldTimer = "held-timer",
    /// Each message came with the next one.
    HeldOneBehind = "held-one-behind",
    /// A silence that a connection outlived. Value: ms.
    SilenceLived = "silence-lived",
    /// A silence that connections do not outlive. Value: ms.
    SilenceDied = "silence-died",
    /// A connection over which something went that often outlived it. Value: how often, ms.
    BeatKeeps = "beat-keeps",
    /// A watch saw connections cut at one age. Value: the age, ms.
    CutEvery = "cut-every",
    // The run as a whole.
    /// The server tried itself through its public address, and that worked.
    OutsideWorks = "outside-works",
    /// The server tried itself through its public address, and that failed as well.
    OutsideFails = "outside-fails",
    /// The page was hidden. Value: for how many ms.
    Hidden = "hidden",
    /// The device slept. Value: for how many ms.
    Slept = "slept",
    /// The page's thread stood still. Value: for how many ms.
    Stalled = "stalled",
    /// The browser said that it has no network.
    Offline = "offline",
}

impl Serialize for FactName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for FactName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        let known = Self::ALL.iter().find(|name| name.as_str() == text);
        known
            .copied()
            .ok_or_else(|| de::Error::custom("no name of a fact"))
    }
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its name.
    pub fact: FactName,
    /// Its value, where it has one.
    pub value: Option<String>,
    /// The id of the evidence that it stands in: `trace:<n>`, …, `surroundings`, `about`, `method`.
    pub from: String,
}

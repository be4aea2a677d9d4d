//! The schema has the words of the Rust types, and their sorts.

use std::collections::{BTreeMap, BTreeSet};

use pushcheck::advice::{Audience, Often, Reason, Servers};
use pushcheck::diagnosis::facts::Endpoint;
use pushcheck::diagnosis::held::HeldAs;
use pushcheck::diagnosis::unread::FlowControl;
use pushcheck::diagnosis::{
    CloseClass, Place, RunResult, Severity, StatusFrom, Strength, TimeClass, Verdict, Word,
};
use pushcheck::evidence::{Ended, EngineFamily, HoldEnd};
use pushcheck::method::Method;
use pushcheck::plan::{Form, Skipped};
use pushcheck::report::Mode;
use pushcheck::wire::{
    End, JoinedBy, Kind, Reached, Relief, Scheme, ShownCertificate, TcpVantage, TlsVantage,
};
use serde_json::{Value, json};

use crate::full_evidence::{events, notices};
use crate::schema;

/// Every word of an enum; a variant that is missing from the list does not compile.
macro_rules! words {
    ($type:ident: $($variant:ident)*) => {{
        const fn total(word: $type) {
            match word { $($type::$variant => {})* }
        }
        let all = [$($type::$variant),*];
        all.into_iter().for_each(total);
        (stringify!($type), all.iter().map(|word| json!(word)).collect::<Vec<_>>())
    }};
}

#[test]
fn the_schema_has_the_words_of_the_types_and_no_others() {
    let of_types = [
        words!(Mode: Quick Thorough Watch Fallback),
        words!(RunResult: Passed Warning Failed Inconclusive Aborted),
        words!(Method: Polling LongPolling ServerSentEvents StreamingFetch WebSocket),
        words!(Word: Opens Waiting FailsSoFar),
        words!(Verdict: Passed Warning Failed Skipped Inconclusive),
        words!(Place: Page WayOut Secure AnsweredFor RequestAltered Server AnswerAltered FramesOut FramesBack Held Cut Close Nowhere),
        words!(Scheme: Http Https),
        words!(FlowControl: ReachesServer Hidden),
        words!(Form: Text ArrayBuffer Blob),
        words!(Relief: XAccelBuffering NoTransform Padding),
        words!(HeldAs: UntilClose Block Timer OneBehind),
        words!(Skipped: MixedContent NotAsked Unknown BadCertificate),
        words!(TlsVantage: Own TerminatedBefore),
        words!(TcpVantage: Client Proxy),
        words!(Endpoint: Probe Own),
        words!(Ended: Complete Failed GaveUp Stopped),
        words!(HoldEnd: Told Unanswered ByServer Unopened),
        words!(CloseClass: Clean GoingAway Restart Policy TooBig Protocol ServerError Tls AppDefined AbnormalBeforeOpen AbnormalAfterOpen NeverClosed),
        words!(TimeClass: BeforeAnyPacket RoundTrips Slow OurDeadline),
        words!(Strength: Possible Likely Proved),
        words!(Severity: Info Degraded Blocking),
        words!(Often: None Rare Frequent),
        words!(Audience: Any Enterprise),
        words!(Servers: One Many),
        words!(Reason: NonePassed NotMeasured FrequentUplink FrequentDownlink LagAllowed ManyServers LagNotAllowed Enterprise NoFallback JavascriptBothEnds Flawed NextBest TooLate),
        words!(EngineFamily: Chromium Gecko WebKit),
        words!(Kind: Poll LongPoll Upload Events Stream WebSocket),
        words!(StatusFrom: Page Server SamePath OutsideIn),
        words!(JoinedBy: Address Name),
        words!(ShownCertificate: Expired OtherName SelfSigned Sound),
        words!(Reached: Accepted Bytes TlsToPlain PlainToTls Hello Secured),
        words!(End: Complete Refused PeerLeft Reset TimedOut Broken OurLimit),
    ];
    let of_types: BTreeMap<_, _> = of_types
        .into_iter()
        .map(|(name, words)| (name.to_owned(), words))
        .collect();
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("definitions");
    let of_schema = definitions
        .iter()
        .filter_map(|(name, def)| Some((name.clone(), def["enum"].as_array()?.clone())));
    assert_eq!(of_schema.collect::<BTreeMap<_, _>>(), of_types);
}

#[test]
fn the_schema_knows_the_sorts_of_events_and_notices_and_no_others() {
    let sorts = |values: Vec<Value>| {
        values
            .into_iter()
            .map(|v| v["what"].to_string())
            .collect::<BTreeSet<_>>()
    };
    let schema = schema();
    let of_schema = |name: &str| {
        let variants = schema["$defs"][name]["oneOf"]
            .as_array()
            .expect("variants")
            .iter();
        variants
            .map(|v| v["properties"]["what"]["const"].to_string())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        of_schema("TraceEvent"),
        sorts(events().iter().map(|e| json!(e)).collect())
    );
    assert_eq!(
        of_schema("Notice"),
        sorts(notices().iter().map(|n| json!(n)).collect())
    );
}

//! `www/report.schema.json` defines the report; the Rust types and `www/report.d.ts` say the same.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};

use pushcheck::diagnosis::delivery::{AtInterval, Delivery};
use pushcheck::diagnosis::facts::{Attempt, Close, Endpoint};
use pushcheck::diagnosis::overhead::{Overhead, Ratio};
use pushcheck::diagnosis::{
    Asked, CloseClass, Code, Finding, LaneReport, MethodReport, Place, Rival, RunResult, Severity,
    Strength, TimeClass, Timing, Verdict, Word, diagnose,
};
use pushcheck::evidence::{
    Ended, Engine, EngineFamily, Event, Evidence, Notice, ResourceTiming, Stamped, StampedNotice,
    Surroundings, Trace,
};
use pushcheck::method::Method;
use pushcheck::plan::{Lane, Skipped};
use pushcheck::report::{Advice, EvidenceReport, Heading, Label, Mode, Report, Setting};
use pushcheck::stats::Spread;
use pushcheck::time::Micros;
use pushcheck::wire::{
    About, End, Instance, Kind, Limits, Scheme, SeenClose, SeenHeader, Sighting, Software,
    TcpVantage, TlsVantage, Vantage,
};
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../www/report.schema.json");
const TYPES: &str = include_str!("../www/report.d.ts");
const ENGLISH: &str = include_str!("../www/text/en.js");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

fn complaints(report: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is a schema");
    validator
        .iter_errors(report)
        .map(|e| format!("{}: {e}", e.instance_path))
        .collect()
}

#[track_caller]
fn fits(report: &Report) -> Value {
    let value = serde_json::to_value(report).expect("a report is JSON");
    assert_eq!(complaints(&value), Vec::<String>::new());
    let back: Report = serde_json::from_value(value.clone()).expect("a report reads back");
    assert_eq!(&back, report);
    value
}

// --- reports ---------------------------------------------------------------------------------------------------------

fn heading() -> Heading {
    let labels = vec![Label {
        name: "x".repeat(200),
        value: "日".repeat(200),
    }];
    Heading {
        id: "0123456789abcdef".repeat(2),
        started_at: 1_790_000_000_000,
        mode: Mode::Quick,
        labels,
    }
}

fn lane(id: &str, scheme: Scheme, skipped: Option<Skipped>) -> Lane {
    Lane {
        id: id.to_owned(),
        scheme,
        host: "[::1]".to_owned(),
        port: 8787,
        base: "/".to_owned(),
        skipped,
    }
}

fn about() -> About {
    About {
        software: Software {
            name: "pushcheck-server".to_owned(),
            version: "0.1.0".to_owned(),
        },
        wire: vec![1],
        instance: Instance {
            id: "00ff".to_owned(),
            started_at: 1,
        },
        clock_us: 2,
        now: 3,
        lanes: Vec::new(),
        limits: Limits {
            hold_ms: 1,
            ticks: 1,
            upload_bytes: 1,
            message_bytes: 1,
            life_ms: 1,
            attempts: 1,
            report_bytes: 1,
        },
        vantage: Vantage {
            tls: TlsVantage::TerminatedBefore,
            tcp: TcpVantage::Proxy,
            trusted_hops: 1,
        },
    }
}

fn made(lanes: &[Lane], evidence: &Evidence) -> Report {
    let asked = Asked {
        methods: Method::ALL.to_vec(),
        required: vec![Method::WebSocket],
    };
    Report::new(
        &heading(),
        lanes,
        evidence,
        diagnose(evidence, &asked),
        Micros(6),
        false,
        false,
    )
}

/// A report in which nothing is null or empty that can be otherwise.
fn filled() -> Report {
    let spread = Some(Spread {
        n: 3,
        min_us: 1,
        median_us: 2,
        mad_us: 0,
    });
    let timing = resource_timing();
    let attempt = Attempt {
        id: 1,
        probe: "web-socket".to_owned(),
        attempt: 1,
        endpoint: Endpoint::Probe,
        verdict: Verdict::Failed,
        place: Some(Place::AnsweredFor),
        ended: Ended::Failed,
        status: Some(403),
        marked: Some(false),
        refused: Some("rate".to_owned()),
        error: Some("TypeError".to_owned()),
        blocked_by: Some("connect-src".to_owned()),
        arrivals: Some(0),
        open_us: Some(1),
        first_message_us: Some(2),
        failed_us: Some(3),
        ended_us: u64::from(u32::MAX),
        echo: spread,
        gap_error: spread,
        ticks: 20,
        close: Some(Close {
            code: 1006,
            reason: "r".repeat(123),
            was_clean: false,
        }),
        close_class: Some(CloseClass::AbnormalBeforeOpen),
        time_class: Some(TimeClass::RoundTrips),
        resource_timing: Some(timing),
    };
    let timing = Timing {
        open_us: Some(1),
        first_message_us: Some(2),
        round_trip: spread,
    };
    let at_interval = Some(vec![AtInterval {
        every_ms: 1000,
        mean_us: 1,
        worst_us: 2,
    }]);
    let (verdict, place) = (Verdict::Failed, Some(Place::AnsweredFor));
    let method = |method| MethodReport {
        method,
        required: true,
        word: Some(Word::FailsSoFar),
        verdict,
        place,
        delivery: Some(Delivery {
            n: 20,
            median_us: 1,
            worst_us: 2,
            clock_error_us: Some(3),
            relative: false,
            missing: 1,
            duplicated: 1,
            reordered: 1,
            at_interval: at_interval.clone(),
        }),
        overhead: Some(Overhead {
            messages: 20,
            up_bytes: 1,
            down_bytes: 2,
            open_bytes: 3,
            send_bytes: Some(6),
            ratios: vec![Ratio {
                payload_bytes: 20,
                permille: 3500,
            }],
        }),
        idle_tested_ms: Some(4000),
        lanes: vec![LaneReport {
            lane: "main".to_owned(),
            verdict,
            place,
            timing: timing.clone(),
            attempts: vec![attempt.clone()],
        }],
    };
    let finding = Finding {
        id: "f1".to_owned(),
        code: Code::MethodNotSupported,
        method: Some(Method::WebSocket),
        lane: Some("main".to_owned()),
        place,
        strength: Strength::Likely,
        severity: Severity::Blocking,
        seen: 2,
        of: 2,
        because: vec![
            "trace:1".to_owned(),
            "sighting:12".to_owned(),
            "surroundings".to_owned(),
        ],
        against: vec!["trace:2".to_owned()],
        rivals: vec![Rival {
            code: Code::OwnFailure,
            separated_by: "other-port".to_owned(),
        }],
        folded_under: Some("f2".to_owned()),
    };
    let lanes = [
        lane("main", Scheme::Https, None),
        lane("plain", Scheme::Http, Some(Skipped::MixedContent)),
    ];
    let mut report = made(
        &lanes,
        &Evidence {
            about: Some(about()),
            ..Evidence::default()
        },
    );
    report.surroundings = surroundings();
    report.methods = Method::ALL.map(method).to_vec();
    report.findings = vec![finding];
    report.advice = Some(Advice {
        order: Method::ALL.to_vec(),
        because: vec!["f1".to_owned()],
        settings: vec![Setting {
            name: "heartbeatMs".to_owned(),
            value: 25_000,
        }],
    });
    report.evidence = Some(EvidenceReport {
        traces: vec![trace()],
        sightings: vec![sighting()],
        complete: true,
    });
    report
}

fn resource_timing() -> ResourceTiming {
    let us = Some(1);
    ResourceTiming {
        protocol: Some("h2".to_owned()),
        dns_us: us,
        connect_us: us,
        tls_us: us,
        request_us: us,
        response_us: us,
    }
}

fn surroundings() -> Surroundings {
    Surroundings {
        user_agent: "Mozilla/5.0".to_owned(),
        engine: Some(Engine {
            family: EngineFamily::Chromium,
            version: 150,
        }),
        origin: "null".to_owned(),
        secure_context: true,
        isolated: true,
        embedded: true,
        language: "en-GB".to_owned(),
        online: true,
        clock_step_us: 100,
        hidden_us: 1,
        longest_gap_us: 50_000,
        late_us: 1,
        notices: notices()
            .into_iter()
            .map(|notice| StampedNotice {
                at: Micros(1),
                notice,
            })
            .collect(),
    }
}

fn notices() -> Vec<Notice> {
    // A new variant does not compile until it stands here and in the list below.
    const fn total(notice: &Notice) {
        match notice {
            Notice::Hidden
            | Notice::Visible
            | Notice::Online
            | Notice::Offline
            | Notice::Stalled { .. }
            | Notice::PolicyViolation { .. }
            | Notice::OwnFailure { .. } => {}
        }
    }
    let all = vec![
        Notice::Hidden,
        Notice::Visible,
        Notice::Online,
        Notice::Offline,
        Notice::Stalled { us: 2_000_000 },
        Notice::PolicyViolation {
            directive: "script-src-elem".to_owned(),
        },
        Notice::OwnFailure {
            place: "src/run.rs:1".to_owned(),
        },
    ];
    all.iter().for_each(total);
    all
}

fn events() -> Vec<Event> {
    // A new variant does not compile until it stands here and in the list below.
    const fn total(event: &Event) {
        match event {
            Event::Constructed
            | Event::Threw { .. }
            | Event::Unsupported
            | Event::Opened { .. }
            | Event::Head { .. }
            | Event::Message { .. }
            | Event::Body { .. }
            | Event::Finished
            | Event::Failed { .. }
            | Event::Errored { .. }
            | Event::Closed { .. }
            | Event::Blocked { .. }
            | Event::Sent { .. }
            | Event::Timed { .. }
            | Event::GaveUp
            | Event::Stopped => {}
        }
    }
    let text = || "x".to_owned();
    let all = vec![
        Event::Constructed,
        Event::Threw { name: text() },
        Event::Unsupported,
        Event::Opened {
            protocol: String::new(),
        },
        Event::Head {
            status: 200,
            marked: true,
            refused: Some(text()),
        },
        Event::Head {
            status: 200,
            marked: false,
            refused: None,
        },
        Event::Message {
            line: text(),
            bytes: 1,
            id: Some(text()),
        },
        Event::Body {
            text: text(),
            bytes: 1,
        },
        Event::Finished,
        Event::Failed { name: text() },
        Event::Errored { closed: true },
        Event::Closed {
            code: u16::MAX,
            reason: text(),
            was_clean: true,
        },
        Event::Blocked { directive: text() },
        Event::Sent { line: text() },
        Event::Timed {
            timing: resource_timing(),
        },
        Event::Timed {
            timing: ResourceTiming::default(),
        },
        Event::GaveUp,
        Event::Stopped,
    ];
    all.iter().for_each(total);
    all
}

fn trace() -> Trace {
    Trace {
        id: u16::MAX,
        probe: "poll".to_owned(),
        attempt: 9999,
        method: Method::Polling,
        lane: "main".to_owned(),
        own: true,
        decisive: true,
        ticks_wanted: 20,
        ended: Some(Ended::GaveUp),
        started_at: Micros(1),
        events: events()
            .into_iter()
            .map(|event| Stamped {
                at: Micros(2),
                event,
            })
            .collect(),
        omitted: 1,
    }
}

fn sighting() -> Sighting {
    Sighting {
        instance: "00ff".to_owned(),
        probe: "poll".to_owned(),
        attempt: 1,
        kind: Kind::Poll,
        method: "GET".to_owned(),
        at: Micros(1),
        http_version: "HTTP/1.1".to_owned(),
        tls: true,
        connection: 1,
        headers: vec![
            SeenHeader {
                name: "via".to_owned(),
                length: 3,
                value: Some("1.1".to_owned()),
            },
            SeenHeader {
                name: "cookie".to_owned(),
                length: 0,
                value: None,
            },
        ],
        status: Some(200),
        refused: Some("rate".to_owned()),
        answered_at: Some(Micros(2)),
        frames_in: 1,
        frames_out: 1,
        ticks_out: 1,
        payload_in: 1,
        payload_out: 1,
        bytes_in: Some(1),
        bytes_out: Some(1),
        head_in: Some(1),
        head_out: Some(1),
        close: Some(SeenClose {
            code: 1005,
            reason_length: 0,
        }),
        ended_at: Some(Micros(3)),
        end: Some(End::Complete),
    }
}

// --- the schema and the Rust types ------------------------------------------------------------------------------------

#[test]
fn a_report_of_nothing_validates() {
    fits(&made(&[], &Evidence::default()));
}

#[test]
fn a_report_made_from_evidence_validates() {
    let evidence = Evidence {
        traces: vec![
            Trace {
                ended: None,
                events: Vec::new(),
                ..trace()
            },
            trace(),
        ],
        ledger: Some(pushcheck::wire::Ledger {
            complete: true,
            instances: Vec::new(),
            sightings: vec![sighting()],
        }),
        about: Some(about()),
        surroundings: surroundings(),
    };
    let report = made(&[lane("main", Scheme::Http, None)], &evidence);
    assert!(!report.findings.is_empty() && !report.methods.is_empty());
    fits(&report);
}

#[test]
fn a_report_with_everything_in_it_validates() {
    let value = fits(&filled());
    let mut holes = Vec::new();
    unfilled("", &value, &mut holes);
    let meant = |hole: &String| {
        hole.contains("/events/") || hole.contains("/lanes/") || hole.contains("/headers/")
    };
    assert_eq!(
        holes
            .into_iter()
            .filter(|hole| !meant(hole))
            .collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

fn unfilled(path: &str, value: &Value, holes: &mut Vec<String>) {
    match value {
        Value::Null => holes.push(path.to_owned()),
        Value::Array(items) if items.is_empty() => holes.push(path.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, v)| unfilled(&format!("{path}/{i}"), v, holes)),
        Value::Object(map) => map
            .iter()
            .for_each(|(k, v)| unfilled(&format!("{path}/{k}"), v, holes)),
        _ => {}
    }
}

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
        words!(Skipped: MixedContent NotAsked Unknown),
        words!(TlsVantage: Own TerminatedBefore),
        words!(TcpVantage: Client Proxy),
        words!(Endpoint: Probe Own),
        words!(Ended: Complete Failed GaveUp Stopped),
        words!(CloseClass: Clean GoingAway Restart Policy TooBig Protocol ServerError Tls AppDefined AbnormalBeforeOpen AbnormalAfterOpen NeverClosed),
        words!(TimeClass: BeforeAnyPacket RoundTrips Slow OurDeadline),
        words!(Strength: Possible Likely Proved),
        words!(Severity: Info Degraded Blocking),
        words!(EngineFamily: Chromium Gecko WebKit),
        words!(Kind: Poll LongPoll Upload Events Stream WebSocket),
        words!(End: Complete Refused PeerLeft Broken OurLimit),
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

#[test]
fn every_code_has_the_schema_s_form() {
    for code in Code::ALL {
        let mut report = filled();
        report.findings[0].code = code;
        fits(&report);
    }
}

#[test]
fn a_report_that_is_not_one_is_refused() {
    let good = fits(&filled());
    let bad = [
        ("/extra", json!(1)),
        ("/schema", json!(2)),
        ("/result", json!("good")),
        ("/run/durationUs", json!(-1)),
        ("/run/durationUs", json!(1.5)),
        ("/run/durationUs", json!(u64::MAX)),
        ("/run/id", json!("../../etc/passwd")),
        (
            "/run/labels",
            Value::from(vec![json!({"name": "", "value": ""}); 21]),
        ),
        ("/software/name", json!("x".repeat(41))),
        ("/surroundings/userAgent", json!("x".repeat(1001))),
        ("/surroundings/notices/0/notice/what", json!("slept")),
        (
            "/surroundings/notices/0/notice/directive",
            json!("connect-src"),
        ),
        ("/lanes/0/port", json!(65_536)),
        ("/methods/0/verdict", Value::Null),
        ("/methods/0/lanes/0/attempts/0/extra", Value::Null),
        ("/findings/0/code", json!("<script>")),
        ("/findings/0/because/0", json!("trace:one two")),
        ("/evidence/traces/0/events/0/event/what", json!("exploded")),
        ("/evidence/traces/0/events/0/event/name", json!("x")),
        (
            "/evidence/sightings/0/headers/0/value",
            json!("x".repeat(201)),
        ),
    ];
    for (path, value) in bad {
        let mut report = good.clone();
        let (parent, key) = path.rsplit_once('/').expect("a path");
        let parent = report.pointer_mut(parent).expect(path);
        match key.parse::<usize>() {
            Ok(index) => parent[index] = value,
            Err(_) => parent[key] = value,
        }
        assert_ne!(complaints(&report), Vec::<String>::new(), "{path}");
    }
    let mut without = good;
    without.as_object_mut().expect("an object").remove("advice");
    assert_ne!(
        complaints(&without),
        Vec::<String>::new(),
        "a missing field"
    );
}

#[test]
fn whatever_a_stranger_could_swell_is_bounded() {
    let mut open = Vec::new();
    unbounded("", &schema(), &mut open);
    assert_eq!(open, Vec::<String>::new());
}

fn unbounded(path: &str, schema: &Value, open: &mut Vec<String>) {
    let Some(map) = schema.as_object() else {
        return;
    };
    let may_be = |kind: &str| match &map.get("type") {
        Some(Value::Array(kinds)) => kinds.contains(&json!(kind)),
        one => *one == Some(&json!(kind)),
    };
    for (kind, bounds) in [
        ("string", vec!["maxLength"]),
        ("array", vec!["maxItems", "items"]),
        ("integer", vec!["minimum", "maximum"]),
        ("object", vec!["additionalProperties", "required"]),
        ("number", vec!["never: all numbers are integers"]),
    ] {
        if may_be(kind) && !bounds.iter().all(|bound| map.contains_key(*bound)) {
            open.push(path.to_owned());
        }
    }
    if let Some(properties) = map.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            if name != "what" && !property["description"].is_string() {
                open.push(format!("{path}/{name} has no description"));
            }
        }
    }
    for (key, value) in map {
        match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(i, v)| unbounded(&format!("{path}/{key}/{i}"), v, open)),
            _ => unbounded(&format!("{path}/{key}"), value, open),
        }
    }
}

// --- the TypeScript types ----------------------------------------------------------------------------------------------

/// A declaration: its properties with their types, or its words.
type Declaration = BTreeSet<(String, String)>;

/// What goes in and what comes while it runs.
const NOT_OF_THE_REPORT: [&str; 5] = [
    "Options",
    "OwnEndpoints",
    "OwnEndpoint",
    "Progress",
    "MethodProgress",
];

fn of_types() -> BTreeMap<String, Declaration> {
    let mut text = String::new();
    for line in TYPES.lines() {
        let line = line.trim();
        if !line.starts_with("/**") && !line.starts_with("//") {
            text.push_str(line);
            text.push(' ');
        }
    }
    let declarations = text.split("export ").skip(1).map(|declaration| {
        let (head, body) = declaration
            .split_once(['{', '='])
            .expect("a declaration has a body");
        let name = head
            .split_whitespace()
            .nth(1)
            .expect("a declaration has a name")
            .to_owned();
        let fragments = body
            .split([';', '{', '}'])
            .map(str::trim)
            .filter(|text| !text.is_empty() && *text != "|");
        let pairs = fragments.flat_map(|fragment| match fragment.split_once(": ") {
            Some((name, of)) => vec![(name.to_owned(), of.to_owned())],
            None => fragment
                .split('|')
                .map(str::trim)
                .filter(|w| !w.is_empty())
                .map(|w| ("word".to_owned(), w.to_owned()))
                .collect(),
        });
        (name, pairs.collect())
    });
    declarations
        .filter(|(name, _)| !NOT_OF_THE_REPORT.contains(&name.as_str()))
        .collect()
}

fn of_schema() -> BTreeMap<String, Declaration> {
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("definitions").iter();
    let mut all: BTreeMap<_, _> = definitions
        .map(|(name, def)| (name.clone(), declaration(def)))
        .collect();
    all.insert("Report".to_owned(), declaration(&schema));
    all
}

fn declaration(definition: &Value) -> Declaration {
    let mut pairs = Declaration::new();
    for word in definition["enum"].as_array().into_iter().flatten() {
        pairs.insert(("word".to_owned(), word.to_string()));
    }
    for (name, property) in definition["properties"].as_object().into_iter().flatten() {
        pairs.insert((name.clone(), in_typescript(property)));
    }
    for variant in definition["oneOf"].as_array().into_iter().flatten() {
        pairs.extend(declaration(variant));
    }
    pairs
}

fn in_typescript(property: &Value) -> String {
    if let Some(constant) = property.get("const") {
        return constant.to_string();
    }
    if let Some(name) = property["$ref"].as_str() {
        return name.trim_start_matches("#/$defs/").to_owned();
    }
    if let Some(either) = property["anyOf"].as_array() {
        return either
            .iter()
            .map(in_typescript)
            .collect::<Vec<_>>()
            .join(" | ");
    }
    let of = |kind: &Value| match kind.as_str() {
        Some("integer") => "number".to_owned(),
        Some("array") => in_typescript(&property["items"]) + "[]",
        other => other.expect("a type").to_owned(),
    };
    match &property["type"] {
        Value::Array(kinds) => kinds.iter().map(of).collect::<Vec<_>>().join(" | "),
        kind => of(kind),
    }
}

#[test]
fn the_typescript_types_say_what_the_schema_says() {
    let (types, schema) = (of_types(), of_schema());
    assert_eq!(
        types.keys().collect::<Vec<_>>(),
        schema.keys().collect::<Vec<_>>()
    );
    for (name, of_schema) in &schema {
        assert_eq!(&types[name], of_schema, "{name}");
    }
}

#[test]
fn the_typescript_types_can_stand_inside_another_file() {
    let code = TYPES
        .lines()
        .filter(|line| !line.trim_start().starts_with('/') && !line.is_empty());
    for line in code.filter(|line| !line.starts_with(' ') && !line.starts_with('}')) {
        assert!(
            line.starts_with("export interface ") || line.starts_with("export type "),
            "{line}"
        );
    }
}

// --- the texts ---------------------------------------------------------------------------------------------------------

/// The keys of one of the texts' groups.
fn texts(group: &str) -> BTreeSet<String> {
    let (_, rest) = ENGLISH
        .split_once(&format!("\n  {group}: {{\n"))
        .expect(group);
    let (block, _) = rest.split_once("\n  }").expect(group);
    let lines = block
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"));
    lines
        .filter_map(|line| Some(line.split_once(": \"")?.0.trim_matches('"').to_owned()))
        .collect()
}

#[test]
fn every_word_that_a_page_may_have_to_say_has_a_text() {
    let schema = schema();
    let words = |name: &str| {
        let words = schema["$defs"][name]["enum"].as_array().expect(name);
        words
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    for (group, name) in [
        ("method", "Method"),
        ("how", "Method"),
        ("place", "Place"),
        ("skipped", "Skipped"),
    ] {
        assert_eq!(texts(group), words(name), "{group}");
    }
    let states: BTreeSet<_> = &words("Word") | &words("Verdict");
    assert_eq!(
        &texts("state") - &states,
        BTreeSet::from(["trying".to_owned()])
    );
    assert_eq!(&states - &texts("state"), BTreeSet::new());
    assert_eq!(
        texts("finding"),
        Code::ALL.map(|code| code.as_str().to_owned()).into()
    );
    let (said, known) = (texts("headline"), words("RunResult"));
    assert_eq!(
        &known - &said,
        BTreeSet::new(),
        "a headline for every result"
    );
    for group in ["summary", "nextStep"] {
        assert_eq!(
            &said - &texts(group),
            BTreeSet::from(["unable".to_owned()]),
            "{group}"
        );
    }
}

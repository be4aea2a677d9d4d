//! The short form of a report, as `www/more/short.js` makes it for addresses and QR codes, and back to a report. Pure; whatever a
//! stranger wrote. Lists of words are only added to, at their ends, there and here.

use std::io::Read;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::DeflateDecoder;
use serde_json::{Map, Value, json};

/// How long a packed one may be, characters, and what it may become, bytes.
const MOST_PACKED: usize = 16_384;
const MOST_UNPACKED: u64 = 262_144;

/// As forgiving as browsers are (Infra § 6).
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why something is no short form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotShort {
    /// Longer than any.
    TooLarge,
    /// Of a later version.
    Newer,
    /// Not all of it is there, or something was changed.
    Damaged,
}

use NotShort::{Damaged, Newer, TooLarge};

/// How a value is got out of the array.
enum Shape {
    /// A whole number from 0.
    Number(u64),
    Text(fn(&str) -> bool),
    Yes,
    Word(&'static [&'static str]),
    Maybe(&'static Self),
    List(&'static Self, usize),
    /// Its fields, and what the short form does not tell, as JSON.
    Record(&'static [(&'static str, Self)], &'static str),
}

use Shape::{List, Maybe, Number, Record, Text, Word, Yes};

impl Shape {
    fn get(&self, value: &Value) -> Result<Value, NotShort> {
        match self {
            Number(most) => match value.as_u64() {
                Some(number) if number <= *most => Ok(value.clone()),
                _ => Err(Damaged),
            },
            Text(fits) => match value.as_str() {
                Some(text) if fits(text) => Ok(value.clone()),
                _ => Err(Damaged),
            },
            Yes => match value.as_u64() {
                Some(0) => Ok(Value::Bool(false)),
                Some(1) => Ok(Value::Bool(true)),
                _ => Err(Damaged),
            },
            Word(words) => {
                let at = value.as_u64().ok_or(Damaged)?;
                let word = usize::try_from(at).ok().and_then(|at| words.get(at));
                word.map(|word| Value::from(*word)).ok_or(Newer)
            }
            Maybe(_) if value.is_null() => Ok(Value::Null),
            Maybe(shape) => shape.get(value),
            List(shape, most) => match value.as_array() {
                Some(values) if values.len() <= *most => {
                    values.iter().map(|one| shape.get(one)).collect()
                }
                _ => Err(Damaged),
            },
            Record(fields, rest) => {
                let values = value.as_array().ok_or(Damaged)?;
                if values.len() != fields.len() {
                    return Err(Damaged);
                }
                let mut all: Map<String, Value> =
                    serde_json::from_str(rest).map_err(|_| Damaged)?;
                for ((name, shape), value) in fields.iter().zip(values) {
                    all.insert((*name).to_owned(), shape.get(value)?);
                }
                Ok(Value::Object(all))
            }
        }
    }
}

fn id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(plain)
}

fn kebab(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let part = |part: &str| !part.is_empty() && part.bytes().all(plain);
    text.len() <= 80
        && text.starts_with(|one: char| one.is_ascii_lowercase())
        && text.split('-').all(part)
}

fn run_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn setting(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.starts_with(|one: char| one.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// On one line, as long as that in UTF-16 units.
fn line(text: &str, most: usize) -> bool {
    text.encode_utf16().count() <= most && !text.contains(['\n', '\r', '\u{2028}', '\u{2029}'])
}

fn to_40(text: &str) -> bool {
    line(text, 40)
}

fn to_100(text: &str) -> bool {
    line(text, 100)
}

fn to_200(text: &str) -> bool {
    line(text, 200)
}

/// The largest that JavaScript counts to (ECMA-262 § 21.1.2.6).
const US: Shape = Number(9_007_199_254_740_991);
const SMALL: Shape = Number(4_294_967_295);
const PORT: Shape = Number(65_535);
const SOME_US: Shape = Maybe(&US);

const METHOD: Shape = Word(&[
    "polling",
    "long-polling",
    "server-sent-events",
    "streaming-fetch",
    "web-socket",
]);
const VERDICT: Shape = Word(&["passed", "warning", "failed", "skipped", "inconclusive"]);
const PLACE: Shape = Word(&[
    "page",
    "way-out",
    "secure",
    "answered-for",
    "request-altered",
    "server",
    "answer-altered",
    "frames-out",
    "frames-back",
    "held",
    "cut",
    "close",
    "nowhere",
]);
const SOME_PLACE: Shape = Maybe(&PLACE);
const OFTEN: Shape = Word(&["none", "rare", "frequent"]);

/// An attempt that the headline needs where nothing else came.
const WITNESS: Shape = Record(
    &[
        ("id", PORT),
        ("probe", Text(id)),
        ("attempt", PORT),
        ("endpoint", Word(&["probe", "own"])),
        ("verdict", VERDICT),
        ("place", SOME_PLACE),
        ("ended", Word(&["complete", "failed", "gave-up", "stopped"])),
        ("status", Maybe(&PORT)),
        ("marked", Maybe(&Yes)),
        ("error", Maybe(&Text(to_100))),
        ("blockedBy", Maybe(&Text(to_100))),
        ("endedUs", US),
        ("ticks", SMALL),
    ],
    r#"{"candidates": [], "because": [], "statusFrom": null, "refused": null, "arrivals": null, "queuedUs": null, "openUs": null,
        "firstMessageUs": null, "failedUs": null, "echo": null, "gapError": null, "close": null, "closeClass": null, "timeClass": null,
        "resourceTiming": null}"#,
);

const TIMING: Shape = Record(
    &[
        ("openUs", SOME_US),
        ("firstMessageUs", SOME_US),
        (
            "roundTrip",
            Maybe(&Record(
                &[("n", SMALL), ("minUs", US), ("medianUs", US), ("madUs", US)],
                "{}",
            )),
        ),
    ],
    "{}",
);

const DELIVERY: Shape = Record(
    &[
        ("n", SMALL),
        ("medianUs", US),
        ("worstUs", US),
        ("clockErrorUs", SOME_US),
        ("relative", Yes),
        ("missing", SMALL),
        ("duplicated", SMALL),
        ("reordered", SMALL),
    ],
    r#"{"atInterval": null}"#,
);

const HELD: Shape = Record(
    &[
        (
            "heldAs",
            Maybe(&Word(&["until-close", "block", "timer", "one-behind"])),
        ),
        ("medianUs", US),
        ("everyUs", SOME_US),
        ("blockBytes", SOME_US),
    ],
    r#"{"reliefs": []}"#,
);

const OVERHEAD: Shape = Record(
    &[
        ("messages", SMALL),
        ("upBytes", US),
        ("downBytes", US),
        ("openBytes", US),
        ("sendBytes", SOME_US),
    ],
    r#"{"ratios": []}"#,
);

const IDLE_CUT: Shape = Record(
    &[
        ("livedMs", US),
        ("diedMs", US),
        ("serverDiedMs", SOME_US),
        ("told", Yes),
        ("pageBeatKeeps", Maybe(&Yes)),
        ("serverBeatKeeps", Maybe(&Yes)),
        ("beatMs", SOME_US),
    ],
    "{}",
);

const WATCHED: Shape = Record(
    &[
        ("lastedMs", US),
        ("heldMs", US),
        ("beatMs", US),
        ("connections", SMALL),
        ("cuts", SMALL),
        ("together", SMALL),
        ("unclear", SMALL),
        ("byServer", SMALL),
        ("unopened", SMALL),
        ("silences", SMALL),
        ("everyMs", SOME_US),
    ],
    r#"{"log": []}"#,
);

const METHOD_REPORT: Shape = Record(
    &[
        ("method", METHOD),
        ("word", Maybe(&Word(&["opens", "waiting", "fails-so-far"]))),
        ("verdict", VERDICT),
        ("place", SOME_PLACE),
        ("candidates", List(&PLACE, 2)),
        ("required", Yes),
        ("timing", Maybe(&TIMING)),
        ("delivery", Maybe(&DELIVERY)),
        ("held", Maybe(&HELD)),
        ("overhead", Maybe(&OVERHEAD)),
        ("idleTestedMs", SOME_US),
        ("idleCut", Maybe(&IDLE_CUT)),
        ("watched", Maybe(&WATCHED)),
        (
            "http",
            Record(
                &[
                    ("page", Maybe(&Text(to_40))),
                    ("server", Maybe(&Text(to_40))),
                ],
                "{}",
            ),
        ),
        ("witness", Maybe(&WITNESS)),
    ],
    "{}",
);

const FINDING: Shape = Record(
    &[
        ("code", Text(kebab)),
        ("method", Maybe(&METHOD)),
        ("lane", Maybe(&Text(id))),
        ("place", SOME_PLACE),
        ("strength", Word(&["possible", "likely", "proved"])),
        ("severity", Word(&["info", "degraded", "blocking"])),
        ("seen", SMALL),
        ("of", SMALL),
        (
            "rivals",
            List(
                &Record(&[("code", Text(kebab)), ("separatedBy", Text(kebab))], "{}"),
                3,
            ),
        ),
        // Which other one of the list, from 1.
        ("under", Maybe(&Number(200))),
    ],
    r#"{"because": [], "facts": [], "against": []}"#,
);

const NEED: Shape = Record(
    &[
        ("uplink", OFTEN),
        ("downlink", OFTEN),
        ("latencyMs", SMALL),
        ("audience", Word(&["any", "enterprise"])),
        ("servers", Word(&["one", "many"])),
        ("javascriptBothEnds", Yes),
    ],
    "{}",
);

const ADVICE: Shape = Record(
    &[
        ("need", NEED),
        ("assumed", Yes),
        ("order", List(&METHOD, 8)),
        (
            "reasons",
            List(
                &Word(&[
                    "none-passed",
                    "not-measured",
                    "frequent-uplink",
                    "frequent-downlink",
                    "lag-allowed",
                    "many-servers",
                    "lag-not-allowed",
                    "enterprise",
                    "no-fallback",
                    "javascript-both-ends",
                    "flawed",
                    "next-best",
                    "too-late",
                ]),
                12,
            ),
        ),
        (
            "delay",
            Maybe(&Record(&[("typicalUs", US), ("worstUs", US)], "{}")),
        ),
        (
            "settings",
            List(&Record(&[("name", Text(setting)), ("value", US)], "{}"), 40),
        ),
    ],
    r#"{"because": []}"#,
);

const NOTICE: Shape = Record(
    &[
        ("at", US),
        (
            "what",
            Word(&[
                "hidden",
                "visible",
                "online",
                "offline",
                "slept",
                "stalled",
                "policy-violation",
                "own-failure",
            ]),
        ),
        ("us", SOME_US),
        ("directive", Maybe(&Text(to_100))),
        ("place", Maybe(&Text(to_200))),
    ],
    "{}",
);

const LANE: Shape = Record(
    &[
        ("id", Text(id)),
        ("scheme", Word(&["http", "https"])),
        ("port", PORT),
        (
            "skipped",
            Maybe(&Word(&[
                "mixed-content",
                "not-asked",
                "unknown",
                "bad-certificate",
            ])),
        ),
        ("required", Yes),
    ],
    r#"{"host": null}"#,
);

const VANTAGE: Shape = Record(
    &[
        ("tls", Word(&["own", "terminated-before"])),
        ("tcp", Word(&["client", "proxy"])),
        ("trustedHops", SMALL),
        ("undeclaredFront", Yes),
    ],
    "{}",
);

const REPORT: Shape = Record(
    &[
        // Null: the widget itself.
        ("name", Maybe(&Text(to_40))),
        ("version", Text(to_40)),
        ("wire", SMALL),
        ("id", Maybe(&Text(run_id))),
        ("startedAt", US),
        ("durationUs", US),
        ("mode", Word(&["quick", "thorough", "watch", "fallback"])),
        ("truncated", Yes),
        (
            "result",
            Word(&["passed", "warning", "failed", "inconclusive", "aborted"]),
        ),
        (
            "engine",
            Maybe(&Record(
                &[
                    ("family", Word(&["chromium", "gecko", "web-kit"])),
                    ("version", SMALL),
                ],
                "{}",
            )),
        ),
        ("secureContext", Yes),
        ("isolated", Yes),
        ("embedded", Yes),
        ("online", Yes),
        ("clockStepUs", US),
        ("hiddenUs", US),
        ("longestGapUs", US),
        ("lateUs", US),
        ("notices", List(&NOTICE, 8)),
        ("lanes", List(&LANE, 12)),
        ("vantage", Maybe(&VANTAGE)),
        ("methods", List(&METHOD_REPORT, 8)),
        ("findings", List(&FINDING, 40)),
        ("advice", Maybe(&ADVICE)),
    ],
    "{}",
);

/// What stays where it is among the surroundings.
const SURROUNDINGS: [&str; 9] = [
    "engine",
    "secureContext",
    "isolated",
    "embedded",
    "online",
    "clockStepUs",
    "hiddenUs",
    "longestGapUs",
    "lateUs",
];

/// A field, taken out of its record.
fn take(record: &mut Value, name: &str) -> Value {
    record
        .as_object_mut()
        .and_then(|all| all.remove(name))
        .unwrap_or_default()
}

/// A list's items, taken out of its record.
fn items(record: &mut Value, name: &str) -> Vec<Value> {
    match take(record, name) {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

fn notice(mut told: Value) -> Result<Value, NotShort> {
    let what = take(&mut told, "what");
    let tells = match what.as_str() {
        Some("slept" | "stalled") => Some("us"),
        Some("policy-violation") => Some("directive"),
        Some("own-failure") => Some("place"),
        _ => None,
    };
    let mut notice = json!({ "what": what });
    if let Some(name) = tells {
        let value = take(&mut told, name);
        if value.is_null() {
            return Err(Damaged);
        }
        notice[name] = value;
    }
    Ok(json!({"at": take(&mut told, "at"), "notice": notice}))
}

fn method(mut one: Value) -> Value {
    let (timing, witness) = (take(&mut one, "timing"), take(&mut one, "witness"));
    for (name, value) in [
        ("resume", Value::Null),
        ("bursts", Value::Null),
        ("unread", Value::Null),
        ("uploads", Value::Null),
        ("sizes", json!([])),
        ("compressed", Value::Null),
    ] {
        one[name] = value;
    }
    let bare = timing.is_null() && witness.is_null();
    let timing = match timing.is_null() {
        true => json!({"openUs": null, "firstMessageUs": null, "roundTrip": null}),
        false => timing,
    };
    let attempts = match witness.is_null() {
        true => json!([]),
        false => json!([witness]),
    };
    one["lanes"] = match bare {
        true => json!([]),
        false => json!([{
            "lane": "main", "verdict": one["verdict"], "place": one["place"], "candidates": one["candidates"], "timing": timing,
            "attempts": attempts,
        }]),
    };
    one
}

fn finding(mut one: Value, at: usize, of: usize) -> Result<Value, NotShort> {
    let under = take(&mut one, "under").as_u64();
    let fits = |under: u64| under > 0 && under <= of as u64 && under != at as u64 + 1;
    if !under.is_none_or(fits) {
        return Err(Damaged);
    }
    one["id"] = format!("f{}", at + 1).into();
    one["foldedUnder"] = under.map(|under| format!("f{under}")).into();
    Ok(one)
}

/// A whole report again, as the schema demands it.
fn whole(mut told: Value) -> Result<Value, NotShort> {
    let or = |value: Value, other: &str| match value {
        Value::Null => Value::from(other),
        value => value,
    };
    let notices: Vec<_> = items(&mut told, "notices")
        .into_iter()
        .map(notice)
        .collect::<Result<_, _>>()?;
    let mut surroundings =
        json!({"userAgent": "", "origin": "", "language": "", "clients": null, "notices": notices});
    for name in SURROUNDINGS {
        surroundings[name] = take(&mut told, name);
    }
    let vantage = take(&mut told, "vantage");
    let about = match vantage.is_null() {
        true => Value::Null,
        false => json!({"instance": "0", "startedAt": 0, "vantage": vantage, "outsideIn": null}),
    };
    let methods: Vec<_> = items(&mut told, "methods")
        .into_iter()
        .map(method)
        .collect();
    let findings = items(&mut told, "findings");
    let of = findings.len();
    let findings: Vec<_> = findings
        .into_iter()
        .enumerate()
        .map(|(at, one)| finding(one, at, of))
        .collect::<Result<_, _>>()?;
    let mut part = |name: &str| take(&mut told, name);
    Ok(json!({
        "schema": 1,
        "software": {"name": or(part("name"), "pushcheck"), "version": part("version")},
        "wire": part("wire"),
        "run": {
            "id": or(part("id"), "00000000000000000000000000000000"), "startedAt": part("startedAt"), "durationUs": part("durationUs"),
            "mode": part("mode"), "labels": [], "truncated": part("truncated"),
        },
        "result": part("result"),
        "surroundings": surroundings,
        "lanes": part("lanes"),
        "about": about,
        "methods": methods,
        "findings": findings,
        "advice": part("advice"),
        "evidence": null,
    }))
}

/// A sum that a changed character changes.
fn sum(text: &str) -> u64 {
    text.chars()
        .fold(1, |so, one| (so * 31 + u64::from(one)) % 65_521)
}

/// The report of a short form, without attempts and evidence.
pub(super) fn unpack(packed: &str) -> Result<Value, NotShort> {
    if packed.len() > MOST_PACKED {
        return Err(TooLarge);
    }
    let (kind, rest) = match packed.as_bytes() {
        [b'2'..=b'9', ..] => return Err(Newer),
        [kind @ (b'0' | b'1'), _, ..] => (*kind, packed.get(1..).unwrap_or_default()),
        _ => return Err(Damaged),
    };
    let bytes = BASE64.decode(rest).map_err(|_| Damaged)?;
    let bytes = match kind {
        b'0' => bytes,
        _ => {
            let mut whole = Vec::new();
            let mut most = DeflateDecoder::new(&bytes[..]).take(MOST_UNPACKED + 1);
            most.read_to_end(&mut whole).map_err(|_| Damaged)?;
            if whole.len() as u64 > MOST_UNPACKED {
                return Err(TooLarge);
            }
            whole
        }
    };
    let (said, values): (u64, Value) = serde_json::from_slice(&bytes).map_err(|_| Damaged)?;
    if serde_json::to_string(&values).is_ok_and(|text| sum(&text) != said) {
        return Err(Damaged);
    }
    whole(REPORT.get(&values)?)
}

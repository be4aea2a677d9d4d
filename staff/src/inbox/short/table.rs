//! What stands where in the array, in the order of `www/more/short.js`.

use super::shape::Shape::{self, List, Maybe, Number, Record, Text, Word, Yes};

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

/// A report.
pub(super) const REPORT: Shape = Record(
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

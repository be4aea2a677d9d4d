//! Need × verdicts → methods: the whole table, as a text that people can read.
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write;
use std::fs;

use pushcheck::advice::{Advice, Audience, Need, Often, Reason, Servers, advice};
use pushcheck::diagnosis::idle::IdleCut;
use pushcheck::diagnosis::{
    Asked, Code, Finding, LaneReport, MethodReport, Place, Severity, Strength, Timing, Verdict,
    diagnose,
};
use pushcheck::evidence::Evidence;
use pushcheck::method::Method;
use pushcheck::stats::Spread;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/advice.txt");

/// Of no evidence: every method inconclusive.
fn unmeasured() -> Vec<MethodReport> {
    let asked = Asked {
        methods: Method::ALL.to_vec(),
        required: Vec::new(),
    };
    diagnose(&Evidence::default(), &asked).methods
}

/// All five with those verdicts; what works has a round trip of 40 ms.
fn measured(verdicts: [Verdict; 5]) -> Vec<MethodReport> {
    let mut methods = unmeasured();
    for (method, verdict) in methods.iter_mut().zip(verdicts) {
        method.verdict = verdict;
        method.lanes = vec![LaneReport {
            lane: "main".to_owned(),
            verdict,
            place: None,
            candidates: Vec::new(),
            timing: Timing {
                open_us: Some(120_000),
                first_message_us: Some(160_000),
                round_trip: Spread::of(&[40_000; 7]),
            },
            attempts: Vec::new(),
        }];
    }
    methods
}

fn all(verdict: Verdict) -> Vec<MethodReport> {
    measured([verdict; 5])
}

fn cut(method: &mut MethodReport, lived_ms: u64, died_ms: u64, beat_ms: Option<u64>) {
    method.verdict = Verdict::Warning;
    method.place = Some(Place::Cut);
    method.idle_cut = Some(IdleCut {
        lived_ms,
        died_ms,
        server_died_ms: None,
        told: true,
        page_beat_keeps: Some(beat_ms.is_some()),
        server_beat_keeps: None,
        beat_ms,
    });
}

fn of(advice: &Advice, name: &str) -> Option<u64> {
    let named = advice.settings.iter().find(|one| one.name == name);
    named.map(|one| one.value)
}

fn words(advice: &Advice) -> String {
    let order: Vec<_> = advice.order.iter().map(|method| method.as_str()).collect();
    let reasons: Vec<_> = advice
        .reasons
        .iter()
        .map(|reason| serde_json::to_value(reason).expect("a word"))
        .map(|word| word.as_str().unwrap_or_default().to_owned())
        .collect();
    let order = if order.is_empty() {
        "nothing".to_owned()
    } else {
        order.join(", ")
    };
    format!("{order} ({})", reasons.join(", "))
}

fn needs() -> Vec<Need> {
    let mut needs = Vec::new();
    for uplink in [Often::None, Often::Rare, Often::Frequent] {
        for downlink in [Often::Rare, Often::Frequent] {
            for latency_ms in [100, 1_000, 4_999, 5_000, 30_000] {
                for audience in [Audience::Any, Audience::Enterprise] {
                    for servers in [Servers::One, Servers::Many] {
                        needs.push(Need {
                            uplink,
                            downlink,
                            latency_ms,
                            audience,
                            servers,
                            javascript_both_ends: false,
                        });
                    }
                }
            }
        }
    }
    needs
}

/// Every set of methods that pass, of the others all fail.
fn sets() -> impl Iterator<Item = [Verdict; 5]> {
    (0..32_u8).map(|set| {
        core::array::from_fn(|i| match set >> i & 1 {
            0 => Verdict::Passed,
            _ => Verdict::Failed,
        })
    })
}

fn table() -> String {
    let mut table = String::new();
    let _ = writeln!(table, "# Every need, where all methods pass");
    for need in needs() {
        let text = serde_json::to_string(&need).expect("a need");
        let text = text
            .replace(['{', '}', '"'], "")
            .replace(",javascriptBothEnds:false", "");
        let advice = advice(&all(Verdict::Passed), &[], Some(need));
        let _ = writeln!(table, "{text}: {}", words(&advice));
    }
    let nobody = Need {
        audience: Audience::Enterprise,
        ..Need::USUAL
    };
    let often = Need {
        uplink: Often::Frequent,
        ..nobody
    };
    let presets = Need::PRESETS.map(|(name, need)| (name, Some(need)));
    let more = [
        ("nobody said", None),
        ("enterprise", Some(nobody)),
        ("enterprise, often", Some(often)),
    ];
    for (name, need) in presets.into_iter().chain(more) {
        let _ = writeln!(table, "\n# {name}, where these fail");
        for set in sets() {
            let failed = Method::ALL
                .iter()
                .zip(set)
                .filter(|(_, verdict)| *verdict == Verdict::Failed);
            let failed: Vec<_> = failed.map(|(method, _)| method.as_str()).collect();
            let advice = advice(&measured(set), &[], need);
            let _ = writeln!(table, "{}: {}", failed.join(" "), words(&advice));
        }
    }
    table
}

#[test]
fn the_table_of_needs_and_verdicts_stands() {
    let now = table();
    if std::env::var_os("PUSHCHECK_RECORD").is_some() {
        fs::write(TABLE, &now).expect("written");
    }
    let before = fs::read_to_string(TABLE).expect("tests/advice.txt");
    for (before, now) in before.lines().zip(now.lines()) {
        assert_eq!(before, now);
    }
    assert_eq!(before.lines().count(), now.lines().count());
}

#[test]
fn only_what_was_measured_and_works_is_advised_and_that_wholly() {
    let verdicts = [
        Verdict::Passed,
        Verdict::Warning,
        Verdict::Failed,
        Verdict::Skipped,
        Verdict::Inconclusive,
    ];
    for n in 0..5_usize.pow(5) {
        let set = core::array::from_fn(|i| verdicts[n / 5_usize.pow(i as u32) % 5]);
        let methods = measured(set);
        let enterprise = Need {
            audience: Audience::Enterprise,
            ..Need::USUAL
        };
        let presets = Need::PRESETS.map(|(_, need)| Some(need));
        for need in presets.into_iter().chain([None, Some(enterprise)]) {
            let advice = advice(&methods, &[], need);
            let mut works: Vec<_> = methods
                .iter()
                .filter(|one| one.verdict == Verdict::Passed)
                .map(|one| one.method)
                .collect();
            let mut order = advice.order.clone();
            order.sort_unstable();
            works.sort_unstable();
            assert_eq!(order, works, "{set:?}");
            assert_eq!(advice.assumed, need.is_none());
            assert!(!advice.reasons.is_empty());
            let empty = [Reason::NonePassed, Reason::NotMeasured, Reason::Flawed];
            assert_eq!(
                advice.order.is_empty(),
                advice.reasons.iter().any(|reason| empty.contains(reason))
            );
        }
    }
}

#[test]
fn what_was_not_measured_is_told_from_what_fails() {
    assert_eq!(
        advice(&unmeasured(), &[], None).reasons,
        [Reason::NotMeasured]
    );
    assert_eq!(
        advice(&all(Verdict::Skipped), &[], None).reasons,
        [Reason::NotMeasured]
    );
    assert_eq!(
        advice(&all(Verdict::Failed), &[], None).reasons,
        [Reason::NonePassed]
    );
}

#[test]
fn a_flaw_that_a_beat_cures_does_not_count_and_the_beat_stands_in_the_settings() {
    let mut methods = all(Verdict::Passed);
    cut(&mut methods[4], 8_000, 12_000, Some(4_000));
    let need = Need::preset("game");
    let cured = advice(&methods, &[], need);
    assert_eq!(cured.order.first(), Some(&Method::WebSocket));
    assert_eq!(of(&cured, "heartbeatMs"), Some(4_000));
    cut(&mut methods[4], 8_000, 12_000, None);
    let not = advice(&methods, &[], need);
    assert!(!not.order.contains(&Method::WebSocket), "{:?}", not.order);
    let mut flawed = all(Verdict::Failed);
    cut(&mut flawed[4], 8_000, 12_000, None);
    let none = advice(&flawed, &[], need);
    assert_eq!(none.order, []);
    assert_eq!(none.reasons, [Reason::Flawed]);
}

#[test]
fn a_long_poll_is_held_for_less_than_the_way_allows() {
    let mut methods = all(Verdict::Passed);
    assert_eq!(of(&advice(&methods, &[], None), "holdMs"), Some(25_000));
    cut(&mut methods[1], 8_000, 12_000, Some(4_000));
    assert_eq!(of(&advice(&methods, &[], None), "holdMs"), Some(6_400));
    cut(&mut methods[1], 8_000, 60_000, Some(20_000));
    let longer = advice(&methods, &[], None);
    assert_eq!(of(&longer, "holdMs"), Some(24_000));
    assert_eq!(
        of(&longer, "heartbeatMs"),
        Some(24_000),
        "its own beat is no beat"
    );
    cut(&mut methods[1], 8_000, 10_000, Some(8_000));
    let sooner = advice(&methods, &[], None);
    assert_eq!(
        of(&sooner, "heartbeatMs"),
        of(&sooner, "holdMs"),
        "one number serves both"
    );
}

#[test]
fn what_ends_others_is_kept_clear_of_where_as_much_was_not_tried() {
    let mut methods = all(Verdict::Passed);
    cut(&mut methods[4], 8_000, 12_000, Some(4_000));
    assert_eq!(of(&advice(&methods, &[], None), "holdMs"), Some(4_000));
    methods[1].idle_tested_ms = Some(20_000);
    assert_eq!(of(&advice(&methods, &[], None), "holdMs"), Some(25_000));
}

#[test]
fn polls_are_so_far_apart_that_the_last_message_is_in_time() {
    let need = Need::preset("notifications");
    let polls = advice(&all(Verdict::Passed), &[], need);
    assert_eq!(polls.order.first(), Some(&Method::Polling));
    assert_eq!(of(&polls, "pollMs"), Some(29_960));
    let delay = polls.delay.expect("of polls it is known");
    assert_eq!((delay.typical_us, delay.worst_us), (15_020_000, 30_000_000));
}

#[test]
fn an_advice_names_the_findings_of_what_would_have_been_better() {
    let mut methods = all(Verdict::Passed);
    methods[4].verdict = Verdict::Failed;
    let finding = |id: &str, method, lane: Option<&str>, severity| Finding {
        id: id.to_owned(),
        code: Code::RpNoUpgrade,
        method,
        lane: lane.map(str::to_owned),
        place: Some(Place::RequestAltered),
        strength: Strength::Proved,
        severity,
        seen: 1,
        of: 1,
        because: Vec::new(),
        facts: Vec::new(),
        against: Vec::new(),
        rivals: Vec::new(),
        folded_under: None,
    };
    let socket = Some(Method::WebSocket);
    let findings = [
        finding("main", socket, Some("main"), Severity::Blocking),
        finding("of-none", None, None, Severity::Degraded),
        finding("elsewhere", socket, Some("alt-8443"), Severity::Blocking),
        finding("good-to-know", socket, Some("main"), Severity::Info),
        finding(
            "worse",
            Some(Method::Polling),
            Some("main"),
            Severity::Blocking,
        ),
    ];
    let often = advice(&methods, &findings, Need::preset("game"));
    assert_eq!(often.because, ["main"]);
    assert_eq!(often.reasons, [Reason::NextBest]);
    let rare = advice(&methods, &findings, None);
    assert_eq!(rare.because, [""; 0], "long polling is the best, and works");
    assert_eq!(rare.reasons, [Reason::LagNotAllowed]);
}

#[test]
fn a_word_that_is_no_preset_is_none() {
    assert_eq!(Need::preset("Chat"), None);
    assert_eq!(Need::preset(""), None);
}

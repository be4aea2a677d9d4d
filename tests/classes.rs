//! Classes of closing and of time, over every code and around every border.
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;
#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

use pushcheck::diagnosis::{CloseClass, RunResult, TimeClass, Verdict, result, together};
use pushcheck::method::Method;
use pushcheck::stats::{Spread, median};
use pushcheck::time::Micros;

/// RFC 6455 § 7.4 and the IANA registry, by ranges: what a clean close with that code says.
const CLEAN: [(core::ops::RangeInclusive<u16>, CloseClass); 19] = [
    (0..=999, CloseClass::Protocol),
    (1000..=1000, CloseClass::Clean),
    (1001..=1001, CloseClass::GoingAway),
    (1002..=1004, CloseClass::Protocol),
    (1005..=1005, CloseClass::Clean),
    (1006..=1007, CloseClass::Protocol),
    (1008..=1008, CloseClass::Policy),
    (1009..=1009, CloseClass::TooBig),
    (1010..=1010, CloseClass::Protocol),
    (1011..=1011, CloseClass::ServerError),
    (1012..=1012, CloseClass::Restart),
    (1013..=1014, CloseClass::ServerError),
    (1015..=1015, CloseClass::Protocol),
    (1016..=2999, CloseClass::Protocol),
    (3000..=3000, CloseClass::AppDefined),
    (3001..=3999, CloseClass::AppDefined),
    (4000..=4999, CloseClass::AppDefined),
    (5000..=5000, CloseClass::Protocol),
    (5001..=65535, CloseClass::Protocol),
];

#[test]
fn every_code_from_0_to_65535_has_its_class() {
    let mut covered = 0_u32;
    for (codes, class) in CLEAN {
        for code in codes {
            covered += 1;
            for opened in [true, false] {
                assert_eq!(CloseClass::of(code, true, opened), class, "clean {code}");
            }
            let unclean = if code == 1015 {
                CloseClass::Tls
            } else {
                CloseClass::AbnormalAfterOpen
            };
            assert_eq!(
                CloseClass::of(code, false, true),
                unclean,
                "unclean {code} after open"
            );
            let unclean = if code == 1015 {
                CloseClass::Tls
            } else {
                CloseClass::AbnormalBeforeOpen
            };
            assert_eq!(
                CloseClass::of(code, false, false),
                unclean,
                "unclean {code} before open"
            );
        }
    }
    assert_eq!(covered, 65_536, "a code is missing from the table");
}

/// What each engine was seen to hand to the page, and what it is to be called.
#[test]
fn each_engines_deviations_are_understood() {
    let cases = [
        (
            "Chromium: an untrusted certificate",
            1006,
            false,
            false,
            CloseClass::AbnormalBeforeOpen,
        ),
        (
            "Firefox: an untrusted certificate",
            1015,
            false,
            false,
            CloseClass::Tls,
        ),
        (
            "both: the connection was cut",
            1006,
            false,
            true,
            CloseClass::AbnormalAfterOpen,
        ),
        (
            "Firefox: 1006 was sent in a frame",
            1006,
            true,
            true,
            CloseClass::Protocol,
        ),
        (
            "Chromium: 1006 was sent in a frame",
            1006,
            false,
            true,
            CloseClass::AbnormalAfterOpen,
        ),
        (
            "Firefox: 1015 was sent in a frame",
            1015,
            true,
            true,
            CloseClass::Protocol,
        ),
        (
            "Firefox: 5000 was sent in a frame",
            5000,
            true,
            true,
            CloseClass::Protocol,
        ),
        (
            "both: a close frame without a code",
            1005,
            true,
            true,
            CloseClass::Clean,
        ),
    ];
    for (who, code, was_clean, opened, class) in cases {
        assert_eq!(CloseClass::of(code, was_clean, opened), class, "{who}");
    }
}

#[test]
fn time_classes_are_unknown_where_they_cannot_be_told() {
    const STEP: Micros = Micros(100);
    let class =
        |ms, rtt: Option<u64>| TimeClass::of(Micros::ms(ms), false, rtt.map(Micros::ms), STEP);
    assert_eq!(class(3, None), None, "no round trip was measured");
    assert_eq!(
        class(1, Some(2)),
        None,
        "on a LAN nothing can be sooner than a packet"
    );
    assert_eq!(class(2, Some(60)), Some(TimeClass::BeforeAnyPacket));
    assert_eq!(
        class(40, Some(60)),
        None,
        "between half a round trip and a whole one"
    );
    assert_eq!(class(61, Some(60)), Some(TimeClass::RoundTrips));
    assert_eq!(class(390, Some(60)), Some(TimeClass::RoundTrips));
    assert_eq!(class(391, Some(60)), Some(TimeClass::Slow));
    assert_eq!(
        TimeClass::of(Micros::ms(8_000), true, None, STEP),
        Some(TimeClass::OurDeadline)
    );
    let coarse = Micros::ms(100);
    assert_eq!(
        TimeClass::of(Micros::ZERO, false, Some(Micros::ms(60)), coarse),
        None,
        "the clock is too coarse"
    );
}

#[test]
fn few_samples_have_no_spread() {
    assert_eq!(Spread::of(&[]), None);
    assert_eq!(Spread::of(&[1, 2]), None);
    assert_eq!(
        Spread::of(&[9, 1, 5]),
        Some(Spread {
            n: 3,
            min_us: 1,
            median_us: 5,
            mad_us: 5
        })
    );
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[4, 1]), Some(2));
    assert_eq!(median(&[u64::MAX, u64::MAX]), Some(u64::MAX));
}

#[test]
fn attempts_together_are_a_warning_where_some_work() {
    use Verdict::{Failed, Inconclusive, Passed, Skipped, Warning};
    let cases = [
        (&[][..], Skipped),
        (&[Skipped, Passed], Passed),
        (&[Failed, Failed], Failed),
        (&[Failed, Passed], Warning),
        (&[Inconclusive, Failed], Failed),
        (&[Passed, Inconclusive], Passed),
        (&[Inconclusive, Inconclusive], Inconclusive),
    ];
    for (verdicts, expected) in cases {
        assert_eq!(together(verdicts.iter().copied()), expected, "{verdicts:?}");
    }
}

#[test]
fn the_result_follows_from_verdicts_and_requirements() {
    use Verdict::{Failed, Inconclusive, Passed, Skipped, Warning};
    let of = |verdicts: [Verdict; 3], required: &[Method]| {
        let methods = [Method::Polling, Method::LongPolling, Method::WebSocket];
        result(
            &methods.into_iter().zip(verdicts).collect::<Vec<_>>(),
            required,
        )
    };
    let socket = [Method::WebSocket];
    assert_eq!(of([Passed, Passed, Passed], &[]), RunResult::Passed);
    assert_eq!(
        of([Passed, Skipped, Passed], &[]),
        RunResult::Passed,
        "what is not asked for does not count"
    );
    assert_eq!(of([Passed, Passed, Warning], &[]), RunResult::Warning);
    assert_eq!(of([Passed, Passed, Failed], &[]), RunResult::Warning);
    assert_eq!(of([Passed, Passed, Failed], &socket), RunResult::Failed);
    assert_eq!(
        of([Passed, Passed, Inconclusive], &socket),
        RunResult::Inconclusive
    );
    assert_eq!(
        of([Passed, Passed, Skipped], &socket),
        RunResult::Inconclusive
    );
    assert_eq!(of([Failed, Failed, Failed], &[]), RunResult::Failed);
    assert_eq!(
        of([Failed, Inconclusive, Failed], &[]),
        RunResult::Inconclusive
    );
    assert_eq!(
        of([Skipped, Skipped, Skipped], &[]),
        RunResult::Inconclusive,
        "nothing was tried"
    );
}

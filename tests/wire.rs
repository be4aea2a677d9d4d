//! What page and server say to each other: round trips, and what is refused.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::{any, proptest};
use pushcheck::time::Micros;
use pushcheck::wire::{
    At, AttemptPath, Echo, FromPage, FromServer, Got, IdError, Key, Kind, Lines, Part, PollBody,
    ProbeId, RunId, Tick, TickId, tick_after, tick_due,
};

const RUN: &str = "00112233445566778899aabbccddeeff";

#[test]
fn the_run_is_the_first_half_of_the_keys_hash() {
    // SHA-256 of sixteen zero bytes, by coreutils' sha256sum.
    let run = Key::new([0; 16]).run().to_string();
    assert_eq!(run, "374708fff7719dd5979ec875d56cd228");
    assert_eq!(
        format!("{:?}", Key::new([0; 16])),
        "Key(…)",
        "a log would tell it"
    );
}

#[test]
fn a_malformed_segment_is_named() {
    let path = |run, probe, attempt, kind| AttemptPath::from_segments(run, probe, attempt, kind);
    let whole = path(RUN, "web-socket", "7", "web-socket").expect("well-formed");
    assert_eq!(
        whole.to_string(),
        format!("v1/runs/{RUN}/web-socket/7/web-socket")
    );
    let long = "a".repeat(41);
    let upper = RUN.to_uppercase();
    let cases = [
        (path("", "p", "1", "poll"), "run"),
        (path(&upper, "p", "1", "poll"), "run"),
        (path(&RUN[1..], "p", "1", "poll"), "run"),
        (path(RUN, "", "1", "poll"), "probe"),
        (path(RUN, "P", "1", "poll"), "probe"),
        (path(RUN, "a/b", "1", "poll"), "probe"),
        (path(RUN, &long, "1", "poll"), "probe"),
        (path(RUN, "p", "0", "poll"), "attempt"),
        (path(RUN, "p", "+1", "poll"), "attempt"),
        (path(RUN, "p", "10000", "poll"), "attempt"),
        (path(RUN, "p", "1", "Poll"), "kind"),
    ];
    for (parsed, part) in cases {
        assert_eq!(parsed, Err(IdError(part)));
    }
}

#[test]
fn ticks_fall_due_irregularly_and_never_within_sixty_milliseconds() {
    for n in 1..500 {
        let gap = tick_due(n).since(tick_due(n - 1));
        assert!(gap >= Micros::ms(60), "tick {n}");
        assert_eq!(tick_after(tick_due(n - 1)), n);
        assert_eq!(tick_after(Micros(tick_due(n).0 - 1)), n);
    }
}

#[test]
fn other_peoples_lines_are_refused() {
    for line in [
        "",
        "tick",
        "tick 1 2 3",
        "tick 1 2 3 aa x",
        "tick -1 2 3 aa",
        "tick 1 2 3 zz",
        "tick 1 2 3 ",
        "<html>",
        "Tick 1 2 3 aa",
        "got 1 2 3 aa x",
        "part 1 2 3",
    ] {
        assert!(line.parse::<FromServer>().is_err(), "{line:?}");
    }
    for body in [
        "",
        "at 1 2 aa",
        "at 1 2 aa\ntick",
        "<html>\n",
        "at 1 2 aa\n\n",
    ] {
        assert!(body.parse::<PollBody>().is_err(), "{body:?}");
    }
    for line in [
        "end now",
        "ticks",
        "ticks x",
        "echo",
        "echo x",
        "",
        "ENDS",
        "burst 1 2",
        "burst 1 2 3 4",
        "burst 1 2 -3",
        "ack",
        "cut 1 2",
        "part x",
        "ledger",
        "ledger 0123",
        "ledger 0123456789abcdef0123456789abcdef again",
    ] {
        assert!(line.parse::<FromPage>().is_err(), "{line:?}");
    }
}

#[test]
fn lines_are_bounded() {
    let mut lines = Lines::default();
    let mut whole = Vec::new();
    for chunk in ["ti", "ck 1\ntick", " 2\n"] {
        lines.push(chunk.bytes(), |line, bytes| whole.push((line, bytes)));
    }
    assert_eq!(whole, [("tick 1".to_owned(), 6), ("tick 2".to_owned(), 6)]);
    whole.clear();
    lines.push("x".repeat(100_000).bytes(), |line, bytes| {
        whole.push((line, bytes))
    });
    lines.push("\nnext\n".bytes(), |line, bytes| whole.push((line, bytes)));
    assert_eq!(whole, [(String::new(), 100_000), ("next".to_owned(), 4)]);
}

proptest! {
    #[test]
    fn what_is_written_is_read(n in any::<u32>(), a in 0..10_000_000_000_000_000_u64, b in 0..10_000_000_000_000_000_u64, id in "[0-9a-f]{1,16}", padding in "[a-z0-9 ]{0,40}") {
        let tick = Tick { n, due: Micros(a), sent: Micros(b), instance: id.clone() };
        assert_eq!(tick.to_string().parse(), Ok(tick.clone()));
        let at = At { received: Micros(a), sent: Micros(b), instance: id.clone() };
        let echo = Echo { n, at: at.clone(), padding: padding.clone() };
        assert_eq!(echo.to_string().parse(), Ok(FromServer::Echo(echo)));
        let tick_id = TickId { n, instance: id, started_at: a };
        assert_eq!(tick_id.to_string().parse(), Ok(tick_id));
        let part = Part { n, asked: Micros(a), sent: Micros(b), instance: at.instance.clone(), padding: padding.clone() };
        assert_eq!(part.to_string().parse(), Ok(FromServer::Part(part)));
        let got = Got { n, at: at.clone() };
        assert_eq!(got.to_string().parse(), Ok(FromServer::Got(got)));
        let burst = FromPage::Burst { after: n, parts: n / 2, bytes: n / 3 };
        for said in [burst, FromPage::Ack(n), FromPage::Cut(n), FromPage::Part(n, padding.clone()), FromPage::Ticks(n), FromPage::Pings(n), FromPage::Echo(n, padding.clone()), FromPage::End] {
            assert_eq!(said.to_string().parse(), Ok(said));
        }
        let body = PollBody { at, ticks: vec![tick.clone(), tick] };
        assert_eq!(body.to_string().parse(), Ok(body));
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,200}") {
        let _ = text.parse::<FromServer>();
        let _ = text.parse::<FromPage>();
        let _ = text.parse::<PollBody>();
        let _ = text.parse::<TickId>();
        let _ = text.parse::<RunId>();
        let _ = text.parse::<ProbeId>();
        let _ = text.parse::<Kind>();
        Lines::default().push(text.bytes(), |_, _| {});
    }

    #[test]
    fn ids_survive(bytes in any::<[u8; 16]>()) {
        let key = Key::new(bytes);
        assert_eq!(key.to_body().parse(), Ok(key.clone()));
        let ask = FromPage::Ledger(key.clone());
        assert_eq!(ask.to_string().parse(), Ok(ask.clone()));
        assert!(!format!("{ask:?}").contains(&key.to_body()));
        assert_eq!(key.run().to_string().parse(), Ok(key.run()));
    }
}

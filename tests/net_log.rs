//! Logs that browsers write of their own network: what of them is read, and that nothing else matters.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use pushcheck::explain::{LoggedError, MOST_BYTES, NetLog, Unreadable};

const RUN: &str = "5898fb67f37aa63a68817c7a739011d2";

/// Lines as Chromium 148 writes them, some keys left out.
const CHROMIUM: &str = r#"{"constants":{"addressFamily":{"ADDRESS_FAMILY_IPV4":1},"logEventTypes":{"URL_REQUEST":7},"logSourceType":{"NONE":0,"URL_REQUEST":1,"HTTP_STREAM_JOB":15},"netError":{"ERR_ABORTED":-3,"ERR_NAME_NOT_RESOLVED":-105,"ERR_UNSAFE_PORT":-312,"ERR_WS_UPGRADE":-173}},
"events": [
{"params":{"priority":"LOWEST","url":"ws://a.test/v1/runs/5898fb67f37aa63a68817c7a739011d2/web-socket/1/web-socket"},"phase":1,"source":{"id":204,"start_time":"61986600","type":1},"time":"61986600","type":2},
{"params":{"url":"http://a.test/v1/runs/5898fb67f37aa63a68817c7a739011d2/poll/3/poll?after=0"},"phase":1,"source":{"id":205,"start_time":"61986600","type":1},"time":"61986600","type":2},
{"params":{"url":"http://a.test/v1/runs/5898fb67f37aa63a68817c7a739011d2/poll/3/poll?after=0"},"phase":1,"source":{"id":207,"start_time":"61986600","type":15},"time":"61986600","type":495},
{"params":{"net_error":-312},"phase":2,"source":{"id":207,"start_time":"61986600","type":15},"time":"61986603","type":495},
{"params":{"url":"http://a.test/v1/runs/5898fb67f37aa63a68817c7a739011d2/poll/4/poll?after=0"},"phase":1,"source":{"id":206,"start_time":"61986600","type":1},"time":"61986600","type":2},
{"params":{"headers":["X: \"net_error\":-312"]},"phase":0,"source":{"id":206,"start_time":"61986600","type":1},"time":"61986603","type":9},
{"params":{"net_error":-105},"phase":2,"source":{"id":204,"start_time":"61986600","type":1},"time":"61986603","type":134},
{"params":{"net_error":-173},"phase":2,"source":{"id":206,"start_time":"61986600","type":1},"time":"61986603","type":134},
{"params":{"net_error":-105},"phase":2,"source":{"id":204,"start_time":"61986600","type":1},"time":"61986603","type":2},
{"params":{"net_error":-999},"phase":2,"source":{"id":205,"start_time":"61986600","type":1},"time":"61986603","type":2},
{"params":{"net_error":-105},"phase":2,"source":{"id":300,"start_time":"61986600","type":1},"time":"61986603","type":2}]}
"#;

/// Lines as Firefox 140 writes them.
const FIREFOX: &str = "\
2026-11-26 14:51:12.000000 UTC - [(null) 17995: Main Thread]: D/nsSocketTransport STS dispatch [7effc0e1ec40]
2026-11-26 14:51:12.563410 UTC - [Parent 17995: Main Thread]: E/nsHttp HttpBaseChannel::Init [this=7f57d29cbc00]
2026-11-26 14:51:12.563413 UTC - [Parent 17995: Main Thread]: E/nsHttp host=nosuch.invalid port=-1
2026-11-26 14:51:12.563436 UTC - [Parent 17995: Main Thread]: E/nsHttp uri=http://nosuch.invalid/v1/runs/5898fb67f37aa63a68817c7a739011d2/web-socket/1/web-socket
2026-11-26 14:51:12.563436 UTC - [Parent 17995: Main Thread]: E/nsHttp HttpBaseChannel::Init [this=7f57d29cbd00]
2026-11-26 14:51:12.563436 UTC - [Parent 17995: Main Thread]: E/nsHttp uri=http://nosuch.invalid/v1/runs/5898fb67f37aa63a68817c7a739011d2/poll/2/poll?after=0
2026-11-26 14:51:12.860106 UTC - [Parent 17995: Main Thread]: D/nsHttp nsHttpChannel::OnStartRequest [this=7f57d29cbc00 request=7f57d337a7c0 status=804b001e]
2026-11-26 14:51:12.860143 UTC - [Parent 17995: Main Thread]: D/nsHttp nsHttpChannel::OnStopRequest [this=7f57d29cbc00 request=7f57d337a7c0 status=804b001e]
2026-11-26 14:51:12.860143 UTC - [Parent 17995: Main Thread]: D/nsHttp nsHttpChannel::OnStopRequest [this=7f57d29cbd00 request=7f57d337a7c0 status=0]
2026-11-26 14:51:13.563410 UTC - [Parent 17995: Main Thread]: E/nsHttp HttpBaseChannel::Init [this=7f57d29cbd00]
2026-11-26 14:51:13.563436 UTC - [Parent 17995: Main Thread]: E/nsHttp uri=http://elsewhere.test/
2026-11-26 14:51:13.860143 UTC - [Parent 17995: Main Thread]: D/nsHttp nsHttpChannel::OnStopRequest [this=7f57d29cbd00 request=7f57d337a7c0 status=804b000d]
";

fn read(run: &str, pieces: &[&str]) -> Result<Vec<LoggedError>, Unreadable> {
    let mut log = NetLog::new(run);
    for piece in pieces {
        log.feed(piece);
    }
    log.finish()
}

fn error(probe: &str, attempt: u16, name: &str) -> LoggedError {
    LoggedError {
        probe: probe.to_owned(),
        attempt,
        name: name.to_owned(),
    }
}

#[test]
fn chromium_names_the_errors_of_the_runs_own_requests_and_of_no_others() {
    let errors = read(RUN, &[CHROMIUM]);
    let expected = [
        error("web-socket", 1, "ERR_NAME_NOT_RESOLVED"),
        error("poll", 3, "999"),
    ];
    assert_eq!(errors, Ok(expected.to_vec()));
}

#[test]
fn a_password_that_is_asked_for_before_any_answer_is_the_proxys() {
    const ASKED: &str = r#"{"params":{"delegate_blocked_by":"WebSocketStream::Delegate::OnAuthRequired"},"phase":1,"source":{"id":204,"start_time":"61986600","type":1},"time":"61986601","type":145},
"#;
    const ANSWER: &str = r#"{"params":{"headers":["HTTP/1.1 401 Unauthorized","Server: a"]},"phase":0,"source":{"id":204,"start_time":"61986600","type":1},"time":"61986601","type":200},
"#;
    let end = CHROMIUM.find("{\"params\":{\"url\"").expect("it is there");
    let begun = &CHROMIUM[..end];
    let asked = error("web-socket", 1, "ERR_PROXY_AUTH_REQUESTED");
    assert_eq!(read(RUN, &[begun, ASKED]), Ok(vec![asked]));
    assert_eq!(read(RUN, &[begun, ANSWER, ASKED]), Ok(Vec::new()));
}

#[test]
fn of_several_errors_the_last_counts_and_none_after_a_redirect() {
    let event = |params: &str| {
        let source = r#""source":{"id":204,"start_time":"61986600","type":1}"#;
        format!(
            "{{\"params\":{{{params}}},\"phase\":2,{source},\"time\":\"61986601\",\"type\":2}},\n"
        )
    };
    let end = CHROMIUM.find("{\"params\":{\"url\"").expect("it is there");
    let begun = &CHROMIUM[..end];
    let (first, last) = (event("\"net_error\":-312"), event("\"net_error\":-105"));
    let named = error("web-socket", 1, "ERR_NAME_NOT_RESOLVED");
    assert_eq!(read(RUN, &[begun, &first, &last]), Ok(vec![named]));
    let elsewhere = event("\"url\":\"http://portal.test/\"");
    assert_eq!(read(RUN, &[begun, &elsewhere, &last]), Ok(Vec::new()));
}

#[test]
fn firefox_names_the_status_with_which_the_runs_own_channels_stop() {
    let errors = read(RUN, &[FIREFOX]);
    let expected = [error("web-socket", 1, "NS_ERROR_UNKNOWN_HOST")];
    assert_eq!(errors, Ok(expected.to_vec()));
}

#[test]
fn what_tells_nothing_is_called_by_its_reason() {
    let other = "0".repeat(32);
    assert_eq!(read(RUN, &[]), Err(Unreadable::Empty));
    assert_eq!(read(RUN, &["{\"schema\":1}"]), Err(Unreadable::NoLog));
    assert_eq!(read(RUN, &["{\"constants\":{}}\n"]), Err(Unreadable::NoLog));
    assert_eq!(
        read(RUN, &["\n".repeat(300).as_str()]),
        Err(Unreadable::NoLog)
    );
    for log in [CHROMIUM, FIREFOX] {
        assert_eq!(read(&other, &[log]), Err(Unreadable::OtherRun));
    }
}

#[test]
fn a_log_that_breaks_off_is_read_as_far_as_it_goes() {
    let cut = CHROMIUM
        .find("{\"params\":{\"net_error\":-173}")
        .expect("it is there");
    let errors = read(RUN, &[&CHROMIUM[..cut + 20]]);
    let expected = [error("web-socket", 1, "ERR_NAME_NOT_RESOLVED")];
    assert_eq!(errors, Ok(expected.to_vec()));
}

#[test]
fn what_is_too_large_is_not_read_on() {
    let mut log = NetLog::new(RUN);
    let piece = "x".repeat(16 * 1024 * 1024);
    assert!(log.feed(CHROMIUM));
    let mut fed = CHROMIUM.len() as u64;
    while log.feed(&piece) {
        fed += piece.len() as u64;
        assert!(fed <= MOST_BYTES, "it should have said so");
    }
    assert_eq!(log.finish(), Err(Unreadable::TooLarge));
}

#[test]
fn a_line_without_an_end_costs_no_memory_and_hides_no_other() {
    let long = "x".repeat(1024 * 1024);
    let parts = CHROMIUM.split_at(CHROMIUM.find("{\"params\"").expect("it is there"));
    let errors = read(RUN, &[parts.0, &long, &long, "\n", parts.1]);
    assert_eq!(errors.map(|all| all.len()), Ok(2));
    // However true: what is longer is not kept, so not read.
    let end = CHROMIUM
        .find("{\"params\":{\"net_error\"")
        .expect("it is there");
    let event = CHROMIUM
        .lines()
        .find(|line| line.contains("{\"net_error\":-105},\"phase\":2,\"source\":{\"id\":204"));
    let (head, rest) = event.expect("it is there").split_at("{\"params\":{".len());
    let told = |padding: &str| {
        read(
            RUN,
            &[
                &CHROMIUM[..end],
                head,
                "\"pad\":\"",
                padding,
                "\",",
                rest,
                "\n",
            ],
        )
    };
    assert_eq!(told("x").map(|all| all.len()), Ok(1));
    assert_eq!(told(&long), Ok(Vec::new()));
}

proptest! {
    #[test]
    fn where_the_pieces_are_cut_changes_nothing(cuts in prop::collection::vec(0..CHROMIUM.len(), 0..20), chromium: bool) {
        let whole = if chromium { CHROMIUM } else { FIREFOX };
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < whole.len()).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&whole[from..cut]);
            from = cut;
        }
        pieces.push(&whole[from..]);
        prop_assert_eq!(read(RUN, &pieces), read(RUN, &[whole]));
    }

    #[test]
    fn no_text_is_too_strange(text: String, lines in prop::collection::vec(".{0,80}", 0..8)) {
        let _ = read(RUN, &[&text]);
        let told = read(RUN, &[CHROMIUM, &lines.join("\n"), FIREFOX]);
        prop_assert!(told.is_ok());
    }

    /// A name is one that the log's own table gives, or a number: nothing of a stranger's choosing reaches a page.
    #[test]
    fn a_name_is_short_and_plain(table in "\\PC{0,40}", number in 1_u32..2000) {
        let log = CHROMIUM.replace("ERR_NAME_NOT_RESOLVED\":-105", &format!("{table}\":-105")).replace("-999", &format!("-{number}"));
        for error in read(RUN, &[&log]).unwrap_or_default() {
            prop_assert!(error.name.len() <= 60);
            prop_assert!(error.name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')), "{}", error.name);
        }
    }
}

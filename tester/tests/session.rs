//! Saved sessions, whole and damaged.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use pushcheck_tester::request::Field;
use pushcheck_tester::session::{Entry, LONGEST, MOST, Session, keep, read, write};
use serde_json::{Value, json};

fn session() -> Session {
    Session {
        name: "First".to_owned(),
        saved_at: 1_790_000_000_000,
        kind: "web-socket".to_owned(),
        url: "wss://app.example/".to_owned(),
        protocols: vec!["chat".to_owned()],
        headers: vec![Field {
            name: "X-A".to_owned(),
            value: "<b>".to_owned(),
        }],
        format: "json".to_owned(),
        payload: "{}".to_owned(),
        entries: vec![Entry {
            at: 1_790_000_000_001,
            direction: "in".to_owned(),
            kind: "binary".to_owned(),
            size: 4,
            text: String::new(),
            base64: "AAEC/w==".to_owned(),
        }],
        ..Session::default()
    }
}

fn file(sessions: &Value) -> String {
    json!({ "file": "pushcheck-tester", "version": 1, "sessions": sessions }).to_string()
}

#[test]
fn what_is_written_is_read() {
    let all = vec![
        session(),
        Session {
            name: "Second \u{1f600}".to_owned(),
            kind: "http".to_owned(),
            ..Session::default()
        },
    ];
    let back = read(&write(&all));
    assert_eq!((back.sessions, back.damaged), (all, Vec::new()));
}

#[test]
fn a_damaged_file_is_named_with_the_reason() {
    let newer = json!({ "file": "pushcheck-tester", "version": 2, "sessions": [] }).to_string();
    let whole = write(&[session()]);
    for (text, why, at) in [
        ("", "cut", "1:0"),
        (&whole[..whole.len() / 2], "cut", ""),
        ("la la la", "no-json", "1:1"),
        ("{}", "not-ours", ""),
        ("[]", "not-ours", ""),
        ("{\"file\":\"pushcheck-tester\"}", "not-ours", "version"),
        (&newer, "newer", ""),
        (
            "{\"file\":\"pushcheck-tester\",\"version\":1}",
            "no-list",
            "sessions",
        ),
        (&"[".repeat(100_000), "no-json", ""),
        (&" ".repeat(LONGEST + 1), "too-large", ""),
    ] {
        let told = read(text);
        let short: String = text.chars().take(60).collect();
        assert!(told.sessions.is_empty(), "{short}");
        assert_eq!(told.damaged.len(), 1, "{short}");
        assert_eq!(told.damaged[0].why, why, "{short}");
        assert!(
            at.is_empty() || told.damaged[0].at == at,
            "{short}: {}",
            told.damaged[0].at
        );
    }
}

#[test]
fn a_damaged_session_is_named_and_the_others_are_taken() {
    for (field, value, why, at) in [
        ("url", json!(7), "no-text", "url"),
        ("url", json!("x".repeat(40_000)), "too-long", "url"),
        ("name", json!(" "), "no-name", "name"),
        ("kind", json!("shell"), "unknown-word", "kind"),
        ("kind", json!(null), "no-text", "kind"),
        ("format", json!("exe"), "unknown-word", "format"),
        ("credentials", json!("all"), "unknown-word", "credentials"),
        ("savedAt", json!(-1), "no-number", "savedAt"),
        ("savedAt", json!(1e30), "no-number", "savedAt"),
        ("protocols", json!("chat"), "no-list", "protocols"),
        ("protocols", json!(["a", 1]), "no-text", "protocols[1]"),
        ("protocols", json!(vec!["a"; 65]), "too-many", "protocols"),
        ("headers", json!([{}, "x"]), "no-object", "headers[1]"),
        (
            "headers",
            json!([{ "name": [] }]),
            "no-text",
            "headers[0].name",
        ),
        (
            "entries",
            json!(vec![json!({}); 201]),
            "too-many",
            "entries",
        ),
        (
            "entries",
            json!([{ "direction": "up" }]),
            "unknown-word",
            "entries[0].direction",
        ),
        (
            "entries",
            json!([{ "direction": "in", "size": "9" }]),
            "no-number",
            "entries[0].size",
        ),
        (
            "entries",
            json!([{ "direction": "in", "base64": "A*" }]),
            "no-base64",
            "entries[0].base64",
        ),
        ("payload", json!("x".repeat(300_000)), "too-long", "payload"),
    ] {
        let whole = serde_json::to_value(session()).expect("JSON");
        let mut damaged = whole.clone();
        damaged[field] = value;
        let told = read(&file(&json!([whole, damaged])));
        assert_eq!(told.sessions, [session()], "{field}");
        assert_eq!(told.damaged.len(), 1, "{field}");
        assert_eq!(
            (told.damaged[0].why, told.damaged[0].at.as_str()),
            (why, format!("sessions[1].{at}").as_str()),
            "{field}"
        );
    }
    let told = read(&file(&json!([null])));
    assert_eq!(
        (told.damaged[0].why, told.damaged[0].at.as_str()),
        ("no-object", "sessions[0]")
    );
}

#[test]
fn more_than_there_is_room_for_is_said() {
    let told = read(&write(&vec![session(); MOST + 3]));
    assert_eq!((told.sessions.len(), told.damaged.len()), (MOST, 1));
    assert_eq!(told.damaged[0].why, "too-many");
}

#[test]
fn nothing_is_saved_that_would_not_be_read_again() {
    let field = Field {
        name: "X-A".to_owned(),
        value: String::new(),
    };
    // Three bytes each in UTF-8, one unit in UTF-16.
    let wide = |units| "\u{3042}".repeat(units);
    let entry = Entry {
        text: wide(16_000),
        base64: String::new(),
        ..session().entries[0].clone()
    };
    let change = |change: &dyn Fn(&mut Session)| {
        let mut one = session();
        change(&mut one);
        vec![one]
    };
    for (sessions, why) in [
        (change(&|one| one.url = wide(11_000)), "too-long"),
        (change(&|one| one.payload = wide(90_000)), "too-long"),
        (
            change(&|one| one.headers = vec![field.clone(); 65]),
            "too-many",
        ),
        (
            change(&|one| one.entries = vec![entry.clone(); 200]),
            "too-large",
        ),
        (change(&|one| one.name = " ".to_owned()), "no-name"),
        (vec![session(); MOST + 1], "too-many"),
    ] {
        let kept = keep(&sessions, "");
        let whys: Vec<_> = kept.damaged.iter().map(|one| one.why).collect();
        assert_eq!((kept.text, whys), (None, vec![why]), "{why}");
    }
    let kept = keep(&change(&|one| one.url = wide(10_000)), "");
    let back = read(&kept.text.expect("it can be read"));
    assert_eq!((back.sessions.len(), back.damaged.len()), (1, 0));
}

#[test]
fn what_cannot_be_read_whole_is_put_aside() {
    let newer = json!({ "file": "pushcheck-tester", "version": 2, "sessions": [] }).to_string();
    let odd = file(&json!([session(), { "name": "odd", "kind": 7 }]));
    let large = write(&vec![session(); MOST + 1]);
    let huge = " ".repeat(LONGEST + 1);
    for present in [
        newer.as_str(),
        odd.as_str(),
        large.as_str(),
        huge.as_str(),
        "la la la",
    ] {
        let kept = keep(&[session()], present);
        assert!(kept.aside && kept.text.is_some(), "{}", &present[..8]);
    }
    for present in ["", write(&[session()]).as_str(), write(&[]).as_str()] {
        assert!(!keep(&[session()], present).aside, "{present}");
    }
}

proptest! {
    #[test]
    fn any_file_is_read(text in ".*") {
        let told = read(&text);
        prop_assert!(!told.damaged.is_empty());
    }

    #[test]
    fn one_byte_less_or_other_is_read(at in 0_usize..2_000, with in "[\\[\\]{}\",:0a-]?") {
        let mut text = write(&[session()]);
        let at = at % text.len();
        if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
            text.replace_range(at..=at, &with);
        }
        let _ = read(&text);
    }
}

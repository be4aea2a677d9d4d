//! Who may know whom, checked on the source text; and words that no source may hold.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

/// Each room and those that it may use. The ground floor knows nobody but itself.
const ARROWS: [(&str, &[&str]); 17] = [
    ("time", &[]),
    ("stats", &[]),
    ("method", &[]),
    ("json", &[]),
    ("wire", &["time", "method"]),
    ("plan", &["time", "method", "wire"]),
    ("evidence", &["time", "method", "wire", "plan"]),
    ("session", &["time", "method", "wire", "plan", "evidence"]),
    (
        "diagnosis",
        &["time", "stats", "method", "wire", "plan", "evidence"],
    ),
    ("advice", &["method", "plan", "diagnosis"]),
    ("explain", &["wire", "evidence", "diagnosis"]),
    (
        "report",
        &["time", "wire", "plan", "evidence", "diagnosis", "advice"],
    ),
    (
        "replay",
        &[
            "time",
            "wire",
            "plan",
            "evidence",
            "diagnosis",
            "advice",
            "explain",
            "report",
        ],
    ),
    (
        "run",
        &[
            "time",
            "method",
            "wire",
            "plan",
            "evidence",
            "session",
            "diagnosis",
            "report",
        ],
    ),
    (
        "browser",
        &[
            "time", "method", "wire", "plan", "evidence", "session", "report", "run",
        ],
    ),
    (
        "face",
        &[
            "time",
            "method",
            "wire",
            "plan",
            "evidence",
            "diagnosis",
            "advice",
            "report",
            "run",
            "replay",
            "explain",
            "json",
            "browser",
        ],
    ),
    ("lib", &["face"]),
];

fn sources(under: &Path, found: &mut Vec<PathBuf>) {
    for entry in read_dir(under)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
    {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

/// Every file of `src/`, by the room that it belongs to, without its comments.
fn rooms() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut rooms: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(&src).expect("it is inside");
        let first = inside.components().next().expect("a component").as_os_str();
        let room = Path::new(first)
            .file_stem()
            .expect("a name")
            .to_str()
            .expect("UTF-8")
            .to_owned();
        let text = read_to_string(&file).expect("a file");
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        rooms
            .entry(room)
            .or_default()
            .push((file.clone(), code.collect::<Vec<_>>().join("\n")));
    }
    rooms
}

#[test]
fn arrows_point_one_way() {
    let rooms = rooms();
    let known: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    for (room, files) in &rooms {
        let (_, may) = ARROWS
            .iter()
            .find(|(name, _)| name == room)
            .unwrap_or_else(|| panic!("{room} has no arrows"));
        for (file, code) in files {
            for used in code.split("crate::").skip(1) {
                let used: String = used
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let allowed = used == *room
                    || may.contains(&used.as_str())
                    || !known.contains(&used.as_str());
                assert!(allowed, "{} uses {used}", file.display());
            }
        }
    }
    assert_eq!(
        rooms.len(),
        known.len(),
        "an arrow leads from a room that is gone"
    );
}

#[test]
fn the_core_knows_no_browser_and_no_clock() {
    const BROWSER: [&str; 8] = [
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "Instant",
        "SystemTime",
        "std::net",
        "std::thread",
        "target_arch",
    ];
    for (room, files) in rooms() {
        for (file, code) in files
            .iter()
            .filter(|_| room != "browser" && room != "face" && room != "lib")
        {
            for word in BROWSER {
                assert!(!code.contains(word), "{} says {word}", file.display());
            }
        }
    }
}

#[test]
fn nothing_is_leaked_on_purpose_and_targets_are_named_in_one_place() {
    for (room, files) in rooms() {
        for (file, code) in &files {
            for word in [
                ".forget()",
                "once_into_js",
                "todo!",
                "unimplemented!",
                "dbg!",
            ] {
                assert!(!code.contains(word), "{} says {word}", file.display());
            }
            assert!(
                room == "lib" || !code.contains("cfg(target_arch"),
                "{} names a target",
                file.display()
            );
        }
    }
}

#[test]
fn sessions_and_rules_do_not_know_each_other() {
    let rooms = rooms();
    for (room, word) in [
        ("session", "diagnosis"),
        ("diagnosis", "session"),
        ("browser", "diagnosis::Code"),
    ] {
        for (file, code) in &rooms[room] {
            assert!(
                !code.contains(&format!("crate::{word}")),
                "{} uses {word}",
                file.display()
            );
        }
    }
}

//! What the page says: everything that may have to be said has a text, in each language the same.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::path::Path;

const ENGLISH: &str = include_str!("../../www/tester/text/en.js");
const JAPANESE: &str = include_str!("../../www/tester/text/ja.js");

/// Each line's key, as it is indented, and the placeholders in what it says.
fn keys(text: &str) -> Vec<(String, BTreeSet<&str>)> {
    let entries = text
        .lines()
        .filter(|line| !line.trim_start().starts_with(['/', '*', '"']) || line.contains("\": "));
    let entries = entries.filter_map(|line| {
        let (key, said) = line.split_once(": ")?;
        let holes = said
            .split('{')
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('}')?.0));
        Some((
            key.to_owned(),
            holes.filter(|hole| !hole.is_empty()).collect(),
        ))
    });
    entries.collect()
}

#[test]
fn each_language_has_the_same_keys_and_placeholders() {
    assert!(keys(ENGLISH).len() > 300, "{}", keys(ENGLISH).len());
    for (english, japanese) in keys(ENGLISH).into_iter().zip(keys(JAPANESE)) {
        assert_eq!(english, japanese);
    }
    assert_eq!(ENGLISH.lines().count(), JAPANESE.lines().count());
}

/// The keys of one group.
fn texts(group: &str) -> BTreeSet<String> {
    let (_, rest) = ENGLISH
        .split_once(&format!("\n  {group}: {{\n"))
        .expect(group);
    let (block, _) = rest.split_once("\n  }").expect(group);
    let keys = block
        .lines()
        .filter_map(|line| Some(line.trim().split_once(": \"")?.0));
    keys.map(|key| key.trim_matches('"').to_owned()).collect()
}

/// The words between quotation marks behind one of those in the sources below `src/`.
fn words(paths: &[&str], marks: &[&str]) -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for path in paths {
        let text = std::fs::read_to_string(src.join(path)).expect(path);
        // However the formatter breaks lines.
        let text: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("( ", "(");
        for mark in marks {
            let words = text
                .split(mark)
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            found.extend(words.map(str::to_owned));
        }
    }
    found
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn every_doubt_has_a_text_and_every_text_a_doubt() {
    let mut codes = words(
        &[
            "address/doubts/mod.rs",
            "address/doubts/characters.rs",
            "address/doubts/places.rs",
        ],
        &[
            "self.add(\"",
            "doubts.add(\"",
            "=> (\"",
            "code = if port == 80 { \"",
            "} else { \"plain",
            "(true, true) => (\"",
        ],
    );
    // Built from two halves above.
    codes.remove("-on-443");
    codes.insert("plain-on-443".to_owned());
    assert_eq!(codes, texts("doubts"));
    assert!(texts("doubts").len() > 40);
}

#[test]
fn every_flaw_damage_and_refusal_has_a_text() {
    let flaws = words(
        &[
            "payload/bytes.rs",
            "payload/json.rs",
            "payload/xml.rs",
            "payload/html.rs",
        ],
        &[
            "Flaw::there(text, \"",
            "Flaw::new(text, \"",
            "Error::DtdDetected => \"",
            "_ => \"",
        ],
    );
    assert_eq!(flaws, texts("flaws"));
    let mut damages = words(
        &["session.rs"],
        &[
            "all(\"",
            "Err((\"",
            "|| (\"",
            "error.is_eof() { \"",
            "else { \"",
            "ok_or_else(|| (\"",
        ],
    );
    damages.insert("unreadable".to_owned());
    assert_eq!(damages, texts("damages"));
    let request = words(&["request.rs"], &["add(\""]);
    assert_eq!(request, texts("requestDoubts"));
    assert_eq!(
        texts("notAdmitted"),
        set(&[
            "no-url",
            "not-listed",
            "not-public",
            "unknown",
            "user-password"
        ])
    );
    assert_eq!(
        texts("ranges"),
        set(&["libraries", "none", "private", "protocol", "unused"])
    );
}

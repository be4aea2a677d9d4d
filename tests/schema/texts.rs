//! Every word of the schema that a page may have to say has a text.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pushcheck::explain::Unreadable;
use serde_json::Value;

use crate::schema;

const ENGLISH: &str = include_str!("../../www/text/en.js");

/// What the rooms say that words of the schema, or of ours, choose.
const DETAILS: &str = include_str!("../../www/more/text/en/details.js");
const LOG: &str = include_str!("../../www/more/text/en/log.js");

/// The keys of one of the texts' groups.
fn texts(group: &str) -> BTreeSet<String> {
    texts_in(ENGLISH, group)
}

fn texts_in(all: &str, group: &str) -> BTreeSet<String> {
    let (_, rest) = all.split_once(&format!("\n  {group}: {{\n")).expect(group);
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
        ("strength", "Strength"),
        ("surely", "Strength"),
        ("skipped", "Skipped"),
    ] {
        assert_eq!(texts(group), words(name), "{group}");
    }
    assert_eq!(texts_in(DETAILS, "seenBy"), words("StatusFrom"));
    let unreadable = Unreadable::ALL.iter().map(|why| why.as_str());
    assert_eq!(
        texts_in(LOG, "unreadable"),
        unreadable.chain(["file"]).map(str::to_owned).collect()
    );
    let states: BTreeSet<_> = &words("Word") | &words("Verdict");
    assert_eq!(
        &texts("state") - &states,
        ["trying", "not-needed"].map(str::to_owned).into()
    );
    assert_eq!(&states - &texts("state"), BTreeSet::new());
    let (said, known) = (texts("headline"), words("RunResult"));
    assert_eq!(
        &known - &said,
        BTreeSet::new(),
        "a headline for every result"
    );
    for group in ["summary", "nextStep"] {
        assert_eq!(
            &said - &texts(group),
            ["unable", "unreadable"].map(str::to_owned).into(),
            "{group}"
        );
    }
}

/// Each line's key, as it is indented, and the placeholders in what it says.
fn keys(text: &str) -> Vec<(String, BTreeSet<&str>)> {
    let entries = text.lines().filter_map(|line| {
        let (key, said) = line.split_once(": ")?;
        let holes = said
            .split('{')
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('}')?.0));
        let holes = holes.filter(|hole| hole.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        (!line.trim_start().starts_with(['/', '*'])).then(|| (key.to_owned(), holes.collect()))
    });
    entries.collect()
}

/// The languages but English that the page speaks, as `words.js` lists them.
fn others() -> Vec<String> {
    let words = include_str!("../../www/words.js");
    let (_, rest) = words.split_once("LANGUAGES = [").expect("a list");
    let (list, _) = rest.split_once(']').expect("its end");
    let all = list.split(", ").map(|one| one.trim_matches('"').to_owned());
    let others: Vec<String> = all.filter(|one| one != "en").collect();
    assert!(others.contains(&"ja".to_owned()), "{others:?}");
    others
}

#[test]
fn each_language_has_the_same_keys_and_placeholders() {
    assert!(keys(ENGLISH).len() > 150, "{}", keys(ENGLISH).len());
    for language in others() {
        let file = format!("www/text/{language}.js");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = fs::read_to_string(file).expect(&language);
        for (english, other) in keys(ENGLISH).into_iter().zip(keys(&text)) {
            assert_eq!(english, other, "{language}");
        }
        assert_eq!(keys(ENGLISH).len(), keys(&text).len(), "{language}");
    }
}

/// The rooms' texts of a language, by room.
fn rooms(language: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/more/text");
    let files = fs::read_dir(folder.join(language)).expect("the rooms' texts");
    let mut rooms: Vec<_> = files
        .map(|file| {
            let file = file.expect("a file");
            let name = file.file_name().to_string_lossy().into_owned();
            (name, fs::read_to_string(file.path()).expect("a text"))
        })
        .collect();
    rooms.sort();
    rooms
}

#[test]
fn each_room_says_the_same_in_each_language() {
    let english = rooms("en");
    assert!(english.len() >= 12, "{}", english.len());
    for language in others() {
        let translated = rooms(&language);
        for ((room, english), (other, text)) in english.iter().zip(&translated) {
            assert_eq!(room, other, "{language}");
            let set = |text| keys(text).into_iter().collect::<BTreeSet<_>>();
            assert_eq!(set(english), set(text), "{language} {room}");
            assert_eq!(keys(english).len(), keys(text).len(), "{language} {room}");
        }
        assert_eq!(english.len(), translated.len(), "{language}");
    }
}

#[test]
fn rows_stand_in_the_order_of_the_texts() {
    let words = include_str!("../../www/words.js");
    let (_, rest) = words.split_once("METHODS = [").expect("the methods");
    let (listed, _) = rest.split_once(']').expect("an end");
    let listed: Vec<_> = listed
        .split(", ")
        .map(|name| name.trim_matches('"'))
        .collect();
    let (_, rest) = ENGLISH.split_once("\n  method: {\n").expect("the methods");
    let (block, _) = rest.split_once("\n  }").expect("an end");
    let named: Vec<_> = block
        .lines()
        .filter_map(|line| Some(line.trim().split_once(": ")?.0.trim_matches('"')))
        .collect();
    assert_eq!(listed, named);
}

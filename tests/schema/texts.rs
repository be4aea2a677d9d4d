//! Every word of the schema that a page may have to say has a text.

use std::collections::BTreeSet;

use pushcheck::explain::Unreadable;
use serde_json::Value;

use crate::schema;

const ENGLISH: &str = include_str!("../../www/text/en.js");
const JAPANESE: &str = include_str!("../../www/text/ja.js");

/// The keys of one of the texts' groups.
fn texts(group: &str) -> BTreeSet<String> {
    let (_, rest) = ENGLISH
        .split_once(&format!("\n  {group}: {{\n"))
        .expect(group);
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
        ("seenBy", "StatusFrom"),
    ] {
        assert_eq!(texts(group), words(name), "{group}");
    }
    let unreadable = Unreadable::ALL.iter().map(|why| why.as_str());
    assert_eq!(
        texts("unreadable"),
        unreadable.chain(["file"]).map(str::to_owned).collect()
    );
    let states: BTreeSet<_> = &words("Word") | &words("Verdict");
    assert_eq!(
        &texts("state") - &states,
        BTreeSet::from(["trying".to_owned()])
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
            BTreeSet::from(["unable".to_owned()]),
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

#[test]
fn each_language_has_the_same_keys_and_placeholders() {
    assert!(keys(ENGLISH).len() > 150, "{}", keys(ENGLISH).len());
    for (english, japanese) in keys(ENGLISH).into_iter().zip(keys(JAPANESE)) {
        assert_eq!(english, japanese);
    }
    assert_eq!(keys(ENGLISH).len(), keys(JAPANESE).len());
}

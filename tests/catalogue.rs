//! The catalogue is whole in each language, and says nothing twice.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::read_to_string;
use std::path::Path;

use pushcheck::advice::Reason;
use pushcheck::diagnosis::{Code, FactName};
use pushcheck::method::Method;
use serde_json::{Map, Value};

/// The languages that the page speaks, as `www/words.js` lists them; English first.
fn languages() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/words.js");
    let text = read_to_string(file).expect("words.js");
    let list = text.split_once("LANGUAGES = [").expect("a list").1;
    let list = list.split_once(']').expect("its end").0;
    list.split(", ")
        .map(|one| one.trim_matches('"').to_owned())
        .collect()
}

/// What each cause has, and which of it may be null.
const FIELDS: [(&str, bool); 7] = [
    ("headline", false),
    ("happened", false),
    ("means", false),
    ("known", false),
    ("person", false),
    ("network", true),
    ("site", true),
];

fn read(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("www/catalogue/{name}.json"));
    let text = read_to_string(&file).expect(name);
    serde_json::from_str(&text).expect(name)
}

fn object<'a>(value: &'a Value, name: &str) -> &'a Map<String, Value> {
    value.as_object().expect(name)
}

fn keys(value: &Value) -> BTreeSet<String> {
    object(value, "an object").keys().cloned().collect()
}

fn words<'a>(all: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    all.into_iter().map(str::to_owned).collect()
}

/// Every text below a value, with the way to it.
fn texts(value: &Value, way: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            found.insert(way.to_owned(), text.clone());
        }
        Value::Array(list) => {
            for (at, one) in list.iter().enumerate() {
                texts(one, &format!("{way}/{at}"), found);
            }
        }
        Value::Object(map) => {
            for (name, one) in map {
                texts(one, &format!("{way}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn all_texts(value: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    texts(value, "", &mut found);
    found
}

/// What stands between two marks, of each pair.
fn between(text: &str, open: char, close: char) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(open) {
        let Some((inside, after)) = after.split_once(close) else {
            break;
        };
        found.insert(inside.to_owned());
        rest = after;
    }
    found
}

/// A text's sentences. Code in it may hold full stops.
fn sentences(text: &str) -> Vec<String> {
    let (mut all, mut one, mut code) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        one.push(letter);
        code ^= letter == '`';
        let ends =
            letter == '。' || (letter == '.' && letters.peek().is_none_or(|next| *next == ' '));
        if ends && !code {
            all.push(std::mem::take(&mut one).trim().to_owned());
        }
    }
    all.push(one.trim().to_owned());
    all.retain(|sentence| !sentence.is_empty());
    all
}

#[test]
fn every_code_is_told_to_every_reader_in_every_language() {
    let codes = words(Code::ALL.iter().map(|code| code.as_str()));
    let mut silent: Vec<BTreeSet<(String, &str)>> = Vec::new();
    for lang in &languages() {
        let all = read(lang);
        assert_eq!(all["lang"], *lang);
        assert_eq!(keys(&all["causes"]), codes, "{lang}");
        let mut nothing = BTreeSet::new();
        for (code, cause) in object(&all["causes"], "causes") {
            assert_eq!(
                keys(cause),
                words(FIELDS.map(|field| field.0)),
                "{lang} {code}"
            );
            for (field, may_be_null) in FIELDS {
                let text = &cause[field];
                if text.is_null() && may_be_null {
                    nothing.insert((code.clone(), field));
                    continue;
                }
                let text = text.as_str().unwrap_or_default();
                let end = if lang == "ja" { '。' } else { '.' };
                assert!(text.ends_with(end), "{lang} {code} {field}: {text}");
                assert!(!text.contains(['!', '！']), "{lang} {code} {field}: {text}");
            }
        }
        silent.push(nothing);
    }
    assert!(silent.len() >= 2);
    assert!(
        silent.windows(2).all(|two| two[0] == two[1]),
        "what is nobody's to change is so in each language"
    );
}

#[test]
fn a_headline_is_one_short_sentence() {
    for lang in &languages() {
        // A Japanese letter says what two of others do.
        let most = if lang == "ja" { 60 } else { 110 };
        for (code, cause) in object(&read(lang)["causes"], "causes") {
            let headline = cause["headline"].as_str().expect("a headline");
            assert_eq!(sentences(headline).len(), 1, "{lang} {code}: {headline}");
            assert!(
                headline.chars().count() <= most,
                "{lang} {code}: {headline}"
            );
        }
    }
}

#[test]
fn no_sentence_stands_twice() {
    for lang in &languages() {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for (way, text) in all_texts(&read(lang)["causes"]) {
            for sentence in sentences(&text) {
                if let Some(other) = known.insert(sentence.clone(), way.clone()) {
                    panic!("{lang}: {way} and {other} say: {sentence}");
                }
            }
        }
    }
}

#[test]
fn a_remedy_names_what_to_change() {
    for lang in &languages() {
        for (code, cause) in object(&read(lang)["causes"], "causes") {
            for field in ["network", "site"] {
                let Some(text) = cause[field].as_str() else {
                    continue;
                };
                assert!(
                    !between(text, '`', '`').is_empty(),
                    "{lang} {code} {field}: {text}"
                );
            }
        }
    }
}

#[test]
fn languages_have_the_same_keys_placeholders_and_settings() {
    let english = all_texts(&read("en"));
    let ways = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<BTreeSet<_>>();
    for lang in &languages()[1..] {
        let other = all_texts(&read(lang));
        assert_eq!(ways(&english), ways(&other), "{lang}");
        for (way, text) in &english {
            let translated = &other[way];
            for (open, close) in [('{', '}'), ('`', '`')] {
                assert_eq!(
                    between(text, open, close),
                    between(translated, open, close),
                    "{lang} {way}: {translated}"
                );
            }
        }
    }
}

#[test]
fn placeholders_are_such_as_the_page_fills() {
    let known = words([
        "method", "value", "time", "count", "code", "place", "fact", "typical", "worst", "every",
        "name", "version",
    ]);
    for (way, text) in all_texts(&read("en")) {
        let unknown = &between(&text, '{', '}') - &known;
        // Code of others may have braces of its own.
        let code =
            way.starts_with("/clients/") || way.contains("/site") || way.contains("/network");
        assert!(unknown.is_empty() || code, "{way}: {unknown:?}");
        let in_cause = way.starts_with("/causes/");
        let only_method = words(["method"]);
        assert!(
            !in_cause || (&between(&text, '{', '}') - &only_method).is_empty() || code,
            "{way}"
        );
    }
}

#[test]
fn every_fact_and_every_reason_has_a_sentence() {
    let facts = words(FactName::ALL.iter().map(|fact| fact.as_str()));
    let reasons = [
        Reason::NonePassed,
        Reason::NotMeasured,
        Reason::FrequentUplink,
        Reason::FrequentDownlink,
        Reason::LagAllowed,
        Reason::ManyServers,
        Reason::LagNotAllowed,
        Reason::Enterprise,
        Reason::NoFallback,
        Reason::JavascriptBothEnds,
        Reason::Flawed,
        Reason::NextBest,
        Reason::TooLate,
    ];
    let reasons = reasons.map(|reason| serde_json::to_value(reason).expect("a word"));
    let reasons = words(reasons.iter().filter_map(Value::as_str));
    for lang in &languages() {
        let all = read(lang);
        assert_eq!(keys(&all["facts"]), facts, "{lang}");
        assert_eq!(keys(&all["reasons"]), reasons, "{lang}");
    }
}

#[test]
fn every_line_that_is_pasted_has_a_place_a_source_and_a_name() {
    let remedies = read("remedies");
    let texts = read("en");
    let codes = words(Code::ALL.iter().map(|code| code.as_str()));
    let facts = words(FactName::ALL.iter().map(|fact| fact.as_str()));
    let methods = words(Method::ALL.iter().map(|method| method.as_str()));
    let (mut contexts, mut products) = (BTreeSet::new(), BTreeSet::new());
    for (code, sides) in object(&remedies["causes"], "causes") {
        assert!(codes.contains(code), "{code}");
        for (side, blocks) in object(sides, "sides") {
            assert!(
                ["site", "network"].contains(&side.as_str()),
                "{code} {side}"
            );
            for (product, block) in object(blocks, "blocks") {
                products.insert(product.clone());
                let sources = block["source"].as_array().expect("sources");
                assert!(!sources.is_empty(), "{code} {product}");
                for source in sources {
                    let source = source.as_str().unwrap_or_default();
                    assert!(
                        source.starts_with("https://")
                            || source.starts_with("http://www.squid-cache.org/"),
                        "{source}"
                    );
                }
                if let Some(list) = block["list"].as_str() {
                    assert!(texts["lists"].get(list).is_some(), "{list}");
                }
                for part in block["parts"].as_array().expect("parts") {
                    contexts.insert(part["in"].as_str().expect("a context").to_owned());
                    for line in part["lines"].as_array().expect("lines") {
                        let when = line["when"].as_array().into_iter().flatten();
                        for word in when.filter_map(Value::as_str) {
                            assert!(facts.contains(word) || methods.contains(word), "{word}");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(keys(&texts["contexts"]), contexts);
    assert_eq!(keys(&remedies["products"]), products);
    assert_eq!(keys(&texts["clients"]), keys(&read("clients")));
}

#[test]
fn sentences_are_told_apart() {
    assert_eq!(
        sentences("One. Two `a. b` three."),
        ["One.", "Two `a. b` three."]
    );
    assert_eq!(sentences("一つ。二つ。"), ["一つ。", "二つ。"]);
    assert_eq!(
        sentences("nginx 1.3.13 or newer."),
        ["nginx 1.3.13 or newer."]
    );
}

//! Client code: literals mean exactly what they must, and hide nothing.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::fs;

use proptest::prelude::*;
use pushcheck_tester::Kind;
use pushcheck_tester::payload::base64;
use pushcheck_tester::request::Field;
use pushcheck_tester::snippet::{
    First, Worked, all, javascript_string, python_bytes, python_string, rust_bytes, rust_string,
};
use support::HOSTILE;
use support::program::{folder, run, succeeded};

fn hostile() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        any::<char>(),
        prop::sample::select(HOSTILE.chars().collect::<Vec<_>>()),
        Just('\\'),
        Just('"'),
    ];
    proptest::collection::vec(sign, 0..40).prop_map(|signs| signs.into_iter().collect())
}

proptest! {
    #[test]
    fn a_literal_of_rust_means_the_text(text in hostile()) {
        let literal: syn::LitStr = syn::parse_str(&rust_string(&text)).expect("a literal");
        prop_assert_eq!(literal.value(), text);
    }

    #[test]
    fn bytes_of_rust_mean_the_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let literal: syn::LitByteStr = syn::parse_str(&rust_bytes(&bytes)).expect("a literal");
        prop_assert_eq!(literal.value(), bytes);
    }

    #[test]
    fn no_literal_holds_what_cannot_be_seen(text in hostile()) {
        for literal in [rust_string(&text), python_string(&text), javascript_string(&text)] {
            let hidden = |c: char| c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
            prop_assert!(!literal.chars().any(hidden), "{:?}", literal);
        }
        prop_assert!(!javascript_string(&text).to_lowercase().contains("</script"));
    }

    #[test]
    fn any_endpoint_gives_rust_that_parses(url in hostile(), protocol in hostile(), name in hostile(), value in hostile(), text in hostile()) {
        for kind in Kind::ALL {
            for first in [None, Some(First::Text(text.clone())), Some(First::Base64(base64(text.as_bytes())))] {
                for method in ["", "POST", "PROPFIND", "HEAD"] {
                    let worked = Worked {
                        kind,
                        url: url.clone(),
                        protocols: vec![protocol.clone()],
                        chosen: protocol.clone(),
                        events: vec![name.clone()],
                        method: method.to_owned(),
                        headers: vec![Field { name: name.clone(), value: value.clone() }],
                        credentials: true,
                        first: first.clone(),
                        streamed: false,
                    };
                    let code = all(&worked).rust;
                    prop_assert!(syn::parse_file(&code).is_ok(), "{}", code);
                }
            }
        }
    }
}

/// Texts that a proptest would rarely make, and some that it does.
fn texts() -> Vec<String> {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = hostile();
    let mut made = vec![
        HOSTILE.to_owned(),
        String::new(),
        "\\".to_owned(),
        "${x}{{0}}%s\u{0}1".to_owned(),
    ];
    made.extend((0..2_000).filter_map(|_| Some(strategy.new_tree(&mut runner).ok()?.current())));
    made
}

#[test]
fn literals_of_python_mean_the_text() {
    let texts = texts();
    let dir = folder();
    let literals: Vec<String> = texts.iter().map(|text| python_string(text)).collect();
    let bytes: Vec<String> = texts
        .iter()
        .map(|text| python_bytes(text.as_bytes()))
        .collect();
    let program = format!(
        "import json\nwanted = json.load(open('wanted.json', encoding='utf-8'))\ntexts = [\n{}\n]\ndata = [\n{}\n]\n\
         assert texts == wanted, [(a, b) for a, b in zip(texts, wanted) if a != b][:3]\n\
         assert data == [one.encode() for one in wanted]\nprint(len(texts))\n",
        literals.join(",\n"),
        bytes.join(",\n")
    );
    fs::write(
        dir.path().join("wanted.json"),
        serde_json::to_string(&texts).expect("JSON"),
    )
    .expect("written");
    fs::write(dir.path().join("literals.py"), &program).expect("written");
    let Some(output) = run("python3", &["literals.py"], dir.path()) else {
        eprintln!("not run: there is no python3");
        return;
    };
    assert_eq!(
        succeeded(&output, "literals.py").trim(),
        texts.len().to_string()
    );
}

#[test]
fn literals_of_javascript_mean_the_text() {
    let texts = texts();
    let dir = folder();
    let literals: Vec<String> = texts.iter().map(|text| javascript_string(text)).collect();
    let program = format!(
        "import {{ readFileSync }} from 'node:fs';\nconst wanted = JSON.parse(readFileSync('wanted.json', 'utf8'));\nconst texts = [\n{}\n];\n\
         for (const [n, text] of texts.entries()) if (text !== wanted[n]) throw new Error(JSON.stringify([text, wanted[n]]));\n\
         console.log(texts.length);\n",
        literals.join(",\n")
    );
    fs::write(
        dir.path().join("wanted.json"),
        serde_json::to_string(&texts).expect("JSON"),
    )
    .expect("written");
    fs::write(dir.path().join("literals.mjs"), &program).expect("written");
    let Some(output) = run("node", &["literals.mjs"], dir.path()) else {
        eprintln!("not run: there is no node");
        return;
    };
    assert_eq!(
        succeeded(&output, "literals.mjs").trim(),
        texts.len().to_string()
    );
}

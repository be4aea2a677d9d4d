//! Client code: literals mean exactly what they must, and what is written runs.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use proptest::prelude::*;
use pushcheck_tester::Kind;
use pushcheck_tester::payload::base64;
use pushcheck_tester::request::Field;
use pushcheck_tester::snippet::{
    Code, First, Worked, all, javascript_string, python_bytes, python_string, rust_bytes,
    rust_string,
};
use support::{HOSTILE, Loopback};

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

/// A folder that is removed with the value.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn run(program: &str, args: &[&str], within: &Path) -> Option<Output> {
    Command::new(program)
        .args(args)
        .current_dir(within)
        .output()
        .ok()
}

fn succeeded(output: &Output, code: &str) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(output.status.success(), "{code}\n{out}\n{err}");
    out
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

/// What is tried: the code, and what the endpoint must have been told by it.
fn endpoints(server: &Loopback) -> Vec<(&'static str, Worked)> {
    let blank = |kind, url: String| Worked {
        kind,
        url,
        protocols: Vec::new(),
        chosen: String::new(),
        events: Vec::new(),
        method: String::new(),
        headers: Vec::new(),
        credentials: false,
        first: None,
        streamed: false,
    };
    let at = server.address();
    // As a browser spells a hostile path.
    let path = url::Url::parse(&format!("http://{at}/x?{HOSTILE}"))
        .expect("a URL")
        .query()
        .expect("a query")
        .to_owned();
    vec![
        (
            "ws-text",
            Worked {
                first: Some(First::Text(HOSTILE.to_owned())),
                ..blank(Kind::WebSocket, format!("ws://{at}/ws-text?{path}"))
            },
        ),
        (
            "ws-binary",
            Worked {
                protocols: vec!["chat.v1".to_owned(), "chat.v2".to_owned()],
                chosen: "chat.v1".to_owned(),
                first: Some(First::Base64(base64(&[0, 34, 92, 255]))),
                ..blank(Kind::WebSocket, format!("ws://{at}/ws-binary"))
            },
        ),
        (
            "ws-silent",
            Worked {
                protocols: vec!["unheard".to_owned()],
                ..blank(Kind::WebSocket, format!("ws://{at}/ws-silent"))
            },
        ),
        (
            "sse",
            Worked {
                events: vec!["message".to_owned(), "tick".to_owned()],
                ..blank(Kind::ServerSentEvents, format!("http://{at}/sse?{path}"))
            },
        ),
        ("get", blank(Kind::Http, format!("http://{at}/get?{path}"))),
        (
            "head",
            Worked {
                method: "HEAD".to_owned(),
                ..blank(Kind::Http, format!("http://{at}/head"))
            },
        ),
        (
            "post",
            Worked {
                method: "POST".to_owned(),
                headers: vec![Field {
                    name: "X-Odd".to_owned(),
                    value: "a \"b\" \\ c".to_owned(),
                }],
                first: Some(First::Text(HOSTILE.to_owned())),
                ..blank(Kind::Http, format!("http://{at}/post"))
            },
        ),
        (
            "put-bytes",
            Worked {
                method: "PUT".to_owned(),
                first: Some(First::Base64(base64(&[0, 34, 92, 255]))),
                ..blank(Kind::Http, format!("http://{at}/put-bytes"))
            },
        ),
        (
            "post-empty",
            Worked {
                method: "POST".to_owned(),
                ..blank(Kind::Http, format!("http://{at}/post-empty"))
            },
        ),
        (
            "delete-body",
            Worked {
                method: "DELETE".to_owned(),
                headers: vec![Field {
                    name: "Content-Type".to_owned(),
                    value: "application/json".to_owned(),
                }],
                first: Some(First::Text("{}".to_owned())),
                ..blank(Kind::Http, format!("http://{at}/delete-body"))
            },
        ),
        (
            "propfind",
            Worked {
                method: "PROPFIND".to_owned(),
                ..blank(Kind::Http, format!("http://{at}/propfind"))
            },
        ),
        (
            "stream",
            Worked {
                streamed: true,
                ..blank(Kind::Http, format!("http://{at}/stream"))
            },
        ),
    ]
}

/// The endpoint was asked by the name, with the method, the fields and the bytes.
fn was_asked(server: &Loopback, name: &str, worked: &Worked, language: &str, code: &str) {
    let asked = server.take(name);
    let [asked] = &asked[..] else {
        panic!("{language}, {name}: asked {} times\n{code}", asked.len());
    };
    let sent = match &worked.first {
        None => Vec::new(),
        Some(First::Text(text)) => text.clone().into_bytes(),
        Some(First::Base64(text)) => {
            pushcheck_tester::payload::bytes_of_base64(text).expect("Base64")
        }
    };
    let target = worked
        .url
        .splitn(4, '/')
        .nth(3)
        .map(|path| format!("/{path}"));
    assert_eq!(Some(&asked.target), target.as_ref(), "{language}, {name}");
    assert_eq!(asked.body, sent, "{language}, {name}: the body\n{code}");
    let method = if worked.method.is_empty() {
        "GET"
    } else {
        &worked.method
    };
    assert_eq!(asked.method, method, "{language}, {name}");
    for field in &worked.headers {
        assert_eq!(
            asked.field(&field.name),
            [field.value.as_str()],
            "{language}, {name}: {}",
            field.name
        );
    }
    if worked.kind == Kind::Http
        && matches!(worked.first, Some(First::Text(_)))
        && worked
            .headers
            .iter()
            .all(|field| field.name != "Content-Type")
    {
        assert_eq!(
            asked.field("content-type"),
            ["text/plain;charset=UTF-8"],
            "{language}, {name}"
        );
    }
    if !worked.chosen.is_empty() {
        assert_eq!(
            asked
                .field("sec-websocket-protocol")
                .join(", ")
                .replace(", ", ","),
            worked.protocols.join(","),
            "{language}, {name}"
        );
    }
    if worked.kind == Kind::ServerSentEvents {
        assert_eq!(
            asked.field("accept"),
            ["text/event-stream"],
            "{language}, {name}"
        );
    }
}

/// What came back was shown; `HEAD` has nothing to show.
fn was_shown(name: &str, shown: &str, code: &str) {
    let expected = match name {
        "ws-silent" => "hello",
        "head" => "",
        "sse" | "stream" => "last",
        name => name,
    };
    assert!(shown.contains(expected), "{name}: {shown}\n{code}");
}

fn written(server: &Loopback) -> Vec<(&'static str, Worked, Code)> {
    let endpoints = endpoints(server).into_iter();
    endpoints
        .map(|(name, worked)| {
            let code = all(&worked);
            (name, worked, code)
        })
        .collect()
}

#[test]
fn what_a_browser_dropped_stands_in_no_code() {
    let server = Loopback::start();
    let (_, mut worked) = endpoints(&server)
        .into_iter()
        .find(|(name, _)| *name == "post")
        .expect("it is there");
    for name in ["Cookie", "sec-fetch-mode"] {
        worked.headers.push(Field {
            name: name.to_owned(),
            value: "dropped".to_owned(),
        });
    }
    let code = all(&worked);
    for code in [code.javascript, code.rust, code.python] {
        assert!(
            !code.contains("dropped") && code.contains("X-Odd"),
            "{code}"
        );
    }
}

#[test]
fn code_in_python_runs() {
    let dir = folder();
    let Some(version) = run("python3", &["--version"], dir.path()) else {
        eprintln!("not run: there is no python3");
        return;
    };
    let has_websockets = run(
        "python3",
        &["-c", "import websockets.sync.client"],
        dir.path(),
    )
    .is_some_and(|output| output.status.success());
    let server = Loopback::start();
    for (name, worked, code) in written(&server) {
        if worked.kind == Kind::WebSocket && !has_websockets {
            eprintln!(
                "not run: {name}, for {} has no package websockets",
                String::from_utf8_lossy(&version.stdout).trim()
            );
            continue;
        }
        fs::write(dir.path().join("main.py"), &code.python).expect("written");
        let output = run("python3", &["main.py"], dir.path()).expect("python3 is there");
        let shown = succeeded(&output, &code.python);
        was_asked(&server, name, &worked, "Python", &code.python);
        was_shown(name, &shown, &code.python);
    }
}

#[test]
fn code_in_rust_compiles_and_runs() {
    let dir = folder();
    let server = Loopback::start();
    let all = written(&server);
    fs::create_dir_all(dir.path().join("src/bin")).expect("a folder");
    // The features that TLS needs are left out: nothing here speaks it.
    fs::write(
        dir.path().join("Cargo.toml"),
        "[package]\nname = \"written\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ntungstenite = \"0.30\"\n\
         ureq = { version = \"3\", default-features = false }\n\n[workspace]\n",
    )
    .expect("written");
    for (name, _, code) in &all {
        let needs = if code.rust.contains("tungstenite") {
            "tungstenite = \"0.30\""
        } else {
            "ureq = \"3\""
        };
        assert!(
            code.rust.starts_with(&format!("// Cargo.toml: {needs}\n")),
            "{}",
            code.rust
        );
        fs::write(dir.path().join(format!("src/bin/{name}.rs")), &code.rust).expect("written");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::copy(root.join("Cargo.lock"), dir.path().join("Cargo.lock")).expect("the lock file");
    let target = target().join("written-by-the-tester");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["build", "--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "-Dwarnings")
        .current_dir(dir.path())
        .output()
        .expect("cargo is there");
    succeeded(&output, "the code in Rust");
    for (name, worked, code) in all {
        let program = target.join("debug").join(name);
        let output = run(&program.to_string_lossy(), &[], dir.path()).expect("it was built");
        // A socket is read until it ends, which tungstenite calls an error.
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        let ended = worked.kind == Kind::WebSocket && err.contains("ConnectionClosed");
        assert!(
            output.status.success() || ended,
            "{name}: {out}{err}\n{}",
            code.rust
        );
        was_asked(&server, name, &worked, "Rust", &code.rust);
        was_shown(name, &out, &code.rust);
    }
}

/// Where this test itself was built.
fn target() -> PathBuf {
    let program = std::env::current_exe().expect("a program");
    program.ancestors().nth(3).expect("a folder").to_owned()
}

//! Client code: what is written runs, and does what the tester did.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pushcheck_tester::Kind;
use pushcheck_tester::payload::base64;
use pushcheck_tester::request::Field;
use pushcheck_tester::snippet::{Code, First, Worked, all};
use support::program::{folder, run, succeeded};
use support::{HOSTILE, Loopback};

/// What is tried: the code, and what the endpoint must have been told by it.
fn endpoints(server: &Loopback) -> Vec<(&'static str, Worked)> {
    let blank = |kind, url: String| Worked {
        kind,
        url,
        ..blank()
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
                // As browsers take it, too.
                ..blank(Kind::WebSocket, format!("http://{at}/ws-text?{path}"))
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
            "delete-small",
            Worked {
                method: "delete".to_owned(),
                headers: ["one", "two"]
                    .into_iter()
                    .zip(["X-Odd", "x-odd"])
                    .map(|(value, name)| Field {
                        name: name.to_owned(),
                        value: value.to_owned(),
                    })
                    .collect(),
                ..blank(Kind::Http, format!("http://{at}/delete-small"))
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
        "GET".to_owned()
    } else {
        worked.method.to_uppercase()
    };
    assert_eq!(asked.method, method, "{language}, {name}");
    for field in &worked.headers {
        let same = worked.headers.iter();
        let same = same.filter(|one| one.name.eq_ignore_ascii_case(&field.name));
        let values: Vec<_> = same.map(|one| one.value.as_str()).collect();
        assert_eq!(
            asked.field(&field.name),
            [values.join(", ")],
            "{language}, {name}: {}",
            field.name
        );
    }
    // What is no text has no type of a form.
    if name == "put-bytes" {
        let types = asked.field("content-type");
        let plain = types.is_empty() || types == ["application/octet-stream"];
        assert!(plain, "{language}, {name}: {types:?}");
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
fn a_socket_is_asked_for_by_its_own_scheme() {
    for (url, told) in [
        ("http://app.example/live", "\"ws://app.example/live\""),
        ("https://app.example/live", "\"wss://app.example/live\""),
        ("wss://app.example/http:", "\"wss://app.example/http:\""),
    ] {
        let worked = Worked {
            kind: Kind::WebSocket,
            url: url.to_owned(),
            ..blank()
        };
        let code = all(&worked);
        assert!(code.rust.contains(told), "{}", code.rust);
        assert!(code.python.contains(told), "{}", code.python);
        let has_tls = code.rust.contains("rustls-tls-native-roots");
        assert_eq!(has_tls, told.contains("wss:"), "{}", code.rust);
    }
}

#[test]
fn methods_are_capitals_where_a_browser_makes_them_so() {
    for (method, sent) in [("delete", "DELETE"), ("Put", "PUT"), ("options", "OPTIONS")] {
        let code = all(&Worked {
            method: method.to_owned(),
            ..blank()
        });
        let python = format!("method=\"{sent}\"");
        assert!(code.python.contains(&python), "{}", code.python);
        let javascript = format!("method: \"{sent}\"");
        assert!(code.javascript.contains(&javascript), "{}", code.javascript);
    }
    for method in ["patch", "propfind"] {
        let code = all(&Worked {
            method: method.to_owned(),
            ..blank()
        });
        let said = format!("\"{method}\"");
        for code in [code.javascript, code.rust, code.python] {
            assert!(code.contains(&said), "{code}");
        }
    }
}

fn blank() -> Worked {
    Worked {
        kind: Kind::Http,
        url: "https://app.example/".to_owned(),
        protocols: Vec::new(),
        chosen: String::new(),
        events: Vec::new(),
        method: String::new(),
        headers: Vec::new(),
        credentials: false,
        first: None,
        streamed: false,
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

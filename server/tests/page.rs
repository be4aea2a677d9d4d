//! The page and its files.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../build/served.rs"]
mod served;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Answer, Site};

/// A folder that is removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("pushcheck-page-{name}-{}", std::process::id()));
        for within in ["pkg", "causes", "examples"] {
            fs::create_dir_all(folder.join(within)).unwrap();
        }
        for (name, text) in [
            ("index.html", "<!doctype html>"),
            ("push-check.js", "// js"),
            ("pkg/a.wasm", "\0asm"),
            ("read.html", "<!doctype html>"),
            ("redact.json", "{}"),
            ("causes/index.html", "<!doctype html><title>causes</title>"),
            ("causes/filter-rewrites-101.html", "<!doctype html>"),
            ("causes/en.json", "{}"),
            ("examples/plain.html", "<!doctype html>"),
            (".hidden", "no"),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        fs::write(folder.with_extension("outside"), "outside").unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        let _ = fs::remove_file(self.0.with_extension("outside"));
    }
}

async fn site(folder: &Folder, base: &str) -> Site {
    Site::start(|config| {
        config.www = Some(folder.0.clone());
        config.base_path = base.parse().unwrap();
    })
    .await
}

async fn with(site: &Site, path: &str, field: &str) -> Answer {
    site.client()
        .await
        .ask(&format!("GET {path} HTTP/1.1\r\n{field}"))
        .await
}

#[tokio::test]
async fn files_have_their_type_and_can_be_loaded_from_anywhere() {
    let folder = Folder::new("types");
    let site = site(&folder, "/").await;
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/push-check.js", "text/javascript; charset=utf-8"),
        ("/pkg/a.wasm", "application/wasm"),
        ("/read.html", "text/html; charset=utf-8"),
        ("/redact.json", "application/json"),
        ("/causes/", "text/html; charset=utf-8"),
        (
            "/causes/filter-rewrites-101.html",
            "text/html; charset=utf-8",
        ),
        ("/causes/en.json", "application/json"),
        ("/examples/plain.html", "text/html; charset=utf-8"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(kind)),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            Some("cross-origin")
        );
        assert_eq!(
            answer.header("pushcheck-answer"),
            Some(site.instance.as_str())
        );
    }
    let mut client = site.client().await;
    client
        .send("HEAD /push-check.js HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    assert_eq!(client.head().await.header("content-length"), Some("5"));
}

#[tokio::test]
async fn a_known_file_is_not_sent_again_and_one_named_by_content_is_kept() {
    let folder = Folder::new("tags");
    let site = site(&folder, "/").await;
    let tag = site
        .get("/push-check.js")
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    let again = with(
        &site,
        "/push-check.js",
        &format!("If-None-Match: \"x\", W/{tag}"),
    )
    .await;
    assert_eq!(
        (again.status, again.body.len(), again.header("etag")),
        (304, 0, Some(tag.as_str()))
    );
    assert_eq!(
        with(&site, "/push-check.js", "If-None-Match: \"x\"")
            .await
            .status,
        200
    );
    let hash = tag.trim_matches('"');
    let named = site.get(&format!("/push-check.js?v={hash}")).await;
    assert!(named.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(
        site.get("/push-check.js?v=old")
            .await
            .header("cache-control"),
        Some("no-cache")
    );
    fs::write(folder.0.join("push-check.js"), "// new").unwrap();
    assert_ne!(
        site.get("/push-check.js").await.header("etag"),
        Some(tag.as_str())
    );
}

#[tokio::test]
async fn the_page_has_a_strict_policy_that_names_every_lane() {
    let folder = Folder::new("policy");
    let site = site(&folder, "/").await;
    let answer = with(&site, "/", "X: y").await;
    let policy = answer.header("content-security-policy").unwrap();
    let (plain, tls) = (site.plain.port(), site.tls.port());
    for part in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "require-trusted-types-for 'script'",
        "frame-ancestors *",
        &format!("ws://probe.test:{plain}"),
        &format!("wss://probe.test:{tls}"),
        &format!("https://probe.test:{tls}"),
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let mut client = site.client().await;
    client
        .send("GET / HTTP/1.1\r\nHost: a; script-src *\r\n\r\n")
        .await;
    let policy = client.answer().await;
    assert!(!policy.head.contains("script-src *"), "{}", policy.head);
}

#[tokio::test]
async fn the_page_that_links_open_may_connect_to_what_they_may_name() {
    let folder = Folder::new("endpoints");
    let start = async |endpoints: &[&str]| {
        let endpoints: Vec<_> = endpoints.iter().map(|one| one.parse().unwrap()).collect();
        Site::start(|config| {
            config.www = Some(folder.0.clone());
            config.allow_endpoints = endpoints;
        })
        .await
    };
    let connects = async |site: &Site, path: &str| {
        let answer = site.get(path).await;
        let policy = answer.header("content-security-policy").unwrap().to_owned();
        let connect = policy.split("connect-src ").nth(1).unwrap();
        let (connect, rest) = connect.split_once(';').unwrap();
        assert!(
            rest.contains("require-trusted-types-for 'script'"),
            "{policy}"
        );
        // Ports are each site's own.
        connect
            .replace(&site.plain.port().to_string(), "1")
            .replace(&site.tls.port().to_string(), "2")
    };
    let plain = start(&[]).await;
    let own = connects(&plain, "/").await;
    assert_eq!(
        own,
        "'self' http://probe.test:1 ws://probe.test:1 https://probe.test:2 wss://probe.test:2"
    );
    let site = start(&[
        "wss://*.app.example",
        "https://b.example:8443",
        "ws://[::1]",
    ])
    .await;
    for index in ["/", "/index.html"] {
        let told = connects(&site, index).await;
        assert_eq!(
            told,
            format!("{own} wss://*.app.example https://b.example:8443")
        );
    }
    for other in ["/read.html", "/causes/", "/examples/plain.html"] {
        assert_eq!(connects(&site, other).await, own, "{other}");
    }
}

#[tokio::test]
async fn the_page_names_where_else_it_is_reached() {
    let folder = Folder::new("alternates");
    let page = "<!doctype html><meta name=\"pushcheck-post-to\" content=\"\"><meta name=\"pushcheck-alternates\" content=\"\">";
    fs::write(folder.0.join("index.html"), page).unwrap();
    let before = site(&folder, "/check/").await.get("/check/").await;
    assert_eq!(before.text(), page);
    let site = Site::start(|config| {
        config.www = Some(folder.0.clone());
        config.base_path = "/check/".parse().unwrap();
        config.alternate_urls = vec![
            "https://b.example".parse().unwrap(),
            "http://c.example:81".parse().unwrap(),
        ];
    })
    .await;
    let answer = site.get("/check/").await;
    let told = "<meta name=\"pushcheck-alternates\" content=\"https://b.example/check/ http://c.example:81/check/\">";
    assert!(answer.text().ends_with(told), "{}", answer.text());
    assert_ne!(answer.header("etag"), before.header("etag"));
    let served = fs::read_to_string("../www/index.html").unwrap();
    assert_eq!(
        served
            .matches("<meta name=\"pushcheck-alternates\" content=\"\">")
            .count(),
        1
    );
}

#[tokio::test]
async fn every_page_has_the_same_policy_and_a_folder_is_its_index() {
    let folder = Folder::new("pages");
    let site = site(&folder, "/check/").await;
    let of = async |path: &str| {
        let answer = with(&site, path, "X: y").await;
        assert_eq!(
            answer.header("referrer-policy"),
            Some("no-referrer"),
            "{path}"
        );
        answer.header("content-security-policy").unwrap().to_owned()
    };
    let policy = of("/check/").await;
    for path in [
        "read.html",
        "causes/",
        "causes/index.html",
        "causes/filter-rewrites-101.html",
        "examples/plain.html",
    ] {
        assert_eq!(of(&format!("/check/{path}")).await, policy, "{path}");
    }
    let index = site.get("/check/causes/").await;
    assert!(index.text().contains("<title>causes"));
    for path in ["causes", "examples/", "causes//", "causes/index.html/"] {
        assert_eq!(
            site.get(&format!("/check/{path}")).await.status,
            404,
            "{path}"
        );
    }
}

#[test]
fn a_bundle_stands_for_its_source_and_sources_are_not_served_twice() {
    let all = [
        "catalogue/en.json",
        "causes/en.json",
        "causes/index.html",
        "el.js",
        "examples/package-lock.json",
        "examples/package.json",
        "examples/plain.html",
        "examples/react.jsx",
        "more.js",
        "more/part.js",
        "notes.md",
        "pkg/more.js",
        "pkg/package.json",
        "pkg/push-check.js",
        "pkg/pushcheck.d.ts",
        "pkg/pushcheck_bg.wasm",
        "pkg/staff.js",
        "push-check.js",
        "report.d.ts",
        "staff.js",
        "staff/index.html",
        "staff/live.js",
        "staff/staff.css",
    ]
    .map(str::to_owned);
    let same = |name| (name, name);
    let mut expected = vec![
        same("causes/en.json"),
        same("causes/index.html"),
        same("el.js"),
        same("examples/plain.html"),
        same("examples/react.jsx"),
        ("more.js", "pkg/more.js"),
        same("pkg/pushcheck_bg.wasm"),
        ("push-check.js", "pkg/push-check.js"),
        ("staff.js", "pkg/staff.js"),
        same("staff/index.html"),
        same("staff/staff.css"),
    ];
    assert_eq!(served::served(&all), expected);
    let unbuilt: Vec<String> = all
        .into_iter()
        .filter(|name| !name.starts_with("pkg/") || name.ends_with(".wasm"))
        .collect();
    expected[5] = same("more.js");
    expected[7] = same("push-check.js");
    expected[8] = same("staff.js");
    expected.insert(10, same("staff/live.js"));
    expected.insert(6, same("more/part.js"));
    assert_eq!(served::served(&unbuilt), expected);
}

#[tokio::test]
async fn nothing_outside_the_table_is_served() {
    let folder = Folder::new("table");
    let site = site(&folder, "/").await;
    let outside = folder.0.with_extension("outside");
    let outside = outside.file_name().unwrap().to_str().unwrap();
    for path in [
        &format!("/../{outside}"),
        &format!("/pkg/../../{outside}"),
        &format!("/..%2f{outside}"),
        "//etc/passwd",
        "/.hidden",
        "/pkg",
        "/pkg/",
    ] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn all_stands_under_the_base_path() {
    let folder = Folder::new("base");
    let site = site(&folder, "/a/check").await;
    assert_eq!(site.get("/a/check/").await.status, 200);
    assert_eq!(site.get("/a/check/v1/about").await.status, 200);
    assert_eq!(site.get("/v1/about").await.status, 404);
    let answer = site.get("/a/check").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (308, Some("/a/check/"))
    );
    let poll = support::path(&support::key(1), "p", 1, "poll");
    assert_eq!(site.get(&format!("/a/check{poll}")).await.status, 200);
}

#[tokio::test]
async fn without_a_widget_the_page_says_so() {
    let folder = Folder::new("bare");
    fs::remove_file(folder.0.join("pkg/a.wasm")).unwrap();
    let site = site(&folder, "/").await;
    let answer = site.get("/").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("not built into this binary"));
    assert_eq!(site.get("/v1/about").await.status, 200);
}

#[tokio::test]
async fn what_is_in_the_program_is_compressed_and_is_the_file() {
    let site = Site::plain().await;
    let www = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../www"));
    let original = site.get("/push-check.js").await.body;
    // In one file with all that it imports where the widget is built, else without comments.
    let file = fs::read(www.join("pkg/push-check.js")).unwrap_or_else(|_| {
        let source = fs::read_to_string(www.join("push-check.js")).unwrap();
        minifier::js::minify(&source).to_string().into_bytes()
    });
    assert!(original == file);
    let answer = with(&site, "/push-check.js", "Accept-Encoding: deflate, gzip").await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let mut plain = Vec::new();
    std::io::copy(
        &mut flate2::read::GzDecoder::new(&answer.body[..]),
        &mut plain,
    )
    .unwrap();
    assert!(plain == original);
    let gzip_tag = answer.header("etag").unwrap().to_owned();
    let answer = with(&site, "/push-check.js", "Accept-Encoding: gzip, br").await;
    assert_eq!(answer.header("content-encoding"), Some("br"));
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &answer.body[..], &mut plain).unwrap();
    assert!(plain == original);
    assert_ne!(
        answer.header("etag"),
        Some(gzip_tag.as_str()),
        "other bytes, another tag"
    );
    for path in [
        "/report.d.ts",
        "/pkg/push-check.js",
        "/pkg/more.js",
        "/catalogue/en.json",
    ] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
}

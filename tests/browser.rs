//! Drivers and face in a real browser, against the real probe server named by `PUSHCHECK_BASE`.
#![cfg(target_arch = "wasm32")]

use pushcheck::Options;
use pushcheck::diagnosis::Verdict;
use pushcheck::report::Report;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Where the probe server is; set by `cargo xtask test`.
fn base() -> &'static str {
    option_env!("PUSHCHECK_BASE").unwrap_or("http://127.0.0.1:9/")
}

/// What a failed assertion shows.
fn short(report: &Report) -> String {
    serde_json::to_string(&report.methods).expect("JSON")
}

#[wasm_bindgen_test]
#[cfg_attr(
    not(probe_server),
    ignore = "needs a probe server: set PUSHCHECK_BASE, or run cargo xtask test"
)]
async fn every_method_passes_against_a_healthy_server() {
    let report = pushcheck::run(Options::new(base()).expect("a URL")).await;
    assert!(
        report.about.is_some(),
        "no probe server answers at {}, which PUSHCHECK_BASE names",
        base()
    );
    let passed = |m: &pushcheck::diagnosis::MethodReport| m.verdict == Verdict::Passed;
    assert!(
        report.methods.iter().all(passed),
        "{} {}",
        base(),
        short(&report)
    );
    assert_eq!(
        pushcheck::face::resources_held(),
        0,
        "something outlived its run"
    );
}

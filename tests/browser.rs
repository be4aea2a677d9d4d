#![cfg(target_arch = "wasm32")]
//! Drivers and face in a real browser, against the real probe server named by `PUSHCHECK_BASE`.

use pushcheck::Options;
use pushcheck::diagnosis::Verdict;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Where the probe server is; set by `cargo xtask test`.
fn base() -> &'static str {
    option_env!("PUSHCHECK_BASE").unwrap_or("http://127.0.0.1:9/")
}

#[wasm_bindgen_test]
#[cfg_attr(
    not(probe_server),
    ignore = "needs a probe server: set PUSHCHECK_BASE, or run cargo xtask test"
)]
async fn every_method_passes_against_a_healthy_server() {
    let report = pushcheck::run(Options::new(base()).expect("a URL")).await;
    for method in &report.methods {
        assert_eq!(
            method.verdict,
            Verdict::Passed,
            "{} at {}: {report:#?}",
            method.method.as_str(),
            base()
        );
    }
    assert_eq!(
        pushcheck::face::resources_held(),
        0,
        "something outlived its run"
    );
}

//! `wasm-pack test --headless --firefox`, with `PUSHCHECK_BASE` naming a running probe server.

use pushcheck::diagnosis::Verdict;
use pushcheck::{Options, run};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn every_push_method_works_here() {
    let base =
        option_env!("PUSHCHECK_BASE").expect("PUSHCHECK_BASE must name a running probe server");
    let report = run(Options::new(base).expect("PUSHCHECK_BASE is a URL")).await;
    for method in &report.methods {
        assert_eq!(
            method.verdict,
            Verdict::Passed,
            "{} at {base}",
            method.method.as_str()
        );
    }
}

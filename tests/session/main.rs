//! Sessions and conductor under a clock that the test owns; the same tests run natively and in the browser.
#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod burst;
mod exchange;
mod failing;
mod faulty;
mod healthy;
mod idle;
mod interrupted;
mod own;
mod plan;
mod queued;
mod reliefs;
mod resume;
mod sizes;
mod socket;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod uploads;
mod watch;

use pushcheck::diagnosis::MethodReport;
use pushcheck::method::Method;
use pushcheck::report::Report;
use pushcheck::wire::Scheme;
use support::drive::{Told, run};
use support::setup;
use support::world::Nature;

/// A quick run through that world, to its end.
fn quick(nature: &mut dyn Nature) -> Told {
    run(setup(Scheme::Http), nature, None)
}

fn report(told: Told) -> Box<Report> {
    told.report.expect("a report always comes")
}

fn method(report: &Report, method: Method) -> &MethodReport {
    let mut all = report.methods.iter();
    all.find(|m| m.method == method)
        .expect("every report has five methods")
}

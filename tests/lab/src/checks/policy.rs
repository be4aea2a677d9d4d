//! Content security policies: our own, and one that forbids us.

use anyhow::{Result, ensure};
use pushcheck::diagnosis::{MethodReport, RunResult, Verdict, Word};
use pushcheck::report::Mode;
use serde_json::Value;

use super::healthy::all_passed;
use super::{Lab, Outcome, RUN, SOON};
use crate::page::Page;

/// The page runs under the server's strict policy, Trusted Types and all, without one violation.
pub(super) async fn our_own_policy_is_not_violated(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, lab.field.server.page()).await?;
    page.ready(SOON).await?;
    let reported = page.diagnose(RUN).await?;
    all_passed(&reported.report)?;
    // Whatever the page shows: details unfolded, too.
    page.run("document.querySelector('push-check').shadowRoot.querySelectorAll('details').forEach((one) => { one.open = true; });")
        .await?;
    let record = page.record().await?;
    ensure!(
        record.violations.is_empty(),
        "the page's policy was violated: {:?}",
        record.violations
    );
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Outcome::ok()
}

/// The element says which directive is missing, raises no exception, and tells what little it could try.
pub(super) async fn a_policy_without_wasm_is_named(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(
        &lab.browser,
        &format!("{}/no-wasm.html", lab.field.site.url()),
    )
    .await?;
    page.ready(SOON).await?;
    let told = page.diagnose(RUN).await?;
    conforms(&told.json)?;
    let report = told.report;
    ensure!(
        report.run.mode == Mode::Fallback && report.result == RunResult::Inconclusive,
        "it claims {:?} of a run {:?}",
        report.result,
        report.run.mode
    );
    let opened =
        |one: &MethodReport| one.word == Some(Word::Opens) && one.verdict == Verdict::Inconclusive;
    ensure!(
        report.methods.len() == 3 && report.methods.iter().all(opened),
        "{:?}",
        told.json["methods"]
    );
    let said = page
        .run("return document.querySelector('push-check').shadowRoot.querySelector('[part=todo]').textContent;")
        .await?;
    ensure!(
        said.as_str()
            .is_some_and(|said| said.contains("wasm-unsafe-eval")),
        "the directive is not named: {said}"
    );
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Outcome::ok()
}

/// Where even connections are forbidden, that directive is named, and nothing is said to have opened.
pub(super) async fn a_fallback_names_what_forbids_it(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(
        &lab.browser,
        &format!("{}/no-connect.html", lab.field.site.url()),
    )
    .await?;
    page.ready(SOON).await?;
    let told = page.diagnose(RUN).await?;
    conforms(&told.json)?;
    let failed = |one: &MethodReport| one.verdict == Verdict::Failed;
    ensure!(
        told.report.result == RunResult::Failed && told.report.methods.iter().all(failed),
        "{:?}",
        told.json["methods"]
    );
    let said = page
        .run("return document.querySelector('push-check').shadowRoot.querySelector('[part=todo]').textContent;")
        .await?;
    ensure!(
        said.as_str()
            .is_some_and(|said| said.contains("connect-src")),
        "the directive is not named: {said}"
    );
    Outcome::ok()
}

/// The report is valid by the schema.
fn conforms(report: &Value) -> Result<()> {
    let schema: Value = serde_json::from_str(include_str!("../../../../www/report.schema.json"))?;
    let schema = jsonschema::validator_for(&schema)?;
    let wrong: Vec<String> = schema
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    Ok(())
}

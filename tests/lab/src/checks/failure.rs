//! What a failure of our own does to a page: as little as can be.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::life::{GONE, held_by_nobody};
use super::{Lab, Outcome, RUN, SOON};
use crate::ledger;
use crate::page::Page;

/// Of two runs one panics: both settle at once, a third passes, and the server has nothing left open.
pub(super) async fn a_panic_of_ours_settles_every_run_and_leaves_nothing(
    lab: &Lab,
) -> Result<Outcome> {
    let Some(url) = lab.field.failing_widget() else {
        return Ok(Outcome::NotRun("PUSHCHECK_FAILING_PKG names no widget"));
    };
    let page = Page::open(&lab.browser, &url).await?;
    page.until("the widget's module", "window.widget", SOON)
        .await?;
    let base = lab.field.workshop.page();
    page.run(&format!(
        "window.settled = [];
        window.tell = (promise) => promise.then((report) => settled.push(report), (error) => settled.push(String(error)));
        tell(widget.run({{base: {base:?}}}));
        tell(widget.run({{base: {base:?}, labels: {{fail: 'now'}}}}));"
    ))
    .await?;
    page.until("both runs are settled", "settled.length === 2", RUN)
        .await?;
    for at in 0..2 {
        let report = settled(page, at).await?;
        let codes = report["findings"].to_string();
        ensure!(
            report["result"] == "aborted" && codes.contains("own-failure"),
            "run {at} settled with {} and {codes}",
            report["result"]
        );
    }
    let keys = page.keys().await?;
    ensure!(keys.len() == 2, "{} keys for two runs", keys.len());
    for key in &keys {
        ledger::all_ended(base, key, GONE).await?;
    }
    page.run(&format!("tell(widget.run({{base: {base:?}}}));"))
        .await?;
    page.until("a third run is settled", "settled.length === 3", RUN)
        .await?;
    let third = settled(page, 2).await?;
    ensure!(
        third["result"] == "passed",
        "the run after the failure: {}",
        third["result"]
    );
    let keys = page.keys().await?;
    let last = keys.last().context("the third run drew no key")?;
    ledger::all_ended(base, last, GONE).await?;
    held_by_nobody(page).await?;
    let errors = page.record().await?.errors;
    ensure!(
        errors.len() <= 1,
        "more than the one trap reached the page: {errors:?}"
    );
    Ok(Outcome::Passed(format!("{} trap shown", errors.len())))
}

/// What a run settled with.
async fn settled(page: Page<'_>, at: usize) -> Result<Value> {
    let text = page
        .run(&format!("return JSON.stringify(settled[{at}]);"))
        .await?;
    serde_json::from_str(text.as_str().unwrap_or("null")).context("no JSON")
}

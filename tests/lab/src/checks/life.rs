//! Runs that end early, side by side, unseen, or often.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use pushcheck::diagnosis::RunResult;
use tokio::time::{Instant, sleep};

use super::healthy::{MID_RUN, all_passed, fits_the_schema};
use super::{Lab, Outcome, RUN, SOON};
use crate::browser::bounded;
use crate::ledger;
use crate::page::Page;
use crate::soak::Row;

/// What has to be over on the server shortly after the page let go.
pub(super) const GONE: Duration = Duration::from_secs(5);

/// `stop()`: a report at once, of what was known by then.
pub(super) async fn stop_gives_a_partial_report(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.start().await?;
    sleep(MID_RUN).await;
    page.run("document.querySelector('push-check').stop();")
        .await?;
    let stopped = Instant::now();
    let reported = page.report(SOON).await?;
    let after = stopped.elapsed();
    fits_the_schema(&reported)?;
    let report = reported.report;
    ensure!(
        report.result == RunResult::Aborted,
        "the result is {:?}",
        report.result
    );
    ensure!(
        report.run.truncated,
        "a run that was stopped is not truncated"
    );
    let evidence = report
        .evidence
        .context("a partial report without its evidence")?;
    ensure!(
        !evidence.traces.is_empty(),
        "nothing of what had happened by then"
    );
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Ok(Outcome::Passed(format!(
        "{} ms after stop()",
        after.as_millis()
    )))
}

/// Aborted before it began: a report all the same, and not one request.
pub(super) async fn a_signal_aborted_before_gives_a_report(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.widget_elsewhere()).await?;
    let reported = page.run_widget("{}, AbortSignal.abort()", SOON).await?;
    fits_the_schema(&reported)?;
    ensure!(
        reported.report.result == RunResult::Aborted,
        "the result is {:?}",
        reported.report.result
    );
    // A request that was begun leaves its entry when it has ended.
    sleep(Duration::from_millis(500)).await;
    let asked = "return performance.getEntriesByType('resource').map(({name}) => name).filter((name) => name.includes('/v1/')).join(' ')";
    let asked = page.run(asked).await?;
    ensure!(
        asked == "",
        "requests for a run that was aborted before: {asked}"
    );
    let key = page.key(&reported.report.run.id).await?;
    let seen = ledger::read(lab.field.workshop.page(), &key)
        .await?
        .sightings
        .len();
    ensure!(
        seen == 0,
        "the server saw {seen} requests of a run that was aborted before"
    );
    held_by_nobody(page).await?;
    Outcome::ok()
}

/// The element leaves the page: the run ends, and the server sees every exchange end.
pub(super) async fn a_removed_element_leaves_nothing(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.start().await?;
    sleep(MID_RUN).await;
    page.run("document.querySelector('push-check').remove();")
        .await?;
    let removed = Instant::now();
    // It says so to whoever still holds the promise.
    let report = page.report(SOON).await?.report;
    ensure!(
        report.result == RunResult::Aborted,
        "the result is {:?}",
        report.result
    );
    let key = page.key(&report.run.id).await?;
    let over = over(lab, &key).await?;
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Ok(Outcome::Passed(format!(
        "{over} exchanges over within {} ms",
        removed.elapsed().as_millis()
    )))
}

/// The tab is closed.
pub(super) async fn a_tab_closed_mid_run_leaves_nothing(lab: &Lab) -> Result<Outcome> {
    let client = lab.browser.client();
    let here = bounded("name the tab", client.window()).await?;
    let other = bounded("open a tab", client.new_window(true)).await?;
    bounded(
        "change to the other tab",
        client.switch_to_window(other.handle),
    )
    .await?;
    let key = mid_run(lab).await;
    bounded("close the tab", client.close_window()).await?;
    bounded("change back", client.switch_to_window(here)).await?;
    gone(lab, &key?).await
}

/// The person goes on to another page, and may come back to this one.
pub(super) async fn a_page_left_mid_run_leaves_nothing(lab: &Lab) -> Result<Outcome> {
    let key = mid_run(lab).await?;
    lab.browser
        .goto(&format!(
            "{}/frame.html?page=about:blank",
            lab.field.site.url()
        ))
        .await?;
    gone(lab, &key).await
}

/// Starts a run, and gives its key when it is under way.
async fn mid_run(lab: &Lab) -> Result<String> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.start().await?;
    sleep(MID_RUN).await;
    page.keys().await?.pop().context("the run drew no key")
}

async fn gone(lab: &Lab, key: &str) -> Result<Outcome> {
    let left = Instant::now();
    let over = over(lab, key).await?;
    Ok(Outcome::Passed(format!(
        "{over} exchanges over within {} ms",
        left.elapsed().as_millis()
    )))
}

/// Waits until all is over on the server, and says how much that was.
async fn over(lab: &Lab, key: &str) -> Result<usize> {
    let seen = ledger::all_ended(&lab.field.page, key, GONE)
        .await?
        .sightings
        .len();
    ensure!(seen > 0, "the server saw nothing of the run");
    Ok(seen)
}

/// Nothing that the widget holds outlives its run.
pub(super) async fn held_by_nobody(page: Page<'_>) -> Result<()> {
    page.until(
        "the widget lets go of all",
        "widget.resourcesHeld() === 0",
        SOON,
    )
    .await
}

/// Both report, of two runs, and both are right.
pub(super) async fn two_elements_on_one_page_both_pass(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.run(
        "document.body.append(document.createElement('push-check'));
        for (const element of document.querySelectorAll('push-check')) element.start(new Event('click'));",
    )
    .await?;
    page.until("two reports", "pushcheckLab.reports.length === 2", RUN)
        .await?;
    let mut runs = Vec::new();
    for at in 0..2 {
        page.run(&format!(
            "pushcheckLab.settled = {{report: pushcheckLab.reports[{at}]}};"
        ))
        .await?;
        let report = page.report(SOON).await?.report;
        all_passed(&report).with_context(|| format!("element {}", at + 1))?;
        runs.push(report.run.id);
    }
    runs.dedup();
    ensure!(runs.len() == 2, "two elements shared one run");
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Outcome::ok()
}

/// Timers of a hidden tab are slowed, and a report comes all the same.
pub(super) async fn a_hidden_tab_reports_in_time(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.start().await?;
    let client = lab.browser.client();
    let here = bounded("name the tab", client.window()).await?;
    let other = bounded("open a tab", client.new_window(true)).await?;
    bounded(
        "change to the other tab",
        client.switch_to_window(other.handle),
    )
    .await?;
    sleep(Duration::from_secs(14)).await;
    bounded("close the tab", client.close_window()).await?;
    bounded("change back", client.switch_to_window(here)).await?;
    let report = page.report(Duration::from_secs(1)).await?.report;
    let record = page.record().await?;
    let times = record
        .first("start")
        .zip(record.first("report"))
        .context("no report was heard")?;
    let seconds = (times.1 - times.0) / 1e3;
    ensure!(seconds < 13.5, "the report came after {seconds:.1} s");
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    let hidden = report.surroundings.hidden_us as f64 / 1e6;
    if hidden == 0.0 {
        return Ok(Outcome::NotRun(
            "this browser hides no page behind another one here",
        ));
    }
    Ok(Outcome::Passed(format!(
        "{:?} after {seconds:.1} s, of which hidden {hidden:.1} s",
        report.result
    )))
}

/// Twenty in a row in one page: no error, nothing open on either side.
pub(super) async fn twenty_runs_in_a_row_leave_nothing(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.widget_elsewhere()).await?;
    let mut row = Row::default();
    for n in 1..=20 {
        row.run(page, lab.field.workshop.page())
            .await
            .with_context(|| format!("run {n}"))?;
    }
    ensure!(
        row.errors == 0,
        "errors in the page: {:?}",
        page.record().await?.errors
    );
    ensure!(row.is_well(), "{row}: {}", row.odd.join("; "));
    Ok(Outcome::Passed(row.to_string()))
}

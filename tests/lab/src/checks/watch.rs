//! A watch, and what becomes of it when its page is closed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use pushcheck::report::Mode;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::healthy::fits_the_schema;
use super::{Lab, Outcome, RUN, SOON};
use crate::ledger;
use crate::page::{Page, Reported};

/// How long it is watched before the page is left.
const HELD: Duration = Duration::from_secs(3);

/// Left, a page in a watch sends what it saw where the person has ticked the box, and nothing otherwise.
pub(super) async fn a_page_left_in_a_watch_sends_what_it_saw_if_it_may(
    lab: &Lab,
) -> Result<Outcome> {
    ensure!(leave(lab, false).await?.is_none(), "it sent, unasked");
    let sent = leave(lab, true).await?.context("it sent nothing")?;
    ensure!(
        sent["keepalive"] == true && sent["credentials"] == "omit",
        "{sent}"
    );
    let body = sent["body"].as_str().context("no body")?;
    ensure!(body.len() <= 60_000, "{} bytes", body.len());
    let reported = Reported::of(serde_json::from_str(body)?)?;
    fits_the_schema(&reported)?;
    let report = reported.report;
    ensure!(report.run.mode == Mode::Watch && report.run.truncated);
    let watched = report
        .methods
        .iter()
        .filter_map(|method| method.watched.as_ref());
    let held: Vec<u64> = watched.clone().map(|watched| watched.held_ms).collect();
    ensure!(
        held.len() == 4 && held.iter().any(|ms| *ms > 2_000),
        "held for {held:?} ms"
    );
    ensure!(
        watched.clone().all(|watched| watched.cuts == 0),
        "cut on loopback"
    );
    Ok(Outcome::Passed(format!("{} bytes", body.len())))
}

/// Leaves a page in its watch; what it sent, if anything.
async fn leave(lab: &Lab, may: bool) -> Result<Option<Value>> {
    let base = lab.field.workshop.page();
    let page = Page::open(&lab.browser, &format!("{base}lab/watch.html")).await?;
    page.run("sessionStorage.clear();").await?;
    page.ready(SOON).await?;
    page.start().await?;
    if may {
        page.run("document.querySelector('push-check').shadowRoot.querySelector('[part=consent] input').click();")
            .await?;
    }
    // The bar is at its beginning when all else has been tried.
    page.until(
        "the verdicts",
        "[...document.querySelector('push-check').shadowRoot.querySelectorAll('[part=method]')].every(({ dataset }) => dataset.state === 'passed')",
        RUN,
    )
    .await?;
    sleep(HELD).await;
    let key = page.keys().await?.pop().context("the run drew no key")?;
    lab.browser.goto(&format!("{base}icon.svg")).await?;
    // It may arrive later than what it tells of has ended.
    let deadline = Instant::now() + SOON;
    let arrived = loop {
        let seen = ledger::all_ended(base, &key, SOON).await?;
        let arrived = seen.sightings.iter().any(|seen| seen.probe == "sent");
        if arrived || !may || Instant::now() > deadline {
            break arrived;
        }
        sleep(Duration::from_millis(200)).await;
    };
    let page = Page::open(&lab.browser, base).await?;
    let sent = page.run("return sessionStorage.sent ?? null").await?;
    ensure!(
        arrived == may,
        "a report arrived: {arrived}; one was sent: {}",
        !sent.is_null()
    );
    Ok(sent.as_str().map(serde_json::from_str).transpose()?)
}

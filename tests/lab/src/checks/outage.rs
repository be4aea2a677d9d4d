//! The server is not there, goes away, or is somebody else.

use anyhow::{Result, bail, ensure};
use pushcheck::diagnosis::{RunResult, Verdict};
use pushcheck::evidence::Notice;
use pushcheck::report::Report;
use tokio::time::sleep;

use super::healthy::{MID_RUN, fits_the_schema};
use super::{Lab, Outcome, RUN, SOON};
use crate::browser::Network;
use crate::origin::{DeadPort, Origin};
use crate::page::{Page, Reported};
use crate::server::Killable;

/// A report came in time although nothing works; it is one of ours, and nothing of it claims success or our failure.
fn honest(reported: &Reported) -> Result<&Report> {
    fits_the_schema(reported)?;
    let report = &reported.report;
    ensure!(
        report.run.duration_us < 12_500_000,
        "the run took {} µs",
        report.run.duration_us
    );
    ensure!(
        !matches!(report.result, RunResult::Passed | RunResult::Aborted),
        "the result is {:?}",
        report.result
    );
    let own = report
        .surroundings
        .notices
        .iter()
        .any(|one| matches!(one.notice, Notice::OwnFailure { .. }));
    ensure!(
        !own,
        "a failure of our own: {:?}",
        report.surroundings.notices
    );
    Ok(report)
}

/// No method passed, and the server's half is not made up.
fn nothing_passed(report: &Report) -> Result<()> {
    for method in &report.methods {
        ensure!(
            !method.verdict.works(),
            "{} is {:?}",
            method.method.as_str(),
            method.verdict
        );
    }
    ensure!(
        report.about.is_none(),
        "about a server that was never heard: {:?}",
        report.about
    );
    match &report.evidence {
        Some(evidence) if evidence.complete => {
            bail!("the evidence of a server that was never heard is complete")
        }
        _ => Ok(()),
    }
}

async fn no_errors(page: Page<'_>) -> Result<()> {
    // What a browser itself writes to its console is no exception.
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Ok(())
}

/// The process dies; the report comes, not all passed, and says that the server's half is missing.
pub(super) async fn a_server_killed_mid_run_is_named(lab: &Lab) -> Result<Outcome> {
    let Some(mut server) = Killable::start().await? else {
        bail!(
            "the server's program is missing: cargo build -p pushcheck-server, or name it by PUSHCHECK_SERVER"
        );
    };
    let page = Page::open(&lab.browser, server.page()).await?;
    page.ready(SOON).await?;
    page.start().await?;
    sleep(MID_RUN).await;
    server.kill();
    let reported = page.report(RUN).await?;
    let report = honest(&reported)?;
    let broken = report
        .methods
        .iter()
        .filter(|method| method.verdict != Verdict::Passed)
        .count();
    ensure!(broken > 0, "all passed although the server died");
    let whole = report
        .evidence
        .as_ref()
        .is_some_and(|evidence| evidence.complete);
    ensure!(
        !whole,
        "the server's half is complete although the server died"
    );
    no_errors(page).await?;
    Ok(Outcome::Passed(format!(
        "{:?}, {broken} of {} broken",
        report.result,
        report.methods.len()
    )))
}

/// Calls `run` with another base, from a page that could load the widget.
async fn against(lab: &Lab, base: &str) -> Result<Reported> {
    let page = Page::open(&lab.browser, &lab.field.widget_elsewhere()).await?;
    let reported = page.run_widget(&format!("{{base: {base:?}}}"), RUN).await?;
    no_errors(page).await?;
    Ok(reported)
}

/// Status 200 and `text/html` everywhere: nothing of it is an answer of ours.
pub(super) async fn html_for_everything_is_not_taken_for_ours(lab: &Lab) -> Result<Outcome> {
    let portal = Origin::html_for_everything().await?;
    let reported = against(lab, &format!("{}/", portal.url())).await?;
    let report = honest(&reported)?;
    nothing_passed(report)?;
    let marked = report
        .methods
        .iter()
        .flat_map(|method| &method.lanes)
        .flat_map(|lane| &lane.attempts);
    let marked = marked
        .filter(|attempt| attempt.marked == Some(true))
        .count();
    ensure!(marked == 0, "{marked} answers of a stranger bear our mark");
    Ok(Outcome::Passed(format!("{:?}", report.result)))
}

/// Nobody listens.
pub(super) async fn an_unreachable_server_is_named(lab: &Lab) -> Result<Outcome> {
    let dead = DeadPort::new()?;
    let reported = against(lab, &dead.url()?).await?;
    let report = honest(&reported)?;
    nothing_passed(report)?;
    Ok(Outcome::Passed(format!(
        "{:?} after {:.1} s",
        report.result,
        report.run.duration_us as f64 / 1e6
    )))
}

/// The page is there, the network is not.
pub(super) async fn offline_before_the_run_is_named(lab: &Lab) -> Result<Outcome> {
    if let Some(why) = Network::cannot_be_set(lab.browser.browser()) {
        return Ok(Outcome::NotRun(why));
    }
    let page = Page::open(&lab.browser, &lab.field.widget_elsewhere()).await?;
    page.until("the widget's module", "window.widget", SOON)
        .await?;
    Network::Offline.set(&lab.browser).await?;
    let reported = page.run_widget("", RUN).await;
    Network::Normal.set(&lab.browser).await?;
    let reported = reported?;
    let report = honest(&reported)?;
    nothing_passed(report)?;
    ensure!(
        !report.surroundings.online,
        "the report does not say that the browser was offline"
    );
    no_errors(page).await?;
    Ok(Outcome::Passed(format!("{:?}", report.result)))
}

/// The network goes while all is running, and stays away.
pub(super) async fn offline_during_the_run_is_named(lab: &Lab) -> Result<Outcome> {
    if let Some(why) = Network::cannot_be_set(lab.browser.browser()) {
        return Ok(Outcome::NotRun(why));
    }
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.start().await?;
    sleep(MID_RUN).await;
    Network::Offline.set(&lab.browser).await?;
    let reported = page.report(RUN).await;
    Network::Normal.set(&lab.browser).await?;
    let reported = reported?;
    let report = honest(&reported)?;
    let told = report
        .surroundings
        .notices
        .iter()
        .any(|one| one.notice == Notice::Offline);
    ensure!(
        told,
        "no notice that the browser went offline: {:?}",
        report.surroundings.notices
    );
    no_errors(page).await?;
    Ok(Outcome::Passed(format!("{:?}", report.result)))
}

//! Nothing is in the way.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use pushcheck::diagnosis::{Code, MethodReport, RunResult, Verdict};
use pushcheck::method::Method;
use pushcheck::report::Report;
use serde_json::Value;

use super::round::Starved;
use super::{Lab, Outcome, RUN, SOON};
use crate::ledger;
use crate::page::{Page, Reported, was_starved};
use crate::server::www;

/// All five passed, with numbers that can only come from a run, and the report is what the schema says.
pub(super) async fn every_method_passes_with_real_numbers(lab: &Lab) -> Result<Outcome> {
    let quiet = lab.field.quiet().await?;
    let page = Page::open(&lab.browser, quiet.page()).await?;
    page.ready(SOON).await?;
    let reported = page.diagnose(RUN).await?;
    all_passed(&reported.report)?;
    real_numbers(&reported.report)?;
    fits_the_schema(&reported)?;
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Ok(Outcome::Passed(format!(
        "run of {:.2} s",
        reported.report.run.duration_us as f64 / 1e6
    )))
}

/// What the report says of arrivals is what the server says when asked by somebody else.
pub(super) async fn the_report_counts_what_the_server_counted(lab: &Lab) -> Result<Outcome> {
    let quiet = lab.field.quiet().await?;
    let page = Page::open(&lab.browser, quiet.page()).await?;
    page.ready(SOON).await?;
    let Reported { report, .. } = page.diagnose(RUN).await?;
    let key = page.key(&report.run.id).await?;
    let seen = ledger::all_ended(quiet.page(), &key, SOON).await?.sightings;
    let evidence = report
        .evidence
        .as_ref()
        .context("the report has no evidence")?;
    ensure!(
        evidence.complete,
        "the server's half is not whole: {:?}",
        evidence.instances
    );
    ensure!(
        evidence.sightings.len() == seen.len(),
        "{} arrivals in the report, {} on the server",
        evidence.sightings.len(),
        seen.len()
    );
    for attempt in report
        .methods
        .iter()
        .flat_map(|method| &method.lanes)
        .flat_map(|lane| &lane.attempts)
    {
        let counted = seen
            .iter()
            .filter(|s| s.probe == attempt.probe && s.attempt == attempt.attempt)
            .count();
        let told = attempt.arrivals.map(|n| n as usize);
        ensure!(
            told == Some(counted),
            "{} {}: {told:?} reported, {counted} counted",
            attempt.probe,
            attempt.attempt
        );
    }
    Ok(Outcome::Passed(format!("{} arrivals", seen.len())))
}

/// start, progress, report, end: each crosses the shadow boundary and bubbles to the window.
pub(super) async fn events_reach_the_page_in_order(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.diagnose(RUN).await?;
    page.until(
        "the event end",
        "pushcheckLab.record.events.some(({name}) => name === 'end')",
        SOON,
    )
    .await?;
    let record = page.record().await?;
    let mut names: Vec<&str> = record
        .events
        .iter()
        .map(|event| event.name.as_str())
        .collect();
    let progress = record.count("progress");
    names.dedup();
    ensure!(
        names == ["start", "progress", "report", "end"],
        "events came as {names:?}"
    );
    let same = page.run("const {report} = document.querySelector('push-check');
        return report !== null && JSON.stringify(report) === JSON.stringify(pushcheckLab.reports[0]);");
    ensure!(
        same.await? == Value::Bool(true),
        "the event's report is not the element's"
    );
    Ok(Outcome::Passed(format!("{progress} × progress")))
}

/// Every method passed on the main lane, and nothing is claimed.
pub(super) fn all_passed(report: &Report) -> Result<()> {
    let broken: Vec<String> = report
        .methods
        .iter()
        .filter(|m| m.verdict != Verdict::Passed)
        .map(odd)
        .collect();
    if !broken.is_empty() {
        let gap = report.surroundings.longest_gap_us;
        let told = format!(
            "{}; main thread blocked for up to {gap} µs",
            broken.join("; ")
        );
        if was_starved(report) {
            return Err(Starved(told).into());
        }
        bail!("{told}");
    }
    ensure!(
        report.methods.len() == Method::ALL.len(),
        "{} methods in the report",
        report.methods.len()
    );
    ensure!(
        report.result == RunResult::Passed,
        "the result is {:?}",
        report.result
    );
    // That the page stood still is true of a machine that gives it no time.
    if report
        .findings
        .iter()
        .any(|one| one.code == Code::SlowMainThread)
    {
        let gap = report.surroundings.longest_gap_us;
        return Err(Starved(format!("main thread blocked for up to {gap} µs")).into());
    }
    ensure!(
        report.findings.is_empty(),
        "findings on a healthy network: {:?}",
        report.findings
    );
    Ok(())
}

/// What is known of a method that did not pass.
fn odd(method: &MethodReport) -> String {
    let attempts = method
        .lanes
        .iter()
        .flat_map(|lane| &lane.attempts)
        .filter(|a| a.verdict != Verdict::Passed);
    let told = attempts.map(|a| {
        format!(
            "{} {}: {:?} at {:?}, {:?} after {} µs, opened {:?}, first message {:?}, {} ticks, error {:?}, close {:?}",
            a.probe, a.attempt, a.verdict, a.place, a.ended, a.ended_us, a.open_us, a.first_message_us, a.ticks, a.error, a.close
        )
    });
    format!(
        "{} is {:?}: {}",
        method.method.as_str(),
        method.verdict,
        told.collect::<Vec<_>>().join(" | ")
    )
}

/// Numbers that are there, and cannot have been made up: of the right order, and consistent with each other.
fn real_numbers(report: &Report) -> Result<()> {
    let run = report.run.duration_us;
    ensure!(
        (1_000_000..20_000_000).contains(&run),
        "the run took {run} µs"
    );
    ensure!(report.about.is_some(), "the server was not heard");
    ensure!(
        report
            .evidence
            .as_ref()
            .is_some_and(|evidence| evidence.complete),
        "the server's half is not whole: {:?}",
        report.evidence.as_ref().map(|evidence| &evidence.instances)
    );
    for method in &report.methods {
        let name = method.method.as_str();
        let lane = method
            .lanes
            .first()
            .with_context(|| format!("{name} has no lane"))?;
        let open = lane
            .timing
            .open_us
            .with_context(|| format!("{name} has no time to open"))?;
        ensure!(open > 0 && open < run, "{name} opened after {open} µs");
        let delivery = method
            .delivery
            .as_ref()
            .with_context(|| format!("{name} has no delivery"))?;
        ensure!(
            delivery.n > 0 && delivery.missing == 0,
            "{name}: {} ticks, {} missing",
            delivery.n,
            delivery.missing
        );
        ensure!(
            delivery.median_us <= delivery.worst_us,
            "{name}: a median above the worst"
        );
        ensure!(
            delivery.duplicated == 0 && delivery.reordered == 0,
            "{name}: ticks twice or out of order"
        );
        let overhead = method
            .overhead
            .as_ref()
            .with_context(|| format!("{name} has no overhead"))?;
        ensure!(
            overhead.messages > 0 && overhead.down_bytes > 0,
            "{name}: an overhead of nothing"
        );
    }
    let trip = |method: Method| {
        let found = report.methods.iter().find(|one| one.method == method)?;
        found.lanes.first()?.timing.round_trip
    };
    for method in [Method::WebSocket, Method::Polling] {
        let trip =
            trip(method).with_context(|| format!("{} has no round trips", method.as_str()))?;
        ensure!(
            trip.min_us <= trip.median_us && trip.median_us < 1_000_000,
            "round trips of {} µs",
            trip.median_us
        );
    }
    Ok(())
}

/// The report as the page gave it validates.
pub(super) fn fits_the_schema(reported: &Reported) -> Result<()> {
    let text = std::fs::read(www()?.join("report.schema.json"))
        .context("the report's schema cannot be read")?;
    let schema: Value = serde_json::from_slice(&text)?;
    let schema = jsonschema::draft202012::new(&schema).context("the report's schema is none")?;
    let wrong: Vec<String> = schema
        .iter_errors(&reported.json)
        .take(3)
        .map(|error| format!("{} at {}", error, error.instance_path))
        .collect();
    ensure!(wrong.is_empty(), "against the schema: {}", wrong.join("; "));
    Ok(())
}

/// Between asking a page and asking it again what it has become.
pub(super) const MID_RUN: Duration = Duration::from_millis(1_500);

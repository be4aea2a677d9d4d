//! The https lane, and what an https page may not try.

use std::collections::BTreeSet;

use super::healthy::{all_passed, fits_the_schema};
use super::{Lab, Outcome, RUN, SOON};
use crate::page::Page;
use anyhow::{Context, Result, ensure};
use pushcheck::plan::Skipped;
use pushcheck::wire::Scheme;

/// Over TLS all five pass, and the report shows the HTTP version that the browser and the server saw.
pub(super) async fn the_https_lane_passes_over_http_2(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, lab.field.server.tls_page()?).await?;
    page.ready(SOON).await?;
    let reported = page.diagnose(RUN).await?;
    // Over a shared HTTP/2 connection nothing can be counted per message: no `real_numbers` here.
    all_passed(&reported.report)?;
    fits_the_schema(&reported)?;
    let evidence = reported
        .report
        .evidence
        .as_ref()
        .context("the report has no evidence")?;
    let seen = evidence
        .sightings
        .iter()
        .filter(|sighting| sighting.http_version == "HTTP/2.0")
        .count();
    ensure!(seen > 0, "the server saw no request over HTTP/2");
    let mut told = Vec::new();
    for method in &reported.report.methods {
        let attempts = method.lanes.iter().flat_map(|lane| &lane.attempts);
        let versions =
            attempts.filter_map(|attempt| attempt.resource_timing.as_ref()?.protocol.clone());
        let versions: BTreeSet<String> = versions.collect();
        let versions: Vec<String> = versions.into_iter().collect();
        told.push(format!("{} {}", method.method.as_str(), versions.join("/")));
    }
    ensure!(
        told.iter().any(|method| method.ends_with(" h2")),
        "nextHopProtocol in the report: {}",
        told.join(", ")
    );
    Ok(Outcome::Passed(format!(
        "{seen} arrivals over HTTP/2; by nextHopProtocol {}",
        told.join(", ")
    )))
}

/// Asked for a plain lane, an https page says why it may not, and the other verdicts stand.
pub(super) async fn a_plain_lane_of_an_https_page_is_skipped(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, lab.field.server.tls_page()?).await?;
    page.ready(SOON).await?;
    page.run("document.querySelector('push-check').setAttribute('lanes', 'plain');")
        .await?;
    let reported = page.diagnose(RUN).await?;
    all_passed(&reported.report)?;
    let plain = reported
        .report
        .lanes
        .iter()
        .find(|lane| lane.scheme == Scheme::Http);
    let plain = plain.context("the report has no plain lane")?;
    ensure!(
        plain.skipped == Some(Skipped::MixedContent),
        "the plain lane: skipped {:?}",
        plain.skipped
    );
    let tried = reported
        .report
        .methods
        .iter()
        .flat_map(|method| &method.lanes)
        .filter(|lane| lane.lane == plain.id);
    ensure!(
        tried.flat_map(|lane| &lane.attempts).count() == 0,
        "attempts on a lane that was skipped"
    );
    let record = page.record().await?;
    ensure!(
        record.violations.is_empty(),
        "the page's policy was violated: {:?}",
        record.violations
    );
    Outcome::ok()
}

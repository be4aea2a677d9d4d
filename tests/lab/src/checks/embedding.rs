//! On other people's pages: as an element, and in a frame.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::healthy::all_passed;
use super::{Lab, Outcome, RUN, SOON};
use crate::origin::Origin;
use crate::page::{Page, Reported};

/// Two lines of HTML on another origin, under exactly the policy that README gives for it.
pub(super) async fn two_lines_on_another_origin_pass(lab: &Lab) -> Result<Outcome> {
    let origin = lab.field.strict.url();
    embedded(lab, &format!("{origin}/embed.html"), &origin).await
}

/// The same beside the check server itself.
pub(super) async fn two_lines_on_the_same_origin_pass(lab: &Lab) -> Result<Outcome> {
    let base = lab.field.workshop.page();
    embedded(
        lab,
        &format!("{base}lab/same-origin.html"),
        base.trim_end_matches('/'),
    )
    .await
}

/// Nothing is in the way of the element there, and it violates no policy.
async fn embedded(lab: &Lab, url: &str, origin: &str) -> Result<Outcome> {
    let page = Page::open(&lab.browser, url).await?;
    page.ready(SOON).await?;
    let report = page.diagnose(RUN).await?.report;
    all_passed(&report)?;
    ensure!(
        report.surroundings.origin == origin,
        "the page's origin is {}",
        report.surroundings.origin
    );
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

/// Opens a page of `site` that frames the check, starts it there and waits until the frame has heard of its end.
async fn framed<'a>(lab: &'a Lab, site: &Origin, check: &str) -> Result<Page<'a>> {
    let page = Page::open(
        &lab.browser,
        &format!("{}/frame.html?page={check}%3Fauto", site.url()),
    )
    .await?;
    page.until("the frame", "window.frames.length === 1", SOON)
        .await?;
    Ok(page)
}

/// Progress and report come to the origin that the operator named, from the check's own origin.
pub(super) async fn a_frame_posts_to_the_configured_origin(lab: &Lab) -> Result<Outcome> {
    let check = lab.field.workshop.page();
    let page = framed(lab, &lab.field.site, check).await?;
    page.until(
        "a report from the frame",
        "messages.some(({data}) => data.type === 'pushcheck-report')",
        RUN,
    )
    .await?;
    let messages = page.run("return messages;").await?;
    let messages = messages.as_array().context("no messages")?;
    let kind = |message: &Value| {
        message["data"]["type"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let origin = check.trim_end_matches('/');
    ensure!(
        messages.iter().all(|message| message["origin"] == origin),
        "messages of another origin than {origin}"
    );
    let progress = messages
        .iter()
        .filter(|message| kind(message) == "pushcheck-progress")
        .count();
    ensure!(progress > 0, "no progress was posted");
    let reports: Vec<&Value> = messages
        .iter()
        .filter(|message| kind(message) == "pushcheck-report")
        .collect();
    ensure!(reports.len() == 1, "{} reports were posted", reports.len());
    let report = Reported::of(reports[0]["data"]["report"].clone())?.report;
    all_passed(&report)?;
    ensure!(
        report.surroundings.embedded,
        "the report does not say that the page stood in a frame"
    );
    Ok(Outcome::Passed(format!("{progress} × progress")))
}

/// The same page, framed by an origin that nobody named: the run is made, and nothing is posted.
pub(super) async fn a_frame_posts_to_nobody_else(lab: &Lab) -> Result<Outcome> {
    let other = Origin::site(vec![super::field::pages()], None).await?;
    let page = framed(lab, &other, lab.field.workshop.page()).await?;
    let client = lab.browser.client();
    crate::browser::bounded("enter the frame", client.enter_frame(0)).await?;
    let done = "document.querySelector('push-check')?.report != null";
    let ended = page.until("the framed run's end", done, RUN).await;
    crate::browser::bounded("leave the frame", client.enter_parent_frame()).await?;
    ended?;
    let messages = page.run("return messages.length;").await?;
    ensure!(
        messages == 0,
        "{messages} messages to an origin that was not configured"
    );
    Outcome::ok()
}

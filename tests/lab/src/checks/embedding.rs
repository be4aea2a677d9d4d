//! On other people's pages: as an element, and in a frame.

use anyhow::{Context, Result, ensure};
use pushcheck::diagnosis::{MethodReport, Verdict};
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

/// In a frame that may only run scripts a report comes, and what cannot be copied is selected for the person to copy.
pub(super) async fn a_sandbox_that_only_runs_scripts_will_do(lab: &Lab) -> Result<Outcome> {
    let url = format!("{}/sandbox.html", lab.field.site.url());
    let page = Page::open(&lab.browser, &url).await?;
    let client = lab.browser.client();
    crate::browser::bounded("enter the frame", client.enter_frame(0)).await?;
    let seen = sandboxed(page).await;
    crate::browser::bounded("leave the frame", client.enter_parent_frame()).await?;
    seen
}

async fn sandboxed(page: Page<'_>) -> Result<Outcome> {
    page.listen().await?;
    page.ready(SOON).await?;
    let report = page.diagnose(RUN).await?.report;
    ensure!(
        report.surroundings.origin == "null",
        "its origin is {}",
        report.surroundings.origin
    );
    let works = |method: &&MethodReport| method.verdict == Verdict::Passed;
    // Nobody has listed `null` among the origins that may open WebSockets.
    ensure!(
        report.methods.iter().filter(works).count() >= 4,
        "{:?}",
        report
            .methods
            .iter()
            .map(|one| (one.method, one.verdict))
            .collect::<Vec<_>>()
    );
    page.run(
        "document.querySelector('push-check').shadowRoot.querySelector('[part=copy]').click();",
    )
    .await?;
    let told = "(() => {
        const root = document.querySelector('push-check').shadowRoot;
        const box = root.querySelector('textarea');
        return box ? box.value.includes('\"schema\": 1') && box.selectionEnd === box.value.length : root.querySelector('.note').textContent;
    })()";
    page.until("the copy, or the text selected", told, SOON)
        .await?;
    page.until(
        "the rooms",
        "document.querySelector('push-check').shadowRoot.querySelector('[part=readers]')",
        SOON,
    )
    .await?;
    let record = page.record().await?;
    ensure!(record.errors.is_empty(), "errors: {:?}", record.errors);
    Outcome::ok()
}

/// Rules of the page's own that would break what they reach reach nothing of it.
pub(super) async fn a_hostile_style_sheet_breaks_nothing(lab: &Lab) -> Result<Outcome> {
    let url = format!("{}/hostile.html", lab.field.site.url());
    let page = Page::open(&lab.browser, &url).await?;
    page.ready(SOON).await?;
    page.until(
        "the end of the run",
        "document.querySelector('push-check').report",
        RUN,
    )
    .await?;
    page.run(
        "document.querySelector('push-check').shadowRoot.querySelector('[part=details]').click();",
    )
    .await?;
    page.until(
        "the rooms",
        "document.querySelector('push-check').shadowRoot.querySelector('[part=readers]')",
        SOON,
    )
    .await?;
    let seen = page
        .run(
            "const root = document.querySelector('push-check').shadowRoot;
            const look = (selector) => {
                const one = root.querySelector(selector);
                const { display, fontSize, textTransform, letterSpacing, color, pointerEvents } = getComputedStyle(one);
                return { display, fontSize, textTransform, letterSpacing, color, pointerEvents, seen: one.getBoundingClientRect().height > 10 };
            };
            return ['[part=headline]', '[part=primary]', '[part=methods]', '[role=tab]', '[part=path] svg'].map(look);",
        )
        .await?;
    for look in seen.as_array().context("nothing was seen")? {
        let is = |name: &str, what: &str| look[name] == what;
        let size: f64 = look["fontSize"]
            .as_str()
            .and_then(|size| size.strip_suffix("px")?.parse().ok())
            .unwrap_or_default();
        ensure!(
            look["seen"] == true
                && !is("display", "none")
                && is("textTransform", "none")
                && is("letterSpacing", "normal")
                && !is("color", "rgb(255, 0, 0)")
                && !is("pointerEvents", "none")
                && size >= 11.0,
            "{look}"
        );
    }
    Outcome::ok()
}

/// The example pages: the element reports to plain HTML, React and Vue, and ends where they take it away.
pub(super) async fn examples_report_and_unmount(lab: &Lab) -> Result<Outcome> {
    let mut ran = Vec::new();
    for name in ["plain", "react", "vue"] {
        let url = format!("{}examples/{name}.html", lab.field.server.page());
        let page = Page::open(&lab.browser, &url).await?;
        let there = page
            .until("element", "document.querySelector('push-check')", SOON)
            .await;
        if there.is_err() && name != "plain" {
            // Built without npm.
            continue;
        }
        there?;
        page.ready(SOON).await?;
        page.run("document.querySelector('push-check').start();")
            .await?;
        page.until(
            "what the page says of the report",
            "/passed|warning/.test(document.querySelector('output, [role=status], #result')?.textContent)",
            RUN,
        )
        .await?;
        page.run(
            "window.gone = document.querySelector('push-check'); gone.start();
            document.querySelector('main button').click();",
        )
        .await?;
        page.until(
            "the element's end",
            "!gone.isConnected && !gone.running",
            SOON,
        )
        .await?;
        let record = page.record().await?;
        ensure!(
            record.violations.is_empty() && record.errors.is_empty(),
            "{name}: {:?} {:?}",
            record.violations,
            record.errors
        );
        ran.push(name);
    }
    Ok(Outcome::Passed(ran.join(", ")))
}

//! The report goes elsewhere: to another device of the same person, and to whoever runs the site.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Lab, Outcome, RUN, SOON};
use crate::browser::bounded;
use crate::gallery::saved;
use crate::page::Page;

/// What the first page says of both.
const JUDGED: &str =
    "document.querySelector('push-check').shadowRoot.querySelector('.another table')";

/// A page on which WebSocket fails makes a code; another page joins by its link, passes, and hands its report back by a click:
/// the first one judges both.
pub(super) async fn two_devices_are_judged_together(lab: &Lab) -> Result<Outcome> {
    let quiet = lab.field.quiet().await?;
    let page = Page::open(&lab.browser, quiet.page()).await?;
    page.ready(SOON).await?;
    page.run("(window.wrappedJSObject ?? window).WebSocket = undefined;")
        .await?;
    page.diagnose(RUN).await?;
    let made = "document.querySelector('push-check').shadowRoot.querySelector('.another button')";
    page.until("a place to make a code", made, SOON).await?;
    page.run(&format!("{made}.click();")).await?;
    let picture =
        "document.querySelector('push-check').shadowRoot.querySelector('.another .code svg')";
    page.until("a QR code", picture, SOON).await?;
    let link = page
        .run("return document.querySelector('push-check').shadowRoot.querySelector('.another code').textContent;")
        .await?;
    let link = link.as_str().context("there is no link")?;
    ensure!(link.contains("#join="), "the link is {link}");

    let client = lab.browser.client();
    let here = bounded("name the tab", client.window()).await?;
    let other = bounded("open a tab", client.new_window(true)).await?;
    bounded("change tabs", client.switch_to_window(other.handle)).await?;
    let joined = joins(lab, link).await;
    bounded("close the tab", client.close_window()).await?;
    bounded("change back", client.switch_to_window(here)).await?;
    joined?;

    page.until("what both say together", JUDGED, RUN).await?;
    let said = page.run(&format!("return {JUDGED}.textContent;")).await?;
    let said = said.as_str().unwrap_or_default();
    ensure!(said.contains("WebSocket"), "it says {said}");
    let record = page.record().await?;
    ensure!(record.errors.is_empty(), "errors: {:?}", record.errors);
    Ok(Outcome::Passed(said.chars().take(200).collect()))
}

/// An https page that may not try a plain lane offers a link to the page there, and judges both together.
pub(super) async fn a_plain_half_joins_its_https_page(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, lab.field.server.tls_page()?).await?;
    page.ready(SOON).await?;
    page.run("document.querySelector('push-check').setAttribute('lanes', 'plain');")
        .await?;
    page.diagnose(RUN).await?;
    let offered = "document.querySelector('push-check').shadowRoot.querySelector('.another a[href*=\"#join=\"]')";
    page.until("a link to the plain page", offered, SOON)
        .await?;
    let link = page.run(&format!("return {offered}.href;")).await?;
    let link = link.as_str().context("there is no link")?;
    ensure!(link.starts_with("http://"), "the link is {link}");
    // What a click does, but for the tab, which a driver has to name.
    page.run(&format!(
        "{offered}.addEventListener('click', (event) => event.preventDefault()); {offered}.click();"
    ))
    .await?;

    let client = lab.browser.client();
    let here = bounded("name the tab", client.window()).await?;
    let other = bounded("open a tab", client.new_window(true)).await?;
    bounded("change tabs", client.switch_to_window(other.handle)).await?;
    let joined = joins(lab, link).await;
    bounded("close the tab", client.close_window()).await?;
    bounded("change back", client.switch_to_window(here)).await?;
    joined?;
    page.until("what both say together", JUDGED, RUN).await?;
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{record:?}"
    );
    Outcome::ok()
}

/// The other device: the key does not stay in its address, and one click hands the report back.
async fn joins(lab: &Lab, link: &str) -> Result<()> {
    let page = Page::open(&lab.browser, link).await?;
    page.ready(SOON).await?;
    let address = page.run("return location.href;").await?;
    ensure!(
        address.as_str().is_some_and(|at| !at.contains("join")),
        "the key stays in {address}"
    );
    page.diagnose(RUN).await?;
    let send = "document.querySelector('push-check').shadowRoot.querySelector('.another button')";
    page.until("a button to hand it back", send, SOON).await?;
    page.run(&format!("{send}.click();")).await?;
    page.until(
        "the word that it is there",
        &format!("{send}.getAttribute('aria-disabled')"),
        SOON,
    )
    .await
    .map_err(|error| error.context("the report was not handed back"))
}

/// By POST, by WebSocket, and in pieces by GET, whichever the methods leave: the server takes each, and gives it a name.
pub(super) async fn a_report_leaves_by_whatever_works(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, lab.field.workshop.page()).await?;
    page.ready(SOON).await?;
    let foreign = saved("nginx-no-upgrade-firefox.json.gz")?;
    let told = page
        .browser()
        .run_async(
            &format!(
                "const base = new URL('./', location).href;
            const {{ send }} = await import(base + 'more/send.js');
            const check = document.querySelector('push-check');
            check.report = {foreign};
            const report = await check.start();
            const by = {{ previous: check.previous }};
            const {{ fetch: asked, WebSocket: Socket }} = globalThis;
            const forbid = {{ fetch: (url, init) => (init?.method === 'POST' ? Promise.reject(new TypeError('forbidden')) : asked(url, init)) }};
            by.first = await send(report, base);
            globalThis.fetch = forbid.fetch;
            by.second = await send(report, base);
            globalThis.WebSocket = class {{ constructor() {{ throw new DOMException('forbidden', 'SecurityError'); }} }};
            by.third = await send(report, base);
            Object.assign(globalThis, {{ fetch: asked, WebSocket: Socket }});
            return by;"
            ),
            RUN + 3 * SOON,
        )
        .await?;
    ensure!(
        told["previous"].is_null(),
        "somebody else's report is held against it"
    );
    let by = |which: &str| told[which]["by"].as_str().unwrap_or_default().to_owned();
    ensure!(
        [by("first"), by("second"), by("third")] == ["post", "web-socket", "get"],
        "{told}"
    );
    for which in ["first", "second", "third"] {
        ensure!(
            told[which]["id"].as_str().is_some_and(|id| id.len() >= 8),
            "{which} has no name: {}",
            told[which]
        );
    }
    let bytes: Vec<&Value> = ["first", "second", "third"]
        .iter()
        .map(|which| &told[which]["bytes"])
        .collect();
    Ok(Outcome::Passed(json!(bytes).to_string()))
}

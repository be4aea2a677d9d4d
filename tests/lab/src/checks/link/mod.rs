//! A support link as its customer sees it: who asks, what becomes of the check, and what leaves. A script in the page answers for
//! the server.

mod said;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::field::LINKED;
use super::{Lab, Outcome, RUN, SOON};
use crate::browser::bounded;
use crate::page::Page;

pub(super) use said::{
    a_link_is_accessible, a_link_that_is_refused_says_what_to_do,
    a_link_that_nobody_tells_of_lets_the_check_run, markup_in_a_link_is_text,
    what_a_link_says_is_bounded,
};

/// What a script can say of the page.
const PRELUDE: &str = "const asked = document.querySelector('.asked');
    const check = document.querySelector('push-check');
    const root = check.shadowRoot;
    const sends = root.querySelector('.leave.sends');
    const lab = (window.wrappedJSObject ?? window).linkedLab;";

/// What is pressed to send.
const SEND: &str = "document.querySelector('push-check').shadowRoot.querySelector('.leave.sends [part=send]:not([aria-disabled=true])')";

/// What stands there once a report has arrived.
const RECEIPT: &str = "document.querySelector('push-check').shadowRoot.querySelector('.receipt')";

/// A token that begins with this digit: the page's script goes by it.
fn token(digit: char) -> String {
    format!("{digit}0112233445566778899aabbccddeeff")
}

/// Opens the page by a link, and waits until something is said of it.
async fn opened<'a>(lab: &'a Lab, query: &str, said: &str) -> Result<Page<'a>> {
    let page = lab.field.workshop.page();
    // Only the fragment differs: without another page between nothing would be loaded.
    lab.browser.goto("about:blank").await?;
    let page = Page::open(&lab.browser, &format!("{page}{LINKED}{query}#link={said}")).await?;
    page.until(
        "a word of the link",
        "document.querySelector('.asked h2[tabindex]')",
        SOON,
    )
    .await?;
    Ok(page)
}

/// Runs a function's body that may use what the prelude names.
async fn tell(page: Page<'_>, script: &str) -> Result<Value> {
    page.run(&format!("{PRELUDE} {script}")).await
}

/// Presses the button above the check.
async fn press(page: Page<'_>) -> Result<()> {
    tell(page, "asked.querySelector('.actions button').click();").await?;
    Ok(())
}

/// Waits for what is to be sent, sends it, and waits until it has arrived; gives what was shown and what left.
async fn sent(page: Page<'_>, by: &str) -> Result<()> {
    page.until("a button to send", SEND, RUN).await?;
    let told = tell(
        page,
        "const shown = sends.querySelector('pre').textContent;
        const before = lab.reports.length;
        sends.querySelector('[part=send]').click();
        return { shown, before };",
    )
    .await?;
    ensure!(told["before"] == 0, "it was sent before: {told}");
    page.until("the word that it has arrived", RECEIPT, SOON)
        .await?;
    let bodies = tell(page, "return lab.reports;").await?;
    let body = bodies[0]["body"].as_str().context("nothing was sent")?;
    let shown = told["shown"].as_str().unwrap_or_default();
    ensure!(
        body == format!("link {by}\n{shown}"),
        "what left is not what was shown: {} and {} bytes",
        body.len(),
        shown.len()
    );
    ensure!(
        bodies.as_array().is_some_and(|all| all.len() == 1)
            && bodies[0]["credentials"] == json!("omit"),
        "it was sent {bodies}"
    );
    let report: Value = serde_json::from_str(shown).context("what was shown is no JSON")?;
    ensure!(report["schema"].is_number(), "it is no report");
    Ok(())
}

/// Nothing went wrong that the page should not have done.
async fn clean(page: Page<'_>) -> Result<()> {
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{record:?}"
    );
    Ok(())
}

/// Who asks, what for and what is seen stands above; nothing runs before the click, nothing is sent before the second; what arrives is
/// what was shown, and its number can be read out.
pub(super) async fn a_link_says_who_asks_and_sends_what_it_shows(lab: &Lab) -> Result<Outcome> {
    let by = token('0');
    let page = opened(lab, "", &by).await?;
    let told = tell(
        page,
        "return { text: asked.innerText, title: asked.querySelector('h2').textContent, note: asked.querySelector('blockquote p + p').textContent,
            button: asked.querySelector('.actions button').textContent, hidden: check.hidden, href: location.href,
            history: JSON.stringify(history.state), running: check.running };",
    )
    .await?;
    let text = told["text"].as_str().unwrap_or_default();
    ensure!(
        told["title"] == "ACME support asks you to check your connection.",
        "{told}"
    );
    ensure!(
        told["note"] == "Hello,\nplease run this at your desk.",
        "{told}"
    );
    for word in ["ACME-4711", "Long polling", "WebSocket", "address"] {
        ensure!(text.contains(word), "{word} is not said: {text}");
    }
    ensure!(!text.contains("Streaming"), "it names what is left out");
    ensure!(told["button"] == "Start the check", "{told}");
    ensure!(told["hidden"] == true && told["running"] == false, "{told}");
    let kept = [&told["href"], &told["history"]].map(Value::to_string);
    ensure!(!kept.iter().any(|at| at.contains(&by)), "{kept:?}");
    page.until(
        "the word that it was seen",
        &format!("linkedLab.links.includes('{by}\\nopened')"),
        SOON,
    )
    .await?;
    press(page).await?;
    page.until("a button to send", SEND, RUN).await?;
    let primary = tell(
        page,
        "const shown = [...root.querySelectorAll('button')].filter((one) => one.offsetParent);
        const back = (one) => getComputedStyle(one).backgroundColor;
        return shown.filter((one) => back(one) === back(sends.querySelector('[part=send]'))).map((one) => one.textContent);",
    )
    .await?;
    ensure!(
        primary == json!(["Send to ACME support"]),
        "these stand out: {primary}"
    );
    sent(page, &by).await?;
    let told = tell(
        page,
        "const receipt = root.querySelector('.receipt');
        const { run, methods } = check.report;
        return { text: receipt.innerText, focus: root.activeElement?.textContent, spelled: receipt.querySelector('output .unseen').textContent,
            shown: receipt.querySelector('output [aria-hidden]').textContent, running: lab.links.includes(`${lab.links[0]}\\nrunning ${run.id}`),
            skipped: methods.filter(({ verdict }) => verdict === 'skipped').map(({ method }) => method),
            required: methods.filter(({ required }) => required).map(({ method }) => method),
            words: lab.links.length, asks: asked.querySelector('.done').textContent };",
    )
    .await?;
    ensure!(told["focus"] == "Received by ACME support.", "{told}");
    ensure!(
        told["shown"] == "K7M-2PX" && told["spelled"] == "K, 7, M, 2, P, X",
        "{told}"
    );
    ensure!(
        told["text"]
            .as_str()
            .is_some_and(|text| text.contains("You can close this page.")),
        "{told}"
    );
    ensure!(told["running"] == true, "its run is not told of: {told}");
    ensure!(
        told["skipped"] == json!(["streaming-fetch"]) && told["required"] == json!(["web-socket"]),
        "{told}"
    );
    ensure!(told["asks"] == "", "it still asks to send: {told}");
    ensure!(told["words"] == 3, "more was told than three words: {told}");
    clean(page).await?;
    Ok(Outcome::Passed(told["text"].to_string()))
}

/// With an endpoint it waits for a click whatever the link says, and the button names the hosts; without one it begins, and sends nothing.
pub(super) async fn a_link_starts_by_itself_only_where_it_may(lab: &Lab) -> Result<Outcome> {
    let page = opened(lab, "", &token('1')).await?;
    let told = tell(page, "return [asked.querySelector('.actions button').textContent, asked.querySelector('ul').innerText, check.running];").await?;
    let button = told[0].as_str().unwrap_or_default();
    ensure!(
        button.contains("chat.app.example") && button.contains("events.app.example:8443"),
        "it does not name the hosts: {told}"
    );
    let list = told[1].as_str().unwrap_or_default();
    ensure!(
        list.contains("wss://chat.app.example:443") && !list.contains("room"),
        "{told}"
    );
    ensure!(told[2] == false, "it runs");
    let page = opened(lab, "", &token('2')).await?;
    page.until(
        "a run that began by itself",
        "document.querySelector('push-check').running",
        SOON,
    )
    .await?;
    page.until("a button to send", SEND, RUN).await?;
    let told = tell(page, "return lab.reports.length;").await?;
    ensure!(told == 0, "it was sent by itself");
    clean(page).await?;
    Outcome::ok()
}

/// Loaded again in its tab the page has its link, and what was sent by it; another tab, and the page without a link, have none, and load
/// nothing for it.
pub(super) async fn a_link_stays_for_a_reload_of_its_tab(lab: &Lab) -> Result<Outcome> {
    let page = opened(lab, "", &token('0')).await?;
    lab.browser.reload().await?;
    page.listen().await?;
    page.until("the link", "document.querySelector('.asked details')", SOON)
        .await?;
    let told = tell(page, "return [lab.links[0], location.href];").await?;
    ensure!(told[0] == token('0'), "{told}");
    ensure!(
        told[1].as_str().is_some_and(|at| !at.contains(&token('0'))),
        "{told}"
    );
    let used = token('a');
    page.run(&format!(
        "sessionStorage.setItem('pushcheck-link', '{used} K7M-2PX');"
    ))
    .await?;
    lab.browser.reload().await?;
    let number = "document.querySelector('.asked')?.textContent.includes('K7M-2PX')";
    page.until("the number of what was sent", number, SOON)
        .await?;
    let client = lab.browser.client();
    let here = bounded("name the tab", client.window()).await?;
    let other = bounded("open a tab", client.new_window(true)).await?;
    bounded("change tabs", client.switch_to_window(other.handle)).await?;
    let elsewhere = bare(lab, true).await;
    bounded("close the tab", client.close_window()).await?;
    bounded("change back", client.switch_to_window(here)).await?;
    elsewhere?;
    // The same tab, without the link.
    bare(lab, false).await?;
    Outcome::ok()
}

/// The page by its bare address; `fresh`: in a tab that has never had a link.
async fn bare(lab: &Lab, fresh: bool) -> Result<()> {
    let page = format!("{}{LINKED}", lab.field.workshop.page());
    lab.browser.goto("about:blank").await?;
    let page = Page::open(&lab.browser, &page).await?;
    page.ready(SOON).await?;
    let told = page
        .run(
            "return [document.querySelector('.asked'), document.querySelector('push-check').hidden, linkedLab.links.length,
                performance.getEntriesByType('resource').filter(({ name }) => name.includes('link.js')).length];",
        )
        .await?;
    ensure!(told == json!([null, false, 0, 0]), "{told}");
    let kept = page
        .run("return [sessionStorage.length, localStorage.length, document.cookie];")
        .await?;
    ensure!(
        kept == json!([i32::from(!fresh), 0, ""]),
        "something is kept: {kept}"
    );
    Ok(())
}

/// The link's level stands chosen; a lower one can be, a higher one is not there. What a link no longer takes is kept, and said.
pub(super) async fn a_level_is_lowered_and_never_raised(lab: &Lab) -> Result<Outcome> {
    let by = token('3');
    let page = opened(lab, "", &by).await?;
    let lang = tell(page, "return document.documentElement.lang;").await?;
    ensure!(lang == "ja", "it speaks {lang}");
    press(page).await?;
    page.until("a button to send", SEND, RUN).await?;
    let told = tell(
        page,
        "const inputs = [...sends.querySelectorAll('input')];
        const before = [inputs.map(({ value }) => value), inputs.find(({ checked }) => checked).value, sends.innerText.includes('K7M-2PX'),
            root.querySelector('[part=card]').lang];
        const size = sends.querySelector('pre').textContent.length;
        inputs[0].click();
        lab.closed = 'expired';
        sends.querySelector('[part=send]').click();
        return [...before, sends.querySelector('pre').textContent.length < size];",
    )
    .await?;
    ensure!(
        told == json!([["public", "support"], "support", true, "ja", true]),
        "{told}"
    );
    page.until(
        "the word that it was refused",
        "document.querySelector('push-check').shadowRoot.querySelector('.sends [role=status]').textContent.includes('有効期限')",
        SOON,
    )
    .await?;
    tell(page, "lab.closed = null; lab.reports.length = 0;").await?;
    sent(page, &by).await?;
    let told = tell(page, "return lab.reports[0].body;").await?;
    ensure!(
        !told.as_str().is_some_and(|body| body.contains("Mozilla")),
        "it was raised again"
    );
    clean(page).await?;
    Outcome::ok()
}

/// Whoever leaves in the middle of a run is not waited for.
pub(super) async fn a_page_left_in_a_linked_run_says_so(lab: &Lab) -> Result<Outcome> {
    let page = opened(lab, "", &token('6')).await?;
    press(page).await?;
    page.until(
        "the word that it runs",
        "linkedLab.links.some((word) => word.includes('running'))",
        SOON,
    )
    .await?;
    let told = tell(
        page,
        "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }));
        return lab.links.filter((word) => !word.includes('opened')).slice(1).map((word) => word.split(/\\s/).slice(1));",
    )
    .await?;
    let run = &told[0][1];
    ensure!(
        run.is_string() && told == json!([["running", run], ["broken-off", run]]),
        "{told}"
    );
    Outcome::ok()
}

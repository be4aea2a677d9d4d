//! A support link as its customer sees it: who asks, what becomes of the check, and what leaves. A script in the page answers for
//! the server.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::access::{AXE, FOUND};
use super::field::LINKED;
use super::{Lab, Outcome, RUN, SOON};
use crate::browser::bounded;
use crate::page::Page;

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

/// Each refusal says what it is and what to do, in the reader's language, and shows nothing else of the link; the check can be run, and
/// nothing of it can be sent.
pub(super) async fn a_link_that_is_refused_says_what_to_do(lab: &Lab) -> Result<Outcome> {
    let mut seen = Vec::new();
    for (digit, word) in [
        ('7', "complete"),
        ('8', "known"),
        ('9', "expired"),
        ('a', "used"),
        ('b', "withdrawn"),
    ] {
        let page = opened(lab, "?lang=en", &token(digit)).await?;
        let told = tell(
            page,
            "return [asked.querySelector('h2').textContent, asked.innerText, check.hidden, location.href];",
        )
        .await?;
        let said = told[0].as_str().unwrap_or_default().to_owned();
        ensure!(said.contains(word), "{digit}: {told}");
        ensure!(
            told[1].as_str().is_some_and(|text| text.contains("link")
                && text.contains("yourself")
                && !text.contains("ACME")),
            "{told}"
        );
        ensure!(told[2] == false, "the check is hidden: {told}");
        ensure!(!seen.contains(&said), "two say {said}");
        seen.push(said);
    }
    // One that cannot be a token is not even asked for.
    let page = opened(lab, "?lang=ja", "0123").await?;
    let told = tell(page, "return [asked.innerText, lab.links];").await?;
    ensure!(
        told[1] == json!([]) && told[0].as_str().is_some_and(|text| text.contains("不完全")),
        "{told}"
    );
    page.diagnose(RUN).await?;
    let room =
        "document.querySelector('push-check').shadowRoot.querySelector('[role=tab][id$=report]')";
    tell(page, "root.querySelector('[part=details]').click();").await?;
    page.until("the rooms", room, SOON).await?;
    page.run(&format!("{room}.click();")).await?;
    let copies =
        "document.querySelector('push-check').shadowRoot.querySelector('.leave .actions button')";
    page.until("what copies the report", copies, SOON).await?;
    let told = tell(
        page,
        "return [root.querySelectorAll('[part=send]').length, lab.reports.length, root.querySelector('.sends')];",
    )
    .await?;
    ensure!(told == json!([0, 0, null]), "it can be sent: {told}");
    clean(page).await?;
    Ok(Outcome::Passed(seen.join(" ")))
}

/// Where nobody answers, or a stranger does, the page says so and the check runs; what was found may still go by the link.
pub(super) async fn a_link_that_nobody_tells_of_lets_the_check_run(lab: &Lab) -> Result<Outcome> {
    for (digit, word) in [('c', "place"), ('e', "now"), ('d', "could not be asked")] {
        let page = opened(lab, "?lang=en", &token(digit)).await?;
        let told = tell(
            page,
            "return [asked.innerText, check.hidden, asked.querySelector('.actions button').textContent];",
        )
        .await?;
        ensure!(
            told[0]
                .as_str()
                .is_some_and(|text| text.contains(word) && text.contains("mail")),
            "{digit}: {told}"
        );
        ensure!(
            told[1] == false && told[2] == "Try again",
            "{digit}: {told}"
        );
    }
    let page = opened(lab, "?lang=en", &token('d')).await?;
    tell(
        page,
        "lab.heals = true; asked.querySelector('.actions button').click();",
    )
    .await?;
    page.until("who asks", "document.querySelector('.asked details')", SOON)
        .await?;
    let page = opened(lab, "?lang=en", &token('d')).await?;
    tell(page, "root.querySelector('[part=primary]').click();").await?;
    page.until("a button to send", SEND, RUN).await?;
    let told = tell(
        page,
        "return [sends.querySelector('[part=send]').textContent, sends.querySelector('input:checked').value];",
    )
    .await?;
    ensure!(
        told == json!(["Send to whoever sent this link", "public"]),
        "{told}"
    );
    sent(page, &token('d')).await?;
    clean(page).await?;
    Outcome::ok()
}

/// Loaded again in its tab the page has its link, and what was sent by it; another tab, and the page without a link, have none, and load
/// nothing for it.
pub(super) async fn a_link_stays_for_a_reload_of_its_tab(lab: &Lab) -> Result<Outcome> {
    let page = opened(lab, "", &token('0')).await?;
    bounded("load it again", lab.browser.client().refresh()).await?;
    page.listen().await?;
    page.until("the link", "document.querySelector('.asked details')", SOON)
        .await?;
    let told = tell(page, "return [lab.links[0], location.href];").await?;
    ensure!(told[0] == token('0'), "{told}");
    ensure!(
        told[1].as_str().is_some_and(|at| !at.contains(&token('0'))),
        "{told}"
    );
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

/// Whatever a link says is text, and what is none of its words counts for nothing.
pub(super) async fn markup_in_a_link_is_text(lab: &Lab) -> Result<Outcome> {
    let page = opened(lab, "?lang=en", &token('4')).await?;
    let told = tell(
        page,
        "return { title: asked.querySelector('h2').textContent, made: asked.querySelectorAll('img, script, a').length,
            options: check.options, acted: typeof acted };",
    )
    .await?;
    ensure!(
        told["title"]
            .as_str()
            .is_some_and(|text| text.starts_with("<img src=x")),
        "{told}"
    );
    ensure!(told["made"] == 0 && told["acted"] == "undefined", "{told}");
    let options = &told["options"];
    ensure!(
        options["required"] == json!([])
            && options["mode"] == "quick"
            && options["methods"]
                .as_array()
                .is_some_and(|all| all.len() == 5)
            && options["endpoints"].is_null(),
        "{told}"
    );
    press(page).await?;
    page.until("a button to send", SEND, RUN).await?;
    let told = tell(
        page,
        "return [sends.querySelector('input:checked').value, sends.querySelectorAll('input').length, root.querySelectorAll('.sends img, .sends script').length, typeof acted];",
    )
    .await?;
    ensure!(
        told == json!(["public", 1, 0, "undefined"]),
        "the least leaves: {told}"
    );
    clean(page).await?;
    Outcome::ok()
}

/// What is too long, of the wrong kind, or would reorder what stands around it goes no further.
pub(super) async fn what_a_link_says_is_bounded(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, lab.field.workshop.page()).await?;
    let told = page
        .browser()
        .run_async(
            "const { read, options, tokenOf, grouped, elsewhere } = await import(new URL('more/ask.js', location));
            const token = '0123456789abcdef0123456789abcdef';
            const endpoints = [
                { method: 'web-socket', url: 'ws://plain.example/' }, { method: 'web-socket', url: 'wss://a.example/x?y#z' },
                { method: 'web-socket', url: 'wss://b.example/' }, { method: 'long-polling', url: 'https://user:pass@c.example/' },
                { method: 'polling', url: 'https://d.example/' }, { method: 'constructor', url: 'https://e.example/' }, null];
            const of = (more, page = { secure: true, file: false }) => read({ from: 'A', ...more }, page);
            const link = of({ test: { endpoints }, start: 'itself' });
            const odd = of({ from: 'a\\u202eb\\n c'.padEnd(5000, 'x'), note: 'x\\r\\ny\\u0000'.padEnd(9000, 'z'), test: 7, level: 'all', expiresAt: 1e99, runsLeft: -1,
                before: 'K7M2P0', alternates: ['https://o.example', 'javascript:1', 'https://u:p@o.example/', {}] });
            return [
                [token, `${token}.`, `${token}0`, `${token}z`, token.slice(1), token.toUpperCase(), '', undefined].map(tokenOf),
                [null, [], 'x', { from: 7 }, { from: ' ' }].map((said) => read(said, {})),
                link.endpoints.map(({ shown, barred }) => [shown, barred]), options(link).endpoints, link.itself,
                of({ test: { endpoints } }, { secure: false, file: true }).endpoints.map(({ barred }) => barred),
                [odd.from.length, odd.from.slice(0, 4), odd.note.length, odd.note.slice(0, 3), odd.level, odd.expiresAt, odd.runsLeft, odd.before, odd.alternates],
                of({ test: { skip: ['polling', 'web-socket', 'nothing'], required: ['web-socket', 'long-polling'] } }).required,
                [grouped('K7M2PX'), grouped('K7M2P'), grouped('k7m2px'), grouped(null)], elsewhere(undefined),
            ];",
            SOON,
        )
        .await?;
    let token = "0123456789abcdef0123456789abcdef";
    let expected = json!([
        [token, token, null, null, null, null, null, null],
        [null, null, null, null, null],
        [["ws://plain.example:80", "plain"], ["wss://a.example:443", null]],
        {"webSocket": {"url": "wss://a.example/x?y"}},
        false,
        ["file", "file", "file"],
        [119, "ab c", 4000, "x\ny", "public", null, null, null, ["https://o.example/"]],
        ["long-polling"],
        ["K7M-2PX", null, null, null],
        [],
    ]);
    ensure!(told == expected, "{told}");
    Outcome::ok()
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

/// In each of its states axe-core finds nothing, in light and dark, and nothing is wider than a small phone.
pub(super) async fn a_link_is_accessible(lab: &Lab) -> Result<Outcome> {
    let Some(axe) = std::env::var_os(AXE) else {
        return Ok(Outcome::NotRun("axe-core is not there"));
    };
    let axe = std::fs::read_to_string(axe)?;
    let mut passed = 0;
    for (digit, query, steps) in [
        ('1', "?theme=dark", 0),
        ('9', "?theme=dark&lang=ja", 0),
        ('c', "?theme=light", 0),
        ('3', "?theme=dark", 1),
        ('0', "?theme=light", 2),
    ] {
        let page = opened(lab, query, &token(digit)).await?;
        if steps > 0 {
            press(page).await?;
            page.until("a button to send", SEND, RUN).await?;
        }
        if steps > 1 {
            sent(page, &token(digit)).await?;
        }
        let script = format!("{axe}; await new Promise((done) => setTimeout(done, 100)); {FOUND}");
        let told = page.browser().run_async(&script, SOON * 3).await?;
        passed += told["passed"].as_u64().unwrap_or_default();
        ensure!(told["found"] == json!([]), "{digit}{query}: {told}");
        let wide = tell(
            page,
            "document.body.style.padding = '0';
            document.body.style.width = '320px';
            const { right } = asked.getBoundingClientRect();
            const all = [...asked.querySelectorAll('*'), ...root.querySelectorAll('.sends *, .receipt *')];
            const within = (one) => one.closest('.asked') ? right : one.closest('section').getBoundingClientRect().right;
            return all.filter((one) => !one.closest('pre, .unseen')).filter((one) => one.getBoundingClientRect().width)
                .filter((one) => one.getBoundingClientRect().right > within(one) + 1).map((one) => `${one.localName} ${one.textContent.slice(0, 40)}`);",
        )
        .await?;
        ensure!(wide == json!([]), "{digit}{query}: it is too wide: {wide}");
    }
    ensure!(passed > 0, "no rule applied: it did not look");
    Ok(Outcome::Passed(format!("{passed} rules passed")))
}

//! Talking with an endpoint: what comes is shown, ends are explained, and the code for it runs.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::time::sleep;

use super::target::Target;
use super::{connect, hands, nothing_wrong, open, opened, says};
use crate::browser::{Browser, bounded};
use crate::checks::{Lab, Outcome, SOON};
use crate::page::Page;

/// A whole talk: text, binary, a flaw at its place, a close with a code that is explained, code for it.
pub(in crate::checks) async fn a_web_socket_is_talked_with(lab: &Lab) -> Result<Outcome> {
    let target = Target::start().await?;
    let page = open(lab, lab.field.server.page(), "").await?;
    hands(
        page,
        &format!(
            "kind('web-socket'); type('url', {});",
            json!(target.url("ws", "chat"))
        ),
    )
    .await?;
    hands(page, "const box = [...document.querySelectorAll('label')].find((one) => one.textContent.startsWith('Subprotocols'));
        type(box.htmlFor, 'chat.v1, chat.v2');").await?;
    sleep(Duration::from_millis(500)).await;
    ensure!(target.connections() == 0, "typing connects");
    hands(page, "document.getElementById('connect').click();").await?;
    opened(page).await?;
    says(page, "entries", "Subprotocol: chat.v1").await?;

    hands(page, "format('json'); type('payload', '{\"a\":[1,'); ").await?;
    says(page, "payload-note", "ends too early").await?;
    hands(
        page,
        "type('payload', '{\"a\":12345678901234567890}'); send();",
    )
    .await?;
    says(page, "counts", "1 received").await?;
    hands(
        page,
        "document.querySelector('#entries [data-direction=in] details').open = true;",
    )
    .await?;
    says(page, "entries", "\"a\": 12345678901234567890").await?;

    code_logs(lab, page, "12345678901234567890").await?;

    let told = hands(page, "format('base64'); type('payload', 'AAEC*w=='); return [shown('payload-note'), document.querySelector('section:has(#payload) .actions button').disabled];").await?;
    ensure!(
        told[0]
            .as_str()
            .is_some_and(|said| said.contains("“*”") && said.contains("Position 5")),
        "{told}"
    );
    ensure!(told[1] == json!(true), "it can be sent");
    hands(page, "type('payload', 'AAEC/w=='); send();").await?;
    says(page, "counts", "2 received").await?;
    hands(page, "document.querySelector('#entries [data-direction=in][data-kind=binary] details').open = true;").await?;
    says(page, "entries", "00 01 02 ff").await?;
    says(page, "entries", "AAEC/w==").await?;

    hands(
        page,
        "format('text'); type('payload', 'close 4401 too old'); send();",
    )
    .await?;
    says(page, "end", "closed with code 4401").await?;
    says(page, "end", "Reason: too old").await?;
    says(page, "end", "Unauthorized").await?;
    let link = hands(
        page,
        "return [...document.querySelectorAll('#end a')].map((one) => one.getAttribute('href'));",
    )
    .await?;
    ensure!(link == json!(["causes/app-close-4xxx.html"]), "{link}");

    // The other way round: what the page says the server hears.
    hands(page, "document.getElementById('connect').click();").await?;
    opened(page).await?;
    hands(page, "type('close-code', '1001');").await?;
    let may = hands(
        page,
        "return document.querySelector('section:has(#close-code) .actions button').disabled;",
    )
    .await?;
    ensure!(may == json!(true), "1001 can be sent");
    hands(page, "type('close-code', '3001'); type('close-reason', 'done'); document.querySelector('section:has(#close-code) .actions button').click();").await?;
    says(page, "end", "closed with code 3001").await?;

    // What cannot be reached says that the reason is hidden, and where to look.
    connect(page, "web-socket", "ws://127.0.0.1:9/").await?;
    // WebKit tells nothing of a port that it blocks.
    if lab.browser.browser() != Browser::Webkit {
        says(page, "end", "hides from every page why").await?;
        let links = hands(page, "return [...document.querySelectorAll('#end a')].map((one) => one.getAttribute('href'));").await?;
        ensure!(
            links == json!(["causes/browser-blocked-port.html", "./"]),
            "{links}"
        );
    }
    nothing_wrong(page).await?;
    Outcome::ok()
}

/// Runs the JavaScript that the page shows and waits for a line that it logs.
async fn code_logs(lab: &Lab, page: Page<'_>, expected: &str) -> Result<()> {
    let script = format!(
        "return await new Promise((done, fail) => {{
            const lines = [];
            const console = {{ log: (...all) => {{
                lines.push(all.map((one) => (one instanceof ArrayBuffer ? `bytes ${{new Uint8Array(one)}}` : one)).join(' '));
                if (lines.join('\\n').includes({})) done(lines);
            }} }};
            setTimeout(() => fail(lines.join('\\n')), 8000);
            CODE
        }});",
        json!(expected)
    );
    // The page's policy lets nothing be evaluated: the driver is handed the text of it.
    let code = page
        .run("return document.querySelector('[data-language=javascript] pre').textContent;")
        .await?;
    let code = code.as_str().context("there is no code")?;
    let script = script.replace(
        "CODE",
        &format!("(async () => {{ {code} }})().catch(fail);"),
    );
    lab.browser
        .run_async(&script, SOON)
        .await
        .with_context(|| code.to_owned())?;
    Ok(())
}

/// Event streams and requests, with what is shown of them and the code for it, which is run.
pub(in crate::checks) async fn an_event_stream_and_requests_are_shown(
    lab: &Lab,
) -> Result<Outcome> {
    let target = Target::start().await?;
    let page = open(lab, lab.field.server.page(), "").await?;
    hands(page, "const box = [...document.querySelectorAll('label')].find((one) => one.textContent.startsWith('Names of events'));
        type(box.htmlFor, 'tick');").await?;
    connect(page, "server-sent-events", &target.url("http", "events")).await?;
    says(page, "entries", "tick: number 1").await?;
    says(page, "entries", "number 2").await?;
    hands(page, "document.getElementById('stop').click();").await?;
    says(page, "state", "Stopped").await?;
    code_logs(lab, page, "number 1").await?;

    connect(page, "http", &target.url("http", "stream")).await?;
    says(page, "entries", "piece 2").await?;
    says(page, "end", "The answer is whole: status 200").await?;
    code_logs(lab, page, "piece 2").await?;

    hands(page, "const box = [...document.querySelectorAll('label')].find((one) => one.textContent === 'Method');
        type(box.htmlFor, 'POST');
        const add = [...document.querySelectorAll('section button')].filter((one) => one.textContent === 'Add one').at(-1);
        add.click();
        const [name, value] = [...document.querySelectorAll('.pair input')].slice(-2);
        for (const [input, text] of [[name, 'X-Mark'], [value, 'it \"is\"']]) { input.value = text; input.dispatchEvent(new Event('input')); }
        format('json'); type('payload', '{\"n\":1}');").await?;
    let foretold = hands(
        page,
        "return document.querySelector('section').textContent;",
    )
    .await?;
    ensure!(
        foretold
            .as_str()
            .is_some_and(|said| said.contains("Because of X-Mark")),
        "the preflight is not foretold: {foretold}"
    );
    connect(page, "http", &target.url("http", "echo?a=1")).await?;
    says(page, "entries", "POST /echo?a=1").await?;
    says(page, "entries", "it \"is\" {\"n\":1}").await?;
    says(page, "code", "X-Mark").await?;
    code_logs(lab, page, "it \"is\" {\"n\":1}").await?;

    // A server that never answers can be stopped.
    connect(page, "http", &target.url("http", "never")).await?;
    says(page, "waited", "so far").await?;
    hands(page, "document.getElementById('stop').click();").await?;
    says(page, "state", "Stopped").await?;
    nothing_wrong(page).await?;
    Outcome::ok()
}

/// Ten thousand messages at once neither hold the page nor grow without bound, and it is said what was dropped.
pub(in crate::checks) async fn a_flood_of_messages_is_bounded(lab: &Lab) -> Result<Outcome> {
    let target = Target::start().await?;
    let page = open(lab, lab.field.server.page(), "").await?;
    connect(page, "web-socket", &target.url("ws", "")).await?;
    opened(page).await?;
    hands(page, "type('payload', 'flood'); send();").await?;
    says(page, "counts", "10,000 received").await?;
    says(page, "dropped", "The 9,0").await?;
    let rows = hands(
        page,
        "return document.querySelectorAll('#entries > li').length;",
    )
    .await?;
    ensure!(rows == json!(100), "{rows} rows");
    let first = hands(
        page,
        "return document.querySelector('#entries .preview').textContent;",
    )
    .await?;
    ensure!(first == json!("9999"), "the newest is {first}");

    // The same while the page is hidden behind another one.
    hands(page, "window.hid = 0; document.addEventListener('visibilitychange', () => { window.hid += 1; }); type('payload', 'later'); send();").await?;
    let client = lab.browser.client();
    let here = bounded("name the tab", client.window()).await?;
    let other = bounded("open a tab", client.new_window(true)).await?;
    bounded(
        "change to the other tab",
        client.switch_to_window(other.handle),
    )
    .await?;
    sleep(Duration::from_secs(4)).await;
    bounded("close the tab", client.close_window()).await?;
    bounded("change back", client.switch_to_window(here)).await?;
    says(page, "counts", "20,000 received").await?;
    let hid = page.run("return window.hid;").await?;
    nothing_wrong(page).await?;
    Ok(Outcome::Passed(match hid.as_u64() {
        None | Some(0) => "this browser hides no page behind another one here".to_owned(),
        Some(_) => "also while hidden".to_owned(),
    }))
}

//! `tester.html`: what it does, and what it must never do.

mod access;
mod target;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::time::sleep;

pub(super) use access::{
    the_tester_goes_by_keyboard_alone, the_tester_is_accessible,
    the_tester_is_not_wider_than_a_small_phone,
};

use super::{Lab, Outcome, SOON};
use crate::browser::bounded;
use crate::page::Page;
use crate::server::Server;
use target::Target;

/// Types into a field, and chooses, as a person would.
const HANDS: &str = "const type = (id, text) => {
        const field = document.getElementById(id);
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const kind = (word) => document.querySelector(`input[value=${word}]`).click();
    const format = (word) => {
        const select = document.querySelector('section:has(#payload) select');
        select.value = word;
        select.dispatchEvent(new Event('change'));
    };
    const send = () => document.querySelector('section:has(#payload) .actions button').click();
    const shown = (id) => document.getElementById(id)?.textContent ?? '';";

const OPEN: &str = "document.querySelector('#state[data-state=open]')";

/// The page at a server, ready.
async fn open<'a>(lab: &'a Lab, base: &str, rest: &str) -> Result<Page<'a>> {
    // A fragment alone would load nothing anew.
    lab.browser.goto("about:blank").await?;
    let page = Page::open(&lab.browser, &format!("{base}tester.html?lang=en{rest}")).await?;
    page.until("the form", "document.getElementById('connect')", SOON)
        .await?;
    Ok(page)
}

async fn hands(page: Page<'_>, script: &str) -> Result<Value> {
    page.run(&format!("{HANDS} {script}")).await
}

/// Types a URL of a kind and connects.
async fn connect(page: Page<'_>, kind: &str, url: &str) -> Result<()> {
    hands(
        page,
        &format!("kind({}); type('url', {});", json!(kind), json!(url)),
    )
    .await?;
    page.until(
        "a button to press",
        "!document.getElementById('connect').disabled",
        SOON,
    )
    .await?;
    hands(page, "document.getElementById('connect').click();").await?;
    Ok(())
}

/// Waits until the socket is open.
async fn opened(page: Page<'_>) -> Result<()> {
    if page.until("the socket", OPEN, SOON).await.is_err() {
        let shown = page.run("return ['state', 'end', 'entries'].map((id) => document.getElementById(id).textContent.slice(0, 300));").await?;
        anyhow::bail!("the socket does not open: {shown}");
    }
    Ok(())
}

/// Waits until a text is somewhere in an element.
async fn says(page: Page<'_>, id: &str, text: &str) -> Result<()> {
    let found = format!(
        "(document.getElementById('{id}')?.textContent ?? '').includes({})",
        json!(text)
    );
    if page.until(text, &found, SOON).await.is_err() {
        let shown = page
            .run(&format!(
                "return document.getElementById('{id}')?.textContent.slice(0, 600) ?? null;"
            ))
            .await?;
        anyhow::bail!("#{id} does not say “{text}”: {shown}");
    }
    Ok(())
}

async fn nothing_wrong(page: Page<'_>) -> Result<()> {
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{record:?}"
    );
    Ok(())
}

/// A link fills in what the operator lists, says so, names host and port on the button, and connects to nothing.
pub(super) async fn a_link_to_the_tester_starts_nothing(lab: &Lab) -> Result<Outcome> {
    let target = Target::start().await?;
    let listed = format!("ws://{}", target.place());
    let server = Server::with(&["--allow-endpoint", &listed]).await?;
    let link = format!(
        "#kind=web-socket&url={}",
        target.url("ws", "live%3Froom%3D1")
    );
    let page = open(lab, server.page(), &link).await?;
    says(page, "connect", &format!("Connect to {}", target.place())).await?;
    sleep(Duration::from_secs(2)).await;
    ensure!(
        target.connections() == 0,
        "the link connected {} times",
        target.connections()
    );
    let told = hands(page, "return [document.getElementById('url').value, document.querySelector('.notice').textContent];").await?;
    ensure!(told[0] == json!(target.url("ws", "live?room=1")), "{told}");
    ensure!(
        told[1]
            .as_str()
            .is_some_and(|said| said.contains("link filled this in")),
        "{told}"
    );
    // Changing the address of the open page fills it in anew, and starts nothing either.
    let other = format!("#kind=http&url={}", target.url("ws", "other"));
    hands(page, &format!("location.hash = {};", json!(other))).await?;
    page.until(
        "the other",
        "document.getElementById('url').value.endsWith('/other')",
        SOON,
    )
    .await?;
    let guarded = hands(page, "document.getElementById('connect').click(); return document.getElementById('connect').disabled;").await?;
    ensure!(guarded == json!(true), "a click at once goes through");
    sleep(Duration::from_millis(1500)).await;
    ensure!(
        target.connections() == 0,
        "{} connections",
        target.connections()
    );
    let page = open(lab, server.page(), &link).await?;
    page.until(
        "a button to press",
        "!document.getElementById('connect').disabled",
        SOON,
    )
    .await?;
    hands(page, "document.getElementById('connect').click();").await?;
    opened(page).await?;
    ensure!(
        target.connections() == 1,
        "{} connections",
        target.connections()
    );
    nothing_wrong(page).await?;

    // A server that lists nothing fills in no address of this machine.
    let page = open(lab, lab.field.server.page(), &link).await?;
    page.until("the reason", "document.querySelector('.notice.why')", SOON)
        .await?;
    let told = hands(page, "return [document.getElementById('url').value, document.querySelector('.notice').textContent, document.getElementById('connect').disabled];").await?;
    ensure!(told[0] == json!("") && told[2] == json!(true), "{told}");
    let said = told[1].as_str().unwrap_or_default();
    ensure!(
        said.contains(&target.place()) && said.contains("--allow-endpoint"),
        "{said}"
    );
    ensure!(
        target.connections() == 1,
        "{} connections",
        target.connections()
    );
    nothing_wrong(page).await?;
    Outcome::ok()
}

/// A whole talk: text, binary, a flaw at its place, a close with a code that is explained, code for it.
pub(super) async fn a_web_socket_is_talked_with(lab: &Lab) -> Result<Outcome> {
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
    if lab.browser.browser() != crate::browser::Browser::Webkit {
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
        "const code = document.querySelector('[data-language=javascript] pre').textContent;
        return await new Promise((done, fail) => {{
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
pub(super) async fn an_event_stream_and_requests_are_shown(lab: &Lab) -> Result<Outcome> {
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

/// Markup from anywhere is text: no element comes of it, and no policy is violated.
pub(super) async fn markup_in_the_tester_is_text(lab: &Lab) -> Result<Outcome> {
    const MARKUP: &str =
        "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script><b id=hostile>b</b>";
    let target = Target::start().await?;
    let link = format!("#kind=web-socket&url=wss://a.example/&payload={MARKUP}&protocol={MARKUP}")
        .replace('\'', "%27")
        .replace(' ', "%20")
        .replace('<', "%3C")
        .replace('>', "%3E");
    let page = open(lab, lab.field.server.page(), &link).await?;
    page.until(
        "the payload",
        "document.getElementById('payload').value.startsWith('<img')",
        SOON,
    )
    .await?;
    let file = json!({ "file": "pushcheck-tester", "version": 1, "sessions": [
        { "name": MARKUP, "kind": "web-socket", "url": format!("wss://{MARKUP}"), "entries": [{ "direction": "in", "kind": MARKUP, "text": MARKUP }] },
        { "name": MARKUP, "kind": MARKUP },
    ] });
    hands(
        page,
        &format!(
            "const data = new DataTransfer();
        data.items.add(new File([{}], {}));
        const input = document.getElementById('import');
        input.files = data.files;
        input.dispatchEvent(new Event('change'));",
            json!(file.to_string()),
            json!(format!("{MARKUP}.json"))
        ),
    )
    .await?;
    says(page, "sessions", "<img").await?;
    says(page, "damaged", "sessions[1].kind").await?;
    hands(page, "document.querySelector('#sessions button').click();").await?;
    says(page, "entries", "onerror").await?;
    hands(
        page,
        "document.querySelectorAll('#entries details').forEach((one) => { one.open = true; });",
    )
    .await?;
    connect(page, "web-socket", &target.url("ws", &format!("?{MARKUP}"))).await?;
    opened(page).await?;
    for format in ["text", "html", "xml"] {
        hands(
            page,
            &format!(
                "format('{format}'); type('payload', {}); send();",
                json!(MARKUP)
            ),
        )
        .await?;
    }
    says(page, "counts", "4 received").await?;
    hands(
        page,
        &format!(
            "format('text'); type('payload', {}); send();",
            json!(format!("close 4000 {MARKUP}"))
        ),
    )
    .await?;
    says(page, "end", "closed with code 4000").await?;
    says(page, "end", "onerror").await?;
    hands(
        page,
        "document.querySelectorAll('details').forEach((one) => { one.open = true; });",
    )
    .await?;
    sleep(Duration::from_millis(300)).await;
    let made = hands(page, "return [document.querySelectorAll('img, #hostile, main script').length, window.hacked ?? null];").await?;
    ensure!(made == json!([0, null]), "it became an element: {made}");
    let shown = hands(
        page,
        "return document.getElementById('entries').textContent.includes('<b id=hostile>');",
    )
    .await?;
    ensure!(shown == json!(true), "it is not shown as it came");
    nothing_wrong(page).await?;
    Outcome::ok()
}

/// What is saved comes back and starts nothing; a link holds no secret; a damaged file is named.
pub(super) async fn a_session_of_the_tester_comes_back(lab: &Lab) -> Result<Outcome> {
    let target = Target::start().await?;
    let base = lab.field.server.page();
    let page = open(lab, base, "").await?;
    let url = target.url("ws", "live?room=1&token=S3CRET");
    connect(page, "web-socket", &url).await?;
    opened(page).await?;
    hands(page, "type('payload', 'kept \u{3042}'); send();").await?;
    says(page, "counts", "1 received").await?;
    hands(page, "type('session-name', 'Mine'); const [, entries] = document.querySelectorAll('section:has(#session-name) input[type=checkbox]'); entries.click();
        [...document.querySelectorAll('section:has(#session-name) button')].find((one) => one.textContent.startsWith('Save')).click();").await?;
    says(page, "sessions", "Mine").await?;
    hands(page, "[...document.querySelectorAll('section:has(#session-name) button')].find((one) => one.textContent === 'Make a link').click();").await?;
    says(page, "link-note", "token").await?;
    let link = hands(page, "return document.getElementById('link').value;").await?;
    let link = link.as_str().unwrap_or_default();
    ensure!(
        link.contains("#")
            && link.contains("room")
            && !link.contains("S3CRET")
            && !link.contains("kept"),
        "{link}"
    );

    let page = open(lab, base, "&again").await?;
    let before = target.connections();
    says(page, "sessions", "Mine").await?;
    hands(page, "document.querySelector('#sessions button').click();").await?;
    let told = hands(
        page,
        "return [document.getElementById('url').value, document.getElementById('payload').value];",
    )
    .await?;
    ensure!(told == json!([url, "kept \u{3042}"]), "{told}");
    says(page, "entries", "kept \u{3042}").await?;
    sleep(Duration::from_millis(500)).await;
    ensure!(target.connections() == before, "loading connects");

    for (name, text, said) in [
        (
            "cut.json",
            "{\"file\":\"pushcheck-tester\",\"ver",
            "cut off",
        ),
        ("song.json", "la la la", "no JSON"),
        ("other.json", "{\"schema\":1}", "no file of saved sessions"),
        (
            "newer.json",
            "{\"file\":\"pushcheck-tester\",\"version\":9}",
            "newer version",
        ),
    ] {
        hands(page, &format!("const data = new DataTransfer(); data.items.add(new File([{}], {})); const input = document.getElementById('import');
            input.files = data.files; input.dispatchEvent(new Event('change'));", json!(text), json!(name))).await?;
        says(page, "damaged", name).await?;
        says(page, "damaged", said).await?;
    }
    hands(page, "const data = new DataTransfer(); data.items.add(new File([' '.repeat(2e7)], 'large.json')); const input = document.getElementById('import');
        input.files = data.files; input.dispatchEvent(new Event('change'));").await?;
    says(page, "damaged", "larger than 4 MB").await?;
    says(page, "sessions", "Mine").await?;

    // What lies in the browser's storage may have been put there by anybody.
    hands(page, "localStorage.setItem('pushcheck-tester', '{\"file\":\"pushcheck-tester\",\"version\":1,\"sessions\":[{\"name\":\"odd\",\"kind\":7}]}');").await?;
    let page = open(lab, base, "&odd").await?;
    says(page, "damaged", "odd").await?;
    hands(page, "localStorage.removeItem('pushcheck-tester');").await?;
    nothing_wrong(page).await?;
    Outcome::ok()
}

/// Ten thousand messages at once neither hold the page nor grow without bound, and it is said what was dropped.
pub(super) async fn a_flood_of_messages_is_bounded(lab: &Lab) -> Result<Outcome> {
    let target = Target::start().await?;
    let page = open(lab, lab.field.server.page(), "").await?;
    connect(page, "web-socket", &target.url("ws", "")).await?;
    opened(page).await?;
    hands(page, "type('payload', 'flood'); send();").await?;
    says(page, "counts", "10,000 received").await?;
    says(page, "dropped", "oldest were dropped").await?;
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

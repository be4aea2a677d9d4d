//! What comes from others: links, saved sessions, storage, and markup in all of it.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::time::sleep;

use super::target::Target;
use super::{connect, hands, nothing_wrong, open, opened, says};
use crate::checks::{Lab, Outcome, SOON};
use crate::server::Server;

/// A link fills in what the operator lists, says so, names host and port on the button, and connects to nothing.
pub(in crate::checks) async fn a_link_to_the_tester_starts_nothing(lab: &Lab) -> Result<Outcome> {
    let target = Target::start().await?;
    let listed = format!("ws://{0},http://{0}", target.place());
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
    let other = format!("#kind=http&url={}", target.url("http", "other"));
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

/// Markup from anywhere is text: no element comes of it, and no policy is violated.
pub(in crate::checks) async fn markup_in_the_tester_is_text(lab: &Lab) -> Result<Outcome> {
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

const SAVE: &str = "[...document.querySelectorAll('section:has(#session-name) button')].find((one) => one.textContent.startsWith('Save')).click();";

/// What is saved comes back and starts nothing; a link holds no secret; a damaged file is named.
pub(in crate::checks) async fn a_session_of_the_tester_comes_back(lab: &Lab) -> Result<Outcome> {
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
    // It is not written over; half a surrogate pair hinders nobody.
    hands(
        page,
        &format!("type('session-name', 'Half'); type('payload', '\\ud83d'); {SAVE}"),
    )
    .await?;
    says(page, "sessions", "Half").await?;
    says(page, "keep-note", "It stays in this browser").await?;
    let aside = hands(page, "const [place] = Object.keys(localStorage).filter((name) => /^pushcheck-tester-\\d+$/.test(name)); return localStorage.getItem(place);").await?;
    ensure!(
        aside.as_str().is_some_and(|text| text.contains("\"odd\"")),
        "{aside}"
    );
    // What could not be read again does not come in place of what can.
    hands(page, &format!("type('session-name', 'Wide'); type('url', 'wss://a.example/' + '\\u3042'.repeat(11000)); {SAVE}")).await?;
    says(page, "keep-note", "could not be read again").await?;
    hands(page, "[...document.querySelectorAll('section:has(#session-name) button')].find((one) => one.textContent.startsWith('Export')).click();").await?;
    says(page, "keep-note", "could not be read again").await?;
    says(page, "sessions", "Half").await?;
    hands(page, "localStorage.clear();").await?;
    nothing_wrong(page).await?;
    Outcome::ok()
}

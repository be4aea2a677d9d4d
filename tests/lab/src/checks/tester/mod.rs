//! `tester.html`: what it does, and what it must never do.

mod access;
mod strangers;
mod talk;
mod target;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

pub(super) use access::{
    the_tester_goes_by_keyboard_alone, the_tester_is_accessible,
    the_tester_is_not_wider_than_a_small_phone,
};

pub(super) use strangers::{
    a_link_to_the_tester_starts_nothing, a_session_of_the_tester_comes_back,
    markup_in_the_tester_is_text,
};
pub(super) use talk::{
    a_flood_of_messages_is_bounded, a_web_socket_is_talked_with,
    an_event_stream_and_requests_are_shown,
};

use super::{Lab, SOON};
use crate::page::Page;

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

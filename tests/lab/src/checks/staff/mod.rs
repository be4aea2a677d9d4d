//! The staff pages as staff and customers use them together: in one browser the inbox, in another whoever got a link.

mod desk;
mod export;
mod front;
mod hostile;
mod nodes;
mod walk;

use anyhow::{Context, Result};
use serde_json::Value;

pub(super) use hostile::markup_in_what_staff_read_is_text;
pub(super) use nodes::a_report_of_three_nodes_is_whole_or_says_what_is_missing;
pub(super) use walk::{
    a_link_goes_out_and_its_report_comes_in, three_nodes_are_one_to_whoever_reads_and_whoever_sends,
};

use super::SOON;
use crate::browser::{Options, Running};
use crate::page::Page;

/// What everybody's password is.
const PASSWORD: &str = "correct horse battery";

/// Fills in and presses as a person would, by what stands there.
const HANDS: &str = "const field = (label) => {
        const named = [...document.querySelectorAll('label')].find((one) => one.textContent.trim() === label);
        if (!named) throw new Error(`there is no field ${label}`);
        return named.htmlFor ? document.getElementById(named.htmlFor) : named.querySelector('input');
    };
    const fill = (label, value) => {
        const one = field(label);
        one.value = value;
        one.dispatchEvent(new Event(one.localName === 'select' ? 'change' : 'input', { bubbles: true }));
    };
    const press = (text, within = document) => {
        const one = [...within.querySelectorAll('a, button, summary')].find((one) => one.textContent.trim() === text && !one.closest('[hidden]'));
        if (!one) throw new Error(`there is nothing to press that says ${text}`);
        one.click();
    };
    const ask = async (path, method = 'GET', body) => {
        const { csrf } = method === 'GET' ? {} : await (await fetch('/v1/session')).json();
        const headers = { ...csrf && { 'Pushcheck-CSRF': csrf }, ...body && { 'Content-Type': 'application/json' } };
        const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
        return text && JSON.parse(text);
    };";

/// Runs the body of an async function that may use these.
async fn hands(page: Page<'_>, script: &str) -> Result<Value> {
    page.browser()
        .run_async(&format!("{HANDS} {script}"), 2 * SOON)
        .await
}

/// A JSON answer of the staff listener.
async fn told(page: Page<'_>, path: &str) -> Result<Value> {
    hands(page, &format!("return ask('{path}');")).await
}

/// Waits for a view by its heading.
async fn view(page: Page<'_>, heading: &str) -> Result<()> {
    let shown = format!(
        "document.querySelector('#main[aria-busy=false] > h1, main.narrow > h1')?.textContent.includes({heading:?})"
    );
    page.until(&format!("the view “{heading}”"), &shown, SOON)
        .await
}

/// Goes to a view by its address.
async fn go(page: Page<'_>, hash: &str, heading: &str) -> Result<()> {
    page.run(&format!("location.hash = {hash:?};")).await?;
    view(page, heading).await
}

/// Accepts an invitation as the first user, who is named `ada`, and waits until the inbox is there and hears what arrives.
async fn first<'a>(browser: &'a Running, invitation: &str) -> Result<Page<'a>> {
    first_named(browser, invitation, "ada").await
}

/// The same by another name.
async fn first_named<'a>(browser: &'a Running, invitation: &str, name: &str) -> Result<Page<'a>> {
    let (staff, token) = invitation
        .split_once('#')
        .context("it is no invitation's address")?;
    browser.goto("about:blank").await?;
    let page = Page::open(browser, &format!("{staff}?lang=en#{token}")).await?;
    view(page, "Welcome").await?;
    hands(
        page,
        &format!(
            "fill('Name', '{name}');
            fill('Password (at least 12 characters)', '{PASSWORD}');
            fill('The same password again', '{PASSWORD}');
            press('Accept the invitation');"
        ),
    )
    .await?;
    view(page, "Inbox").await?;
    hears(page).await?;
    Ok(page)
}

/// Waits until what arrives is heard by server-sent events.
async fn hears(page: Page<'_>) -> Result<()> {
    let hears = "document.querySelector('.live[data-state=stream]')";
    page.until("the stream of what arrives", hears, 2 * SOON)
        .await
}

/// Another browser of the same kind: the customer's.
async fn another(browser: &Running) -> Result<Running> {
    let options = Options {
        any_certificate: true,
        ..Options::default()
    };
    browser.browser().open(&options).await
}

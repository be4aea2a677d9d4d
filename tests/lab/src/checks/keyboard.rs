//! Without a mouse.

use anyhow::{Result, bail, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::Value;

use super::{Lab, Outcome, SOON};
use crate::browser::bounded;
use crate::page::Page;

/// More Tabs than that before the button are too many.
const TABS: usize = 5;

/// The element that has the focus, through shadow boundaries.
const FOCUSED: &str = "let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;";

async fn press(lab: &Lab, key: Key) -> Result<()> {
    let value = char::from(key);
    let keys = KeyActions::new("keys".to_owned())
        .then(KeyAction::Down { value })
        .then(KeyAction::Up { value });
    bounded("press a key", lab.browser.client().perform_actions(keys)).await
}

/// Tab reaches the button, its focus can be seen, Enter starts, Enter again stops.
pub(super) async fn tab_and_enter_start_it_with_visible_focus(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    let on_button = format!(
        "{FOCUSED} return focused?.matches?.('push-check, [part~=primary]') && focused.localName === 'button';"
    );
    let mut tabs = 0;
    while page.run(&on_button).await? != Value::Bool(true) {
        ensure!(tabs < TABS, "{TABS} times Tab, and the button has no focus");
        press(lab, Key::Tab).await?;
        tabs += 1;
    }
    let seen = format!(
        "(() => {{
            {FOCUSED} const {{outlineStyle, outlineWidth, boxShadow}} = getComputedStyle(focused);
            const outlined = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
            return focused.matches(':focus-visible') && (outlined || boxShadow !== 'none');
        }})()"
    );
    // A window that has only just come up is told of its focus in its own time.
    page.until("a focus on the button that can be seen", &seen, SOON)
        .await?;
    press(lab, Key::Enter).await?;
    let running = "document.querySelector('push-check').running";
    if page.until("the run", running, SOON).await.is_err() {
        bail!("Enter on the button starts nothing");
    }
    page.until(
        "an event",
        "pushcheckLab.record.events.some(({name}) => name === 'start')",
        SOON,
    )
    .await?;
    press(lab, Key::Enter).await?;
    page.until("the end that Enter asked for", &format!("!{running}"), SOON)
        .await?;
    Ok(Outcome::Passed(format!("{tabs} × Tab")))
}

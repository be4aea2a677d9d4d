//! `tester.html` for everybody: screen readers, keyboards, small screens.

use std::time::Duration;

use anyhow::{Result, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::json;

use super::target::Target;
use super::{HANDS, connect, hands, open, opened, says};
use crate::browser::bounded;
use crate::checks::access::{AXE, FOUND};
use crate::checks::{Lab, Outcome, SOON};
use crate::page::Page;

/// How long axe-core may look at one state.
const LOOK: Duration = Duration::from_secs(60);

/// The page in four states, with the script that brings each about.
const STATES: &[(&str, &str)] = &[
    ("empty", ""),
    (
        "doubts",
        "type('url', 'http\u{ff1a}//app.example:6000//x%?token=1#f');",
    ),
    (
        "requests",
        "kind('http'); type('url', 'http://app.example:80/a?b=1&key=2'); document.querySelectorAll('details').forEach((one) => { one.open = true; });
         [...document.querySelectorAll('button')].filter((one) => one.textContent.length && one.closest('.actions') && one.matches('.small')).at(-1)?.click();",
    ),
];

async fn look(lab: &Lab, page: Page<'_>, axe: &str) -> Result<(u64, Vec<String>)> {
    let _ = page;
    let script = format!("{axe}; await new Promise((done) => setTimeout(done, 300)); {FOUND}");
    let told = lab.browser.run_async(&script, LOOK).await?;
    let found = told["found"]
        .as_array()
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    Ok((told["passed"].as_u64().unwrap_or_default(), found))
}

/// axe-core finds nothing, in English and light and in Japanese and dark.
pub(in crate::checks) async fn the_tester_is_accessible(lab: &Lab) -> Result<Outcome> {
    let Some(axe) = std::env::var_os(AXE) else {
        return Ok(Outcome::NotRun("axe-core is not there"));
    };
    let axe = std::fs::read_to_string(axe)?;
    let target = Target::start().await?;
    let (mut passed, mut wrong) = (0, Vec::new());
    for rest in ["&theme=light", "&theme=dark&lang=ja"] {
        // The first `lang` counts.
        let rest = if rest.contains("ja") {
            "&theme=dark"
        } else {
            rest
        };
        let lang = if rest.contains("dark") { "ja" } else { "en" };
        lab.browser.goto("about:blank").await?;
        let url = format!("{}tester.html?lang={lang}{rest}", lab.field.server.page());
        let page = Page::open(&lab.browser, &url).await?;
        page.until("the form", "document.getElementById('connect')", SOON)
            .await?;
        for (name, script) in STATES {
            hands(page, script).await?;
            let (rules, found) = look(lab, page, &axe).await?;
            passed += rules;
            wrong.extend(
                found
                    .into_iter()
                    .map(|found| format!("{name} in {lang}: {found}")),
            );
        }
        connect(page, "web-socket", &target.url("ws", "")).await?;
        opened(page).await?;
        hands(
            page,
            "type('payload', '{\"a\":1}'); send(); type('session-name', 'x');",
        )
        .await?;
        says(page, "counts", "1").await?;
        page.until(
            "the answer",
            "document.querySelector('#entries [data-direction=in]')",
            SOON,
        )
        .await?;
        hands(
            page,
            "document.querySelectorAll('#entries details').forEach((one) => { one.open = true; });",
        )
        .await?;
        let (rules, found) = look(lab, page, &axe).await?;
        passed += rules;
        wrong.extend(
            found
                .into_iter()
                .map(|found| format!("open in {lang}: {found}")),
        );
        hands(
            page,
            "format('text'); type('payload', 'close 4401 x'); send();",
        )
        .await?;
        says(page, "end", "4401").await?;
        let (rules, found) = look(lab, page, &axe).await?;
        passed += rules;
        wrong.extend(
            found
                .into_iter()
                .map(|found| format!("ended in {lang}: {found}")),
        );
    }
    ensure!(passed > 0, "no rule applied: it did not look");
    ensure!(wrong.is_empty(), "{}", wrong.join("\n  "));
    Ok(Outcome::Passed(format!("{passed} rules passed")))
}

/// What stands out of 320 CSS pixels.
const WIDE: &str = "document.body.style.width = '320px';
    document.body.style.padding = '0';
    document.querySelectorAll('details').forEach((one) => { one.open = true; });
    const main = document.querySelector('main').getBoundingClientRect();
    const scrolls = (one) => one.closest('pre, .unseen, select, datalist, .preview');
    return [main.width, [...document.querySelectorAll('main *')].filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        return width && !scrolls(one) && (left < main.left - 1 || right > main.right + 1);
    }).slice(0, 5).map((one) => `${one.localName}.${one.className} ${one.textContent.slice(0, 60)}`)];";

/// On the narrowest screen nothing stands out.
pub(in crate::checks) async fn the_tester_is_not_wider_than_a_small_phone(
    lab: &Lab,
) -> Result<Outcome> {
    let target = Target::start().await?;
    for lang in ["en", "ja"] {
        lab.browser.goto("about:blank").await?;
        let url = format!("{}tester.html?lang={lang}", lab.field.server.page());
        let page = Page::open(&lab.browser, &url).await?;
        page.until("the form", "document.getElementById('connect')", SOON)
            .await?;
        for (name, script) in STATES {
            let told = page.run(&format!("{HANDS} {script} {WIDE}")).await?;
            ensure!(told == json!([320, []]), "{name} in {lang}: {told}");
        }
        let long = format!(
            "{}?{}",
            target.url("ws", "x"),
            "long=1234567890&".repeat(20)
        );
        connect(page, "web-socket", &long).await?;
        opened(page).await?;
        let text = "x".repeat(500);
        hands(page, &format!("type('payload', '{text}'); send();")).await?;
        page.until(
            "the answer",
            "document.querySelector('#entries [data-direction=in]')",
            SOON,
        )
        .await?;
        hands(
            page,
            &format!("type('payload', 'close 4401 {}'); send();", "y".repeat(100)),
        )
        .await?;
        says(page, "end", "4401").await?;
        page.run(WIDE).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let told = page.run(WIDE).await?;
        ensure!(told == json!([320, []]), "ended in {lang}: {told}");
    }
    Outcome::ok()
}

async fn press(lab: &Lab, key: char) -> Result<()> {
    let keys = KeyActions::new("keys".to_owned())
        .then(KeyAction::Down { value: key })
        .then(KeyAction::Up { value: key });
    bounded("press a key", lab.browser.client().perform_actions(keys)).await
}

/// From the address Tab leads to the button, whose focus can be seen; Enter connects, and a message goes out by Enter on its button.
pub(in crate::checks) async fn the_tester_goes_by_keyboard_alone(lab: &Lab) -> Result<Outcome> {
    let target = Target::start().await?;
    let page = open(lab, lab.field.server.page(), "").await?;
    hands(
        page,
        &format!(
            "type('url', {}); document.getElementById('url').focus();",
            json!(target.url("ws", ""))
        ),
    )
    .await?;
    let mut tabs = 0;
    let on = |id: &str| format!("document.activeElement.id === '{id}'");
    while page.run(&format!("return {};", on("connect"))).await? != json!(true) {
        ensure!(tabs < 12, "{tabs} times Tab, and the button has no focus");
        press(lab, char::from(Key::Tab)).await?;
        tabs += 1;
    }
    page.until(
        "a focus that can be seen",
        "document.activeElement.matches(':focus-visible') && getComputedStyle(document.activeElement).outlineStyle !== 'none' && parseFloat(getComputedStyle(document.activeElement).outlineWidth) > 0",
        SOON,
    )
    .await?;
    press(lab, char::from(Key::Enter)).await?;
    opened(page).await?;
    // The button is off now: the focus must not be lost with it.
    let kept = page
        .run("return document.activeElement !== document.body;")
        .await?;
    ensure!(kept == json!(true), "the focus is lost");
    Ok(Outcome::Passed(format!("{tabs} × Tab")))
}

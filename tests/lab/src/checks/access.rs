//! For everybody: screen readers, keyboards, small screens, scripts that run from right to left.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Lab, Outcome};
use crate::gallery::{Look, STATES, State};

/// Names `axe.min.js` of axe-core.
pub(super) const AXE: &str = "PUSHCHECK_AXE";

/// How long it may look at one state.
const LOOK: Duration = Duration::from_secs(60);

/// What axe-core finds in the whole page: rules of WCAG 2.2 AA and its own good practice.
pub(super) const FOUND: &str = "const { violations, passes } = await axe.run(document, { resultTypes: ['violations'] });
    return { passed: passes.length, found: violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} at ${JSON.stringify(target)}: ${failureSummary}`)) };";

/// In every state axe-core finds nothing.
async fn nothing_found(lab: &Lab, lang: &str, theme: &str) -> Result<Outcome> {
    let Some(axe) = std::env::var_os(AXE) else {
        return Ok(Outcome::NotRun("axe-core is not there"));
    };
    let axe = std::fs::read_to_string(axe)?;
    let look = Look {
        lang,
        theme,
        texts: None,
    };
    let (mut wrong, mut passed) = (Vec::new(), 0);
    for state in STATES {
        state
            .show(&lab.browser, lab.field.server.page(), look)
            .await?;
        // What moves is done by then.
        let script = format!("{axe}; await new Promise((done) => setTimeout(done, 100)); {FOUND}");
        let told = lab.browser.run_async(&script, LOOK).await?;
        passed += told["passed"].as_u64().unwrap_or_default();
        for found in told["found"].as_array().into_iter().flatten() {
            wrong.push(format!("{}: {found}", state.name));
        }
        // A run that is on would go on beside the next.
        lab.browser
            .run("document.querySelector('push-check').stop();")
            .await?;
    }
    ensure!(passed > 0, "no rule applied: it did not look");
    ensure!(wrong.is_empty(), "{}", wrong.join("\n  "));
    Ok(Outcome::Passed(format!(
        "{} states, {passed} rules passed",
        STATES.len()
    )))
}

/// In light and English.
pub(super) async fn every_state_is_accessible(lab: &Lab) -> Result<Outcome> {
    nothing_found(lab, "en", "light").await
}

/// In the dark and in Japanese.
pub(super) async fn every_state_is_accessible_in_the_dark(lab: &Lab) -> Result<Outcome> {
    nothing_found(lab, "ja", "dark").await
}

/// English in brackets, from right to left: what has none was not taken from the texts.
const MIRRORED: &str = "await (async () => {
    const mirrored = (text) => (typeof text === 'string' ? `⟦${text}⟧` : text && typeof text === 'object'
        ? Array.isArray(text) ? text.map(mirrored) : Object.fromEntries(Object.entries(text).map(([key, one]) => [key, mirrored(one)])) : text);
    const [{ default: card }, { default: rooms }] = await Promise.all([import(new URL('text/en.js', location)), import(new URL('more/text/en.js', location))]);
    return { ...mirrored(card), rooms: mirrored(rooms), lang: 'en', dir: 'rtl' };
})()";

/// What stands out of a card of 320 CSS pixels, and what is said in no language.
const LAID_OUT: &str = "check.style.width = '320px';
    check.style.maxWidth = '320px';
    document.body.style.padding = '0';
    for (const name of ['network', 'site', 'report', 'you']) await tab(name);
    for (const fold of root.querySelectorAll('.fold')) fold.open = true;
    await new Promise((done) => setTimeout(done, 500));
    const card = root.querySelector('[part=card]').getBoundingClientRect();
    const scrolls = (one) => one.closest('.scroll, pre, thead, .unseen, svg, textarea');
    const wide = [...root.querySelectorAll('[part=card] *')].filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        return width && !scrolls(one.parentElement) && (left < card.left - 1 || right > card.right + 1);
    });
    const name = (one) => `${one.localName}${one.className && `.${one.className.baseVal ?? one.className}`}[${one.getAttribute('part') ?? ''}] ${one.textContent.slice(0, 40)}`;
    return { wide: wide.slice(0, 5).map(name), width: card.width, dir: getComputedStyle(root.querySelector('[part=card]')).direction };";

/// States with much in them.
const RICH: &[&str] = &[
    "one-blocked",
    "degraded",
    "charts",
    "bursts",
    "watch",
    "blocked",
];

/// On the narrowest screen nothing stands out, in no direction of writing.
pub(super) async fn nothing_is_wider_than_a_small_phone(lab: &Lab) -> Result<Outcome> {
    for (lang, texts) in [("en", None), ("ja", None), ("en", Some(MIRRORED))] {
        for state in STATES.iter().filter(|state| RICH.contains(&state.name)) {
            let narrow = State {
                script: &format!("{} {LAID_OUT}", state.script),
                ..*state
            };
            let look = Look {
                lang,
                theme: "light",
                texts,
            };
            let told = narrow
                .show(&lab.browser, lab.field.workshop.page(), look)
                .await?;
            let which = format!("{} in {lang} {}", state.name, told["dir"]);
            ensure!(
                told["width"].as_f64().is_some_and(|width| width <= 320.0),
                "{which}: the card is {} wide",
                told["width"]
            );
            ensure!(told["wide"] == json!([]), "{which}: {}", told["wide"]);
            ensure!(
                texts.is_none() || told["dir"] == "rtl",
                "{which}: it is not mirrored"
            );
        }
    }
    Outcome::ok()
}

/// Text nodes of the card that are not from the texts.
const FOREIGN: &str = "for (const name of ['network', 'site', 'report', 'you']) await tab(name);
    for (const fold of root.querySelectorAll('.fold')) fold.open = true;
    await new Promise((done) => setTimeout(done, 500));
    const walker = document.createTreeWalker(root.querySelector('[part=card]'), NodeFilter.SHOW_TEXT);
    const foreign = [];
    while (walker.nextNode()) {
        const { nodeValue: text, parentElement } = walker.currentNode;
        if (parentElement.closest('code, pre, a, option, textarea, style, h4, article, [part=cause], [part=advice], [part=next], [role=tabpanel] > h3, [data-room=details] td, [lang]:not([part=card])')) continue;
        const block = parentElement.closest('p, li, dd, dt, td, th, button, summary, h2, h3, span, text, label, small, figcaption, div');
        // Names of attempts are the same in every language.
        if (/[a-z]{4}/i.test(text) && !/^[a-z0-9-]+( \\d+)?$/.test(text) && !/[⟦⟧]/.test(block.textContent)) foreign.push(text);
    }
    return [...new Set(foreign)].slice(0, 12);";

/// Whatever the rooms say is taken from the texts; the catalogue, code, names and addresses stand apart.
pub(super) async fn every_word_comes_from_the_texts(lab: &Lab) -> Result<Outcome> {
    for state in STATES.iter().filter(|state| RICH.contains(&state.name)) {
        let mirrored = State {
            script: &format!("{} {FOREIGN}", state.script),
            ..*state
        };
        let look = Look {
            lang: "en",
            theme: "light",
            texts: Some(MIRRORED),
        };
        let foreign = mirrored
            .show(&lab.browser, lab.field.workshop.page(), look)
            .await?;
        ensure!(foreign == json!([]), "{}: {foreign}", state.name);
    }
    Outcome::ok()
}

/// Arrows, Home and End go from reader to reader, and only one of them is in the order of Tab (ARIA Authoring Practices § Tabs).
pub(super) async fn arrows_go_from_reader_to_reader(lab: &Lab) -> Result<Outcome> {
    let tabs = State {
        name: "tabs",
        case: Some("nginx-no-upgrade-firefox"),
        script: "const list = root.querySelector('[role=tablist]');
            const chosen = () => [...list.children].flatMap((tab) => tab.getAttribute('aria-selected') === 'true' && tab.tabIndex === 0
                && !root.getElementById(tab.getAttribute('aria-controls')).hidden && root.activeElement === tab ? [tab.id.split('-').at(-1)] : []).join();
            const seen = [];
            list.firstChild.focus();
            for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'End', 'ArrowRight', 'Home', 'ArrowLeft']) {
                root.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
                seen.push(chosen());
            }
            return [seen.join(' '), [...list.children].filter((tab) => tab.tabIndex === 0).length];",
    };
    let look = Look {
        lang: "en",
        theme: "light",
        texts: None,
    };
    let told = tabs
        .show(&lab.browser, lab.field.server.page(), look)
        .await?;
    let expected = json!(["network site network report you you report", 1]);
    ensure!(told == expected, "{told} instead of {expected}");
    Outcome::ok()
}

/// What the element lets others touch, by its own declaration.
const SURFACE: &str = include_str!("../../../../www/push-check.d.ts");

/// Attributes, properties, events, parts and slots are those that the declaration lists, and no others.
pub(super) async fn the_surface_is_what_is_declared(lab: &Lab) -> Result<Outcome> {
    let told = State {
        name: "surface",
        case: Some("blackholed-chromium"),
        script: "for (const name of ['network', 'site', 'report', 'you']) await tab(name);
            const all = (selector, name) => [...new Set([...root.querySelectorAll(selector)].map((one) => one.getAttribute(name)))]
                .filter((part) => part !== null).sort();
            const own = root.querySelector('[part=card]').querySelectorAll('[part]');
            const top = [...own].filter((one) => !one.closest('.room, .another, .admin, .leave') && !/^(ladder|queue|strip|ticks|waterfall)$/.test(one.getAttribute('part')));
            const parts = [...new Set(['card', ...top.map((one) => one.getAttribute('part'))])].sort();
            const { prototype } = customElements.get('push-check');
            const lifecycle = ['constructor', 'connectedCallback', 'disconnectedCallback', 'attributeChangedCallback'];
            const members = Object.getOwnPropertyNames(prototype).filter((name) => !lifecycle.includes(name));
            return { parts, slots: all('slot', 'name'), members: [...new Set([...members, ...Object.keys(check)])].sort(),
                custom: [...new Set(root.adoptedStyleSheets.flatMap(({ cssRules }) => [...cssRules].flatMap(({ cssText }) => cssText.match(/--push-check-[a-z-]+/g) ?? [])))].sort() };",
    };
    let look = Look {
        lang: "en",
        theme: "light",
        texts: None,
    };
    let told = told
        .show(&lab.browser, lab.field.server.page(), look)
        .await?;
    let listed = |name: &str| -> Vec<&str> {
        let words = told[name].as_array().into_iter().flatten();
        words.filter_map(Value::as_str).collect()
    };
    let between = |from: &str, to: &str| {
        let (_, rest) = SURFACE.split_once(from).unwrap_or_default();
        rest.split_once(to).unwrap_or_default().0
    };
    let quoted = |text: &str| -> Vec<String> {
        let mut words: Vec<String> = text
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        words.sort();
        words
    };
    // A log is asked for of a run of this page only.
    let mut parts = quoted(between("* Parts:", "*/"));
    parts.retain(|part| part != "log");
    ensure!(listed("parts") == parts, "parts: {:?}", listed("parts"));
    ensure!(
        listed("slots") == quoted(between("* Slots:", "Without a name")),
        "slots: {:?}",
        listed("slots")
    );
    let mut custom: Vec<String> = quoted(between("* Custom properties", "* Parts:"))
        .into_iter()
        .map(|name| match name.strip_prefix("--push-check") {
            Some(_) => name,
            None => format!("--push-check{name}"),
        })
        .collect();
    custom.sort();
    ensure!(
        listed("custom") == custom,
        "custom properties: {:?}",
        listed("custom")
    );
    let class = between("export class PushCheck extends HTMLElement {", "\n}");
    let mut members: Vec<&str> = class
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with(['/', '*']))
        .filter_map(|line| {
            line.trim_start_matches("readonly ")
                .split(['(', ':', '?'])
                .next()
        })
        .filter(|name| !name.is_empty())
        .collect();
    members.sort_unstable();
    ensure!(
        listed("members") == members,
        "members: {:?} instead of {members:?}",
        listed("members")
    );
    Outcome::ok()
}

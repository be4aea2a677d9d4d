//! What the page says of a report, and what it gives to paste.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Lab, Outcome, SOON};
use crate::gallery::{Look, State, saved};
use crate::page::Page;

/// Texts of all elements that fit.
const ALL: &str = "const all = (from, selector) => [...from.querySelectorAll(selector)].map(({ textContent }) => textContent);";

/// What a script sees of a case that the page shows.
async fn seen(lab: &Lab, case: &str, lang: &str, script: &str) -> Result<Value> {
    let state = State {
        name: case,
        case: Some(case),
        script: &format!("{ALL} {script}"),
    };
    let look = Look {
        lang,
        theme: "light",
        texts: None,
    };
    state
        .show(&lab.browser, lab.field.server.page(), look)
        .await
}

/// In both languages each reader is told, the lines that were seen missing are shown, and no others.
pub(super) async fn what_is_found_is_told_to_each_reader(lab: &Lab) -> Result<Outcome> {
    let lines = json!([
        "map $http_upgrade $connection_upgrade {\n    default upgrade;\n    ''      close;\n}",
        "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;"
    ]);
    for (lang, headline) in [("en", "The site’s own proxy"), ("ja", "リバースプロキシ")] {
        let seen = seen(
            lab,
            "nginx-no-upgrade-firefox",
            lang,
            r#"await tab("site"); await tab("network"); await tab("report");
            const you = root.querySelector("[part=you] [part=cause]");
            const site = root.querySelector("[part=site] [part=cause]");
            const nginx = [...site.querySelectorAll("details")].find((one) => one.firstChild.textContent === "nginx");
            return {
                headline: all(root, "[part=next] dd")[0],
                folds: all(you, ":scope > details > summary"),
                lines: all(nginx, "pre"),
                steps: nginx.querySelectorAll("ol > li").length,
                facts: all(you, "ul > li").length,
                order: all(root, "[part=advice] > ol > li").length,
                clients: root.querySelectorAll("[part=advice] > details").length,
                letter: root.querySelector("[part=network] article").lang,
                holes: all(root, "p, li, dd, h3, h4, summary, td, th").filter((text) => /undefined|\bNaN\b|\[object/.test(text)).slice(0, 3),
            };"#,
        )
        .await?;
        let said = seen["headline"].as_str().unwrap_or_default();
        ensure!(said.contains(headline), "it says {said}");
        ensure!(seen["lines"] == lines, "it shows {}", seen["lines"]);
        let count = |name: &str| seen[name].as_u64().unwrap_or_default();
        ensure!(
            seen["folds"].as_array().map_or(0, Vec::len) == 2,
            "it folds {}",
            seen["folds"]
        );
        ensure!(count("steps") == 7 && count("facts") >= 4, "{seen}");
        ensure!(count("order") == 4 && count("clients") == 7, "{seen}");
        ensure!(
            seen["letter"] == lang,
            "the letter speaks {}",
            seen["letter"]
        );
        ensure!(
            seen["holes"] == json!([]),
            "there are holes: {}",
            seen["holes"]
        );
    }
    Outcome::ok()
}

/// A cause that a newer version reports stands there by its code and place, and nothing else is lost.
pub(super) async fn a_newer_report_is_shown_as_far_as_it_is_known(lab: &Lab) -> Result<Outcome> {
    let told = seen(
        lab,
        "nginx-no-upgrade-firefox",
        "en",
        r#"const [finding] = report.findings;
        finding.code = "quantum-tunnel";
        finding.facts.push({ fact: "entangled", value: "7", from: "trace:1" });
        finding.rivals.push({ code: "wormhole", separatedBy: "patience" });
        report.advice.reasons.push("tachyons");
        report.advice.settings.push({ name: "spinMs", value: 7 });
        await show(structuredClone(report));
        await tab("site");
        await unfold("[data-room=details]");
        return { next: all(root, "[part=next] dd").join("\n"), you: all(root, "[part=you] [part=cause]").join("\n"),
            advice: all(root, "[part=advice]").join("\n"), details: all(root, "[data-room=details]").join("\n") };"#,
    )
    .await?;
    for (part, words) in [
        (
            "next",
            &[
                "quantum-tunnel",
                "The request was changed on the way.",
                "newer than this page",
            ][..],
        ),
        (
            "you",
            &[
                "quantum-tunnel",
                "newer than this page",
                "entangled: newer",
                "without “Upgrade: websocket”",
            ],
        ),
        ("advice", &["tachyons", "spinMs: 7"]),
        ("details", &["quantum-tunnel"]),
    ] {
        let said = told[part].as_str().unwrap_or_default();
        for word in words {
            ensure!(said.contains(word), "{part} does not say {word}: {said}");
        }
    }
    Outcome::ok()
}

/// The path picture names who stands there only where that is sure, and nobody reads that nothing breaks where something does.
pub(super) async fn the_picture_claims_no_more_than_is_known(lab: &Lab) -> Result<Outcome> {
    for (case, label, who) in [
        ("direct-plain-chromium", "Nothing breaks.", ""),
        ("blackholed-chromium", "WebSocket: Does not work here", ""),
        (
            "filter-101-close-chromium",
            "WebSocket: The answer was changed on the way.",
            "a filter",
        ),
        (
            "nginx-no-upgrade-firefox",
            "WebSocket: The request was changed on the way.",
            "the site’s proxy",
        ),
        ("deflate-answer-dropped-chromium", "", ""),
        ("idle-nat-chromium", "", ""),
        ("squid-bump-trusted-chromium", "", ""),
    ] {
        let seen = seen(
            lab,
            case,
            "en",
            "return { label: root.querySelector('[part=path] svg').getAttribute('aria-label'), who: all(root, '.who').join() };",
        )
        .await?;
        let said = seen["label"].as_str().unwrap_or_default();
        ensure!(
            said.contains(label) && (label == "Nothing breaks.") == (said == "Nothing breaks."),
            "{case}: {said}"
        );
        ensure!(seen["who"] == who, "{case}: {} stands there", seen["who"]);
    }
    Outcome::ok()
}

/// Whatever works, what is shown for each library can be parsed, and nothing is left to fill in.
pub(super) async fn what_is_pasted_is_code(lab: &Lab) -> Result<Outcome> {
    let told = run(
        lab,
        "direct-plain-chromium.json.gz",
        r#"const { client } = await import(base + "remedy.js");
        const clients = await (await fetch(base + "causes/clients.json")).json();
        const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
        const methods = report.advice.order;
        const wrong = [];
        let parsed = 0;
        for (let set = 1; set < 32; set++) {
            const order = methods.filter((_, at) => set >> at & 1);
            for (const [id, library] of Object.entries(clients)) {
                const { browser, server, methods: used } = client(library, { ...report.advice, order }, "https://app.example");
                if (!used.length) {
                    if (browser !== null) wrong.push(`${id} has code for nothing`);
                    continue;
                }
                if (used.some((method) => !order.includes(method))) wrong.push(`${id} uses ${used}`);
                for (const text of [browser, ...server.map(([, text]) => text)]) {
                    if (/\{[a-zA-Z]+\}/.test(text)) wrong.push(`${id}: ${text.match(/\{[a-zA-Z]+\}/)} is not filled in`);
                }
                try {
                    new AsyncFunction(browser.replace(/^import .*$/gm, ""));
                    parsed += 1;
                } catch (error) {
                    wrong.push(`${id} ${order}: ${error}`);
                }
            }
        }
        return { wrong, parsed };"#,
    )
    .await?;
    ensure!(told["wrong"] == json!([]), "{}", told["wrong"]);
    ensure!(
        told["parsed"].as_u64() > Some(100),
        "only {} were read",
        told["parsed"]
    );
    Outcome::ok()
}

/// The element speaks the language of its page.
pub(super) async fn the_element_speaks_japanese_where_the_page_does(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.run(
        "document.documentElement.lang = 'ja-JP';
        document.body.append(Object.assign(document.createElement('push-check'), {id: 'ja'}));",
    )
    .await?;
    let said = "document.querySelector('#ja').shadowRoot.querySelector('[part=headline]')?.textContent === '接続診断'";
    page.until("its Japanese headline", said, SOON).await?;
    Outcome::ok()
}

/// What was set on an element before its script came is taken up: reports, options, texts.
pub(super) async fn what_was_set_before_is_taken_up(lab: &Lab) -> Result<Outcome> {
    // A page that imports the widget alone: there the element is not defined yet.
    Page::open(&lab.browser, &lab.field.widget_elsewhere()).await?;
    let [before, report] = [
        "nginx-no-upgrade-firefox.json.gz",
        "direct-plain-firefox.json.gz",
    ]
    .map(saved);
    let script = format!(
        "const base = '{}';
        if (customElements.get('push-check')) throw new Error('it is defined already');
        const check = document.createElement('push-check');
        const [previous, report] = [{}, {}];
        Object.assign(check, {{ previous, report, options: {{ base }}, texts: {{ again: 'Once more' }} }});
        document.body.append(check);
        await import(`${{base}}push-check.js`);
        for (let n = 0; n < 100 && !check.shadowRoot.querySelector('[part=change] *'); n += 1) await new Promise((done) => setTimeout(done, 50));
        const told = check.shadowRoot.querySelector('[part=change]').textContent.length > 0;
        return [check.previous === previous, check.report === report, told,
            check.options.base === base, check.shadowRoot.querySelector('[part=primary]').textContent, Object.keys(check)];",
        lab.field.workshop.page(),
        before?,
        report?
    );
    let told = lab.browser.run_async(&script, SOON).await?;
    let expected = json!([true, true, true, true, "Once more", ["options", "texts"]]);
    ensure!(told == expected, "{told} instead of {expected}");
    Outcome::ok()
}

/// Runs a script over a saved report, on a page without a policy.
async fn run(lab: &Lab, name: &str, script: &str) -> Result<Value> {
    let page = format!("{}/two.html", lab.field.site.url());
    Page::open(&lab.browser, &page).await?;
    let (base, report) = (json!(lab.field.server.page()), saved(name)?);
    let script = format!("const base = {base}; const report = {report}; {script}");
    lab.browser.run_async(&script, SOON).await
}

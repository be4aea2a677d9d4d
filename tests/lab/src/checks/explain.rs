//! What the page says of a report, and what it gives to paste.

use std::fs::File;
use std::io::Read;

use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;
use pushcheck::replay::again;
use serde_json::{Value, json};

use super::{Lab, Outcome, SOON};
use crate::lab::checkout;
use crate::page::Page;

/// A saved report, judged by today's rules.
fn saved(name: &str) -> Result<Value> {
    let file = checkout().join("tests/cases").join(name);
    let mut text = String::new();
    let file = File::open(&file).with_context(|| format!("cannot read {}", file.display()))?;
    GzDecoder::new(file).read_to_string(&mut text)?;
    let report = again(serde_json::from_str(&text)?).context("it has no evidence")?;
    Ok(json!(report))
}

/// Shows a report as the element does, in a language.
const SHOW: &str = r#"
    const { View, words } = await import(base + "view.js");
    const { advice, catalogue, causes } = await import(base + "causes.js");
    const show = async (lang, report) => {
        const root = document.createElement("div");
        const texts = lang === "en" ? undefined : (await import(`${base}text/${lang}.js`)).default;
        const words_ = words(lang, texts);
        const view = new View(root, words_, {});
        const known = await catalogue(lang);
        view.begin(report.methods.map(({ method }) => method), { mode: "quick", base });
        view.done(report, base, []);
        view.explain(causes(report, known, words_), advice(report, known, words_, "https://app.example"));
        return root;
    };
    const all = (root, selector) => [...root.querySelectorAll(selector)].map(({ textContent }) => textContent);
"#;

/// In both languages each reader is told, the lines that were seen missing are shown, and no others.
pub(super) async fn what_is_found_is_told_to_each_reader(lab: &Lab) -> Result<Outcome> {
    let told = run(
        lab,
        "nginx-no-upgrade-firefox.json.gz",
        r#"const seen = [];
        for (const lang of ["en", "ja"]) {
            const root = await show(lang, report);
            const cause = root.querySelector("[part=cause]");
            const nginx = [...cause.querySelectorAll("details details")].find((one) => one.firstChild.textContent === "nginx");
            seen.push({
                headline: all(root, "[part=next] dd").at(-1),
                folds: all(cause, ":scope > details > summary"),
                lines: all(nginx, "pre"),
                steps: nginx.querySelectorAll("ol > li").length,
                facts: all(cause, "ul > li").length,
                order: all(root, "[part=advice] > ol > li").length,
                clients: root.querySelectorAll("[part=advice] > details").length,
                holes: all(root, "p, li, dd, h3, h4, summary").filter((text) => /undefined|\bNaN\b|\[object/.test(text)).slice(0, 3),
            });
        }
        return seen;"#,
    )
    .await?;
    let lines = json!([
        "map $http_upgrade $connection_upgrade {\n    default upgrade;\n    ''      close;\n}",
        "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;"
    ]);
    for (at, headline) in ["The site’s own proxy", "リバースプロキシ"]
        .into_iter()
        .enumerate()
    {
        let seen = &told[at];
        let said = seen["headline"].as_str().unwrap_or_default();
        ensure!(said.contains(headline), "it says {said}");
        ensure!(seen["lines"] == lines, "it shows {}", seen["lines"]);
        let count = |name: &str| seen[name].as_u64().unwrap_or_default();
        ensure!(
            seen["folds"].as_array().map_or(0, Vec::len) == 4,
            "it folds {}",
            seen["folds"]
        );
        ensure!(count("steps") == 7 && count("facts") >= 4, "{seen}");
        ensure!(count("order") == 4 && count("clients") == 7, "{seen}");
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
    let told = run(
        lab,
        "nginx-no-upgrade-firefox.json.gz",
        r#"const [finding] = report.findings;
        finding.code = "quantum-tunnel";
        finding.facts.push({ fact: "entangled", value: "7", from: "trace:1" });
        finding.rivals.push({ code: "wormhole", separatedBy: "patience" });
        report.advice.reasons.push("tachyons");
        report.advice.settings.push({ name: "spinMs", value: 7 });
        const root = await show("en", report);
        return { next: all(root, "[part=next] dd").join("\n"), cause: all(root, "[part=cause]").join("\n"),
            advice: all(root, "[part=advice]").join("\n"), details: all(root, "[part=details]").join("\n") };"#,
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
            "cause",
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

/// Runs a script over a saved report, on a page without a policy.
async fn run(lab: &Lab, name: &str, script: &str) -> Result<Value> {
    let page = format!("{}/two.html", lab.field.site.url());
    Page::open(&lab.browser, &page).await?;
    let (base, report) = (json!(lab.field.server.page()), saved(name)?);
    let script = format!("const base = {base}; const report = {report}; {SHOW} {script}");
    lab.browser.run_async(&script, SOON).await
}

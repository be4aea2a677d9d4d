//! The widget without a server around it: an app that Vite has built or serves, a page without a bundler, one page in a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::healthy::all_passed;
use super::{Lab, Outcome, RUN, SOON};
use crate::origin::Origin;
use crate::page::Page;
use crate::server::{Server, www};

/// Names the folder of the app as Vite has built it.
const BUILT: &str = "PUSHCHECK_BUILT";
/// Names the folder with the package in its `node_modules`.
const INSTALLED: &str = "PUSHCHECK_INSTALLED";
/// Names the URL at which Vite serves the app.
const SERVED: &str = "PUSHCHECK_SERVED";
/// Names the page with everything in it.
pub(super) const SINGLE: &str = "PUSHCHECK_SINGLE";
/// Names the URL of its probe server, which is told that the page's origin is `null`.
pub(super) const SINGLE_SERVER: &str = "PUSHCHECK_SINGLE_SERVER";

pub(super) const NONE: &str = "nothing was packed for it: cargo xtask test --only package";

/// What Vite may take to make a page of an app that it has not served before.
const FIRST: Duration = Duration::from_secs(30);

/// Opens every room, and tells what was there: of each its name, how much stands in it, and whether it says that it did not come.
const ROOMS: &str = "const root = document.querySelector('push-check').shadowRoot;
    const until = async (what, test) => {
        for (let n = 0; n < 200; n += 1) {
            const found = test();
            if (found) return found;
            await new Promise((done) => setTimeout(done, 50));
        }
        throw new Error(`${what} did not come`);
    };
    const open = root.querySelector('[part=details]');
    if (open?.checkVisibility?.() ?? open) open.click();
    await until('the rooms', () => root.querySelector('[part=readers]'));
    const tabs = [...root.querySelectorAll('[role=tab]')];
    for (const tab of tabs) tab.click();
    const folds = [...root.querySelectorAll('.fold')];
    for (const fold of folds) fold.open = true;
    const seen = {};
    for (const fold of folds) seen[fold.dataset.room] = await until(fold.dataset.room, () => fold.querySelector('.room').textContent.length);
    await until('what leaves', () => root.querySelector('.leave pre')?.textContent.startsWith('{'));
    const code = root.querySelector('.leave .code');
    code.open = true;
    seen.code = (await until('the code', () => code.querySelector('svg path:not([fill=\"#fff\"])'))).getAttribute('d').length;
    const link = code.querySelector('a').href;
    return { seen, link, tabs: tabs.map((tab) => tab.textContent), dir: root.querySelector('[part=card]').lang };";

/// What the page has asked for; a browser's own wish for an icon is not the page's.
const ASKED: &str = "return performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => !name.endsWith('/favicon.ico'));";

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

/// Addresses that the page has asked for.
async fn asked(page: Page<'_>) -> Result<Vec<String>> {
    serde_json::from_value(page.run(ASKED).await?).context("what it asked for")
}

/// A whole run in Japanese with every room opened, then the widget alone, then an element that knows no server.
async fn whole(lab: &Lab, page_url: &str, server: &str) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &format!("{page_url}?lang=ja&base={server}")).await?;
    page.ready(FIRST).await?;
    let report = page.diagnose(RUN).await?.report;
    all_passed(&report)?;
    rooms(lab, server).await?;
    let alone = format!("return await alone({{ base: '{server}', methods: ['polling'] }});");
    let result = lab.browser.run_async(&alone, RUN).await?;
    ensure!(result == "passed", "run() alone gives {result}");
    clean(page, &report.surroundings.origin, server).await?;

    let page = Page::open(&lab.browser, page_url).await?;
    page.ready(FIRST).await?;
    page.run("document.querySelector('push-check').start();")
        .await?;
    page.until(
        "the end",
        "pushcheckLab.record.events.some(({ name }) => name === 'end')",
        SOON,
    )
    .await?;
    let record = page.record().await?;
    let end = record
        .events
        .iter()
        .find(|event| event.name == "end")
        .context("no end")?;
    ensure!(
        end.reason.as_deref() == Some("misuse")
            && end
                .message
                .as_ref()
                .is_some_and(|said| said.contains("base")),
        "without a server it ends by {end:?}"
    );
    let alone = "try { await alone({}); return 'a report'; } catch (error) { return `${error.name}: ${error.message}`; }";
    let said = lab.browser.run_async(alone, SOON).await?;
    ensure!(
        said.as_str()
            .is_some_and(|said| said.starts_with("TypeError") && said.contains("base")),
        "run() without a server: {said}"
    );
    let probes: Vec<_> = asked(page)
        .await?
        .into_iter()
        .filter(|url| url.contains("/v1/"))
        .collect();
    ensure!(probes.is_empty(), "it probed {probes:?}");
    Outcome::ok()
}

/// Every room of the Japanese element has come.
async fn rooms(lab: &Lab, server: &str) -> Result<()> {
    let told = lab.browser.run_async(ROOMS, SOON + SOON).await?;
    let count = told["seen"].as_object().map_or(0, serde_json::Map::len);
    ensure!(count == 6, "rooms: {}", told["seen"]);
    let tabs = told["tabs"].as_array().context("no tabs")?;
    let is_japanese = |text: &Value| {
        text.as_str()
            .is_some_and(|text| text.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c)))
    };
    ensure!(
        tabs.len() == 4 && tabs.iter().all(is_japanese),
        "tabs: {tabs:?}"
    );
    for (room, least) in [
        ("code", 500),
        ("timeline", 500),
        ("charts", 200),
        ("side", 200),
        ("details", 100),
    ] {
        ensure!(
            told["seen"][room].as_u64().is_some_and(|n| n > least),
            "{room}: {}",
            told["seen"]
        );
    }
    ensure!(
        told["link"]
            .as_str()
            .is_some_and(|link| link.starts_with(&format!("{server}read.html#"))),
        "the code leads to {}",
        told["link"]
    );
    Ok(())
}

/// Nothing went wrong, and nobody else was asked.
async fn clean(page: Page<'_>, origin: &str, server: &str) -> Result<()> {
    let mut record = page.record().await?;
    // Vite preloads what a part needs, also the script that runs already, and Firefox tells that as an error of the link's.
    let run = page
        .run("return [...document.scripts].map(({ src }) => `cannot load ${src}`);")
        .await?;
    let run: Vec<String> = serde_json::from_value(run)?;
    record.errors.retain(|error| !run.contains(error));
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{:?} {:?}",
        record.errors,
        record.violations
    );
    let others: Vec<_> = asked(page)
        .await?
        .into_iter()
        .filter(|url| !url.starts_with(server) && (origin == "null" || !url.starts_with(origin)))
        .collect();
    ensure!(others.is_empty(), "it asked for {others:?}");
    Ok(())
}

/// Serves a folder, and a probe server elsewhere that lets it open WebSockets.
async fn sites(folder: PathBuf) -> Result<(Origin, Server)> {
    let site = Origin::site(vec![folder], None).await?;
    let server = Server::with(&["--embed-origin", &site.url()]).await?;
    Ok((site, server))
}

/// As Vite builds it for production.
pub(super) async fn an_app_built_by_vite_is_whole(lab: &Lab) -> Result<Outcome> {
    let Some(folder) = named(BUILT) else {
        return Ok(Outcome::NotRun(NONE));
    };
    let (site, server) = sites(folder).await?;
    whole(lab, &format!("{}/index.html", site.url()), server.page()).await
}

/// As Vite serves it while somebody works on it.
pub(super) async fn an_app_served_by_vite_is_whole(lab: &Lab) -> Result<Outcome> {
    let Ok(url) = std::env::var(SERVED) else {
        return Ok(Outcome::NotRun(NONE));
    };
    let server = Server::with(&["--embed-origin", url.trim_end_matches('/')]).await?;
    whole(lab, &url, server.page()).await
}

/// Straight from `node_modules`.
pub(super) async fn a_page_without_a_bundler_is_whole(lab: &Lab) -> Result<Outcome> {
    let Some(folder) = named(INSTALLED) else {
        return Ok(Outcome::NotRun(NONE));
    };
    let (site, server) = sites(folder).await?;
    whole(lab, &format!("{}/plain.html", site.url()), server.page()).await
}

/// Opened from a file it asks nobody but its server, and says which that is.
pub(super) async fn one_page_in_a_file_is_whole(lab: &Lab) -> Result<Outcome> {
    let (Some(file), Ok(server)) = (named(SINGLE), std::env::var(SINGLE_SERVER)) else {
        return Ok(Outcome::NotRun(NONE));
    };
    let page = Page::open(&lab.browser, &format!("file://{}", file.display())).await?;
    page.run("document.querySelector('push-check').lang = 'ja';")
        .await?;
    page.ready(SOON).await?;
    let shown = page
        .run("return document.querySelector('main > p:not([hidden])').textContent;")
        .await?;
    ensure!(
        shown.as_str().is_some_and(|text| text.contains(&server)),
        "it says {shown}"
    );
    ensure!(
        asked(page).await?.is_empty(),
        "it asks before it is started"
    );
    let report = page.diagnose(RUN).await?.report;
    all_passed(&report)?;
    ensure!(
        report.surroundings.origin == "null",
        "its origin is {}",
        report.surroundings.origin
    );
    // Its language was read when it was connected.
    page.run(
        "const { report } = document.querySelector('push-check');
        const other = document.createElement('push-check');
        Object.assign(other, { lang: 'ja', report });
        other.setAttribute('base', document.querySelector('push-check').getAttribute('base'));
        document.querySelector('push-check').replaceWith(other);",
    )
    .await?;
    rooms(lab, &server).await?;
    clean(page, "null", &server).await?;
    Outcome::ok()
}

/// A script whose `integrity` is the one that the build wrote runs, and with another it does not; what is loaded later is served as
/// its hash says.
pub(super) async fn integrity_is_what_the_build_says(lab: &Lab) -> Result<Outcome> {
    let hashes = std::fs::read_to_string(www()?.join("pkg/sri.json")).context("sri.json")?;
    let hashes: Value = serde_json::from_str(&hashes)?;
    let server = lab.field.server.page();
    let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
    let good = hashes["push-check.js"]
        .as_str()
        .context("no push-check.js")?;
    for (name, integrity) in [("good", good), ("bad", "sha384-AAAA")] {
        integrity_page(folder.path(), name, server, integrity)?;
    }
    let later = hashes["more.js"].as_str().context("no more.js")?;
    for (name, integrity) in [("mapped", later), ("mismapped", good)] {
        let html = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{name}</title>
            <script type=\"importmap\">{{\"integrity\": {{\"{server}more.js\": \"{integrity}\"}}}}</script></html>"
        );
        std::fs::write(folder.path().join(format!("{name}.html")), html)?;
    }
    let site = Origin::site(vec![folder.path().to_owned()], None).await?;
    let mut imported = Vec::new();
    for name in ["mapped", "mismapped"] {
        Page::open(&lab.browser, &format!("{}/{name}.html", site.url())).await?;
        let script = format!("return import('{server}more.js').then(() => true, () => false);");
        imported.push(lab.browser.run_async(&script, SOON).await? == true);
    }
    ensure!(
        imported[0],
        "an import map with the right integrity keeps it out"
    );
    let page = Page::open(&lab.browser, &format!("{}/good.html", site.url())).await?;
    page.ready(SOON).await?;
    Page::open(&lab.browser, &format!("{}/bad.html", site.url())).await?;
    let defined = "return new Promise((done) => setTimeout(() => done(Boolean(customElements.get('push-check'))), 1000));";
    let defined = lab.browser.run_async(defined, SOON).await?;
    ensure!(defined == false, "a wrong integrity does not keep it out");
    // Every other script is served with the bytes that its hash is of.
    let all = format!(
        "const told = {{}};
        for (const [name, integrity] of Object.entries({hashes})) {{
            told[name] = await fetch(new URL(name, '{server}'), {{ integrity }}).then((answer) => answer.ok, String);
        }}
        return told;"
    );
    let told = lab.browser.run_async(&all, SOON).await?;
    let all = told.as_object().context("nothing was fetched")?;
    ensure!(
        all.len() >= 6 && all.values().all(|ok| *ok == true),
        "{told}"
    );
    // Not every browser knows it.
    let map = ["it keeps a wrong script out", "it is not known here"][usize::from(imported[1])];
    Ok(Outcome::Passed(format!("import map: {map}")))
}

fn integrity_page(folder: &Path, name: &str, server: &str, integrity: &str) -> Result<()> {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{name}</title>
        <script type=\"module\" src=\"{server}push-check.js\" integrity=\"{integrity}\"></script>
        <push-check></push-check></html>"
    );
    std::fs::write(folder.join(format!("{name}.html")), html).context("cannot write a page")
}

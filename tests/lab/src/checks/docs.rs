//! What the documentation shows runs as it says, in a page of another origin than the probe server's.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::field;
use super::round::Starved;
use super::{Lab, Outcome, RUN, SOON};
use crate::docs::blocks;
use crate::docs::scene::{Scene, scenes};
use crate::lab::checkout;
use crate::origin::Origin;
use crate::page::Page;
use crate::server::{Server, www};

/// Where a page on the server's own origin finds it.
const MOUNTED: &str = "/check/";

pub(super) async fn what_readme_shows_runs(lab: &Lab) -> Result<Outcome> {
    runs(lab, "README.md").await
}

pub(super) async fn what_docs_show_of_embedding_runs(lab: &Lab) -> Result<Outcome> {
    runs(lab, "docs/embed.md").await
}

pub(super) async fn what_docs_show_of_options_runs(lab: &Lab) -> Result<Outcome> {
    runs(lab, "docs/options.md").await
}

pub(super) async fn what_docs_show_of_events_runs(lab: &Lab) -> Result<Outcome> {
    runs(lab, "docs/events.md").await
}

pub(super) async fn what_docs_show_of_looks_runs(lab: &Lab) -> Result<Outcome> {
    runs(lab, "docs/theming.md").await
}

pub(super) async fn what_docs_show_of_reports_runs(lab: &Lab) -> Result<Outcome> {
    runs(lab, "docs/report.md").await
}

pub(super) async fn what_docs_show_of_support_runs(lab: &Lab) -> Result<Outcome> {
    runs(lab, "docs/support.md").await
}

pub(super) async fn what_docs_show_of_the_pages_code_runs(lab: &Lab) -> Result<Outcome> {
    runs(lab, "docs/observe.md").await
}

/// What stands for the hash of the server's entry.
const HASH: &str = "sha384-…";

/// The pages above: a native test holds them to those that have something to run.
#[cfg(test)]
pub(crate) const PAGES: [&str; 8] = [
    "README.md",
    "docs/embed.md",
    "docs/events.md",
    "docs/observe.md",
    "docs/options.md",
    "docs/report.md",
    "docs/support.md",
    "docs/theming.md",
];

/// A scene, and where it plays.
struct Set {
    scene: Scene,
    folder: TempDir,
    origin: Origin,
}

async fn runs(lab: &Lab, page: &str) -> Result<Outcome> {
    let mut sets = Vec::new();
    for scene in scenes(&blocks::all(&checkout())?, page)? {
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        let origin = Origin::site(vec![folder.path().to_owned()], scene.policy()).await?;
        sets.push(Set {
            scene,
            folder,
            origin,
        });
    }
    ensure!(!sets.is_empty(), "{page} shows nothing that runs");
    let origins: Vec<String> = sets.iter().map(|set| set.origin.url()).collect();
    let origins = origins.join(",");
    let server = Server::tls(&["--embed-origin", &format!("{origins},null")]).await?;
    let hash = hash(lab, server.page()).await?;
    let mut count = 0;
    let browser = lab.browser.browser().name();
    for set in sets {
        if set.scene.not_in.as_deref() == Some(browser) {
            continue;
        }
        count += 1;
        let at = set.scene.at.clone();
        let played = match set.scene.same_origin {
            true => beside_the_server(lab, &set.scene).await,
            false => elsewhere(lab, &set, server.page(), &hash).await,
        };
        played.with_context(|| at)?;
    }
    Ok(Outcome::Passed(format!("{count} blocks")))
}

/// On an origin of its own.
async fn elsewhere(lab: &Lab, set: &Set, base: &str, hash: &str) -> Result<()> {
    let own = set.origin.url();
    lay(&set.scene, set.folder.path(), base, &own, hash)?;
    set.origin.embeds(base);
    play(lab, &set.scene, &format!("{own}/page.html"), base, &own).await
}

/// On the server's origin, which is mounted below the app's.
async fn beside_the_server(lab: &Lab, scene: &Scene) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
    field::copy(&www()?, folder.path())?;
    // The page's files are known to the server from its start on.
    lay(scene, folder.path(), "", "", "")?;
    let shown = folder.path().to_string_lossy().into_owned();
    let server = Server::with(&["--base-path", MOUNTED, "--www", &shown]).await?;
    let base = server.page().to_owned();
    let own = base.trim_end_matches(MOUNTED).to_owned();
    lay(scene, folder.path(), &base, &own, "")?;
    let played = play(lab, scene, &format!("{base}page.html"), &base, &own).await;
    server.stop().await;
    played
}

/// The hash of the server's entry, as Subresource Integrity takes it.
async fn hash(lab: &Lab, base: &str) -> Result<String> {
    const HASHED: &str = "const entry = await (await fetch('push-check.js')).arrayBuffer();
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-384', entry));
        return btoa(String.fromCharCode(...hash));";
    lab.browser.goto(base).await?;
    let hash = lab.browser.run_async(HASHED, SOON).await?;
    Ok(format!("sha384-{}", hash.as_str().context("no hash")?))
}

fn lay(scene: &Scene, folder: &Path, base: &str, own: &str, hash: &str) -> Result<()> {
    for (name, text) in scene.files("page", base, own) {
        fs::write(folder.join(name), text.replace(HASH, hash))?;
    }
    Ok(())
}

async fn play(lab: &Lab, scene: &Scene, url: &str, base: &str, own: &str) -> Result<()> {
    let page = Page::open(&lab.browser, url).await?;
    if scene.starts {
        page.ready(SOON).await?;
        page.run("document.querySelector('push-check').start();")
            .await?;
    }
    if let Some(then) = &scene.then {
        page.run(then).await.context("then")?;
    }
    let became = page
        .until(&scene.expects, &scene.condition(base, own), RUN)
        .await;
    if let Err(error) = became {
        return Err(told(page, error).await);
    }
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    ensure!(
        scene.is_forbidden || record.violations.is_empty(),
        "the page's policy was violated: {:?}",
        record.violations
    );
    Ok(())
}

/// Why it may not have become true.
async fn told(page: Page<'_>, error: anyhow::Error) -> anyhow::Error {
    const GAP: &str = "return (globalThis.report ?? document.querySelector('push-check')?.report)?.surroundings?.longestGapUs ?? 0;";
    let gap = page.run(GAP).await.ok().and_then(|gap| gap.as_u64());
    if gap.is_some_and(|gap| gap > 1_000_000) {
        return anyhow::Error::new(Starved(format!("{error:#}")));
    }
    let said = "return [globalThis.thrown ?? '', document.body?.innerText, document.querySelector('push-check')?.shadowRoot?.textContent].join(' | ').slice(0, 600);";
    let shown = page.run(said).await.unwrap_or_default();
    let record = page.record().await.unwrap_or_default();
    error.context(format!(
        "the page shows {shown}; errors {:?}; violations {:?}",
        record.errors, record.violations
    ))
}

//! `read.html`: a report of elsewhere, shown without asking anybody.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Lab, Outcome, SOON};
use crate::gallery::saved;
use crate::page::Page;

/// What the page shows by now.
const SHOWN: &str = "JSON.stringify({ from: document.querySelector('#from').textContent,
    headline: document.querySelector('push-check')?.shadowRoot.querySelector('[part=headline]')?.textContent ?? null,
    compare: document.querySelector('#compare').shadowRoot?.textContent ?? null })";

/// Hands files to the page as a person would.
const HAND: &str = "const hand = (...files) => {
        const data = new DataTransfer();
        for (const [name, text] of files) data.items.add(new File([text], name));
        const input = document.querySelector('#open input');
        input.files = data.files;
        input.dispatchEvent(new Event('change'));
    };";

/// The short form in an address is shown, and nobody is asked for more than the page's own files.
pub(super) async fn a_link_is_read_without_asking_anybody(lab: &Lab) -> Result<Outcome> {
    let base = lab.field.workshop.page();
    let report = saved("filter-101-close-chromium.json.gz")?;
    let page = Page::open(&lab.browser, base).await?;
    let packed = page
        .browser()
        .run_async(
            &format!("const {{ pack }} = await import(new URL('more/short.js', location)); return await pack({report});"),
            SOON,
        )
        .await?;
    let packed = packed.as_str().unwrap_or_default();
    ensure!(
        (100..900).contains(&packed.len()),
        "{} characters",
        packed.len()
    );
    let page = Page::open(&lab.browser, &format!("{base}read.html#r={packed}")).await?;
    page.until(
        "the rooms of the report",
        "document.querySelector('push-check')?.shadowRoot.querySelector('[part=readers]')",
        SOON,
    )
    .await?;
    let seen = page
        .run(
            "const { report } = document.querySelector('push-check');
            return { codes: report.findings.map(({ code }) => code), methods: report.methods.map(({ verdict }) => verdict),
                asked: performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /[/]v1[/]/.test(name)),
                run: getComputedStyle(document.querySelector('push-check').shadowRoot.querySelector('[part=primary]')).display };",
        )
        .await?;
    ensure!(seen["asked"] == json!([]), "it asked {}", seen["asked"]);
    ensure!(seen["run"] == "none", "it offers to run");
    for (which, all, key) in [
        ("codes", "findings", "code"),
        ("methods", "methods", "verdict"),
    ] {
        let told: Vec<&Value> = report[all]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| &one[key])
            .collect();
        ensure!(seen[which] == json!(told), "{which}: {}", seen[which]);
    }
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{record:?}"
    );
    Ok(Outcome::Passed(format!("{} characters", packed.len())))
}

/// A file that is no report is called by its name and the reason; two reports are compared.
pub(super) async fn files_are_shown_or_named_with_the_reason(lab: &Lab) -> Result<Outcome> {
    let before = saved("nginx-no-upgrade-firefox.json.gz")?;
    let mut after = saved("direct-plain-firefox.json.gz")?;
    after["run"]["startedAt"] =
        json!(before["run"]["startedAt"].as_u64().unwrap_or_default() + 60_000);
    let mut newer = after.clone();
    newer["schema"] = json!(2);
    let url = format!("{}read.html", lab.field.server.page());
    let page = Page::open(&lab.browser, &url).await?;
    page.until("the page", "document.querySelector('#open input')", SOON)
        .await?;
    let cut: String = before.to_string().chars().take(5000).collect();
    for (name, text, said) in [
        ("list.json", "[]", "list.json"),
        ("song.txt", "la la la", "song.txt"),
        ("newer.json", newer.to_string().as_str(), "newer.json"),
        ("cut.json", cut.as_str(), "cut off"),
        (
            "hostile.json",
            "{\"schema\":1,\"methods\":[null],\"findings\":7}",
            "hostile.json",
        ),
    ] {
        page.run(&format!("{HAND} hand([{}, {}]);", json!(name), json!(text)))
            .await?;
        let told = format!("{SHOWN}.includes({})", json!(said));
        page.until(&format!("the reason for {name}"), &told, SOON)
            .await?;
        page.until(
            "no report",
            "!document.querySelector('#report push-check')",
            SOON,
        )
        .await?;
    }
    page.run(&format!(
        "{HAND} hand(['before.json', {}], ['after.json', {}]);",
        json!(before.to_string()),
        json!(after.to_string())
    ))
    .await?;
    page.until(
        "the comparison",
        "document.querySelector('#compare').shadowRoot?.querySelector('table')",
        SOON,
    )
    .await?;
    let shown = page.run(&format!("return {SHOWN};")).await?;
    let shown = shown.as_str().unwrap_or_default();
    ensure!(shown.contains("WebSocket"), "{shown}");
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{record:?}"
    );
    Outcome::ok()
}

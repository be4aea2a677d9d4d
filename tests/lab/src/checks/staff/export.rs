//! What the staff page hands out of a report, held against what the API tells of it.

use std::io::Read;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{DeflateDecoder, GzDecoder};
use pushcheck::replay::again;
use serde_json::{Value, json};

use super::hands;
use crate::checks::SOON;
use crate::page::Page;

/// Keeps what the page would copy and save, and presses everything that does.
const TAKEN: &str = "const [saved, copied] = [[], []];
    const { createObjectURL } = URL;
    URL.createObjectURL = (blob) => {
        saved.push(blob);
        return createObjectURL.call(URL, blob);
    };
    const { click } = HTMLAnchorElement.prototype;
    HTMLAnchorElement.prototype.click = function () {};
    const clipboard = { writeText: async (text) => copied.push(text) };
    Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
    const part = document.getElementById('ticket');
    for (const name of ['Save JSON', 'Save Markdown', 'Save CSV', 'Copy as JSON', 'Copy as Markdown']) press(name, part);
    for (let turn = 0; turn < 200 && (saved.length < 3 || copied.length < 2); turn += 1) await new Promise((done) => setTimeout(done, 25));
    URL.createObjectURL = createObjectURL;
    HTMLAnchorElement.prototype.click = click;
    delete navigator.clipboard;
    const of = async (type) => (await saved.find((one) => one.type === type).text());
    return { json: await of('application/json'), markdown: await of('text/markdown'), csv: await of('text/csv'), copied,
        list: await (await fetch('/v1/reports.csv?ticket=ACME-4711')).text() };";

/// JSON and Markdown hold the whole report, the tables its verdicts; copied is what would be saved. `whole`: the API's answer.
pub(super) async fn is_what_the_api_tells(page: Page<'_>, whole: &Value) -> Result<()> {
    let told = hands(page, TAKEN).await?;
    let text = |name: &str| told[name].as_str().unwrap_or_default();
    let report = &whole["report"];
    let json: Value = serde_json::from_str(text("json"))?;
    ensure!(json == *report, "JSON is another report");
    let fenced = text("markdown").split("```json\n").nth(1);
    let fenced = fenced.and_then(|rest| rest.split("\n```").next());
    let fenced: Value = serde_json::from_str(fenced.context("Markdown holds no JSON")?)?;
    ensure!(fenced == *report, "Markdown holds another report");
    for form in ["json", "markdown"] {
        let copied = told["copied"].as_array().into_iter().flatten();
        ensure!(
            copied.clone().any(|one| one == &told[form]),
            "{form} is copied otherwise than it is saved"
        );
    }
    let mut lines = text("csv").split("\r\n");
    let columns: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let at = |name: &str| columns.iter().position(|column| *column == name);
    let (method, verdict) = (at("method"), at("verdict"));
    let rows: Vec<Value> = lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let cell = |at: Option<usize>| at.and_then(|at| cells.get(at).copied());
            json!([cells.first(), cell(method), cell(verdict)])
        })
        .collect();
    let methods = report["methods"].as_array().into_iter().flatten();
    let expected: Vec<Value> = methods
        .map(|one| json!([whole["number"], one["method"], one["verdict"]]))
        .collect();
    ensure!(rows == expected, "the table says {}", text("csv"));
    let line = text("list").lines().nth(1).unwrap_or_default();
    for said in ["number", "ticket", "result", "firstCause", "id"] {
        let value = whole[said].as_str().unwrap_or_default();
        ensure!(
            !value.is_empty() && line.split(',').any(|cell| cell == value),
            "the list does not say {said} {value}: {line}"
        );
    }
    Ok(())
}

/// The case holds the customer's bytes and the mark, and is judged again as it was.
pub(super) async fn is_a_golden_case(page: Page<'_>, whole: &Value, shown: &str) -> Result<()> {
    let told = page
        .browser()
        .run_async(
            "const { href } = [...document.querySelectorAll('a[download]')].find((one) => one.textContent === 'As a golden case');
            const bytes = new Uint8Array(await (await fetch(href)).arrayBuffer());
            return btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(''));",
            SOON,
        )
        .await?;
    let files = unzipped(&STANDARD.decode(told.as_str().unwrap_or_default())?)?;
    let file = |end: &str| {
        let mut named = files.iter().filter(|(name, _)| name.ends_with(end));
        named
            .next()
            .map(|(_, bytes)| bytes)
            .with_context(|| format!("the case has no {end}"))
    };
    let mut packed = String::new();
    GzDecoder::new(&file(".json.gz")?[..]).read_to_string(&mut packed)?;
    ensure!(packed == shown, "the case is not what came");
    let words = String::from_utf8_lossy(file("case.md")?).into_owned();
    ensure!(
        words.contains("**fixed-by**") && words.contains("Version 13 is answered"),
        "{words}"
    );
    let judged = again(serde_json::from_str(&packed)?).context("it has no evidence")?;
    let judged = json!(judged);
    let codes = |report: &Value| {
        let findings = report["findings"].as_array().into_iter().flatten();
        findings.map(|one| one["code"].clone()).collect::<Vec<_>>()
    };
    ensure!(
        codes(&judged) == codes(&whole["report"]) && !codes(&judged).is_empty(),
        "judged again it is {:?}",
        codes(&judged)
    );
    Ok(())
}

/// The files of a ZIP archive in their order (APPNOTE 4.3.7), stored or deflated.
fn unzipped(mut archive: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    while let Some(header) = archive.strip_prefix(b"PK\x03\x04") {
        let number = |at: usize, bytes: usize| -> Result<usize> {
            let part = header.get(at..at + bytes).context("a header is cut off")?;
            Ok(part
                .iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
        };
        let (method, packed, name, extra) = (
            number(4, 2)?,
            number(14, 4)?,
            number(22, 2)?,
            number(24, 2)?,
        );
        let begins = 26 + name + extra;
        let content = header
            .get(begins..begins + packed)
            .context("a file is cut off")?;
        let mut bytes = Vec::new();
        match method {
            0 => bytes.extend_from_slice(content),
            8 => drop(DeflateDecoder::new(content).read_to_end(&mut bytes)?),
            _ => anyhow::bail!("packed by {method}"),
        }
        let name = String::from_utf8_lossy(&header[26..26 + name]).into_owned();
        files.push((name, bytes));
        archive = &header[begins + packed..];
    }
    Ok(files)
}

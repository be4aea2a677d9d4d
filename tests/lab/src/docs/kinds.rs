//! Every block is of a kind that somebody proves, and those that need neither browser nor compiler are proved here.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;
use serde_json::Value;

use super::blocks::{self, Block};
use super::scene;
use crate::checks::docs::PAGES;
use crate::lab::{checkout, documented};

/// The example that pages quote from.
const EXAMPLE: &str = "docs/report-example.json";

pub(super) fn all() -> Result<Vec<Block>> {
    blocks::all(&checkout())
}

/// The blocks of some kinds that nobody puts into a file on a walk.
fn of(kinds: &[&str]) -> Result<Vec<Block>> {
    let mut all = all()?;
    all.retain(|block| kinds.contains(&block.kind.as_str()) && !block.says("file"));
    Ok(all)
}

pub(super) fn file(name: &str) -> Result<String> {
    fs::read_to_string(checkout().join(name)).with_context(|| format!("cannot read {name}"))
}

/// Who proves a block; an error names one that nobody does.
fn proof(block: &Block) -> Result<&'static str> {
    let clauses: &[&str] = match block.kind.as_str() {
        _ if block.says("file") => &["file", "after", "before", "instead"],
        "html" | "js" | "css" | "jsx" if block.says("from") => &["from"],
        "html" | "js" | "css" => &scene::CLAUSES,
        "nginx" | "haproxy" | "caddyfile" => &["name"],
        "sh" => &["walk", "fails", "name"],
        "json" => &["in"],
        "http" => &["name"],
        "ts" | "rust" => &[],
        kind => anyhow::bail!("{}: nobody proves a block of “{kind}”", block.at()),
    };
    for (name, _) in &block.clauses {
        ensure!(
            clauses.contains(&name.as_str()),
            "{}: {} has no clause “{name}”",
            block.at(),
            block.kind
        );
    }
    Ok(match block.kind.as_str() {
        _ if block.says("file") => "walk",
        "html" | "js" | "css" if scene::runs(block) => "browser",
        "nginx" | "haproxy" | "caddyfile" => "lab",
        _ => "here",
    })
}

#[test]
fn every_block_is_proved_by_somebody() -> Result<()> {
    let all = all()?;
    assert!(all.len() > 50, "{} blocks", all.len());
    for block in &all {
        let by = proof(block)?;
        let page = block.page.as_str();
        let opened = by != "browser" || PAGES.contains(&page);
        assert!(opened, "{}: no check opens {page}", block.at());
    }
    for page in PAGES {
        assert!(!scene::scenes(&all, page)?.is_empty(), "{page}");
    }
    for (text, named) in [
        ("```\nls\n```\n", "“”"),
        ("```python\n1\n```\n", "“python”"),
        (
            "<!-- docs: expects 1 -->\n```json\n1\n```\n",
            "no clause “expects”",
        ),
    ] {
        let block = &blocks::of("docs/x.md", text)?[0];
        let said = format!("{:#}", proof(block).expect_err(text));
        assert!(said.contains(named), "{said}");
    }
    Ok(())
}

#[test]
fn what_is_quoted_from_a_file_stands_there() -> Result<()> {
    for block in all()?.iter().filter(|block| block.says("from")) {
        let from = block.clause("from").unwrap_or_default();
        assert!(
            file(from)?.contains(&block.text),
            "{} is not in {from}",
            block.at()
        );
    }
    Ok(())
}

/// A part of a value: objects may lack members, all else is the same.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(name, value)| whole.get(name).is_some_and(|other| is_part(value, other))),
        _ => part == whole,
    }
}

#[test]
fn reports_are_valid_and_what_is_quoted_of_them_is_true() -> Result<()> {
    let example: Value = serde_json::from_str(&file(EXAMPLE)?)?;
    let schema: Value = serde_json::from_str(&file("www/report.schema.json")?)?;
    let schema = jsonschema::validator_for(&schema)?;
    let wrong: Vec<String> = schema
        .iter_errors(&example)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for block in of(&["json"])? {
        let value: Value = serde_json::from_str(&block.text).with_context(|| block.at())?;
        let place = block
            .clause("in")
            .with_context(|| format!("{}: in what?", block.at()))?;
        let whole = example.pointer(place).with_context(|| block.at())?;
        assert!(
            is_part(&value, whole),
            "{}: the example has {whole}",
            block.at()
        );
    }
    Ok(())
}

#[test]
fn policies_are_those_of_readme() -> Result<()> {
    let blocks = of(&["http"])?;
    let texts: BTreeSet<&str> = blocks.iter().map(|block| block.text.as_str()).collect();
    let readme: BTreeSet<&str> = blocks
        .iter()
        .filter(|block| block.page == "README.md")
        .map(|block| block.text.as_str())
        .collect();
    assert_eq!(texts, readme);
    assert_eq!(readme.len(), 2);
    Ok(())
}

/// Each is what a scenario runs, with the server as the page starts it.
#[test]
fn configurations_are_what_scenarios_run() -> Result<()> {
    let run = documented()?;
    let blocks = all()?;
    let mut seen = BTreeSet::new();
    for block in of(&["nginx", "haproxy", "caddyfile"])? {
        let name = block
            .clause("name")
            .with_context(|| format!("{} has no name", block.at()))?;
        seen.insert((block.page.clone(), name.to_owned()));
        let mut of_block = run
            .iter()
            .filter(|one| one.page == block.page && one.block == name);
        let first = of_block.next();
        assert!(first.is_some(), "{}: no scenario runs “{name}”", block.at());
        let server = blocks
            .iter()
            .find(|one| one.kind == "sh" && one.clause("name") == Some(&format!("server-{name}")));
        let server =
            server.with_context(|| format!("no block “server-{name}” starts the server"))?;
        let command = server.text.trim().replace("app.example", "probe.test");
        for one in first.into_iter().chain(of_block) {
            let words: Vec<&str> = one
                .server
                .iter()
                .filter(|word| !word.starts_with("--outside-in-ca="))
                .flat_map(|word| word.split('='))
                .collect();
            assert_eq!(
                command,
                format!("pushcheck-server {}", words.join(" ")),
                "{}",
                one.scenario
            );
        }
    }
    let used: BTreeSet<_> = run
        .iter()
        .map(|one| (one.page.clone(), one.block.clone()))
        .collect();
    assert_eq!(used, seen);
    Ok(())
}

/// What a parser says against a script; `None`: nothing.
fn complaint(kind: &str, text: &str) -> Option<String> {
    let source = match kind {
        "ts" => SourceType::ts(),
        "jsx" => SourceType::jsx(),
        _ => SourceType::mjs(),
    };
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source).parse();
    parsed.diagnostics.iter().next().map(ToString::to_string)
}

#[test]
fn scripts_can_be_parsed() -> Result<()> {
    for block in of(&["js", "ts", "jsx"])? {
        // An excerpt may begin in the middle: the file that it is from is built.
        if !block.says("from") {
            assert_eq!(complaint(&block.kind, &block.text), None, "{}", block.at());
        }
    }
    assert!(complaint("js", "const a: number = 1;").is_some());
    assert!(complaint("ts", "const a: = 1;").is_some());
    Ok(())
}

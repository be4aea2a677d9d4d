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

fn all() -> Result<Vec<Block>> {
    blocks::all(&checkout())
}

/// The blocks of some kinds that nobody puts into a file on a walk.
fn of(kinds: &[&str]) -> Result<Vec<Block>> {
    let mut all = all()?;
    all.retain(|block| kinds.contains(&block.kind.as_str()) && !block.says("file"));
    Ok(all)
}

fn file(name: &str) -> Result<String> {
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

/// The words between backquotes.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Result<&'a str> {
    let (_, rest) = text.split_once(from).with_context(|| from.to_owned())?;
    let (inside, _) = rest.split_once(to).with_context(|| to.to_owned())?;
    Ok(inside)
}

#[test]
fn nothing_of_the_surface_is_left_out() -> Result<()> {
    let declared = file("www/push-check.d.ts")?;
    let (options, events, theming) = (
        file("docs/options.md")?,
        file("docs/events.md")?,
        file("docs/theming.md")?,
    );
    let attributes = quoted(between(&declared, "* Attributes:", "* Events")?);
    let members = between(
        &declared,
        "export class PushCheck extends HTMLElement {",
        "\n}",
    )?;
    let members = members
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with(['/', '*']));
    let members = members.filter_map(|line| {
        line.trim_start_matches("readonly ")
            .split(['(', ':', '?'])
            .next()
    });
    let parse = file("src/face/options/parse.rs")?;
    let need = file("src/face/options/need.rs")?;
    let lists = [
        between(&parse, "const FIELDS", "];")?,
        between(&parse, "const ENDPOINT_FIELDS", "];")?,
        between(&need, "const FIELDS", "];")?,
    ];
    let fields = lists
        .iter()
        .flat_map(|list| list.split('"').skip(1).step_by(2));
    let presets = pushcheck::advice::Need::PRESETS
        .iter()
        .map(|preset| preset.0);
    let said = quoted(&options);
    let is_said = |word: &str| {
        said.iter()
            .any(|said| said.split(['(', ' ']).next() == Some(word))
    };
    // What stands in brackets of the declaration are values, and the files that it speaks of.
    let attributes = attributes.into_iter().filter(|word| !word.contains('.'));
    for word in attributes
        .chain(members)
        .chain(fields)
        .chain(presets)
        .filter(|word| !word.is_empty())
    {
        assert!(is_said(word), "docs/options.md says nothing of “{word}”");
    }
    for name in ["start", "progress", "report", "end"] {
        assert!(
            quoted(&events).contains(format!("pushcheck-{name}").as_str()),
            "{name}"
        );
    }
    for reason in between(&declared, "export type Reason =", ";")?
        .split('"')
        .skip(1)
        .step_by(2)
    {
        assert!(
            quoted(&events).contains(reason),
            "docs/events.md says nothing of “{reason}”"
        );
    }
    let mut looks = quoted(between(&declared, "* Parts:", "*/")?);
    looks.extend(quoted(between(&declared, "* Slots:", "Without a name")?));
    for part in looks {
        assert!(
            quoted(&theming).contains(part),
            "docs/theming.md says nothing of “{part}”"
        );
    }
    for custom in quoted(between(&declared, "* Custom properties", "* Parts:")?) {
        let custom = format!("--push-check{}", custom.trim_start_matches("--push-check"));
        assert!(
            quoted(&theming).contains(custom.as_str()),
            "docs/theming.md says nothing of “{custom}”"
        );
    }
    Ok(())
}

/// The values of custom properties in the page's table are those of the style sheet.
#[test]
fn colours_are_as_they_are_told() -> Result<()> {
    let style = file("www/style.js")?;
    let (light, dark) = style.split_once("[data-dark] {").context("dark")?;
    let (dark, _) = dark.split_once("\n}").context("dark")?;
    let value = |sheet: &str, name: &str| -> Option<String> {
        let (_, rest) = sheet.split_once(&format!("var({name}, "))?;
        Some(rest.split_once(')')?.0.to_owned())
    };
    for row in file("docs/theming.md")?
        .lines()
        .filter(|line| line.starts_with("| `--push-check-"))
    {
        let cells: Vec<&str> = row
            .split(" | ")
            .map(|cell| cell.trim_matches(['|', ' ']))
            .collect();
        let words = |cell: &str| {
            cell.split(", `")
                .map(|word| word.trim_matches('`').to_owned())
                .collect::<Vec<_>>()
        };
        let several = cells[0].contains(", ");
        let pick = |cell: &str| {
            if several {
                words(cell)
            } else {
                vec![cell.trim_matches('`').to_owned()]
            }
        };
        for (at, name) in words(cells[0]).iter().enumerate() {
            assert_eq!(
                value(light, name).as_ref(),
                pick(cells[2]).get(at),
                "{name}"
            );
            match cells[3] {
                "the same" => assert_eq!(value(dark, name), None, "{name}"),
                told => assert_eq!(value(dark, name).as_ref(), pick(told).get(at), "{name}"),
            }
        }
    }
    Ok(())
}

/// What a heading is called in a link: as GitHub makes it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The lines of a page outside its blocks of code.
fn prose(text: &str) -> String {
    text.split("\n```").step_by(2).collect()
}

#[test]
fn links_lead_to_files_and_headings_that_are_there() -> Result<()> {
    let pages: BTreeSet<String> = all()?.into_iter().map(|block| block.page).collect();
    let mut pages: Vec<String> = pages.into_iter().collect();
    pages.push("docs/README.md".to_owned());
    let mut count = 0;
    for page in &pages {
        let folder = checkout().join(page);
        let folder = folder.parent().context("a page lies in a folder")?;
        for link in prose(&file(page)?).split("](").skip(1) {
            let (link, _) = link
                .split_once(')')
                .with_context(|| format!("{page}: {link}"))?;
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            count += 1;
            let (name, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match name {
                "" => checkout().join(page),
                name => folder.join(name),
            };
            assert!(target.exists(), "{page}: {link} leads nowhere");
            if heading.is_empty() {
                continue;
            }
            let text = fs::read_to_string(&target).with_context(|| link.to_owned())?;
            let there = prose(&text);
            let there = there
                .lines()
                .filter(|line| line.starts_with('#'))
                .map(anchor);
            assert!(
                there.into_iter().any(|one| one == heading),
                "{page}: {link}: no such heading"
            );
        }
    }
    assert!(count > 40, "{count} links");
    Ok(())
}

/// Bounds, defaults and presets are those of the code.
#[test]
fn numbers_of_options_are_those_of_the_code() -> Result<()> {
    use pushcheck::advice::{Need, Often};
    use pushcheck::plan::budget;
    let page = file("docs/options.md")?;
    let row = |name: &str| {
        let mut rows = page
            .lines()
            .filter(|line| line.starts_with(&format!("| `{name}`")));
        rows.next().with_context(|| format!("no row “{name}”"))
    };
    let ms = |time: pushcheck::time::Micros| time.0 / 1000;
    let longest = ms(budget::RUNGS[0]);
    assert!(row("longestSilenceMs")?.ends_with(&format!("| {longest} | 0 to {longest} |")));
    let (least, usual, most) = (
        ms(budget::WATCH_LEAST),
        ms(budget::WATCH),
        ms(budget::WATCH_MOST),
    );
    assert!(row("watchMs")?.ends_with(&format!("| {usual} | {least} to {most} |")));
    let often = |often: Often| {
        serde_json::to_value(often).map(|word| format!("`{}`", word.as_str().unwrap_or_default()))
    };
    for (name, need) in Need::PRESETS {
        let told = row(name)?;
        let usual = Need::USUAL;
        let mut words = BTreeSet::new();
        for (field, own, other) in [
            ("uplink", need.uplink, usual.uplink),
            ("downlink", need.downlink, usual.downlink),
        ] {
            if own != other {
                words.extend([format!("`{field}`"), often(own)?]);
            }
        }
        if need.latency_ms != usual.latency_ms {
            words.extend(["`latencyMs`".to_owned(), need.latency_ms.to_string()]);
        }
        let cell = told
            .split(" | ")
            .nth(1)
            .context("a cell")?
            .trim_end_matches(" |");
        let said: BTreeSet<String> = cell
            .split([' ', ','])
            .filter(|word| !matches!(*word, "" | "and"))
            .map(str::to_owned)
            .collect();
        assert_eq!(said, words, "{name}");
    }
    Ok(())
}

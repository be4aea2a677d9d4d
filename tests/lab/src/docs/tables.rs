//! What the pages say in tables and links is what the code says: names, values, numbers, files.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};
use clap::CommandFactory;

use super::kinds::{all, file};
use crate::lab::checkout;

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

/// Every flag of the server that is not a limit is told somewhere, and the tables of flags know no other.
#[test]
fn flags_are_those_of_the_server() -> Result<()> {
    let command = pushcheck_server::Args::command();
    let own: Vec<_> = command
        .get_arguments()
        .filter(|flag| !flag.is_hide_set())
        .filter_map(|flag| Some((flag.get_long()?, flag.get_help_heading())))
        .collect();
    let mut told = BTreeSet::new();
    let mut in_tables = 0;
    for page in ["README.md", "docs/server.md", "docs/support.md"] {
        let text = file(page)?;
        let flags = text.split("--").skip(1).map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-');
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        told.extend(flags);
        for row in text.lines().filter(|line| line.starts_with("| `--")) {
            let name = row.trim_start_matches("| `--").split([' ', '`']).next();
            let is_known = own.iter().any(|(flag, _)| Some(*flag) == name);
            assert!(is_known, "{page}: there is no flag {name:?}");
            in_tables += 1;
        }
    }
    assert!(in_tables > 12, "{in_tables}");
    for (flag, heading) in own {
        let is_limit = heading == Some("Limits");
        assert!(
            is_limit || told.contains(flag),
            "nobody is told of --{flag}"
        );
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

//! What the pages know from elsewhere than the catalogue: the codes as they are declared, and the lab's scenarios.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// A code, where it is declared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declared {
    /// What it stands under.
    pub(super) group: String,
    /// The code.
    pub(super) code: String,
    /// Where it breaks what it breaks, the usual one first.
    pub(super) places: Vec<String>,
}

/// All codes of a source text, in its order.
pub(super) fn codes(source: &str) -> Result<Vec<Declared>> {
    let (_, list) = source
        .split_once("\ncodes! {\n")
        .context("no codes are declared")?;
    let (list, _) = list.split_once("\n}\n").context("the codes have no end")?;
    let (mut group, mut found) = (None, Vec::new());
    for line in list.lines().map(str::trim) {
        if line.starts_with("///") {
            continue;
        }
        if let Some(title) = line.strip_prefix("// ") {
            group = Some(title);
            continue;
        }
        let told = line.split_once(" = \"").and_then(|(_, rest)| {
            let (code, rest) = rest.split_once("\" at ")?;
            Some((code, rest.strip_suffix(',')?))
        });
        let (code, places) = told.with_context(|| format!("declares no code: {line}"))?;
        found.push(Declared {
            group: group.context("a code stands under nothing")?.to_owned(),
            code: code.to_owned(),
            places: places.split(' ').map(kebab).collect(),
        });
    }
    ensure!(!found.is_empty(), "no codes are declared");
    Ok(found)
}

fn kebab(name: &str) -> String {
    let mut made = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !made.is_empty() {
            made.push('-');
        }
        made.extend(letter.to_lowercase());
    }
    made
}

/// A network of the lab's with a known fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scenario {
    /// Its folder.
    pub(super) name: String,
    /// The first sentence about it.
    pub(super) title: String,
    /// The codes that the report may give, each of them right.
    pub(super) causes: Vec<String>,
    /// What breaks there: method, place and verdict.
    pub(super) broken: Vec<(String, String, String)>,
}

/// All scenarios of a folder that say where which cause breaks what.
pub(super) fn scenarios(folder: &Path) -> Result<Vec<Scenario>> {
    let mut names = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    names.sort();
    let mut found = Vec::new();
    for name in names {
        let file = folder.join(&name).join("scenario.toml");
        let told =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        found.extend(scenario(&name, &told));
    }
    Ok(found)
}

/// Of all that a scenario says the few lines that are needed here, each of them of one form.
fn scenario(name: &str, told: &str) -> Option<Scenario> {
    let about = told.split_once("about = \"")?.1;
    let about = match about.strip_prefix("\"\"") {
        Some(long) => long.split_once("\"\"\"")?.0,
        None => about.split_once("\"\n")?.0,
    };
    let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = about.split_inclusive(". ").next()?.trim_end().to_owned();
    let value =
        |line: &str, key: &str| Some(line.strip_prefix(key)?.strip_prefix(" = ")?.to_owned());
    let causes = told.lines().find_map(|line| value(line, "cause"))?;
    let verdict = |method: &str| {
        let verdict = told
            .lines()
            .find_map(|line| value(line, &format!("verdicts.{method}")));
        verdict.and_then(|verdict| quoted(&verdict).into_iter().next())
    };
    let broken = told.lines().filter_map(|line| {
        let (method, places) = line.strip_prefix("places.")?.split_once(" = ")?;
        let place = quoted(places).into_iter().next()?;
        let verdict = verdict(method).unwrap_or_else(|| "failed".into());
        Some((method.to_owned(), place, verdict))
    });
    let broken: Vec<_> = broken.filter(|(_, place, _)| place != "nowhere").collect();
    (!broken.is_empty()).then(|| Scenario {
        name: name.to_owned(),
        title,
        causes: quoted(&causes),
        broken,
    })
}

/// What stands in quotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Which scenario proves a code, if one does: this fault alone, rather than beside another.
pub(super) fn proof<'a>(scenarios: &'a [Scenario], code: &str) -> Option<&'a Scenario> {
    let of_it = scenarios
        .iter()
        .filter(|one| one.causes.iter().any(|cause| cause == code));
    of_it.min_by_key(|one| {
        let shared = code
            .split('-')
            .filter(|word| one.name.split('-').any(|other| other == *word));
        (
            one.causes.len(),
            one.name.starts_with("two-"),
            usize::MAX - shared.count(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Declared, Scenario, codes, proof, scenario};

    #[test]
    fn codes_are_read_where_they_are_declared() -> anyhow::Result<()> {
        let source = "x\ncodes! {\n    // Names.\n    /// One.\n    DnsFailure = \"dns-failure\" at WayOut Nowhere,\n}\n\nimpl X {}\n";
        assert_eq!(
            codes(source)?,
            [Declared {
                group: "Names.".into(),
                code: "dns-failure".into(),
                places: vec!["way-out".into(), "nowhere".into()],
            }]
        );
        assert!(codes("fn main() {}").is_err());
        Ok(())
    }

    #[test]
    fn a_scenario_tells_what_breaks_where() {
        let told = "about = \"\"\"\nOne thing\nbreaks. More of it.\n\"\"\"\n[expect]\ncause = [\"a-b\", \"c\"]\n\
            verdicts.web-socket = \"warning\"\nplaces.polling = \"nowhere\"\nplaces.web-socket = {truth = \"cut\"}\n";
        assert_eq!(
            scenario("s", told),
            Some(Scenario {
                name: "s".into(),
                title: "One thing breaks.".into(),
                causes: vec!["a-b".into(), "c".into()],
                broken: vec![("web-socket".into(), "cut".into(), "warning".into())],
            })
        );
        assert_eq!(scenario("s", "about = \"Whole.\"\n[expect]\n"), None);
    }

    #[test]
    fn the_scenario_of_one_fault_alone_and_of_a_like_name_proves_it() {
        let all = [("two-a-b", 1), ("x-b-c", 1), ("x-a-b", 1), ("a-b", 2)].map(|(name, causes)| {
            Scenario {
                name: name.into(),
                title: String::new(),
                causes: ["a-b", "c"][..causes]
                    .iter()
                    .map(|&cause| cause.into())
                    .collect(),
                broken: Vec::new(),
            }
        });
        assert_eq!(proof(&all, "a-b").map(|one| &*one.name), Some("x-a-b"));
        assert_eq!(proof(&all, "c").map(|one| &*one.name), Some("a-b"));
        assert_eq!(proof(&all, "d"), None);
    }
}

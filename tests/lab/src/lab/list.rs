//! `lab list`: the scenarios in a line each.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::{folders, scenario};

/// Names every scenario and what it breaks
#[derive(Debug, Args)]
pub(super) struct List {
    /// A folder of scenarios, or one scenario, in place of the project's own (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Vec<PathBuf>,
}

/// The folders that are meant: the project's own unless others are named.
pub(super) fn folders_of(named: &[PathBuf]) -> Vec<PathBuf> {
    if named.is_empty() {
        vec![folders::scenarios()]
    } else {
        named.to_vec()
    }
}

pub(super) fn command(list: &List) -> Result<()> {
    let all = scenario::all(&folders_of(&list.scenarios))?;
    let width = all
        .iter()
        .map(|scenario| scenario.name.chars().count())
        .max()
        .unwrap_or(0);
    let lines: Vec<String> = all
        .iter()
        .map(|scenario| {
            let about = scenario.about.split_whitespace().collect::<Vec<_>>();
            format!(
                "{:width$}  {}",
                scenario.name,
                first_sentence(&about.join(" "))
            )
        })
        .collect();
    super::cells::print(&(lines.join("\n") + "\n"))
}

/// Up to the first full stop that ends a word.
fn first_sentence(text: &str) -> &str {
    text.find(". ")
        .and_then(|end| text.get(..=end))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn the_first_sentence_is_the_title() {
        assert_eq!(
            first_sentence("nginx speaks HTTP/1.0. Then it drops."),
            "nginx speaks HTTP/1.0."
        );
        assert_eq!(first_sentence("only one"), "only one");
    }
}

//! A remedy of the catalogue, applied to the broken file of a scenario: the page's own text, as the smallest change.

mod merge;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use similar::TextDiff;

use super::template::Values;
use merge::{Anchor, merged};

/// Which remedy cures a scenario, and where its lines go in the file that is broken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Fixed {
    /// The code of the finding that it is a remedy of.
    pub(crate) code: String,
    /// The product that it is for.
    pub(crate) product: String,
    /// Whose it is to change: `site` or `network`.
    #[serde(default = "site")]
    pub(crate) side: String,
    /// The broken file.
    pub(crate) file: String,
    /// Where lines of each context go: the first line of a block, "before LINE", "instead of LINE", or "end".
    pub(crate) at: BTreeMap<String, String>,
    /// What the reader fills in.
    #[serde(default)]
    pub(crate) values: BTreeMap<String, String>,
    /// The lines that the page must show, no others; default: not compared.
    pub(crate) lines: Option<Vec<String>>,
}

fn site() -> String {
    "site".to_owned()
}

/// What became of a file.
pub(crate) struct Change {
    /// The whole new text.
    pub(crate) text: String,
    /// The difference, for people.
    pub(crate) diff: String,
}

impl Fixed {
    /// Of what the page shows for its findings, the block that this is about.
    ///
    /// # Errors
    /// The finding is not there, or has no such remedy, or other lines than are meant.
    fn block<'a>(&self, shown: &'a Value) -> Result<&'a Value> {
        let list = |value: &'a Value| value.as_array().into_iter().flatten();
        let of_code = |one: &&Value| one["code"] == self.code.as_str();
        let finding = list(shown)
            .find(of_code)
            .with_context(|| format!("there is no finding {}", self.code))?;
        let block = list(&finding["blocks"])
            .find(|one| {
                one["product"] == self.product.as_str() && one["side"] == self.side.as_str()
            })
            .with_context(|| format!("{} has no remedy for {}", self.code, self.product))?;
        if let Some(meant) = &self.lines {
            let parts = list(&block["parts"]).flat_map(|part| list(&part["lines"]));
            let lines: Vec<_> = parts.filter_map(Value::as_str).collect();
            ensure!(&lines == meant, "the page shows {lines:?}, not {meant:?}");
        }
        Ok(block)
    }

    /// The broken text with the remedy in it.
    ///
    /// # Errors
    /// The page does not show it, or it does not fit into the text.
    pub(crate) fn apply(&self, shown: &Value, broken: &str, values: &Values) -> Result<Change> {
        let block = self.block(shown)?;
        let mut text = broken.to_owned();
        for part in block["parts"].as_array().into_iter().flatten() {
            let context = part["in"].as_str().unwrap_or_default();
            let at = self.at.get(context);
            let at = values.fill(at.with_context(|| format!("at: where does {context} go?"))?)?;
            let lines = part["lines"].as_array().into_iter().flatten();
            let lines: Vec<String> = lines
                .filter_map(Value::as_str)
                .map(|line| self.filled(line, values))
                .collect::<Result<_>>()?;
            text = merged(&text, &lines, &Anchor::of(&at), &self.product)
                .with_context(|| format!("{}: {context}", self.file))?;
        }
        ensure!(
            text != broken,
            "the remedy changes nothing in {}",
            self.file
        );
        let name = &self.file;
        let diff = TextDiff::from_lines(broken, &text);
        let diff = diff
            .unified_diff()
            .context_radius(2)
            .header(name, name)
            .to_string();
        Ok(Change { text, diff })
    }

    fn filled(&self, line: &str, values: &Values) -> Result<String> {
        let mut filled = line.to_owned();
        for (name, value) in &self.values {
            filled = filled.replace(&format!("{{{name}}}"), &values.fill(value)?);
        }
        Ok(filled)
    }
}

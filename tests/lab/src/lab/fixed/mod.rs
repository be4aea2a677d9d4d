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
            let value = values.fill(value)?;
            filled = filled.replace(&format!("{{{name}}}"), &value);
            filled = filled.replace(&format!("<{name}>"), &value);
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::super::folders::{checkout, scenarios};
    use super::super::scenario::all;
    use super::*;

    /// What the lab can run with a configuration of its own.
    const HAS: [&str; 9] = [
        "nginx",
        "apache",
        "haproxy",
        "varnish",
        "caddy",
        "squid",
        "tinyproxy",
        "mitmproxy",
        "nftables",
    ];

    #[test]
    fn every_remedy_of_a_product_that_the_lab_has_cures_a_scenario() -> Result<()> {
        let table = fs::read_to_string(checkout().join("www/catalogue/remedies.json"))?;
        let table: Value = serde_json::from_str(&table)?;
        let mut remedies = BTreeSet::new();
        for (code, sides) in table["causes"].as_object().context("causes")? {
            for (side, products) in sides.as_object().context("sides")? {
                let products = products.as_object().context("products")?.keys();
                let has = products.filter(|product| HAS.contains(&product.as_str()));
                remedies.extend(has.map(|product| format!("{code} {side} {product}")));
            }
        }
        let scenarios = all(&[scenarios()])?;
        let proved = scenarios.iter().flat_map(|scenario| &scenario.fixed);
        let proved = proved.map(|fixed| format!("{} {} {}", fixed.code, fixed.side, fixed.product));
        assert_eq!(remedies, proved.collect());
        Ok(())
    }

    #[test]
    fn what_the_page_shows_must_be_what_is_meant() -> Result<()> {
        let fixed: Fixed = toml::from_str(
            "code = \"a\"\nproduct = \"nginx\"\nfile = \"n\"\nat = {\"nginx/location\" = \"location / {\"}\nlines = [\"x {v};\"]\nvalues = {v = \"1\"}",
        )?;
        let shown = |lines: &[&str]| {
            serde_json::json!([{"code": "a", "blocks": [{"side": "site", "product": "nginx",
                "parts": [{"in": "nginx/location", "lines": lines}]}]}])
        };
        let broken = "location / {\n    y;\n}\n";
        let values = Values::default();
        let change = fixed.apply(&shown(&["x {v};"]), broken, &values)?;
        assert_eq!(change.text, "location / {\n    y;\n    x 1;\n}\n");
        assert!(change.diff.contains("+    x 1;"), "{}", change.diff);
        let said = |shown: &Value, broken: &str| {
            let error = fixed.apply(shown, broken, &values).err();
            error.map_or_else(String::new, |error| format!("{error:#}"))
        };
        assert!(said(&shown(&["z;"]), broken).contains("not [\"x {v};\"]"));
        assert!(said(&serde_json::json!([]), broken).contains("no finding a"));
        assert!(said(&shown(&["x {v};"]), &change.text).contains("changes nothing"));
        assert!(said(&shown(&["x {v};"]), "server {\n}\n").contains("no line"));
        Ok(())
    }
}

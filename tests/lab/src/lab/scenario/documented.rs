//! Blocks of the documentation in a scenario's files: what stands on the page is what runs.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::docs::blocks;
use crate::lab::folders::checkout;
use crate::lab::template::Values;

/// A block of a page, as a name in the scenario's templates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Documented {
    /// The name in templates.
    pub(crate) name: String,
    /// The page, from the checkout on.
    pub(crate) page: String,
    /// The block's own name there.
    pub(crate) block: String,
    /// What the reader fills in: names, addresses, files.
    #[serde(default)]
    pub(crate) values: BTreeMap<String, String>,
}

impl Documented {
    /// The block's own text.
    ///
    /// # Errors
    /// There is none of that name on the page.
    pub(crate) fn text(&self) -> Result<String> {
        let all = blocks::all(&checkout())?;
        let found = all
            .into_iter()
            .find(|block| block.page == self.page && block.clause("name") == Some(&self.block));
        let found =
            found.with_context(|| format!("{} has no block “{}”", self.page, self.block))?;
        Ok(found.text)
    }

    /// The text with what the reader fills in.
    ///
    /// # Errors
    /// There is no such block, or nothing to fill in where something is said.
    pub(crate) fn filled(&self, values: &Values) -> Result<String> {
        let mut text = self.text()?;
        // The longest first: one may stand in another.
        let mut pairs: Vec<_> = self.values.iter().collect();
        pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        for (from, to) in pairs {
            ensure!(
                text.contains(from.as_str()),
                "“{from}” does not stand in {}",
                self.block
            );
            text = text.replace(from.as_str(), &values.fill(to)?);
        }
        Ok(text)
    }
}

/// A block that a scenario of the project runs, and how it starts the server.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Run {
    /// The scenario.
    pub(crate) scenario: String,
    /// The page.
    pub(crate) page: String,
    /// The block.
    pub(crate) block: String,
    /// The server's flags, each as one word.
    pub(crate) server: Vec<String>,
}

/// All of the project's own scenarios.
#[cfg(test)]
pub(crate) fn run() -> Result<Vec<Run>> {
    let all = super::all(&[crate::lab::folders::scenarios()])?;
    let each = |scenario: super::Scenario| {
        let listen = scenario
            .server
            .listen
            .iter()
            .map(|at| format!("--listen={at}"));
        let server: Vec<String> = listen
            .chain(scenario.server.flags.iter().cloned())
            .collect();
        let of = |one: &Documented| Run {
            scenario: scenario.name.clone(),
            page: one.page.clone(),
            block: one.block.clone(),
            server: server.clone(),
        };
        scenario.documented.iter().map(of).collect::<Vec<_>>()
    };
    Ok(all.into_iter().flat_map(each).collect())
}

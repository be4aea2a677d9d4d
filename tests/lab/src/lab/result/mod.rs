//! Outcomes: kept, so that only what is missing is run, and shown.

mod html;
mod key;
mod store;
mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cell::View;
use super::judge::{Found, Judgement, Outcome};
use super::scenario::Expected;

pub(crate) use html::matrix;
pub(crate) use key::Keys;
pub(crate) use store::Store;
pub(crate) use table::{line, table};

/// The outcome of one cell, as it stands in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// What it was made from.
    pub(crate) key: String,
    /// The scenario.
    pub(crate) scenario: String,
    /// What it breaks.
    pub(crate) about: String,
    /// The browser.
    pub(crate) browser: String,
    /// The seed.
    pub(crate) seed: u64,
    /// The page that was opened.
    pub(crate) page: View,
    /// In a word.
    pub(crate) outcome: Judgement,
    /// What the report should say.
    pub(crate) expected: Expected,
    /// What it says.
    pub(crate) found: Option<Found>,
    /// Everything in which it is wrong.
    pub(crate) wrong: Vec<String>,
    /// Why it was not run.
    pub(crate) reason: Option<String>,
    /// How long the cell took.
    pub(crate) seconds: f64,
    /// The report's file.
    pub(crate) report: Option<String>,
    /// What the seed decided.
    pub(crate) drawn: BTreeMap<String, String>,
    /// The browser, by its own words.
    pub(crate) version: Option<String>,
}

impl Record {
    /// Adds what became of the cell.
    pub(crate) fn with(self, outcome: Outcome) -> Self {
        Self {
            outcome: outcome.judgement,
            found: outcome.found,
            wrong: outcome.wrong,
            reason: outcome.reason,
            drawn: outcome.drawn,
            version: outcome.version,
            ..self
        }
    }
}

#[cfg(test)]
pub(super) fn sample(scenario: &str, outcome: Outcome) -> Record {
    use super::scenario::Expect;
    use crate::browser::Browser;

    let expect: Expect = toml::from_str("").expect("well-formed");
    let blank = Record {
        key: format!("key of {scenario}"),
        scenario: scenario.to_owned(),
        about: "It breaks <something>.".to_owned(),
        browser: "chromium".to_owned(),
        seed: 7,
        page: View::Clean,
        outcome: Judgement::NotRun,
        expected: expect.of(Browser::Chromium),
        found: None,
        wrong: Vec::new(),
        reason: None,
        seconds: 6.5,
        report: None,
        drawn: BTreeMap::new(),
        version: None,
    };
    blank.with(outcome)
}

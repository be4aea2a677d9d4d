//! `lab calibrate`: whether findings keep what their strengths promise.
//!
//! Cells whose report is kept are judged by today's rules, from the evidence in it; the others are run. So a change of a rule
//! costs seconds, and a calibration that was stopped goes on.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use pushcheck::report::Report;
use pushcheck_server::Schema;

use super::cell::{LOGGED, REPORT, Strain, View};
use super::cells::{self, Asked, How};
use super::judge::{Named, Said, causes};
use super::run::Browsers;
use super::scenario::{self, Causes};
use super::{jail, list};
use crate::browser::Browser;
use crate::replay;

/// Fewer proved findings say nothing about their promise.
const ENOUGH: u64 = 300;

/// Counts how often causes are named rightly, by strength and by code
///
/// Exits with 1 when a proved finding is wrong.
#[derive(Debug, Args)]
pub(super) struct Calibrate {
    /// Names of scenarios; none means all
    #[arg(value_name = "SCENARIO")]
    names: Vec<String>,
    /// The browser (repeatable); default: chromium and firefox
    #[arg(long, value_enum)]
    browser: Vec<Browsers>,
    /// That many seeds in a row
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// Runs nothing: judges the reports that are kept
    #[arg(long, conflicts_with = "fresh")]
    kept: bool,
    #[command(flatten)]
    how: How,
}

impl Calibrate {
    fn asked(&self) -> Result<Vec<Asked>> {
        let all = scenario::all(&list::folders_of(&self.how.scenarios))?;
        let mut browsers = Browsers::each(&self.browser, Browsers::Chromium);
        if self.browser.is_empty() {
            browsers.push(Browser::Firefox);
        }
        let first = self.how.seed();
        let mut asked = Vec::new();
        for scenario in scenario::chosen(all, &self.names)?
            .into_iter()
            .map(Arc::new)
        {
            for &browser in &browsers {
                for seed in first..first + self.seeds {
                    asked.push(Asked {
                        scenario: Arc::clone(&scenario),
                        browser,
                        seed,
                        page: View::Clean,
                        way: None,
                        strain: Strain::default(),
                        fixed: false,
                        client: None,
                        need: None,
                    });
                }
            }
        }
        Ok(asked)
    }
}

/// One of a cell's reports by today's rules; `None`: there is none that can be read.
fn judged(schema: &Schema, asked: &Asked, file: &str) -> Result<Option<(Said, Causes)>> {
    let file = asked.cell()?.keep.join(file);
    let Some(bytes) = fs::read(&file).ok() else {
        return Ok(None);
    };
    let Ok(report) = replay::read(schema, &bytes) else {
        return Ok(None);
    };
    let Some(today) = replay::again(&report) else {
        return Ok(None);
    };
    let truth = asked.scenario.expect.causes(asked.browser);
    let lane = lane(&asked.scenario.lane, &today);
    let said = causes(&truth, &lane, &serde_json::to_value(&today)?);
    Ok(Some((said, truth)))
}

/// The lane that is judged: what its name is drawn with only the report tells.
fn lane(pattern: &str, report: &Report) -> String {
    let (fixed, drawn) = pattern.split_once("{{").unwrap_or((pattern, ""));
    let mut lanes = report.lanes.iter().map(|lane| lane.id.as_str());
    let found = lanes.find(|id| id.starts_with(fixed) && !drawn.is_empty());
    found.unwrap_or(fixed).to_owned()
}

/// Runs what is missing, judges all, and prints the tables; `false`: a proved finding is wrong.
pub(super) async fn command(calibrate: &Calibrate) -> Result<bool> {
    let asked = calibrate.asked()?;
    let schema = Schema::new().context("the schema of reports")?;
    if !calibrate.kept {
        let mut missing = Vec::new();
        for one in &asked {
            let logs = one.scenario.expect.logged.contains_key(one.browser.name());
            let lacks = |file| anyhow::Ok(judged(&schema, one, file)?.is_none());
            if calibrate.how.fresh || lacks(REPORT)? || (logs && lacks(LOGGED)?) {
                missing.push(one.clone());
            }
        }
        let refused = jail::refusal()?;
        cells::run(&calibrate.how, missing, refused.as_deref(), "calibrate").await?;
    }
    let mut sums = Sums::default();
    for one in &asked {
        let name = format!("{} {} {}", one.scenario.name, one.browser.name(), one.seed);
        sums.add(&name, judged(&schema, one, REPORT)?);
        if one.scenario.expect.logged.contains_key(one.browser.name()) {
            sums.add_logged(&name, judged(&schema, one, LOGGED)?);
        }
    }
    cells::print(&sums.to_string())?;
    Ok(sums.wrong("proved") == 0 && sums.logged.2 == 0)
}

/// What was counted.
#[derive(Debug, Default)]
struct Sums {
    cells: u64,
    unread: u64,
    broken: u64,
    named: u64,
    first_right: u64,
    among: u64,
    proved: u64,
    /// Of reports that were handed a log of the browser's: all, those in which it proved a true cause, and wrong claims in
    /// them above `possible`.
    logged: (u64, u64, u64),
    /// Of cells in which nothing is broken, those with a finding.
    alarms: u64,
    whole: u64,
    /// By strength: right, wrong.
    strengths: BTreeMap<String, (u64, u64)>,
    /// By what is true and what is named first: how often.
    confusions: BTreeMap<(String, String), u64>,
    notes: Vec<String>,
}

impl Sums {
    fn add(&mut self, name: &str, judged: Option<(Said, Causes)>) {
        self.cells += 1;
        let Some((said, truth)) = judged else {
            self.unread += 1;
            return;
        };
        for Named {
            code,
            strength,
            right,
        } in &said.named
        {
            let sums = self.strengths.entry(strength.clone()).or_default();
            match right {
                true => sums.0 += 1,
                false => {
                    sums.1 += 1;
                    self.notes
                        .push(format!("{name}: {strength} {code} is not so"));
                }
            }
        }
        if !said.broken {
            self.whole += 1;
            self.alarms += u64::from(!said.named.is_empty());
            return;
        }
        self.broken += 1;
        let proved = |named: &Named| named.strength == "proved" && named.right;
        self.proved += u64::from(said.named.iter().any(proved));
        if !said.has_name {
            return;
        }
        self.named += 1;
        let right = said.first_is_right(&truth);
        self.first_right += u64::from(right);
        self.among += u64::from(right || said.among_rivals);
        let first = said.named.first();
        let first = first.map_or_else(|| "nothing".to_owned(), |named| named.code.clone());
        if !right {
            self.notes.push(format!(
                "{name}: {first} first, not {}",
                truth.first.join("|")
            ));
        }
        *self
            .confusions
            .entry((truth.first.join("|"), first))
            .or_default() += 1;
    }

    /// What the browser's own log made of a cell's report: counted for itself.
    fn add_logged(&mut self, name: &str, judged: Option<(Said, Causes)>) {
        self.logged.0 += 1;
        let named = judged.map(|(said, _)| said.named).unwrap_or_default();
        let proved = |named: &Named| named.strength == "proved" && named.right;
        self.logged.1 += u64::from(named.iter().any(proved));
        for named in named.iter().filter(|named| !named.right) {
            let Named { code, strength, .. } = named;
            self.logged.2 += u64::from(strength != "possible");
            self.notes
                .push(format!("{name}, with a log: {strength} {code} is not so"));
        }
    }

    fn wrong(&self, strength: &str) -> u64 {
        self.strengths.get(strength).map_or(0, |sums| sums.1)
    }
}

/// Part of all, %.
fn percent(part: u64, all: u64) -> f64 {
    part as f64 * 100.0 / all.max(1) as f64
}

/// The lower end of Wilson's interval of a share at 95 %, in %.
fn wilson(part: u64, all: u64) -> f64 {
    const Z: f64 = 1.96;
    if all == 0 {
        return 0.0;
    }
    let (n, share) = (all as f64, part as f64 / all as f64);
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    (middle - spread) / (1.0 + Z * Z / n) * 100.0
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |part: u64, all: u64| format!("{part} of {all} ({:.1} %)", percent(part, all));
        let mut text = String::new();
        for note in &self.notes {
            writeln!(text, "{note}")?;
        }
        writeln!(text, "\nnamed, by what is so")?;
        for ((truth, said), count) in &self.confusions {
            writeln!(text, "{count:>5}  {truth:<50}  {said}")?;
        }
        writeln!(text, "\nstrength    right  wrong")?;
        for (strength, (right, wrong)) in &self.strengths {
            let all = right + wrong;
            let bound = format!("at least {:.1} % (Wilson, 95 %)", wilson(*right, all));
            let enough = match strength == "proved" && all < ENOUGH {
                true => "; not enough to tell",
                false => "",
            };
            writeln!(
                text,
                "{strength:<10} {right:>6} {wrong:>6}  {bound}{enough}"
            )?;
        }
        writeln!(text)?;
        writeln!(
            text,
            "cells with a proved cause     {}",
            share(self.proved, self.broken)
        )?;
        writeln!(
            text,
            "of those that have a name     {}",
            share(self.proved, self.named)
        )?;
        writeln!(
            text,
            "proved with a browser's log   {}, {} wrong above possible",
            share(self.logged.1, self.logged.0),
            self.logged.2
        )?;
        writeln!(
            text,
            "first cause right             {}",
            share(self.first_right, self.named)
        )?;
        writeln!(
            text,
            "right, or among its rivals    {}",
            share(self.among, self.named)
        )?;
        writeln!(
            text,
            "alarms where nothing is wrong {}",
            share(self.alarms, self.whole)
        )?;
        writeln!(
            text,
            "cells without a report        {}",
            share(self.unread, self.cells)
        )?;
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_below_the_share_and_grows_with_the_count() {
        assert!((wilson(8, 10) - 49.0).abs() < 0.1);
        assert!(wilson(300, 300) > 98.7 && wilson(300, 300) < 98.8);
        assert!(wilson(0, 10).abs() < 0.1 && wilson(0, 0).abs() < 0.1);
    }

    #[test]
    fn what_is_named_is_counted_by_strength_and_by_what_is_so() {
        let truth = |broken| Causes {
            broken,
            first: vec!["dns-failure".to_owned()],
            also: Vec::new(),
        };
        let said = |broken, code: &str, right| Said {
            broken,
            has_name: broken,
            named: vec![Named {
                code: code.to_owned(),
                strength: "proved".to_owned(),
                right,
            }],
            among_rivals: false,
        };
        let mut sums = Sums::default();
        sums.add("a", Some((said(true, "dns-failure", true), truth(true))));
        sums.add("b", Some((said(true, "port-refused", false), truth(true))));
        sums.add(
            "c",
            Some((said(false, "port-refused", false), truth(false))),
        );
        sums.add("d", None);
        assert_eq!((sums.broken, sums.first_right, sums.proved), (2, 1, 1));
        assert_eq!((sums.alarms, sums.unread, sums.wrong("proved")), (1, 1, 2));
        let text = sums.to_string();
        assert!(text.contains("b: port-refused first, not dns-failure"));
        assert!(text.contains("not enough to tell"), "{text}");
    }
}

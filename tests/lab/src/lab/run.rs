//! `lab run`: scenarios, in the browsers and from the pages that are asked for.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::cell::{DIFF, Strain, View};
use super::cells::{self, Asked, How};
use super::jail;
use super::judge::Judgement;
use super::list;
use super::scenario::{self, Scenario};
use crate::browser::Browser;

/// Which browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Browsers {
    /// Chromium
    Chromium,
    /// Firefox
    Firefox,
    /// WebKitGTK's MiniBrowser
    Webkit,
    /// All three
    All,
}

impl Browsers {
    /// Each of those named once, in our order; none named: the default.
    pub(super) fn each(named: &[Self], default: Self) -> Vec<Browser> {
        let named = if named.is_empty() { &[default] } else { named };
        let meant = |browser: &Browser| {
            let own = match browser {
                Browser::Chromium => Self::Chromium,
                Browser::Firefox => Self::Firefox,
                Browser::Webkit => Self::Webkit,
            };
            named.contains(&own) || named.contains(&Self::All)
        };
        Browser::ALL.into_iter().filter(meant).collect()
    }
}

/// Which of a scenario's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Pages {
    /// A clean origin's page only
    Clean,
    /// The server's own page through the fault only
    Through,
    /// The clean one, and in Chromium the other too where it can load
    Both,
}

/// Runs scenarios and says which reports are right
///
/// Exits with 0 when every cell that ran is right, 1 when one is wrong, 2 when the lab itself could not. Outcomes are
/// kept: what was run with the same sources, scenario, browser and seed is not run again.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// Names of scenarios; `nginx-*` means all that begin so; none means all
    #[arg(value_name = "SCENARIO")]
    names: Vec<String>,
    /// The browser (repeatable); default: chromium, with --quick all
    #[arg(long, value_enum)]
    browser: Vec<Browsers>,
    /// Only what each scenario names as quick, from the clean page: every place once. A cell that could not be run is wrong
    /// then too, unless no cell can be made here
    #[arg(long, conflicts_with = "page")]
    quick: bool,
    /// Runs each with that many seeds in a row
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    repeat: u64,
    /// The page that embeds the widget
    #[arg(long, value_enum, default_value = "both")]
    page: Pages,
    /// Of those that the catalogue has a remedy for: applies the text that the page shows to the broken file, prints the
    /// difference, and runs again: nothing may be broken then
    #[arg(long, conflicts_with = "quick")]
    fixed: bool,
    #[command(flatten)]
    how: How,
}

impl Run {
    fn browsers(&self) -> Vec<Browser> {
        let default = match self.quick {
            true => Browsers::All,
            false => Browsers::Chromium,
        };
        Browsers::each(&self.browser, default)
    }

    /// Whether a cell may end so.
    fn allows(&self, outcome: Judgement, refused: bool) -> bool {
        match outcome {
            Judgement::Right => true,
            Judgement::Wrong => false,
            Judgement::NotRun => refused || !self.quick,
        }
    }

    /// Every cell that is meant, in order.
    fn asked(&self, chosen: Vec<Scenario>) -> Vec<Asked> {
        let first = self.how.seed();
        let mut asked = Vec::new();
        for scenario in chosen.into_iter().map(Arc::new) {
            if self.fixed && scenario.fixed.is_empty() {
                continue;
            }
            for browser in self.browsers() {
                if self.quick && !scenario.quick.contains(&browser) {
                    continue;
                }
                for seed in first..first + self.repeat {
                    for page in self.pages(&scenario, browser) {
                        asked.push(Asked {
                            scenario: Arc::clone(&scenario),
                            browser,
                            seed,
                            page,
                            way: None,
                            strain: Strain::default(),
                            fixed: self.fixed,
                            client: None,
                            need: None,
                        });
                    }
                }
            }
        }
        asked
    }

    fn pages(&self, scenario: &Scenario, browser: Browser) -> Vec<View> {
        let through = scenario.page.through;
        match self.page {
            _ if self.quick || self.fixed => vec![View::Clean],
            Pages::Clean => vec![View::Clean],
            Pages::Through if through => vec![View::Through],
            Pages::Through => Vec::new(),
            Pages::Both if through && browser == Browser::Chromium => {
                vec![View::Clean, View::Through]
            }
            Pages::Both => vec![View::Clean],
        }
    }
}

/// Runs; `false`: a cell is wrong.
pub(super) async fn command(run: &Run) -> Result<bool> {
    let all = scenario::all(&list::folders_of(&run.how.scenarios))?;
    let chosen = scenario::chosen(all, &run.names)?;
    let refused = jail::refusal()?;
    let asked = run.asked(chosen);
    let name = if run.fixed { "fixed" } else { "matrix" };
    let records = cells::run(&run.how, asked, refused.as_deref(), name).await?;
    for record in records.iter().filter(|_| run.fixed) {
        let folder = record
            .report
            .as_deref()
            .map(Path::new)
            .and_then(Path::parent);
        let diff = folder.and_then(|folder| fs::read_to_string(folder.join(DIFF)).ok());
        cells::print(&format!(
            "\n{} {}\n{}",
            record.scenario,
            record.browser,
            diff.unwrap_or_default()
        ))?;
    }
    let allowed = |outcome| run.allows(outcome, refused.is_some());
    Ok(records.iter().all(|record| allowed(record.outcome)))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Browser, Judgement, Run};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        run: Run,
    }

    fn run(words: &str) -> Run {
        let words = std::iter::once("run").chain(words.split_whitespace());
        Line::try_parse_from(words).expect("well-formed").run
    }

    #[test]
    fn browsers_are_named_or_meant() {
        assert_eq!(run("").browsers(), [Browser::Chromium]);
        assert_eq!(run("--quick").browsers(), Browser::ALL);
        let two = run("--browser webkit --browser chromium --browser webkit").browsers();
        assert_eq!(two, [Browser::Chromium, Browser::Webkit]);
    }

    #[test]
    fn what_could_not_be_run_passes_for_right_only_where_nobody_promised_it() {
        for (words, refused, allowed) in [
            ("", false, true),
            ("--quick", false, false),
            ("--quick", true, true),
        ] {
            let run = run(words);
            assert_eq!(run.allows(Judgement::NotRun, refused), allowed, "{words}");
            assert!(run.allows(Judgement::Right, refused));
            assert!(!run.allows(Judgement::Wrong, refused));
        }
    }
}

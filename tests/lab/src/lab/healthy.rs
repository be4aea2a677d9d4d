//! `lab healthy`: networks in which nothing is broken, far away and with losses, many in a row. No run may find anything.

use std::sync::Arc;

use anyhow::{Result, ensure};
use clap::Args;
use pushcheck::report::Mode;

use super::cell::{Strain, View, Way};
use super::cells::{self, Asked, How};
use super::judge::Judgement;
use super::run::Browsers;
use super::scenario::{self, Scenario};
use super::{draw, jail, list};
use crate::browser::Browser;

/// Runs networks without a fault over long and lossy ways: whatever is found there is wrong
///
/// Drawn by the seed, round trips take 20 to 300 ms more, and up to 80 ms longer from one to the next; up to 30 of 1000 packets
/// are lost each way, and 1 to 20 Mbit pass in a second. In every fourth run the browser has half of one processor,
/// in every third the page a busy client of its own. Exits as `lab run` does, and keeps outcomes as it does; a cell that could
/// not be run is wrong.
#[derive(Debug, Args)]
pub(super) struct Healthy {
    /// Names of scenarios; `nginx-*` means all that begin so; none means all
    #[arg(value_name = "SCENARIO")]
    names: Vec<String>,
    /// The browser (repeatable); default: all
    #[arg(long, value_enum)]
    browser: Vec<Browsers>,
    /// How many runs in each browser; default: 140 in Chromium, 60 in Firefox, 20 in WebKitGTK
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    count: Option<u64>,
    #[command(flatten)]
    how: How,
}

impl Healthy {
    fn count(&self, browser: Browser) -> u64 {
        self.count.unwrap_or(match browser {
            Browser::Chromium => 140,
            Browser::Firefox => 60,
            Browser::Webkit => 20,
        })
    }

    /// Each browser goes through all in turn, every run with a seed of its own.
    fn asked(&self, chosen: &[Arc<Scenario>]) -> Result<Vec<Asked>> {
        let mut asked = Vec::new();
        for browser in Browsers::each(&self.browser, Browsers::All) {
            let healthy = chosen.iter().filter(|one| is_healthy(one, browser));
            let healthy: Vec<_> = healthy.collect();
            ensure!(
                !healthy.is_empty(),
                "none of these is without a fault in {}",
                browser.name()
            );
            let seeds = self.how.seed()..;
            for (seed, scenario) in seeds
                .zip(healthy.iter().cycle())
                .take(usize::try_from(self.count(browser))?)
            {
                asked.push(Asked {
                    scenario: Arc::clone(scenario),
                    browser,
                    seed,
                    page: View::Clean,
                    way: Some(far(seed)?),
                    strain: strain(seed)?,
                    fixed: false,
                    client: None,
                    need: None,
                });
            }
        }
        Ok(asked)
    }
}

fn is_healthy(scenario: &Scenario, browser: Browser) -> bool {
    scenario.cannot(browser).is_none()
        && scenario.page.mode == Mode::Quick
        && scenario.expect.of(browser).healthy
}

/// The way of a seed.
fn far(seed: u64) -> Result<Way> {
    Ok(Way {
        delay_ms: draw::number("delay-ms", seed, [20, 300])?,
        loss_permille: draw::number("loss-permille", seed, [0, 30])?,
        jitter_ms: draw::number("jitter-ms", seed, [0, 80])?,
        kbit: draw::number("kbit", seed, [1_000, 20_000])?,
    })
}

/// What weighs on the run of a seed.
fn strain(seed: u64) -> Result<Strain> {
    Ok(Strain {
        slow: draw::number("slow", seed, [1, 4])? == 1,
        busy: draw::number("busy", seed, [1, 3])? == 1,
    })
}

/// Runs; `false`: something was found, or could not be run.
pub(super) async fn command(healthy: &Healthy) -> Result<bool> {
    let all = scenario::all(&list::folders_of(&healthy.how.scenarios))?;
    let chosen = scenario::chosen(all, &healthy.names)?;
    let chosen: Vec<_> = chosen.into_iter().map(Arc::new).collect();
    let asked = healthy.asked(&chosen)?;
    let refused = jail::refusal()?;
    let records = cells::run(&healthy.how, asked, refused.as_deref(), "healthy").await?;
    Ok(records
        .iter()
        .all(|record| record.outcome == Judgement::Right))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser;

    use super::*;
    use crate::lab::folders;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        healthy: Healthy,
    }

    fn asked(words: &str) -> Result<Vec<Asked>> {
        let words = std::iter::once("healthy").chain(words.split_whitespace());
        let line = Line::try_parse_from(words)?;
        let all = scenario::all(&[folders::scenarios()])?;
        let chosen = scenario::chosen(all, &line.healthy.names)?;
        let chosen: Vec<_> = chosen.into_iter().map(Arc::new).collect();
        line.healthy.asked(&chosen)
    }

    #[test]
    fn every_network_without_a_fault_has_its_turn_and_no_other() -> Result<()> {
        let asked = asked("--seed 7")?;
        let of = |browser| asked.iter().filter(move |one| one.browser == browser);
        let counts = Browser::ALL.map(|browser| of(browser).count());
        assert_eq!(counts, [140, 60, 20]);
        for browser in Browser::ALL {
            let names: BTreeSet<_> = of(browser).map(|one| one.scenario.name.as_str()).collect();
            assert!(
                names.contains("direct-plain") && names.contains("caddy"),
                "{names:?}"
            );
            assert!(!names.contains("nginx-no-upgrade"), "{names:?}");
        }
        Ok(())
    }

    #[test]
    fn ways_differ_by_the_seed_and_keep_within_what_is_still_healthy() -> Result<()> {
        let asked = asked("direct-plain --seed 7 --browser firefox --count 30")?;
        let ways: Vec<_> = asked.iter().filter_map(|one| one.way).collect();
        assert_eq!(ways.len(), 30);
        assert!(ways.iter().all(|way| (20..=300).contains(&way.delay_ms)));
        assert!(
            ways.iter()
                .all(|way| way.loss_permille <= 30 && way.jitter_ms <= 80)
        );
        assert!(ways.iter().all(|way| (1_000..=20_000).contains(&way.kbit)));
        let slow = asked.iter().filter(|one| one.strain.slow).count();
        let busy = asked.iter().filter(|one| one.strain.busy).count();
        assert!(
            (3..15).contains(&slow) && (4..20).contains(&busy),
            "{slow} {busy}"
        );
        let different: BTreeSet<_> = ways.iter().map(|way| way.delay_ms).collect();
        assert!(different.len() > 20, "{different:?}");
        Ok(())
    }

    #[test]
    fn faults_are_no_part_of_it() {
        let error = asked("nginx-502").expect_err("it has a fault").to_string();
        assert!(error.contains("without a fault"), "{error}");
    }
}

//! `lab run`: every cell that is missing, a few at once.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::cell::{Cell, OUTCOME, REPORT, View};
use super::jail::{self, Jail};
use super::judge::{Judgement, Outcome};
use super::result::{Keys, Record, Store, line, matrix, table};
use super::scenario::{self, Scenario};
use super::{folders, list};
use crate::browser::Browser;

/// How long a cell may take in all: start, run, and a machine with much else to do.
const CELL: Duration = Duration::from_secs(90);

/// How many cells that only wait take the place of one that works.
const WAITING: u32 = 4;

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
    pub(super) fn each(self) -> Vec<Browser> {
        match self {
            Self::Chromium => vec![Browser::Chromium],
            Self::Firefox => vec![Browser::Firefox],
            Self::Webkit => vec![Browser::Webkit],
            Self::All => Browser::ALL.to_vec(),
        }
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
    /// A folder of scenarios, or one scenario, in place of the project's own (repeatable)
    #[arg(long, value_name = "DIR")]
    scenarios: Vec<PathBuf>,
    /// The browser (repeatable); default: chromium, with --quick all
    #[arg(long, value_enum)]
    browser: Vec<Browsers>,
    /// Only what each scenario names as quick, from the clean page: every place once. A cell that could not be run is wrong
    /// then too, unless this machine lets nobody make networks
    #[arg(long, conflicts_with = "page")]
    quick: bool,
    /// What decides all that is drawn; default: the date as yyyymmdd
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Runs each with that many seeds in a row
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    repeat: u64,
    /// The page that embeds the widget
    #[arg(long, value_enum, default_value = "both")]
    page: Pages,
    /// Writes all outcomes there, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Runs also what was run before
    #[arg(long)]
    fresh: bool,
    /// Cells at once; of those that only wait, four times as many
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    jobs: u32,
}

impl Run {
    fn browsers(&self) -> Vec<Browser> {
        let default = match self.quick {
            true => Browsers::All,
            false => Browsers::Chromium,
        };
        let asked = match self.browser.as_slice() {
            [] => &[default],
            named => named,
        };
        let asked: Vec<Browser> = asked.iter().flat_map(|browsers| browsers.each()).collect();
        Browser::ALL
            .into_iter()
            .filter(|browser| asked.contains(browser))
            .collect()
    }

    /// Whether a cell may end so.
    fn allows(&self, outcome: Judgement, refused: bool) -> bool {
        match outcome {
            Judgement::Right => true,
            Judgement::Wrong => false,
            Judgement::NotRun => refused || !self.quick,
        }
    }
}

/// One cell that is asked for.
struct Asked {
    scenario: Arc<Scenario>,
    cell: Cell,
    key: String,
}

/// Runs; `false`: a cell is wrong.
pub(super) async fn command(run: &Run) -> Result<bool> {
    let kept = folders::kept()?;
    let all = scenario::all(&list::folders_of(&run.scenarios))?;
    let chosen = scenario::chosen(all, &run.names)?;
    let seed = run.seed.unwrap_or_else(today);
    let asked = asked(run, chosen, seed, &kept)?;
    let mut store = Store::open(&kept)?;
    let mut records: BTreeMap<usize, Record> = BTreeMap::new();
    let mut missing = Vec::new();
    for (at, asked) in asked.iter().enumerate() {
        match store.get(&asked.key).filter(|_| !run.fresh) {
            Some(record) => {
                records.insert(at, record.clone());
            }
            None => missing.push(at),
        }
    }
    eprintln!(
        "seed {seed}; {} cells, {} of them known",
        asked.len(),
        records.len()
    );
    let refused = match run.quick {
        true => jail::refusal()?,
        false => None,
    };
    let asked: Vec<Arc<Asked>> = asked.into_iter().map(Arc::new).collect();
    let places = Arc::new(Semaphore::new((run.jobs * WAITING) as usize));
    let mut cells = JoinSet::new();
    for at in missing {
        let (asked, places) = (Arc::clone(&asked[at]), Arc::clone(&places));
        let refused = refused.clone();
        cells.spawn(async move {
            let weight = if asked.scenario.waits { 1 } else { WAITING };
            let _place = places.acquire_many(weight).await;
            (at, one(&asked, refused).await)
        });
    }
    while let Some(done) = cells.join_next().await {
        let (at, record) = done.context("a cell's task failed")?;
        let record = record?;
        eprintln!("{}", line(&record));
        store.add(&record)?;
        records.insert(at, record);
    }
    let records: Vec<Record> = records.into_values().collect();
    let page = kept.join("matrix.html");
    fs::write(&page, matrix(&records, seed))
        .with_context(|| format!("cannot write {}", page.display()))?;
    if let Some(file) = &run.json {
        fs::write(file, serde_json::to_string_pretty(&records)?)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    print(&table(&records))?;
    eprintln!("the matrix: {}", page.display());
    Ok(records
        .iter()
        .all(|record| run.allows(record.outcome, refused.is_some())))
}

/// Every cell that is meant, in order.
fn asked(run: &Run, chosen: Vec<Scenario>, seed: u64, kept: &Path) -> Result<Vec<Asked>> {
    let keys = Keys::of(&folders::checkout())?;
    let mut asked = Vec::new();
    for scenario in chosen.into_iter().map(Arc::new) {
        for browser in run.browsers() {
            if run.quick && !scenario.quick.contains(&browser) {
                continue;
            }
            for seed in seed..seed + run.repeat {
                for page in pages(run, &scenario, browser) {
                    let name = format!(
                        "{}-{}-{seed}-{}",
                        scenario.name,
                        browser.name(),
                        page.name()
                    );
                    asked.push(Asked {
                        key: keys.key(&scenario, browser, seed, page)?,
                        cell: Cell {
                            scenario: std::path::absolute(&scenario.folder)?,
                            browser,
                            seed,
                            page,
                            keep: kept.join("cells").join(name),
                            show: false,
                        },
                        scenario: Arc::clone(&scenario),
                    });
                }
            }
        }
    }
    Ok(asked)
}

fn pages(run: &Run, scenario: &Scenario, browser: Browser) -> Vec<View> {
    let through = scenario.page.through;
    match run.page {
        _ if run.quick => vec![View::Clean],
        Pages::Clean => vec![View::Clean],
        Pages::Through if through => vec![View::Through],
        Pages::Through => Vec::new(),
        Pages::Both if through && browser == Browser::Chromium => vec![View::Clean, View::Through],
        Pages::Both => vec![View::Clean],
    }
}

/// Runs one cell. Only what is wrong with the machine is an error.
async fn one(asked: &Asked, refused: Option<String>) -> Result<Record> {
    let (scenario, cell) = (&asked.scenario, &asked.cell);
    let began = Instant::now();
    let cannot = scenario.cannot(cell.browser).map(str::to_owned);
    let outcome = match cannot.or(refused) {
        Some(why) => Outcome::not_run(why),
        None => inside(cell).await?,
    };
    let report = cell.keep.join(REPORT);
    let blank = Record {
        key: asked.key.clone(),
        scenario: scenario.name.clone(),
        about: scenario
            .about
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        browser: cell.browser.name().to_owned(),
        seed: cell.seed,
        page: cell.page,
        outcome: Judgement::NotRun,
        expected: scenario.expect.of(cell.browser),
        found: None,
        wrong: Vec::new(),
        reason: None,
        seconds: (began.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        report: report.is_file().then(|| report.display().to_string()),
        drawn: BTreeMap::new(),
        version: None,
    };
    Ok(blank.with(outcome))
}

async fn inside(cell: &Cell) -> Result<Outcome> {
    // Nothing of an earlier run may be taken for this one's.
    let _ = fs::remove_dir_all(&cell.keep);
    fs::create_dir_all(&cell.keep)
        .with_context(|| format!("cannot create {}", cell.keep.display()))?;
    let log = cell.keep.join("cell.log");
    let mut jail = Jail::start(&cell.words(), Some(&log))?;
    let ended = jail.ended(CELL).await?;
    drop(jail);
    if ended.is_none() {
        return Ok(Outcome::not_run(format!(
            "the cell did not end within {} s",
            CELL.as_secs()
        )));
    }
    match fs::read_to_string(cell.keep.join(OUTCOME)) {
        Ok(text) => serde_json::from_str(&text).context("a cell's outcome cannot be read"),
        Err(_) => {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let said = said.trim();
            Ok(Outcome::not_run(if said.is_empty() {
                "the cell ended without a word".to_owned()
            } else {
                said.to_owned()
            }))
        }
    }
}

/// The date (UTC) as yyyymmdd.
fn today() -> u64 {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// Days since 1970 as yyyymmdd (H. Hinnant, "chrono-compatible low-level date algorithms").
fn date(days: u64) -> u64 {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 {
        (year + era * 400, month + 3)
    } else {
        (year + era * 400 + 1, month - 9)
    };
    year * 10_000 + month * 100 + day
}

/// A reader that has left, as in `lab list | head`, is no failure.
pub(crate) fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot print")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Browser, Judgement, Run, date};

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

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), 19_700_101);
        assert_eq!(date(11_016), 20_000_229);
        assert_eq!(date(20_780), 20_261_123);
    }
}

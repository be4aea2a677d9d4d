//! Cells, a few at once: those that are known are not run again, what comes of the others is kept and shown.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::cell::{Cell, OUTCOME, REPORT, Strain, View, Way};
use super::jail::Jail;
use super::judge::{Judgement, Outcome};
use super::result::{Keys, Record, Store, line, matrix, table};
use super::scenario::Scenario;
use super::{draw, folders};
use crate::browser::Browser;
use pushcheck::report::Mode;

/// How long a cell may take in all: start, run, and a machine with much else to do.
const CELL: Duration = Duration::from_secs(90);

/// The same of one whose run is a thorough one, or a watch.
const THOROUGH: Duration = Duration::from_secs(440);

/// How many cells that only wait take the place of one that works.
const WAITING: u32 = 4;

/// How cells are run.
#[derive(Debug, Args)]
pub(super) struct How {
    /// A folder of scenarios, or one scenario, in place of the project's own (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Vec<PathBuf>,
    /// What decides all that is drawn; default: the date as yyyymmdd
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Writes all outcomes there, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Runs also what was run before
    #[arg(long)]
    pub(super) fresh: bool,
    /// Cells at once; of those that only wait, four times as many
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    jobs: u32,
}

impl How {
    /// The seed, or the first of several.
    pub(super) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(draw::today)
    }
}

/// One cell that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// What is broken in it.
    pub(super) scenario: Arc<Scenario>,
    /// The browser.
    pub(super) browser: Browser,
    /// What decides what is drawn.
    pub(super) seed: u64,
    /// The page.
    pub(super) page: View,
    /// A longer and worse way than the cell's own.
    pub(super) way: Option<Way>,
    /// What else weighs on it.
    pub(super) strain: Strain,
    /// The catalogue's remedies are applied, and all is tried again.
    pub(super) fixed: bool,
    /// The client library that is run after the widget, with the settings that the page shows.
    pub(super) client: Option<String>,
    /// What the app is said to need.
    pub(super) need: Option<String>,
}

impl Asked {
    pub(super) fn cell(&self) -> Result<Cell> {
        let (name, browser) = (&self.scenario.name, self.browser.name());
        let mut name = format!("{name}-{browser}-{}-{}", self.seed, self.page.name());
        if let Some(way) = self.way {
            name = format!("{name}-{way}");
        }
        if self.strain != Strain::default() {
            name = format!("{name}-{}", self.strain);
        }
        if self.fixed {
            name += "-fixed";
        }
        for more in self.client.iter().chain(&self.need) {
            name = format!("{name}-{more}");
        }
        Ok(Cell {
            scenario: std::path::absolute(&self.scenario.folder)?,
            browser: self.browser,
            seed: self.seed,
            page: self.page,
            way: self.way,
            strain: self.strain,
            fixed: self.fixed,
            client: self.client.clone(),
            need: self.need.clone(),
            keep: folders::kept()?.join("cells").join(name),
            show: false,
        })
    }
}

/// Runs those of them that are not known, and shows all under that name. `refused`: why none can be run here.
///
/// # Errors
/// Only what is wrong with the machine, but not with a cell.
pub(super) async fn run(
    how: &How,
    asked: Vec<Asked>,
    refused: Option<&str>,
    name: &str,
) -> Result<Vec<Record>> {
    let kept = folders::kept()?;
    let keys = Keys::of(&folders::checkout())?;
    let mut store = Store::open(&kept)?;
    let mut records: BTreeMap<usize, Record> = BTreeMap::new();
    let mut missing = Vec::new();
    let count = asked.len();
    for (at, asked) in asked.into_iter().enumerate() {
        let key = keys.key(&asked)?;
        match store.get(&key).filter(|_| !how.fresh) {
            Some(record) => {
                records.insert(at, record.clone());
            }
            None => missing.push((at, asked, key)),
        }
    }
    let seed = how.seed();
    eprintln!(
        "seed {seed}; {count} cells, {} of them known",
        records.len()
    );
    let places = Arc::new(Semaphore::new((how.jobs * WAITING) as usize));
    let (alone, beside): (Vec<_>, Vec<_>) = missing
        .into_iter()
        .partition(|(_, asked, _)| asked.scenario.alone);
    let mut cells = JoinSet::new();
    for (at, asked, key) in beside {
        let places = Arc::clone(&places);
        let refused = refused.map(str::to_owned);
        cells.spawn(async move {
            let weight = if asked.scenario.waits { 1 } else { WAITING };
            let _place = places.acquire_many(weight).await;
            (at, one(&asked, key, refused).await)
        });
    }
    let mut keep = |at, record: Record| {
        eprintln!("{}", line(&record));
        store.add(&record)?;
        records.insert(at, record);
        anyhow::Ok(())
    };
    while let Some(done) = cells.join_next().await {
        let (at, record) = done.context("a cell's task failed")?;
        keep(at, record?)?;
    }
    for (at, asked, key) in alone {
        keep(at, one(&asked, key, refused.map(str::to_owned)).await?)?;
    }
    let records: Vec<Record> = records.into_values().collect();
    let page = kept.join(format!("{name}.html"));
    fs::write(&page, matrix(&records, seed))
        .with_context(|| format!("cannot write {}", page.display()))?;
    if let Some(file) = &how.json {
        fs::write(file, serde_json::to_string_pretty(&records)?)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    print(&table(&records))?;
    eprintln!("the matrix: {}", page.display());
    Ok(records)
}

/// Runs one cell. Only what is wrong with the machine is an error.
async fn one(asked: &Asked, key: String, refused: Option<String>) -> Result<Record> {
    let (scenario, cell) = (&asked.scenario, asked.cell()?);
    let began = Instant::now();
    let cannot = scenario.cannot(cell.browser).map(str::to_owned);
    let outcome = match cannot.or(refused) {
        Some(why) => Outcome::not_run(why),
        None => inside(&cell, scenario.page.mode).await?,
    };
    let report = cell.keep.join(REPORT);
    let blank = Record {
        key,
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

async fn inside(cell: &Cell, mode: Mode) -> Result<Outcome> {
    let limit = match mode {
        Mode::Thorough | Mode::Watch => THOROUGH,
        _ => CELL,
    } * if cell.fixed || cell.client.is_some() {
        2
    } else {
        1
    };
    // Nothing of an earlier run may be taken for this one's.
    let _ = fs::remove_dir_all(&cell.keep);
    fs::create_dir_all(&cell.keep)
        .with_context(|| format!("cannot create {}", cell.keep.display()))?;
    let log = cell.keep.join("cell.log");
    let mut jail = Jail::start(&cell.words(), Some(&log))?;
    let ended = jail.ended(limit).await?;
    drop(jail);
    if ended.is_none() {
        return Ok(Outcome::not_run(format!(
            "the cell did not end within {} s",
            limit.as_secs()
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

/// A reader that has left, as in `lab list | head`, is no failure.
pub(crate) fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot print")
        }
        _ => Ok(()),
    }
}

//! `soak`: many runs in a row in each browser, counted on both sides.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use pushcheck::diagnosis::{RunResult, Verdict};
use serde::{Deserialize, Serialize};

use crate::browser::{Browser, Options};
use crate::ledger;
use crate::origin::Origin;
use crate::page::{Page, was_starved};
use crate::server::Server;

/// The most that one run may take.
const RUN: Duration = Duration::from_secs(30);

/// How long both sides may take to let go of all after a run.
const GONE: Duration = Duration::from_secs(10);

/// After that many runs a fresh browser and server: a ledger forgets, and so does a machine that is started anew.
const STINT: u32 = 50;

/// Many runs in a row in each browser, counted on both sides.
///
/// What is done stands in a file: ended before its time, the next call goes on there. Exits with 1 when a run left
/// something behind, made an error or gave no report.
#[derive(Clone, Debug, Args)]
pub struct Soak {
    /// Runs in each browser
    #[arg(long, value_name = "N", default_value_t = 200)]
    runs: u32,
    /// Where to run (repeatable; default: everywhere)
    #[arg(long = "browser", value_enum, value_name = "BROWSER")]
    browsers: Vec<Browser>,
    /// The file of what is done; default: soak.json in the folder of what is built
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Forget what is done and begin anew
    #[arg(long)]
    anew: bool,
}

/// Figures of runs in a row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// How many there were.
    pub runs: u32,
    /// Of which so many passed.
    pub passed: u32,
    /// Which did not pass while the machine gave the page no time.
    pub starved: u32,
    /// Arrivals that the server counted.
    pub arrivals: u64,
    /// Errors in the page.
    pub errors: u32,
    /// The slowest run, µs.
    pub slowest_us: u64,
    /// All of them, µs.
    pub total_us: u64,
    /// The page's memory at the end, bytes, where the browser tells.
    pub heap: Option<u64>,
    /// Runs that did not pass, and why, at most ten.
    pub odd: Vec<String>,
}

impl Row {
    /// One more run of the page's widget, and the count on both sides afterwards.
    ///
    /// # Errors
    /// No report, or something was left behind.
    pub async fn run(&mut self, page: Page<'_>, base: &str) -> Result<()> {
        let report = page.run_widget("", RUN).await?.report;
        page.until(
            "the widget lets go of all",
            "widget.resourcesHeld() === 0",
            GONE,
        )
        .await?;
        let key = page.key(&report.run.id).await?;
        let ledger = ledger::all_ended(base, &key, GONE).await?;
        ensure!(
            ledger.complete,
            "the ledger of run {} is not whole",
            report.run.id
        );
        self.runs += 1;
        self.arrivals += ledger.sightings.len() as u64;
        self.slowest_us = self.slowest_us.max(report.run.duration_us);
        self.total_us += report.run.duration_us;
        self.errors = u32::try_from(page.record().await?.errors.len())?;
        if report.result == RunResult::Passed {
            self.passed += 1;
        } else if was_starved(&report) {
            self.starved += 1;
        } else if self.odd.len() < 10 {
            let broken = report
                .methods
                .iter()
                .filter(|method| method.verdict != Verdict::Passed);
            let broken: Vec<String> = broken
                .map(|method| {
                    format!(
                        "{} {:?} {:?}",
                        method.method.as_str(),
                        method.verdict,
                        method.place
                    )
                })
                .collect();
            self.odd.push(format!(
                "run {}: {:?}: {}",
                self.runs,
                report.result,
                broken.join(", ")
            ));
        }
        self.heap = page
            .run("return performance.memory?.usedJSHeapSize ?? null;")
            .await?
            .as_u64();
        Ok(())
    }
}

impl Row {
    /// No error, and all passed that had the time to.
    pub fn is_well(&self) -> bool {
        self.errors == 0 && self.passed > 0 && self.passed + self.starved == self.runs
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mean = self.total_us as f64 / 1e6 / f64::from(self.runs.max(1));
        let slowest = self.slowest_us as f64 / 1e6;
        write!(
            f,
            "{} of {} passed, {mean:.2} s each, slowest {slowest:.2} s, ",
            self.passed, self.runs
        )?;
        write!(
            f,
            "{} arrivals all ended, {} page errors",
            self.arrivals, self.errors
        )?;
        if self.starved > 0 {
            write!(f, ", {} starved by a busy machine", self.starved)?;
        }
        self.heap.map_or(Ok(()), |heap| {
            write!(f, ", heap {:.1} MB", heap as f64 / 1e6)
        })
    }
}

/// What is done, by browser.
type Done = std::collections::BTreeMap<String, Row>;

/// Soaks and says whether all is well.
pub async fn command(soak: &Soak) -> ExitCode {
    match all(soak).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("pushcheck-lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn all(soak: &Soak) -> Result<bool> {
    let file = match &soak.state {
        Some(file) => file.clone(),
        None => std::env::current_exe()?.with_file_name("soak.json"),
    };
    let mut done: Done = match fs::read(&file) {
        Ok(text) if !soak.anew => serde_json::from_slice(&text)
            .with_context(|| format!("{} cannot be read", file.display()))?,
        _ => Done::new(),
    };
    let browsers = if soak.browsers.is_empty() {
        &Browser::ALL[..]
    } else {
        &soak.browsers
    };
    let mut well = true;
    for browser in browsers {
        let mut row = done.remove(browser.name()).unwrap_or_default();
        while row.runs < soak.runs {
            let until = soak.runs.min(row.runs + STINT);
            let stint = stint(*browser, &mut row, until, |row| {
                done.insert(browser.name().to_owned(), row.clone());
                fs::write(&file, serde_json::to_vec_pretty(&done)?)
                    .with_context(|| format!("cannot write {}", file.display()))
            });
            stint
                .await
                .with_context(|| format!("{}: after {} runs", browser.name(), row.runs))?;
            eprintln!("{}: {row}", browser.name());
        }
        println!("{}: {row}", browser.name());
        row.odd.iter().for_each(|odd| println!("  {odd}"));
        well &= row.is_well();
        done.insert(browser.name().to_owned(), row);
    }
    Ok(well)
}

/// Runs in one browser against one server, until there have been so many.
async fn stint(
    browser: Browser,
    row: &mut Row,
    until: u32,
    mut keep: impl FnMut(&Row) -> Result<()>,
) -> Result<()> {
    let pages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pages");
    let site = Origin::site(vec![pages], None).await?;
    let server = Server::with(&["--embed-origin", &site.url()]).await?;
    let running = browser.open(&Options::default()).await?;
    let url = format!(
        "{}/run.html?module={}pkg/pushcheck.js",
        site.url(),
        server.page()
    );
    let page = Page::open(&running, &url).await?;
    let before = row.errors;
    while row.runs < until {
        row.run(page, server.page()).await?;
        row.errors += before;
        keep(row)?;
    }
    running.close().await;
    server.stop().await;
    Ok(())
}

//! Inside a cell: the network, the programs, the browser, one run.

mod authority;
mod boxes;
mod browse;
mod client;
mod gauge;
mod names;
mod network;
mod shell;
mod site;
mod strain;
mod way;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::judge::{self, Outcome};
use super::scenario::{Expect, Scenario};
use crate::browser::Browser;
use crate::replay;
use browse::Ran;
use world::World;

pub(super) use client::Measured;
pub use site::Site;
pub(super) use site::command as site;
pub(crate) use strain::Strain;
pub use way::Hold;
pub(crate) use way::Way;
pub(super) use way::hold;

/// Which page is opened.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum View {
    /// One of a clean origin that embeds the widget, as embedding pages do.
    Clean,
    /// The server's own, through the fault.
    Through,
}

impl View {
    /// Its name in results.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Through => "through",
        }
    }
}

/// One scenario in one browser with one seed
#[derive(Clone, Debug, Args)]
pub struct Cell {
    /// The scenario's folder
    #[arg(long)]
    pub(super) scenario: PathBuf,
    /// The browser
    #[arg(long, value_enum)]
    pub(super) browser: Browser,
    /// The seed
    #[arg(long)]
    pub(super) seed: u64,
    /// The page
    #[arg(long, value_enum)]
    pub(super) page: View,
    /// What is added to its own way between browser and router
    #[arg(long)]
    pub(super) way: Option<Way>,
    /// What else weighs on it
    #[arg(long, default_value = "")]
    pub(super) strain: Strain,
    /// Applies the catalogue's remedies and tries again
    #[arg(long)]
    pub(super) fixed: bool,
    /// The client library that is run after the widget
    #[arg(long)]
    pub(super) client: Option<String>,
    /// What the app is said to need
    #[arg(long)]
    pub(super) need: Option<String>,
    /// Where outcome, report and logs go
    #[arg(long)]
    pub(super) keep: PathBuf,
    /// Only builds it up and waits
    #[arg(long)]
    pub(super) show: bool,
}

impl Cell {
    /// Its words on the command line.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = vec![
            "cell".to_owned(),
            "--scenario".into(),
            self.scenario.display().to_string(),
            "--browser".into(),
            self.browser.name().into(),
            "--seed".into(),
            self.seed.to_string(),
            "--page".into(),
            self.page.name().into(),
            "--keep".into(),
            self.keep.display().to_string(),
        ];
        words.extend(self.way.map(|way| format!("--way={way}")));
        words.push(format!("--strain={}", self.strain));
        words.extend(self.fixed.then(|| "--fixed".to_owned()));
        words.extend(
            self.client
                .iter()
                .map(|client| format!("--client={client}")),
        );
        words.extend(self.need.iter().map(|need| format!("--need={need}")));
        words.extend(self.show.then(|| "--show".to_owned()));
        words
    }
}

/// The file of a cell's outcome.
pub(super) const OUTCOME: &str = "outcome.json";

/// The file of its report.
pub(super) const REPORT: &str = "report.json";

/// The file of the difference that remedies made.
pub(super) const DIFF: &str = "fixed.diff";

/// The file of what became of a client library.
pub(super) const CLIENT: &str = "client.json";

/// The file of the report after them.
const CURED: &str = "report-fixed.json";

/// The file of what became of it by the browser's own log.
pub(super) const LOGGED: &str = "report-logged.json";

pub(super) async fn command(cell: &Cell) -> Result<()> {
    ensure!(
        std::process::id() == 1,
        "a cell builds networks and is started by `lab run` only, in namespaces of its own"
    );
    end_with_standard_input();
    if cell.show {
        let scenario = Scenario::read(&cell.scenario)?;
        let world = World::build(&scenario, cell)?;
        browse::tell(&world, &scenario, cell)?;
        return std::future::pending().await;
    }
    let outcome = match run(cell).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::not_run(format!("{error:#}")),
    };
    let text = serde_json::to_string(&outcome)?;
    fs::write(cell.keep.join(OUTCOME), text).context("cannot write the outcome")?;
    // All else in here ends with us; nothing needs to be told to.
    std::process::exit(0);
}

/// Whoever started us holds the other end.
fn end_with_standard_input() {
    std::thread::spawn(|| {
        let mut all = std::io::stdin();
        let mut some = [0; 64];
        while matches!(all.read(&mut some), Ok(read) if read > 0) {}
        std::process::exit(3);
    });
}

/// Applies the remedies that the page showed, and says what is broken after that.
async fn cured(
    world: &mut World,
    scenario: &Scenario,
    cell: &Cell,
    broken: &Ran,
) -> Result<Vec<String>> {
    let Some(shown) = &broken.remedies else {
        return Ok(vec!["the page showed no remedies".to_owned()]);
    };
    let mut diffs = String::new();
    for fixed in &scenario.fixed {
        let file = world.files.join(&fixed.file);
        let change = fixed.apply(shown, &fs::read_to_string(&file)?, &world.values);
        let change = match change {
            Ok(change) => change,
            Err(error) => return Ok(vec![format!("{error:#}")]),
        };
        fs::write(&file, change.text)?;
        diffs += &change.diff;
    }
    fs::write(cell.keep.join(DIFF), diffs).context("cannot write the difference")?;
    world.restart(scenario)?;
    let ran = browse::run(world, scenario, cell).await?;
    let Some(report) = &ran.report else {
        return Ok(vec![ran.why_none.unwrap_or_default()]);
    };
    let text = serde_json::to_string_pretty(report)?;
    fs::write(cell.keep.join(CURED), text).context("cannot write the report")?;
    let whole = Expect::whole(&scenario.page.methods).of(cell.browser);
    let after = judge::judge(&whole, &world.lane, report);
    let said = |wrong: String| format!("after the remedy: {wrong}");
    let cut = judge::idle(&BTreeMap::new(), report);
    let still = scenario.fixed.iter().filter(|fixed| {
        let mut findings = report["findings"].as_array().into_iter().flatten();
        findings.any(|finding| finding["code"] == fixed.code.as_str())
    });
    let still = still.map(|fixed| format!("{} is found as before", fixed.code));
    let wrong = after.wrong.into_iter().chain(cut).chain(still);
    Ok(wrong.map(said).collect())
}

async fn run(cell: &Cell) -> Result<Outcome> {
    let scenario = Scenario::read(&cell.scenario)?;
    let mut world = World::build(&scenario, cell)?;
    let ran = browse::run(&mut world, &scenario, cell).await;
    world.keep_logs(&cell.keep);
    let ran = ran?;
    for (name, report) in [(REPORT, &ran.report), (LOGGED, &ran.logged)] {
        if let Some(report) = report {
            let text = serde_json::to_string_pretty(report)?;
            fs::write(cell.keep.join(name), text).context("cannot write the report")?;
        }
    }
    let expected = scenario.expect.of(cell.browser);
    let idle = scenario.expect.idle(&world.values)?;
    let every = scenario.expect.every(&world.values)?;
    let bursts = scenario.expect.bursts(cell.browser, &world.values)?;
    let compressed = scenario.expect.compressed.as_ref();
    let causes = scenario.expect.causes(cell.browser);
    let gauged = world.gauged();
    let mut outcome = match &ran.report {
        Some(report) => judge::judge(&expected, &world.lane, report)
            .and_wrong(judge::idle(&idle, report))
            .and_wrong(judge::every(&every, report))
            .and_wrong(judge::bursts(&bursts, gauged, report))
            .and_wrong(judge::causes(&causes, &world.lane, report).broken_promises())
            .and_wrong(compressed.map_or_else(Vec::new, |truth| judge::compressed(truth, report)))
            .and_wrong(replay::unlike(report)?),
        None => Outcome::no_report(ran.why_none.clone().unwrap_or_default()),
    };
    let named = scenario.expect.logged.get(cell.browser.name());
    if let (Some(truth), Some(report)) = (named, &ran.logged) {
        outcome = outcome
            .and_wrong(judge::logged(truth, &world.lane, report))
            .and_wrong(replay::unlike(report)?);
    }
    if cell.fixed {
        outcome = outcome.and_wrong(cured(&mut world, &scenario, cell, &ran).await?);
        world.keep_logs(&cell.keep);
    }
    if let (Some(id), Some(advised), Some(report)) = (&cell.client, &ran.client, &ran.report) {
        let measured = client::run(&mut world, &scenario, cell, id, advised, report).await?;
        let text = serde_json::to_string_pretty(&measured)?;
        fs::write(cell.keep.join(CLIENT), text).context("cannot write what became of a client")?;
        // The report is judged elsewhere: the advice is only as good as it is.
        outcome.judgement = judge::Judgement::Right;
        outcome.wrong.clear();
        outcome = outcome.and_wrong(measured.wrong());
        world.keep_logs(&cell.keep);
        for (name, value) in [("client", Some(id)), ("need", cell.need.as_ref())] {
            let value = value.map_or("–", String::as_str);
            world.drawn.insert(name.to_owned(), value.to_owned());
        }
    }
    outcome.drawn = world.drawn;
    if let Some(gauged) = gauged {
        outcome
            .drawn
            .insert("gauged".to_owned(), gauged.to_string());
    }
    outcome.version = Some(ran.version);
    Ok(outcome)
}

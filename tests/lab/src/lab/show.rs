//! `lab show`: one cell left standing, to look around in.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use super::cell::{Cell, Strain, View};
use super::jail::Jail;
use super::{cells, folders, list, scenario};
use crate::browser::Browser;

/// Leaves one scenario standing until Ctrl-C and says how one gets in
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Its name
    #[arg(value_name = "SCENARIO")]
    name: String,
    /// A folder of scenarios, or one scenario, in place of the project's own (repeatable)
    #[arg(long, value_name = "DIR")]
    scenarios: Vec<PathBuf>,
    /// The browser that it is laid out for
    #[arg(long, value_enum, default_value = "chromium")]
    browser: Browser,
    /// What decides all that is drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(super) async fn command(show: &Show) -> Result<()> {
    let all = scenario::all(&list::folders_of(&show.scenarios))?;
    let chosen = scenario::chosen(all, std::slice::from_ref(&show.name))?;
    let scenario = chosen
        .into_iter()
        .next()
        .context("there is no such scenario")?;
    let cell = Cell {
        scenario: std::path::absolute(&scenario.folder)?,
        browser: show.browser,
        seed: show.seed,
        page: View::Clean,
        way: None,
        strain: Strain::default(),
        fixed: false,
        client: None,
        need: None,
        keep: folders::kept()?.join("shown"),
        show: true,
    };
    let mut jail = Jail::start(&cell.words(), None)?;
    // Until then it is only just made.
    if jail.ended(Duration::from_millis(300)).await?.is_none()
        && let Some(first) = jail.first()
    {
        cells::print(&format!("enter    nsenter --target {first} --all\n"))?;
    }
    loop {
        if let Some(status) = jail.ended(Duration::from_secs(60)).await? {
            anyhow::ensure!(status.success(), "the cell ended with {status}");
            return Ok(());
        }
    }
}

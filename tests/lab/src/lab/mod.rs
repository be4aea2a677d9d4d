//! The lab: a real browser behind a real network in which one known thing is broken, and whether the report says so.
//!
//! A scenario is a folder of data. A cell is one scenario in one browser with one seed: `jail` gives it namespaces
//! of its own, `cell` builds the network in there and runs the page, `judge` compares the report with what was
//! broken, and `result` keeps and shows the outcomes.

mod calibrate;
mod cell;
mod cells;
mod clients;
mod draw;
mod fixed;
mod folders;
mod healthy;
mod jail;
mod judge;
mod list;
mod result;
mod run;
mod scenario;
mod show;
mod template;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

pub use cell::{Cell, Hold, Site};
pub(crate) use cells::print;
pub(crate) use folders::checkout;
#[cfg(test)]
pub(crate) use scenario::{documented, names as scenarios_in};

/// Puts real browsers behind real networks in which one known thing is broken, and compares the reports with it.
#[derive(Debug, Args)]
pub struct Lab {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    List(list::List),
    Run(run::Run),
    Healthy(healthy::Healthy),
    Calibrate(calibrate::Calibrate),
    Clients(clients::Clients),
    Show(show::Show),
}

/// Does it and says how it went: 1 where a cell is wrong, 2 where the lab itself could not.
pub async fn command(lab: &Lab) -> ExitCode {
    let done = match &lab.what {
        What::List(list) => list::command(list).map(|()| true),
        What::Run(run) => run::command(run).await,
        What::Healthy(healthy) => healthy::command(healthy).await,
        What::Calibrate(calibrate) => calibrate::command(calibrate).await,
        What::Clients(clients) => clients::command(clients).await,
        What::Show(show) => show::command(show).await.map(|()| true),
    };
    status(done)
}

/// The inner side of a cell; the lab itself starts it.
pub async fn inside(cell: &Cell) -> ExitCode {
    status(cell::command(cell).await.map(|()| true))
}

/// The clean site that embeds the widget; a cell starts it.
pub async fn site(site: &Site) -> ExitCode {
    status(cell::site(site).await.map(|()| true))
}

/// Holds packets back; a cell starts it.
pub fn hold(hold: &Hold) -> ExitCode {
    status(cell::hold(hold).map(|()| true))
}

fn status(done: Result<bool>) -> ExitCode {
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("pushcheck-lab: {error:#}");
            ExitCode::from(2)
        }
    }
}

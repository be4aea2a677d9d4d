//! Drives real browsers: diagnoses by command, checks the page whole, soaks it, breaks its network.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pushcheck_lab::api::{self, Api};
use pushcheck_lab::checks::{self, Checks};
use pushcheck_lab::diagnose::{self, Diagnose};
use pushcheck_lab::docs::{self, Snippets};
use pushcheck_lab::gallery::{self, Shots};
use pushcheck_lab::lab::{self, Cell, Hold, Lab, Site};
use pushcheck_lab::middlebox::{self, Middlebox};
use pushcheck_lab::replay::{self, Replay};
use pushcheck_lab::soak::{self, Soak};
use tokio::signal::unix::{SignalKind, signal};

/// Drives real browsers: diagnoses by command, checks the page whole, soaks it, breaks its network.
///
/// Browsers and drivers are found by CHROMIUM, CHROMEDRIVER, FIREFOX, GECKODRIVER, MINIBROWSER, WEBKITDRIVER and XVFB,
/// else on PATH and in the usual places. Each browser has an empty profile, and nothing of it stays.
#[derive(Debug, Parser)]
#[command(name = "pushcheck-lab", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Diagnose(Diagnose),
    #[command(name = "page")]
    Checks(Checks),
    Soak(Soak),
    Shots(Shots),
    Lab(Lab),
    #[command(hide = true)]
    Cell(Cell),
    #[command(hide = true)]
    Site(Site),
    #[command(hide = true)]
    Hold(Hold),
    Middlebox(Middlebox),
    Replay(Replay),
    Snippets(Snippets),
    Api(Api),
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let work = async {
        match &args.command {
            Command::Diagnose(diagnose) => diagnose::command(diagnose).await,
            Command::Checks(checks) => checks::command(checks).await,
            Command::Soak(soak) => soak::command(soak).await,
            Command::Shots(shots) => gallery::command(shots).await,
            Command::Lab(lab) => lab::command(lab).await,
            Command::Cell(cell) => lab::inside(cell).await,
            Command::Site(site) => lab::site(site).await,
            Command::Hold(hold) => lab::hold(hold),
            Command::Middlebox(middlebox) => middlebox::command(middlebox).await,
            Command::Replay(replay) => replay::command(replay),
            Command::Snippets(snippets) => docs::command(snippets),
            Command::Api(api) => api::command(api).await,
        }
    };
    // Dropping the work ends every browser and server that it has started.
    tokio::select! {
        code = work => code,
        number = told_to_end() => ExitCode::from(128 + number),
    }
}

/// Resolves to the number of the signal that tells us to end.
async fn told_to_end() -> u8 {
    let wait = async |kind: SignalKind| match signal(kind) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait(SignalKind::hangup()) => 1,
        () = wait(SignalKind::interrupt()) => 2,
        () = wait(SignalKind::terminate()) => 15,
    }
}

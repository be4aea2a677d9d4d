//! `cargo xtask <command>`: one command serves the check page, one passes the tests; each sets up what it lacks.

mod build;
mod catalogue;
mod display;
#[cfg(test)]
mod documented;
mod examples;
mod lab;
mod names;
mod npm;
mod package;
mod pages;
mod process;
mod semver;
mod serve;
mod setup;
mod size;
mod sri;
mod test;
mod tester;
mod workspace;

use std::process::{ExitCode, ExitStatus};

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Builds, serves and tests pushcheck. Each command installs what it lacks, and says so.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    /// Only says what would be installed, and stops if something is missing.
    #[arg(long, global = true)]
    no_install: bool,
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds widget and server, serves the page and prints its URL.
    Serve(serve::Serve),
    /// Runs every check: format, lints, tests natively and in three browsers, documentation, size.
    Test(test::Test),
    /// Opens the page in a headless browser and prints the report. Exits 0 passed, 1 warning or failed, 2 could not run, 3 inconclusive or aborted.
    Diagnose(lab::Diagnose),
    /// Builds the deployable widget into www/pkg; by flags also a package for npm, and one page with everything in it.
    Build(package::Build),
    /// Builds the widget and weighs what a visitor loads against the budget.
    Size,
    /// Puts browsers behind networks with one known fault and compares the reports: list, run, healthy, calibrate, clients, show; flags go to pushcheck-lab lab.
    Lab(lab::Lab),
    /// Judges saved reports again by today's rules. Exits 0 the same, 1 different, 2 a file is unusable.
    Replay(lab::Replay),
    /// Long runs in every browser; flags go to pushcheck-lab soak. Or rounds of killing the server while reports come in: --kills 20.
    Soak(lab::Soak),
    /// Pictures of every state of the page, into target/shots; flags go to pushcheck-lab shots.
    Shots(lab::Shots),
    /// Compares the crate's interface with the revision that Cargo.toml names as its baseline.
    Semver,
    /// Installs everything that any command needs, but for `semver`.
    Setup,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // For these 1 is a verdict; "could not run" is 2.
    let failure = if matches!(cli.command, Task::Diagnose(_) | Task::Replay(_)) {
        2
    } else {
        1
    };
    match run(&cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(failure)
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode> {
    process::end_children_on_signals()?;
    let ws = Workspace::find()?;
    let install = !cli.no_install;
    match &cli.command {
        Task::Serve(serve) => serve::command(&ws, install, serve)?,
        Task::Test(test) => test::command(&ws, install, test)?,
        Task::Diagnose(diagnose) => {
            return Ok(passed_on(lab::diagnose(&ws, install, diagnose)?, 2));
        }
        Task::Build(asked) => package::command(&ws, install, asked)?,
        Task::Size => {
            build::command(&ws, install)?;
            size::table(&ws)?;
        }
        Task::Lab(lab) => return Ok(passed_on(lab::lab(&ws, install, lab)?, 2)),
        Task::Replay(replay) => return Ok(passed_on(lab::replay(&ws, install, replay)?, 2)),
        Task::Soak(soak) => return Ok(passed_on(lab::soak(&ws, install, soak)?, 1)),
        Task::Shots(shots) => return Ok(passed_on(lab::shots(&ws, install, shots)?, 1)),
        Task::Semver => semver::command(&ws, install)?,
        Task::Setup => {
            setup::ready(&ws, &setup::Need::all(), install)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A child's exit code as our own; `killed` stands for an end by signal.
fn passed_on(status: ExitStatus, killed: u8) -> ExitCode {
    ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(killed),
    )
}

//! Commands on the pages are such as the named programs take.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;

use super::blocks::{self, Block};
use crate::api::Desk;
use crate::gallery::Shots;
use crate::lab::{Lab, checkout};
use crate::server::Server;
use crate::soak::Soak;

fn commands() -> Result<Vec<(Block, String)>> {
    let blocks = blocks::all(&checkout())?;
    let shell = blocks
        .into_iter()
        .filter(|block| block.kind == "sh" && !block.says("file"));
    let each = |block: Block| {
        let lines = block.commands().into_iter();
        lines.map(|line| (block.clone(), line)).collect::<Vec<_>>()
    };
    Ok(shell.flat_map(each).collect())
}

/// A command's words; of those in quotes the quotes are gone.
fn words(line: &str) -> Vec<String> {
    let words = line.split_whitespace();
    words
        .map(|word| word.trim_matches(['\'', '"']).to_owned())
        .collect()
}

/// Whether the probe server takes these flags.
fn server_takes(words: &[String]) -> Result<()> {
    let args = pushcheck_server::Args::try_parse_from(words)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    args.into_config()?;
    Ok(())
}

/// What xtask passes on as it is.
#[derive(Debug, Parser)]
enum PassedOn {
    Lab(Lab),
    Shots(Shots),
    Soak(Soak),
}

/// What cargo is told to test is there, and what xtask passes on can be read. Its own flags are tried in its own tests.
fn cargo_knows(words: &[String]) -> Result<()> {
    let root = checkout();
    let mut words = words.iter().skip(1).map(String::as_str);
    match words.next() {
        Some("xtask") => {
            let passed_on: Vec<&str> = words.collect();
            if matches!(passed_on.first(), Some(&("lab" | "shots" | "soak"))) {
                PassedOn::try_parse_from(std::iter::once("xtask").chain(passed_on))
                    .map_err(|error| anyhow::anyhow!("{error}"))?;
            }
            return Ok(());
        }
        Some("test") => {}
        other => bail!("cargo {other:?}"),
    }
    let mut package = "pushcheck".to_owned();
    while let Some(word) = words.next() {
        match word {
            "--package" | "-p" => package = words.next().context("which package?")?.to_owned(),
            "--test" => {
                let name = words.next().context("which test?")?;
                let folder = match package.as_str() {
                    "pushcheck" => root.join("tests"),
                    "pushcheck-lab" => root.join("tests/lab/tests"),
                    "pushcheck-server" => root.join("server/tests"),
                    other => bail!("there is no package {other}"),
                };
                let there = folder.join(format!("{name}.rs")).exists()
                    || folder.join(name).join("main.rs").exists();
                ensure!(there, "{package} has no test {name}");
            }
            "--lib" | "--" | "--ignored" => {}
            // A filter: a path of tests, with a function of that name in the sources.
            filter => ensure!(!filter.starts_with('-'), "{filter}"),
        }
    }
    Ok(())
}

#[test]
fn every_command_is_one_that_its_program_takes() -> Result<()> {
    let all = commands()?;
    assert!(all.len() > 20, "{} commands", all.len());
    for (block, line) in all {
        let words = words(&line);
        let tried = match words[0].as_str() {
            "pushcheck-server" => server_takes(&words),
            "cargo" => cargo_knows(&words),
            // Run by the next test.
            "curl" => Ok(()),
            // Those of a walk are run by whoever walks.
            _ if block.says("walk") => Ok(()),
            other => Err(anyhow::anyhow!("nobody tries {other}")),
        };
        tried.with_context(|| format!("{}: {line}", block.at()))?;
    }
    let wrong = |line: &str| server_takes(&words(line)).is_err();
    assert!(
        wrong("pushcheck-server --base /check/") && wrong("pushcheck-server --trust 127.0.0.1")
    );
    for line in [
        "cargo test --test no-such-test",
        "cargo build",
        "cargo xtask lab run --fix",
        "cargo xtask shots --size 3",
    ] {
        assert!(cargo_knows(&words(line)).is_err(), "{line}");
    }
    Ok(())
}

/// What is said to curl besides: an answer with an error is one, wherever in a pipe.
const CURL: &str = "curl() { command curl --fail --silent --show-error --noproxy '*' --max-time 10 \"$@\" || kill -TERM $$; }";

/// Each is answered by a server with success.
#[tokio::test]
async fn every_request_is_answered() -> Result<()> {
    let server = Server::with(&["--base-path", "/check/"]).await?;
    let base = server.page().trim_end_matches("/check/").to_owned();
    let desk = Desk::open().await?;
    for (block, line) in commands()?
        .into_iter()
        .filter(|(_, line)| line.starts_with("curl "))
    {
        let line = line
            .replace("https://app.example", &base)
            .replace("https://staff.example", desk.origin());
        let mut shell = Command::new("sh");
        shell.env("TOKEN", desk.token());
        shell.args(["-c", &format!("{CURL}\n{line}")]);
        let ran = tokio::task::spawn_blocking(move || shell.output()).await?;
        let output = ran?;
        if output.status.code() == Some(127) {
            eprintln!("not run, for want of a program: {line}");
            continue;
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{}: {line}: {said}", block.at());
        assert!(
            !output.stdout.is_empty(),
            "{}: {line}: no answer",
            block.at()
        );
    }
    desk.close().await?;
    server.stop().await;
    Ok(())
}

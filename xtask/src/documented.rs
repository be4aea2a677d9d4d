//! Every `cargo xtask …` of README and `docs/` is one that xtask takes.

#[path = "../../tests/lab/src/docs/blocks.rs"]
mod blocks;

use std::path::Path;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser};

use crate::Cli;

fn parsed(line: &str) -> Result<Cli> {
    let words = line.split_whitespace().map(|word| word.trim_matches('\''));
    Ok(Cli::try_parse_from(words.skip(1))?)
}

#[test]
fn every_command_of_the_documentation_is_one_of_ours() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut count = 0;
    for block in blocks::all(&root)? {
        if block.kind != "sh" || block.says("file") || block.says("walk") {
            continue;
        }
        for line in block.commands() {
            if line.starts_with("cargo xtask ") {
                parsed(&line).with_context(|| format!("{}: {line}", block.at()))?;
                count += 1;
            }
        }
        // What is quoted is read by shells only.
        assert!(block.clause("in").is_none(), "{}", block.at());
    }
    assert!(count > 15, "{count} commands");
    for line in [
        "cargo xtask serv",
        "cargo xtask diagnose --brauser firefox",
        "cargo xtask serve --listen nowhere",
    ] {
        assert!(parsed(line).is_err(), "{line}");
    }
    Cli::command().debug_assert();
    Ok(())
}

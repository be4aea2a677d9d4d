//! Whether the crate's interface keeps what its version promises, held against a revision that Cargo.toml names.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::process;
use crate::setup::{self, Need};
use crate::workspace::Workspace;

/// `cargo xtask semver`.
pub(crate) fn command(ws: &Workspace, install: bool) -> Result<()> {
    let manifest = ws.root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).context("cannot read Cargo.toml")?;
    let baseline = baseline(&text).context("Cargo.toml names no baseline")?;
    let kit = setup::ready(ws, &[Need::Semver], install)?;
    let mut git = kit.native("git")?;
    let commit = format!("{baseline}^{{commit}}");
    let known = process::answer(git.args(["cat-file", "-t", &commit]).current_dir(&ws.root));
    ensure!(
        known.is_some(),
        "this clone has no {baseline}: `git fetch --unshallow` brings it"
    );
    // Natively: its rustdoc of another target fails where flags for that target are set, as here. `run` and `Options`, which
    // only browsers have, are not compared.
    let mut cargo = kit.native("cargo")?;
    cargo.args(["semver-checks", "--package", "pushcheck", "--baseline-rev"]);
    process::run(cargo.arg(baseline).current_dir(&ws.root))
}

/// The revision below `[package.metadata.semver]`.
fn baseline(manifest: &str) -> Option<&str> {
    let mut lines = manifest.lines();
    lines.find(|line| *line == "[package.metadata.semver]")?;
    lines
        .next()?
        .strip_prefix("baseline = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::baseline;

    #[test]
    fn our_own_manifest_names_a_revision() {
        let found = baseline(include_str!("../../Cargo.toml"));
        assert!(found.is_some_and(|found| found.len() == 40));
        assert_eq!(baseline("[package]\nbaseline = \"x\""), None);
    }
}

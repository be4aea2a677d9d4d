//! The staff listener held to its document, by a program from PyPI that lies in the cache.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::lab;
use crate::process;
use crate::serve::Profile;
use crate::setup::{Kit, cache};
use crate::workspace::Workspace;

/// Which versions, by their hashes.
const REQUIREMENTS: &str = "tests/api/requirements.txt";

/// Asks the listener everything.
pub(super) fn run(ws: &Workspace, kit: &Kit) -> Result<String> {
    let tools = tools(ws, kit)?;
    let mut lab = lab::command(ws, kit, Profile::Dev, None)?;
    process::run(lab.args(["api", "--tools"]).arg(&tools))?;
    Ok(String::new())
}

/// Where the program is; installed once for each list of versions.
fn tools(ws: &Workspace, kit: &Kit) -> Result<PathBuf> {
    let file = ws.root.join(REQUIREMENTS);
    let list = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let digest = Sha256::digest(&list);
    let version: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
    let wanted = cache::tool_bin("schemathesis", &version)?;
    let wanted = wanted.parent().context("a tool has a folder")?.to_owned();
    if !wanted.exists() {
        eprintln!("xtask: installing schemathesis: holds the staff listener to its document");
    }
    cache::fill(&wanted, |folder| {
        let mut pip = kit.native("python3")?;
        pip.args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:"]);
        pip.args(["--disable-pip-version-check", "--require-hashes", "-r"]);
        process::run_silently(pip.arg(&file).arg("--target").arg(folder))
    })
    .context("cannot install schemathesis")?;
    Ok(wanted)
}

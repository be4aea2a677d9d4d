//! The client libraries that the lab runs, and their server, in a folder of their own.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;
use crate::setup::Kit;
use crate::workspace::Workspace;

/// What says which versions are there.
const LOCK: &str = "package-lock.json";

/// Where they are, installed as the lock says.
pub(crate) fn ready(ws: &Workspace, kit: &Kit) -> Result<PathBuf> {
    let (from, to) = (
        ws.root.join("tests/lab/clients"),
        ws.own_dir()?.join("clients"),
    );
    fs::create_dir_all(&to).with_context(|| format!("cannot create {}", to.display()))?;
    let stamp = to.join("installed");
    let lock = fs::read(from.join(LOCK)).context(LOCK)?;
    for entry in fs::read_dir(&from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    if fs::read(&stamp).ok().as_ref() == Some(&lock) {
        return Ok(to);
    }
    let mut npm = kit.native("npm")?;
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    process::run(npm.current_dir(&to)).context("cannot install the client libraries")?;
    fs::write(&stamp, lock).context("cannot write the libraries' stamp")?;
    Ok(to)
}

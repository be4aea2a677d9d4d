//! Libraries from npm, each set in a folder of its own: those that the lab runs, and those of the examples.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;
use crate::setup::Kit;
use crate::workspace::Workspace;

/// What says which versions are there.
const LOCK: &str = "package-lock.json";
/// What the lab runs, and its server.
const CLIENTS: &str = "tests/lab/clients";
/// What the examples are bundled with, and what looks at pages.
const EXAMPLES: &str = "www/examples";
/// What the package is tried with.
const PACKAGE: &str = "tests/package";
/// Written beside what is installed: the lock that it was installed by.
const STAMP: &str = "installed";

/// Where the client libraries are.
pub(crate) fn clients(ws: &Workspace, kit: &Kit) -> Result<PathBuf> {
    let folder = copied(ws, CLIENTS)?;
    if !is_ready(ws, CLIENTS, &folder) {
        install(ws, kit, CLIENTS, &folder, &[])?;
    }
    Ok(folder)
}

/// Where the examples' libraries are, with the examples beside them. A page without examples is whole: nobody waits long for them.
pub(crate) fn examples(ws: &Workspace, kit: &Kit) -> Result<PathBuf> {
    const IMPATIENT: [&str; 3] = [
        "--prefer-offline",
        "--fetch-retries=0",
        "--fetch-timeout=20000",
    ];
    let folder = copied(ws, EXAMPLES)?;
    if !is_ready(ws, EXAMPLES, &folder) {
        install(ws, kit, EXAMPLES, &folder, &IMPATIENT)?;
    }
    Ok(folder)
}

/// Where the package is tried, with a bundler and a compiler of types.
pub(crate) fn package(ws: &Workspace, kit: &Kit) -> Result<PathBuf> {
    let folder = copied(ws, PACKAGE)?;
    if !is_ready(ws, PACKAGE, &folder) {
        install(
            ws,
            kit,
            PACKAGE,
            &folder,
            &["--prefer-offline", "--fetch-retries=0"],
        )?;
    }
    Ok(folder)
}

/// What finds faults that keep people out of pages, if it is there.
pub(crate) fn axe(ws: &Workspace) -> Result<Option<PathBuf>> {
    let folder = of(ws, EXAMPLES)?;
    let axe = folder.join("node_modules/axe-core/axe.min.js");
    Ok((is_ready(ws, EXAMPLES, &folder) && axe.exists()).then_some(axe))
}

/// Where a folder of the checkout has its libraries.
fn of(ws: &Workspace, from: &str) -> Result<PathBuf> {
    let name = Path::new(from).file_name().unwrap_or_default();
    Ok(ws.own_dir()?.join(name))
}

/// Copies a folder to where its libraries are: the checkout has none in it.
fn copied(ws: &Workspace, from: &str) -> Result<PathBuf> {
    let to = of(ws, from)?;
    fs::create_dir_all(&to).with_context(|| format!("cannot create {}", to.display()))?;
    let from = ws.root.join(from);
    for entry in fs::read_dir(&from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(to)
}

fn is_ready(ws: &Workspace, from: &str, folder: &Path) -> bool {
    let lock = fs::read(ws.root.join(from).join(LOCK)).ok();
    lock.is_some() && lock == fs::read(folder.join(STAMP)).ok()
}

fn install(ws: &Workspace, kit: &Kit, from: &str, folder: &Path, more: &[&str]) -> Result<()> {
    let lock = fs::read(ws.root.join(from).join(LOCK)).context(LOCK)?;
    let mut npm = kit.native("npm")?;
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    process::run_silently(npm.args(more).current_dir(folder))
        .with_context(|| format!("cannot install the libraries of {from}"))?;
    fs::write(folder.join(STAMP), lock).context("cannot write the libraries' stamp")
}

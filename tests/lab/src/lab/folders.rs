//! Where the lab finds and keeps things.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The checkout.
pub(crate) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .map_or_else(PathBuf::new, Path::to_owned)
}

/// The project's own scenarios.
pub(crate) fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// What the lab keeps: PUSHCHECK_LAB, else `pushcheck/lab` in cargo's target folder.
///
/// # Errors
/// It cannot be made.
pub(crate) fn kept() -> Result<PathBuf> {
    let named = env::var_os("PUSHCHECK_LAB").map(PathBuf::from);
    let target = || {
        let program = env::current_exe().ok()?;
        Some(program.ancestors().nth(2)?.join("pushcheck/lab"))
    };
    let folder = named
        .or_else(target)
        .context("where should the lab keep its results? PUSHCHECK_LAB says it")?;
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    std::path::absolute(&folder).context("the lab's folder has no path")
}

/// The probe server's program: PUSHCHECK_SERVER, else beside this one.
///
/// # Errors
/// There is none.
pub(crate) fn server() -> Result<PathBuf> {
    let named = env::var_os("PUSHCHECK_SERVER").map(PathBuf::from);
    let beside = || Some(env::current_exe().ok()?.with_file_name("pushcheck-server"));
    let program = named
        .or_else(beside)
        .context("where is pushcheck-server? PUSHCHECK_SERVER says it")?;
    ensure!(
        program.is_file(),
        "there is no probe server at {}: cargo build --release -p pushcheck-server",
        program.display()
    );
    Ok(program)
}

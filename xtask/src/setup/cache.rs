//! The cache outside the clone: one folder per tool and version, filled atomically, under one lock.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::{env, process};

use anyhow::{Context, Result};

/// Prefix of folders that are being filled; whoever holds the lock may delete them.
const PARTIAL: &str = ".partial-";

/// `$XDG_CACHE_HOME/pushcheck`, or the same under `~/.cache`.
pub(crate) fn root() -> Result<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute());
    let base = match base {
        Some(dir) => dir,
        None => env::home_dir()
            .context("neither XDG_CACHE_HOME nor HOME is set")?
            .join(".cache"),
    };
    Ok(base.join("pushcheck"))
}

/// Folder of the programs of one tool.
pub(crate) fn tool_bin(name: &str, version: &str) -> Result<PathBuf> {
    Ok(root()?
        .join("tools")
        .join(format!("{name}-{version}"))
        .join("bin"))
}

/// Fills `wanted` by way of a folder beside it, so that an interrupted install is never taken for a finished one.
/// Two clones that want the same wait for each other; the second finds it done.
pub(crate) fn fill(wanted: &Path, work: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let shelf = wanted.parent().context("a cached folder lies in another")?;
    fs::create_dir_all(shelf).with_context(|| format!("cannot create {}", shelf.display()))?;
    let lock = lock(shelf)?;
    if wanted.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(shelf)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let partial = shelf.join(format!("{PARTIAL}{}", process::id()));
    fs::create_dir(&partial).with_context(|| format!("cannot create {}", partial.display()))?;
    let done = work(&partial).and_then(|()| {
        fs::rename(&partial, wanted)
            .with_context(|| format!("cannot move the finished install to {}", wanted.display()))
    });
    if done.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    drop(lock);
    done
}

fn lock(shelf: &Path) -> Result<File> {
    let path = shelf.join(".lock");
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    if file.try_lock().is_err() {
        eprintln!(
            "xtask: waiting for another xtask that is filling {}",
            shelf.display()
        );
        file.lock()
            .with_context(|| format!("cannot lock {}", path.display()))?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::fill;

    #[test]
    fn a_failed_install_leaves_nothing_and_a_finished_one_is_kept() -> anyhow::Result<()> {
        let shelf = std::env::temp_dir().join(format!("xtask-cache-{}", std::process::id()));
        let wanted = shelf.join("tool-1");
        assert!(fill(&wanted, |_| anyhow::bail!("no network")).is_err());
        assert!(!wanted.exists());
        fill(&wanted, |dir| Ok(fs::write(dir.join("program"), "x")?))?;
        fill(&wanted, |_| anyhow::bail!("must not run again"))?;
        assert!(wanted.join("program").exists());
        assert_eq!(fs::read_dir(&shelf)?.count(), 2, "the install and the lock");
        fs::remove_dir_all(&shelf)?;
        Ok(())
    }
}

//! Programs of the machine: named by the environment, else looked for where they usually are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// A program that we need and do not bring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    /// The environment variable that names it.
    pub(crate) variable: &'static str,
    /// What it may be called: a name on PATH, or a path of which each part may hold one `*`; `~` is the home.
    pub(crate) names: &'static [&'static str],
    /// How one gets it.
    pub(crate) source: &'static str,
}

impl Program {
    /// Where it is.
    ///
    /// # Errors
    /// Says what is missing and how one gets it.
    pub(crate) fn find(&self) -> Result<PathBuf> {
        if let Some(named) = env::var_os(self.variable).filter(|value| !value.is_empty()) {
            let path = PathBuf::from(named);
            if !path.is_file() {
                bail!(
                    "{} says {}, and there is no such file",
                    self.variable,
                    path.display()
                );
            }
            return Ok(path);
        }
        let found = self.names.iter().find_map(|name| {
            if name.contains('/') {
                usual(name)
            } else {
                on_path(name)
            }
        });
        let Some(found) = found else {
            let first = self.names.first().copied().unwrap_or(self.variable);
            bail!(
                "{first} is missing: {}, or name it by {}",
                self.source,
                self.variable
            );
        };
        Ok(found)
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn usual(pattern: &str) -> Option<PathBuf> {
    let (mut found, rest) = match pattern.strip_prefix("~/") {
        Some(rest) => (vec![PathBuf::from(env::var_os("HOME")?)], rest),
        None => (vec![PathBuf::from("/")], pattern.trim_start_matches('/')),
    };
    for part in rest.split('/') {
        found = found
            .iter()
            .flat_map(|folder| matching(folder, part))
            .collect();
    }
    found.into_iter().rfind(|path| path.is_file())
}

/// The entries of a folder that fit a name, in order.
fn matching(folder: &Path, part: &str) -> Vec<PathBuf> {
    let Some((before, after)) = part.split_once('*') else {
        return vec![folder.join(part)];
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let fits = |name: &str| {
        name.len() >= before.len() + after.len()
            && name.starts_with(before)
            && name.ends_with(after)
    };
    let mut fitting: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(fits))
        .map(|entry| entry.path())
        .collect();
    fitting.sort();
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_a_part_of_a_name() -> Result<()> {
        let folder = tempfile::tempdir()?;
        for version in ["tool-1", "tool-2", "other"] {
            fs::create_dir(folder.path().join(version))?;
            fs::write(folder.path().join(version).join("run"), "")?;
        }
        let pattern = format!("{}/tool-*/run", folder.path().display());
        assert_eq!(usual(&pattern), Some(folder.path().join("tool-2/run")));
        Ok(())
    }

    #[test]
    fn what_is_missing_is_named_with_its_source() {
        let program = Program {
            variable: "PUSHCHECK_NO_SUCH",
            names: &["no-such-tool"],
            source: "apt-get install x",
        };
        let error = program.find().expect_err("it is missing").to_string();
        assert!(
            error.contains("no-such-tool is missing: apt-get install x")
                && error.contains("PUSHCHECK_NO_SUCH")
        );
    }
}

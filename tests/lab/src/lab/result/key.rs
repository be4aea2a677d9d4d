//! What an outcome was made from, as one number: when any of it changes, the cell is run again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::super::cells::Asked;

/// Everything that a report hangs on besides the scenario. A scenario counts for itself alone.
const SOURCES: [&str; 7] = [
    "Cargo.lock",
    "src",
    "server",
    "www",
    "tests/lab/src",
    "tests/lab/pages",
    "tests/lab/clients",
];

/// What is made from the sources themselves.
const MADE: [&str; 2] = ["pkg", "target"];

/// Makes keys.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    sources: String,
}

impl Keys {
    /// Reads the sources of a checkout. Without one the programs themselves count.
    ///
    /// # Errors
    /// Something of it cannot be read.
    pub(crate) fn of(checkout: &Path) -> Result<Self> {
        let mut hash = Sha256::new();
        let mut files = Vec::new();
        for source in SOURCES {
            collect(&checkout.join(source), &mut files)?;
        }
        if files.is_empty() {
            files.push(std::env::current_exe()?);
            files.push(super::super::folders::server()?);
        }
        add(&mut hash, checkout, files)?;
        Ok(Self {
            sources: hex(&hash.finalize()),
        })
    }

    /// The key of a cell.
    ///
    /// # Errors
    /// The scenario's folder cannot be read.
    pub(crate) fn key(&self, asked: &Asked) -> Result<String> {
        let scenario = &asked.scenario;
        let mut hash = Sha256::new();
        let mut files = Vec::new();
        collect(&scenario.folder, &mut files)?;
        add(&mut hash, &scenario.folder, files)?;
        for documented in &scenario.documented {
            hash.update(documented.text()?);
        }
        let words = [
            self.sources.as_str(),
            &scenario.name,
            asked.browser.name(),
            &asked.seed.to_string(),
            asked.page.name(),
            &asked.way.map_or_else(String::new, |way| way.to_string()),
            &asked.strain.to_string(),
            if asked.fixed { "fixed" } else { "" },
            asked.client.as_deref().unwrap_or_default(),
            asked.need.as_deref().unwrap_or_default(),
        ];
        hash.update(words.join("/"));
        Ok(hex(&hash.finalize())[..24].to_owned())
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        let entries =
            fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
        for entry in entries.flatten() {
            let made = MADE.iter().any(|made| entry.file_name() == *made);
            if !made {
                collect(&entry.path(), files)?;
            }
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}

fn add(hash: &mut Sha256, root: &Path, mut files: Vec<PathBuf>) -> Result<()> {
    files.sort();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file);
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        hash.update(name.to_string_lossy().as_bytes());
        hash.update(bytes.len().to_be_bytes());
        hash.update(bytes);
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::browser::Browser;
    use crate::lab::cell::{Strain, View};
    use crate::lab::scenario::Scenario;

    #[test]
    fn a_key_changes_with_everything_it_is_made_from_and_nothing_else() -> Result<()> {
        let root = tempfile::tempdir()?;
        let case = root.path().join("tests/lab/scenarios/case");
        for folder in [
            &case,
            &root.path().join("src"),
            &root.path().join("www/pkg"),
        ] {
            fs::create_dir_all(folder)?;
        }
        fs::write(root.path().join("src/lib.rs"), "1")?;
        fs::write(case.join("scenario.toml"), "about = \"x\"\n[expect]\n")?;
        let asked = Asked {
            scenario: Arc::new(Scenario::read(&case)?),
            browser: Browser::Chromium,
            seed: 1,
            page: View::Clean,
            way: None,
            strain: Strain::default(),
            fixed: false,
            client: None,
            need: None,
        };
        let key = |browser, seed, page| {
            Keys::of(root.path())?.key(&Asked {
                browser,
                seed,
                page,
                ..asked.clone()
            })
        };
        let far = Asked {
            way: Some("20ms-1permille".parse()?),
            ..asked.clone()
        };
        let far = Keys::of(root.path())?.key(&far)?;
        let first = key(Browser::Chromium, 1, View::Clean)?;
        fs::write(root.path().join("www/pkg/made.js"), "1")?;
        assert_eq!(key(Browser::Chromium, 1, View::Clean)?, first);
        assert_ne!(key(Browser::Firefox, 1, View::Clean)?, first);
        assert_ne!(key(Browser::Chromium, 2, View::Clean)?, first);
        assert_ne!(key(Browser::Chromium, 1, View::Through)?, first);
        assert_ne!(far, first);
        fs::write(case.join("nginx.conf"), "listen 80;")?;
        let with_file = key(Browser::Chromium, 1, View::Clean)?;
        assert_ne!(with_file, first);
        fs::write(root.path().join("src/lib.rs"), "2")?;
        assert_ne!(key(Browser::Chromium, 1, View::Clean)?, with_file);
        Ok(())
    }
}

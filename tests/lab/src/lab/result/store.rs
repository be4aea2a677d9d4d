//! The results file: one line of JSON for each cell that was run, the last of a key counts.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Record;
use crate::lab::judge::Judgement;

/// The outcomes that are known.
#[derive(Debug)]
pub(crate) struct Store {
    file: PathBuf,
    known: BTreeMap<String, Record>,
}

impl Store {
    /// Reads the file, if there is one. A line that this version cannot read counts for nothing.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let file = folder.join("results.jsonl");
        let text = match file.is_file() {
            true => fs::read_to_string(&file)
                .with_context(|| format!("cannot read {}", file.display()))?,
            false => String::new(),
        };
        let records = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Record>(line).ok());
        let known = records.map(|record| (record.key.clone(), record)).collect();
        Ok(Self { file, known })
    }

    /// The outcome of a key. What could not be run is tried again.
    pub(crate) fn get(&self, key: &str) -> Option<&Record> {
        self.known
            .get(key)
            .filter(|record| record.outcome != Judgement::NotRun)
    }

    /// Appends an outcome.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn add(&mut self, record: &Record) -> Result<()> {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&self.file)
            .with_context(|| format!("cannot write {}", self.file.display()))?;
        let line = serde_json::to_string(record)? + "\n";
        file.write_all(line.as_bytes())
            .with_context(|| format!("cannot write {}", self.file.display()))?;
        self.known.insert(record.key.clone(), record.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::lab::judge::Outcome;

    #[test]
    fn what_was_run_is_known_to_the_next_call_and_what_was_not_is_not() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let ran = sample("ran", Outcome::no_report("none".to_owned()));
        let not = sample("not", Outcome::not_run("no nginx".to_owned()));
        let mut store = Store::open(folder.path())?;
        store.add(&ran)?;
        store.add(&not)?;
        fs::write(
            folder.path().join("results.jsonl"),
            fs::read_to_string(folder.path().join("results.jsonl"))? + "{\"half\": ",
        )?;
        let store = Store::open(folder.path())?;
        assert_eq!(store.get(&ran.key), Some(&ran));
        assert_eq!(store.get(&not.key), None);
        Ok(())
    }
}

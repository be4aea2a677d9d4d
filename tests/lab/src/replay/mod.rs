//! `replay`: saved reports, judged again by today's rules.
//!
//! The evidence in a report is raw, so the same rules say the same of it for ever, and better rules say better. Nothing
//! here touches a network.

mod compare;
mod read;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use pushcheck::report::Report;
use pushcheck_server::Schema;

pub use compare::{Difference, differences};
pub use read::{MOST, Unusable, read};

/// Judges saved reports again, by today's rules
///
/// Exits with 0 when they say the same, 1 when they differ, 2 when a file is unusable.
#[derive(Debug, Args)]
pub struct Replay {
    /// Reports, or folders: of one every `*.json`, and every `report.json` further down
    #[arg(value_name = "REPORT.json", required = true)]
    files: Vec<PathBuf>,
    /// Prints the new reports instead, as JSON one after another
    #[arg(long)]
    json: bool,
}

/// The report that today's rules make of the same run; `None`: it was saved without its evidence.
pub fn again(report: &Report) -> Option<Report> {
    pushcheck::replay::again(report.clone())
}

/// Does it and says how it went.
pub fn command(replay: &Replay) -> ExitCode {
    match all(replay) {
        Ok(Worst::Equal) => ExitCode::SUCCESS,
        Ok(Worst::Differs) => ExitCode::from(1),
        Ok(Worst::Unusable) => ExitCode::from(2),
        Err(error) => {
            eprintln!("pushcheck-lab: {error:#}");
            ExitCode::from(2)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    Equal,
    Differs,
    Unusable,
}

fn all(replay: &Replay) -> Result<Worst> {
    let schema = Schema::new().context("the schema of reports")?;
    let mut worst = Worst::Equal;
    for file in files(&replay.files)? {
        let report = match load(&schema, &file) {
            Ok(report) => report,
            Err(error) => {
                eprintln!("{}: {error:#}", file.display());
                worst = Worst::Unusable;
                continue;
            }
        };
        let today = again(&report).context("evidence that was there is gone")?;
        let differences = differences(&report, &today);
        if !differences.is_empty() {
            worst = worst.max(Worst::Differs);
        }
        let text = match replay.json {
            true => serde_json::to_string_pretty(&today)? + "\n",
            false => compare::text(&file.display().to_string(), &report, &today, &differences),
        };
        crate::lab::print(&text)?;
    }
    Ok(worst)
}

/// In what a report of this very version says something else when it is judged again: its evidence is not whole then.
///
/// # Errors
/// The schema in here is none.
pub(crate) fn unlike(report: &serde_json::Value) -> Result<Vec<String>> {
    let report = match read(&Schema::new()?, &serde_json::to_vec(report)?) {
        Ok(report) => report,
        Err(error) => return Ok(vec![format!("the report is unusable: {error}")]),
    };
    let today = again(&report).context("evidence that was there is gone")?;
    let all = differences(&report, &today);
    let told =
        |Difference { at, report, today }| format!("judged again, {at} is {today}, not {report}");
    Ok(all.into_iter().map(told).collect())
}

fn load(schema: &Schema, file: &Path) -> Result<Report> {
    let size = fs::metadata(file).context("cannot be read")?.len();
    if size > MOST {
        return Err(Unusable::TooLarge(size).into());
    }
    Ok(read(schema, &fs::read(file).context("cannot be read")?)?)
}

/// The files that are meant, in order.
fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        collect(path, &mut files, |name| name.ends_with(".json"))?;
        ensure!(
            files.len() > before,
            "{} holds no report: neither a *.json nor, further down, a report.json",
            path.display()
        );
    }
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>, fits: fn(&str) -> bool) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        // Not through links: they may lead in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), files, |name| name == "report.json")?;
        } else if entry.file_name().to_str().is_some_and(fits) {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_searched_for_reports() -> Result<()> {
        let root = tempfile::tempdir()?;
        let cell = root.path().join("cells/a");
        fs::create_dir_all(&cell)?;
        for file in [
            "b.json",
            "a.json",
            "notes.txt",
            "cells/a/report.json",
            "cells/a/outcome.json",
        ] {
            fs::write(root.path().join(file), "")?;
        }
        let found = files(&[root.path().to_owned()])?;
        let names: Vec<_> = found
            .iter()
            .flat_map(|file| file.strip_prefix(&root))
            .collect();
        let expected = ["a.json", "b.json", "cells/a/report.json"].map(Path::new);
        assert_eq!(names, expected);
        let empty = tempfile::tempdir()?;
        assert!(files(&[empty.path().to_owned()]).is_err());
        Ok(())
    }
}

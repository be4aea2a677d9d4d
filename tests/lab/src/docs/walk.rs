//! The walks: what a page says that one adds, added to a copy of the checkout, and its commands run there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::blocks::{self, Block};
use crate::lab::checkout;

/// What a walk does.
fn steps(page: &str) -> Result<Vec<Block>> {
    let all = blocks::all(&checkout())?;
    let mut own: Vec<Block> = all.into_iter().filter(|block| block.page == page).collect();
    own.retain(|block| block.says("file") || block.says("walk"));
    Ok(own)
}

/// The pages that somebody walks.
fn walks() -> Result<BTreeSet<String>> {
    let all = blocks::all(&checkout())?;
    let walked = all
        .into_iter()
        .filter(|block| block.says("file") || block.says("walk"));
    Ok(walked.map(|block| block.page).collect())
}

/// Where a block goes in a file that is there: after, before or instead of a line that stands in it once.
const PLACES: [(&str, usize, usize); 3] = [("after", 1, 1), ("before", 0, 0), ("instead", 0, 1)];

/// Puts a block where it says: a new file, or at a line of one that is there.
fn put(block: &Block, root: &Path) -> Result<()> {
    let name = block.clause("file").context("no file")?;
    let file = root.join(name);
    let place = PLACES
        .iter()
        .find_map(|(clause, from, to)| Some((block.clause(clause)?, from, to)));
    let Some((line, from, to)) = place else {
        ensure!(!file.exists(), "{}: {name} is there", block.at());
        let folder = file.parent().context("a file has a folder")?;
        fs::create_dir_all(folder)?;
        return fs::write(&file, &block.text).with_context(|| name.to_owned());
    };
    let text = fs::read_to_string(&file).with_context(|| name.to_owned())?;
    let mut lines: Vec<&str> = text.lines().collect();
    let is_meant = |own: &&str| own.trim() == line;
    let count = lines.iter().copied().filter(is_meant).count();
    let at = lines.iter().position(is_meant);
    let (Some(at), 1) = (at, count) else {
        bail!("{}: “{line}” stands {count} times in {name}", block.at());
    };
    lines.splice(at + from..at + to, block.text.lines());
    fs::write(&file, lines.join("\n") + "\n").with_context(|| name.to_owned())
}

/// The files of a checkout that a step needs, copied.
fn copied(names: impl IntoIterator<Item = String>, to: &Path) -> Result<()> {
    for name in names {
        let (from, to) = (checkout().join(&name), to.join(&name));
        fs::create_dir_all(to.parent().context("a file has a folder")?)?;
        fs::copy(&from, &to).with_context(|| name)?;
    }
    Ok(())
}

/// Every step can be taken in today's files.
#[test]
fn every_step_finds_its_place() -> Result<()> {
    let walks = walks()?;
    assert_eq!(walks.len(), 3, "{walks:?}");
    for page in walks {
        let root = tempfile::tempdir()?;
        let steps = steps(&page)?;
        let own = steps
            .iter()
            .filter(|block| PLACES.iter().any(|(clause, ..)| block.says(clause)));
        let names: BTreeSet<String> = own
            .filter_map(|block| block.clause("file"))
            .map(str::to_owned)
            .collect();
        copied(
            names
                .into_iter()
                .filter(|name| checkout().join(name).exists()),
            root.path(),
        )?;
        for block in steps.iter().filter(|block| block.says("file")) {
            put(block, root.path())?;
        }
        // A scenario that expects what is there today can be read today.
        let scenarios = root.path().join("tests/lab/scenarios");
        if page == "docs/add-a-scenario.md" {
            assert_eq!(crate::lab::scenarios_in(&scenarios)?, ["legal-451"]);
        }
    }
    Ok(())
}

/// Where a walk is walked: beside this program, so that what was compiled there is not compiled again.
fn ground(page: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(3).context("a target folder")?;
    let name = page
        .rsplit('/')
        .next()
        .unwrap_or(page)
        .trim_end_matches(".md");
    Ok(target.join("walks").join(name))
}

/// Takes every step in a copy of the checkout, and runs the commands there. Compiles the project anew: minutes.
///
/// `WALK=add-a-cause` takes one of them only.
#[test]
#[ignore = "takes minutes"]
fn every_walk_ends_where_it_says() -> Result<()> {
    let asked = std::env::var("WALK").unwrap_or_default();
    for page in walks()?.into_iter().filter(|page| page.contains(&asked)) {
        let root = ground(&page)?;
        let tracked = Command::new("git")
            .arg("-C")
            .arg(checkout())
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .output()?;
        let names = String::from_utf8(tracked.stdout)?;
        let names = names.lines().map(str::to_owned);
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        copied(names.filter(|name| checkout().join(name).is_file()), &root)?;
        for block in steps(&page)? {
            if block.says("file") {
                put(&block, &root)?;
                continue;
            }
            for line in block.commands() {
                eprintln!("{}: {line}", block.at());
                let mut shell = Command::new("sh");
                shell.args(["-c", &line]).current_dir(&root);
                // All walks share it: the files of each are newer than what the one before has compiled.
                shell.env("CARGO_TARGET_DIR", root.with_file_name("target"));
                let output = shell.output()?;
                let said = [output.stdout, output.stderr].concat();
                let said = String::from_utf8_lossy(&said);
                match block.clause("fails") {
                    None => ensure!(output.status.success(), "{}: {line}:\n{said}", block.at()),
                    Some(with) => ensure!(
                        !output.status.success() && said.contains(with),
                        "{}: {line} must fail with “{with}”:\n{said}",
                        block.at()
                    ),
                }
            }
        }
    }
    Ok(())
}

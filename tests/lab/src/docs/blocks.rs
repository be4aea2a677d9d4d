//! The blocks of code in the project's pages: `README.md` and `docs/*.md`. Also compiled into a test of xtask's.
//!
//! What a reader does not see stands in a comment before the fence: `<!-- docs: in embed; expects report -->`. Its clauses are parted
//! by semicolons; `expects`, `after`, `before`, `instead` and `fails` take all that follows.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

/// How a comment for us begins.
const COMMENT: &str = "<!-- docs:";

/// Clauses that take the rest of the comment, whatever stands in it.
const LAST: [&str; 5] = ["expects", "after", "before", "instead", "fails"];

/// A block between two fences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The page, from the checkout on: `docs/embed.md`.
    pub(crate) page: String,
    /// The line of its first fence, from 1.
    pub(crate) line: usize,
    /// What the fence says that it is: `js`.
    pub(crate) kind: String,
    /// The clauses before it: name and value.
    pub(crate) clauses: Vec<(String, String)>,
    /// Its lines, each with its end.
    pub(crate) text: String,
}

impl Block {
    /// Where it is, for people.
    pub(crate) fn at(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }

    /// What a clause says; `None`: there is none of that name.
    pub(crate) fn clause(&self, name: &str) -> Option<&str> {
        let found = self.clauses.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether there is a clause of that name.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.clause(name).is_some()
    }

    #[cfg(test)]
    /// Its lines as commands: those that end in a backslash go on, comments are left out.
    pub(crate) fn commands(&self) -> Vec<String> {
        let joined = self.text.replace("\\\n", " ");
        let lines = joined
            .lines()
            .map(|line| line.split(" #").next().unwrap_or(line).trim());
        lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    }
}

/// The blocks of every page of a checkout, in order.
///
/// # Errors
/// A page cannot be read, or a block is not closed.
pub(crate) fn all(checkout: &Path) -> Result<Vec<Block>> {
    let mut pages = vec!["README.md".to_owned()];
    let folder = checkout.join("docs");
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") {
            pages.push(format!("docs/{name}"));
        }
    }
    pages.sort();
    let mut blocks = Vec::new();
    for page in pages {
        let text = fs::read_to_string(checkout.join(&page))
            .with_context(|| format!("cannot read {page}"))?;
        blocks.extend(of(&page, &text)?);
    }
    Ok(blocks)
}

/// The blocks of one page.
///
/// # Errors
/// A fence or a comment is not closed.
pub(crate) fn of(page: &str, text: &str) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    let mut clauses = None;
    while let Some((at, line)) = lines.next() {
        if let Some(comment) = line.strip_prefix(COMMENT) {
            let Some(inside) = comment.trim_end().strip_suffix("-->") else {
                bail!("{page}:{}: a comment ends on its line", at + 1);
            };
            ensure!(
                clauses.is_none(),
                "{page}:{}: a comment without a block",
                at + 1
            );
            clauses = Some(clauses_of(inside.trim()));
            continue;
        }
        let Some(kind) = line.trim_start().strip_prefix("```") else {
            let empty = line.trim().is_empty();
            ensure!(
                empty || clauses.is_none(),
                "{page}:{}: a comment without a block",
                at + 1
            );
            continue;
        };
        ensure!(
            line.starts_with("```"),
            "{page}:{}: a block is not indented",
            at + 1
        );
        let mut inside = String::new();
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some((_, line)) => inside += &format!("{line}\n"),
                None => bail!("{page}:{}: a block is not closed", at + 1),
            }
        }
        blocks.push(Block {
            page: page.to_owned(),
            line: at + 1,
            kind: kind.trim().to_owned(),
            clauses: clauses.take().unwrap_or_default(),
            text: inside,
        });
    }
    ensure!(clauses.is_none(), "{page}: a comment without a block");
    Ok(blocks)
}

fn clauses_of(mut text: &str) -> Vec<(String, String)> {
    let mut clauses = Vec::new();
    while !text.is_empty() {
        let name = text.split([' ', ';']).next().unwrap_or_default();
        let rest = &text[name.len()..];
        let (value, after) = match rest.split_once(';') {
            Some(parts) if !LAST.contains(&name) => parts,
            _ => (rest, ""),
        };
        clauses.push((name.to_owned(), value.trim().to_owned()));
        text = after.trim();
    }
    clauses
}

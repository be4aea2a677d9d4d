//! `snippets`: the documentation's blocks of one kind as files, for whoever compiles them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use super::blocks::{self, Block};
use crate::lab::checkout;

/// Writes the documentation's blocks of one kind into a folder, each a file
#[derive(Clone, Debug, Args)]
pub struct Snippets {
    /// What the fences say: ts
    #[arg(long, value_name = "KIND")]
    kind: String,
    /// The folder; what is in it goes
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
}

/// Writes them and prints their names.
pub fn command(snippets: &Snippets) -> ExitCode {
    match written(&checkout(), snippets) {
        Ok(files) => {
            files.iter().for_each(|file| println!("{}", file.display()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("pushcheck-lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn written(checkout: &Path, Snippets { kind, into }: &Snippets) -> Result<Vec<PathBuf>> {
    if into.exists() {
        fs::remove_dir_all(into).with_context(|| format!("cannot clear {}", into.display()))?;
    }
    fs::create_dir_all(into).with_context(|| format!("cannot create {}", into.display()))?;
    let blocks = blocks::all(checkout)?;
    let mut files = Vec::new();
    for block in blocks.iter().filter(|block| block.kind == *kind) {
        let file = into.join(name(block));
        // One that imports nothing would share its names with the others.
        let text = format!("// {}\n{}\nexport {{}};\n", block.at(), block.text);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        files.push(file);
    }
    Ok(files)
}

/// The file of a block.
fn name(block: &Block) -> String {
    let page = block
        .page
        .trim_start_matches("docs/")
        .trim_end_matches(".md");
    format!("{}-{}.{}", page.to_lowercase(), block.line, block.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_becomes_a_file_that_says_where_it_stands() -> Result<()> {
        let root = tempfile::tempdir()?;
        fs::create_dir(root.path().join("docs"))?;
        fs::write(root.path().join("README.md"), "```ts\nlet a = 1;\n```\n")?;
        fs::write(root.path().join("docs/b.md"), "```sh\nls\n```\n")?;
        let into = root.path().join("out");
        let snippets = Snippets {
            kind: "ts".to_owned(),
            into: into.clone(),
        };
        let files = written(root.path(), &snippets)?;
        assert_eq!(files, [into.join("readme-1.ts")]);
        let text = fs::read_to_string(&files[0])?;
        assert!(text.starts_with("// README.md:1\nlet a = 1;\n"), "{text}");
        Ok(())
    }
}

//! Programs that a test writes and runs.

use std::path::Path;
use std::process::{Command, Output};

/// A folder that is removed with the value.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

pub fn run(program: &str, args: &[&str], within: &Path) -> Option<Output> {
    Command::new(program)
        .args(args)
        .current_dir(within)
        .output()
        .ok()
}

pub fn succeeded(output: &Output, code: &str) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(output.status.success(), "{code}\n{out}\n{err}");
    out
}

//! Finding programs: the variable that names one, then PATH.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A program that some command needs, and how a machine that we cannot install on may provide it.
pub(crate) struct Program {
    /// The environment variable that points to it.
    pub(crate) variable: &'static str,
    /// Names it goes by on PATH, or absolute paths, perhaps with one `*` for a folder.
    pub(crate) names: &'static [&'static str],
    /// Debian's packages.
    pub(crate) debian: &'static [&'static str],
    /// Ubuntu's packages.
    pub(crate) ubuntu: &'static [&'static str],
    /// What it is needed for.
    pub(crate) why: &'static str,
}

impl Program {
    /// Where it is, if it is there.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        if let Some(named) = env::var_os(self.variable).map(PathBuf::from) {
            return is_program(&named).then_some(named);
        }
        self.names
            .iter()
            .find_map(|name| match name.split_once("/*/") {
                Some((folder, rest)) => in_some_folder(Path::new(folder), rest),
                None if name.starts_with('/') => {
                    Some(PathBuf::from(name)).filter(|p| is_program(p))
                }
                None => on_path(name),
            })
    }

    /// One clause for "what is missing".
    pub(crate) fn missing(&self) -> String {
        let (name, variable, why) = (self.names[0], self.variable, self.why);
        match env::var_os(variable) {
            Some(named) => format!("{variable} points to {named:?}, which is no program ({why})"),
            None => {
                format!("{name} ({why}; if it is installed elsewhere, set {variable} to its path)")
            }
        }
    }
}

/// Looks a program up on PATH.
pub(crate) fn on_path(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(name.as_ref()))
        .find(|file| is_program(file))
}

fn in_some_folder(parent: &Path, rest: &str) -> Option<PathBuf> {
    let mut found: Vec<_> = parent
        .read_dir()
        .ok()?
        .flatten()
        .map(|entry| entry.path().join(rest))
        .collect();
    found.retain(|file| is_program(file));
    found.sort();
    found.pop()
}

fn is_program(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::{Program, on_path};

    #[test]
    fn a_missing_program_is_named_with_its_variable() {
        let program = Program {
            variable: "PUSHCHECK_NO_SUCH",
            names: &["no-such-program", "/usr/lib/*/no-such-program"],
            debian: &[],
            ubuntu: &[],
            why: "to test",
        };
        assert_eq!(program.find(), None);
        assert!(program.missing().contains("set PUSHCHECK_NO_SUCH"));
    }

    #[test]
    fn folders_are_no_programs() {
        assert!(on_path("sh").is_some());
        assert_eq!(on_path(""), None);
    }
}

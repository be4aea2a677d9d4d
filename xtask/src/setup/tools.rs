//! Tools from crates.io, built once per version into the cache.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{cache, program};
use crate::process;

/// A program that `cargo install` provides.
pub(crate) struct Tool {
    /// The crate.
    pub(crate) name: &'static str,
    /// Its version, exactly.
    pub(crate) version: String,
    /// The program that shows that it is installed.
    pub(crate) program: &'static str,
    /// Whether another version on PATH will not do.
    pub(crate) exact: bool,
    /// What it is needed for.
    pub(crate) why: &'static str,
}

impl Tool {
    /// wasm-bindgen and its test runner; they refuse a module made for another version.
    pub(crate) fn wasm_bindgen(version: String) -> Self {
        let why = "makes the widget's JavaScript and runs its tests in browsers";
        Self {
            name: "wasm-bindgen-cli",
            version,
            program: "wasm-bindgen",
            exact: true,
            why,
        }
    }

    /// wasm-pack, as users of the crate would type it.
    pub(crate) fn wasm_pack() -> Self {
        let why = "tests the crate as a dependency, the way its users would";
        Self {
            name: "wasm-pack",
            version: "0.15.1".into(),
            program: "wasm-pack",
            exact: false,
            why,
        }
    }

    /// Firefox's driver, which Debian does not package.
    pub(crate) fn geckodriver() -> Self {
        let (name, version) = ("geckodriver", "0.37.1".into());
        Self {
            name,
            version,
            program: "geckodriver",
            exact: false,
            why: "drives Firefox",
        }
    }

    /// Compares the crate's interface with an earlier one's.
    pub(crate) fn semver_checks() -> Self {
        Self {
            name: "cargo-semver-checks",
            version: "0.51.0".into(),
            program: "cargo-semver-checks",
            exact: false,
            why: "compares the crate's interface with its baseline",
        }
    }

    /// Where its program is: our cache first, then its variable and PATH.
    pub(crate) fn find(&self) -> Result<Option<PathBuf>> {
        let cached = cache::tool_bin(self.name, &self.version)?.join(self.program);
        if cached.exists() {
            return Ok(Some(cached));
        }
        let named = env::var_os(self.program.to_uppercase()).map(PathBuf::from);
        let found = named
            .filter(|path| path.exists())
            .or_else(|| program::on_path(self.program));
        Ok(found.filter(|path| !self.exact || self.is_version_of(path)))
    }

    fn is_version_of(&self, path: &Path) -> bool {
        let said = process::answer(Command::new(path).arg("--version")).unwrap_or_default();
        said.split_whitespace().any(|word| word == self.version)
    }

    /// Builds it into the cache.
    pub(crate) fn install(&self) -> Result<()> {
        let bin = cache::tool_bin(self.name, &self.version)?;
        let wanted = bin.parent().context("a tool's bin lies in its folder")?;
        cache::fill(wanted, |dir| {
            // Some registries no longer carry a version that a tool's own lock names: then without the lock.
            let locked = self.cargo_install(dir, true);
            locked.or_else(|first| {
                self.cargo_install(dir, false)
                    .context(format!("with --locked: {first:#}"))
            })
        })
        .with_context(|| format!("cannot install {} {}", self.name, self.version))
    }

    fn cargo_install(&self, dir: &Path, locked: bool) -> Result<()> {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["install", self.name, "--version", &self.version, "--root"])
            .arg(dir);
        cargo.args(locked.then_some("--locked"));
        // A tool that runs for a second need not be compiled for minutes.
        cargo
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        cargo
            .env("CARGO_TARGET_DIR", dir.join("target"))
            .env_remove("RUSTFLAGS")
            .current_dir(dir);
        let built = process::run_silently(&mut cargo);
        let _ = std::fs::remove_dir_all(dir.join("target"));
        built
    }
}

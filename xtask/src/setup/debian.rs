//! A toolchain of our own around Debian's compiler, for machines that may not download wasm32's standard library.
//! The library is built once from Debian's sources; nothing under /usr is written.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::rust::WASM;
use super::{apt, cache};
use crate::process;

const RUSTC: &str = "/usr/bin/rustc";
const RUSTLIB: &str = "/usr/lib/rustlib";
const PACKAGES: &[&str] = &[
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-clippy",
    "rustfmt-web",
];

/// `test` and `proc_macro` are there for the test harness; `lto` so that the objects keep the bitcode that LTO of the widget needs.
const SEED: &str = "[package]\nname = \"sysroot-seed\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[profile.release]\nopt-level = \"s\"\nlto = true\n[workspace]\n";

/// Where the toolchain lies, if it was built for the compiler that is installed now.
pub(crate) fn finished() -> Result<Option<PathBuf>> {
    let Some(about) = about_compiler() else {
        return Ok(None);
    };
    let dir = folder(&about)?;
    Ok((dir.exists() && linker(&about)?.exists()).then_some(dir))
}

/// Installs Debian's compiler and builds the toolchain around it.
pub(crate) fn build() -> Result<PathBuf> {
    let present =
        about_compiler().is_some_and(|about| linker(&about).is_ok_and(|linker| linker.exists()));
    let sources = Path::new(RUSTLIB)
        .join("src/rust/library/std/Cargo.toml")
        .exists();
    if !(present
        && sources
        && Path::new("/usr/bin/clippy-driver").exists()
        && Path::new("/usr/bin/cargo").exists())
    {
        apt::install(PACKAGES).context("cannot install Debian's compiler")?;
    }
    let about = about_compiler().with_context(|| format!("{RUSTC} does not answer"))?;
    let linker = linker(&about)?;
    if !linker.exists() {
        let package = linker
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        apt::install(&[&package]).context("cannot install the linker of Debian's compiler")?;
    }
    let dir = folder(&about)?;
    cache::fill(&dir, |partial| {
        let seed = partial.join("seed");
        build_library(&seed)?;
        lay_out(partial, &dir, &seed, &linker)?;
        fs::remove_dir_all(&seed).context("cannot remove the seed")
    })
    .context("cannot build the standard library for wasm32 from Debian's sources")?;
    Ok(dir)
}

fn about_compiler() -> Option<String> {
    process::answer(Command::new(RUSTC).arg("-vV"))
}

fn field<'a>(about: &'a str, name: &str) -> Result<&'a str> {
    let found = about
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.with_context(|| format!("{RUSTC} -vV tells no {name}"))
}

/// Keyed by version and commit, so that an upgrade of the package is a new toolchain.
fn folder(about: &str) -> Result<PathBuf> {
    let (release, commit) = (field(about, "release")?, field(about, "commit-hash")?);
    let commit = commit.get(..9).unwrap_or(commit);
    Ok(cache::root()?
        .join("toolchains")
        .join(format!("debian-{release}-{commit}")))
}

/// LLD of the LLVM that the compiler was built with.
fn linker(about: &str) -> Result<PathBuf> {
    let llvm = field(about, "LLVM version")?;
    let major = llvm.split('.').next().unwrap_or(llvm);
    Ok(Path::new("/usr/bin").join(format!("lld-{major}")))
}

fn build_library(seed: &Path) -> Result<()> {
    fs::create_dir_all(seed.join("src"))
        .with_context(|| format!("cannot create {}", seed.display()))?;
    fs::write(seed.join("Cargo.toml"), SEED)?;
    fs::write(seed.join("src/lib.rs"), "")?;
    let mut cargo = Command::new("/usr/bin/cargo");
    cargo.args([
        "build",
        "--release",
        "--target",
        WASM,
        "-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test",
    ]);
    cargo
        .current_dir(seed)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", RUSTC)
        .env("CARGO_TARGET_DIR", seed.join("target"));
    for ours in [
        "CARGO",
        "RUSTUP_TOOLCHAIN",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTDOC",
        "RUSTC_WRAPPER",
    ] {
        cargo.env_remove(ours);
    }
    process::run_silently(&mut cargo)
}

/// `partial` is filled now and becomes `dir`, which is what the wrappers must name.
fn lay_out(partial: &Path, dir: &Path, seed: &Path, linker: &Path) -> Result<()> {
    let rustlib = partial.join("lib/rustlib");
    let (bin, library) = (partial.join("bin"), rustlib.join(WASM).join("lib"));
    fs::create_dir_all(&bin)?;
    fs::create_dir_all(&library)?;
    for entry in fs::read_dir(RUSTLIB)
        .with_context(|| format!("cannot read {RUSTLIB}"))?
        .flatten()
    {
        if entry.file_name() != WASM {
            symlink(entry.path(), rustlib.join(entry.file_name()))?;
        }
    }
    let mut copied = 0;
    for entry in fs::read_dir(seed.join("target").join(WASM).join("release/deps"))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libsysroot_seed") {
            fs::copy(entry.path(), library.join(&name))
                .with_context(|| format!("cannot copy {name}"))?;
            copied += 1;
        }
    }
    if copied == 0 {
        bail!("the build left no libraries");
    }
    // A mere symlink would leave the compiler's own idea of its sysroot at /usr.
    for name in ["rustc", "rustdoc"] {
        script(
            &bin.join(name),
            &format!("exec /usr/bin/{name} --sysroot '{}' \"$@\"", dir.display()),
        )?;
    }
    for name in ["cargo-clippy", "clippy-driver"] {
        script(
            &bin.join(name),
            &format!(
                "export SYSROOT='{}'\nexec /usr/bin/{name} \"$@\"",
                dir.display()
            ),
        )?;
    }
    for name in ["cargo", "cargo-fmt", "rustfmt"] {
        symlink(Path::new("/usr/bin").join(name), bin.join(name))?;
    }
    symlink(linker, bin.join("rust-lld")).context("cannot link the linker")
}

fn script(file: &Path, body: &str) -> Result<()> {
    fs::write(file, format!("#!/bin/sh\n{body}\n"))
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(fs::set_permissions(
        file,
        fs::Permissions::from_mode(0o755),
    )?)
}

#[cfg(test)]
mod tests {
    use super::{folder, linker};

    const ABOUT: &str = "rustc 1.96.0 (ac68faa20 2026-05-25)\nbinary: rustc\ncommit-hash: ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96\nrelease: 1.96.0\nLLVM version: 22.1.8";

    #[test]
    fn the_toolchain_is_keyed_by_release_and_commit() -> anyhow::Result<()> {
        assert!(folder(ABOUT)?.ends_with("pushcheck/toolchains/debian-1.96.0-ac68faa20"));
        assert!(linker(ABOUT)?.ends_with("lld-22"));
        assert!(folder("release: 1.96.0").is_err());
        Ok(())
    }
}

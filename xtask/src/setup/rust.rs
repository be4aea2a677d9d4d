//! The compilers: the one that built xtask for native code, and one that has wasm32's standard library.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::apt::Distro;
use super::{debian, program};
use crate::process;

/// The widget's target.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// A toolchain to call cargo from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Rust {
    /// The toolchain that runs xtask.
    Current,
    /// One of our own, in the cache, around Debian's compiler.
    Debian(PathBuf),
}

impl Rust {
    /// A command of this toolchain: cargo, or a tool that calls cargo. `path` is the PATH it gets.
    pub(crate) fn command(&self, name: &str, path: &[PathBuf]) -> Result<Command> {
        let mut path = path.to_vec();
        let mut command = match self {
            Self::Current if name == "cargo" => Command::new(current_cargo()),
            _ => Command::new(name),
        };
        if let Self::Debian(dir) = self {
            let bin = dir.join("bin");
            command
                .env("RUSTC", bin.join("rustc"))
                .env("RUSTDOC", bin.join("rustdoc"));
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
            if bin.join(name).exists() {
                command = with_program(command, &bin.join(name));
            }
            path.insert(0, bin);
        }
        command.env(
            "PATH",
            env::join_paths(path).context("a folder on PATH has a colon")?,
        );
        Ok(command)
    }
}

fn with_program(from: Command, program: &Path) -> Command {
    let mut command = Command::new(program);
    for (key, value) in from.get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    command
}

fn current_cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Whether the toolchain that runs xtask has the widget's target.
fn current_has_wasm() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot =
        process::answer(Command::new(rustc).args(["--print", "sysroot"])).unwrap_or_default();
    Path::new(&sysroot)
        .join("lib/rustlib")
        .join(WASM)
        .join("lib")
        .is_dir()
}

/// What it takes to compile for wasm32.
pub(crate) enum WasmPlan {
    /// Nothing.
    Ready(Rust),
    /// Ask rustup for the target; build it from Debian's sources where that is refused.
    AskRustup,
    /// Build it from Debian's sources.
    BuildFromDebian,
    /// Neither is possible here.
    Impossible,
}

impl WasmPlan {
    /// Looks at the machine. `PUSHCHECK_TOOLCHAIN=debian` asks for Debian's compiler even where rustup's would do.
    pub(crate) fn make(distro: Distro) -> Result<Self> {
        let forced = env::var_os("PUSHCHECK_TOOLCHAIN").is_some_and(|wish| wish == "debian");
        if !forced && current_has_wasm() {
            return Ok(Self::Ready(Rust::Current));
        }
        if let Some(dir) = debian::finished()? {
            return Ok(Self::Ready(Rust::Debian(dir)));
        }
        Ok(match (forced, program::on_path("rustup"), distro) {
            (false, Some(_), _) => Self::AskRustup,
            (_, _, Distro::Debian | Distro::Ubuntu) => Self::BuildFromDebian,
            _ => Self::Impossible,
        })
    }

    /// What would be installed, in one line; None when nothing is to do.
    pub(crate) fn announcement(&self) -> Option<&'static str> {
        match self {
            Self::Ready(_) => None,
            Self::AskRustup => Some(
                "the target wasm32-unknown-unknown by rustup (where that is refused: built from Debian's compiler and library sources): compiles the widget",
            ),
            Self::BuildFromDebian => Some(
                "Debian's compiler (packages rustc-web …) and the target wasm32-unknown-unknown, built once from its library sources: compiles the widget",
            ),
            Self::Impossible => Some("the target wasm32-unknown-unknown: compiles the widget"),
        }
    }

    /// Does it.
    pub(crate) fn carry_out(self, distro: Distro) -> Result<Rust> {
        match self {
            Self::Ready(rust) => Ok(rust),
            Self::AskRustup => {
                let refused = match process::run_silently(
                    Command::new("rustup").args(["target", "add", WASM]),
                ) {
                    Ok(()) if current_has_wasm() => return Ok(Rust::Current),
                    Ok(()) => anyhow::anyhow!(
                        "rustup added the target, yet the compiler in use does not have it"
                    ),
                    Err(error) => error,
                };
                if distro == Distro::Other {
                    return Err(refused).context("rustup could not add the target wasm32-unknown-unknown, without which no widget is compiled");
                }
                let said = refused.to_string();
                let why = said.lines().find(|line| line.starts_with("error"));
                eprintln!(
                    "xtask: rustup is refused the target ({}): building it once from Debian's compiler and library sources (packages rustc-web …)",
                    why.unwrap_or(&said)
                );
                Ok(Rust::Debian(debian::build()?))
            }
            Self::BuildFromDebian => Ok(Rust::Debian(debian::build()?)),
            Self::Impossible => bail!(
                "the compiler in use lacks the target wasm32-unknown-unknown; install it, then try again"
            ),
        }
    }
}

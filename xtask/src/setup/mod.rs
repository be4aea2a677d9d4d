//! What each command needs from the machine: looked for, announced in one line, installed once.

pub(crate) mod apt;
mod boxes;
pub(crate) mod browser;
pub(crate) mod cache;
mod debian;
mod plan;
pub(crate) mod program;
pub(crate) mod rust;
pub(crate) mod tools;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use browser::{Browser, BrowserEnv};
use plan::Plan;
use program::Program;
use rust::Rust;
use tools::Tool;

/// Shrinks the widget after wasm-bindgen.
const WASM_OPT: Program = Program {
    variable: "WASM_OPT",
    names: &["wasm-opt"],
    debian: &["binaryen"],
    ubuntu: &["binaryen"],
    why: "shrinks the widget",
};

/// Puts the element and all that it imports into one file.
const ESBUILD: Program = Program {
    variable: "ESBUILD",
    names: &["esbuild"],
    debian: &["esbuild"],
    ubuntu: &["esbuild"],
    why: "puts the page's scripts into one file",
};

/// Runs the server of the client libraries.
const NODE: Program = Program {
    variable: "NODE",
    names: &["node", "nodejs"],
    debian: &["nodejs"],
    ubuntu: &["nodejs"],
    why: "runs the lab's app for client libraries",
};
/// Fetches the client libraries.
const NPM: Program = Program {
    variable: "NPM",
    names: &["npm"],
    debian: &["npm"],
    ubuntu: &["npm"],
    why: "fetches client libraries for the lab",
};

/// Keeps what many nodes share.
const POSTGRES: Program = Program {
    variable: "POSTGRES",
    names: &["postgres", "/usr/lib/postgresql/*/bin/postgres"],
    debian: &["postgresql"],
    ubuntu: &["postgresql"],
    why: "the tests' own store for many nodes",
};

/// Stands before the nodes of a test.
const HAPROXY: Program = Program {
    variable: "HAPROXY",
    names: &["haproxy", "/usr/sbin/haproxy"],
    debian: &["haproxy"],
    ubuntu: &["haproxy"],
    why: "the tests' own front of many nodes",
};

/// Runs what holds the staff listener to its document.
const PYTHON: Program = Program {
    variable: "PYTHON",
    names: &["python3"],
    debian: &["python3"],
    ubuntu: &["python3"],
    why: "asks the staff listener what its document describes",
};
/// Fetches it.
const PIP: Program = Program {
    variable: "PIP",
    names: &["pip3"],
    debian: &["python3-pip"],
    ubuntu: &["python3-pip"],
    why: "fetches what asks the staff listener",
};

/// What a command cannot do without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Need {
    /// Compiling for wasm32.
    Wasm,
    /// Making the deployable widget: wasm-bindgen, wasm-opt and esbuild.
    Widget,
    /// rustfmt.
    Rustfmt,
    /// clippy.
    Clippy,
    /// wasm-bindgen's test runner.
    WasmTests,
    /// wasm-pack.
    WasmPack,
    /// A browser with its driver.
    Browser(Browser),
    /// The programs that the lab breaks networks with.
    Boxes,
    /// A store that many nodes share, and what stands before them.
    Database,
    /// What real client libraries need.
    Clients,
    /// What asks the staff listener everything.
    Python,
    /// What compares the crate's interface with its baseline.
    Semver,
}

impl Need {
    /// Everything that any command needs, but for the one that is seldom run and takes longest to build.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Wasm,
            Self::Widget,
            Self::Rustfmt,
            Self::Clippy,
            Self::WasmTests,
            Self::WasmPack,
            Self::Boxes,
            Self::Database,
            Self::Clients,
            Self::Python,
        ];
        all.extend(Browser::ALL.map(Self::Browser));
        all
    }

    fn programs(self) -> &'static [Program] {
        match self {
            Self::Widget => &[WASM_OPT, ESBUILD],
            Self::WasmPack => &[WASM_OPT],
            Self::Browser(browser) => browser.programs(),
            Self::Boxes => boxes::ALL,
            Self::Database => &[POSTGRES, HAPROXY],
            Self::Clients => &[NODE, NPM],
            Self::Python => &[PYTHON, PIP],
            _ => &[],
        }
    }

    fn tool(self, ws: &Workspace) -> Result<Option<Tool>> {
        Ok(match self {
            Self::Widget | Self::WasmTests => {
                Some(Tool::wasm_bindgen(ws.locked_version("wasm-bindgen")?))
            }
            Self::WasmPack => Some(Tool::wasm_pack()),
            Self::Semver => Some(Tool::semver_checks()),
            Self::Browser(Browser::Firefox) => Some(Tool::geckodriver()),
            _ => None,
        })
    }

    fn component(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Rustfmt => Some(("rustfmt", "cargo-fmt")),
            Self::Clippy => Some(("clippy", "cargo-clippy")),
            _ => None,
        }
    }
}

/// The machine, set up for one command.
pub(crate) struct Kit {
    /// The toolchain that compiles for wasm32.
    pub(crate) wasm: Rust,
    /// Where browsers and drivers are.
    pub(crate) browsers: BrowserEnv,
    path: Vec<PathBuf>,
}

impl Kit {
    /// A command of the native toolchain.
    pub(crate) fn native(&self, name: &str) -> Result<Command> {
        Rust::Current.command(name, &self.path)
    }

    /// A command of the toolchain that compiles for wasm32.
    pub(crate) fn wasm(&self, name: &str) -> Result<Command> {
        self.wasm.command(name, &self.path)
    }
}

/// Makes sure that all needs are met; with `install` false it only says what it would install.
pub(crate) fn ready(ws: &Workspace, needs: &[Need], install: bool) -> Result<Kit> {
    let plan = Plan::make(ws, needs)?;
    if !install {
        let lines = plan.lines();
        for line in &lines {
            eprintln!("xtask: would install {line}");
        }
        if !lines.is_empty() {
            bail!("stopped here because of --no-install");
        }
    }
    let wasm = plan.carry_out()?;
    Ok(Kit {
        wasm,
        browsers: browsers(needs)?,
        path: path_for(ws, needs)?,
    })
}

fn browsers(needs: &[Need]) -> Result<BrowserEnv> {
    let browsers = needs.iter().filter_map(|need| match need {
        Need::Browser(browser) => Some(*browser),
        _ => None,
    });
    let browsers: Vec<_> = browsers.collect();
    let gecko = if browsers.contains(&Browser::Firefox) {
        Tool::geckodriver().find()?
    } else {
        None
    };
    Ok(BrowserEnv::of(&browsers, gecko))
}

/// PATH for everything we start: our tools first, and cargo's own folder somewhere, because cargo would put it in front.
fn path_for(ws: &Workspace, needs: &[Need]) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for need in needs {
        if let Some(tool) = need.tool(ws)? {
            programs.extend(tool.find()?);
        }
        if !matches!(need, Need::Browser(_) | Need::Boxes | Need::Database) {
            programs.extend(need.programs().iter().filter_map(Program::find));
        }
    }
    let own: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    // A folder that is on PATH keeps its place: in front it would put all of its programs before others.
    let tools = programs.iter().filter_map(|program| program.parent());
    let tools = tools.filter(|dir| own.iter().all(|other| other != dir));
    let mut path: Vec<PathBuf> = tools.map(PathBuf::from).collect();
    let cargo = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")));
    let cargo = cargo.map(|home| home.join("bin"));
    for dir in own.into_iter().chain(cargo) {
        if !path.contains(&dir) {
            path.push(dir);
        }
    }
    Ok(path)
}

//! What each command needs from the machine: looked for, announced in one line, installed once.

pub(crate) mod apt;
pub(crate) mod browser;
pub(crate) mod cache;
mod debian;
pub(crate) mod program;
pub(crate) mod rust;
pub(crate) mod tools;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;
use apt::Distro;
use browser::{Browser, BrowserEnv};
use program::Program;
use rust::{Rust, WasmPlan};
use tools::Tool;

/// Shrinks the widget after wasm-bindgen.
const WASM_OPT: Program = Program {
    variable: "WASM_OPT",
    names: &["wasm-opt"],
    debian: &["binaryen"],
    ubuntu: &["binaryen"],
    why: "shrinks the widget",
};

/// What a command cannot do without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Need {
    /// Compiling for wasm32.
    Wasm,
    /// Making the deployable widget: wasm-bindgen and wasm-opt.
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
}

impl Need {
    /// Everything that any command needs.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Wasm,
            Self::Widget,
            Self::Rustfmt,
            Self::Clippy,
            Self::WasmTests,
            Self::WasmPack,
        ];
        all.extend(Browser::ALL.map(Self::Browser));
        all
    }

    fn programs(self) -> &'static [Program] {
        match self {
            Self::Widget | Self::WasmPack => &[WASM_OPT],
            Self::Browser(browser) => browser.programs(),
            _ => &[],
        }
    }

    fn tool(self, ws: &Workspace) -> Result<Option<Tool>> {
        Ok(match self {
            Self::Widget | Self::WasmTests => {
                Some(Tool::wasm_bindgen(ws.locked_version("wasm-bindgen")?))
            }
            Self::WasmPack => Some(Tool::wasm_pack()),
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
    let distro = Distro::detect();
    let mut missing = Vec::new();

    let programs = needs
        .iter()
        .flat_map(|need| need.programs())
        .filter(|program| program.find().is_none());
    let programs: Vec<&Program> = programs.collect();
    let mut packages: Vec<&str> = Vec::new();
    for program in &programs {
        let offered = match distro {
            Distro::Debian => program.debian,
            Distro::Ubuntu => program.ubuntu,
            Distro::Other => &[],
        };
        if offered.is_empty() || env::var_os(program.variable).is_some() {
            missing.push(program.missing());
        }
        for package in offered {
            if !packages.contains(package) {
                announce(install, &format!("the package {package}: {}", program.why));
                packages.push(package);
            }
        }
    }
    if !missing.is_empty() {
        bail!("missing on this machine: {}", missing.join("; "));
    }

    let mut tools: Vec<Tool> = Vec::new();
    let mut wanted: Vec<Tool> = Vec::new();
    for need in needs {
        let Some(tool) = need.tool(ws)? else { continue };
        if tool.find()?.is_none() && !wanted.iter().any(|other| other.name == tool.name) {
            announce(
                install,
                &format!(
                    "{} {} (compiled once, minutes): {}",
                    tool.name, tool.version, tool.why
                ),
            );
            wanted.push(tool);
        } else {
            tools.push(tool);
        }
    }
    let plan = if needs.contains(&Need::Wasm) {
        WasmPlan::make(distro)?
    } else {
        WasmPlan::Ready(Rust::Current)
    };
    if let Some(line) = plan.announcement() {
        announce(install, line);
    }
    let components: Vec<_> = needs
        .iter()
        .filter_map(|need| need.component())
        .filter(|(_, probe)| !answers(probe))
        .collect();
    for (name, _) in &components {
        announce(
            install,
            &format!("rustup's component {name}: checks the source"),
        );
    }

    let anything = !packages.is_empty()
        || !wanted.is_empty()
        || !components.is_empty()
        || plan.announcement().is_some();
    if anything && !install {
        bail!("stopped here because of --no-install");
    }

    if !packages.is_empty() {
        apt::install(&packages).context("cannot install packages")?;
        let still: Vec<_> = programs
            .iter()
            .filter(|program| program.find().is_none())
            .map(|p| p.missing())
            .collect();
        if !still.is_empty() {
            bail!(
                "missing even after the packages were installed: {}",
                still.join("; ")
            );
        }
    }
    for (name, _) in &components {
        process::run_silently(Command::new("rustup").args(["component", "add", name]))
            .with_context(|| format!("{name} is missing, and rustup cannot add it"))?;
    }
    let wasm = plan.carry_out(distro)?;
    for tool in wanted {
        tool.install()?;
        tools.push(tool);
    }
    Ok(Kit {
        wasm,
        browsers: browsers(needs)?,
        path: path_with(&tools)?,
    })
}

fn announce(install: bool, what: &str) {
    eprintln!(
        "xtask: {} {what}",
        if install {
            "installing"
        } else {
            "would install"
        }
    );
}

fn answers(program: &str) -> bool {
    process::answer(Command::new(program).arg("--version")).is_some()
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
fn path_with(tools: &[Tool]) -> Result<Vec<PathBuf>> {
    let mut path = Vec::new();
    for tool in tools {
        let found = tool
            .find()?
            .with_context(|| format!("{} is gone again", tool.name))?;
        path.extend(found.parent().map(PathBuf::from));
    }
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")));
    if let Some(bin) = cargo_home.map(|home| home.join("bin"))
        && !path.contains(&bin)
    {
        path.push(bin);
    }
    Ok(path)
}

//! What is missing for some needs, said and then installed: packages, components, the wasm target, tools.

use std::env;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Need;
use super::apt::{self, Distro};
use super::program::Program;
use super::rust::{Rust, WasmPlan};
use super::tools::Tool;
use crate::process;
use crate::workspace::Workspace;

/// Everything that is to be installed, in the order in which it will be.
pub(super) struct Plan {
    distro: Distro,
    /// Programs that the packages must bring.
    programs: Vec<&'static Program>,
    components: Vec<&'static str>,
    wasm: WasmPlan,
    tools: Vec<Tool>,
}

impl Plan {
    /// Looks at the machine. Fails when something is missing that we cannot install here.
    pub(super) fn make(ws: &Workspace, needs: &[Need]) -> Result<Self> {
        let distro = Distro::detect();
        let programs = needs.iter().flat_map(|need| need.programs());
        let programs: Vec<_> = programs
            .filter(|program| program.find().is_none())
            .collect();
        // A program named by its variable is not replaced by another one behind its owner's back.
        let beyond_us =
            |p: &&&Program| packages(p, distro).is_empty() || env::var_os(p.variable).is_some();
        let beyond_us: Vec<_> = programs
            .iter()
            .filter(beyond_us)
            .map(|p| p.missing())
            .collect();
        if !beyond_us.is_empty() {
            bail!("missing on this machine: {}", beyond_us.join("; "));
        }

        let mut tools: Vec<Tool> = Vec::new();
        for need in needs {
            if let Some(tool) = need.tool(ws)?
                && tool.find()?.is_none()
                && tools.iter().all(|other| other.name != tool.name)
            {
                tools.push(tool);
            }
        }
        let wasm = match needs.contains(&Need::Wasm) {
            true => WasmPlan::make(distro)?,
            false => WasmPlan::Ready(Rust::Current),
        };
        let components = needs.iter().filter_map(|need| need.component());
        let components = components
            .filter(|(_, program)| !answers(program))
            .map(|(name, _)| name);
        Ok(Self {
            distro,
            programs,
            components: components.collect(),
            wasm,
            tools,
        })
    }

    fn packages(&self) -> Vec<(&'static str, &'static str)> {
        let mut all: Vec<(&str, &str)> = Vec::new();
        for program in &self.programs {
            for package in packages(program, self.distro) {
                if all.iter().all(|(name, _)| name != package) {
                    all.push((package, program.why));
                }
            }
        }
        all
    }

    /// One line for each thing: what and why.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.packages().into_iter().map(package_line).collect();
        lines.extend(self.components.iter().map(|name| component_line(name)));
        lines.extend(self.wasm.announcement().map(str::to_owned));
        lines.extend(self.tools.iter().map(tool_line));
        lines
    }

    /// Installs it all, saying each line when its turn has come.
    pub(super) fn carry_out(self) -> Result<Rust> {
        let packages = self.packages();
        for package in &packages {
            installing(&package_line(*package));
        }
        if !packages.is_empty() {
            let names: Vec<_> = packages.iter().map(|(name, _)| *name).collect();
            apt::install(&names).context("cannot install packages")?;
        }
        let still = self
            .programs
            .iter()
            .filter(|program| program.find().is_none());
        let still: Vec<_> = still.map(|program| program.missing()).collect();
        if !still.is_empty() {
            bail!(
                "missing even after the packages were installed: {}",
                still.join("; ")
            );
        }
        for name in self.components {
            installing(&component_line(name));
            process::run_silently(Command::new("rustup").args(["component", "add", name]))
                .with_context(|| format!("{name} is missing, and rustup cannot add it"))?;
        }
        if let Some(line) = self.wasm.announcement() {
            installing(line);
        }
        let wasm = self.wasm.carry_out(self.distro)?;
        for tool in self.tools {
            installing(&tool_line(&tool));
            tool.install()?;
        }
        Ok(wasm)
    }
}

fn packages(program: &Program, distro: Distro) -> &'static [&'static str] {
    match distro {
        Distro::Debian => program.debian,
        Distro::Ubuntu => program.ubuntu,
        Distro::Other => &[],
    }
}

fn installing(line: &str) {
    eprintln!("xtask: installing {line}");
}

fn package_line((name, why): (&str, &str)) -> String {
    format!("the package {name}: {why}")
}

fn component_line(name: &str) -> String {
    format!("rustup's component {name}: checks the source")
}

fn tool_line(tool: &Tool) -> String {
    format!(
        "{} {} (compiled once, takes minutes): {}",
        tool.name, tool.version, tool.why
    )
}

fn answers(program: &str) -> bool {
    process::answer(Command::new(program).arg("--version")).is_some()
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::setup::apt::Distro;
    use crate::setup::browser::Browser;
    use crate::setup::rust::{Rust, WasmPlan};

    fn plan(distro: Distro) -> Plan {
        let programs = Browser::Webkit.programs().iter().collect();
        Plan {
            distro,
            programs,
            components: vec!["clippy"],
            wasm: WasmPlan::Ready(Rust::Current),
            tools: Vec::new(),
        }
    }

    #[test]
    fn a_package_that_brings_two_programs_is_named_once() {
        let lines = plan(Distro::Debian).lines();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(lines[0], "the package webkit2gtk-driver: drives WebKitGTK");
    }

    #[test]
    fn elsewhere_no_package_is_offered() {
        assert_eq!(
            plan(Distro::Other).lines(),
            ["rustup's component clippy: checks the source"]
        );
    }
}

//! The stages of `cargo xtask test`: what each needs and does.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::package;
use super::server;
use super::summary::Summary;
use super::{api, browsers};
use crate::display::Display;
use crate::serve::{Profile, binary};
use crate::setup::browser::Browser;
use crate::setup::rust::WASM;
use crate::setup::{Kit, Need};
use crate::workspace::Workspace;
use crate::{build, npm, process, size};

/// What all stages share.
pub(super) struct Bench<'a> {
    /// The checkout.
    pub(super) ws: &'a Workspace,
    /// The tools.
    pub(super) kit: Kit,
    /// The screen, for browsers that need one.
    pub(super) display: Option<Display>,
    /// The browsers to test in.
    pub(super) browsers: Vec<Browser>,
    /// Where the probe server listens while browsers test.
    pub(super) address: SocketAddr,
}

/// One stage, in the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Stage {
    /// The source is formatted.
    Fmt,
    /// Lints, natively and for wasm32.
    Clippy,
    /// The deployable widget; the server embeds it.
    Build,
    /// Native tests of every member.
    Native,
    /// The staff listener answers as its document says.
    Api,
    /// The documentation builds without a warning.
    Docs,
    /// What a visitor loads stays within the budget.
    Size,
    /// The wasm tests in each browser.
    Wasm,
    /// Whole runs of the page in each browser.
    Page,
    /// The package for npm, the page in a file, and the crate, as people would get them.
    Package,
    /// Real networks with one known fault each, a few in each browser: the report must say which.
    Lab,
    /// The crate as other people's dependency.
    Dependency,
}

impl Stage {
    /// All stages in their order.
    pub(super) const ALL: [Self; 12] = [
        Self::Fmt,
        Self::Clippy,
        Self::Build,
        Self::Native,
        Self::Api,
        Self::Docs,
        Self::Size,
        Self::Wasm,
        Self::Page,
        Self::Package,
        Self::Lab,
        Self::Dependency,
    ];

    /// Its name on the command line and in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Build => "build",
            Self::Native => "native",
            Self::Api => "api",
            Self::Docs => "docs",
            Self::Size => "size",
            Self::Wasm => "wasm",
            Self::Page => "page",
            Self::Package => "package",
            Self::Lab => "lab",
            Self::Dependency => "dependency",
        }
    }

    /// What it cannot do without.
    pub(super) fn needs(self, ws: &Workspace, browsers: &[Browser]) -> Vec<Need> {
        let mut needs = match self {
            Self::Fmt => vec![Need::Rustfmt],
            Self::Clippy => vec![Need::Clippy, Need::Wasm],
            Self::Native => vec![Need::Database],
            Self::Api => [build::NEEDS, &[Need::Python]].concat(),
            Self::Docs => vec![Need::Wasm],
            Self::Build | Self::Size | Self::Package => build::NEEDS.to_vec(),
            Self::Page => [build::NEEDS, &[Need::Database]].concat(),
            Self::Lab => [build::NEEDS, &[Need::Boxes]].concat(),
            Self::Wasm => [build::NEEDS, &[Need::WasmTests]].concat(),
            Self::Dependency if browsers::dependent(ws).is_none() => Vec::new(),
            Self::Dependency => [
                build::NEEDS,
                &[Need::WasmPack, Need::Browser(Browser::Firefox)],
            ]
            .concat(),
        };
        if self.draws() {
            needs.extend(browsers.iter().copied().map(Need::Browser));
        }
        needs
    }

    /// Whether it opens each browser.
    pub(super) fn draws(self) -> bool {
        matches!(self, Self::Wasm | Self::Page | Self::Package | Self::Lab)
    }

    /// Does it; the text goes into the table at the end.
    pub(super) fn run(self, bench: &Bench<'_>) -> Result<String> {
        match self {
            Self::Fmt => bench.fmt(),
            Self::Clippy => bench.clippy(),
            Self::Build => build::widget(bench.ws, &bench.kit).map(|()| String::new()),
            Self::Native => bench.native(),
            Self::Api => bench.api(),
            Self::Docs => bench.docs(),
            Self::Size => {
                build::widget(bench.ws, &bench.kit)?;
                size::table(bench.ws).map(|()| String::new())
            }
            Self::Wasm => bench.wasm(),
            Self::Page => bench.page(),
            Self::Package => bench.package(),
            Self::Lab => bench.lab(),
            Self::Dependency => bench.dependency(),
        }
    }
}

impl Bench<'_> {
    fn here<'c>(&self, command: &'c mut Command, words: &str) -> &'c mut Command {
        command
            .args(words.split(' '))
            .current_dir(&self.ws.root)
            .env("CARGO_TARGET_DIR", &self.ws.target)
    }

    fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    fn fmt(&self) -> Result<String> {
        process::run(self.here(&mut self.kit.native("cargo")?, "fmt --all -- --check"))?;
        if let Some(dir) = browsers::dependent(self.ws) {
            process::run(
                self.kit
                    .native("cargo")?
                    .args(["fmt", "--", "--check"])
                    .current_dir(dir),
            )?;
        }
        Ok(String::new())
    }

    fn clippy(&self) -> Result<String> {
        process::run(self.here(
            &mut self.kit.native("cargo")?,
            "clippy --workspace --all-targets -- -D warnings",
        ))?;
        let wasm =
            format!("clippy --package pushcheck --all-targets --target {WASM} -- -D warnings");
        // With the address of the tests, so that they need not be compiled twice.
        process::run(
            self.here(&mut self.kit.wasm("cargo")?, &wasm)
                .env("PUSHCHECK_BASE", self.base()),
        )?;
        let tester =
            format!("clippy --package pushcheck-tester --lib --target {WASM} -- -D warnings");
        process::run(self.here(&mut self.kit.wasm("cargo")?, &tester))?;
        Ok(String::new())
    }

    fn native(&self) -> Result<String> {
        let mut cargo = self.kit.native("cargo")?;
        let command = self
            .here(&mut cargo, "test --workspace")
            .env_remove("PUSHCHECK_BASE");
        let (status, output) = process::run_and_read(command)?;
        let summary = Summary::of(&output);
        if !status.success() {
            bail!("native tests: {summary} ({status})");
        }
        Ok(summary.to_string())
    }

    fn api(&self) -> Result<String> {
        build::widget(self.ws, &self.kit)?;
        binary(self.ws, &self.kit, "pushcheck-lab", Profile::Dev)?;
        api::run(self.ws, &self.kit)
    }

    fn docs(&self) -> Result<String> {
        let mut native = self.kit.native("cargo")?;
        process::run(
            self.here(&mut native, "doc --workspace --no-deps")
                .env("RUSTDOCFLAGS", "-D warnings"),
        )?;
        let mut wasm = self.kit.wasm("cargo")?;
        let words = format!("doc --package pushcheck --no-deps --target {WASM}");
        process::run(
            self.here(&mut wasm, &words)
                .env("RUSTDOCFLAGS", "-D warnings")
                .env("PUSHCHECK_BASE", self.base()),
        )?;
        Ok(String::new())
    }

    fn programs(&self) -> Result<()> {
        build::widget(self.ws, &self.kit)?;
        binary(self.ws, &self.kit, "pushcheck-server", Profile::Dev)
    }

    fn wasm(&self) -> Result<String> {
        self.programs()?;
        browsers::compile(self.ws, &self.kit, &self.base())?;
        let _server = server::start(self.ws, self.address)?;
        self.each_browser(|browser| {
            let tests = browsers::wasm(
                self.ws,
                &self.kit,
                &self.base(),
                self.display.as_ref(),
                browser,
            )?;
            Ok(format!("{}: {} tests", browser.name(), tests.passed))
        })
    }

    fn page(&self) -> Result<String> {
        self.programs()?;
        binary(self.ws, &self.kit, "pushcheck-lab", Profile::Dev)?;
        let failing = build::failing(self.ws, &self.kit)?;
        let display = self.display.as_ref();
        let axe = npm::axe(self.ws)?;
        let looker = axe.as_deref();
        browsers::page(
            self.ws,
            &self.kit,
            display,
            &failing,
            looker,
            &self.browsers,
        )?;
        let names: Vec<_> = self.browsers.iter().map(|browser| browser.name()).collect();
        let note = names.join(", ");
        Ok(match axe {
            Some(_) => note,
            None => format!("{note}; axe was not run, for want of npm or its registry"),
        })
    }

    fn package(&self) -> Result<String> {
        self.programs()?;
        binary(self.ws, &self.kit, "pushcheck-lab", Profile::Dev)?;
        let published = package::publish(self.ws, &self.kit)?;
        let display = self.display.as_ref();
        let packed = package::run(self.ws, &self.kit, display, &self.browsers)?;
        Ok(format!("{published}; npm: {packed}"))
    }

    fn lab(&self) -> Result<String> {
        build::widget(self.ws, &self.kit)?;
        for program in ["pushcheck-server", "pushcheck-lab"] {
            binary(self.ws, &self.kit, program, Profile::Dev)?;
        }
        browsers::lab(self.ws, &self.kit, self.display.as_ref(), &self.browsers)
    }

    fn dependency(&self) -> Result<String> {
        if browsers::dependent(self.ws).is_none() {
            return Ok("tests/as-dependency is not there".into());
        }
        self.programs()?;
        let _server = server::start(self.ws, self.address)?;
        let tests = browsers::as_dependency(self.ws, &self.kit, &self.base())?;
        Ok(format!("firefox: {} tests", tests.passed))
    }

    /// Every browser gets its turn, also after another one failed.
    fn each_browser(&self, run: impl Fn(Browser) -> Result<String>) -> Result<String> {
        let (mut passed, mut failed) = (Vec::new(), Vec::new());
        for browser in &self.browsers {
            eprintln!("-- {}", browser.name());
            match run(*browser) {
                Ok(note) => passed.push(note),
                Err(error) => failed.push(format!("{}: {error:#}", browser.name())),
            }
        }
        if !failed.is_empty() {
            bail!(
                "{}{}",
                failed.join("; "),
                passed
                    .iter()
                    .map(|note| format!("; passed: {note}"))
                    .collect::<String>()
            );
        }
        Ok(passed.join(", "))
    }
}

//! Commands that pushcheck-lab does for us: it drives browsers, xtask builds it and says where they are.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::display::Display;
use crate::npm;
use crate::process::Guard;
use crate::serve::{Profile, binary};
use crate::setup::browser::Browser;
use crate::setup::{self, Kit, Need};
use crate::workspace::Workspace;

/// What one may say to `diagnose`.
#[derive(Args)]
pub(crate) struct Diagnose {
    /// The browser that opens the page.
    #[arg(long, value_enum, default_value = "chromium")]
    browser: Browser,
    /// The page; without it a server of its own is started on this machine.
    #[arg(long, value_name = "PAGE")]
    url: Option<String>,
    /// A proxy for the browser.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
    /// Trusts any certificate.
    #[arg(long)]
    ignore_certificate_errors: bool,
    /// Seconds to wait for the report.
    #[arg(long, value_name = "S")]
    timeout: Option<u32>,
}

impl Diagnose {
    fn words(&self) -> Vec<String> {
        let mut words = vec![
            "diagnose".to_owned(),
            "--browser".into(),
            self.browser.name().into(),
        ];
        let timeout = self.timeout.map(|seconds| seconds.to_string());
        for (flag, value) in [
            ("--url", &self.url),
            ("--proxy", &self.proxy),
            ("--timeout", &timeout),
        ] {
            words.extend(
                value
                    .iter()
                    .flat_map(|value| [flag.to_owned(), value.clone()]),
            );
        }
        for (flag, set) in [
            ("--json", self.json),
            (
                "--ignore-certificate-errors",
                self.ignore_certificate_errors,
            ),
        ] {
            words.extend(set.then(|| flag.to_owned()));
        }
        words
    }
}

/// What one may say to `soak`.
#[derive(Args)]
pub(crate) struct Soak {
    /// So many times instead: kill the server while a thousand reports come in, and look for every one that it acknowledged.
    #[arg(long, value_name = "ROUNDS", conflicts_with = "words")]
    kills: Option<u32>,
    /// Flags of pushcheck-lab soak.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "FLAGS"
    )]
    words: Vec<String>,
}

/// What one may say to `shots`.
#[derive(Args)]
pub(crate) struct Shots {
    /// Flags of pushcheck-lab shots.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "FLAGS"
    )]
    words: Vec<String>,
}

/// What one may say to `lab`.
#[derive(Args)]
pub(crate) struct Lab {
    /// list, run, healthy, calibrate, clients or show, and its flags; `run --help` explains them.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "WORDS"
    )]
    words: Vec<String>,
}

impl Lab {
    /// The browsers that it is to run.
    fn browsers(&self) -> Vec<Browser> {
        let mut words = self.words.iter();
        let mut named: Vec<&str> = Vec::new();
        while let Some(word) = words.next() {
            match word.strip_prefix("--browser") {
                Some("") => named.extend(words.next().map(String::as_str)),
                Some(rest) => named.extend(rest.strip_prefix('=')),
                None => {}
            }
        }
        let by_default = self.says("--quick") || self.first() == Some("healthy");
        let all = named.contains(&"all") || (named.is_empty() && by_default);
        if named.is_empty() && !all {
            return vec![Browser::Chromium];
        }
        Browser::ALL
            .into_iter()
            .filter(|browser| all || named.contains(&browser.name()))
            .collect()
    }

    fn first(&self) -> Option<&str> {
        self.words.first().map(String::as_str)
    }

    fn says(&self, flag: &str) -> bool {
        self.words.iter().any(|word| word == flag)
    }

    /// It only tells something.
    fn only_tells(&self) -> bool {
        let runs = ["run", "healthy", "calibrate", "clients", "show"];
        !self.first().is_some_and(|first| runs.contains(&first))
            || self.says("--help")
            || self.says("-h")
    }
}

/// What one may say to `replay`.
#[derive(Args)]
pub(crate) struct Replay {
    /// Reports, or folders of them.
    #[arg(value_name = "REPORT.json", required = true)]
    files: Vec<PathBuf>,
    /// Prints the new reports as JSON.
    #[arg(long)]
    json: bool,
}

impl Replay {
    fn words(&self) -> Result<Vec<String>> {
        let mut words = vec!["replay".to_owned()];
        words.extend(self.json.then(|| "--json".to_owned()));
        for file in &self.files {
            // The lab runs in the checkout, whoever calls.
            let file = std::path::absolute(file)?;
            words.push(file.to_string_lossy().into_owned());
        }
        Ok(words)
    }
}

/// `cargo xtask replay`: saved reports, judged again by today's rules; its exit status is the lab's.
pub(crate) fn replay(ws: &Workspace, install: bool, replay: &Replay) -> Result<ExitStatus> {
    with_lab(ws, install, &[], &[], &replay.words()?)
}

/// `cargo xtask lab`: real browsers behind real networks in which one thing is broken.
pub(crate) fn lab(ws: &Workspace, install: bool, lab: &Lab) -> Result<ExitStatus> {
    let mut words = vec!["lab".to_owned()];
    words.extend_from_slice(&lab.words);
    if lab.only_tells() {
        return with_lab(ws, install, &[], &[], &words);
    }
    let mut more = [build::NEEDS, &[Need::Boxes]].concat();
    if lab.first() == Some("clients") {
        more.push(Need::Clients);
    }
    with_lab(ws, install, &lab.browsers(), &more, &words)
}

/// `cargo xtask diagnose`: its exit status is the lab's.
pub(crate) fn diagnose(ws: &Workspace, install: bool, diagnose: &Diagnose) -> Result<ExitStatus> {
    let own_server = diagnose.url.is_none();
    let more = if own_server { build::NEEDS } else { &[] };
    with_lab(ws, install, &[diagnose.browser], more, &diagnose.words())
}

/// `cargo xtask soak`: long runs, against the server as `serve` builds it.
pub(crate) fn soak(ws: &Workspace, install: bool, soak: &Soak) -> Result<ExitStatus> {
    if let Some(rounds) = soak.kills {
        let kit = setup::ready(ws, &[Need::Database], install)?;
        let mut cargo = kit.native("cargo")?;
        cargo
            .args(["test", "--package", "pushcheck-server", "--test", "killed"])
            .args(["--", "--nocapture", "--test-threads", "1"])
            .env("PUSHCHECK_KILL_ROUNDS", rounds.to_string())
            .current_dir(&ws.root);
        return Ok(cargo.status()?);
    }
    let mut words = vec!["soak".to_owned()];
    words.extend_from_slice(&soak.words);
    with_lab(ws, install, &Browser::ALL, build::NEEDS, &words)
}

/// `cargo xtask shots`: pictures of every state of the page.
pub(crate) fn shots(ws: &Workspace, install: bool, shots: &Shots) -> Result<ExitStatus> {
    let mut words = vec!["shots".to_owned()];
    words.extend_from_slice(&shots.words);
    with_lab(ws, install, &[Browser::Chromium], build::NEEDS, &words)
}

/// `more`: what it needs besides browsers; with it the server is built too.
fn with_lab(
    ws: &Workspace,
    install: bool,
    browsers: &[Browser],
    more: &[Need],
    words: &[String],
) -> Result<ExitStatus> {
    let mut needs: Vec<Need> = browsers.iter().copied().map(Need::Browser).collect();
    needs.extend(more);
    let kit = setup::ready(ws, &needs, install)?;
    if !more.is_empty() {
        build::widget(ws, &kit)?;
        binary(ws, &kit, "pushcheck-server", Profile::Release)?;
    }
    binary(ws, &kit, "pushcheck-lab", Profile::Release)?;
    let display = display(&kit)?;
    let mut lab = command(ws, &kit, Profile::Release, display.as_ref())?;
    if more.contains(&Need::Clients) {
        lab.env("PUSHCHECK_CLIENTS", npm::clients(ws, &kit)?);
    }
    Guard::spawn(lab.args(words))?.wait()
}

/// A screen, when one of the browsers needs it.
pub(crate) fn display(kit: &Kit) -> Result<Option<Display>> {
    kit.browsers
        .path("XVFB")
        .map(|xvfb| Display::start(xvfb))
        .transpose()
}

/// The lab with everything it needs to know in its environment.
pub(crate) fn command(
    ws: &Workspace,
    kit: &Kit,
    profile: Profile,
    display: Option<&Display>,
) -> Result<Command> {
    let program = profile.path(ws, "pushcheck-lab");
    let mut lab = kit.native(&program.to_string_lossy())?;
    kit.browsers.apply(&mut lab);
    lab.envs(display.map(|display| ("DISPLAY", display.name())));
    lab.env("PUSHCHECK_SERVER", profile.path(ws, "pushcheck-server"))
        .current_dir(&ws.root);
    Ok(lab)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Browser, Diagnose, Lab};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        diagnose: Diagnose,
    }

    #[test]
    fn the_labs_browsers_are_known_before_it_runs() {
        let lab = |words: &str| Lab {
            words: words.split(' ').map(str::to_owned).collect(),
        };
        assert_eq!(lab("run a b").browsers(), [Browser::Chromium]);
        assert_eq!(
            lab("run --browser firefox a").browsers(),
            [Browser::Firefox]
        );
        assert_eq!(lab("run --browser=all").browsers(), Browser::ALL);
        assert_eq!(lab("run --quick").browsers(), Browser::ALL);
        assert_eq!(lab("healthy").browsers(), Browser::ALL);
        assert_eq!(
            lab("run --browser=webkit --quick --browser chromium").browsers(),
            [Browser::Chromium, Browser::Webkit]
        );
        assert!(lab("list").only_tells() && lab("run --help").only_tells());
        assert!(!lab("run").only_tells() && !lab("show x").only_tells());
        assert!(!lab("clients").only_tells() && lab("clients -h").only_tells());
    }

    #[test]
    fn every_flag_is_passed_through() -> anyhow::Result<()> {
        let words = "d --browser firefox --url http://a/ --proxy http://p:1 --json --ignore-certificate-errors --timeout 9";
        let line = Line::try_parse_from(words.split(' '))?;
        assert_eq!(
            line.diagnose.words().join(" "),
            "diagnose --browser firefox --url http://a/ --proxy http://p:1 --timeout 9 --json --ignore-certificate-errors"
        );
        assert_eq!(
            Line::try_parse_from(["d"])?.diagnose.words(),
            ["diagnose", "--browser", "chromium"]
        );
        Ok(())
    }
}

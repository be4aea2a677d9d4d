//! A scenario: what is broken, with which real configuration files, and what the report must say of it.

mod documented;
mod expect;
mod find;
mod parts;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::cell::Way;
use super::draw::Draw;
use super::fixed::Fixed;
use crate::browser::Browser;

use documented::Documented;
#[cfg(test)]
pub(crate) use documented::run as documented;
#[cfg(test)]
pub(crate) use expect::Several;
pub(crate) use expect::{Bursts, Causes, Compressed, Expect, Expected, Logged, Place, Queue};
#[cfg(test)]
pub(crate) use find::names;
pub(crate) use find::{all, chosen};
pub(crate) use parts::{
    BrowserPart, Certificate, Deed, Event, Gauge, Kind, NetworkPart, Page, Part, Scheme, Server,
    Where,
};

/// The file that makes a folder a scenario.
pub(crate) const FILE: &str = "scenario.toml";

/// What `scenario.toml` says. Texts that go into the cell may hold `{{names}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Scenario {
    /// The name of its folder.
    #[serde(skip)]
    pub(crate) name: String,
    /// Its folder.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
    /// What it breaks, in a paragraph.
    pub(crate) about: String,
    /// The mode of the run.
    #[serde(default = "quick")]
    pub(crate) mode: String,
    /// The lane that is broken and judged.
    #[serde(default = "main_lane")]
    pub(crate) lane: String,
    /// It mostly waits, so that many such cells may run at once.
    #[serde(default)]
    pub(crate) waits: bool,
    /// What it measures is spoilt by others beside it: it runs alone.
    #[serde(default)]
    pub(crate) alone: bool,
    /// The browsers in which it is one of the few that are run at every change.
    #[serde(default)]
    pub(crate) quick: Vec<Browser>,
    /// Browsers that cannot run it, and why.
    #[serde(default)]
    pub(crate) cannot: BTreeMap<String, String>,
    /// The addresses of names, besides those of every cell.
    #[serde(default)]
    pub(crate) hosts: BTreeMap<String, String>,
    /// The probe server.
    #[serde(default)]
    pub(crate) server: Server,
    /// Blocks of the documentation that stand in its files.
    #[serde(default)]
    pub(crate) documented: Vec<Documented>,
    /// Everything else that runs.
    #[serde(default, rename = "box")]
    pub(crate) boxes: Vec<Part>,
    /// The box whose own count of what waits in it is the truth.
    #[serde(default)]
    pub(crate) gauge: Option<Gauge>,
    /// What is added to the way between browser and router.
    #[serde(default)]
    pub(crate) way: Option<Way>,
    /// Rules of the router between client and server.
    #[serde(default)]
    pub(crate) router: NetworkPart,
    /// Rules of the machine with the browser.
    #[serde(default)]
    pub(crate) client: NetworkPart,
    /// Rules of the machine with the servers.
    #[serde(default)]
    pub(crate) site: NetworkPart,
    /// How the browser is set up.
    #[serde(default)]
    pub(crate) browser: BrowserPart,
    /// The page that embeds the widget.
    #[serde(default)]
    pub(crate) page: Page,
    /// What is drawn from the seed.
    #[serde(default)]
    pub(crate) draw: BTreeMap<String, Draw>,
    /// What happens while the page runs.
    #[serde(default, rename = "event")]
    pub(crate) events: Vec<Event>,
    /// The remedies that cure it together, in the order of their application.
    #[serde(default)]
    pub(crate) fixed: Vec<Fixed>,
    /// What the report must say.
    pub(crate) expect: Expect,
}

fn quick() -> String {
    "quick".to_owned()
}

fn main_lane() -> String {
    "main".to_owned()
}

impl Scenario {
    /// Reads a scenario's folder.
    ///
    /// # Errors
    /// Names the file and the field that is wrong.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let file = folder.join(FILE);
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = folder.file_name().and_then(|name| name.to_str());
        let name = name
            .with_context(|| format!("{} is no name for a scenario", folder.display()))?
            .to_owned();
        let mut scenario: Self = toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
        scenario.folder = folder.to_owned();
        scenario.name = name;
        scenario
            .check()
            .with_context(|| file.display().to_string())?;
        Ok(scenario)
    }

    /// What the types alone do not tell.
    fn check(&self) -> Result<()> {
        if self.about.trim().is_empty() {
            bail!("about: says nothing");
        }
        if self.mode != "quick" {
            bail!("mode: only “quick” can be run, not “{}”", self.mode);
        }
        for browser in self.cannot.keys() {
            if Browser::ALL.iter().all(|known| known.name() != browser) {
                bail!("cannot.{browser}: no such browser");
            }
        }
        for browser in &self.quick {
            if let Some(why) = self.cannot(*browser) {
                bail!("quick: {} cannot run it: {why}", browser.name());
            }
        }
        for (at, part) in self.boxes.iter().enumerate() {
            part.check(&self.folder)
                .with_context(|| format!("box {}", at + 1))?;
        }
        for (what, part) in [
            ("router", &self.router),
            ("client", &self.client),
            ("site", &self.site),
        ] {
            part.check(&self.folder).with_context(|| what.to_owned())?;
        }
        for fixed in &self.fixed {
            must_be_there(&self.folder, "fixed.file", &fixed.file)?;
        }
        for documented in &self.documented {
            documented.text().context("documented")?;
        }
        self.browser.check(&self.folder).context("browser")?;
        self.expect.check().context("expect")
    }

    /// Why a browser cannot run it, if so.
    pub(crate) fn cannot(&self, browser: Browser) -> Option<&str> {
        self.cannot.get(browser.name()).map(String::as_str)
    }
}

/// A file of a scenario must be there.
fn must_be_there(folder: &Path, field: &str, name: &str) -> Result<()> {
    if !folder.join(name).exists() {
        bail!("{field}: {name} is not in the scenario's folder");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Scenario> {
        let folder = tempfile::tempdir()?;
        let folder = folder.path().join("some-case");
        fs::create_dir(&folder)?;
        fs::write(folder.join(FILE), text)?;
        Scenario::read(&folder)
    }

    fn complaint(text: &str) -> String {
        format!("{:#}", read(text).expect_err("it is wrong"))
    }

    #[test]
    fn a_scenario_needs_no_more_than_its_story_and_what_is_expected() -> Result<()> {
        let scenario = read("about = \"all is well\"\n[expect]\n")?;
        assert_eq!(
            (scenario.name.as_str(), scenario.lane.as_str()),
            ("some-case", "main")
        );
        assert_eq!(scenario.page.base, "http://probe.test/");
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_named_with_its_file_and_field() {
        let said = complaint("about = \"x\"\nlain = \"main\"\n[expect]\n");
        assert!(
            said.contains("some-case/scenario.toml") && said.contains("lain"),
            "{said}"
        );
        let said = complaint("about = \"x\"\nmode = \"watch\"\n[expect]\n");
        assert!(said.contains("mode") && said.contains("watch"), "{said}");
        let said = complaint("about = \"x\"\ncannot.lynx = \"no\"\n[expect]\n");
        assert!(said.contains("cannot.lynx"), "{said}");
        let said =
            complaint("about = \"x\"\nquick = [\"webkit\"]\ncannot.webkit = \"no\"\n[expect]\n");
        assert!(said.contains("quick") && said.contains("webkit"), "{said}");
        let said = complaint(
            "about = \"x\"\n[[box]]\nkind = \"nginx\"\nwhere = \"server\"\nconfig = \"nginx.conf\"\nports = [80]\n[expect]\n",
        );
        assert!(
            said.contains("box 1") && said.contains("nginx.conf"),
            "{said}"
        );
        let said = complaint("about = \"x\"\n[expect]\nverdicts.carrier-pigeon = \"failed\"\n");
        assert!(said.contains("carrier-pigeon"), "{said}");
    }
    /// The quick ones of the project itself: every place once in Chromium, two networks without a fault, one with TLS.
    #[test]
    fn the_quick_ones_break_every_place_once() -> Result<()> {
        let all = all(&[super::super::folders::scenarios()])?;
        let quick = |browser: Browser| all.iter().filter(move |one| one.quick.contains(&browser));
        let expected: Vec<_> = quick(Browser::Chromium)
            .map(|one| one.expect.of(Browser::Chromium))
            .collect();
        let healthy = expected.iter().filter(|expected| expected.healthy).count();
        assert!(healthy >= 2, "{healthy} are healthy");
        assert!(
            quick(Browser::Chromium).any(|one| one.expect.of(Browser::Chromium).healthy
                && one.page.scheme() == Scheme::Https),
            "one healthy network has TLS"
        );
        for place in [
            "request-altered",
            "answered-for",
            "server",
            "cut",
            "held",
            "way-out",
            "secure",
            "answer-altered",
            "frames-out",
            "frames-back",
            "page",
        ] {
            let breaks = |expected: &&Expected| {
                let mut places = expected.places.values();
                places.any(|known| known.to_string() == place)
            };
            assert!(
                expected.iter().any(|one| breaks(&one)),
                "none breaks {place}"
            );
        }
        for (browser, least) in [(Browser::Firefox, 4), (Browser::Webkit, 2)] {
            let count = quick(browser).count();
            assert!(count >= least, "{count} in {}", browser.name());
        }
        Ok(())
    }
}

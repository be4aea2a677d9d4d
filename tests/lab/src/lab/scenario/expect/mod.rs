//! What a report must say of a scenario.

mod truth;
mod words;

use std::collections::BTreeMap;

use anyhow::Result;
use pushcheck::diagnosis::Code;
use pushcheck::method::Method;
use serde::{Deserialize, Serialize};

use crate::browser::Browser;
use crate::lab::template::{Number, Values};
pub(crate) use truth::{Bursts, Causes, Compressed, Logged, Queue};
use words::{HELD, PLACES, RELIEFS, RESULTS, STRENGTHS, VERDICTS, WAYS, known, methods};
pub(crate) use words::{Place, Several};

/// What is expected: of every browser, and where one of them cannot know better, of that one.
///
/// A method that is not named passes, and nothing of it breaks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Expect {
    /// The run's result; default `passed`.
    pub(crate) result: Option<Several>,
    /// By method.
    #[serde(default)]
    verdicts: BTreeMap<String, Several>,
    /// By method.
    #[serde(default)]
    places: BTreeMap<String, Place>,
    /// What must be found beside, by code: its strength.
    #[serde(default)]
    findings: BTreeMap<String, Several>,
    /// By method, how its messages are held.
    #[serde(default)]
    held: BTreeMap<String, Several>,
    /// By method, the silence that ends its connections, ms; a method that is not named outlives all that is tried.
    #[serde(default)]
    idle: BTreeMap<String, Number>,
    /// By method, the age at which connections that a watch holds are cut, ms; one that is not named is never cut.
    #[serde(default)]
    every: BTreeMap<String, Number>,
    /// Of many messages at once, what waits on the way, hidden from the server.
    #[serde(default)]
    queue: Option<Queue>,
    /// By direction, how many of them somebody on the way took and never delivered: by a template's number.
    #[serde(default)]
    lost: BTreeMap<String, Number>,
    /// How many of the requests that leave at once must arrive and be answered, each once.
    #[serde(default)]
    uploads: Option<u64>,
    /// By method, what lets its stream pass at once, of all that is tried.
    #[serde(default)]
    reliefs: BTreeMap<String, Several>,
    /// How far back a reader's slowness is felt.
    #[serde(default)]
    flow_control: Option<Several>,
    /// What becomes of a socket that is to compress.
    pub(crate) compressed: Option<Compressed>,
    /// The causes that may be named first; none: what is broken has no name.
    #[serde(default)]
    cause: Vec<String>,
    /// Causes that are true besides.
    #[serde(default)]
    also: Vec<String>,
    /// By browser, what is said first once the browser's own log is handed over; of others none is recorded.
    #[serde(default)]
    pub(crate) logged: BTreeMap<String, Logged>,
    /// What differs in Chromium.
    chromium: Option<Differing>,
    /// What differs in Firefox.
    firefox: Option<Differing>,
    /// What differs in WebKitGTK.
    webkit: Option<Differing>,
}

/// What differs in one browser.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Differing {
    result: Option<Several>,
    #[serde(default)]
    verdicts: BTreeMap<String, Several>,
    #[serde(default)]
    places: BTreeMap<String, Place>,
    #[serde(default)]
    findings: BTreeMap<String, Several>,
    #[serde(default)]
    flow_control: Option<Several>,
    cause: Option<Vec<String>>,
}

/// What is expected of one browser, with every method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Expected {
    /// The run's result.
    pub(crate) result: Several,
    /// By method.
    pub(crate) verdicts: BTreeMap<String, Several>,
    /// By method.
    pub(crate) places: BTreeMap<String, Place>,
    /// By code, with its strength.
    #[serde(default)]
    pub(crate) findings: BTreeMap<String, Several>,
    /// By method, how its messages are held; of others it is not judged.
    #[serde(default)]
    pub(crate) held: BTreeMap<String, Several>,
    /// Findings from `degraded` on are wrong.
    pub(crate) healthy: bool,
}

/// Those that write logs.
const BROWSERS: [&str; 2] = [Browser::Chromium.name(), Browser::Firefox.name()];

impl Expect {
    /// Nothing is broken, of the methods that are tried; none named: all.
    pub(crate) fn whole(tried: &[String]) -> Self {
        let skipped = Method::ALL.iter().map(|method| method.as_str().to_owned());
        let skipped = skipped.filter(|name| !tried.is_empty() && !tried.contains(name));
        Self {
            verdicts: skipped
                .map(|name| (name, Several::One("skipped".to_owned())))
                .collect(),
            ..Self::default()
        }
    }

    fn differing(&self, browser: Browser) -> Option<&Differing> {
        match browser {
            Browser::Chromium => self.chromium.as_ref(),
            Browser::Firefox => self.firefox.as_ref(),
            Browser::Webkit => self.webkit.as_ref(),
        }
    }

    /// What is expected of a browser.
    pub(crate) fn of(&self, browser: Browser) -> Expected {
        let own = self.differing(browser);
        let result = own
            .and_then(|own| own.result.as_ref())
            .or(self.result.as_ref());
        let result = result
            .cloned()
            .unwrap_or_else(|| Several::One("passed".to_owned()));
        let mut verdicts = BTreeMap::new();
        let mut places = BTreeMap::new();
        for method in Method::ALL {
            let name = method.as_str().to_owned();
            let verdict = own
                .and_then(|own| own.verdicts.get(&name))
                .or_else(|| self.verdicts.get(&name));
            let place = own
                .and_then(|own| own.places.get(&name))
                .or_else(|| self.places.get(&name));
            let passed = || Several::One("passed".to_owned());
            let nowhere = || Place::Known(Several::One("nowhere".to_owned()));
            verdicts.insert(name.clone(), verdict.cloned().unwrap_or_else(passed));
            places.insert(name, place.cloned().unwrap_or_else(nowhere));
        }
        let healthy = result.holds("passed")
            && places
                .values()
                .all(|place| *place == Place::Known(Several::One("nowhere".to_owned())));
        let mut findings = self.findings.clone();
        findings.extend(own.into_iter().flat_map(|own| own.findings.clone()));
        Expected {
            result,
            verdicts,
            places,
            findings,
            held: self.held.clone(),
            healthy,
        }
    }

    /// The silence that ends connections, by method, ms.
    ///
    /// # Errors
    /// What stands there becomes no number.
    pub(crate) fn idle(&self, values: &Values) -> Result<BTreeMap<String, u64>> {
        filled(&self.idle, values)
    }

    /// The age at which connections that a watch holds are cut, by method, ms.
    ///
    /// # Errors
    /// What stands there becomes no number.
    pub(crate) fn every(&self, values: &Values) -> Result<BTreeMap<String, u64>> {
        filled(&self.every, values)
    }

    /// Why it breaks.
    pub(crate) fn causes(&self, browser: Browser) -> Causes {
        let expected = self.of(browser);
        let own = self.differing(browser).and_then(|own| own.cause.clone());
        let first = own.unwrap_or_else(|| self.cause.clone());
        let breaks = |verdict: &Several| {
            let breaks = verdict.holds("failed") || verdict.holds("warning");
            breaks && !verdict.holds("passed")
        };
        Causes {
            broken: !first.is_empty() || expected.verdicts.values().any(breaks),
            first,
            also: self
                .also
                .iter()
                .chain(self.findings.keys())
                .cloned()
                .collect(),
        }
    }

    /// What many messages at once must show.
    ///
    /// # Errors
    /// What stands there becomes no number.
    pub(crate) fn bursts(&self, browser: Browser, values: &Values) -> Result<Bursts> {
        let own = self
            .differing(browser)
            .and_then(|own| own.flow_control.clone());
        Ok(Bursts {
            queue: self.queue,
            lost: filled(&self.lost, values)?,
            reliefs: self.reliefs.clone(),
            uploads: self.uploads,
            flow_control: own.or_else(|| self.flow_control.clone()),
        })
    }

    pub(super) fn check(&self) -> Result<()> {
        let differing = Browser::ALL
            .into_iter()
            .filter_map(|browser| self.differing(browser));
        let results = differing.clone().filter_map(|own| own.result.as_ref());
        for result in results.chain(&self.result) {
            known("result", result.words(), RESULTS)?;
        }
        for (method, held) in &self.held {
            known("held", [method.as_str()].into_iter(), &methods())?;
            known(&format!("held.{method}"), held.words(), HELD)?;
        }
        for (method, reliefs) in &self.reliefs {
            known("reliefs", [method.as_str()].into_iter(), &methods())?;
            known(&format!("reliefs.{method}"), reliefs.words(), RELIEFS)?;
        }
        if let Some(compressed) = &self.compressed {
            known("compressed.verdict", compressed.verdict.words(), VERDICTS)?;
        }
        let codes = Code::ALL
            .iter()
            .map(|code| code.as_str())
            .collect::<Vec<_>>();
        let own = differing.clone().flat_map(|own| own.cause.iter().flatten());
        let causes = self.cause.iter().chain(&self.also).chain(own);
        known("cause", causes.map(String::as_str), &codes)?;
        known("logged", self.logged.keys().map(String::as_str), &BROWSERS)?;
        for logged in self.logged.values() {
            known("logged.code", [logged.code.as_str()].into_iter(), &codes)?;
            known("logged.strength", logged.strength.words(), STRENGTHS)?;
        }
        known("lost", self.lost.keys().map(String::as_str), WAYS)?;
        known("every", self.every.keys().map(String::as_str), &methods())?;
        known("idle", self.idle.keys().map(String::as_str), &methods())?;
        let verdicts = differing
            .clone()
            .map(|own| &own.verdicts)
            .chain([&self.verdicts]);
        for (method, verdict) in verdicts.flatten() {
            known("verdicts", [method.as_str()].into_iter(), &methods())?;
            known(&format!("verdicts.{method}"), verdict.words(), VERDICTS)?;
        }
        let findings = differing.clone().map(|own| &own.findings);
        for (code, strength) in findings.chain([&self.findings]).flatten() {
            known(&format!("findings.{code}"), strength.words(), STRENGTHS)?;
        }
        let places = differing.map(|own| &own.places).chain([&self.places]);
        for (method, place) in places.flatten() {
            known("places", [method.as_str()].into_iter(), &methods())?;
            let field = format!("places.{method}");
            match place {
                Place::Known(place) => known(&field, place.words(), PLACES)?,
                Place::Unknown { truth } => known(&field, [truth.as_str()].into_iter(), PLACES)?,
            }
        }
        Ok(())
    }
}

fn filled(numbers: &BTreeMap<String, Number>, values: &Values) -> Result<BTreeMap<String, u64>> {
    let each = |(name, number): (&String, &Number)| Ok((name.clone(), number.fill(values)?.into()));
    numbers.iter().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect(text: &str) -> Result<Expect> {
        let expect: Expect = toml::from_str(text)?;
        expect.check()?;
        Ok(expect)
    }

    #[test]
    fn what_is_not_said_is_healthy() -> Result<()> {
        let expected = expect("")?.of(Browser::Chromium);
        assert!(expected.healthy && expected.result.holds("passed"));
        assert_eq!(expected.verdicts.len(), 5);
        Ok(())
    }

    #[test]
    fn a_browser_differs_only_in_what_it_says() -> Result<()> {
        let expect = expect(
            "result = \"warning\"\nverdicts.web-socket = \"failed\"\nplaces.web-socket = \"secure\"\n\
             firefox.places.web-socket = {truth = \"secure\"}\n",
        )?;
        let (chromium, firefox) = (expect.of(Browser::Chromium), expect.of(Browser::Firefox));
        assert_eq!(
            chromium.places["web-socket"],
            Place::Known(Several::One("secure".to_owned()))
        );
        assert_eq!(firefox.places["web-socket"].to_string(), "null (secure)");
        assert_eq!(firefox.verdicts, chromium.verdicts);
        assert!(!firefox.healthy);
        Ok(())
    }

    #[test]
    fn words_that_no_report_has_are_refused() {
        for (text, named) in [
            ("result = \"good\"", "good"),
            ("verdicts.web-socket = \"fialed\"", "verdicts.web-socket"),
            ("places.web-socket = \"somewhere\"", "somewhere"),
            ("findings.a-cause = \"sure\"", "findings.a-cause"),
            ("places.web-socket = {truth = \"x\"}", "places.web-socket"),
            ("webkit.verdicts.udp = \"passed\"", "udp"),
        ] {
            let said = format!("{:#}", expect(text).expect_err(text));
            assert!(said.contains(named), "{said}");
        }
    }
}

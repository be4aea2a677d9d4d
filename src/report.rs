//! The report: what leaves. Codes and numbers; sentences are made where they are read.
//!
//! `www/report.schema.json` is the definition; `tests/schema/` holds these types and `www/report.d.ts` to it.

use serde::{Deserialize, Serialize};

use crate::advice::{Advice, Need, advice};
use crate::diagnosis::{Diagnosis, Finding, MethodReport, RunResult, Verdict};
use crate::evidence::{Evidence, HoldEnded, Surroundings, Trace, WatchLog};
use crate::plan::{Lane, Skipped, watches};
use crate::time::Micros;
use crate::wire::{
    About, LedgerInstance, OutsideIn, Scheme, SeenConnection, Sighting, Software, Vantage, WIRE,
};

/// The schema's version.
pub const SCHEMA: u32 = 1;

/// One diagnosis by one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The widget.
    pub software: Software,
    /// [`WIRE`].
    pub wire: u32,
    /// The run.
    pub run: RunReport,
    /// Its result.
    pub result: RunResult,
    /// The page's surroundings.
    pub surroundings: Surroundings,
    /// Every lane, tried or not.
    pub lanes: Vec<LaneInfo>,
    /// The server; null: never heard.
    pub about: Option<AboutReport>,
    /// All five methods.
    pub methods: Vec<MethodReport>,
    /// Every finding.
    pub findings: Vec<Finding>,
    /// What to use here; null: made without WebAssembly.
    pub advice: Option<Advice>,
    /// The raw evidence; null: left out.
    pub evidence: Option<EvidenceReport>,
}

/// The run itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// Its id, 32 hexadecimal digits.
    pub id: String,
    /// When it began by the page's wall clock, ms since 1970.
    pub started_at: u64,
    /// How long it took, µs.
    pub duration_us: u64,
    /// How much was asked for.
    pub mode: Mode,
    /// The embedder's labels.
    pub labels: Vec<Label>,
    /// Ended before all that was planned had been tried.
    pub truncated: bool,
}

/// How much a run tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Every method, within 12 s.
    #[default]
    Quick,
    /// Further probes, up to minutes.
    Thorough,
    /// Holds what works and waits for cuts.
    Watch,
    /// Without WebAssembly: one attempt of three methods.
    Fallback,
}

/// A label: at most 20 of them, each at most 200 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneInfo {
    /// Its id.
    pub id: String,
    /// http or https.
    pub scheme: Scheme,
    /// The port.
    pub port: u16,
    /// The host; null: the page's own, or not told.
    pub host: Option<String>,
    /// Why it was not tried; null: it was.
    pub skipped: Option<Skipped>,
    /// The embedder needs it besides `main`: where nothing works on it the run has failed.
    pub required: bool,
}

/// What the server said of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AboutReport {
    /// The instance that answered.
    pub instance: String,
    /// When it began, ms since 1970.
    pub started_at: u64,
    /// What it can see.
    pub vantage: Vantage,
    /// What it found when it tried itself from outside; null: it has not.
    pub outside_in: Option<OutsideIn>,
}

/// The raw evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceReport {
    /// The page's half.
    pub traces: Vec<Trace>,
    /// The server's half.
    pub sightings: Vec<Sighting>,
    /// What became of the connections that a watch held; null: there was no watch.
    pub watch: Option<WatchLog>,
    /// Connections that brought it no request.
    pub connections: Vec<SeenConnection>,
    /// Who contributed to the server's half, and until when each watched; null: it was not read.
    pub instances: Option<Vec<LedgerInstance>>,
    /// The server's half is there and whole.
    pub complete: bool,
}

/// What a report says beside evidence and diagnosis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The run's id.
    pub id: String,
    /// When it began, ms since 1970.
    pub started_at: u64,
    /// Its mode.
    pub mode: Mode,
    /// Its labels.
    pub labels: Vec<Label>,
    /// What the app needs; none: nobody said.
    pub need: Option<Need>,
}

impl Report {
    /// Puts a report together. `stopped`: the page or a failure of ours ended the run.
    pub fn new(
        heading: &Heading,
        lanes: &[Lane],
        evidence: &Evidence,
        diagnosis: Diagnosis,
        at: Micros,
        stopped: bool,
        truncated: bool,
    ) -> Self {
        let short = Self::in_short(heading, lanes, evidence, diagnosis, at, stopped, truncated);
        Self {
            evidence: Some(EvidenceReport::of(evidence.clone())),
            ..short
        }
    }

    /// The same without the raw evidence.
    pub(crate) fn in_short(
        heading: &Heading,
        lanes: &[Lane],
        evidence: &Evidence,
        diagnosis: Diagnosis,
        at: Micros,
        stopped: bool,
        truncated: bool,
    ) -> Self {
        Self {
            schema: SCHEMA,
            software: Software {
                name: "pushcheck".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            wire: WIRE,
            run: RunReport {
                id: heading.id.clone(),
                started_at: heading.started_at,
                duration_us: at.0,
                mode: heading.mode,
                labels: heading.labels.clone(),
                truncated,
            },
            result: if stopped {
                RunResult::Aborted
            } else {
                diagnosis.result
            },
            surroundings: evidence.surroundings.clone(),
            lanes: lanes.iter().map(LaneInfo::of).collect(),
            about: evidence.about.as_ref().map(AboutReport::of),
            advice: Some(advice(
                &diagnosis.methods,
                &diagnosis.findings,
                heading.need,
            )),
            methods: diagnosis.methods,
            findings: diagnosis.findings,
            evidence: None,
        }
    }

    /// A required lane that was skipped leaves the result open; one on which nothing works fails it.
    pub fn judge_required_lanes(&mut self) {
        for required in self.lanes.iter().filter(|lane| lane.required) {
            let (mut tried, mut works, mut all_fail) = (false, false, true);
            for lane in self.methods.iter().flat_map(|method| &method.lanes) {
                if lane.lane == required.id {
                    tried = true;
                    works |= lane.verdict.works();
                    all_fail &= lane.verdict == Verdict::Failed;
                }
            }
            match self.result {
                RunResult::Aborted | RunResult::Failed => {}
                _ if works => {}
                _ if tried && all_fail => self.result = RunResult::Failed,
                _ => self.result = RunResult::Inconclusive,
            }
        }
    }
}

impl EvidenceReport {
    /// What leaves of it.
    pub(crate) fn of(evidence: Evidence) -> Self {
        let mut traces = evidence.traces;
        traces.iter_mut().for_each(Trace::shorten);
        let read = evidence.ledger.is_some();
        let mut ledger = evidence.ledger.unwrap_or_default();
        let watch = evidence.watch;
        // Of those that a watch held only such as it tells of.
        let told = |seen: &Sighting| {
            let mut holds = watch.iter().flat_map(|watch| &watch.holds);
            !watches(&seen.probe)
                || holds.any(|hold| {
                    let same = |ended: &HoldEnded| ended.attempt == seen.attempt;
                    hold.probe == seen.probe && hold.ended.iter().any(same)
                })
        };
        ledger.sightings.retain(told);
        let instances = read.then_some(ledger.instances);
        Self {
            traces,
            instances,
            watch,
            complete: ledger.complete,
            sightings: ledger.sightings,
            connections: ledger.connections,
        }
    }
}

impl LaneInfo {
    fn of(lane: &Lane) -> Self {
        let own = lane.id.starts_with("own-");
        Self {
            id: lane.id.clone(),
            scheme: lane.scheme,
            port: if own { 0 } else { lane.port },
            host: Some(lane.host.clone()).filter(|_| !own),
            skipped: lane.skipped,
            required: false,
        }
    }
}

impl AboutReport {
    fn of(about: &About) -> Self {
        Self {
            instance: about.instance.id.clone(),
            started_at: about.instance.started_at,
            vantage: about.vantage.clone(),
            outside_in: about.outside_in.clone(),
        }
    }
}

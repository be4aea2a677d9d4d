//! From a report back to the evidence in it, and from there to what today's rules say.
//!
//! The evidence is raw: the same rules say the same of it for ever, better rules say better, and more evidence may be added to
//! it.

use crate::advice::advice;
use crate::diagnosis::{Asked, MethodReport, RunResult, Verdict, diagnose};
use crate::evidence::{Event, Evidence, Trace};
use crate::explain::LoggedError;
use crate::plan::Lane;
use crate::report::{AboutReport, EvidenceReport, LaneInfo, Report};
use crate::time::Micros;
use crate::wire::{About, Instance, Ledger, Limits, WIRE};

/// The report that today's rules make of the same run; `None`: it was saved without its evidence.
pub fn again(mut report: Report) -> Option<Report> {
    let raw = report.evidence.take()?;
    let complete = raw.complete;
    let ledger = raw.instances.map(|instances| Ledger {
        complete,
        instances,
        sightings: raw.sightings,
        connections: raw.connections,
    });
    let mut evidence = Evidence {
        traces: raw.traces,
        ledger,
        about: report.about.as_ref().map(|about| said(&report, about)),
        lanes: report.lanes.iter().map(lane).collect(),
        surroundings: core::mem::take(&mut report.surroundings),
        watch: raw.watch,
    };
    let diagnosis = diagnose(&evidence, &asked(&report));
    // Nothing in the evidence tells that the page stopped the run.
    if report.result != RunResult::Aborted {
        report.result = diagnosis.result;
    }
    let need = report.advice.as_ref().filter(|advice| !advice.assumed);
    let need = need.map(|advice| advice.need);
    report.advice = Some(advice(&diagnosis.methods, &diagnosis.findings, need));
    report.methods = diagnosis.methods;
    report.findings = diagnosis.findings;
    report.judge_required_lanes();
    report.surroundings = core::mem::take(&mut evidence.surroundings);
    report.evidence = Some(EvidenceReport {
        complete,
        ..EvidenceReport::of(evidence)
    });
    Some(report)
}

/// Adds to the evidence what a log of the browser's says of the run's attempts.
pub fn add_logged(report: &mut Report, errors: Vec<LoggedError>) {
    let Some(raw) = &mut report.evidence else {
        return;
    };
    for error in errors {
        let of = |trace: &&mut Trace| {
            trace.attempt == error.attempt && trace.probe == error.probe && !trace.own
        };
        let Some(trace) = raw.traces.iter_mut().find(of) else {
            continue;
        };
        let ended = trace.events.last().map_or(Micros::ZERO, |last| last.at);
        // A log may be handed over twice.
        if trace.net_error().is_none() {
            trace.push(ended, Event::NetError { name: error.name });
            trace.shorten();
        }
    }
}

fn lane(lane: &LaneInfo) -> Lane {
    Lane {
        id: lane.id.clone(),
        scheme: lane.scheme,
        host: lane.host.clone().unwrap_or_default(),
        port: lane.port,
        base: "/".to_owned(),
        skipped: lane.skipped,
    }
}

/// What the server said of itself, as far as rules read it.
fn said(report: &Report, about: &AboutReport) -> About {
    About {
        software: report.software.clone(),
        wire: vec![WIRE],
        instance: Instance {
            id: about.instance.clone(),
            started_at: about.started_at,
        },
        clock_us: 0,
        now: about.started_at,
        lanes: Vec::new(),
        limits: Limits {
            hold_ms: 0,
            ticks: 0,
            upload_bytes: 0,
            message_bytes: 0,
            life_ms: 0,
            attempts: 0,
            report_bytes: 0,
        },
        vantage: about.vantage.clone(),
        outside_in: about.outside_in.clone(),
    }
}

/// What the page asked for: a method is skipped only where it did not.
fn asked(report: &Report) -> Asked {
    let of = |wanted: fn(&MethodReport) -> bool| {
        let methods = report.methods.iter().filter(|method| wanted(method));
        methods.map(|method| method.method).collect()
    };
    Asked {
        methods: of(|method| method.verdict != Verdict::Skipped),
        required: of(|method| method.required),
    }
}

//! From a report back to the evidence, and from there to what today's rules say.

use pushcheck::diagnosis::{Asked, RunResult, Verdict, diagnose};
use pushcheck::evidence::Evidence;
use pushcheck::plan::Lane;
use pushcheck::report::{AboutReport, EvidenceReport, LaneInfo, Report};
use pushcheck::wire::{About, Instance, Ledger, Limits, WIRE};

/// The report that today's rules make of the same run; `None`: it was saved without its evidence.
pub fn again(report: &Report) -> Option<Report> {
    let evidence = evidence(report, report.evidence.as_ref()?);
    let diagnosis = diagnose(&evidence, &asked(report));
    let mut today = Report {
        result: match report.result {
            // Nothing in the evidence tells that the page stopped the run.
            RunResult::Aborted => RunResult::Aborted,
            _ => diagnosis.result,
        },
        methods: diagnosis.methods,
        findings: diagnosis.findings,
        ..report.clone()
    };
    today.judge_required_lanes();
    Some(today)
}

fn evidence(report: &Report, raw: &EvidenceReport) -> Evidence {
    let lane = |lane: &LaneInfo| Lane {
        id: lane.id.clone(),
        scheme: lane.scheme,
        host: lane.host.clone().unwrap_or_default(),
        port: lane.port,
        base: "/".to_owned(),
        skipped: lane.skipped,
    };
    Evidence {
        traces: raw.traces.clone(),
        ledger: raw.instances.as_ref().map(|instances| Ledger {
            complete: raw.complete,
            instances: instances.clone(),
            sightings: raw.sightings.clone(),
            connections: raw.connections.clone(),
        }),
        about: report.about.as_ref().map(|about| said(report, about)),
        lanes: report.lanes.iter().map(lane).collect(),
        surroundings: report.surroundings.clone(),
        watch: raw.watch.clone(),
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
    let of = |wanted: fn(&pushcheck::diagnosis::MethodReport) -> bool| {
        let methods = report.methods.iter().filter(|method| wanted(method));
        methods.map(|method| method.method).collect()
    };
    Asked {
        methods: of(|method| method.verdict != Verdict::Skipped),
        required: of(|method| method.required),
    }
}

//! What must hold of every finding, whatever the report: less evidence promises no more, and its order tells nothing.

use anyhow::{Context, Result};
use pushcheck::diagnosis::{Code, Finding, Place, Severity, Strength};
use pushcheck::evidence::{Event, Stamped};
use pushcheck::method::Method;
use pushcheck::report::{EvidenceReport, Report};
use pushcheck_lab::replay::again;

use crate::{cases, read_case};

type Claim = (
    Code,
    Option<Method>,
    Option<String>,
    Option<Place>,
    Strength,
    Severity,
);

fn claim(finding: &Finding) -> Claim {
    (
        finding.code,
        finding.method,
        finding.lane.clone(),
        finding.place,
        finding.strength,
        finding.severity,
    )
}

fn found(report: &Report) -> Result<Vec<Finding>> {
    Ok(again(report).context("it has its evidence")?.findings)
}

fn changed(report: &Report, change: impl FnOnce(&mut EvidenceReport)) -> Report {
    let mut other = report.clone();
    if let Some(raw) = &mut other.evidence {
        change(raw);
    }
    other
}

#[test]
fn the_order_in_which_things_arrived_changes_no_finding() -> Result<()> {
    for file in cases()? {
        let report = read_case(&file)?;
        let before: Vec<Claim> = found(&report)?.iter().map(claim).collect();
        let count = report
            .evidence
            .as_ref()
            .map_or(0, |raw| raw.sightings.len());
        for turn in [1, count / 3, count / 2] {
            let turned = changed(&report, |raw| {
                raw.sightings.rotate_left(turn.min(count));
                raw.connections.reverse();
            });
            let after: Vec<Claim> = found(&turned)?.iter().map(claim).collect();
            assert_eq!(after, before, "{}, turned by {turn}", file.display());
        }
    }
    Ok(())
}

/// Every report with something left out. What lacks a sighting says itself that it is not whole.
fn with_less(report: &Report) -> Vec<(String, Report)> {
    let mut all = Vec::new();
    let mut add = |what: String, other: Report| all.push((what, other));
    let mut other = report.clone();
    other.about = None;
    add("nothing said by the server".to_owned(), other);
    let mut other = report.clone();
    if let Some(about) = &mut other.about {
        about.outside_in = None;
    }
    add("no try from outside".to_owned(), other);
    add(
        "no log of the browser's".to_owned(),
        changed(report, |raw| {
            for trace in &mut raw.traces {
                let logged = |stamped: &Stamped| matches!(stamped.event, Event::NetError { .. });
                trace.events.retain(|stamped| !logged(stamped));
            }
        }),
    );
    add(
        "no ledger".to_owned(),
        changed(report, |raw| {
            raw.instances = None;
            raw.complete = false;
            raw.sightings.clear();
            raw.connections.clear();
        }),
    );
    add(
        "an incomplete ledger".to_owned(),
        changed(report, |raw| raw.complete = false),
    );
    let raw = report.evidence.as_ref();
    for at in 0..raw.map_or(0, |raw| raw.sightings.len()).min(60) {
        add(
            format!("without sighting {}", at + 1),
            changed(report, |raw| {
                raw.sightings.remove(at);
                raw.complete = false;
            }),
        );
    }
    for at in 0..raw.map_or(0, |raw| raw.connections.len()).min(20) {
        add(
            format!("without connection {}", at + 1),
            changed(report, |raw| {
                raw.connections.remove(at);
                raw.complete = false;
            }),
        );
    }
    let controls: Vec<usize> = raw
        .into_iter()
        .flat_map(|raw| raw.traces.iter().enumerate())
        .filter_map(|(at, trace)| trace.control.then_some(at))
        .collect();
    for at in controls {
        add(
            format!("without control {}", at + 1),
            changed(report, |raw| drop(raw.traces.remove(at))),
        );
    }
    all
}

#[test]
fn a_cause_breaks_what_it_breaks_where_its_code_says() -> Result<()> {
    for file in cases()? {
        for finding in found(&read_case(&file)?)? {
            let fits = |place: Place| finding.code.places().contains(&place);
            assert!(finding.place.is_none_or(fits), "{finding:?}");
        }
    }
    Ok(())
}

#[test]
fn less_evidence_makes_no_finding_stronger() -> Result<()> {
    let mut wrong = Vec::new();
    for file in cases()? {
        let report = read_case(&file)?;
        let before = found(&report)?;
        for (what, other) in with_less(&report) {
            for finding in found(&other)? {
                let alike = |one: &&Finding| one.code == finding.code && one.lane == finding.lane;
                let was = before.iter().find(alike).map(|one| one.strength);
                if finding.strength > Strength::Possible && was < Some(finding.strength) {
                    let name = file.file_name().unwrap_or_default().display();
                    wrong.push(format!(
                        "{name} {what}: {} is {:?}, and was {was:?}",
                        finding.code.as_str(),
                        finding.strength
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

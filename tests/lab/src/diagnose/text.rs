//! A report for people at a terminal.

use std::collections::BTreeSet;

use pushcheck::advice::Advice;
use pushcheck::diagnosis::{Finding, MethodReport, RunResult};
use pushcheck::evidence::{Notice, Surroundings};
use pushcheck::report::{EvidenceReport, Report};
use serde::Serialize;

/// The whole report, one fact a line.
pub(super) fn readable(report: &Report) -> String {
    let mut lines = vec![sentence(report), String::new()];
    lines.extend(table(report));
    if !report.findings.is_empty() {
        lines.extend([String::new(), "Findings".to_owned()]);
        lines.extend(report.findings.iter().map(finding));
    }
    if let Some(advice) = &report.advice {
        lines.extend([String::new(), "What to use here".to_owned()]);
        lines.extend(advised(advice));
    }
    lines.extend([String::new(), "Surroundings".to_owned()]);
    lines.extend(
        surroundings(report)
            .into_iter()
            .map(|line| format!("  {line}")),
    );
    lines.join("\n") + "\n"
}

/// The word that a value has in the report.
fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| Some(value.as_str()?.to_owned()))
        .unwrap_or_default()
}

/// The order of methods, why, and with which settings.
fn advised(advice: &Advice) -> Vec<String> {
    let methods: Vec<_> = advice.order.iter().map(|method| method.as_str()).collect();
    let reasons: Vec<_> = advice.reasons.iter().map(word).collect();
    let settings = advice.settings.iter();
    let settings: Vec<_> = settings
        .map(|one| format!("{} {}", one.name, one.value))
        .collect();
    let order = match methods.as_slice() {
        [] => "nothing".to_owned(),
        methods => methods.join(", "),
    };
    let assumed = if advice.assumed { "; need assumed" } else { "" };
    let mut lines = vec![format!("  {order} ({}{assumed})", reasons.join(", "))];
    if !settings.is_empty() {
        lines.push(format!("  {}", settings.join(", ")));
    }
    lines
}

fn sentence(report: &Report) -> String {
    let tried = report
        .methods
        .iter()
        .filter(|method| word(&method.verdict) != "skipped")
        .count();
    let works = report
        .methods
        .iter()
        .filter(|method| method.verdict.works())
        .count();
    let seconds = report.run.duration_us as f64 / 1e6;
    let said = match report.result {
        RunResult::Passed => {
            format!("Every push method that was tried works from here ({works} of {tried})")
        }
        RunResult::Warning => format!(
            "Some push methods work from here ({works} of {tried}), not all of them as they should"
        ),
        RunResult::Failed => format!(
            "Push does not work from here as it is needed ({works} of {tried} methods work)"
        ),
        RunResult::Inconclusive => format!(
            "It cannot be said which push methods work from here ({works} of {tried} seem to)"
        ),
        RunResult::Aborted => {
            format!("The run was ended before its time ({works} of {tried} methods work so far)")
        }
    };
    format!("{}: {said}; {seconds:.1} s.", word(&report.result))
}

const HEAD: [&str; 9] = [
    "method",
    "verdict",
    "place",
    "HTTP",
    "open",
    "round trip",
    "delay",
    "lost",
    "overhead",
];

fn table(report: &Report) -> Vec<String> {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(
        report
            .methods
            .iter()
            .map(|method| row(method, report.evidence.as_ref())),
    );
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let line = |row: &[String; 9]| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn row(method: &MethodReport, evidence: Option<&EvidenceReport>) -> [String; 9] {
    let timing = method.lanes.first().map(|lane| &lane.timing);
    let unknown = || "–".to_owned();
    let delivery = method.delivery.as_ref();
    let overhead = method.overhead.as_ref();
    [
        method.method.as_str().to_owned(),
        word(&method.verdict),
        method.place.as_ref().map_or_else(unknown, word),
        http(method, evidence).unwrap_or_else(unknown),
        timing
            .and_then(|timing| timing.open_us)
            .map_or_else(unknown, ms),
        timing
            .and_then(|timing| timing.round_trip)
            .map_or_else(unknown, |trip| ms(trip.median_us)),
        delivery.map_or_else(unknown, |d| {
            format!("{} ({} at worst)", ms(d.median_us), ms(d.worst_us))
        }),
        delivery.map_or_else(unknown, |d| format!("{} of {}", d.missing, d.missing + d.n)),
        overhead.map_or_else(unknown, |o| format!("{} B", o.up_bytes + o.down_bytes)),
    ]
}

/// The HTTP versions that the server saw, else those that the browser tells.
fn http(method: &MethodReport, evidence: Option<&EvidenceReport>) -> Option<String> {
    let attempts = || {
        method
            .lanes
            .first()
            .into_iter()
            .flat_map(|lane| &lane.attempts)
    };
    let arrivals = evidence
        .into_iter()
        .flat_map(|evidence| &evidence.sightings);
    let arrivals =
        arrivals.filter(|s| attempts().any(|a| a.probe == s.probe && a.attempt == s.attempt));
    let mut versions: BTreeSet<String> = arrivals
        .map(|s| s.http_version.trim_start_matches("HTTP/").to_owned())
        .collect();
    if versions.is_empty() {
        versions = attempts()
            .filter_map(|attempt| attempt.resource_timing.as_ref()?.protocol.clone())
            .collect();
    }
    (!versions.is_empty()).then(|| versions.into_iter().collect::<Vec<_>>().join(", "))
}

fn ms(us: u64) -> String {
    format!("{:.1} ms", us as f64 / 1e3)
}

fn finding(finding: &Finding) -> String {
    let method = finding
        .method
        .map_or("all methods", |method| method.as_str());
    let lane = finding
        .lane
        .as_ref()
        .map(|lane| format!(" on {lane}"))
        .unwrap_or_default();
    let place = finding
        .place
        .as_ref()
        .map_or_else(|| "not determined".to_owned(), word);
    let rivals: Vec<&str> = finding
        .rivals
        .iter()
        .map(|rival| rival.code.as_str())
        .collect();
    let rivals = if rivals.is_empty() {
        String::new()
    } else {
        format!("; or {}", rivals.join(", "))
    };
    format!(
        "  {} ({}, {}): {method}{lane}, place {place}, seen {} of {}{rivals}",
        finding.code.as_str(),
        word(&finding.strength),
        word(&finding.severity),
        finding.seen,
        finding.of,
    )
}

fn surroundings(report: &Report) -> Vec<String> {
    let about: &Surroundings = &report.surroundings;
    let engine = about
        .engine
        .as_ref()
        .map(|engine| format!("{} {}", word(&engine.family), engine.version));
    let secure = if about.secure_context {
        "secure"
    } else {
        "not secure"
    };
    let mut lines = vec![format!(
        "page {} ({secure}{}), engine {}",
        about.origin,
        if about.embedded { ", in a frame" } else { "" },
        engine.unwrap_or_else(|| "unknown".to_owned()),
    )];
    if !about.online {
        lines.push("the browser says that it is offline".to_owned());
    }
    if about.hidden_us > 0 {
        lines.push(format!("the page was hidden for {}", ms(about.hidden_us)));
    }
    if about.longest_gap_us > 250_000 {
        lines.push(format!(
            "the page's main thread was blocked for up to {}",
            ms(about.longest_gap_us)
        ));
    }
    for stamped in &about.notices {
        let told = match &stamped.notice {
            Notice::PolicyViolation { directive } => {
                format!("the page's policy forbade something: {directive}")
            }
            Notice::OwnFailure { place } => format!("pushcheck itself failed at {place}"),
            Notice::Hidden => "the page was hidden".to_owned(),
            Notice::Visible => "the page was visible again".to_owned(),
            Notice::Online => "the browser was online again".to_owned(),
            Notice::Offline => "the browser went offline".to_owned(),
            Notice::Slept { us } => format!("the device slept for {} ms", us / 1000),
            Notice::Stalled { us } => format!("the page stood still for {} ms", us / 1000),
        };
        lines.push(format!("{told}, after {}", ms(stamped.at.0)));
    }
    let skipped = report
        .lanes
        .iter()
        .filter_map(|lane| Some((&lane.id, lane.skipped.as_ref()?)));
    lines.extend(skipped.map(|(id, why)| format!("lane {id} was not tried: {}", word(why))));
    lines.push(server(report));
    lines
}

/// Whether the server's half of the evidence is there.
fn server(report: &Report) -> String {
    let Some(about) = &report.about else {
        return "the server was never heard: only the page's half is known".to_owned();
    };
    match &report.evidence {
        Some(evidence) if evidence.complete => {
            format!(
                "server {}: its half is there, {} arrivals",
                about.instance,
                evidence.sightings.len()
            )
        }
        Some(_) => format!(
            "server {}: its half is missing or not whole",
            about.instance
        ),
        None => format!("server {}: the evidence was left out", about.instance),
    }
}

#[cfg(test)]
mod tests {
    use pushcheck::diagnosis::{Asked, diagnose};
    use pushcheck::evidence::Evidence;
    use pushcheck::method::Method;
    use pushcheck::report::{Heading, Mode};
    use pushcheck::time::Micros;

    use super::*;

    #[test]
    fn a_run_without_a_server_says_so() {
        let evidence = Evidence::default();
        let asked = Asked {
            methods: Method::ALL.to_vec(),
            required: Vec::new(),
        };
        let heading = Heading {
            id: "0".repeat(32),
            started_at: 0,
            mode: Mode::Quick,
            labels: Vec::new(),
            need: None,
        };
        let found = diagnose(&evidence, &asked);
        let report = Report::new(
            &heading,
            &[],
            &evidence,
            found,
            Micros::ms(2_500),
            true,
            true,
        );
        let text = readable(&report);
        assert!(text.starts_with("aborted: "), "{text}");
        assert!(
            text.contains("nothing (not-measured; need assumed)"),
            "{text}"
        );
        assert!(
            text.contains("2.5 s") && text.contains("the server was never heard"),
            "{text}"
        );
        assert!(
            Method::ALL
                .iter()
                .all(|method| text.contains(method.as_str())),
            "{text}"
        );
        assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
    }
}

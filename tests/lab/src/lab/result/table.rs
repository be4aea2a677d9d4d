//! Outcomes as text.

use super::Record;
use crate::lab::judge::{Found, Judgement};
use crate::lab::scenario::Expected;

/// Letters of the verdicts, in the order of the methods.
const METHODS: [(&str, &str); 5] = [
    ("polling", "poll"),
    ("long-polling", "long"),
    ("server-sent-events", "sse"),
    ("streaming-fetch", "fetch"),
    ("web-socket", "ws"),
];

/// The verdicts that are not `passed`, in short.
fn verdicts(of: impl Fn(&str) -> Option<String>) -> String {
    let bad: Vec<String> = METHODS
        .iter()
        .filter_map(|(method, short)| {
            let verdict = of(method)?;
            (verdict != "passed").then(|| format!("{short} {verdict}"))
        })
        .collect();
    match bad.as_slice() {
        [] => "all passed".to_owned(),
        bad => bad.join(", "),
    }
}

/// The places that are not `nowhere`, in short.
fn places(of: impl Fn(&str) -> Option<String>) -> String {
    let all: Vec<(&str, String)> = METHODS
        .iter()
        .filter_map(|(method, short)| Some((*short, of(method)?)))
        .collect();
    if let Some((_, first)) = all.first()
        && all.iter().all(|(_, place)| place == first)
    {
        return first.clone();
    }
    let broken = all.iter().filter(|(_, place)| place != "nowhere");
    broken
        .map(|(short, place)| format!("{short} {place}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Where it should break.
pub(super) fn expected(expected: &Expected) -> String {
    places(|method| expected.places.get(method).map(ToString::to_string))
}

/// Where the report says that it does.
pub(super) fn found(found: &Found) -> String {
    places(|method| {
        let place = found.places.get(method)?.clone();
        Some(place.unwrap_or_else(|| "null".to_owned()))
    })
}

/// The verdicts of a report.
pub(super) fn found_verdicts(found: &Found) -> String {
    verdicts(|method| found.verdicts.get(method).cloned())
}

pub(super) const fn word(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Right => "right",
        Judgement::Wrong => "WRONG",
        Judgement::NotRun => "not run",
    }
}

/// One cell in a line, for whoever watches.
pub(crate) fn line(record: &Record) -> String {
    let page = match record.page {
        super::View::Clean => "",
        super::View::Through => " through",
    };
    let why = match record.outcome {
        Judgement::Right => record
            .found
            .as_ref()
            .map(found_verdicts)
            .unwrap_or_default(),
        Judgement::Wrong => record.wrong.join("; "),
        Judgement::NotRun => record.reason.clone().unwrap_or_default(),
    };
    format!(
        "{:7}  {} {}{page} {}  {:.1} s  {why}",
        word(record.outcome),
        record.scenario,
        record.browser,
        record.seed,
        record.seconds,
    )
}

/// All cells as a table, and their sum.
pub(crate) fn table(records: &[Record]) -> String {
    let mut rows = vec![
        [
            "scenario", "browser", "page", "seed", "outcome", "expected", "found", "verdicts", "s",
        ]
        .map(str::to_owned),
    ];
    for record in records {
        let (place, verdicts) = match (&record.found, &record.reason) {
            (Some(report), _) => (found(report), found_verdicts(report)),
            (None, Some(reason)) => (String::new(), first_line(reason)),
            (None, None) => (String::new(), first_line(&record.wrong.join("; "))),
        };
        rows.push([
            record.scenario.clone(),
            record.browser.clone(),
            record.page.name().to_owned(),
            record.seed.to_string(),
            word(record.outcome).to_owned(),
            expected(&record.expected),
            place,
            verdicts,
            format!("{:.1}", record.seconds),
        ]);
    }
    let width = |column: usize| {
        let lengths = rows.iter().map(|row| row[column].chars().count());
        lengths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..9).map(width).collect();
    let mut text: String = rows
        .iter()
        .map(|row| {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        })
        .collect();
    text.push_str(&sum(records));
    text
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(70).collect();
    if short.len() < line.len() {
        short + "…"
    } else {
        short
    }
}

/// How many are right, wrong, not run, and why not.
pub(super) fn sum(records: &[Record]) -> String {
    let all = |judgement| {
        records
            .iter()
            .filter(move |record| record.outcome == judgement)
    };
    let mut reasons: Vec<String> = Vec::new();
    for record in all(Judgement::NotRun) {
        let reason = first_line(record.reason.as_deref().unwrap_or_default());
        if !reason.is_empty() && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let why = match reasons.as_slice() {
        [] => String::new(),
        [one] => format!(" ({one})"),
        [one, rest @ ..] => format!(" ({one}; and {} more)", rest.len()),
    };
    format!(
        "{} cells: {} right, {} wrong, {} not run{why}\n",
        records.len(),
        all(Judgement::Right).count(),
        all(Judgement::Wrong).count(),
        all(Judgement::NotRun).count(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::lab::judge::Outcome;

    #[test]
    fn a_cell_that_was_not_run_is_never_counted_as_right() {
        let records = [
            sample("a", Outcome::not_run("nginx is missing".to_owned())),
            sample("b", Outcome::no_report("no report".to_owned())),
        ];
        let text = table(&records);
        assert!(
            text.ends_with("2 cells: 0 right, 1 wrong, 1 not run (nginx is missing)\n"),
            "{text}"
        );
        assert!(
            text.contains("not run") && text.contains("nginx is missing"),
            "{text}"
        );
    }

    #[test]
    fn only_what_differs_is_told() {
        let place = |method: &str| {
            Some(
                if method == "web-socket" {
                    "cut"
                } else {
                    "nowhere"
                }
                .to_owned(),
            )
        };
        assert_eq!(places(place), "ws cut");
        assert_eq!(places(|_| Some("nowhere".to_owned())), "nowhere");
        assert_eq!(verdicts(|_| Some("passed".to_owned())), "all passed");
    }
}

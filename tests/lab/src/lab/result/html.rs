//! Outcomes as a page: a row for each scenario, a column for each browser and page. One file, light and dark.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::table::{expected, found, found_verdicts, sum, word};
use super::{Record, View};
use crate::lab::judge::Judgement;

const STYLE: &str = include_str!("matrix.css");

/// The matrix.
pub(crate) fn matrix(records: &[Record], seed: u64) -> String {
    let columns: BTreeSet<(&str, View)> = records
        .iter()
        .map(|record| (record.browser.as_str(), record.page))
        .collect();
    let mut rows: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records {
        rows.entry(&record.scenario).or_default().push(record);
    }
    let mut html = String::new();
    let heads: String = columns
        .iter()
        .map(|(browser, page)| {
            let page = match page {
                View::Clean => "",
                View::Through => "<small>page through the fault</small>",
            };
            format!("<th scope=\"col\">{}{page}</th>", escaped(browser))
        })
        .collect();
    // Writing to a text cannot fail.
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>The lab, seed {seed}</title>\n<style>\n{STYLE}</style>\n\
         <header><h1>The lab</h1><p>Seed {seed}. {}</p>{}</header>\n{}\
         <table>\n<thead><tr><th scope=\"col\">scenario</th>\
         <th scope=\"col\">breaks at</th>{heads}</tr></thead>\n<tbody>\n",
        escaped(sum(records).trim()),
        bar(records),
        choice(records),
    );
    for (name, row) in rows {
        let Some(first) = row.first() else { continue };
        let _ = write!(
            html,
            "<tr id=\"{id}\"><th scope=\"row\"><a href=\"#{id}\">{id}</a><p>{}</p></th>\
             <td class=\"place\" data-of=\"breaks at\">{}</td>",
            escaped(&first.about),
            places(&expected(&first.expected)),
            id = escaped(name),
        );
        for (browser, page) in &columns {
            let cells: String = row
                .iter()
                .filter(|record| record.browser == *browser && record.page == *page)
                .map(|record| cell(record))
                .collect();
            let of = match page {
                View::Clean => "",
                View::Through => ", page through the fault",
            };
            let _ = write!(
                html,
                "<td data-of=\"{}{of}\">{cells}</td>",
                escaped(browser)
            );
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table>\n</html>\n");
    html
}

const fn class(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Right => "right",
        Judgement::Wrong => "wrong",
        Judgement::NotRun => "not-run",
    }
}

/// How much of all is right, wrong, not run.
fn bar(records: &[Record]) -> String {
    let part = |judgement| {
        let count = records
            .iter()
            .filter(|record| record.outcome == judgement)
            .count();
        match count {
            0 => String::new(),
            count => format!(
                "<span class=\"{}\" style=\"flex-grow:{count}\">{count}</span>",
                class(judgement)
            ),
        }
    };
    let parts = [Judgement::Right, Judgement::Wrong, Judgement::NotRun].map(part);
    format!(
        "<div class=\"bar\" aria-hidden=\"true\">{}</div>",
        parts.concat()
    )
}

/// Which rows are shown, where there is something to choose.
fn choice(records: &[Record]) -> String {
    let is_there = |judgement| records.iter().any(|record| record.outcome == judgement);
    let choices: String = [Judgement::Wrong, Judgement::NotRun]
        .into_iter()
        .filter(|judgement| is_there(*judgement))
        .map(|judgement| {
            let (class, word) = (class(judgement), word(judgement).to_lowercase());
            format!("<label><input type=\"radio\" name=\"rows\" id=\"only-{class}\">{word}</label>")
        })
        .collect();
    if choices.is_empty() {
        return String::new();
    }
    format!(
        "<fieldset><label><input type=\"radio\" name=\"rows\" checked>all</label>{choices}</fieldset>\n"
    )
}

/// Each method's place in a line of its own.
fn places(told: &str) -> String {
    let line = |told: &str| match told.split_once(' ') {
        Some((method, place)) if !method.starts_with("null") => {
            format!("<span><b>{}</b> {}</span>", escaped(method), escaped(place))
        }
        _ => format!("<span>{}</span>", escaped(told)),
    };
    told.split(", ").map(line).collect()
}

/// One cell; what is behind it opens on a click.
fn cell(record: &Record) -> String {
    let short = match (&record.found, record.outcome) {
        (_, Judgement::NotRun) => String::new(),
        (Some(report), _) => found(report),
        (None, _) => "no report".to_owned(),
    };
    let mut lines = Vec::new();
    if let Some(report) = &record.found {
        lines.push(format!("{}; {}", report.result, found_verdicts(report)));
        if !report.findings.is_empty() {
            lines.push(format!("findings: {}", report.findings.join(", ")));
        }
    }
    lines.extend(record.reason.clone());
    lines.extend(record.wrong.iter().cloned());
    if !record.drawn.is_empty() {
        let drawn = record.drawn.iter();
        let drawn: Vec<String> = drawn
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        lines.push(format!("drawn: {}", drawn.join(", ")));
    }
    lines.push(format!("seed {}, {:.1} s", record.seed, record.seconds));
    lines.extend(record.version.clone());
    lines.extend(record.report.clone());
    let lines: String = lines
        .iter()
        .map(|line| format!("<li>{}</li>", escaped(line)))
        .collect();
    format!(
        "<details class=\"{}\"><summary><b>{}</b> {}</summary><ul>{lines}</ul></details>",
        class(record.outcome),
        word(record.outcome),
        places(&short),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::lab::judge::Outcome;

    #[test]
    fn every_cell_is_there_with_its_outcome_and_nothing_is_taken_for_markup() {
        let page = matrix(
            &[
                sample("a", Outcome::not_run("no <nginx>".to_owned())),
                sample("b", Outcome::no_report("none".to_owned())),
            ],
            7,
        );
        assert!(page.contains("<details class=\"not-run\">") && page.contains("no &lt;nginx&gt;"));
        assert!(page.contains("<details class=\"wrong\">"));
        assert!(page.contains("It breaks &lt;something&gt;."));
        assert!(!page.contains("<details class=\"right\">"));
        assert!(!page.contains("http"), "it loads nothing");
    }
}

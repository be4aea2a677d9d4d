//! Whether a report is right about what was broken.

mod causes;
mod figures;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scenario::{Expected, Place};
pub(crate) use causes::{Named, Said, causes, logged};
pub(crate) use figures::{bursts, compressed, every, idle};

/// A quick run has told its result by then.
const RUN_US: u64 = 12_000_000;

/// A thorough one, or a watch.
const THOROUGH_US: u64 = 362_000_000;

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Judgement {
    /// The report says what was broken.
    Right,
    /// It says something else, or there is none.
    Wrong,
    /// The cell could not be run.
    NotRun,
}

/// A cell's outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// In a word.
    pub(crate) judgement: Judgement,
    /// What the report says; `None`: there is none.
    pub(crate) found: Option<Found>,
    /// Everything in which it is wrong.
    pub(crate) wrong: Vec<String>,
    /// Why it was not run.
    pub(crate) reason: Option<String>,
    /// What the seed decided.
    pub(crate) drawn: BTreeMap<String, String>,
    /// The browser, by its own words.
    pub(crate) version: Option<String>,
}

impl Outcome {
    /// A cell that could not be run.
    pub(crate) fn not_run(reason: String) -> Self {
        Self {
            judgement: Judgement::NotRun,
            found: None,
            wrong: Vec::new(),
            reason: Some(reason),
            drawn: BTreeMap::new(),
            version: None,
        }
    }

    /// A page that ran and gave no report: a report always comes.
    pub(crate) fn no_report(why: String) -> Self {
        Self {
            judgement: Judgement::Wrong,
            wrong: vec![why],
            reason: None,
            ..Self::not_run(String::new())
        }
    }

    /// The same, wrong in this too.
    pub(crate) fn and_wrong(mut self, more: Vec<String>) -> Self {
        if !more.is_empty() {
            self.judgement = Judgement::Wrong;
            self.wrong.extend(more);
        }
        self
    }
}

/// What a report says, as far as it is judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// The run's result.
    pub(crate) result: String,
    /// By method, on the lane that is judged.
    pub(crate) verdicts: BTreeMap<String, String>,
    /// By method, on that lane; null: not determined.
    pub(crate) places: BTreeMap<String, Option<String>>,
    /// The places held possible, of those that are null.
    pub(crate) candidates: BTreeMap<String, Vec<String>>,
    /// The codes of all findings.
    pub(crate) findings: Vec<String>,
    /// How long the run took.
    pub(crate) seconds: f64,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What a method's report says of a lane; its own word is the main lane's.
fn of_lane<'a>(method: &'a Value, lane: &str) -> &'a Value {
    if lane == "main" {
        return method;
    }
    list(&method["lanes"])
        .find(|other| other["lane"] == lane)
        .unwrap_or(&Value::Null)
}

/// Reads what a report says of a lane.
fn read(report: &Value, lane: &str) -> Found {
    let mut found = Found {
        result: text(&report["result"]),
        findings: list(&report["findings"])
            .map(|finding| text(&finding["code"]))
            .collect(),
        seconds: report["run"]["durationUs"].as_u64().unwrap_or(0) as f64 / 1e6,
        ..Found::default()
    };
    for method in list(&report["methods"]) {
        let name = text(&method["method"]);
        let said = of_lane(method, lane);
        let place = said["place"].as_str().map(str::to_owned);
        let candidates: Vec<String> = list(&said["candidates"]).map(text).collect();
        found.verdicts.insert(name.clone(), text(&said["verdict"]));
        found.places.insert(name.clone(), place);
        if !candidates.is_empty() {
            found.candidates.insert(name, candidates);
        }
    }
    found
}

/// Judges a report by what was expected of the lane that is broken.
pub(crate) fn judge(expected: &Expected, lane: &str, report: &Value) -> Outcome {
    let found = read(report, lane);
    let mut wrong = Vec::new();
    let most = match report["run"]["mode"].as_str() {
        Some("thorough" | "watch") => THOROUGH_US,
        _ => RUN_US,
    };
    if report["run"]["durationUs"]
        .as_u64()
        .is_none_or(|took| took > most)
    {
        wrong.push(format!("the run took {:.1} s", found.seconds));
    }
    if !expected.result.holds(&found.result) {
        wrong.push(format!(
            "the result is {}, not {}",
            found.result, expected.result
        ));
    }
    for (method, verdict) in &expected.verdicts {
        let said = found.verdicts.get(method).map_or("missing", String::as_str);
        if !verdict.holds(said) {
            wrong.push(format!("{method} is {said}, not {verdict}"));
        }
    }
    for (method, place) in &expected.places {
        if expected
            .verdicts
            .get(method)
            .is_some_and(|v| v.holds("skipped"))
        {
            continue;
        }
        let said = found.places.get(method).and_then(Option::as_deref);
        let candidates = found.candidates.get(method).map_or(&[][..], Vec::as_slice);
        let right = match place {
            Place::Known(place) => said.is_some_and(|said| place.holds(said)),
            Place::Unknown { truth } => said.is_none() && candidates.contains(truth),
        };
        if !right {
            let said = match said {
                Some(said) => said.to_owned(),
                None if candidates.is_empty() => "null".to_owned(),
                None => format!("null ({})", candidates.join(", ")),
            };
            wrong.push(format!("the place of {method} is {said}, not {place}"));
        }
    }
    for method in list(&report["methods"]) {
        let name = text(&method["method"]);
        let said = method["held"]["heldAs"].as_str().unwrap_or("not told");
        if let Some(held) = expected.held.get(&name).filter(|held| !held.holds(said)) {
            wrong.push(format!("{name} is held in the way “{said}”, not {held}"));
        }
    }
    for (code, strength) in &expected.findings {
        let mut found =
            list(&report["findings"]).filter(|finding| finding["code"] == code.as_str());
        match found.next().map(|finding| text(&finding["strength"])) {
            Some(said) if strength.holds(&said) => {}
            Some(said) => wrong.push(format!("{code} is {said}, not {strength}")),
            None => wrong.push(format!("{code} is not found")),
        }
    }
    if lane != "main" {
        let main = read(report, "main");
        let broken = main.verdicts.iter().filter(|(_, said)| *said != "passed");
        wrong.extend(broken.map(|(method, said)| format!("{method} is {said} on the main lane")));
    }
    if expected.healthy {
        let loud = list(&report["findings"]).filter(|finding| finding["severity"] != "info");
        wrong.extend(
            loud.map(|finding| format!("{} is found where nothing breaks", text(&finding["code"]))),
        );
    }
    let judgement = if wrong.is_empty() {
        Judgement::Right
    } else {
        Judgement::Wrong
    };
    Outcome {
        judgement,
        found: Some(found),
        wrong,
        reason: None,
        ..Outcome::not_run(String::new())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::scenario::Expect;
    use super::*;
    use crate::browser::Browser;

    const METHODS: [&str; 5] = [
        "polling",
        "long-polling",
        "server-sent-events",
        "streaming-fetch",
        "web-socket",
    ];

    pub(super) fn healthy() -> Value {
        let methods: Vec<Value> = METHODS
            .iter()
            .map(|name| json!({"method": name, "verdict": "passed", "place": "nowhere", "lanes": []}))
            .collect();
        json!({"result": "passed", "run": {"durationUs": 4_000_000}, "methods": methods, "findings": []})
    }

    fn broken(place: Value) -> Value {
        let mut report = healthy();
        report["result"] = json!("warning");
        report["methods"][4]["verdict"] = json!("failed");
        report["methods"][4]["place"] = place;
        report
    }

    fn judged(expect: &str, lane: &str, report: &Value) -> (Judgement, String) {
        let expect: Expect = toml::from_str(expect).expect("well-formed");
        let outcome = judge(&expect.of(Browser::Chromium), lane, report);
        (outcome.judgement, outcome.wrong.join("; "))
    }

    const BROKEN: &str = "result = \"warning\"\nverdicts.web-socket = \"failed\"\nplaces.web-socket = \"request-altered\"";

    #[test]
    fn a_healthy_report_is_right_where_nothing_breaks_only() {
        assert_eq!(judged("", "main", &healthy()).0, Judgement::Right);
        let (judgement, said) = judged(BROKEN, "main", &healthy());
        assert_eq!(judgement, Judgement::Wrong);
        assert!(said.contains("web-socket is passed, not failed"), "{said}");
    }

    #[test]
    fn the_place_must_be_the_one_that_was_broken() {
        let right = broken(json!("request-altered"));
        assert_eq!(judged(BROKEN, "main", &right).0, Judgement::Right);
        for place in [json!("cut"), json!(null)] {
            let (judgement, said) = judged(BROKEN, "main", &broken(place));
            assert_eq!(judgement, Judgement::Wrong);
            assert!(said.contains("not request-altered"), "{said}");
        }
    }

    #[test]
    fn not_knowing_is_right_only_with_the_truth_among_the_candidates() {
        let expect = "result = \"warning\"\nverdicts.web-socket = \"failed\"\nplaces.web-socket = {truth = \"cut\"}";
        let mut report = broken(json!(null));
        assert_eq!(judged(expect, "main", &report).0, Judgement::Wrong);
        report["methods"][4]["candidates"] = json!(["way-out", "secure"]);
        assert_eq!(judged(expect, "main", &report).0, Judgement::Wrong);
        report["methods"][4]["candidates"] = json!(["cut", "secure"]);
        assert_eq!(judged(expect, "main", &report).0, Judgement::Right);
        report["methods"][4]["place"] = json!("cut");
        assert_eq!(judged(expect, "main", &report).0, Judgement::Wrong);
    }

    #[test]
    fn what_else_is_wrong_makes_it_wrong() {
        let outcome = || Outcome {
            judgement: Judgement::Right,
            ..Outcome::no_report("x".to_owned())
        };
        assert_eq!(outcome().and_wrong(Vec::new()).judgement, Judgement::Right);
        let wrong = outcome().and_wrong(vec!["y".to_owned()]);
        assert_eq!((wrong.judgement, wrong.wrong.len()), (Judgement::Wrong, 2));
    }

    #[test]
    fn late_reports_and_loud_findings_are_wrong() {
        let mut late = healthy();
        late["run"]["durationUs"] = json!(12_000_001);
        assert!(judged("", "main", &late).1.contains("12.0 s"));
        let mut loud = healthy();
        loud["findings"] = json!([{"code": "a-thing", "severity": "degraded"}]);
        assert!(judged("", "main", &loud).1.contains("a-thing"));
        loud["findings"] = json!([{"code": "a-thing", "severity": "info"}]);
        assert_eq!(judged("", "main", &loud).0, Judgement::Right);
    }

    #[test]
    fn how_messages_are_held_must_be_told() {
        let expect = "held.server-sent-events = [\"timer\", \"block\"]";
        let mut report = healthy();
        assert!(judged(expect, "main", &report).1.contains("not told"));
        report["methods"][2]["held"] = json!({"heldAs": "one-behind"});
        assert!(judged(expect, "main", &report).1.contains("one-behind"));
        report["methods"][2]["held"] = json!({"heldAs": "block"});
        assert_eq!(judged(expect, "main", &report).0, Judgement::Right);
    }

    #[test]
    fn what_must_be_found_is_missed() {
        let expect = "findings.a-thing = \"likely\"";
        let mut report = healthy();
        assert!(
            judged(expect, "main", &report)
                .1
                .contains("a-thing is not found")
        );
        let finding =
            |strength| json!([{"code": "a-thing", "severity": "info", "strength": strength}]);
        report["findings"] = finding("possible");
        assert!(
            judged(expect, "main", &report)
                .1
                .contains("possible, not likely")
        );
        report["findings"] = finding("likely");
        assert_eq!(judged(expect, "main", &report).0, Judgement::Right);
    }

    #[test]
    fn another_lane_is_judged_by_its_own_words() {
        let mut report = broken(json!("cut"));
        let lane = |verdict: &str, place: &str| json!([{"lane": "plain", "verdict": verdict, "place": place}]);
        for (at, method) in METHODS.iter().enumerate() {
            report["methods"][at]["lanes"] = match *method {
                "web-socket" => lane("failed", "request-altered"),
                _ => lane("passed", "nowhere"),
            };
        }
        let (judgement, said) = judged(BROKEN, "plain", &report);
        assert_eq!(judgement, Judgement::Wrong);
        assert_eq!(said, "web-socket is failed on the main lane");
        report["methods"][4]["verdict"] = json!("passed");
        assert_eq!(judged(BROKEN, "plain", &report).0, Judgement::Right);
    }
}

//! What a report says at a glance: what lists show and what is searched. Pure; a report is a stranger's text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Ms;

/// How long a word of a list may be, characters.
const MOST: usize = 120;

/// A report at a glance; what is not there, or not as it should be, is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The run's id; none where the report left without it.
    pub run: Option<String>,
    /// When the run began by the page's clock.
    pub started_at: Option<Ms>,
    /// `passed`, `warning`, …
    pub result: Option<String>,
    /// The code of the finding that matters most; none: nothing was found.
    pub first_cause: Option<String>,
    /// That finding's place.
    pub place: Option<String>,
    /// That finding's strength.
    pub strength: Option<String>,
    /// The engine's family and version.
    pub browser: Option<String>,
    /// The language that the browser asks for.
    pub language: Option<String>,
}

impl Summary {
    /// Of a report as it came.
    #[must_use]
    pub fn of(report: &Value) -> Self {
        let at = |path: &str| word(report.pointer(path)?);
        let run = at("/run/id").filter(|id| id.bytes().any(|byte| byte != b'0'));
        let first = first(report);
        let of_first = |name: &str| word(first?.get(name)?);
        let version = report
            .pointer("/surroundings/engine/version")
            .and_then(Value::as_u64);
        Self {
            run,
            started_at: report
                .pointer("/run/startedAt")
                .and_then(Value::as_i64)
                .filter(|at| *at > 0),
            result: at("/result"),
            first_cause: of_first("code"),
            place: of_first("place"),
            strength: of_first("strength"),
            browser: at("/surroundings/engine/family").map(|family| match version {
                Some(version) if version > 0 => format!("{family} {version}"),
                _ => family,
            }),
            language: at("/surroundings/language").filter(|language| !language.is_empty()),
        }
    }

    /// What a search looks through, in small letters.
    #[must_use]
    pub fn words(&self, more: &[&str]) -> String {
        let own = [
            &self.run,
            &self.result,
            &self.first_cause,
            &self.place,
            &self.browser,
        ];
        let all: Vec<&str> = own
            .into_iter()
            .flatten()
            .map(String::as_str)
            .chain(more.iter().copied())
            .collect();
        all.join("\n").to_lowercase()
    }
}

/// The first finding that costs something and that no other explains; else the first that costs something.
fn first(report: &Value) -> Option<&Value> {
    let findings = report.get("findings")?.as_array()?;
    let costs = |one: &&Value| one.get("severity").and_then(Value::as_str) != Some("info");
    let is_own = |one: &&Value| one.get("foldedUnder").is_none_or(Value::is_null);
    findings
        .iter()
        .filter(costs)
        .find(is_own)
        .or_else(|| findings.iter().find(costs))
}

fn word(value: &Value) -> Option<String> {
    Some(
        value
            .as_str()?
            .chars()
            .filter(|one| !one.is_control())
            .take(MOST)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_finding_that_costs_and_is_its_own_comes_first() {
        let finding = |code: &str, severity: &str, under: Option<&str>| json!({"code": code, "severity": severity, "foldedUnder": under, "place": "cut", "strength": "likely"});
        let of = |findings: Vec<Value>| Summary::of(&json!({ "findings": findings })).first_cause;
        assert_eq!(of(vec![finding("a", "info", None)]), None);
        let both = vec![
            finding("a", "info", None),
            finding("b", "blocking", Some("1")),
            finding("c", "degraded", None),
        ];
        assert_eq!(of(both.clone()).as_deref(), Some("c"));
        assert_eq!(of(both[..2].to_vec()).as_deref(), Some("b"));
    }

    #[test]
    fn what_is_not_as_it_should_be_is_left_out() {
        let odd = json!({"run": {"id": 7, "startedAt": "x"}, "result": "a\u{0}b\nc", "findings": {"0": 1},
            "surroundings": {"engine": {"family": "x".repeat(900), "version": -1}}});
        let told = Summary::of(&odd);
        assert_eq!(
            (told.run, told.started_at, told.result.as_deref()),
            (None, None, Some("abc"))
        );
        assert_eq!(told.browser.map(|browser| browser.len()), Some(MOST));
        assert_eq!(Summary::of(&Value::Null), Summary::default());
    }

    #[test]
    fn a_run_without_a_name_has_none() {
        let bare = json!({"run": {"id": "0".repeat(32), "startedAt": 0}});
        assert_eq!(
            (Summary::of(&bare).run, Summary::of(&bare).started_at),
            (None, None)
        );
    }
}

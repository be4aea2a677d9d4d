//! The causes that a report names, held against what is broken.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{list, text};
use crate::lab::scenario::{Causes, Logged};

/// A cause that is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Named {
    /// Its code.
    pub(crate) code: String,
    /// How strongly: `proved`, `likely`, `possible`.
    pub(crate) strength: String,
    /// It is true of the scenario.
    pub(crate) right: bool,
}

/// What a report says of causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Something is broken, by the scenario.
    pub(crate) broken: bool,
    /// What is broken has a name.
    pub(crate) has_name: bool,
    /// All that it names, of what costs the visitor something, the first first.
    pub(crate) named: Vec<Named>,
    /// The truth is among the rivals of the first.
    pub(crate) among_rivals: bool,
}

/// Reads the findings of a report about a lane.
pub(crate) fn causes(truth: &Causes, lane: &str, report: &Value) -> Said {
    let about_lane = |finding: &&Value| {
        let own = finding["lane"] == lane;
        own && (lane != "main" || finding["severity"] != "info")
    };
    let findings: Vec<&Value> = list(&report["findings"]).filter(about_lane).collect();
    let named = |finding: &&Value| {
        let code = text(&finding["code"]);
        Named {
            right: truth.holds(&code),
            strength: text(&finding["strength"]),
            code,
        }
    };
    let rivals = findings.first().map(|first| &first["rivals"]);
    let mut rivals = rivals.into_iter().flat_map(list);
    Said {
        broken: truth.broken,
        has_name: !truth.first.is_empty(),
        named: findings.iter().map(named).collect(),
        among_rivals: rivals.any(|rival| truth.is_first(&text(&rival["code"]))),
    }
}

/// In what a report to which the browser's own log was added names another cause.
pub(crate) fn logged(truth: &Logged, lane: &str, report: &Value) -> Vec<String> {
    let said = causes(&Causes::default(), lane, report).named;
    let said = said.first().map_or_else(
        || "nothing".to_owned(),
        |first| format!("{} {}", first.strength, first.code),
    );
    let fits = |strength: &str| said == format!("{strength} {}", truth.code);
    let wrong = (!truth.strength.words().any(fits)).then(|| {
        format!(
            "with the browser's log it names {said}, not {} {}",
            truth.strength, truth.code
        )
    });
    wrong.into_iter().collect()
}

impl Said {
    /// The first cause is the one that is broken.
    pub(crate) fn first_is_right(&self, truth: &Causes) -> bool {
        self.named
            .first()
            .is_some_and(|named| truth.is_first(&named.code))
    }

    /// What it promises and does not keep: named above `possible`, and not true.
    pub(crate) fn broken_promises(&self) -> Vec<String> {
        let broken = |named: &&Named| !named.right && named.strength != "possible";
        let wrong = self.named.iter().filter(broken);
        wrong
            .map(|named| {
                format!(
                    "it calls {} {}, which is not so",
                    named.code, named.strength
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_right_where_the_scenario_has_it() {
        let truth = Causes {
            broken: true,
            first: vec!["rp-no-upgrade".to_owned()],
            also: vec!["http10-downgrade".to_owned()],
        };
        let finding = |code: &str, strength: &str, severity: &str| {
            json!({"code": code, "strength": strength, "severity": severity, "lane": "main",
                "rivals": [{"code": "rp-no-upgrade"}]})
        };
        let said = |findings: &[Value]| causes(&truth, "main", &json!({ "findings": findings }));
        let right = said(&[
            finding("rp-no-upgrade", "proved", "blocking"),
            finding("queue-hidden", "likely", "info"),
        ]);
        assert!(right.first_is_right(&truth) && right.broken_promises().is_empty());
        let also = said(&[finding("http10-downgrade", "likely", "blocking")]);
        assert!(!also.first_is_right(&truth) && also.broken_promises().is_empty());
        assert!(also.among_rivals);
        let wrong = said(&[finding("dpi-reset", "likely", "blocking")]);
        assert_eq!(wrong.broken_promises().len(), 1);
        let modest = said(&[finding("dpi-reset", "possible", "blocking")]);
        assert!(modest.broken_promises().is_empty());
        assert!(said(&[]).named.is_empty());
    }
}

//! What of a report is counted and filtered by: its causes and how each method fared. Pure; a report is a stranger's text.

use serde_json::Value;
use sqlx::{Any, Transaction};

use crate::Error;

/// So many findings and methods of one report are looked at; the schema allows as many.
const FINDINGS: usize = 200;
const METHODS: usize = 8;

/// The longest word.
const MOST: usize = 120;

/// A finding that costs something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The cause.
    pub code: String,
    /// The method that it is about.
    pub method: Option<String>,
    /// No other finding explains it.
    pub is_own: bool,
}

/// Causes and methods of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Its findings that cost something, in their order.
    pub found: Vec<Found>,
    /// Each method and its verdict.
    pub methods: Vec<(String, String)>,
}

impl Counted {
    /// Of a report as it came; what is not as it should be is left out.
    #[must_use]
    pub fn of(report: &Value) -> Self {
        let items = |name: &str, most: usize| {
            let items = report.get(name).and_then(Value::as_array);
            items.into_iter().flatten().take(most)
        };
        let found = items("findings", FINDINGS)
            .filter(|one| one.get("severity").and_then(Value::as_str) != Some("info"))
            .filter_map(|one| {
                Some(Found {
                    code: word(one.get("code")?)?,
                    method: one.get("method").and_then(word),
                    is_own: one.get("foldedUnder").is_none_or(Value::is_null),
                })
            });
        let mut methods: Vec<(String, String)> = Vec::new();
        for one in items("methods", METHODS) {
            let name = one.get("method").and_then(word);
            let verdict = one.get("verdict").and_then(word);
            if let (Some(name), Some(verdict)) = (name, verdict)
                && methods.iter().all(|(known, _)| *known != name)
            {
                methods.push((name, verdict));
            }
        }
        Self {
            found: found.collect(),
            methods,
        }
    }
}

/// A word of one of the report's lists; nothing else passes.
fn word(value: &Value) -> Option<String> {
    let word = value.as_str()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!word.is_empty() && word.len() <= MOST && word.bytes().all(plain)).then(|| word.to_owned())
}

/// Writes it down in the place of what was there.
pub(crate) async fn write(
    tx: &mut Transaction<'_, Any>,
    report: &str,
    counted: &Counted,
) -> Result<(), Error> {
    sqlx::query("DELETE FROM report_findings WHERE report = $1")
        .bind(report)
        .execute(&mut **tx)
        .await?;
    sqlx::query("DELETE FROM report_methods WHERE report = $1")
        .bind(report)
        .execute(&mut **tx)
        .await?;
    for (at, one) in (0_i64..).zip(&counted.found) {
        sqlx::query("INSERT INTO report_findings (report, at, code, method, is_own) VALUES ($1, $2, $3, $4, $5)")
            .bind(report)
            .bind(at)
            .bind(&one.code)
            .bind(one.method.as_deref())
            .bind(i64::from(one.is_own))
            .execute(&mut **tx)
            .await?;
    }
    for (method, verdict) in &counted.methods {
        sqlx::query("INSERT INTO report_methods (report, method, verdict) VALUES ($1, $2, $3)")
            .bind(report)
            .bind(method)
            .bind(verdict)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_costs_something_is_counted_and_what_is_odd_is_left_out() {
        let report = json!({
            "findings": [
                {"code": "a", "severity": "blocking", "method": "web-socket", "foldedUnder": null},
                {"code": "b", "severity": "degraded", "foldedUnder": "f1"},
                {"code": "c", "severity": "info"},
                {"code": "<b>", "severity": "blocking"},
                {"code": 7},
                null,
            ],
            "methods": [
                {"method": "polling", "verdict": "passed"},
                {"method": "polling", "verdict": "failed"},
                {"method": "web-socket"},
            ],
        });
        let digest = Counted::of(&report);
        let found: Vec<_> = digest
            .found
            .iter()
            .map(|one| (one.code.as_str(), one.method.as_deref(), one.is_own))
            .collect();
        assert_eq!(found, [("a", Some("web-socket"), true), ("b", None, false)]);
        assert_eq!(
            digest.methods,
            [("polling".to_owned(), "passed".to_owned())]
        );
        assert_eq!(Counted::of(&json!([])), Counted::default());
    }
}

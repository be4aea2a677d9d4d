//! A stranger's file → a report, or what is wrong with it and where.

use std::fmt;

use pushcheck::report::{Report, SCHEMA};
use pushcheck_server::{Fault, Schema};
use serde_json::Value;

/// The largest file that is read, bytes: some times more than the largest report that a server takes.
pub const MOST: u64 = 4 * 1024 * 1024;

/// Why a file cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It has that many bytes.
    TooLarge(u64),
    /// It is not JSON; where and why.
    NotJson(String),
    /// It is JSON, and no report: it says no schema.
    NoReport(&'static str),
    /// It is a report of another schema.
    OtherSchema(String),
    /// It breaks the schema at these places (JSON Pointers, RFC 6901).
    AgainstSchema(Vec<String>),
    /// The schema allows it, and the types of this version do not.
    Misread(String),
    /// It was saved without its evidence.
    NoEvidence,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(size) => write!(f, "too large: {size} bytes, at most {MOST}"),
            Self::NotJson(why) => write!(f, "not JSON: {why}"),
            Self::NoReport(what) => write!(f, "no report: {what}"),
            Self::OtherSchema(schema) => {
                write!(f, "/schema is {schema}: these rules judge schema {SCHEMA}")
            }
            Self::AgainstSchema(places) => {
                write!(f, "against www/report.schema.json at {}", places.join(", "))
            }
            Self::Misread(why) => write!(f, "cannot be read: {why}"),
            Self::NoEvidence => write!(f, "/evidence is null: there is nothing to judge"),
        }
    }
}

impl std::error::Error for Unusable {}

/// Reads a report with its evidence.
///
/// # Errors
/// Says what is wrong, and where.
pub fn read(schema: &Schema, bytes: &[u8]) -> Result<Report, Unusable> {
    if bytes.len() as u64 > MOST {
        return Err(Unusable::TooLarge(bytes.len() as u64));
    }
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| Unusable::NotJson(error.to_string()))?;
    match value.get("schema") {
        _ if !value.is_object() => return Err(Unusable::NoReport("it is not an object")),
        None => return Err(Unusable::NoReport("it has no /schema")),
        Some(number) if *number != SCHEMA => return Err(Unusable::OtherSchema(short(number))),
        Some(_) => {}
    }
    match schema.check(bytes) {
        Ok(()) => {}
        Err(Fault::NotJson) => return Err(Unusable::NotJson("unreadable".to_owned())),
        Err(Fault::At(places)) => {
            let named = |place: String| match place.as_str() {
                "" => "its top".to_owned(),
                _ => place,
            };
            return Err(Unusable::AgainstSchema(
                places.into_iter().map(named).collect(),
            ));
        }
    }
    let report: Report =
        serde_json::from_value(value).map_err(|error| Unusable::Misread(error.to_string()))?;
    if report.evidence.is_none() {
        return Err(Unusable::NoEvidence);
    }
    Ok(report)
}

/// A stranger's value, not more of it than helps, and nothing in it that a terminal would obey.
fn short(value: &Value) -> String {
    let text = value.to_string();
    let plain = text.chars().map(|c| if c.is_control() { '?' } else { c });
    plain.take(40).collect()
}

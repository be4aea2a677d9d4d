//! What is doubtful about a URL before anything is sent, each with what to do.

mod characters;
mod places;

use std::ops::Range;

use serde::Serialize;

use super::query::encoded;
use super::split::{Split, split};
use super::{Asked, LONGEST, Parts};

/// How much a doubt weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// No browser connects to this.
    Stops,
    /// It works in some places, or means something else than it seems.
    Perhaps,
    /// Worth knowing.
    Remark,
}

/// Something doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// A stable word for what it is; texts are found by it.
    pub code: &'static str,
    /// The part: `text`, `scheme`, `user`, `host`, `port`, `path`, `query` or `fragment`.
    pub part: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// From where to where in the text as it was typed, in UTF-16 code units.
    pub at: Option<[usize; 2]>,
    /// What it is about.
    pub value: Option<String>,
    /// The whole text, corrected, where that is safe.
    pub fix: Option<String>,
    /// The code of the cause that says more.
    pub cause: Option<&'static str>,
}

/// A text, what is known of it, and the doubts so far.
struct Doubts<'a> {
    asked: &'a Asked,
    raw: &'a str,
    split: Split,
    parts: Option<&'a Parts>,
    found: Vec<Doubt>,
}

/// All doubts, the heaviest first.
pub(super) fn of(asked: &Asked, parts: Option<&Parts>) -> Vec<Doubt> {
    let raw = asked.raw.as_str();
    if raw.trim().is_empty() {
        return Vec::new();
    }
    let mut doubts = Doubts {
        asked,
        raw,
        split: split(raw),
        parts,
        found: Vec::new(),
    };
    if raw.len() > LONGEST {
        doubts.add("too-long", "text", Severity::Stops, None);
    } else {
        doubts.characters();
        doubts.places();
        if parts.is_none() && !doubts.stops() {
            doubts.add("not-a-url", "text", Severity::Stops, None);
        }
    }
    let mut found = doubts.found;
    found.sort_by_key(|doubt| (doubt.severity, doubt.at.map_or(0, |[start, _]| start)));
    found
}

impl Doubts<'_> {
    fn stops(&self) -> bool {
        self.found
            .iter()
            .any(|doubt| doubt.severity == Severity::Stops)
    }

    /// Adds one, and gives it to say more of it.
    fn add(
        &mut self,
        code: &'static str,
        part: &'static str,
        severity: Severity,
        at: Option<Range<usize>>,
    ) -> &mut Doubt {
        let units = |to: usize| {
            self.raw
                .get(..to)
                .map_or(0, |text| text.encode_utf16().count())
        };
        let at = at.map(|at| [units(at.start), units(at.end)]);
        self.found.push(Doubt {
            code,
            part,
            severity,
            at,
            value: None,
            fix: None,
            cause: None,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// The text with a part replaced.
    fn with(&self, at: Range<usize>, by: &str) -> String {
        let (before, after) = (self.raw.get(..at.start), self.raw.get(at.end..));
        [before.unwrap_or_default(), by, after.unwrap_or_default()].concat()
    }

    fn text(&self, at: &Range<usize>) -> &str {
        self.raw.get(at.clone()).unwrap_or_default()
    }
}

impl Doubt {
    fn fix(&mut self, fix: String) -> &mut Self {
        self.fix = Some(fix);
        self
    }

    fn value(&mut self, value: impl ToString) -> &mut Self {
        self.value = Some(value.to_string());
        self
    }

    fn cause(&mut self, cause: &'static str) -> &mut Self {
        self.cause = Some(cause);
        self
    }
}

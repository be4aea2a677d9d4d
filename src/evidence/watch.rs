//! What became of the connections that a watch held: one entry for each that did not end as it was meant to.

use serde::{Deserialize, Serialize};

use crate::method::Method;
use crate::time::Micros;

/// How many first ended connections of a method leave in a report.
const FIRST: usize = 20;
/// How many last ones do.
const LAST: usize = 10;

/// All that a watch saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WatchLog {
    /// When it began, since the run did.
    pub started_at: Micros,
    /// When it ended; null: it lasts.
    pub ended_at: Option<Micros>,
    /// One for each method that was held.
    pub holds: Vec<HoldLog>,
}

/// What became of one method's connections, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldLog {
    /// Which method.
    pub method: Method,
    /// Its probe: the path's segment.
    pub probe: String,
    /// How often something goes over it at least, µs; of a long poll its hold.
    pub beat_us: u64,
    /// How many connections, or long polls, were asked for.
    pub started: u32,
    /// For how long one of them was open, in all, µs.
    pub held_us: u64,
    /// Those that ended before their time, in order: the first 20 and the last 10.
    pub ended: Vec<HoldEnded>,
    /// How many between those were left out.
    pub omitted: u32,
    /// Times at which nothing came though it was due, on connections that went on afterwards: the first 20.
    pub silences: Vec<Silence>,
    /// How many silences there were in all.
    pub silent: u32,
}

/// A connection that ended before its time, or did not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldEnded {
    /// Its number within its probe, from 1.
    pub attempt: u16,
    /// When it was asked for.
    pub started_at: Micros,
    /// When it opened; null: it did not.
    pub opened_at: Option<Micros>,
    /// When it was last heard of; null: never.
    pub heard_at: Option<Micros>,
    /// When it ended.
    pub at: Micros,
    /// How.
    pub how: HoldEnd,
    /// `code` of the `close` event (WebSockets § 4); null: another method, or none came.
    pub code: Option<u16>,
    /// The page was hidden at some time since it was last heard of: its timers were slow.
    pub hidden: bool,
    /// The page stood still, or the device slept, since then.
    pub stalled: bool,
    /// The browser said since then, or just before, that its network went or came.
    pub offline: bool,
}

/// How a connection ended that was to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldEnd {
    /// The page was told: by `close`, by `error`, or by the end of the body.
    Told,
    /// Nothing came on it any more, and the page let go of it.
    Unanswered,
    /// Our server ended or refused it, by its own word.
    ByServer,
    /// It did not open.
    Unopened,
}

/// Nothing came though it was due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// What had come last before, when.
    pub since: Micros,
    /// When something came again.
    pub until: Micros,
}

impl HoldLog {
    /// Remembers one that ended.
    pub(crate) fn end(&mut self, ended: HoldEnded) {
        if self.ended.len() == FIRST + LAST {
            self.ended.remove(FIRST);
            self.omitted += 1;
        }
        self.ended.push(ended);
    }

    /// Remembers a silence that was no end.
    pub(crate) fn silence(&mut self, since: Micros, until: Micros) {
        self.silent += 1;
        if self.silences.len() < FIRST {
            self.silences.push(Silence { since, until });
        }
    }
}

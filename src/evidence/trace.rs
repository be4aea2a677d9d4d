//! The page's half of the evidence: one trace an attempt.

use serde::{Deserialize, Serialize};

use super::{Event, Stamped};
use crate::method::Method;
use crate::time::Micros;

/// Most events that an attempt keeps while it runs.
const MOST: usize = 2000;
/// How many first events leave in a report.
const FIRST: usize = 40;
/// How many last events leave in a report.
const LAST: usize = 20;

/// How an attempt ended, as the page saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// All came that was wanted.
    Complete,
    /// It ended before that: an error, a close, a wrong answer.
    Failed,
    /// A deadline of ours ended it.
    GaveUp,
    /// The run ended before it did: the page stopped it, or its time was over.
    Stopped,
}

/// All that the page saw of one attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The attempt's number within the run, from 1.
    pub id: u16,
    /// Its probe.
    pub probe: String,
    /// Its number within the probe, from 1.
    pub attempt: u16,
    /// The method that it tries.
    pub method: Method,
    /// The lane that it takes.
    pub lane: String,
    /// It went to an endpoint of the embedder's own: judged by the page alone.
    pub own: bool,
    /// Its probe decides its method's verdict; silent lanes only add what they outlived.
    pub decisive: bool,
    /// It tries no method: the same path was fetched, to tell where another attempt broke.
    pub control: bool,
    /// How many ticks it asked for.
    pub ticks_wanted: u32,
    /// How it ended; null: it still runs.
    pub ended: Option<Ended>,
    /// When it was started.
    pub started_at: Micros,
    /// What happened, in order.
    pub events: Vec<Stamped>,
    /// How many events between the first and the last kept ones were left out.
    pub omitted: u32,
    /// Of those left out, messages that came.
    pub omitted_messages: u32,
    /// Of those left out, messages that were sent.
    pub omitted_sent: u32,
}

impl Trace {
    /// Adds an event, unless the attempt has had more than it may keep.
    pub fn push(&mut self, at: Micros, event: Event) {
        if self.events.len() < MOST {
            self.events.push(Stamped { at, event });
        } else {
            self.omit(&event);
        }
    }

    const fn omit(&mut self, event: &Event) {
        self.omitted += 1;
        self.omitted_messages += matches!(event, Event::Message { .. }) as u32;
        self.omitted_sent += matches!(event, Event::Sent { .. }) as u32;
    }

    /// How many messages came, and how many were sent.
    pub fn messages(&self) -> (u32, u32) {
        let (mut came, mut sent) = (self.omitted_messages, self.omitted_sent);
        for stamped in &self.events {
            came += u32::from(matches!(stamped.event, Event::Message { .. }));
            sent += u32::from(matches!(stamped.event, Event::Sent { .. }));
        }
        (came, sent)
    }

    /// The form in which it leaves: the first 40 and the last 20 events.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        self.shorten();
        self
    }

    /// Leaves out what [`Trace::shortened`] does.
    pub(crate) fn shorten(&mut self) {
        let surplus = self.events.len().saturating_sub(FIRST + LAST);
        if surplus > 0 {
            for stamped in self
                .events
                .drain(FIRST..FIRST + surplus)
                .collect::<Vec<_>>()
            {
                self.omit(&stamped.event);
            }
        }
    }

    /// What the browser's own log calls the error by which it failed; `None`: no log was read, or it names none.
    pub fn net_error(&self) -> Option<&str> {
        self.events.iter().find_map(|stamped| match &stamped.event {
            Event::NetError { name } => Some(name.as_str()),
            _ => None,
        })
    }

    /// When the first event of that sort happened.
    #[inline(never)]
    pub fn first(&self, is: fn(&Event) -> bool) -> Option<Micros> {
        let such = self.events.iter().find(|stamped| is(&stamped.event));
        such.map(|stamped| stamped.at)
    }
}

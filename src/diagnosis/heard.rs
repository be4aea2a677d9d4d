//! What an attempt brought: its ticks and its exchanges.

use crate::evidence::{Event, Trace};
use crate::time::Micros;
use crate::wire::{At, FromPage, FromServer, PollBody, Tick};

/// An attempt and what it brought.
#[derive(Clone, Debug)]
pub struct Heard<'a> {
    /// The attempt.
    pub trace: &'a Trace,
    /// Its ticks, each with its arrival and in that order.
    pub ticks: Vec<(Tick, Micros)>,
    /// Its exchanges: its echoes, or its poll. A long poll's answer waits for a tick, but the server stamps when it
    /// stopped waiting, so the wait is taken off as well.
    pub trips: Vec<RoundTrip>,
}

/// An exchange seen from both ends: the page's times of question and answer, and the server's stamps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    /// When the page asked.
    pub asked: Micros,
    /// When the answer came.
    pub answered: Micros,
    /// What the server stamped.
    pub at: At,
}

impl RoundTrip {
    /// The time from question to answer.
    pub const fn whole(&self) -> u64 {
        self.answered.since(self.asked).0
    }

    /// The time spent on the path: the server's own is taken off.
    #[inline(never)]
    pub const fn on_the_path(&self) -> u64 {
        let by_the_server = self.at.sent.since(self.at.received);
        Micros(self.whole()).since(by_the_server).0
    }
}

impl<'a> Heard<'a> {
    /// Reads what arrived.
    #[inline(never)]
    pub fn of(trace: &'a Trace) -> Self {
        let (mut ticks, mut trips) = (Vec::new(), Vec::new());
        let mut constructed = None;
        let mut echoes = Vec::new();
        for stamped in &trace.events {
            let answered = stamped.at;
            let mut trip = |asked, at| {
                trips.push(RoundTrip {
                    asked,
                    answered,
                    at,
                });
            };
            match &stamped.event {
                Event::Constructed => constructed = Some(answered),
                Event::Sent { line } => {
                    if let Ok(FromPage::Echo(n, _)) = line.parse() {
                        echoes.push((n, answered));
                    }
                }
                Event::Message { line, .. } => match line.parse() {
                    Ok(FromServer::Tick(tick)) => ticks.push((tick, answered)),
                    // A long one takes longer than the path does.
                    Ok(FromServer::Echo(echo)) if echo.padding.is_empty() => {
                        if let Some((_, asked)) = echoes.iter().find(|(n, _)| *n == echo.n) {
                            trip(*asked, echo.at);
                        }
                    }
                    _ => {}
                },
                Event::Body { text, .. } => {
                    if let Ok(PollBody { at, ticks: due }) = text.parse() {
                        for tick in due {
                            ticks.push((tick, answered));
                        }
                        if let Some(asked) = constructed {
                            trip(asked, at);
                        }
                    }
                }
                _ => {}
            }
        }
        Self {
            trace,
            ticks,
            trips,
        }
    }
}

/// The smallest round trip on the path that any exchange of the run had.
#[inline(never)]
pub fn smallest_rtt(traces: &[Trace]) -> Option<Micros> {
    let mut smallest = None;
    for trace in traces {
        for trip in Heard::of(trace).trips {
            let this = Micros(trip.on_the_path());
            smallest = Some(smallest.map_or(this, |other: Micros| other.min(this)));
        }
    }
    smallest
}

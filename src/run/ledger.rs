//! The questions for the server's half: when, and by which ways.

use super::{Action, Phase, Run};
use crate::diagnosis::heard::smallest_rtt;
use crate::evidence::{Event, Trace};
use crate::method::Method;
use crate::plan::{Lane, Skipped, budget};
use crate::time::Micros;
use crate::wire::{FromPage, Ledger, digits, joined, sealed};

impl Run {
    /// The server's answer to that question of [`Action::AskLedger`]; `None`: none that we understand.
    pub fn heard_ledger(&mut self, at: Micros, question: u16, ledger: Option<Ledger>) {
        self.open_questions = self.open_questions.saturating_sub(1);
        let last = matches!(self.phase, Phase::LastLedger { .. });
        // What was read while probes ran tells nothing of what came after.
        if self.phase == Phase::Finished || (last && question < self.last_from) {
            return;
        }
        let heard = ledger.is_some();
        if let Some(ledger) = ledger {
            self.attempts
                .give_up_seen(&mut self.evidence.traces, &ledger, at);
            self.evidence.ledger = Some(ledger);
        }
        if !last {
            self.advance(at);
        } else if heard {
            self.finish(at);
        } else if usize::from(self.last_turns()) < self.ledger_turns() {
            self.ask_ledger();
        } else if self.open_questions == 0 {
            self.finish(at);
        }
    }

    /// How often the last ledger is asked for at most, while nothing but refusals comes.
    pub(super) fn ledger_turns(&self) -> usize {
        let (ways, heard) = self.ledger_ways();
        ways.len() + heard
    }

    /// How often the last ledger was asked for.
    const fn last_turns(&self) -> u16 {
        self.questions - self.last_from
    }

    /// After how long without an answer the ledger is asked for again.
    pub(super) fn ledger_pace(&self) -> Micros {
        let rtt = smallest_rtt(&self.evidence.traces).unwrap_or(budget::RTT_GUESS);
        budget::LEDGER_AGAIN.plus(rtt.times(4))
    }

    /// While probes run one question at a time, of the last ledger another by each way in turn.
    pub(super) fn ask_ledger(&mut self) {
        let last = matches!(self.phase, Phase::LastLedger { .. });
        if !last && self.open_questions > 0 {
            return;
        }
        let (ways, heard) = self.ledger_ways();
        // Each twice before a lane that nobody asked for: what is only slow needs no connection more.
        let turn = match usize::from(self.last_turns()) % (ways.len() + heard).max(1) {
            _ if !last => 0,
            turn if turn < heard => turn,
            turn => turn - heard,
        };
        if let Some(action) = ways.into_iter().nth(turn) {
            self.questions += 1;
            self.open_questions += 1;
            self.actions.insert(0, action);
        }
    }

    /// Each way by which the ledger may be read, the likeliest first: by `fetch` and, when nothing else opens sockets
    /// any more, by WebSocket, on the lanes where our server was heard by that (so many of them) and, last, on such as were
    /// not tried.
    fn ledger_ways(&self) -> (Vec<Action>, usize) {
        let last = matches!(self.phase, Phase::LastLedger { .. });
        let run = joined(&["v1/runs/", &self.setup.heading.id, "/ledger"]);
        let key = &self.setup.key;
        let (mut ways, mut guesses) = (Vec::new(), Vec::new());
        // Nobody asked for them; the key goes to no other host for that.
        let main = self.setup.plan.lanes.first().map(|lane| &lane.host);
        let untried =
            |lane: &Lane| lane.skipped == Some(Skipped::NotAsked) && Some(&lane.host) == main;
        for by_socket in [false, true] {
            let heard = |trace: &Trace| {
                let marked = |e: &Event| matches!(e, Event::Head { marked: true, .. });
                let said = |e: &Event| matches!(e, Event::Message { line, .. } if !line.is_empty());
                !trace.own
                    && match by_socket {
                        true => trace.method == Method::WebSocket && trace.first(said).is_some(),
                        false => trace.first(marked).is_some(),
                    }
            };
            for lane in &self.setup.plan.lanes {
                let about = !by_socket && lane.id == "main" && self.evidence.about.is_some();
                let on_it = |trace: &&Trace| trace.lane == lane.id;
                let mut traces = self.evidence.traces.iter().filter(on_it);
                let into = match about || traces.any(heard) {
                    true => &mut ways,
                    false if last && untried(lane) => &mut guesses,
                    false => continue,
                };
                let (path, body) = match by_socket {
                    true if last => {
                        let turn = digits((into.len() + 1) as u64);
                        let path = joined(&[&run, "/", &turn, "/web-socket"]);
                        (path, sealed(&FromPage::Ledger(key.clone()).to_text()))
                    }
                    true => continue,
                    false => (run.clone(), key.to_body()),
                };
                let url = lane.url(by_socket, &path);
                into.push(Action::AskLedger {
                    question: self.questions,
                    url,
                    body,
                    by_socket,
                });
            }
        }
        let heard = ways.len();
        ways.extend(guesses);
        (ways, heard)
    }
}

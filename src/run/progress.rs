//! How far a run is, in words.

use serde::{Deserialize, Serialize};

use super::{Action, Phase, Run};
use crate::diagnosis::methods::methods;
use crate::diagnosis::methods::word;
use crate::diagnosis::{Verdict, Word};
use crate::method::Method;
use crate::plan::{When, budget};
use crate::time::Micros;

/// How far a run is. It never goes backwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The run's id.
    pub run: String,
    /// Since its start, µs.
    pub elapsed_us: u64,
    /// How much of the plan is done, ‰.
    pub permille: u32,
    /// How long it may still take, µs; null: not for long.
    pub remaining_us: Option<u64>,
    /// The methods that are tried.
    pub methods: Vec<MethodProgress>,
}

/// How far a method is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodProgress {
    /// Which.
    pub method: Method,
    /// What can be said already; null: nothing.
    pub word: Option<Word>,
    /// The verdict; null: not yet.
    pub verdict: Option<Verdict>,
    /// How many of its connections ended before their time in a watch, so far.
    pub ended: u32,
}

/// A smaller step is not worth telling.
const STEP: u32 = 30;

impl Progress {
    pub(super) fn new(run: &str, methods: &[Method]) -> Self {
        let method = |&method| MethodProgress {
            method,
            word: None,
            verdict: None,
            ended: 0,
        };
        Self {
            run: run.to_owned(),
            elapsed_us: 0,
            permille: 0,
            remaining_us: None,
            methods: methods.iter().map(method).collect(),
        }
    }
}

impl Run {
    /// Says what is new.
    pub(super) fn say(&mut self, at: Micros) {
        let mut now = self.said.clone();
        now.elapsed_us = at.0;
        let remaining = self.remaining(at);
        let permille = match remaining {
            Some(left) => (at.0 * 1000 / at.plus(left).0.max(1)) as u32,
            None => self.permille(),
        };
        now.permille = permille.max(now.permille);
        now.remaining_us = remaining.map(|left| left.0);
        for said in &mut now.methods {
            let traces = &self.evidence.traces;
            let waiting = || {
                let waits = self.attempts.is_waiting(traces, said.method);
                waits.then_some(Word::Waiting)
            };
            said.word = match word(traces, said.method) {
                Some(Word::Opens) => Some(Word::Opens),
                other => waiting().or(other),
            }
            .or(said.word);
        }
        for log in self.evidence.watch.iter().flat_map(|watch| &watch.holds) {
            for said in now
                .methods
                .iter_mut()
                .filter(|said| said.method == log.method)
            {
                said.ended = log.ended.len() as u32 + log.omitted;
            }
        }
        let decided = |m: &MethodProgress| m.verdict.is_none() && self.is_decided(m.method);
        let new_verdicts = now.methods.iter().any(decided);
        if new_verdicts {
            let judged = methods(&self.evidence, &self.setup.asked);
            for said in &mut now.methods {
                let verdict = judged
                    .iter()
                    .find(|m| m.method == said.method)
                    .map(|m| m.verdict);
                said.verdict = said
                    .verdict
                    .or_else(|| verdict.filter(|_| self.is_decided(said.method)));
            }
        }
        if now.methods != self.said.methods || now.permille >= self.said.permille + STEP {
            self.said = now.clone();
            self.actions.insert(0, Action::Say(now));
        }
        if new_verdicts {
            self.keep(at);
        }
    }

    /// All decisive probes of a method on the main lane are over.
    fn is_decided(&self, method: Method) -> bool {
        let mut any = false;
        for (probe, state) in self.setup.plan.probes.iter().zip(&self.probes) {
            if probe.method == method && probe.lane == 0 && probe.is_decisive() {
                any = true;
                if !state.done {
                    return false;
                }
            }
        }
        any
    }

    /// How long the silences still take that are waited for, or are to come; `None`: there are none.
    fn remaining(&self, at: Micros) -> Option<Micros> {
        if self.phase == Phase::Watching {
            return Some(self.watch.until.since(at));
        }
        if self.phase == Phase::Probing && self.setup.watch > Micros::ZERO {
            return Some(self.setup.watch);
        }
        let (mut running, mut to_come) = (None, None);
        for (probe, state) in self.setup.plan.probes.iter().zip(&self.probes) {
            let whole = probe.silence().plus(budget::ANSWER);
            let first = match probe.when {
                When::Passed(first) => self.probes.get(first),
                When::Now | When::Opened(_) => None,
            };
            let never = first.is_some_and(|first| first.done && !first.passed);
            if !probe.is_rung() || state.done || never {
                continue;
            }
            if state.started > 0 {
                running = running.max(Some(state.last_start.plus(whole).since(at)));
            } else {
                to_come = to_come.max(Some(whole));
            }
        }
        running.or(to_come)
    }

    fn permille(&self) -> u32 {
        let mut shares = 0;
        for (probe, state) in self.setup.plan.probes.iter().zip(&self.probes) {
            let begun = u32::from(state.started.saturating_sub(1)) * 1000;
            shares += match state.done {
                true => 1000,
                false => begun
                    .checked_div(probe.attempts.into())
                    .unwrap_or(0)
                    .min(1000),
            };
        }
        let count = self.probes.len().max(1) as u32;
        shares / count
    }
}

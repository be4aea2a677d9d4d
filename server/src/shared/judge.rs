//! Whom a read waits for, and what it may say: no clock, no store.

use std::collections::BTreeSet;

use pushcheck::time::Micros;
use pushcheck::wire::{Ledger, LedgerInstance, Sighting};
use pushcheck_store::node::{Node, State};
use pushcheck_store::sighting::Part;

/// The nodes that a read waits for, each with the beat that it must reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wait(Vec<(String, i64, i64)>);

impl Wait {
    /// Since the nodes were so: a flush may have been cut before and be under way, and the one after it was cut later. Of
    /// those that are silent anyway nothing is waited for.
    pub(super) fn begin(nodes: &[Node], own: &str, silent: &BTreeSet<String>) -> Self {
        let others = nodes.iter().filter(|node| {
            node.state == State::Lives && node.instance != own && !silent.contains(&node.instance)
        });
        Self(
            others
                .map(|node| (node.instance.clone(), node.epoch, node.beat + 2))
                .collect(),
        )
    }

    /// Those that have not been seen through: of some of them it is not known what they saw.
    pub(super) fn late(&self, nodes: &[Node]) -> BTreeSet<String> {
        let is_through = |(instance, epoch, beat): &&(String, i64, i64)| {
            nodes.iter().any(|node| {
                node.instance == *instance
                    && node.epoch == *epoch
                    // Whoever left has said all that it saw.
                    && match node.state {
                        State::Lives => node.beat >= *beat,
                        State::Ended => true,
                        State::Lost => false,
                    }
            })
        };
        self.0
            .iter()
            .filter(|target| !is_through(target))
            .map(|(instance, ..)| instance.clone())
            .collect()
    }
}

/// What the store holds of a run, read in this order.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    /// The nodes as they were when all had been seen through, or the time was over.
    pub(super) through: Vec<Node>,
    /// Who has not been seen through.
    pub(super) late: BTreeSet<String>,
    /// The sightings, in the order of arrival on each node.
    pub(super) sightings: Vec<Sighting>,
    /// There were more than are taken.
    pub(super) too_many: bool,
    /// What each node says of its part.
    pub(super) parts: Vec<Part>,
    /// The nodes that may lately have seen something that nobody else knows.
    pub(super) unsettled: BTreeSet<String>,
}

/// All that is known of a run. `own`: what this node saw itself; `remembers`: it is of what it saw itself, else what it once
/// flushed stands for that.
pub(super) fn merge(own: Ledger, remembers: bool, read: Read) -> Ledger {
    let mut ledger = own;
    let here: BTreeSet<String> = ledger.instances.iter().map(|one| one.id.clone()).collect();
    let part_of = |id: &str| read.parts.iter().find(|part| part.instance == id);
    let node_of = |id: &str| {
        let of = |node: &&Node| node.instance == id;
        let lives = |node: &&Node| of(node) && node.state == State::Lives;
        let mut nodes = read.through.iter();
        nodes.clone().find(lives).or_else(|| nodes.rfind(of))
    };
    let mut complete = ledger.complete && read.late.is_empty() && !read.too_many;
    let whole = |part: &Part| part.sure && part.evicted == 0 && !part.forgotten;
    let mut ids: BTreeSet<&str> = read
        .through
        .iter()
        .map(|node| node.instance.as_str())
        .collect();
    ids.extend(read.parts.iter().map(|part| part.instance.as_str()));
    for id in ids.iter().filter(|id| !here.contains(**id)) {
        let (part, node) = (part_of(id), node_of(id));
        let concerns = match node.map(|node| node.state) {
            Some(State::Lives) => {
                complete &= part.is_none_or(whole);
                true
            }
            Some(State::Ended) => {
                complete &= part.is_none_or(whole);
                part.is_some()
            }
            Some(State::Lost) => {
                complete &= part.is_none();
                part.is_some() || read.unsettled.contains(*id)
            }
            None => {
                complete = false;
                false
            }
        };
        if let Some(node) = node.filter(|_| concerns) {
            ledger.instances.push(instance(node, part));
        }
    }
    if !remembers && let Some(part) = read.parts.iter().find(|part| here.contains(&part.instance)) {
        complete &= whole(part);
    }
    // Whoever knows the run says for itself what it lost of it.
    let speaks = |id: &str| {
        here.contains(id)
            || (part_of(id).is_some() && node_of(id).is_some_and(|node| node.state != State::Lost))
    };
    let doubted = read
        .parts
        .iter()
        .flat_map(|part| doubters(&part.doubted_by));
    let mut doubters = doubted.chain(read.unsettled.iter().cloned());
    complete &= doubters.all(|id| speaks(&id));
    for sighting in read.sightings {
        if !(remembers && here.contains(&sighting.instance)) {
            ledger.sightings.push(sighting);
        }
    }
    number_apart(&mut ledger.sightings);
    ledger.complete = complete;
    ledger
}

fn instance(node: &Node, part: Option<&Part>) -> LedgerInstance {
    let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    LedgerInstance {
        id: node.instance.clone(),
        started_at: u64::try_from(node.started_at).unwrap_or_default(),
        seen_through: Micros(u64::try_from(node.seen_through).unwrap_or_default()),
        evicted: part.map_or(0, |part| small(part.evicted).max(u32::from(part.forgotten))),
        refused: part.map_or(0, |part| small(part.refused)),
        // Connections without a request are known to their own node only.
        connections_lost: 1,
    }
}

/// Those that a part names; of a text that is not ours somebody unknown.
pub(super) fn doubters(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|_| vec![String::new()])
}

/// Each node numbers a run's connections from 1: equal numbers must not mean two.
fn number_apart(sightings: &mut [Sighting]) {
    let (mut past, mut most, mut of) = (0, 0, String::new());
    for sighting in sightings {
        if sighting.instance != of {
            past = most;
            of.clone_from(&sighting.instance);
        }
        sighting.connection = sighting.connection.saturating_add(past);
        most = most.max(sighting.connection);
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;

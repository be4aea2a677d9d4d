//! What one node notices of the others: who has gone silent, who was lost, who lost something. Time is its own and an argument.

use std::collections::{BTreeMap, BTreeSet};

use pushcheck::time::Micros;
use pushcheck_store::node::{Node, State};

/// After so long without a flush a node is not waited for.
const SILENT: Micros = Micros::ms(2_000);

/// After so long without a flush others give a node up. It answers no attempt any more after half of that.
pub(super) const LOST: Micros = Micros::ms(60_000);

/// For so long a loss concerns runs that are new here: they may have begun on the page before.
const SETTLES: Micros = Micros::ms(60_000);

/// Nodes that are gone and still named.
const GONE: usize = 100;

#[derive(Debug)]
struct Sight {
    beat: i64,
    grew_at: Micros,
    doubts: i64,
    is_lost: bool,
    disturbed_at: Option<Micros>,
}

/// Who is there.
#[derive(Debug)]
pub(super) struct Watch {
    own: String,
    seen: BTreeMap<(String, i64), Sight>,
}

/// What is to be done about it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Noticed {
    /// To be given up, where their beat is still that: instance, epoch, beat.
    pub(super) lose: Vec<(String, i64, i64)>,
    /// Long gone: instance, epoch.
    pub(super) forget: Vec<(String, i64)>,
    /// What is known now may lack what they saw.
    pub(super) disturbed: Vec<String>,
}

impl Watch {
    pub(super) fn new(own: String) -> Self {
        Self {
            own,
            seen: BTreeMap::new(),
        }
    }

    /// The nodes are so now.
    pub(super) fn notice(&mut self, nodes: &[Node], now: Micros) -> Noticed {
        let mut noticed = Noticed::default();
        let key = |node: &Node| (node.instance.clone(), node.epoch);
        self.seen
            .retain(|known, _| nodes.iter().any(|node| key(node) == *known));
        for node in nodes.iter().filter(|node| node.instance != self.own) {
            let sight = self.seen.entry(key(node)).or_insert(Sight {
                beat: node.beat,
                grew_at: now,
                doubts: 0,
                is_lost: false,
                disturbed_at: None,
            });
            if node.beat != sight.beat {
                (sight.beat, sight.grew_at) = (node.beat, now);
            }
            let lost = node.state == State::Lost;
            if node.doubts > sight.doubts || (lost && !sight.is_lost) {
                sight.disturbed_at = Some(now);
                noticed.disturbed.push(node.instance.clone());
            }
            (sight.doubts, sight.is_lost) = (node.doubts, lost);
            if node.state == State::Lives && now.since(sight.grew_at) >= LOST {
                noticed
                    .lose
                    .push((node.instance.clone(), node.epoch, node.beat));
            }
        }
        let mut gone: Vec<&Node> = nodes
            .iter()
            .filter(|node| node.state != State::Lives && node.instance != self.own)
            .collect();
        gone.sort_by_key(|node| std::cmp::Reverse(node.started_at));
        noticed.forget = gone.iter().skip(GONE).map(|node| key(node)).collect();
        noticed
    }

    /// Those that lost something, or were, and of whom [`Self::notice`] has not heard.
    pub(super) fn unnoticed(&self, nodes: &[Node]) -> BTreeSet<String> {
        let is_new = |node: &&Node| {
            let sight = self.seen.get(&(node.instance.clone(), node.epoch));
            let (doubts, is_lost) = sight.map_or((0, false), |sight| (sight.doubts, sight.is_lost));
            node.doubts > doubts || (node.state == State::Lost && !is_lost)
        };
        let others = nodes.iter().filter(|node| node.instance != self.own);
        others
            .filter(is_new)
            .map(|node| node.instance.clone())
            .collect()
    }

    /// Those of which nothing new has come for a while.
    pub(super) fn silent(&self, now: Micros) -> BTreeSet<String> {
        let silent = self.seen.iter();
        let silent = silent.filter(|(_, sight)| now.since(sight.grew_at) >= SILENT);
        silent.map(|((instance, _), _)| instance.clone()).collect()
    }

    /// Those that lately lost something, or were.
    pub(super) fn unsettled(&self, now: Micros) -> BTreeSet<String> {
        let lately = |at: Micros| now.since(at) < SETTLES;
        let unsettled = self.seen.iter();
        let unsettled = unsettled.filter(|(_, sight)| sight.disturbed_at.is_some_and(lately));
        unsettled
            .map(|((instance, _), _)| instance.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(instance: &str, beat: i64, doubts: i64, state: State) -> Node {
        Node {
            instance: instance.to_owned(),
            epoch: 1,
            started_at: beat,
            beat,
            seen_through: 0,
            doubts,
            state,
        }
    }

    #[test]
    fn who_flushes_is_there_and_who_does_not_is_given_up_by_our_own_clock() {
        let mut watch = Watch::new("own".to_owned());
        let s = |seconds: u64| Micros::ms(seconds * 1_000);
        let nodes = |beat| {
            [
                node("own", 1, 9, State::Lives),
                node("a", beat, 0, State::Lives),
            ]
        };
        assert_eq!(watch.notice(&nodes(1), s(5)), Noticed::default());
        assert!(watch.silent(s(6)).is_empty());
        assert!(watch.silent(s(7)).contains("a"));
        assert_eq!(watch.notice(&nodes(2), s(64)), Noticed::default());
        assert!(watch.silent(s(64)).is_empty());
        assert_eq!(watch.notice(&nodes(2), s(123)), Noticed::default());
        let lost = watch.notice(&nodes(2), s(124));
        assert_eq!(lost.lose, [("a".to_owned(), 1, 2)]);
    }

    #[test]
    fn a_loss_concerns_what_is_new_for_a_minute() {
        let mut watch = Watch::new("own".to_owned());
        let s = |seconds: u64| Micros::ms(seconds * 1_000);
        watch.notice(&[node("a", 1, 0, State::Lives)], s(0));
        assert!(watch.unsettled(s(0)).is_empty());
        let noticed = watch.notice(&[node("a", 1, 0, State::Lost)], s(1));
        assert_eq!(noticed.disturbed, ["a"]);
        assert!(
            watch
                .notice(&[node("a", 1, 0, State::Lost)], s(2))
                .disturbed
                .is_empty()
        );
        assert!(watch.unsettled(s(60)).contains("a"));
        assert!(watch.unsettled(s(61)).is_empty());
        let noticed = watch.notice(&[node("b", 1, 3, State::Lives)], s(70));
        assert_eq!(noticed.disturbed, ["b"], "nobody knows since when");
        let noticed = watch.notice(&[node("b", 2, 4, State::Lives)], s(140));
        assert_eq!(noticed.disturbed, ["b"]);
    }

    #[test]
    fn so_many_are_named_that_are_gone() {
        let mut watch = Watch::new("own".to_owned());
        let nodes: Vec<Node> = (0..103)
            .map(|n| node(&format!("{n}"), n, 0, State::Ended))
            .collect();
        let forget = watch.notice(&nodes, Micros(1)).forget;
        let names: Vec<&str> = forget.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["2", "1", "0"]);
    }
}

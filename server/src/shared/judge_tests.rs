use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn node(instance: &str, beat: i64, state: State) -> Node {
    Node {
        instance: instance.to_owned(),
        epoch: 1,
        started_at: 7,
        beat,
        seen_through: beat * 10,
        doubts: 0,
        state,
    }
}

fn part(instance: &str) -> Part {
    Part {
        run: "r".to_owned(),
        instance: instance.to_owned(),
        evicted: 0,
        refused: 0,
        sure: true,
        doubted_by: "[]".to_owned(),
        forgotten: false,
    }
}

fn sighting(instance: &str, attempt: u16, connection: u32) -> Sighting {
    let seen = serde_json::json!({
        "instance": instance, "probe": "p", "attempt": attempt, "kind": "poll", "method": "GET", "at": 1, "connectedAt": 1,
        "httpVersion": "HTTP/1.1", "tls": false, "connection": connection, "ja4": null, "headers": [], "spelled": false,
        "status": null, "refused": null, "answeredAt": null, "framesIn": 0, "strangeIn": 0, "malformedIn": 0, "framesOut": 0,
        "ticksOut": 0, "payloadIn": 0, "payloadOut": 0, "bytesIn": null, "bytesOut": null, "headIn": null, "headOut": null,
        "close": null, "tcp": null, "endedAt": null, "end": null
    });
    serde_json::from_value(seen).expect("a sighting")
}

fn own(complete: bool) -> Ledger {
    let instance = node("own", 1, State::Lives);
    Ledger {
        complete,
        instances: vec![LedgerInstance {
            connections_lost: 0,
            ..super::instance(&instance, None)
        }],
        sightings: vec![sighting("own", 1, 1)],
        connections: Vec::new(),
    }
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// This node and another that lives and knows the run.
fn sound() -> Read {
    Read {
        through: vec![node("a", 5, State::Lives), node("own", 9, State::Lives)],
        sightings: vec![sighting("a", 2, 1), sighting("own", 1, 1)],
        parts: vec![part("a"), part("own")],
        ..Read::default()
    }
}

#[test]
fn a_read_waits_for_the_second_flush_of_all_others_that_live() {
    let nodes = [
        node("a", 5, State::Lives),
        node("b", 8, State::Lives),
        node("c", 1, State::Lost),
        node("own", 3, State::Lives),
    ];
    let wait = Wait::begin(&nodes, "own", &BTreeSet::new());
    assert_eq!(wait.late(&nodes), set(&["a", "b"]));
    let later = |a, b, state| [node("a", a, State::Lives), node("b", b, state)];
    assert_eq!(wait.late(&later(6, 10, State::Lives)), set(&["a"]));
    assert_eq!(wait.late(&later(7, 10, State::Lives)), set(&[]));
    assert_eq!(
        wait.late(&later(7, 8, State::Ended)),
        set(&[]),
        "it has said all"
    );
    assert_eq!(wait.late(&later(7, 10, State::Lost)), set(&["b"]));
    assert_eq!(wait.late(&later(7, 10, State::Lives)[..1]), set(&["b"]));
    let reborn = Node {
        epoch: 2,
        ..node("b", 99, State::Lives)
    };
    assert_eq!(
        wait.late(&[node("a", 7, State::Lives), reborn]),
        set(&["b"])
    );
    let but_silent = Wait::begin(&nodes, "own", &set(&["b"]));
    assert_eq!(but_silent.late(&later(7, 8, State::Lives)), set(&[]));
}

#[test]
fn what_all_saw_is_put_together() {
    let ledger = merge(own(true), true, sound());
    assert!(ledger.complete);
    let ids: Vec<&str> = ledger.instances.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["own", "a"]);
    assert_eq!(ledger.instances[1].seen_through, Micros(50));
    let lost: Vec<u32> = ledger
        .instances
        .iter()
        .map(|one| one.connections_lost)
        .collect();
    assert_eq!(lost, [0, 1], "of the others' connections nobody can tell");
    let seen: Vec<(u16, u32)> = ledger
        .sightings
        .iter()
        .map(|seen| (seen.attempt, seen.connection))
        .collect();
    assert_eq!(seen, [(1, 1), (2, 2)], "each once, and connections apart");
}

/// What makes a ledger incomplete; each alone.
#[test]
fn only_what_lacks_nothing_is_complete() {
    let complete = |own: Ledger, read: Read| merge(own, true, read).complete;
    assert!(!complete(own(false), sound()), "what this node lost");
    let changed = |change: &dyn Fn(&mut Read)| {
        let mut read = sound();
        change(&mut read);
        complete(own(true), read)
    };
    assert!(
        !changed(&|read| read.late = set(&["a"])),
        "one was not seen through"
    );
    assert!(!changed(&|read| read.too_many = true));
    assert!(!changed(&|read| read.parts[0].sure = false));
    assert!(!changed(&|read| read.parts[0].evicted = 1));
    assert!(!changed(&|read| read.parts[0].forgotten = true));
    assert!(
        !changed(&|read| read.through[0].state = State::Lost),
        "it knew the run"
    );
    assert!(
        changed(&|read| read.through[0].state = State::Ended),
        "it said all"
    );
    assert!(
        !changed(&|read| drop(read.through.remove(0))),
        "nobody knows what became of it"
    );
    let stranger = |state: State| move |read: &mut Read| read.through.push(node("b", 3, state));
    for state in [State::Lives, State::Ended, State::Lost] {
        assert!(
            changed(&stranger(state)),
            "{state:?}: it did not know the run"
        );
        let doubted = |read: &mut Read| {
            stranger(state)(read);
            read.parts[1].doubted_by = "[\"b\"]".to_owned();
        };
        assert!(
            !changed(&doubted),
            "{state:?}: something of the run may be lost with it"
        );
        let unsettled = |read: &mut Read| {
            stranger(state)(read);
            read.unsettled = set(&["b"]);
        };
        assert!(!changed(&unsettled), "{state:?}");
    }
    let speaks = |read: &mut Read| {
        read.parts[1].doubted_by = "[\"a\"]".to_owned();
        read.unsettled = set(&["a"]);
    };
    assert!(
        changed(&speaks),
        "who knows the run says for itself what it lost"
    );
    assert!(!changed(&|read| read.parts[0].doubted_by = "?".to_owned()));
}

#[test]
fn who_is_lost_is_named() {
    let mut read = sound();
    read.through[0].state = State::Lost;
    let ledger = merge(own(true), true, read);
    assert_eq!(ledger.instances[1].id, "a");
    assert_eq!(ledger.sightings.len(), 2, "what it had flushed is there");
    let read = Read {
        through: vec![node("b", 1, State::Lost), node("c", 1, State::Ended)],
        unsettled: set(&["b"]),
        ..Read::default()
    };
    let ledger = merge(own(true), true, read);
    let ids: Vec<&str> = ledger.instances.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["own", "b"]);
}

#[test]
fn what_a_node_has_let_go_it_reads_where_it_flushed_it() {
    let bare = Ledger {
        sightings: Vec::new(),
        ..own(true)
    };
    let ledger = merge(bare.clone(), false, sound());
    assert!(ledger.complete);
    assert_eq!(ledger.sightings.len(), 2);
    let mut read = sound();
    read.parts[1].forgotten = true;
    assert!(!merge(bare, false, read).complete);
}

/// A few nodes, their store, and reads, in any order.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A node sees something.
    See(usize),
    /// A node cuts what it shall flush.
    Cut(usize),
    /// What it has cut is in the store.
    Commit(usize),
    /// A node dies, with what it has not flushed.
    Kill(usize),
    /// A node leaves.
    Leave(usize),
    /// The others give a dead node up, by the clock of the one that reads.
    Lose(usize),
    /// A read begins.
    Begin,
    /// A read looks, and ends where all have been seen through.
    Look,
    /// A read ends because its time is over.
    End,
}

fn step() -> impl Strategy<Value = Step> {
    let node = 1..3_usize;
    prop_oneof![
        4 => (0..3_usize).prop_map(Step::See),
        4 => node.clone().prop_map(Step::Cut),
        4 => node.clone().prop_map(Step::Commit),
        1 => node.clone().prop_map(Step::Kill),
        1 => node.clone().prop_map(Step::Leave),
        1 => node.prop_map(Step::Lose),
        3 => Just(Step::Begin),
        4 => Just(Step::Look),
        1 => Just(Step::End),
    ]
}

#[derive(Default)]
struct World {
    /// What each node has seen, by attempt.
    seen: BTreeMap<usize, Vec<u16>>,
    cut: BTreeMap<usize, Vec<u16>>,
    stored: BTreeMap<usize, Vec<u16>>,
    nodes: Vec<Node>,
    dead: BTreeSet<usize>,
    next: u16,
    unsettled: BTreeSet<String>,
}

const NAMES: [&str; 3] = ["own", "a", "b"];

impl World {
    fn is_up(&self, n: usize) -> bool {
        !self.dead.contains(&n) && self.nodes[n].state == State::Lives
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::See(n) if self.is_up(n) => {
                self.next += 1;
                self.seen.entry(n).or_default().push(self.next);
            }
            Step::Cut(n) if self.is_up(n) && !self.cut.contains_key(&n) => {
                let seen = self.seen.get(&n).cloned().unwrap_or_default();
                self.cut.insert(n, seen);
            }
            // Also of one that died meanwhile: it was under way.
            Step::Commit(n) if self.nodes[n].state == State::Lives => {
                if let Some(cut) = self.cut.remove(&n) {
                    self.stored.insert(n, cut);
                    self.nodes[n].beat += 1;
                }
            }
            Step::Kill(n) => drop(self.dead.insert(n)),
            Step::Leave(n) if self.is_up(n) => {
                let seen = self.seen.get(&n).cloned().unwrap_or_default();
                self.stored.insert(n, seen);
                self.cut.remove(&n);
                self.nodes[n].state = State::Ended;
            }
            Step::Lose(n) if self.dead.contains(&n) && self.nodes[n].state == State::Lives => {
                self.nodes[n].state = State::Lost;
                self.unsettled.insert(NAMES[n].to_owned());
            }
            _ => {}
        }
    }

    fn read(&self, wait: &Wait, through: Vec<Node>) -> Ledger {
        let stored = self.stored.iter().flat_map(|(n, seen)| {
            let of = |attempt: &u16| sighting(NAMES[*n], *attempt, 1);
            seen.iter().map(of)
        });
        let known = self.stored.iter().filter(|(_, seen)| !seen.is_empty());
        let mut ledger = own(true);
        let here = self.seen.get(&0).into_iter().flatten();
        ledger.sightings = here.map(|attempt| sighting("own", *attempt, 1)).collect();
        let read = Read {
            late: wait.late(&through),
            through,
            sightings: stored.collect(),
            too_many: false,
            parts: known.map(|(n, _)| part(NAMES[*n])).collect(),
            unsettled: self.unsettled.clone(),
        };
        merge(ledger, true, read)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn nothing_seen_before_a_read_is_missing_where_it_says_complete(steps in prop::collection::vec(step(), 0..80)) {
        let mut world = World {
            nodes: NAMES.iter().map(|name| node(name, 0, State::Lives)).collect(),
            ..World::default()
        };
        let mut reading: Option<(Wait, Vec<u16>)> = None;
        for step in steps {
            world.take(step);
            let over = match (step, &reading) {
                (Step::Begin, None) => {
                    let seen = world.seen.values().flatten().copied().collect();
                    reading = Some((Wait::begin(&world.nodes, "own", &BTreeSet::new()), seen));
                    false
                }
                (Step::Look, Some((wait, _))) => wait.late(&world.nodes).is_empty(),
                (Step::End, Some(_)) => true,
                _ => false,
            };
            if let Some((wait, before)) = reading.take_if(|_| over) {
                let ledger = world.read(&wait, world.nodes.clone());
                let has = |attempt: &u16| ledger.sightings.iter().any(|seen| seen.attempt == *attempt);
                prop_assert!(!ledger.complete || before.iter().all(has), "{ledger:?}");
            }
        }
    }
}

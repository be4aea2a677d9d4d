//! Things that strangers leave here for a while: bounded in number, in number per source, in bytes and in time.

mod everywhere;

pub(crate) use everywhere::Everywhere;

use std::collections::HashMap;
use std::hash::Hash;

use pushcheck::time::Micros;

use crate::source::SourceId;

/// How much a shelf holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// The most things.
    pub(crate) most: usize,
    /// The most of one source.
    pub(crate) most_of_source: usize,
    /// The most bytes, of all together.
    pub(crate) most_bytes: usize,
    /// How long after its last use a thing is kept.
    pub(crate) keep: Micros,
}

#[derive(Debug)]
struct Item<V> {
    value: V,
    bytes: usize,
    source: SourceId,
    used: Micros,
}

/// Whoever leaves more than there is room for loses their own least recent thing first, and only then somebody else's.
#[derive(Debug)]
pub(crate) struct Shelf<K, V> {
    room: Room,
    items: HashMap<K, Item<V>>,
}

impl<K: Clone + Eq + Hash, V> Shelf<K, V> {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            room,
            items: HashMap::new(),
        }
    }

    /// What lies there under that name.
    pub(crate) fn get(&mut self, key: &K, now: Micros) -> Option<&mut V> {
        self.sweep(now);
        self.items.get_mut(key).map(|item| &mut item.value)
    }

    /// It has been used: its time begins anew.
    pub(crate) fn touch(&mut self, key: &K, now: Micros) {
        if let Some(item) = self.items.get_mut(key) {
            item.used = now;
        }
    }

    /// Puts a thing there, instead of what lay there under its name; false: there is no room for the like of it.
    pub(crate) fn put(
        &mut self,
        key: K,
        value: V,
        bytes: usize,
        source: SourceId,
        now: Micros,
    ) -> bool {
        self.sweep(now);
        if self.room.most.min(self.room.most_of_source) == 0 || bytes > self.room.most_bytes {
            return false;
        }
        self.items.remove(&key);
        let is_own = |item: &Item<V>| item.source == source;
        while self.items.values().filter(|item| is_own(item)).count() >= self.room.most_of_source
            || self.items.len() >= self.room.most
            || self.bytes() + bytes > self.room.most_bytes
        {
            let oldest = self
                .items
                .iter()
                .min_by_key(|(_, item)| (!is_own(item), item.used));
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            self.items.remove(&oldest);
        }
        let item = Item {
            value,
            bytes,
            source,
            used: now,
        };
        self.items.insert(key, item);
        true
    }

    /// Takes a thing away.
    pub(crate) fn take(&mut self, key: &K) -> Option<V> {
        self.items.remove(key).map(|item| item.value)
    }

    /// Forgets what is over its time.
    pub(crate) fn sweep(&mut self, now: Micros) {
        let keep = self.room.keep;
        self.items.retain(|_, item| now.since(item.used) <= keep);
    }

    fn bytes(&self) -> usize {
        self.items.values().map(|item| item.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    const ROOM: Room = Room {
        most: 4,
        most_of_source: 3,
        most_bytes: 100,
        keep: Micros(1_000),
    };

    fn sources() -> (SourceId, SourceId) {
        let sources = Sources::default();
        let of = |last| sources.id([192, 0, 2, last].into());
        (of(1), of(2))
    }

    fn names<V>(shelf: &Shelf<u8, V>) -> Vec<u8> {
        let mut names: Vec<u8> = shelf.items.keys().copied().collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn the_same_sources_oldest_goes_first() {
        let (one, other) = sources();
        let mut shelf = Shelf::new(ROOM);
        for (n, source) in [(1, other), (2, one), (3, one), (4, one), (5, one)] {
            assert!(shelf.put(n, (), 1, source, Micros(n.into())));
        }
        assert_eq!(names(&shelf), [1, 3, 4, 5], "three of one source");
        shelf.put(6, (), 1, other, Micros(6));
        assert_eq!(names(&shelf), [3, 4, 5, 6], "four in all");
        shelf.touch(&3, Micros(7));
        shelf.put(7, (), 1, one, Micros(8));
        assert_eq!(names(&shelf), [3, 5, 6, 7], "what is used is not old");
    }

    #[test]
    fn bytes_are_bounded_and_a_thing_has_one_place() {
        let (one, other) = sources();
        let mut shelf = Shelf::new(ROOM);
        shelf.put(1, 'a', 60, one, Micros(1));
        shelf.put(1, 'b', 60, one, Micros(2));
        assert_eq!(shelf.get(&1, Micros(2)), Some(&mut 'b'));
        assert!(shelf.put(2, 'c', 50, other, Micros(3)));
        assert_eq!(names(&shelf), [2]);
        assert!(!shelf.put(3, 'd', 101, other, Micros(4)));
        assert_eq!(names(&shelf), [2], "what cannot be kept drives nothing out");
    }

    #[test]
    fn what_nobody_uses_is_forgotten() {
        let (one, _) = sources();
        let mut shelf = Shelf::new(ROOM);
        shelf.put(1, (), 1, one, Micros(1));
        shelf.put(2, (), 1, one, Micros(1));
        shelf.touch(&2, Micros(900));
        assert!(shelf.get(&1, Micros(1_001)).is_some());
        assert!(shelf.get(&1, Micros(1_002)).is_none());
        assert!(shelf.get(&2, Micros(1_002)).is_some());
        assert!(shelf.take(&2).is_some() && names(&shelf).is_empty());
    }
}

//! Who asks, by address: counts and rates. An office is one address, so these are generous.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use pushcheck::time::Micros;
use sha2::{Digest, Sha256};

use crate::lock;

/// An address as a number under a key of this process, or of all that share its store: equal for equal addresses, and no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SourceId(u64);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Requests per second, with four seconds' worth at once: the time at which the last of them would have been due.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace(Micros);

impl Pace {
    /// Takes one; false: too many.
    pub(crate) fn take(&mut self, per_second: u32, now: Micros) -> bool {
        let gap = Micros(1_000_000 / u64::from(per_second.max(1)));
        let next = self.0.max(now).plus(gap);
        let fits = next.since(now) <= gap.times(u64::from(per_second) * 4);
        if fits {
            self.0 = next;
        }
        fits
    }
}

#[derive(Debug, Default)]
struct Source {
    connections: u32,
    long: u32,
    pace: Pace,
}

/// All sources that are connected or were lately.
#[derive(Debug)]
pub(crate) struct Sources {
    key: Box<[u8]>,
    known: Mutex<HashMap<SourceId, Source>>,
}

impl Default for Sources {
    /// Under a key of this process.
    fn default() -> Self {
        let key = RandomState::new();
        let key: Vec<u8> = (0_u8..2)
            .flat_map(|half| key.hash_one(half).to_le_bytes())
            .collect();
        Self::under(&key)
    }
}

/// The sources kept at most; beyond, those that do nothing are forgotten.
const MOST: usize = 20_000;

impl Sources {
    /// Under that key.
    pub(crate) fn under(key: &[u8]) -> Self {
        Self {
            key: key.into(),
            known: Mutex::default(),
        }
    }

    fn number(&self, of: &[u8]) -> SourceId {
        let digest = Sha256::new()
            .chain_update(&self.key)
            .chain_update(of)
            .finalize();
        let mut number = [0; 8];
        number.copy_from_slice(&digest[..8]);
        SourceId(u64::from_be_bytes(number))
    }

    /// The source of an address; of IPv6 the /64, which one host has to itself.
    pub(crate) fn id(&self, address: IpAddr) -> SourceId {
        match address.to_canonical() {
            IpAddr::V4(v4) => self.number(&v4.octets()),
            IpAddr::V6(v6) => self.number(&v6.octets()[..8]),
        }
    }

    /// The source of the server's own tries of itself: that of no address.
    pub(crate) fn own(&self) -> SourceId {
        self.number(b"outside-in")
    }

    /// Counts a connection, and says how many there are with it.
    pub(crate) fn connect(self: &Arc<Self>, id: SourceId) -> (Ticket, u32) {
        let live = self.with(id, |source| {
            source.connections += 1;
            source.connections
        });
        (
            Ticket {
                sources: Arc::clone(self),
                id,
                long: false,
            },
            live,
        )
    }

    /// Counts a long request until the ticket is dropped; none: one too many.
    pub(crate) fn hold(self: &Arc<Self>, id: SourceId, limit: u32) -> Option<Ticket> {
        let fits = self.with(id, |source| {
            let fits = source.long < limit;
            source.long += u32::from(fits);
            fits
        });
        fits.then(|| Ticket {
            sources: Arc::clone(self),
            id,
            long: true,
        })
    }

    /// Takes one request from the source's rate; false: too many.
    pub(crate) fn take(&self, id: SourceId, per_second: u32, now: Micros) -> bool {
        self.with(id, |source| source.pace.take(per_second, now))
    }

    /// Forgets those that do nothing.
    pub(crate) fn sweep(&self, now: Micros) {
        lock(&self.known)
            .retain(|_, source| source.connections > 0 || source.long > 0 || source.pace.0 > now);
    }

    fn with<T>(&self, id: SourceId, change: impl FnOnce(&mut Source) -> T) -> T {
        let mut known = lock(&self.known);
        if known.len() >= MOST && !known.contains_key(&id) {
            known.retain(|_, source| source.connections > 0 || source.long > 0);
        }
        change(known.entry(id).or_default())
    }
}

/// One connection or long request of a source; counted until dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    sources: Arc<Sources>,
    id: SourceId,
    long: bool,
}

impl Ticket {
    /// Whose.
    pub(crate) fn source(&self) -> SourceId {
        self.id
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.sources.with(self.id, |source| {
            let count = if self.long {
                &mut source.long
            } else {
                &mut source.connections
            };
            *count = count.saturating_sub(1);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_seconds_worth_may_come_at_once_and_then_the_rate_holds() {
        let mut pace = Pace::default();
        let at_once = (0..100).filter(|_| pace.take(10, Micros::ZERO)).count();
        assert_eq!(at_once, 40);
        let later = (0..100).filter(|_| pace.take(10, Micros::ms(500))).count();
        assert_eq!(later, 5);
    }

    #[test]
    fn one_ipv6_host_is_one_source_and_a_mapped_address_is_its_ipv4() {
        let sources = Sources::default();
        let id = |text: &str| sources.id(text.parse().expect("an address"));
        assert_eq!(id("2001:db8::1"), id("2001:db8::2"));
        assert_ne!(id("2001:db8::1"), id("2001:db8:0:1::1"));
        assert_eq!(id("::ffff:192.0.2.1"), id("192.0.2.1"));
        assert_ne!(id("192.0.2.2"), id("192.0.2.1"));
    }
}

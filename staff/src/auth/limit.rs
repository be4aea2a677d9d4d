//! How often somebody may try: each failure makes the next wait longer.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use pushcheck_store::{Digest, Ms};

/// Whose tries are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A visitor's: of IPv6 the network, which is one subscriber's.
    Address(IpAddr),
    /// A name's, whether it is a user's or nobody's; its digest, so that every name is as long.
    Name(String),
}

impl Key {
    pub(crate) fn address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let network = u128::from(v6) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(network))
            }
            v4 => v4,
        })
    }

    pub(crate) fn name(name: &str) -> Self {
        Self::Name(Digest::of(&name.to_lowercase()).as_str().to_owned())
    }

    /// How many tries are free, and the longest wait. A name's stays short: strangers must not lock somebody out.
    const fn bounds(&self) -> (u32, Ms) {
        match self {
            Self::Address(_) => (10, 15 * 60_000),
            Self::Name(_) => (5, 60_000),
        }
    }
}

/// The first wait; each one after it is twice as long.
const FIRST: Ms = 1_000;

/// After so long without a try all is forgotten.
const FORGOTTEN: Ms = 3_600_000;

/// How many keys are remembered; the one that has been quiet for longest makes room.
const MOST: usize = 8_192;

#[derive(Clone, Copy, Debug)]
struct Tries {
    count: u32,
    last: Ms,
    until: Ms,
}

/// The tries that have been made.
#[derive(Debug, Default)]
pub(crate) struct Limits(HashMap<Key, Tries>);

impl Limits {
    /// Counts a try of all those keys, before it is known how it ends: many at once are not one. Or says for how long to wait, ms.
    pub(crate) fn charge(&mut self, keys: &[Key], now: Ms) -> Result<(), Ms> {
        let wait = keys.iter().map(|key| self.wait(key, now)).max();
        match wait {
            Some(wait) if wait > 0 => return Err(wait),
            _ => {}
        }
        for key in keys {
            self.count(key, now);
        }
        Ok(())
    }

    /// The try ended well: the name's are forgotten, of the address's this one.
    pub(crate) fn absolve(&mut self, keys: &[Key]) {
        for key in keys {
            match (key, self.0.get_mut(key)) {
                (Key::Address(_), Some(tries)) if tries.count > 1 => {
                    tries.count -= 1;
                    tries.until = tries.last;
                }
                _ => {
                    self.0.remove(key);
                }
            }
        }
    }

    fn wait(&self, key: &Key, now: Ms) -> Ms {
        let (_, longest) = key.bounds();
        match self.0.get(key) {
            // A clock that was set back makes no wait longer.
            Some(tries) => (tries.until - now).clamp(0, longest),
            None => 0,
        }
    }

    fn count(&mut self, key: &Key, now: Ms) {
        let is_old = |tries: &Tries| (now - tries.last).abs() >= FORGOTTEN;
        if self.0.get(key).is_some_and(is_old) {
            self.0.remove(key);
        }
        if self.0.len() >= MOST && !self.0.contains_key(key) {
            self.0.retain(|_, tries| !is_old(tries));
            if self.0.len() >= MOST {
                let oldest = self.0.iter().min_by_key(|(_, tries)| tries.last);
                if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                    self.0.remove(&oldest);
                }
            }
        }
        let (free, longest) = key.bounds();
        let tries = self.0.entry(key.clone()).or_insert(Tries {
            count: 0,
            last: now,
            until: now,
        });
        tries.count = tries.count.saturating_add(1);
        tries.last = now;
        tries.until = now
            + match tries.count.checked_sub(free) {
                None => 0,
                Some(beyond) => (FIRST << beyond.min(20)).min(longest),
            };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(key: &Key, tries: usize) -> Vec<Ms> {
        let (mut limits, mut now, mut waits) = (Limits::default(), 1_000_000, Vec::new());
        for _ in 0..tries {
            let wait = limits.wait(key, now);
            now += wait;
            waits.push(wait);
            limits
                .charge(std::slice::from_ref(key), now)
                .expect("waited for");
        }
        waits
    }

    #[test]
    fn waits_grow_slowly_and_end() {
        let name = Key::name("ada");
        assert_eq!(
            waits(&name, 14),
            [
                0, 0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000
            ]
        );
        let address = waits(&Key::address([192, 0, 2, 1].into()), 40);
        assert_eq!(address[..11], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1_000]);
        assert_eq!(address[39], 15 * 60_000);
    }

    #[test]
    fn who_does_not_wait_is_not_counted_and_not_let_in() {
        let keys = [Key::name("ada")];
        let mut limits = Limits::default();
        for _ in 0..5 {
            limits.charge(&keys, 0).expect("free");
        }
        for now in [0, 500, 999] {
            assert_eq!(limits.charge(&keys, now), Err(1_000 - now));
        }
        assert_eq!(limits.charge(&keys, 1_000), Ok(()));
        assert_eq!(limits.charge(&keys, 1_000), Err(2_000));
    }

    #[test]
    fn one_key_is_enough_to_wait_for() {
        let (one, other) = (
            Key::address([192, 0, 2, 1].into()),
            Key::address([192, 0, 2, 2].into()),
        );
        let mut limits = Limits::default();
        for _ in 0..5 {
            limits
                .charge(&[one.clone(), Key::name("ada")], 0)
                .expect("free");
        }
        assert_eq!(
            limits.charge(&[other.clone(), Key::name("ADA")], 0),
            Err(1_000)
        );
        assert_eq!(limits.charge(&[other, Key::name("bob")], 0), Ok(()));
        assert_eq!(limits.charge(&[one, Key::name("bob")], 0), Ok(()));
    }

    #[test]
    fn what_ends_well_is_forgotten() {
        let keys = [Key::address([192, 0, 2, 1].into()), Key::name("ada")];
        let mut limits = Limits::default();
        for now in 0..1_000 {
            limits.charge(&keys, now).expect("never waits");
            limits.absolve(&keys);
        }
        // Whoever has a password of their own does not get tries at others' by it.
        for _ in 0..9 {
            let bob = [keys[0].clone(), Key::name("bob")];
            let _ = limits.charge(&bob[..1], 2_000);
        }
        limits.charge(&keys, 2_000).expect("the tenth");
        limits.absolve(&keys);
        limits.charge(&keys[..1], 2_000).expect("the tenth again");
        assert_eq!(limits.charge(&keys[..1], 2_000), Err(1_000));
    }

    #[test]
    fn an_hour_of_quiet_and_a_clock_set_back_forgive() {
        let keys = [Key::name("ada")];
        let mut limits = Limits::default();
        for _ in 0..5 {
            limits.charge(&keys, 10_000_000).expect("free");
        }
        assert_eq!(limits.charge(&keys, 0), Err(60_000));
        for _ in 0..5 {
            limits
                .charge(&keys, 10_000_000 + FORGOTTEN)
                .expect("free again");
        }
    }

    #[test]
    fn a_network_of_ipv6_is_one_and_the_table_has_an_end() {
        let address = |text: &str| Key::address(text.parse().expect("an address"));
        assert_eq!(address("2001:db8:0:1::1"), address("2001:db8:0:1:ffff::2"));
        assert_ne!(address("2001:db8:0:1::1"), address("2001:db8:0:2::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
        let mut limits = Limits::default();
        for n in 0..20_000_u32 {
            let _ = limits.charge(&[Key::Address(IpAddr::from(n.to_be_bytes()))], 0);
        }
        assert_eq!(limits.0.len(), MOST);
    }
}

//! Ports for programs that must be told theirs.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

use anyhow::{Result, bail};

/// Below those that systems give to whoever asks for any: between our look and the program's start nobody gets them by chance.
const FIRST: u16 = 20_000;

/// How many of them there are.
const COUNT: u16 = 12_000;

/// How many have been looked at, from a place of this process's own.
static LOOKED_AT: AtomicU16 = AtomicU16::new(0);

/// A port of 127.0.0.1 that nobody listens on and that is given to nobody else here.
///
/// # Errors
/// All are taken.
pub(crate) fn free() -> Result<u16> {
    // Whatever runs beside this process and also looks for ports begins elsewhere.
    let own = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or_default();
    for _ in 0..COUNT {
        let port = FIRST + (own + LOOKED_AT.fetch_add(1, Relaxed) % COUNT) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free on loopback")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_port_is_given_twice_or_while_somebody_listens() -> Result<()> {
        let next = free()? + 1;
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, next));
        let given = (0..50).map(|_| free()).collect::<Result<Vec<u16>>>()?;
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
        assert!(!given.contains(&next), "somebody listens there");
        assert!(given.iter().all(|port| *port < FIRST + COUNT));
        drop(taken);
        Ok(())
    }
}

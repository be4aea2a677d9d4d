//! A box's own count of what waits in it: what its sockets hold, by the kernel's word.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::lab::scenario::Gauge;

/// Between two looks.
const PACE: Duration = Duration::from_millis(4);

/// A box that is looked at for as long as the cell lives.
#[derive(Debug)]
pub(super) struct Reading(Arc<AtomicU64>);

impl Reading {
    /// Looks at the sockets of that process's network, from now on.
    pub(super) fn start(process: u32, gauge: Gauge) -> Self {
        let most = Arc::new(AtomicU64::new(0));
        let known = Arc::clone(&most);
        std::thread::spawn(move || {
            let files = ["tcp", "tcp6"].map(|file| format!("/proc/{process}/net/{file}"));
            loop {
                let texts = files
                    .iter()
                    .filter_map(|file| fs::read_to_string(file).ok());
                let waiting = texts.map(|text| waiting(&text, gauge)).sum();
                known.fetch_max(waiting, Relaxed);
                std::thread::sleep(PACE);
            }
        });
        Self(most)
    }

    /// The most that ever waited, bytes.
    pub(super) fn most(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What came from the server and was not read, and what was handed over for the client and not acknowledged (proc(5),
/// `/proc/net/tcp`).
fn waiting(text: &str, gauge: Gauge) -> u64 {
    let of_line = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let port = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
        let (local, remote) = (port(fields.next()?)?, port(fields.next()?)?);
        let (unsent, unread) = fields.nth(1)?.split_once(':')?;
        let bytes = |hex: &str| u64::from_str_radix(hex, 16).ok();
        match (local, remote) {
            (local, _) if local == gauge.client_port => bytes(unsent),
            (_, remote) if remote == gauge.server_port => bytes(unread),
            _ => None,
        }
    };
    text.lines().filter_map(of_line).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_client_and_from_the_server_is_added() {
        let text = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0200024D:0050 0201024D:D431 01 00010000:00000007 00:00000000 00000000     0        0 1
   1: 0100007F:9C40 0100007F:2253 01 00000009:00002000 00:00000000 00000000     0        0 2
   2: 0100007F:2253 0100007F:9C40 01 00005000:00000000 00:00000000 00000000     0        0 3
   3: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4
";
        let gauge = Gauge {
            r#box: 0,
            client_port: 80,
            server_port: 8787,
        };
        assert_eq!(waiting(text, gauge), 0x10000 + 0x2000);
    }
}

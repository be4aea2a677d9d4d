//! How long and how much is kept.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use pushcheck_store::{Ms, Place, Store};

use crate::clock::wall_ms;

/// How many reports are kept where nothing is durable anyway: the newest.
const IN_MEMORY: i64 = 64;

const DAY: Ms = 24 * 60 * 60 * 1000;

/// What is kept, where, and how long.
#[derive(Debug)]
pub(crate) struct Keeping {
    pub(crate) place: Place,
    days: u32,
    most_bytes: u64,
    /// What there is, as far as this node knows.
    bytes: AtomicU64,
}

impl Keeping {
    pub(crate) fn new(place: Place, days: u32, most_bytes: u64) -> Self {
        Self {
            place,
            days,
            most_bytes,
            bytes: AtomicU64::new(0),
        }
    }

    /// There is no room for more: what has been acknowledged is not thrown away for what has not.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.load(Relaxed) >= self.most_bytes
    }

    /// One more has been kept since there was a look.
    pub(crate) fn took(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// Forgets what is over its time, and looks how much there is.
    pub(crate) async fn sweep(&self, store: &Store) {
        let swept = async {
            let now = wall_ms();
            let before = now - DAY * Ms::from(self.days);
            store.forget(before).await?;
            store.forget_ended(now).await?;
            store.forget_audit(before).await?;
            store.forget_deliveries(before).await?;
            if self.place == Place::Memory {
                store.forget_beyond(IN_MEMORY).await?;
            }
            store.bytes().await
        };
        match swept.await {
            Ok(bytes) => {
                self.bytes.store(bytes, Relaxed);
                if self.is_full() {
                    tracing::error!(bytes, "the store is full: no more reports are taken");
                }
            }
            Err(error) => tracing::warn!(%error, "the store was not swept"),
        }
    }
}

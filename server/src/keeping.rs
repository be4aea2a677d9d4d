//! How long and how much is kept.

use std::sync::atomic::{AtomicBool, Ordering};

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
    full: AtomicBool,
}

impl Keeping {
    pub(crate) fn new(place: Place, days: u32, most_bytes: u64) -> Self {
        Self {
            place,
            days,
            most_bytes,
            full: AtomicBool::new(false),
        }
    }

    /// There is no room for more: what has been acknowledged is not thrown away for what has not.
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
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
                let full = bytes >= self.most_bytes;
                if full && !self.full.load(Ordering::Relaxed) {
                    tracing::error!(bytes, "the store is full: no more reports are taken");
                }
                self.full.store(full, Ordering::Relaxed);
            }
            Err(error) => tracing::warn!(%error, "the store was not swept"),
        }
    }
}

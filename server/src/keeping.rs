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

    /// There is no room for more: what has been acknowledged is not thrown away for what has not. `asked`: it comes by a link. Of
    /// what nobody asked for half as much is kept, so that strangers keep no customer out.
    pub(crate) fn is_full(&self, asked: bool) -> bool {
        let most = match asked {
            true => self.most_bytes,
            false => self.most_bytes / 2,
        };
        self.bytes.load(Relaxed) >= most
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
                if self.is_full(true) {
                    tracing::error!(bytes, "the store is full: no more reports are taken");
                }
            }
            Err(error) => tracing::warn!(%error, "the store was not swept"),
        }
    }
}

#[cfg(test)]
mod tests {
    use pushcheck_store::link::NewLink;
    use pushcheck_store::report::NewReport;
    use pushcheck_store::summary::Summary;

    use super::*;

    fn report<'a>(run: &str, body: &'a [u8]) -> NewReport<'a> {
        NewReport {
            body,
            summary: Summary {
                run: Some(run.to_owned()),
                ..Summary::default()
            },
            source: "page",
            intact: true,
            ticket: None,
            language: None,
            ledger: None,
        }
    }

    fn link(expires_at: Ms) -> NewLink {
        NewLink {
            ticket: "T".to_owned(),
            note: String::new(),
            language: None,
            asked: "{}".to_owned(),
            starts_itself: false,
            level: "support".to_owned(),
            runs: 1,
            expires_at,
            created_by: "ada".to_owned(),
            after_report: None,
            profile: None,
        }
    }

    #[tokio::test]
    async fn what_is_older_than_the_days_that_are_kept_is_forgotten() {
        let store = Store::open(&Place::Memory, 1).await.expect("a store");
        let keeping = Keeping::new(Place::Folder("x".into()), 3, 1_000);
        let now = wall_ms();
        // A minute to each side: the sweep has a clock of its own.
        let (old, young) = (now - 3 * DAY - 60_000, now - 3 * DAY + 60_000);
        let mut ids = Vec::new();
        for (run, at) in [("1", old), ("2", young)] {
            let kept = store.keep_report(&report(run, b"{}"), None, at).await;
            ids.push(kept.expect("kept").expect("open").id);
        }
        let mut links = Vec::new();
        for at in [old, young] {
            links.push(store.make_link(&link(at), old).await.expect("made").id);
        }
        keeping.sweep(&store).await;
        let mut there = Vec::new();
        for id in &ids {
            there.push(store.report(id).await.expect("read").is_some());
        }
        for id in &links {
            there.push(store.link(id).await.expect("read").is_some());
        }
        assert_eq!(there, [false, true, false, true]);
        assert_eq!(
            store.bytes().await.expect("counted"),
            2,
            "nothing of it stays"
        );
        let full = || [false, true].map(|asked| keeping.is_full(asked));
        assert_eq!(full(), [false, false]);
        keeping.took(497);
        assert_eq!(full(), [false, false]);
        keeping.took(1);
        assert_eq!(
            full(),
            [true, false],
            "what nobody asked for leaves the rest to who was"
        );
        keeping.took(500);
        assert_eq!(full(), [true, true]);
        keeping.sweep(&store).await;
        assert_eq!(full(), [false, false], "by what there is");
    }

    #[tokio::test]
    async fn where_nothing_is_durable_the_newest_are_kept() {
        let store = Store::open(&Place::Memory, 1).await.expect("a store");
        let keeping = Keeping::new(Place::Memory, 3, 1_000);
        let now = wall_ms();
        for n in 0..70_u8 {
            let (run, at) = (n.to_string(), now + i64::from(n));
            let kept = store.keep_report(&report(&run, b"{}"), None, at).await;
            kept.expect("kept").expect("open");
        }
        keeping.sweep(&store).await;
        assert_eq!(store.count_reports().await.expect("counted"), 64);
    }
}

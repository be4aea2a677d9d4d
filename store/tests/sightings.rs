//! What nodes saw is forgotten a while after a run's last word, and that there was something a while later.

mod common;

use common::each;
use pushcheck_store::Store;
use pushcheck_store::node::{Node, State};
use pushcheck_store::sighting::{Flush, Part, Seen};

const MINUTE: i64 = 60_000;

fn part(run: &str, instance: &str) -> Part {
    Part {
        run: run.to_owned(),
        instance: instance.to_owned(),
        evicted: 0,
        refused: 0,
        sure: true,
        doubted_by: "[]".to_owned(),
        forgotten: false,
    }
}

async fn flush(store: &Store, instance: &str, run: &str, n: i64, now: i64) {
    let flush = Flush {
        instance: instance.to_owned(),
        epoch: 1,
        seen_through: Some(now),
        parts: vec![part(run, instance)],
        sightings: vec![Seen {
            n,
            run: run.to_owned(),
            body: "{}".to_owned(),
        }],
        ..Flush::default()
    };
    assert!(store.flush(&flush, now).await.expect("flushed"));
}

#[tokio::test]
async fn sightings_go_with_the_last_word_of_any_node() {
    each(async |store| {
        for instance in ["a", "b"] {
            let node = Node {
                instance: instance.to_owned(),
                epoch: 1,
                started_at: 0,
                beat: 0,
                seen_through: 0,
                doubts: 0,
                state: State::Lives,
            };
            store.join(&node).await.expect("joined");
        }
        // One run that both saw, the later one minutes after; one that is over.
        flush(&store, "a", "long", 1, 0).await;
        flush(&store, "b", "long", 1, 14 * MINUTE).await;
        flush(&store, "a", "short", 2, 0).await;
        let count = async |run| store.count_sightings(run).await.expect("counted");
        let forget = async |now| {
            let (before, known) = (now - 15 * MINUTE, now - 60 * MINUTE);
            store
                .forget_sightings(before, known)
                .await
                .expect("forgotten")
        };
        let parts = async |run| {
            let parts = store.parts(run).await.expect("read");
            parts.iter().map(|part| part.forgotten).collect::<Vec<_>>()
        };
        assert_eq!(forget(15 * MINUTE).await, 0, "not before its time is over");
        assert_eq!(forget(15 * MINUTE + 1).await, 1);
        assert_eq!((count("long").await, count("short").await), (2, 0));
        assert_eq!(
            (parts("long").await, parts("short").await),
            (vec![false; 2], vec![true])
        );
        assert_eq!(forget(29 * MINUTE + 1).await, 2, "of both nodes");
        assert_eq!(parts("long").await, [true; 2]);
        assert_eq!(forget(60 * MINUTE).await, 0);
        assert_eq!(parts("short").await, [true], "that it was there is known");
        forget(60 * MINUTE + 1).await;
        assert_eq!(parts("short").await, [false; 0]);
        assert_eq!(
            parts("long").await.len(),
            1,
            "each node's by its own last word"
        );
        forget(74 * MINUTE + 1).await;
        assert_eq!(parts("long").await, [false; 0]);
    })
    .await;
}

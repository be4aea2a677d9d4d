//! What strangers leave where nodes share a store: few things, not for long, and nothing twice.

mod common;

use common::each;
use pushcheck_store::Store;
use pushcheck_store::shelf::{Named, Part, Room, Step};

const ROOM: Room = Room {
    shelf: "here",
    most: 4,
    most_of_source: 3,
    most_bytes: 100,
    keep: 1_000,
};

const DONE: Room = Room {
    shelf: "done",
    ..ROOM
};

const fn of<'a>(name: &'a str, source: &'a str) -> Named<'a> {
    Named { name, source }
}

/// Which of these lie there; it uses those that do.
async fn there(store: &Store, room: &Room, names: &[&'static str], now: i64) -> Vec<&'static str> {
    let mut all = Vec::new();
    for name in names {
        if store.look(room, name, now).await.expect("read").is_some() {
            all.push(*name);
        }
    }
    all
}

#[tokio::test]
async fn what_is_left_is_there_for_a_while_and_longer_where_it_is_used() {
    each(async |store| {
        assert_eq!(store.look(&ROOM, "a", 1).await.expect("read"), None);
        for (value, now) in [("one", 1), ("two", 2)] {
            assert!(
                store
                    .leave(&ROOM, of("a", "x"), value, now)
                    .await
                    .expect("left")
            );
        }
        store
            .leave(&ROOM, of("b", "x"), "three", 2)
            .await
            .expect("left");
        let look = async |name, now| store.look(&ROOM, name, now).await.expect("read");
        assert_eq!(look("a", 900).await.as_deref(), Some("two"));
        assert_eq!(
            store.look(&DONE, "a", 900).await.expect("read"),
            None,
            "another shelf"
        );
        assert_eq!(look("b", 1_003).await, None, "over its time");
        assert_eq!(
            look("a", 1_900).await.as_deref(),
            Some("two"),
            "it was used"
        );
        store.sweep_shelf(&ROOM, 2_901).await.expect("swept");
        assert_eq!(look("a", 1_901).await, None, "it is gone");
    })
    .await;
}

#[tokio::test]
async fn who_leaves_too_much_loses_their_own_first() {
    each(async |store| {
        let leave = async |name, source, now| {
            let left = store.leave(&ROOM, of(name, source), "v", now).await;
            assert!(left.expect("left"));
        };
        for (name, source, now) in [
            ("1", "y", 1),
            ("2", "x", 2),
            ("3", "x", 3),
            ("4", "x", 4),
            ("5", "x", 5),
        ] {
            leave(name, source, now).await;
        }
        let names = ["1", "2", "3", "4", "5", "6"];
        assert_eq!(
            there(&store, &ROOM, &names, 6).await,
            ["1", "3", "4", "5"],
            "three of one source"
        );
        store.look(&ROOM, "1", 7).await.expect("used");
        leave("6", "z", 8).await;
        assert_eq!(
            there(&store, &ROOM, &names, 9).await,
            ["1", "4", "5", "6"],
            "four in all"
        );
    })
    .await;
}

#[tokio::test]
async fn one_source_does_not_fill_the_shelf() {
    each(async |store| {
        for (name, now) in [("1", 1), ("2", 2), ("3", 3), ("4", 4)] {
            let left = store.leave(&ROOM, of(name, "x"), "v", now).await;
            assert!(left.expect("left"));
        }
        assert_eq!(
            there(&store, &ROOM, &["1", "2", "3", "4"], 5).await,
            ["2", "3", "4"]
        );
    })
    .await;
}

#[tokio::test]
async fn bytes_are_bounded_and_what_cannot_be_kept_drives_nothing_out() {
    each(async |store| {
        let leave = async |name, bytes: usize, now| {
            let value = "v".repeat(bytes);
            let left = store.leave(&ROOM, of(name, name), &value, now).await;
            left.expect("left")
        };
        assert!(leave("a", 60, 1).await && leave("a", 60, 2).await && leave("b", 40, 3).await);
        assert_eq!(there(&store, &ROOM, &["a", "b"], 3).await, ["a", "b"]);
        assert!(leave("c", 41, 4).await);
        assert_eq!(there(&store, &ROOM, &["a", "b", "c"], 4).await, ["b", "c"]);
        assert!(!leave("d", 101, 5).await && !leave("b", 101, 5).await);
        assert_eq!(there(&store, &ROOM, &["b", "c", "d"], 5).await, ["b", "c"]);
        let none = Room {
            most_of_source: 0,
            ..ROOM
        };
        assert!(
            !store
                .leave(&none, of("e", "e"), "v", 6)
                .await
                .expect("asked")
        );
    })
    .await;
}

async fn part(store: &Store, name: &str, n: i64, of_: i64, value: &str, now: i64) -> Step {
    let part = Part { n, of: of_, value };
    let left = store.leave_part([&ROOM, &DONE], of(name, name), part, now);
    left.await.expect("left")
}

#[tokio::test]
async fn parts_come_in_any_order_and_again() {
    each(async |store| {
        let add = async |n, of, value| part(&store, "a", n, of, value, 10).await;
        assert_eq!(add(3, 3, "c").await, Step::More);
        assert_eq!(add(3, 3, "c").await, Step::More);
        assert_eq!(add(3, 3, "x").await, Step::OtherPart);
        assert_eq!(add(1, 2, "a").await, Step::OtherCount);
        assert_eq!(add(1, 3, "a").await, Step::More);
        let whole = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(add(2, 3, "b").await, Step::Whole(whole.clone()));
        assert_eq!(
            add(1, 3, "a").await,
            Step::Whole(whole),
            "as long as nobody has finished it"
        );
        let finish = async |outcome| {
            let done = store
                .finish([&ROOM, &DONE], of("a", "a"), outcome, 20)
                .await;
            done.expect("finished")
        };
        assert_eq!(finish("first").await, "first");
        assert_eq!(finish("second").await, "first", "the first counts");
        assert_eq!(add(2, 3, "b").await, Step::Known("first".to_owned()));
        assert_eq!(
            store.look(&ROOM, "a", 20).await.expect("read"),
            None,
            "its parts are gone"
        );
    })
    .await;
}

#[tokio::test]
async fn what_does_not_become_whole_does_not_stay() {
    each(async |store| {
        let add = async |name, n, now| part(&store, name, n, 2, "v", now).await;
        assert_eq!(add("a", 1, 1).await, Step::More);
        assert_eq!(add("b", 1, 1).await, Step::More);
        assert_eq!(
            add("a", 1, 500).await,
            Step::More,
            "nothing new: no longer life"
        );
        assert!(matches!(add("b", 2, 1_001).await, Step::Whole(_)));
        assert_eq!(
            add("a", 2, 1_002).await,
            Step::More,
            "its first part was over its time"
        );
        for (n, name) in ["c", "d", "e", "f", "g"].into_iter().enumerate() {
            let now = 1_100 + i64::try_from(n).expect("few");
            assert_eq!(add(name, 1, now).await, Step::More);
        }
        assert_eq!(add("c", 2, 1_200).await, Step::More, "there were too many");
        assert!(matches!(add("g", 2, 1_200).await, Step::Whole(_)));
        let none = Room { most: 0, ..ROOM };
        let part = Part {
            n: 1,
            of: 1,
            value: "v",
        };
        let left = store.leave_part([&none, &DONE], of("z", "z"), part, 1_200);
        assert_eq!(left.await.expect("asked"), Step::NoRoom);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parts_that_come_at_once_one_is_the_last() {
    each(async |store| {
        for upload in ["a", "b", "c"] {
            let mut adding = tokio::task::JoinSet::new();
            for n in 1..=6 {
                let store = store.clone();
                adding.spawn(async move { part(&store, upload, n, 6, &n.to_string(), 1).await });
            }
            let steps = adding.join_all().await;
            let whole = steps.iter().filter(|step| matches!(step, Step::Whole(_)));
            assert_eq!(whole.count(), 1, "{steps:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn all_have_one_key() {
    each(async |store| {
        let one = store.sources_key().await.expect("a key");
        assert_eq!(store.sources_key().await.expect("a key"), one);
    })
    .await;
}

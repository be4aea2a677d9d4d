//! What is kept is there, once, and whole.

mod common;

use common::{each, new_link, of_page, report};
use pushcheck_store::report::NewReport;

#[tokio::test]
async fn the_same_report_is_kept_once() {
    each(async |store| {
        let body = report(1);
        let one = store
            .keep_report(&of_page(&body), None, 10)
            .await
            .expect("kept")
            .expect("open");
        assert!(!one.again);
        let two = store
            .keep_report(&of_page(&body), None, 20)
            .await
            .expect("kept")
            .expect("open");
        assert_eq!(
            (&two.id, &two.number, two.again),
            (&one.id, &one.number, true)
        );
        let other = store
            .keep_report(&of_page(&report(2)), None, 20)
            .await
            .expect("kept")
            .expect("open");
        assert_ne!(other.id, one.id);
        assert_ne!(other.number, one.number);
        let bodies = store.bodies(&one.id).await.expect("read");
        assert_eq!(bodies.len(), 1);
        assert_eq!(
            (bodies[0].bytes.as_slice(), bodies[0].arrived_at),
            (body.as_slice(), 10)
        );
    })
    .await;
}

#[tokio::test]
async fn another_text_of_the_same_run_is_kept_beside_and_shown() {
    each(async |store| {
        let (first, mut second) = (report(1), report(1));
        second.push(b'\n');
        let one = store
            .keep_report(&of_page(&first), None, 10)
            .await
            .expect("kept")
            .expect("open");
        // By the clock of another node, which is behind.
        let two = store
            .keep_report(&of_page(&second), None, 5)
            .await
            .expect("kept")
            .expect("open");
        assert_eq!((one.id.clone(), false), (two.id, two.again));
        let bodies = store.bodies(&one.id).await.expect("read");
        let texts: Vec<&[u8]> = bodies.iter().map(|body| body.bytes.as_slice()).collect();
        assert_eq!(texts, [&second[..], &first[..]]);
        for n in 0..4 {
            second.push(b' ');
            store
                .keep_report(&of_page(&second), None, 30 + n)
                .await
                .expect("kept")
                .expect("open");
        }
        second.push(b' ');
        assert!(
            store
                .keep_report(&of_page(&second), None, 40)
                .await
                .is_err(),
            "not for ever"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_text_comes_back_to_the_byte() {
    each(async |store| {
        for body in [
            &b"\xff\xfe\x00{"[..],
            b"a\0b",
            "é\u{10ffff}".as_bytes(),
            b"",
        ] {
            let kept = store
                .keep_report(&of_page(body), None, 1)
                .await
                .expect("kept")
                .expect("open");
            assert_eq!(store.bodies(&kept.id).await.expect("read")[0].bytes, body);
        }
    })
    .await;
}

#[tokio::test]
async fn the_newest_stay_also_where_many_came_at_once() {
    each(async |store| {
        for n in 0..5 {
            let kept = store
                .keep_report(&of_page(&report(n)), None, i64::from(n / 4))
                .await;
            kept.expect("kept").expect("open");
        }
        store.forget_beyond(2).await.expect("forgotten");
        assert_eq!(store.count_reports().await.expect("counted"), 2);
        assert_eq!(
            store.bytes().await.expect("counted"),
            2 * report(0).len() as u64
        );
    })
    .await;
}

#[tokio::test]
async fn what_the_servers_saw_takes_room_too() {
    each(async |store| {
        let body = report(1);
        let new = NewReport {
            ledger: Some("{\"sightings\": [\"é\"]}"),
            ..of_page(&body)
        };
        let kept = store.keep_report(&new, None, 10).await;
        kept.expect("kept").expect("open");
        assert_eq!(
            store.bytes().await.expect("counted"),
            body.len() as u64 + 21
        );
    })
    .await;
}

#[tokio::test]
async fn old_reports_and_links_are_forgotten() {
    each(async |store| {
        let link = store.make_link(&new_link(), 100).await.expect("made");
        let old = store
            .keep_report(&of_page(&report(1)), None, 10)
            .await
            .expect("kept")
            .expect("open");
        let young = store
            .keep_report(&of_page(&report(2)), None, 2_000)
            .await
            .expect("kept")
            .expect("open");
        assert_eq!(store.forget(1_500).await.expect("forgotten"), 1);
        assert_eq!(store.report(&old.id).await.expect("read"), None);
        assert!(store.bodies(&old.id).await.expect("read").is_empty());
        assert!(store.report(&young.id).await.expect("read").is_some());
        assert_eq!(store.link(&link.id).await.expect("read"), None);
    })
    .await;
}

#[tokio::test]
async fn a_folder_keeps_when_it_is_opened_again() {
    let folder = common::folder("again");
    let place = pushcheck_store::Place::Folder(folder.clone());
    let store = pushcheck_store::Store::open(&place, 1)
        .await
        .expect("opens");
    let kept = store
        .keep_report(&of_page(&report(1)), None, 10)
        .await
        .expect("kept")
        .expect("open");
    store.close().await;
    let store = pushcheck_store::Store::open(&place, 2)
        .await
        .expect("opens");
    assert!(store.report(&kept.id).await.expect("read").is_some());
    store.close().await;
    std::fs::remove_dir_all(folder).expect("removed");
}

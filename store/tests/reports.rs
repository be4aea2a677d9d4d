//! What is kept is there, once, and whole.

mod common;

use common::{each, new_link, report};
use pushcheck_store::Id;
use pushcheck_store::link::{Closed, State, Word};
use pushcheck_store::report::NewReport;
use pushcheck_store::summary::Summary;

fn new(body: &[u8]) -> NewReport<'_> {
    NewReport {
        body,
        summary: serde_json::from_slice(body)
            .map(|body| Summary::of(&body))
            .unwrap_or_default(),
        source: "page",
        intact: true,
        ticket: None,
        language: None,
        ledger: None,
    }
}

#[tokio::test]
async fn the_same_report_is_kept_once() {
    each(async |store| {
        let body = report(1);
        let one = store
            .keep_report(&new(&body), None, 10)
            .await
            .expect("kept")
            .expect("open");
        assert!(!one.again);
        let two = store
            .keep_report(&new(&body), None, 20)
            .await
            .expect("kept")
            .expect("open");
        assert_eq!(
            (&two.id, &two.number, two.again),
            (&one.id, &one.number, true)
        );
        let other = store
            .keep_report(&new(&report(2)), None, 20)
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
            .keep_report(&new(&first), None, 10)
            .await
            .expect("kept")
            .expect("open");
        let two = store
            .keep_report(&new(&second), None, 20)
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
                .keep_report(&new(&second), None, 30 + n)
                .await
                .expect("kept")
                .expect("open");
        }
        second.push(b' ');
        assert!(
            store.keep_report(&new(&second), None, 40).await.is_err(),
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
                .keep_report(&new(body), None, 1)
                .await
                .expect("kept")
                .expect("open");
            assert_eq!(store.bodies(&kept.id).await.expect("read")[0].bytes, body);
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_is_open_as_long_as_it_says() {
    each(async |store| {
        let link = store.make_link(&new_link(), 100).await.expect("made");
        let token: Id = link.token.parse().expect("a token");
        let hear = async |word, now| store.hear(&token, word, now).await.expect("heard");
        assert_eq!(link.state(100), State::Sent);
        assert_eq!(hear(None, 110).await.expect("open").state(110), State::Sent);
        assert_eq!(
            hear(Some(Word::Opened), 120)
                .await
                .expect("open")
                .state(120),
            State::Opened
        );
        let (one, two, three) = ("1".repeat(32), "2".repeat(32), "3".repeat(32));
        assert_eq!(
            hear(Some(Word::Running(&one)), 130)
                .await
                .expect("open")
                .state(130),
            State::Running
        );
        assert_eq!(
            hear(Some(Word::BrokenOff(&one)), 140)
                .await
                .expect("open")
                .state(140),
            State::BrokenOff
        );
        assert_eq!(
            hear(Some(Word::Running(&two)), 150)
                .await
                .expect("open")
                .runs_left(),
            0
        );
        assert_eq!(
            hear(Some(Word::Running(&three)), 160).await,
            Err(Closed::UsedUp)
        );
        assert_eq!(hear(None, 160).await, Err(Closed::UsedUp));
        assert_eq!(
            hear(Some(Word::Running(&two)), 170)
                .await
                .expect("its own run")
                .runs_left(),
            0
        );
        assert_eq!(hear(None, 1_000).await, Err(Closed::Expired));
        assert_eq!(
            store
                .hear(&Id::new().expect("an id"), None, 1)
                .await
                .expect("heard"),
            Err(Closed::Unknown)
        );
        assert!(store.revoke_link(&link.id, 200).await.expect("revoked"));
        assert_eq!(
            hear(Some(Word::Running(&two)), 210).await,
            Err(Closed::Revoked)
        );
    })
    .await;
}

#[tokio::test]
async fn a_report_of_a_link_is_its_report() {
    each(async |store| {
        let link = store.make_link(&new_link(), 100).await.expect("made");
        let token: Id = link.token.parse().expect("a token");
        let body = report(1);
        let taken = store
            .keep_report(&new(&body), Some(&token), 200)
            .await
            .expect("kept")
            .expect("open");
        let kept = store.report(&taken.id).await.expect("read").expect("there");
        assert_eq!(
            (kept.ticket.as_deref(), kept.link.as_deref()),
            (Some("ACME-4711"), Some(link.id.as_str()))
        );
        let link = store.link(&link.id).await.expect("read").expect("there");
        assert_eq!(
            (link.state(2_000), link.reports.as_slice()),
            (State::Arrived, &[taken.id.clone()][..])
        );
        // Acknowledged once, asked about again after the link's end.
        let again = store
            .keep_report(&new(&body), Some(&token), 5_000)
            .await
            .expect("kept")
            .expect("known");
        assert_eq!((again.id, again.again), (taken.id, true));
        let late = store
            .keep_report(&new(&report(2)), Some(&token), 5_000)
            .await
            .expect("asked");
        assert_eq!(late, Err(Closed::Expired));
        let other = store
            .keep_report(&new(&body), None, 300)
            .await
            .expect("kept")
            .expect("open");
        assert_ne!(
            other.number, taken.number,
            "without the link it is somebody else's"
        );
    })
    .await;
}

#[tokio::test]
async fn old_reports_and_links_are_forgotten() {
    each(async |store| {
        let link = store.make_link(&new_link(), 100).await.expect("made");
        let old = store
            .keep_report(&new(&report(1)), None, 10)
            .await
            .expect("kept")
            .expect("open");
        let young = store
            .keep_report(&new(&report(2)), None, 2_000)
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
        .keep_report(&new(&report(1)), None, 10)
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

//! A link takes as many reports as it is for, while it is open, and no others.

mod common;

use common::{each, new_link, of_page, report};
use pushcheck_store::Id;
use pushcheck_store::link::{Closed, State, Word};

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
        let last = hear(Some(Word::Running(&two)), 150).await.expect("open");
        assert_eq!((last.runs_left(), last.may_begin()), (0, 1));
        let named = |link: &pushcheck_store::link::Link| {
            let runs = link.begun.iter().map(|one| one.run.clone());
            runs.collect::<Vec<_>>()
        };
        // Whoever has lost the last one's page goes on: another takes its place.
        let again = hear(Some(Word::Running(&three)), 160).await.expect("open");
        assert_eq!(named(&again), [one.clone(), three.clone()]);
        assert_eq!(
            (again.state(160), again.begun[1].began_at),
            (State::Running, 160)
        );
        let late = hear(Some(Word::BrokenOff(&two)), 165).await.expect("heard");
        assert_eq!(
            (named(&late), late.state(165)),
            (named(&again), State::Running)
        );
        let its_own = hear(Some(Word::Running(&three)), 170).await.expect("open");
        assert_eq!(
            (named(&its_own), its_own.begun[1].began_at),
            (named(&again), 160)
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
            hear(Some(Word::Running(&three)), 210).await,
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
            .keep_report(&of_page(&body), Some(&token), 200)
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
            .keep_report(&of_page(&body), Some(&token), 5_000)
            .await
            .expect("kept")
            .expect("known");
        assert_eq!((again.id, again.again), (taken.id, true));
        let late = store
            .keep_report(&of_page(&report(2)), Some(&token), 5_000)
            .await
            .expect("asked");
        assert_eq!(late, Err(Closed::Expired));
        let other = store
            .keep_report(&of_page(&body), None, 300)
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

/// A report that leaves without its run's name, as the narrowest level does.
fn nameless(n: u8) -> Vec<u8> {
    format!("{{\"result\":\"passed\",\"n\":{n}}}").into_bytes()
}

#[tokio::test]
async fn as_many_reports_come_as_a_link_is_for() {
    each(async |store| {
        let link = store.make_link(&new_link(), 100).await.expect("made");
        let token: Id = link.token.parse().expect("a token");
        let send = async |body: &[u8], now| {
            let kept = store.keep_report(&of_page(body), Some(&token), now).await;
            kept.expect("kept").map(|taken| taken.again)
        };
        let hear = async |word, now| store.hear(&token, word, now).await.expect("heard");
        let (one, two) = (format!("{:032x}", 1), format!("{:032x}", 2));
        hear(Some(Word::Running(&one)), 110).await.expect("open");
        hear(Some(Word::Running(&two)), 120).await.expect("open");
        // One that does not name its run is one of those that began.
        assert_eq!(send(&nameless(1), 130).await, Ok(false));
        let link = hear(None, 140).await.expect("one is awaited");
        assert_eq!((link.came, link.runs_left(), link.may_begin()), (1, 0, 1));
        let reported: Vec<_> = link.begun.iter().map(|run| run.reported_at).collect();
        assert_eq!(reported, [None, Some(130)]);
        assert_eq!(send(&nameless(2), 150).await, Ok(false));
        assert_eq!(hear(None, 160).await, Err(Closed::UsedUp));
        assert_eq!(hear(Some(Word::Opened), 160).await, Err(Closed::UsedUp));
        let three = "3".repeat(32);
        assert_eq!(
            hear(Some(Word::Running(&three)), 160).await,
            Err(Closed::UsedUp)
        );
        assert_eq!(send(&nameless(3), 170).await, Err(Closed::UsedUp));
        assert_eq!(send(&report(3), 170).await, Err(Closed::UsedUp));
        assert_eq!(
            send(&nameless(1), 170).await,
            Ok(true),
            "it had been acknowledged"
        );
        // The same run at a level that names it.
        assert_eq!(send(&report(2), 170).await, Ok(false));

        // Pages whose words were lost come to no more.
        let link = store.make_link(&new_link(), 100).await.expect("made");
        let token: Id = link.token.parse().expect("a token");
        let send = async |body: &[u8]| {
            let kept = store.keep_report(&of_page(body), Some(&token), 200).await;
            kept.expect("kept").map(|taken| taken.again)
        };
        assert_eq!(send(&nameless(1)).await, Ok(false));
        assert_eq!(send(&report(1)).await, Ok(false));
        assert_eq!(send(&nameless(2)).await, Err(Closed::UsedUp));
        assert_eq!(send(&report(2)).await, Err(Closed::UsedUp));
    })
    .await;
}

#[tokio::test]
async fn what_began_and_was_replaced_may_still_be_the_one_that_comes() {
    each(async |store| {
        let once = pushcheck_store::link::NewLink {
            runs: 1,
            ..new_link()
        };
        let link = store.make_link(&once, 100).await.expect("made");
        let token: Id = link.token.parse().expect("a token");
        let (one, two) = (format!("{:032x}", 1), format!("{:032x}", 2));
        for (run, now) in [(&one, 110), (&two, 120)] {
            let heard = store.hear(&token, Some(Word::Running(run)), now).await;
            heard.expect("heard").expect("open");
        }
        let send = async |n| {
            let kept = store
                .keep_report(&of_page(&report(n)), Some(&token), 130)
                .await;
            kept.expect("kept").map(|taken| taken.again)
        };
        assert_eq!(send(1).await, Ok(false));
        assert_eq!(
            send(2).await,
            Err(Closed::UsedUp),
            "one report was asked for"
        );
        let link = store.link(&link.id).await.expect("read").expect("there");
        assert_eq!(
            (link.begun.len(), link.begun[0].run.as_str()),
            (1, one.as_str())
        );
    })
    .await;
}

#[tokio::test]
async fn what_came_and_was_deleted_has_come() {
    each(async |store| {
        let link = store.make_link(&new_link(), 100).await.expect("made");
        let token: Id = link.token.parse().expect("a token");
        let run = format!("{:032x}", 1);
        let heard = store.hear(&token, Some(Word::Running(&run)), 110).await;
        heard.expect("heard").expect("open");
        let taken = store
            .keep_report(&of_page(&report(1)), Some(&token), 120)
            .await
            .expect("kept")
            .expect("open");
        assert!(store.delete_report(&taken.id).await.expect("deleted"));
        let link = store.link(&link.id).await.expect("read").expect("there");
        assert_eq!(
            (link.state(130), link.reports.len(), link.came),
            (State::Arrived, 0, 1)
        );
        let asked = |state| pushcheck_store::search::Links {
            q: None,
            state: Some(state),
        };
        for (state, count) in [
            (State::Arrived, 1),
            (State::Running, 0),
            (State::Expired, 0),
        ] {
            for now in [130, 5_000] {
                let listed = store
                    .links(&asked(state), None, 10, now)
                    .await
                    .expect("listed");
                assert_eq!(listed.len(), count, "{state:?} at {now}");
                assert!(
                    listed
                        .iter()
                        .all(|one| one.state(now) == state && one.came == 1)
                );
            }
        }
        assert_eq!(link.runs_left(), 1, "its place is not free again");
    })
    .await;
}

#[tokio::test]
async fn a_link_that_has_ended_takes_no_other_text() {
    each(async |store| {
        let link = store.make_link(&new_link(), 100).await.expect("made");
        let token: Id = link.token.parse().expect("a token");
        let (body, mut other) = (report(1), report(1));
        other.push(b'\n');
        let send = async |body: &[u8], now| {
            let kept = store.keep_report(&of_page(body), Some(&token), now).await;
            kept.expect("kept").map(|taken| (taken.id, taken.again))
        };
        let (id, again) = send(&body, 200).await.expect("open");
        assert!(!again);
        assert_eq!(send(&other, 1_000).await, Err(Closed::Expired));
        store.revoke_link(&link.id, 300).await.expect("revoked");
        assert_eq!(send(&other, 310).await, Err(Closed::Revoked));
        assert_eq!(send(&body, 310).await, Ok((id.clone(), true)));
        assert_eq!(store.bodies(&id).await.expect("read").len(), 1);
    })
    .await;
}

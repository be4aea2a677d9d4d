//! What the inbox asks the store, of each engine that is there.

mod common;

use common::{each, new_link, report};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use pushcheck_store::changes::{Cursor, LOOK_BACK, What};
use pushcheck_store::link::{NewLink, State, Word};
use pushcheck_store::mark::Mark;
use pushcheck_store::report::NewReport;
use pushcheck_store::search::{Before, Links, Marked, Reports};
use pushcheck_store::summary::Summary;
use pushcheck_store::{Id, Store};

const STATES: [State; 7] = [
    State::Sent,
    State::Opened,
    State::Running,
    State::Arrived,
    State::BrokenOff,
    State::Expired,
    State::Revoked,
];

async fn keep(store: &Store, body: &[u8], token: Option<&str>, now: i64) -> String {
    let new = NewReport {
        body,
        summary: Summary::of(&serde_json::from_slice(body).expect("JSON")),
        source: "page",
        intact: true,
        ticket: Some("T_1"),
        language: None,
        ledger: None,
    };
    let token = token.map(|token| token.parse::<Id>().expect("a token"));
    let kept = store.keep_report(&new, token.as_ref(), now).await;
    kept.expect("kept").expect("open").id
}

/// Whatever has become of a link: the engine finds it by the state that is shown.
#[tokio::test]
async fn a_link_is_found_by_the_state_that_it_shows() {
    let story = proptest::collection::vec((0_u8..6, 1_i64..1_500_000), 0..6);
    let mut runner = TestRunner::deterministic();
    let mut stories = Vec::new();
    for _ in 0..120 {
        stories.push(story.new_tree(&mut runner).expect("a story").current());
    }
    each(async |store| {
        let mut seen = std::collections::HashSet::new();
        for (n, story) in stories.iter().enumerate() {
            let asked = NewLink {
                expires_at: 4_000_000,
                ..new_link()
            };
            let link = store.make_link(&asked, 1).await.expect("made");
            let token: Id = link.token.parse().expect("a token");
            let mut now = 1;
            let run = format!("{:032x}", n * 2);
            let other = format!("{:032x}", n * 2 + 1);
            for (what, wait) in story {
                now += wait;
                let word = match what {
                    0 => Word::Opened,
                    1 => Word::Running(&run),
                    2 => Word::BrokenOff(&run),
                    3 => Word::Running(&other),
                    4 => {
                        store.revoke_link(&link.id, now).await.expect("revoked");
                        continue;
                    }
                    _ => {
                        let body = format!("{{\"run\":{{\"id\":\"{run}\"}}}}");
                        let new = NewReport {
                            body: body.as_bytes(),
                            summary: Summary::of(&serde_json::from_str(&body).expect("JSON")),
                            source: "link",
                            intact: false,
                            ticket: None,
                            language: None,
                            ledger: None,
                        };
                        let _ = store
                            .keep_report(&new, Some(&token), now)
                            .await
                            .expect("heard");
                        continue;
                    }
                };
                let _ = store.hear(&token, Some(word), now).await.expect("heard");
            }
            for later in [0, 1_799_999, 1_800_000, 5_000_000] {
                let at = now + later;
                let is = store
                    .link(&link.id)
                    .await
                    .expect("read")
                    .expect("there")
                    .state(at);
                seen.insert(format!("{is:?}"));
                for state in STATES {
                    let asked = Links {
                        q: None,
                        state: Some(state),
                    };
                    let found = store.links(&asked, None, 1_000, at).await.expect("read");
                    let here = found.iter().any(|one| one.id == link.id);
                    assert_eq!(here, state == is, "{state:?} {is:?} after {story:?}");
                }
            }
            let same = store
                .links_of(std::slice::from_ref(&link.id))
                .await
                .expect("read");
            assert_eq!(
                same,
                [store.link(&link.id).await.expect("read").expect("there")]
            );
            // Few at a time: each is looked for among all.
            store.forget(4_000_001).await.expect("forgotten");
        }
        assert_eq!(seen.len(), STATES.len(), "{seen:?}");
    })
    .await;
}

#[tokio::test]
async fn reports_are_searched_and_paged() {
    each(async |store| {
        let mut ids = Vec::new();
        for n in 0..7 {
            ids.push(keep(&store, &report(n), None, i64::from(n / 3)).await);
        }
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let some = store
                .reports(&Reports::default(), before.as_ref(), 3)
                .await
                .expect("read");
            let Some(last) = some.last() else { break };
            before = Some(Before {
                at: last.kept.arrived_at,
                id: last.kept.id.clone(),
            });
            seen.extend(some.into_iter().map(|line| line.kept.id));
        }
        let mut all = seen.clone();
        all.sort();
        ids.sort();
        assert_eq!(all, ids);
        for (q, n) in [
            ("t_1", 7),
            ("T_1 PASSED", 7),
            ("t%1", 0),
            ("t!1", 0),
            ("'", 0),
            ("", 7),
        ] {
            let asked = Reports {
                q: Some(q.to_owned()),
                ..Reports::default()
            };
            assert_eq!(
                store.reports(&asked, None, 10).await.expect("read").len(),
                n,
                "{q}"
            );
        }
        assert_eq!(store.lines(&[]).await.expect("read"), []);
        assert_eq!(store.lines(&ids[..2]).await.expect("read").len(), 2);
    })
    .await;
}

#[tokio::test]
async fn marks_causes_and_runs_are_counted_and_go_with_their_report() {
    each(async |store| {
        let body = br#"{"run":{"id":"0000000000000000000000000000000a"},"methods":[{"method":"polling","verdict":"passed"}],
            "findings":[{"id":"f1","code":"slow","severity":"blocking"},{"id":"f2","code":"cut","severity":"blocking","foldedUnder":"f1"}]}"#;
        let id = keep(&store, body, None, 10).await;
        keep(&store, &report(1), None, 20).await;
        let mark = |verdict: &str, at| Mark {
            finding: "f1".to_owned(),
            code: "slow".to_owned(),
            verdict: verdict.to_owned(),
            note: "é".to_owned(),
            who: "ada".to_owned(),
            at,
        };
        assert!(store.mark(&id, &mark("wrong", 30)).await.expect("marked"));
        assert!(store.mark(&id, &mark("right", 40)).await.expect("marked"));
        assert!(!store.mark("x", &mark("right", 40)).await.expect("asked"));
        assert_eq!(store.marks(&id).await.expect("read"), [mark("right", 40)]);
        assert_eq!(store.marks_before(&id).await.expect("read"), [mark("wrong", 30)]);
        for (asked, n) in [
            (Reports { mark: Some(Marked::Any), ..Reports::default() }, 1),
            (Reports { mark: Some(Marked::As("right".to_owned())), ..Reports::default() }, 1),
            (Reports { mark: Some(Marked::As("wrong".to_owned())), ..Reports::default() }, 0),
            (Reports { cause: Some("cut".to_owned()), ..Reports::default() }, 1),
            (Reports { cause: Some("sl".to_owned()), ..Reports::default() }, 0),
        ] {
            let found = store.reports(&asked, None, 10).await.expect("read");
            assert_eq!(found.len(), n, "{asked:?}");
            assert!(found.iter().all(|line| line.marks == 1));
        }
        let runs = store.runs(0, 10).await.expect("read");
        assert_eq!(runs.len(), 2);
        assert_eq!((runs[0].arrived_at, runs[0].counted.found.len()), (20, 0));
        let found: Vec<_> = runs[1].counted.found.iter().map(|one| (one.code.as_str(), one.is_own)).collect();
        assert_eq!(found, [("slow", true), ("cut", false)]);
        assert_eq!(runs[1].counted.methods, [("polling".to_owned(), "passed".to_owned())]);
        assert_eq!(store.runs(0, 1).await.expect("read").len(), 1);
        store.mark_read(&id, 50).await.expect("read");
        store.mark_read(&id, 60).await.expect("read");
        assert_eq!(store.report(&id).await.expect("read").expect("there").read_at, Some(50));
        assert_eq!(store.forget(15).await.expect("forgotten"), 1);
        assert_eq!(store.marks(&id).await.expect("read"), []);
        assert_eq!(store.marks_before(&id).await.expect("read"), []);
        assert_eq!(store.runs(0, 10).await.expect("read").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn changes_come_in_their_order_and_late_ones_again() {
    each(async |store| {
        let start = Cursor::now(10_000);
        let link = store.make_link(&new_link(), 11_000).await.expect("made");
        let id = keep(&store, &report(1), None, 12_000).await;
        let (all, cut) = store.changes(&start, 10).await.expect("read");
        let told: Vec<_> = all
            .iter()
            .map(|one| (one.at, one.what, one.id.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (11_000, What::Link, link.id.as_str()),
                (12_000, What::Report, id.as_str())
            ]
        );
        assert!(!cut);
        let (one, cut) = store.changes(&start, 1).await.expect("read");
        assert_eq!((one.len(), cut), (1, true));
        let next = start.after(&all, false, 12_000);
        // It began before the last look and ends after it.
        let late = keep(&store, &report(2), None, 10_500).await;
        let (again, _) = store.changes(&next, 1).await.expect("read");
        assert!(again.iter().any(|one| one.id == late));
        let (none, _) = store
            .changes(&Cursor::now(12_000 + LOOK_BACK), 10)
            .await
            .expect("read");
        assert_eq!(none, []);
    })
    .await;
}

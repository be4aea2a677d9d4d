//! Users, sessions, tokens, the audit list and webhooks, on each engine.

mod common;

use common::{each, of_page, report};
use pushcheck_store::session::{IDLE, LONGEST};
use pushcheck_store::user::Refused;
use pushcheck_store::webhook::LEASE;
use pushcheck_store::{Digest, Error, Id, Store};

const NOW: i64 = 1_790_000_000_000;

/// The first user, an admin whose password's hash is `hash`.
async fn first(store: &Store) -> String {
    let invitation = Digest::of("first");
    let is_first = store.invite_first(&invitation, NOW + 1).await;
    assert!(is_first.expect("invited"));
    let user = store.accept(&invitation, Some("Ada"), "hash", NOW).await;
    user.expect("the store").expect("accepted").id
}

#[tokio::test]
async fn an_invitation_is_used_once_and_a_name_is_one() {
    each(async |store| {
        let (old, new) = (Digest::of("old"), Digest::of("new"));
        for one in [&old, &new] {
            assert!(store.invite_first(one, NOW + 10).await.expect("invited"));
        }
        assert!(!store.is_invited(&old, NOW).await.expect("asked"));
        assert!(store.is_invited(&new, NOW + 9).await.expect("asked"));
        assert!(!store.is_invited(&new, NOW + 10).await.expect("asked"));
        let accept = async |invitation: &Digest, name: Option<&str>| {
            store
                .accept(invitation, name, "hash", NOW)
                .await
                .expect("the store")
        };
        assert_eq!(accept(&old, Some("eve")).await, Err(Refused::Uninvited));
        assert_eq!(accept(&new, None).await, Err(Refused::Nameless));
        let ada = accept(&new, Some("Ada")).await.expect("accepted");
        assert!(ada.has_password && ada.role == "admin");
        assert_eq!(accept(&new, Some("eve")).await, Err(Refused::Uninvited));
        assert!(!store.invite_first(&old, NOW + 10).await.expect("asked"));
        let bob = Digest::of("bob");
        let make = async |name: &str| {
            store
                .make_user(name, "staff", &bob, NOW + 10, NOW)
                .await
                .expect("the store")
        };
        assert_eq!(make("ADA").await, Err(Refused::Taken));
        let id = make("Bob").await.expect("made");
        let known = async |name: &str| store.password(name).await.expect("asked");
        assert!(known("bob").await.is_none(), "no password yet");
        assert!(known("ada").await.is_some_and(|(_, hash)| hash == "hash"));
        let again = Digest::of("again");
        let user = store.invite_again(&id, &again, NOW + 10).await;
        assert!(
            user.expect("the store")
                .is_some_and(|user| !user.has_password)
        );
        assert_eq!(accept(&bob, None).await, Err(Refused::Uninvited));
        assert_eq!(
            accept(&again, None).await.map(|user| user.id),
            Ok(id.clone())
        );
        let remove = async |id: &str| store.remove_user(id).await.expect("the store");
        assert_eq!(remove(&ada.id).await, Err(Refused::LastAdmin));
        assert_eq!(
            remove(&id).await.map(|user| user.name),
            Ok("Bob".to_owned())
        );
        assert_eq!(remove(&id).await, Err(Refused::Unknown));
        assert_eq!(store.users().await.expect("listed"), [ada]);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_its_passwords_and_ends() {
    each(async |store| {
        let ada = first(&store).await;
        let session = Digest::of("session");
        let begin = async |session: &Digest, hash: &str, now: i64| {
            store
                .begin_session(session, &ada, hash, now)
                .await
                .expect("the store")
        };
        let is_in = async |session: &Digest, now: i64| {
            store
                .session(session, now)
                .await
                .expect("the store")
                .is_some_and(|user| user.name == "Ada")
        };
        assert!(!begin(&session, "another", NOW).await);
        assert!(begin(&session, "hash", NOW).await);
        assert!(is_in(&session, NOW + IDLE - 1).await);
        assert!(is_in(&session, NOW + 2 * IDLE - 2).await, "heard of");
        assert!(!is_in(&session, NOW + 3 * IDLE).await);
        assert!(!is_in(&Digest::of("other"), NOW).await);
        assert_eq!(store.forget_ended(NOW + LONGEST).await.expect("forgot"), 1);
        // The oldest end first.
        let all: Vec<_> = (0..40)
            .map(|n| Digest::of(&format!("session {n}")))
            .collect();
        for (now, session) in (NOW..).zip(&all) {
            assert!(begin(session, "hash", now).await);
        }
        let mut there = Vec::new();
        for session in &all {
            there.push(is_in(session, NOW + 40).await);
        }
        assert_eq!(there.iter().position(|is_there| *is_there), Some(8));
        assert_eq!(there.iter().filter(|is_there| **is_there).count(), 32);
        store.end_session(&all[39]).await.expect("ended");
        assert!(!is_in(&all[39], NOW + 40).await);
        let again = Digest::of("again");
        store
            .invite_again(&ada, &again, NOW + 100)
            .await
            .expect("the store");
        let accepted = store.accept(&again, None, "newer", NOW + 41).await;
        accepted.expect("the store").expect("accepted");
        assert!(!is_in(&all[38], NOW + 41).await, "its password is gone");
        assert!(!begin(&Digest::of("late"), "hash", NOW + 42).await);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_known_until_it_ends() {
    each(async |store| {
        let secret = Digest::of("pct_1");
        let make = async |secret: &Digest| {
            store
                .make_token(secret, "robot", "read", "Ada", NOW + 10, NOW)
                .await
        };
        let id = make(&secret).await.expect("made");
        let scope = async |now: i64| {
            let token = store.token(&secret, now).await.expect("asked");
            token.map(|token| token.scope)
        };
        assert_eq!(scope(NOW + 9).await.as_deref(), Some("read"));
        assert_eq!(scope(NOW + 10).await, None);
        let tokens = store.tokens().await.expect("listed");
        assert_eq!((&tokens[0].id, tokens[0].used_at), (&id, Some(NOW + 9)));
        let remove = async || store.remove_token(&id).await.expect("the store");
        assert_eq!(remove().await.as_deref(), Some("robot"));
        assert_eq!((remove().await, scope(NOW).await), (None, None));
        for n in 0..200 {
            make(&Digest::of(&n.to_string())).await.expect("made");
        }
        let full = make(&Digest::of("one more")).await;
        assert!(matches!(full, Err(Error::Full("tokens"))), "{full:?}");
    })
    .await;
}

#[tokio::test]
async fn the_audit_list_is_read_by_pieces_and_forgotten() {
    each(async |store| {
        for n in 0..7 {
            let on = format!("{n}\n{}\0", "x".repeat(200));
            store
                .note("ada", "read", &on, NOW + n / 2)
                .await
                .expect("noted");
        }
        let whole = store.audit(None, 100).await.expect("listed");
        assert_eq!(whole.len(), 7);
        assert!(
            whole
                .iter()
                .all(|entry| entry.on.len() == 120 && !entry.on.contains('\n'))
        );
        assert!(
            whole
                .windows(2)
                .all(|two| (two[0].at, &two[0].id) > (two[1].at, &two[1].id))
        );
        let (mut pieces, mut last) = (Vec::new(), None);
        loop {
            let before = last
                .as_ref()
                .map(|(at, id): &(i64, String)| (*at, id.as_str()));
            let piece = store.audit(before, 2).await.expect("listed");
            let Some(end) = piece.last() else {
                break;
            };
            last = Some((end.at, end.id.clone()));
            pieces.extend(piece);
        }
        assert_eq!(pieces, whole);
        assert_eq!(store.forget_audit(NOW + 3).await.expect("forgot"), 6);
        assert_eq!(store.audit(None, 100).await.expect("listed").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_delivery_is_there_with_its_report_and_one_nodes_at_a_time() {
    each(async |store| {
        let body = report(1);
        let new = of_page(&body);
        let hook = store
            .make_webhook("https://hooks.example/", "secret", "ada", NOW)
            .await
            .expect("made");
        // A report that is not taken is not told of.
        let unknown = Id::new().expect("an id");
        let refused = store.keep_report(&new, Some(&unknown), NOW).await;
        assert!(refused.expect("the store").is_err());
        assert!(store.due_webhooks(NOW).await.expect("asked").is_empty());
        for _ in 0..2 {
            let taken = store.keep_report(&new, None, NOW).await;
            taken.expect("the store").expect("taken");
        }
        assert_eq!(
            store.due_webhooks(NOW).await.expect("asked"),
            std::slice::from_ref(&hook)
        );
        let nodes: Vec<_> = (0..6).map(|_| Id::new().expect("an id")).collect();
        let mut asked = tokio::task::JoinSet::new();
        for node in nodes.clone() {
            let (store, hook) = (store.clone(), hook.clone());
            asked.spawn(async move { (store.lease_delivery(&hook, &node, NOW).await, node) });
        }
        let mut leased = Vec::new();
        while let Some(one) = asked.join_next().await {
            let (delivery, node) = one.expect("asked");
            leased.extend(
                delivery
                    .expect("the store")
                    .map(|delivery| (delivery, node)),
            );
        }
        assert_eq!(leased.len(), 1, "once, and one node has it");
        let (delivery, node) = &leased[0];
        assert!(delivery.facts.contains("report.arrived") && delivery.tries == 1);
        let lease = async |now: i64| store.lease_delivery(&hook, &nodes[0], now).await;
        assert_eq!(lease(NOW + LEASE - 1).await.expect("the store"), None);
        let end = async |problem, next_at| {
            store
                .end_delivery(&delivery.id, node, problem, next_at, NOW + 1)
                .await
                .expect("written");
        };
        end(Some("500"), Some(NOW + 10)).await;
        assert_eq!(lease(NOW + 9).await.expect("the store"), None);
        let again = lease(NOW + 10).await.expect("the store").expect("due");
        assert_eq!((&again.id, again.tries), (&delivery.id, 2));
        if *node != nodes[0] {
            end(None, None).await;
            assert_eq!(
                store.webhooks().await.expect("listed")[0].waiting,
                1,
                "another node has it"
            );
        }
        store
            .end_delivery(&again.id, &nodes[0], None, None, NOW + 11)
            .await
            .expect("written");
        let listed = store.webhooks().await.expect("listed");
        assert_eq!(
            (listed[0].waiting, listed[0].tried_at, &listed[0].problem),
            (0, Some(NOW + 11), &None)
        );
        assert!(store.test_webhook(&hook, NOW).await.expect("the store"));
        let removed = store.remove_webhook(&hook).await.expect("the store");
        assert_eq!(removed.as_deref(), Some("https://hooks.example/"));
        assert!(!store.test_webhook(&hook, NOW).await.expect("the store"));
        assert!(store.due_webhooks(NOW).await.expect("asked").is_empty());
    })
    .await;
}

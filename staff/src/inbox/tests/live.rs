use std::collections::HashMap;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures_util::StreamExt;
use proptest::prelude::*;
use pushcheck_store::Ms;
use pushcheck_store::changes::{Change, Cursor, LOOK_BACK, What};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::super::live::Known;
use super::{NOON, NOW, Stage, report};
use crate::testing::{Caller, Desk, PASSWORD};
use crate::{App, Role};

/// A stream, its head taken.
async fn stream(router: &axum::Router, last: Option<&str>) -> (u16, BodyDataStream) {
    let mut request = Request::builder().uri("/v1/live");
    if let Some(last) = last {
        request = request.header("Last-Event-ID", last);
    }
    let request = request.body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.into_body().into_data_stream())
}

/// The next blocks of a stream, until one holds that.
async fn until(stream: &mut BodyDataStream, part: &str) -> String {
    let mut all = String::new();
    let found = tokio::time::timeout(Duration::from_secs(5), async {
        while let Some(Ok(bytes)) = stream.next().await {
            all += std::str::from_utf8(&bytes).expect("text");
            if all.contains(part) {
                return;
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("no {part}"));
    assert!(all.contains(part), "it ended without {part}: {all}");
    all
}

fn field<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("{name}: ");
    text.lines()
        .filter_map(|line| line.strip_prefix(start.as_str()))
        .collect()
}

#[tokio::test]
async fn what_arrives_is_told_without_asking() {
    let stage = Stage::new().await;
    let router = stage.router(Some(Role::Read));
    let (status, mut body) = stream(&router, None).await;
    assert_eq!(status, 200);
    let hello = until(&mut body, "\n\n").await;
    assert_eq!(
        (field(&hello, "id").len(), field(&hello, "data").len()),
        (1, 0)
    );
    let link = stage
        .ask("POST", "/v1/links", Some(json!({"ticket": "T"})))
        .await
        .json();
    let told = until(&mut body, "event: link").await;
    let data: Value = serde_json::from_str(field(&told, "data")[0]).expect("JSON");
    assert_eq!(data, link);
    NOW.set(NOON + 1);
    let id = stage.arrives(&report(1, None), None).await;
    let told = until(&mut body, "event: report").await;
    let line = stage.get("/v1/reports").await.json()["items"][0].clone();
    let data: Value = serde_json::from_str(field(&told, "data")[0]).expect("JSON");
    assert_eq!((data["id"].clone(), data), (json!(id), line));
    // Who was away meanwhile goes on where it ended.
    let last = field(&told, "id")[0].to_owned();
    drop(body);
    NOW.set(NOON + 2);
    stage.arrives(&report(2, None), None).await;
    let (_, mut body) = stream(&router, Some(&last)).await;
    let number = stage.get("/v1/reports").await.json()["items"][0]["number"].clone();
    until(&mut body, number.as_str().expect("a number")).await;
    // What has been told is not told again, although it is looked at again.
    let quiet = tokio::time::timeout(Duration::from_millis(900), async {
        let mut all = String::new();
        loop {
            match body.next().await {
                Some(Ok(bytes)) => all += std::str::from_utf8(&bytes).expect("text"),
                _ => return all,
            }
            assert!(
                all.matches("event:").count() < 6,
                "told again and again: {all}"
            );
        }
    });
    assert!(quiet.await.is_err(), "the stream goes on");
}

#[tokio::test]
async fn sixty_four_may_listen_and_a_place_becomes_free() {
    let stage = Stage::new().await;
    let router = stage.router(Some(Role::Read));
    let mut all = Vec::new();
    for _ in 0..64 {
        let (status, body) = stream(&router, None).await;
        assert_eq!(status, 200);
        all.push(body);
    }
    assert_eq!(stream(&router, None).await.0, 503);
    all.pop();
    assert_eq!(stream(&router, None).await.0, 200);
}

/// Reads to a stream's end; false: there is none.
async fn ends(stream: &mut BodyDataStream) -> bool {
    let to_its_end = tokio::time::timeout(Duration::from_millis(1_500), async {
        while let Some(Ok(_)) = stream.next().await {}
    });
    to_its_end.await.is_ok()
}

/// Who has signed out, who was removed, and what has expired hear nothing more; others go on.
#[tokio::test]
async fn who_may_listen_no_more_is_told_nothing_more() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    let (ben, ben_id) = desk.user(&ada, "ben", "staff").await;
    let again = json!({"name": "ada", "password": PASSWORD});
    let again = desk
        .ask(&Caller::page(), "POST", "/v1/session", Some(again))
        .await;
    let again = again.caller();
    let made = desk.token(&ada, "read").await;
    let app = App::of(desk.config.clone());
    let live = super::super::live::Live::beating(Duration::from_millis(100));
    let (router, _) = super::super::routes(live).split_for_parts();
    let router = router
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            crate::auth::identify,
        ))
        .with_state(app);
    let listen = async |name: &str, value: &str| {
        let request = Request::builder()
            .uri("/v1/live")
            .header("host", "staff.example");
        let request = request
            .header(name, value)
            .body(Body::empty())
            .expect("a request");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let mut body = answer.into_body().into_data_stream();
        until(&mut body, ": ping").await;
        body
    };
    let cookie = |caller: &Caller| caller.cookie.clone().expect("a cookie");
    let mut of_ada = listen("cookie", &cookie(&ada)).await;
    let mut of_again = listen("cookie", &cookie(&again)).await;
    let mut of_ben = listen("cookie", &cookie(&ben)).await;
    let token = format!("Bearer {}", made.text("token"));
    let mut of_token = listen("authorization", &token).await;
    assert_eq!(
        desk.ask(&again, "DELETE", "/v1/session", None).await.status,
        204
    );
    assert!(ends(&mut of_again).await, "signed out");
    let token = format!("/v1/tokens/{}", made.text("id"));
    assert_eq!(desk.ask(&ada, "DELETE", &token, None).await.status, 204);
    assert!(ends(&mut of_token).await, "the token is gone");
    let user = format!("/v1/users/{ben_id}");
    assert_eq!(desk.ask(&ada, "DELETE", &user, None).await.status, 204);
    assert!(ends(&mut of_ben).await, "the user is gone");
    assert!(!ends(&mut of_ada).await, "another session goes on");
}

#[tokio::test]
async fn who_is_too_slow_is_told_to_ask_anew() {
    let stage = Stage::new().await;
    let router = stage.router(Some(Role::Read));
    let (_, mut body) = stream(&router, None).await;
    until(&mut body, "\n\n").await;
    for n in 0..400 {
        NOW.set(NOON + i64::from(n));
        stage.arrives(&report(n, None), None).await;
        if n % 100 == 99 {
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    let mut all = String::new();
    let to_its_end = tokio::time::timeout(Duration::from_secs(5), async {
        while let Some(Ok(bytes)) = body.next().await {
            all += std::str::from_utf8(&bytes).expect("text");
        }
    });
    assert!(
        to_its_end.await.is_ok(),
        "it ends, so that the browser comes back"
    );
    assert!(
        all.ends_with("event: gap\ndata: {}\n\n"),
        "{}",
        &all[..all.len().min(300)]
    );
}

#[tokio::test]
async fn who_polls_is_told_what_changed_and_at_last_nothing() {
    let stage = Stage::new().await;
    let said = stage.get("/v1/changes").await.json();
    assert_eq!((&said["reports"], &said["links"]), (&json!([]), &json!([])));
    let mut cursor = said["cursor"].as_str().expect("a cursor").to_owned();
    let id = stage.arrives(&report(1, None), None).await;
    let mut told = Vec::new();
    for looks in 0..6 {
        NOW.set(NOON + looks * LOOK_BACK);
        let said = stage
            .get(&format!("/v1/changes?after={cursor}"))
            .await
            .json();
        cursor = said["cursor"].as_str().expect("a cursor").to_owned();
        told.push(said["reports"].as_array().expect("a list").len());
        if said["reports"] != json!([]) {
            assert_eq!(said["reports"][0]["id"], json!(id));
        }
    }
    assert_eq!((told[0], told[5]), (1, 0), "{told:?}");
    for wrong in ["x", "1", "-1-", "99999999999999999-", "5-g"] {
        let said = stage.get(&format!("/v1/changes?after={wrong}")).await;
        assert_eq!(said.pointers(), ["/after"], "{wrong}");
    }
}

#[tokio::test]
async fn many_changes_come_in_parts_and_all() {
    let stage = Stage::new().await;
    let mut cursor = stage.get("/v1/changes").await.json()["cursor"]
        .as_str()
        .expect("a cursor")
        .to_owned();
    for n in 0..450 {
        stage.arrives(&report(n, None), None).await;
    }
    let mut ids = std::collections::HashSet::new();
    for _ in 0..3 {
        let said = stage
            .get(&format!("/v1/changes?after={cursor}"))
            .await
            .json();
        cursor = said["cursor"].as_str().expect("a cursor").to_owned();
        ids.extend(
            said["reports"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|one| one["id"].to_string()),
        );
    }
    assert_eq!(ids.len(), 450);
}

/// What the store would bring: what has ended by then.
fn brought(
    rows: &[(Ms, Ms, String)],
    since: &Cursor,
    now: Ms,
    limit: usize,
) -> (Vec<Change>, bool) {
    let place = |change: &Change| {
        format!("{}-{}", change.at, change.id)
            .parse::<Cursor>()
            .expect("a cursor")
    };
    let mut there: Vec<Change> = rows
        .iter()
        .filter(|(at, lasts, _)| at + lasts <= now && *at > since.from())
        .map(|(at, _, id)| Change {
            at: *at,
            id: id.clone(),
            what: What::Report,
        })
        .collect();
    there.sort();
    let (again, mut behind): (Vec<_>, Vec<_>) = there
        .into_iter()
        .partition(|change| place(change) <= *since);
    let cut = behind.len() > limit;
    behind.truncate(limit);
    (again.into_iter().chain(behind).collect(), cut)
}

proptest! {
    /// However transactions overtake each other: what is told is everything, once.
    #[test]
    fn nothing_is_lost_where_transactions_end_in_another_order(
        rows in proptest::collection::vec((0_i64..60_000, 0..LOOK_BACK), 1..80),
        looks in proptest::collection::vec(1_i64..8_000, 1..60),
        limit in 1_usize..6,
    ) {
        let rows: Vec<_> = rows
            .into_iter()
            .enumerate()
            .map(|(n, (at, lasts))| (NOON + at, lasts, format!("{n:032x}")))
            .collect();
        let mut known = Known::new(Cursor::now(NOON));
        let mut polled = Cursor::now(NOON);
        let mut told: HashMap<String, usize> = HashMap::new();
        let mut heard = std::collections::HashSet::new();
        let mut now = NOON;
        // After all has ended there are as many looks as it takes.
        let late = std::iter::repeat_n(2_000, 75 + rows.len());
        for wait in looks.into_iter().chain(late) {
            now += wait;
            let (all, cut) = brought(&rows, known.cursor(), now, limit);
            for (change, _) in known.learn(&all, cut, now) {
                *told.entry(change.id).or_default() += 1;
            }
            let (all, cut) = brought(&rows, &polled, now, limit);
            polled = polled.after(&all, cut, now);
            heard.extend(all.into_iter().map(|change| change.id));
        }
        prop_assert_eq!(told.len(), rows.len());
        prop_assert!(told.values().all(|times| *times == 1));
        prop_assert_eq!(heard.len(), rows.len());
    }
}

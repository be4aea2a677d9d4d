//! Polls and long polls.

use pushcheck::diagnosis::{Place, Verdict};
use pushcheck::evidence::{Ended, Event};
use pushcheck::method::Method;

use crate::parts::Scene;
use crate::support::events::{body, head};
use crate::{is_at, is_between};

const BODY: &str = "at 1 2 00000000000000aa\n";

fn poll(ended: Ended, events: &[Event]) -> Scene {
    let mut all = vec![Event::Constructed];
    all.extend_from_slice(events);
    Scene::of(Method::Polling, ended, &all)
}

#[test]
fn our_own_words_that_we_did_not_say_now_come_from_a_cache() {
    let scene = poll(Ended::Complete, &[head(200, true), body(&BODY)]);
    is_at(&scene, Place::AnsweredFor);
    assert_eq!(scene.judged().verdict, Verdict::Warning);
    is_at(
        &scene.clone().seen(|seen| seen.status = Some(200)),
        Place::Nowhere,
    );
    is_at(&scene.clone().incomplete(), Place::Nowhere);
    is_at(&scene.unread(), Place::Nowhere);
}

#[test]
fn an_answer_without_our_mark_is_somebody_else_s() {
    let scene = poll(Ended::Failed, &[head(404, false), body(&"")]);
    is_at(&scene, Place::AnsweredFor);
    is_between(
        &scene.clone().incomplete(),
        [Place::AnsweredFor, Place::Cut],
    );
    is_at(
        &scene.clone().seen(|seen| seen.status = Some(200)),
        Place::AnswerAltered,
    );
    // A gateway that did not wait for our answer.
    is_at(&scene.seen(|_| {}), Place::Cut);
}

#[test]
fn a_marked_answer_is_ours_or_was_ours() {
    let refused = Event::Head {
        status: 403,
        marked: true,
        refused: Some("origin".to_owned()),
    };
    is_at(&poll(Ended::Failed, &[refused, body(&"")]), Place::Server);
    let foreign_body = poll(Ended::Failed, &[head(200, true), body(&"")]);
    is_at(
        &foreign_body.seen(|seen| seen.status = Some(200)),
        Place::AnswerAltered,
    );
}

#[test]
fn our_own_limit_is_no_place() {
    let limit = Event::Head {
        status: 429,
        marked: true,
        refused: Some("rate".to_owned()),
    };
    assert_eq!(
        poll(Ended::Failed, &[limit, body(&"")]).judged().place,
        None
    );
}

#[test]
fn an_answer_that_never_came_is_held_or_withheld() {
    let waited = poll(Ended::GaveUp, &[Event::GaveUp]);
    is_at(&waited.seen(|seen| seen.status = Some(200)), Place::Held);
    let name = "TypeError".to_owned();
    let rejected =
        poll(Ended::Failed, &[Event::Failed { name }]).seen(|seen| seen.status = Some(200));
    is_between(&rejected, [Place::AnswerAltered, Place::Cut]);
    is_at(
        &rejected.clone().control(Some(head(0, false)), true),
        Place::AnswerAltered,
    );
    is_at(&rejected.control(None, false), Place::Cut);
}

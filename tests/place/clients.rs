//! When the page's own code is what fails, and when it is not: its clients beside our own attempt at the same endpoint.

use proptest::prelude::*;
use pushcheck::diagnosis::{Asked, Code, Finding, Severity, Strength, diagnose};
use pushcheck::evidence::{Client, Ended, Event, Trace};
use pushcheck::method::Method;
use pushcheck::time::Micros;

use crate::parts::{Scene, our_close, whole_socket};
use crate::support::events::opened;

/// A client that opened one WebSocket, and all is well.
fn client() -> Client {
    Client {
        method: Method::WebSocket,
        lane: Some("own-web-socket".to_owned()),
        began: 1,
        opened: 1,
        failed: 0,
        failed_in_run: 0,
        ended_early: 0,
        threw: 0,
        sent_early: 0,
        sent_late: 0,
        handler_threw: 0,
        unheard: 0,
        left: 0,
        read_whole: 0,
        at_once: 0,
        close_code: None,
        error: None,
    }
}

fn scene(main: bool, ours: Ended) -> Scene {
    let mut scene = match main {
        true => Scene::of(
            Method::WebSocket,
            Ended::Complete,
            &whole_socket(our_close()),
        ),
        false => Scene::of(Method::WebSocket, Ended::Failed, &[Event::Constructed]),
    };
    scene = scene.seen(|seen| seen.status = Some(101));
    let own = Trace {
        id: 2,
        probe: "own".to_owned(),
        lane: "own-web-socket".to_owned(),
        own: true,
        ended: Some(ours),
        events: Vec::new(),
        ..scene.evidence.traces[0].clone()
    };
    scene.evidence.traces.push(own);
    let own = &mut scene.evidence.traces[1];
    own.push(Micros::ms(101), Event::Constructed);
    if ours == Ended::Complete {
        own.push(Micros::ms(120), opened());
    } else {
        let failed = Event::Errored { closed: true };
        own.push(Micros::ms(120), failed);
    }
    scene
}

fn told(mut scene: Scene, client: Client) -> Vec<Finding> {
    scene.evidence.surroundings.clients = Some(vec![client]);
    let asked = Asked {
        methods: vec![Method::WebSocket],
        required: Vec::new(),
    };
    let findings = diagnose(&scene.evidence, &asked).findings;
    let of_page = |one: &Finding| matches!(one.code, Code::PageCode | Code::BadUrlSyntax);
    findings.into_iter().filter(of_page).collect()
}

/// What is named of a client where our attempt, and the method as a whole, pass.
fn strength(change: fn(&mut Client)) -> Option<Strength> {
    let mut client = client();
    change(&mut client);
    let told = told(scene(true, Ended::Complete), client);
    assert!(told.len() < 2 && told.iter().all(|one| one.code == Code::PageCode));
    told.first().map(|one| one.strength)
}

#[test]
fn what_the_page_does_is_named_as_surely_as_it_was_seen() {
    use Strength::{Likely, Possible, Proved};
    type Row = (fn(&mut Client), Option<Strength>);
    let rows: [Row; 17] = [
        (|_| (), None),
        (|c| c.sent_early = 1, Some(Proved)),
        (|c| c.handler_threw = 1, Some(Likely)),
        // The next one opened: a component that was mounted twice.
        (|c| (c.began, c.ended_early) = (2, 1), None),
        (|c| (c.opened, c.ended_early) = (0, 1), Some(Possible)),
        (
            |c| (c.began, c.opened, c.ended_early) = (2, 0, 2),
            Some(Proved),
        ),
        (|c| c.read_whole = 1, Some(Likely)),
        (|c| (c.began, c.at_once) = (20, 19), None),
        (|c| (c.began, c.at_once) = (20, 20), Some(Likely)),
        (|c| c.left = 1, Some(Likely)),
        (|c| c.unheard = 1, Some(Likely)),
        (|c| c.sent_late = 1, Some(Likely)),
        // Before the run the network may have been another.
        (|c| (c.opened, c.failed) = (0, 1), None),
        (
            |c| (c.opened, c.failed, c.failed_in_run) = (0, 1, 1),
            Some(Possible),
        ),
        (
            |c| (c.began, c.opened, c.failed, c.failed_in_run) = (2, 0, 2, 2),
            Some(Likely),
        ),
        // Now and then it opens: no difference that is known.
        (|c| (c.began, c.failed, c.failed_in_run) = (3, 2, 2), None),
        // Nobody asked the same endpoint.
        (|c| (c.lane, c.sent_early) = (None, 1), None),
    ];
    for (row, (change, expected)) in rows.into_iter().enumerate() {
        assert_eq!(strength(change), expected, "row {row}");
    }
}

#[test]
fn what_may_be_the_networks_is_not_called_the_pages() {
    // At our own server the method breaks: so may the page's connections.
    for change in [
        |c: &mut Client| c.at_once = 99,
        |c: &mut Client| c.unheard = 9,
        |c: &mut Client| c.left = 1,
        |c: &mut Client| c.sent_late = 9,
        |c: &mut Client| (c.opened, c.failed_in_run) = (0, 9),
    ] {
        let mut client = client();
        change(&mut client);
        assert_eq!(told(scene(false, Ended::Complete), client), []);
    }
    // What only the page does is its own all the same.
    let early = Client {
        sent_early: 1,
        ..client()
    };
    assert_eq!(told(scene(false, Ended::Complete), early).len(), 1);
}

#[test]
fn an_impatient_page_is_blamed_less_where_we_waited_long_too() {
    let mut slow = scene(true, Ended::Complete);
    slow.evidence.traces[1].events[1].at = Micros::ms(2_200);
    let client = Client {
        opened: 0,
        ended_early: 3,
        began: 3,
        ..client()
    };
    assert_eq!(told(slow, client), []);
}

#[test]
fn a_syntax_error_needs_no_comparison() {
    let mut client = Client {
        lane: None,
        opened: 0,
        threw: 1,
        error: Some("SyntaxError".to_owned()),
        ..client()
    };
    let found = told(scene(true, Ended::Failed), client.clone());
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].code, found[0].strength, found[0].severity),
        (Code::BadUrlSyntax, Strength::Proved, Severity::Degraded)
    );
    client.error = Some("SecurityError".to_owned());
    assert_eq!(told(scene(true, Ended::Failed), client), []);
}

proptest! {
    /// Where our own attempt fails, too, nothing is known of the page's code, whatever it does.
    #[test]
    fn where_both_fail_it_is_not_the_pages_code(counts in prop::array::uniform12(0_u32..50)) {
        let [began, opened, failed, failed_in_run, ended_early, sent_early, sent_late, handler_threw, unheard, left, read_whole, at_once] = counts;
        let client = Client {
            began, opened, failed, failed_in_run, ended_early, sent_early, sent_late, handler_threw, unheard, left, read_whole, at_once,
            ..client()
        };
        for ended in [Ended::Failed, Ended::GaveUp, Ended::Stopped] {
            prop_assert_eq!(told(scene(true, ended), client.clone()), []);
        }
        let found = told(scene(true, Ended::Complete), client);
        for one in found {
            prop_assert!(one.seen <= one.of && one.because == ["surroundings", "trace:2"] && !one.facts.is_empty());
        }
    }
}

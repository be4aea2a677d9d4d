//! Evidence in which nothing is null or empty that can be otherwise: every sort of event and notice.

use pushcheck::evidence::{
    Client, Ended, Engine, EngineFamily, Event, HoldEnd, HoldEnded, HoldLog, Notice,
    ResourceTiming, Silence, Stamped, StampedNotice, Surroundings, Trace, WatchLog,
};
use pushcheck::method::Method;
use pushcheck::time::Micros;
use pushcheck::wire::{
    End, JoinedBy, Kind, Reached, SeenBurst, SeenClose, SeenConnection, SeenHeader, SeenQueue,
    SeenTcp, ShownCertificate, Sighting,
};

pub(crate) fn resource_timing() -> ResourceTiming {
    let us = Some(1);
    ResourceTiming {
        protocol: Some("h2".to_owned()),
        dns_us: us,
        connect_us: us,
        tls_us: us,
        request_us: us,
        response_us: us,
    }
}

pub(crate) fn surroundings() -> Surroundings {
    Surroundings {
        user_agent: "Mozilla/5.0".to_owned(),
        engine: Some(Engine {
            family: EngineFamily::Chromium,
            version: 150,
        }),
        origin: "null".to_owned(),
        secure_context: true,
        isolated: true,
        embedded: true,
        language: "en-GB".to_owned(),
        online: true,
        clock_step_us: 100,
        hidden_us: 1,
        longest_gap_us: 50_000,
        late_us: 1,
        notices: notices()
            .into_iter()
            .map(|notice| StampedNotice {
                at: Micros(1),
                notice,
            })
            .collect(),
        clients: Some(vec![Client {
            method: Method::WebSocket,
            lane: Some("own-web-socket".to_owned()),
            began: 9,
            opened: 8,
            failed: 7,
            failed_in_run: 6,
            ended_early: 5,
            threw: 4,
            sent_early: 3,
            sent_late: 2,
            handler_threw: 1,
            unheard: 1,
            left: 1,
            read_whole: 1,
            at_once: 1,
            close_code: Some(1006),
            error: Some("SyntaxError".to_owned()),
        }]),
    }
}

/// Values of every variant of an enum; a variant that is missing from the list does not compile.
macro_rules! every {
    ($type:ident: $($variant:ident $({ $($field:ident: $value:expr),* })?,)*) => {{
        #[allow(unreachable_patterns)]
        const fn total(value: &$type) {
            match value { $($type::$variant { .. } => {})* }
        }
        let all = vec![$($type::$variant $({ $($field: $value),* })?),*];
        all.iter().for_each(total);
        all
    }};
}

pub(crate) fn notices() -> Vec<Notice> {
    every! { Notice:
        Hidden,
        Visible,
        Online,
        Offline,
        Slept { us: 60_000_000 },
        Stalled { us: 2_000_000 },
        PolicyViolation { directive: "script-src-elem".to_owned() },
        OwnFailure { place: "src/run.rs:1".to_owned() },
    }
}

pub(crate) fn events() -> Vec<Event> {
    let text = || "x".to_owned();
    every! { Event:
        Constructed,
        Threw { name: text() },
        Unsupported,
        Opened { protocol: String::new(), extensions: String::new() },
        Head { status: 200, marked: true, refused: Some(text()) },
        Head { status: 200, marked: false, refused: None },
        Message { line: text(), bytes: 1, id: Some(text()) },
        Buffered { bytes: 1 },
        Body { text: text(), bytes: 1 },
        Finished,
        Failed { name: text() },
        Errored { closed: true },
        Closed { code: u16::MAX, reason: text(), was_clean: true },
        Blocked { directive: text() },
        Sent { line: text() },
        Timed { timing: resource_timing() },
        Timed { timing: ResourceTiming::default() },
        NetError { name: text() },
        GaveUp,
        Stopped,
    }
}

pub(crate) fn trace() -> Trace {
    Trace {
        id: u16::MAX,
        probe: "poll".to_owned(),
        attempt: 9999,
        method: Method::Polling,
        lane: "main".to_owned(),
        own: true,
        decisive: true,
        control: true,
        ticks_wanted: 20,
        ended: Some(Ended::GaveUp),
        started_at: Micros(1),
        events: events()
            .into_iter()
            .map(|event| Stamped {
                at: Micros(2),
                event,
            })
            .collect(),
        omitted: 1,
        omitted_messages: 1,
        omitted_sent: 1,
    }
}

pub(crate) fn watch() -> WatchLog {
    WatchLog {
        started_at: Micros(1),
        ended_at: Some(Micros(2)),
        holds: vec![HoldLog {
            method: Method::WebSocket,
            probe: "watch-web-socket".to_owned(),
            beat_us: 25_000_000,
            started: 2,
            held_us: 1,
            ended: vec![HoldEnded {
                attempt: 1,
                started_at: Micros(1),
                opened_at: Some(Micros(2)),
                heard_at: Some(Micros(3)),
                at: Micros(4),
                how: HoldEnd::Told,
                code: Some(1006),
                hidden: true,
                stalled: true,
                offline: true,
            }],
            omitted: 1,
            silences: vec![Silence {
                since: Micros(1),
                until: Micros(2),
            }],
            silent: 1,
        }],
    }
}

pub(crate) fn sighting() -> Sighting {
    Sighting {
        instance: "00ff".to_owned(),
        probe: "poll".to_owned(),
        attempt: 1,
        kind: Kind::Poll,
        method: "GET".to_owned(),
        at: Micros(1),
        connected_at: Micros(1),
        http_version: "HTTP/1.1".to_owned(),
        tls: true,
        connection: 1,
        ja4: Some("t13d1516h2_8daaf6152771_e5627efa2ab1".to_owned()),
        headers: vec![
            SeenHeader {
                name: "via".to_owned(),
                length: 3,
                value: Some("1.1".to_owned()),
            },
            SeenHeader {
                name: "cookie".to_owned(),
                length: 0,
                value: None,
            },
        ],
        spelled: true,
        status: Some(200),
        refused: Some("rate".to_owned()),
        answered_at: Some(Micros(2)),
        frames_in: 1,
        strange_in: 1,
        malformed_in: 1,
        frames_out: 1,
        ticks_out: 1,
        payload_in: 1,
        payload_out: 1,
        bytes_in: Some(1),
        bytes_out: Some(1),
        head_in: Some(1),
        head_out: Some(1),
        burst: Some(SeenBurst {
            last_out: 100,
            last_acked: 90,
            first_in: 1,
            last_in: 55,
            strays_in: 1,
            queue: vec![SeenQueue {
                at: Micros(9),
                sent: 3,
                acked: 2,
                arrived: 1,
            }],
        }),
        handed_at: Some(Micros(7)),
        close: Some(SeenClose {
            code: 1005,
            reason_length: 0,
        }),
        tcp: Some(SeenTcp {
            rtt_us: 1,
            retransmits: 1,
            unacked: 1,
            timeouts: 1,
        }),
        ended_at: Some(Micros(3)),
        end: Some(End::Complete),
    }
}

pub(crate) fn connection() -> SeenConnection {
    SeenConnection {
        instance: "00ff".to_owned(),
        joined_by: JoinedBy::Address,
        at: Micros(1),
        port: 443,
        reached: Reached::Hello,
        bytes_in: 517,
        alert: Some(48),
        certificate: Some(ShownCertificate::OtherName),
        ended_at: Some(Micros(2)),
        end: Some(End::Reset),
    }
}

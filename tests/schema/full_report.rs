//! A report in which nothing is null or empty that can be otherwise.

use pushcheck::advice::{Advice, Delay, Need, Reason, Setting};
use pushcheck::diagnosis::burst::{Burst, Bursts, Queue};
use pushcheck::diagnosis::compressed::Compressed;
use pushcheck::diagnosis::delivery::{AtInterval, Delivery};
use pushcheck::diagnosis::facts::{Attempt, Close, Endpoint};
use pushcheck::diagnosis::held::{Held, HeldAs, ReliefTried};
use pushcheck::diagnosis::idle::IdleCut;
use pushcheck::diagnosis::methods::HttpVersions;
use pushcheck::diagnosis::overhead::{Overhead, Ratio};
use pushcheck::diagnosis::resume::Resume;
use pushcheck::diagnosis::sizes::SizeTried;
use pushcheck::diagnosis::unread::{FlowControl, Unread};
use pushcheck::diagnosis::uploads::Uploads;
use pushcheck::diagnosis::{
    Asked, CloseClass, Code, Cut, Fact, FactName, Finding, LaneReport, MethodReport, Place, Rival,
    Severity, StatusFrom, Strength, TimeClass, Timing, Verdict, Watched, Word, diagnose,
};
use pushcheck::evidence::{Ended, Evidence};
use pushcheck::method::Method;
use pushcheck::plan::Form;
use pushcheck::plan::{Lane, Skipped};
use pushcheck::report::{EvidenceReport, Heading, Label, Mode, Report};
use pushcheck::stats::Spread;
use pushcheck::time::Micros;
use pushcheck::wire::Relief;
use pushcheck::wire::{
    About, LedgerInstance, OutsideIn, OutsideTry, Scheme, TcpVantage, TlsVantage, Vantage,
};

use crate::full_evidence::{connection, resource_timing, sighting, surroundings, trace, watch};
use crate::support::server;

const PLACE: Option<Place> = Some(Place::AnsweredFor);
const CANDIDATES: [Place; 2] = [Place::WayOut, Place::Secure];
const SPREAD: Option<Spread> = Some(Spread {
    n: 3,
    min_us: 1,
    median_us: 2,
    mad_us: 0,
});

pub(crate) fn filled() -> Report {
    let lanes = [
        lane("main", Scheme::Https, None),
        lane("plain", Scheme::Http, Some(Skipped::MixedContent)),
    ];
    let evidence = Evidence {
        about: Some(about()),
        ..Evidence::default()
    };
    Report {
        surroundings: surroundings(),
        methods: Method::ALL.map(method).to_vec(),
        findings: vec![finding()],
        advice: Some(Advice {
            need: Need::USUAL,
            assumed: true,
            order: Method::ALL.to_vec(),
            reasons: vec![Reason::LagNotAllowed],
            because: vec!["f1".to_owned()],
            delay: Some(Delay {
                typical_us: 40_000,
                worst_us: 90_000,
            }),
            settings: vec![Setting {
                name: "heartbeatMs".to_owned(),
                value: 25_000,
            }],
        }),
        evidence: Some(EvidenceReport {
            traces: vec![trace()],
            sightings: vec![sighting()],
            watch: Some(watch()),
            connections: vec![connection()],
            instances: Some(vec![LedgerInstance {
                id: "0011223344556677".to_owned(),
                started_at: 1_790_000_000_000,
                seen_through: Micros::ms(9_000),
                evicted: 1,
                refused: 2,
                connections_lost: 3,
            }]),
            complete: true,
        }),
        ..made(&lanes, &evidence)
    }
}

/// What the program makes of evidence.
pub(crate) fn made(lanes: &[Lane], evidence: &Evidence) -> Report {
    let asked = Asked {
        methods: Method::ALL.to_vec(),
        required: vec![Method::WebSocket],
    };
    let heading = Heading {
        id: "0123456789abcdef".repeat(2),
        started_at: 1_790_000_000_000,
        mode: Mode::Quick,
        labels: vec![Label {
            name: "x".repeat(200),
            value: "日".repeat(200),
        }],
        need: None,
    };
    let diagnosis = diagnose(evidence, &asked);
    Report::new(
        &heading,
        lanes,
        evidence,
        diagnosis,
        Micros(6),
        false,
        false,
    )
}

pub(crate) fn lane(id: &str, scheme: Scheme, skipped: Option<Skipped>) -> Lane {
    Lane {
        id: id.to_owned(),
        scheme,
        host: "[::1]".to_owned(),
        port: 8787,
        base: "/".to_owned(),
        skipped,
    }
}

/// Of a server behind a proxy.
pub(crate) fn about() -> About {
    About {
        vantage: Vantage {
            tls: TlsVantage::TerminatedBefore,
            tcp: TcpVantage::Proxy,
            trusted_hops: 1,
            undeclared_front: false,
        },
        outside_in: Some(OutsideIn {
            age_ms: 1,
            tries: vec![OutsideTry {
                method: Method::WebSocket,
                passed: false,
                status: Some(404),
                marked: Some(false),
            }],
        }),
        ..server::about()
    }
}

fn method(method: Method) -> MethodReport {
    MethodReport {
        method,
        required: true,
        word: Some(Word::FailsSoFar),
        verdict: Verdict::Failed,
        place: PLACE,
        candidates: CANDIDATES.to_vec(),
        delivery: Some(Delivery {
            n: 20,
            median_us: 1,
            worst_us: 2,
            clock_error_us: Some(3),
            relative: false,
            missing: 1,
            duplicated: 1,
            reordered: 1,
            at_interval: Some(vec![AtInterval {
                every_ms: 1000,
                mean_us: 1,
                worst_us: 2,
            }]),
        }),
        overhead: Some(Overhead {
            messages: 20,
            up_bytes: 1,
            down_bytes: 2,
            open_bytes: 3,
            send_bytes: Some(6),
            ratios: vec![Ratio {
                payload_bytes: 20,
                permille: 3500,
            }],
        }),
        resume: Some(Resume {
            reconnect_us: Some(700_000),
            id_arrived: Some(true),
            goes_on: true,
            same_instance: Some(false),
        }),
        bursts: Some(Bursts {
            down: Some(burst()),
            up: Some(burst()),
            cut_down: Some(burst()),
            cut_up: Some(burst()),
        }),
        unread: Some(Unread {
            flow_control: Some(FlowControl::Hidden),
            taken_bytes: 1,
        }),
        watched: Some(Watched {
            lasted_ms: 900_000,
            held_ms: 899_000,
            beat_ms: 25_000,
            connections: 4,
            cuts: 3,
            together: 1,
            unclear: 1,
            by_server: 1,
            unopened: 1,
            silences: 1,
            every_ms: Some(300_000),
            log: vec![Cut {
                at_us: 300_000_000,
                age_ms: Some(300_000),
                quiet_ms: 12_000,
                told: true,
                seen: Some(true),
            }],
        }),
        compressed: Some(Compressed {
            agreed: Some(true),
            verdict: Verdict::Failed,
            on_the_way: true,
        }),
        uploads: Some(Uploads {
            sent: 10,
            answered: 9,
            arrived: Some(9),
            twice: Some(1),
            in_order: Some(false),
        }),
        sizes: vec![SizeTried {
            form: Form::Blob,
            bytes: 1,
            echoed_us: Some(2),
        }],
        http: HttpVersions {
            page: Some("h2".to_owned()),
            server: Some("HTTP/1.1".to_owned()),
        },
        held: Some(Held {
            held_as: Some(HeldAs::Block),
            median_us: 1,
            every_us: Some(2),
            block_bytes: Some(3),
            reliefs: vec![ReliefTried {
                relief: Relief::Padding,
                relieves: Some(false),
            }],
        }),
        idle_tested_ms: Some(4000),
        idle_cut: Some(IdleCut {
            lived_ms: 50_000,
            died_ms: 60_012,
            server_died_ms: Some(60_001),
            told: true,
            page_beat_keeps: Some(true),
            server_beat_keeps: Some(false),
            beat_ms: Some(25_000),
        }),
        lanes: vec![LaneReport {
            lane: "main".to_owned(),
            verdict: Verdict::Failed,
            place: PLACE,
            candidates: CANDIDATES.to_vec(),
            timing: Timing {
                open_us: Some(1),
                first_message_us: Some(2),
                round_trip: SPREAD,
            },
            attempts: vec![attempt()],
        }],
    }
}

fn burst() -> Burst {
    Burst {
        sent: Some(100),
        arrived: Some(55),
        acknowledged: Some(50),
        in_order: Some(true),
        cut: true,
        missing: Some(1),
        twice: Some(5),
        queue: Some(Queue {
            hidden_bytes: 1,
            under_way_bytes: Some(2),
            waited_us: 3,
            bytes_per_s: 4,
        }),
    }
}

fn attempt() -> Attempt {
    Attempt {
        id: 1,
        probe: "web-socket".to_owned(),
        attempt: 1,
        endpoint: Endpoint::Probe,
        verdict: Verdict::Failed,
        place: PLACE,
        candidates: CANDIDATES.to_vec(),
        because: vec!["trace:1".to_owned(), "connection:2".to_owned()],
        ended: Ended::Failed,
        status: Some(403),
        status_from: Some(StatusFrom::SamePath),
        marked: Some(false),
        refused: Some("rate".to_owned()),
        error: Some("TypeError".to_owned()),
        blocked_by: Some("connect-src".to_owned()),
        arrivals: Some(0),
        queued_us: Some(1),
        open_us: Some(1),
        first_message_us: Some(2),
        failed_us: Some(3),
        ended_us: u64::from(u32::MAX),
        echo: SPREAD,
        gap_error: SPREAD,
        ticks: 20,
        close: Some(Close {
            code: 1006,
            reason: "r".repeat(123),
            was_clean: false,
        }),
        close_class: Some(CloseClass::AbnormalBeforeOpen),
        time_class: Some(TimeClass::RoundTrips),
        resource_timing: Some(resource_timing()),
    }
}

fn finding() -> Finding {
    Finding {
        id: "f1".to_owned(),
        code: Code::MethodNotSupported,
        method: Some(Method::WebSocket),
        lane: Some("main".to_owned()),
        place: PLACE,
        strength: Strength::Likely,
        severity: Severity::Blocking,
        seen: 2,
        of: 2,
        because: ["trace:1", "sighting:12", "surroundings"]
            .map(str::to_owned)
            .to_vec(),
        facts: vec![Fact {
            fact: FactName::Opened,
            value: Some("80".to_owned()),
            from: "trace:1".to_owned(),
        }],
        against: vec!["trace:2".to_owned()],
        rivals: vec![Rival {
            code: Code::OwnFailure,
            separated_by: "other-port".to_owned(),
        }],
        folded_under: Some("f2".to_owned()),
    }
}

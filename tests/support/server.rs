//! What the server of this world says when it is asked.

use pushcheck::time::Micros;
use pushcheck::wire::{
    About, End, Instance, Kind, Ledger, LedgerInstance, Limits, SeenHeader, Sighting, Software,
    TcpVantage, TlsVantage, Vantage,
};

use super::{AHEAD, INSTANCE};

/// What the server of this world says of itself.
pub fn about() -> About {
    About {
        software: Software {
            name: "pushcheck-server".to_owned(),
            version: "0.0.0".to_owned(),
        },
        wire: vec![1],
        instance: Instance {
            id: INSTANCE.to_owned(),
            started_at: 1,
        },
        clock_us: AHEAD,
        now: 1,
        lanes: Vec::new(),
        limits: Limits {
            hold_ms: 1,
            ticks: 1,
            upload_bytes: 1,
            message_bytes: 1,
            life_ms: 1,
            attempts: 1,
            report_bytes: 1,
        },
        vantage: Vantage {
            tls: TlsVantage::Own,
            tcp: TcpVantage::Client,
            trusted_hops: 0,
            undeclared_front: false,
        },
        outside_in: None,
    }
}

/// A ledger that saw nothing and missed nothing.
pub fn ledger() -> Ledger {
    Ledger {
        complete: true,
        instances: vec![LedgerInstance {
            id: INSTANCE.to_owned(),
            started_at: 1,
            // To the end of any run.
            seen_through: Micros(AHEAD).plus(Micros::ms(60_000)),
            evicted: 0,
            refused: 0,
            connections_lost: 0,
        }],
        sightings: Vec::new(),
        connections: Vec::new(),
    }
}

/// The arrival of a request for that URL, answered.
pub fn arrival(url: &str) -> Sighting {
    let path = url.split('?').next().unwrap_or_default();
    let mut parts = path.rsplit('/');
    let mut part = || parts.next().expect("a part of a path of ours");
    let (kind, attempt, probe) = (part(), part(), part());
    let kind: Kind = kind.parse().expect("a kind");
    let upgrade = kind == Kind::WebSocket && url.starts_with("ws");
    Sighting {
        kind,
        headers: if upgrade {
            upgrade_fields()
        } else {
            Vec::new()
        },
        status: Some(if upgrade { 101 } else { 200 }),
        end: Some(End::Complete),
        ..sighting(probe, attempt.parse().expect("a number"))
    }
}

pub fn field(name: &str, value: &str) -> SeenHeader {
    SeenHeader {
        name: name.to_owned(),
        length: value.len() as u32,
        value: Some(value.to_owned()),
    }
}

/// What browsers send (RFC 6455 § 4.1).
pub fn upgrade_fields() -> Vec<SeenHeader> {
    vec![
        field("Upgrade", "websocket"),
        field("Connection", "keep-alive, Upgrade"),
        field("Sec-WebSocket-Version", "13"),
        field("Sec-WebSocket-Key", ""),
    ]
}

/// A ledger that saw that attempt arrive, and nothing else.
pub fn seen(probe: &str, attempt: u16) -> Ledger {
    Ledger {
        sightings: vec![sighting(probe, attempt)],
        ..ledger()
    }
}

/// The arrival of that attempt, unanswered.
pub fn sighting(probe: &str, attempt: u16) -> Sighting {
    Sighting {
        instance: INSTANCE.to_owned(),
        probe: probe.to_owned(),
        attempt,
        kind: Kind::WebSocket,
        method: "GET".to_owned(),
        at: Micros(AHEAD),
        connected_at: Micros(AHEAD),
        http_version: "HTTP/1.1".to_owned(),
        tls: false,
        connection: 1,
        ja4: None,
        headers: Vec::new(),
        spelled: true,
        status: None,
        refused: None,
        answered_at: None,
        frames_in: 0,
        strange_in: 0,
        malformed_in: 0,
        frames_out: 0,
        ticks_out: 0,
        payload_in: 0,
        payload_out: 0,
        bytes_in: None,
        bytes_out: None,
        head_in: None,
        head_out: None,
        burst: None,
        handed_at: None,
        close: None,
        tcp: None,
        ended_at: None,
        end: None,
    }
}

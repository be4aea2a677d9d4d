//! `POST v1/runs/<run>/ledger`: what the server saw of a run.

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::time::Micros;

/// What the server saw of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Nothing of this run was forgotten, refused unseen or held by an instance that did not answer. Only then does
    /// a missing sighting prove that nothing arrived, up to `seenThrough`.
    pub complete: bool,
    /// Who contributed.
    pub instances: Vec<LedgerInstance>,
    /// One per arrival, in order of arrival: browsers retry and scanners fetch twice.
    pub sightings: Vec<Sighting>,
}

/// One instance's part of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerInstance {
    /// Its id.
    pub id: String,
    /// When it began, ms since 1970.
    pub started_at: u64,
    /// Until when it watched, on its own clock.
    pub seen_through: Micros,
    /// How many sightings of this run it has dropped for room.
    pub evicted: u32,
    /// How many requests of this run it refused by a limit.
    pub refused: u32,
}

/// One arrival of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sighting {
    /// Which instance; every `Micros` here is on its clock.
    pub instance: String,
    /// Which probe.
    pub probe: String,
    /// Which attempt of it.
    pub attempt: u16,
    /// What was asked.
    pub kind: Kind,
    /// The request's method as received: `GET`, `POST`, `CONNECT`.
    pub method: String,
    /// When its head had been read.
    pub at: Micros,
    /// `HTTP/1.0`, `HTTP/1.1`, `HTTP/2.0`.
    pub http_version: String,
    /// Came over TLS that this server ended.
    pub tls: bool,
    /// The connection's number within the run, from 1: equal numbers shared one connection.
    pub connection: u32,
    /// The head's fields in the order in which the server's library keeps them.
    pub headers: Vec<SeenHeader>,
    /// The status that we answered; 101 for an accepted upgrade, 200 for an accepted extended CONNECT (RFC 8441);
    /// null while unanswered.
    pub status: Option<u16>,
    /// Why we refused, as in [`super::REFUSED`].
    pub refused: Option<String>,
    /// When the answer's head was handed over.
    pub answered_at: Option<Micros>,
    /// WebSocket data frames received.
    pub frames_in: u32,
    /// WebSocket data frames handed to the socket.
    pub frames_out: u32,
    /// Ticks handed to the socket.
    pub ticks_out: u32,
    /// Payload bytes received: frames' or body's.
    pub payload_in: u64,
    /// Payload bytes handed over: frames', ticks' lines or body's.
    pub payload_out: u64,
    /// Bytes that this exchange read above TLS; null where the connection carries others at once (HTTP/2).
    pub bytes_in: Option<u64>,
    /// Bytes that this exchange wrote above TLS; null as above.
    pub bytes_out: Option<u64>,
    /// Of `bytesIn`, the request's head; null as above.
    pub head_in: Option<u64>,
    /// Of `bytesOut`, the answer's head (the 101 of an upgrade); null as above, and where the head was not written apart
    /// from the body (polls).
    pub head_out: Option<u64>,
    /// The close frame from the page.
    pub close: Option<SeenClose>,
    /// When it ended; null while it lasts.
    pub ended_at: Option<Micros>,
    /// How it ended; null while it lasts.
    pub end: Option<End>,
}

/// A field of a request's head. Values of all but a short list are dropped before they reach memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenHeader {
    /// The name: lower-case, until the raw head is kept.
    pub name: String,
    /// How many bytes its value had.
    pub length: u32,
    /// The value, for names on the allow-list; of `Origin` only the scheme.
    pub value: Option<String>,
}

/// A WebSocket close frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenClose {
    /// Its code; 1005 when the frame had none (RFC 6455 § 7.1.5).
    pub code: u16,
    /// How many bytes its reason had.
    pub reason_length: u32,
}

/// How an exchange ended, as the server saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// All was sent, or the close handshake was done.
    Complete,
    /// We refused.
    Refused,
    /// The other side ended it before all was sent.
    PeerLeft,
    /// The connection broke: reset, timeout, protocol error.
    Broken,
    /// We ended it: our limit or our shutdown.
    OurLimit,
}

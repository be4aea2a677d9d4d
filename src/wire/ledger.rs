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
    /// Connections during the run that brought no request of any run, in order of their coming.
    pub connections: Vec<SeenConnection>,
}

/// A connection that made no request: it broke before, or was kept for later and never used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenConnection {
    /// Which instance; every `Micros` here is on its clock.
    pub instance: String,
    /// What makes it this run's.
    pub joined_by: JoinedBy,
    /// When it was accepted.
    pub at: Micros,
    /// The port that it came to, on the server's side.
    pub port: u16,
    /// How far it came.
    pub reached: Reached,
    /// Bytes that it brought, below TLS.
    pub bytes_in: u64,
    /// The TLS alert that it ended with (RFC 8446 § 6); null: none, or not TLS.
    pub alert: Option<u8>,
    /// What is wrong with the certificate that it was shown, by our own look; null: it was shown none.
    pub certificate: Option<ShownCertificate>,
    /// When it ended; null while it lasts.
    pub ended_at: Option<Micros>,
    /// How it ended; null while it lasts.
    pub end: Option<End>,
}

/// What makes a connection without a request a run's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JoinedBy {
    /// It came from an address that the run's requests came from, while the run lasted. Others share addresses.
    Address,
    /// Its ClientHello named the run.
    Name,
}

/// What is wrong with a certificate, at the time and for the name that was asked for; of several the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShownCertificate {
    /// It is not valid yet, or no more (RFC 5280 § 4.1.2.5).
    Expired,
    /// It does not cover the name (RFC 9525).
    OtherName,
    /// It issued itself: only who was told so trusts it.
    SelfSigned,
    /// Nothing that we see. Who issued it some browsers may not trust.
    Sound,
}

/// How far a connection came that made no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reached {
    /// Not a byte came.
    Accepted,
    /// Bytes that begin neither HTTP nor TLS, or not all of either's beginning.
    Bytes,
    /// A TLS ClientHello came to a port that speaks plain HTTP.
    TlsToPlain,
    /// Plain HTTP came to a port that speaks TLS.
    PlainToTls,
    /// A TLS ClientHello came; the handshake was not finished.
    Hello,
    /// The TLS handshake was finished.
    Secured,
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
    /// How many connections it cannot tell of: it has dropped them for room; and one more where any broke off meanwhile that came from another address to a port of a kind, plain or TLS, to which no request of the run came. Where any are, a missing one proves nothing.
    pub connections_lost: u32,
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
    /// When its connection was accepted.
    pub connected_at: Micros,
    /// `HTTP/1.0`, `HTTP/1.1`, `HTTP/2.0`.
    pub http_version: String,
    /// Came over TLS that this server ended.
    pub tls: bool,
    /// The connection's number within the run, from 1: equal numbers shared one connection.
    pub connection: u32,
    /// The JA4 of its connection's ClientHello; null without TLS of ours.
    pub ja4: Option<String>,
    /// The head's fields in their order. Names are as they were spelled, unless `spelled` is false.
    pub headers: Vec<SeenHeader>,
    /// Order and spelling are the sender's; HTTP/2 knows no spelling, and its libraries no order.
    pub spelled: bool,
    /// The status that we answered; 101 for an accepted upgrade, 200 for an accepted extended CONNECT (RFC 8441);
    /// null while unanswered.
    pub status: Option<u16>,
    /// Why we refused, as in [`super::REFUSED`].
    pub refused: Option<String>,
    /// When the answer's head was handed over.
    pub answered_at: Option<Micros>,
    /// WebSocket data frames received.
    pub frames_in: u32,
    /// Of them such as carried no line of ours, or one that was changed on its way.
    pub strange_in: u32,
    /// Frames received without a mask or with a reserved bit that was not agreed upon (RFC 6455 § 5.2, § 5.3), and messages
    /// that are not of the compression that was (RFC 7692 § 7.2.2).
    pub malformed_in: u32,
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
    /// Many messages at once; null: there were none.
    pub burst: Option<SeenBurst>,
    /// When payload was last handed over of an answer that is as large as was asked for; null: none was, or of another.
    pub handed_at: Option<Micros>,
    /// The close frame from the page.
    pub close: Option<SeenClose>,
    /// Its TCP connection, as the kernel knew it at the end; null where it does not tell.
    pub tcp: Option<SeenTcp>,
    /// When it ended; null while it lasts.
    pub ended_at: Option<Micros>,
    /// How it ended; null while it lasts.
    pub end: Option<End>,
}

/// A field of a request's head. Values of all but a short list are dropped before they reach memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenHeader {
    /// The name; `:truncated` stands for fields that were left out, with their number for its length.
    pub name: String,
    /// How many bytes its value had.
    pub length: u32,
    /// The value, for names on the allow-list; of `Origin` only the scheme.
    pub value: Option<String>,
}

/// Many numbered messages at once on one socket, as the server saw them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenBurst {
    /// The last part that was handed to the socket; 0: none.
    pub last_out: u32,
    /// The last part of which the page said that it arrived; 0: of none.
    pub last_acked: u32,
    /// The first part that came from the page; 0: none did.
    pub first_in: u32,
    /// The last that followed the one before it.
    pub last_in: u32,
    /// How many came that did not: out of turn, or again.
    pub strays_in: u32,
    /// Where the bytes of the parts were at each word from the page of what arrived; empty where the kernel does not tell.
    pub queue: Vec<SeenQueue>,
}

/// Where bytes of a connection were, each number since the burst was asked for. With TLS they are a little more than the
/// parts'; over HTTP/2 others' are among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenQueue {
    /// When the page's word came.
    pub at: Micros,
    /// Sent to the network.
    pub sent: u64,
    /// Acknowledged by TCP, which whoever stands next on the way does.
    pub acked: u64,
    /// Arrived, by the page's word.
    pub arrived: u64,
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

/// A TCP connection, as the server's kernel knows it: up to the nearest box that speaks TCP, not up to the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenTcp {
    /// The smoothed round trip, µs.
    pub rtt_us: u64,
    /// Segments sent again.
    pub retransmits: u32,
    /// Segments sent and not acknowledged.
    pub unacked: u32,
    /// How often in a row the wait for an acknowledgement ended in vain (RFC 6298 § 5), since the last one came.
    pub timeouts: u32,
}

/// How an exchange or a connection ended, as the server saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// All was sent, or the close handshake was done.
    Complete,
    /// We refused.
    Refused,
    /// The other side ended it before all was sent: FIN, or its like in HTTP/2.
    PeerLeft,
    /// A reset came (RFC 9293 § 3.10.7).
    Reset,
    /// Nothing came for so long that the kernel gave up.
    TimedOut,
    /// The connection broke otherwise: the protocol on it was broken, or TLS was.
    Broken,
    /// We ended it: our limit, our shutdown, or as the page had asked.
    OurLimit,
}

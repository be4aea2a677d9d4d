//! `GET v1/about`.

use serde::{Deserialize, Serialize};

use crate::method::Method;

/// What the server says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// What runs there.
    pub software: Software,
    /// The wire versions that it speaks.
    pub wire: Vec<u32>,
    /// Which process answered.
    pub instance: Instance,
    /// That process's clock at the answer: µs since it began.
    pub clock_us: u64,
    /// Its wall clock at the answer: ms since 1970.
    pub now: u64,
    /// Where it can be reached.
    pub lanes: Vec<Lane>,
    /// Its limits, so that a page does not run into them.
    pub limits: Limits,
    /// What it can see.
    pub vantage: Vantage,
    /// What the server found when it tried itself through its public address; null: it has not.
    pub outside_in: Option<OutsideIn>,
}

/// The server's own tries of every method through its public address, natively: what fails here fails for everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutsideIn {
    /// How long ago, ms.
    pub age_ms: u64,
    /// What was tried.
    pub tries: Vec<OutsideTry>,
}

/// One method, tried from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideTry {
    /// Which.
    pub method: Method,
    /// All rungs were climbed.
    pub passed: bool,
    /// The status of the answer, whoever gave it; null: none came.
    pub status: Option<u16>,
    /// The answer bore our mark; null: none came.
    pub marked: Option<bool>,
}

/// A program and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version (semver).
    pub version: String,
}

/// One process of the probe server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// Random, 16 hexadecimal digits.
    pub id: String,
    /// When it began, ms since 1970.
    pub started_at: u64,
}

/// The id of a lane whose certificate no browser may accept: whatever reaches the server there passed somebody who did.
pub const BAD_CERTIFICATE: &str = "bad-certificate";

/// One way to reach the server: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// `plain`, `tls`, `alt-8443`, `other-name`, …
    pub id: String,
    /// http or https.
    pub scheme: Scheme,
    /// The host; null: the one that the page came from.
    pub host: Option<String>,
    /// The port.
    pub port: u16,
    /// The path that its probes wear, `/` at both ends; null: the page's own.
    pub base: Option<String>,
}

/// The scheme of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Plain HTTP and `ws:`.
    Http,
    /// HTTP over TLS and `wss:`.
    Https,
}

/// The server's limits, per run unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// The longest hold of a long poll and the longest silence of a stream, ms.
    pub hold_ms: u64,
    /// The most ticks that one stream or socket carries.
    pub ticks: u32,
    /// The largest upload, bytes.
    pub upload_bytes: u64,
    /// The largest WebSocket message, bytes.
    pub message_bytes: u64,
    /// The longest life of one stream or socket, ms.
    pub life_ms: u64,
    /// The most attempts of one run.
    pub attempts: u32,
    /// The largest report, bytes.
    pub report_bytes: u64,
}

/// From where the server watches: facts outside its vantage are unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vantage {
    /// Who ends TLS.
    pub tls: TlsVantage,
    /// Whose TCP connection the server sees.
    pub tcp: TcpVantage,
    /// How many hops in front are the operator's own.
    pub trusted_hops: u32,
    /// Nothing is declared to stand in front, and the request for this answer bore a field that proxies add (`Via`,
    /// `Forwarded`, `X-Forwarded-For` and its like): whose TLS and TCP the server sees is unsure, be it that of the
    /// operator's own proxy or of one on the visitor's way.
    pub undeclared_front: bool,
}

/// Who ends TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsVantage {
    /// The server itself.
    Own,
    /// Something in front of it, by the operator's word.
    TerminatedBefore,
}

/// Whose TCP connection the server sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TcpVantage {
    /// The visitor's, or that of a box in the visitor's network.
    Client,
    /// That of the operator's own proxy.
    Proxy,
}

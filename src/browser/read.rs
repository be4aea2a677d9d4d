//! The server's JSON answers → our types. Hostile until read: a wrong part makes the whole unreadable.
//!
//! By hand, as a general deserializer costs the visitor more than all of our drivers together.

use wasm_bindgen::JsValue;

use super::js;
use crate::time::Micros;
use crate::wire::{
    About, End, Instance, Kind, Lane, Ledger, LedgerInstance, Limits, Scheme, SeenClose,
    SeenHeader, Sighting, Software, TcpVantage, TlsVantage, Vantage,
};

/// A value that came from elsewhere.
struct Value(JsValue);

/// More elements than any answer of ours has in one array.
const MOST: usize = 5_000;
/// A longer string is none of ours.
const LONGEST: usize = 500;

impl Value {
    #[inline(never)]
    fn at(&self, name: &str) -> Self {
        Self(js::get(&self.0, name))
    }

    #[inline(never)]
    fn number(&self, name: &str) -> Option<u64> {
        let number = self.at(name).0.as_f64()?;
        (0.0..9e15).contains(&number).then_some(number as u64)
    }

    fn micros(&self, name: &str) -> Option<Micros> {
        self.number(name).map(Micros)
    }

    #[inline(never)]
    fn text(&self, name: &str) -> Option<String> {
        self.at(name)
            .0
            .as_string()
            .filter(|text| text.len() <= LONGEST)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.at(name).0.as_bool()
    }

    fn list<T>(&self, name: &str, item: fn(&Self) -> Option<T>) -> Option<Vec<T>> {
        let mut list = Vec::new();
        for value in self.items(name)? {
            list.push(item(&Self(value))?);
        }
        Some(list)
    }

    #[inline(never)]
    fn items(&self, name: &str) -> Option<Vec<JsValue>> {
        let list = self.at(name).0;
        let mut items = js::is_list(&list).then(|| js::items(&list))?;
        items.truncate(MOST);
        Some(items)
    }

    /// One of some words.
    fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let (_, value) = words.iter().find(|(word, _)| *word == text)?;
        Some(*value)
    }
}

/// The answer to `GET v1/about`.
pub(super) fn about(json: JsValue) -> Option<About> {
    let v = Value(json);
    let (software, instance, limits, vantage) = (
        v.at("software"),
        v.at("instance"),
        v.at("limits"),
        v.at("vantage"),
    );
    Some(About {
        software: Software {
            name: software.text("name")?,
            version: software.text("version")?,
        },
        wire: v.list("wire", |version| {
            version.0.as_f64().map(|version| version as u32)
        })?,
        instance: Instance {
            id: instance.text("id")?,
            started_at: instance.number("startedAt")?,
        },
        clock_us: v.number("clockUs")?,
        now: v.number("now")?,
        lanes: v.list("lanes", lane)?,
        limits: Limits {
            hold_ms: limits.number("holdMs")?,
            ticks: limits.number("ticks")? as u32,
            upload_bytes: limits.number("uploadBytes")?,
            message_bytes: limits.number("messageBytes")?,
            life_ms: limits.number("lifeMs")?,
            attempts: limits.number("attempts")? as u32,
            report_bytes: limits.number("reportBytes")?,
        },
        vantage: Vantage {
            tls: vantage.word(
                "tls",
                &[
                    ("own", TlsVantage::Own),
                    ("terminated-before", TlsVantage::TerminatedBefore),
                ],
            )?,
            tcp: vantage.word(
                "tcp",
                &[("client", TcpVantage::Client), ("proxy", TcpVantage::Proxy)],
            )?,
            trusted_hops: vantage.number("trustedHops")? as u32,
        },
    })
}

fn lane(v: &Value) -> Option<Lane> {
    Some(Lane {
        id: v.text("id")?,
        scheme: v.word(
            "scheme",
            &[("http", Scheme::Http), ("https", Scheme::Https)],
        )?,
        host: v.text("host"),
        port: v.number("port")? as u16,
    })
}

/// The answer to `POST v1/runs/<run>/ledger`.
pub(super) fn ledger(json: JsValue) -> Option<Ledger> {
    let v = Value(json);
    Some(Ledger {
        complete: v.flag("complete")?,
        instances: v.list("instances", |v| {
            Some(LedgerInstance {
                id: v.text("id")?,
                started_at: v.number("startedAt")?,
                seen_through: v.micros("seenThrough")?,
                evicted: v.number("evicted")? as u32,
                refused: v.number("refused")? as u32,
            })
        })?,
        sightings: v.list("sightings", sighting)?,
    })
}

fn sighting(v: &Value) -> Option<Sighting> {
    let kinds = Kind::ALL.map(|kind| (kind.as_str(), kind));
    let close = v.at("close");
    const ENDS: [(&str, End); 5] = [
        ("complete", End::Complete),
        ("refused", End::Refused),
        ("peer-left", End::PeerLeft),
        ("broken", End::Broken),
        ("our-limit", End::OurLimit),
    ];
    Some(Sighting {
        instance: v.text("instance")?,
        probe: v.text("probe")?,
        attempt: v.number("attempt")? as u16,
        kind: v.word("kind", &kinds)?,
        method: v.text("method")?,
        at: v.micros("at")?,
        http_version: v.text("httpVersion")?,
        tls: v.flag("tls")?,
        connection: v.number("connection")? as u32,
        headers: v.list("headers", |v| {
            Some(SeenHeader {
                name: v.text("name")?,
                length: v.number("length")? as u32,
                value: v.text("value"),
            })
        })?,
        status: v.number("status").map(|status| status as u16),
        refused: v.text("refused"),
        answered_at: v.micros("answeredAt"),
        frames_in: v.number("framesIn")? as u32,
        frames_out: v.number("framesOut")? as u32,
        ticks_out: v.number("ticksOut")? as u32,
        payload_in: v.number("payloadIn")?,
        payload_out: v.number("payloadOut")?,
        bytes_in: v.number("bytesIn"),
        bytes_out: v.number("bytesOut"),
        head_in: v.number("headIn"),
        head_out: v.number("headOut"),
        close: close
            .number("code")
            .zip(close.number("reasonLength"))
            .map(|(code, length)| SeenClose {
                code: code as u16,
                reason_length: length as u32,
            }),
        ended_at: v.micros("endedAt"),
        end: v.word("end", &ENDS),
    })
}

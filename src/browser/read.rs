//! The server's JSON answers → our types. Hostile until read: a wrong part makes the whole unreadable.
//!
//! By hand, as a general deserializer costs the visitor more than all of our drivers together.

use core::cell::Cell;

use wasm_bindgen::JsValue;

use super::js;
use crate::evidence::Client;
use crate::method::Method;
use crate::time::Micros;
use crate::wire::{
    About, End, Instance, JoinedBy, Kind, Lane, Ledger, LedgerInstance, Limits, OutsideIn,
    OutsideTry, Reached, Scheme, SeenBurst, SeenClose, SeenConnection, SeenHeader, SeenQueue,
    SeenTcp, ShownCertificate, Sighting, Software, TcpVantage, TlsVantage, Vantage,
};

/// More elements than any answer of ours has in one array.
const MOST: usize = 2_100;
/// A longer string is none of ours.
const LONGEST: usize = 500;

/// A value that came from elsewhere, and whether any part of the whole was wrong. Reading goes on after a wrong part,
/// so that no step has to give up half of a result.
struct Value<'a> {
    json: JsValue,
    wrong: &'a Cell<bool>,
}

/// What `read` makes of it, unless any part was wrong.
fn whole<T>(json: JsValue, read: impl FnOnce(&Value<'_>) -> T) -> Option<T> {
    let wrong = Cell::new(false);
    let read = read(&Value {
        json,
        wrong: &wrong,
    });
    (!wrong.get()).then_some(read)
}

impl Value<'_> {
    #[inline(never)]
    fn at(&self, name: &str) -> Self {
        let (json, wrong) = (js::get(&self.json, name), self.wrong);
        Self { json, wrong }
    }

    /// The part has to be there.
    fn needed<T: Default>(&self, part: Option<T>) -> T {
        self.wrong.set(self.wrong.get() || part.is_none());
        part.unwrap_or_default()
    }

    #[inline(never)]
    fn maybe_number(&self, name: &str) -> Option<u64> {
        let number = self.at(name).json.as_f64()?;
        (0.0..9e15).contains(&number).then_some(number as u64)
    }

    #[inline(never)]
    fn number(&self, name: &str) -> u64 {
        self.needed(self.maybe_number(name))
    }

    #[inline(never)]
    fn small(&self, name: &str) -> u32 {
        self.needed(u32::try_from(self.number(name)).ok())
    }

    fn short(&self, name: &str) -> u16 {
        self.needed(u16::try_from(self.number(name)).ok())
    }

    fn micros(&self, name: &str) -> Micros {
        Micros(self.number(name))
    }

    fn status(&self, name: &str) -> Option<u16> {
        self.maybe_number(name).map(|status| status as u16)
    }

    /// A part that may be null.
    fn part(&self, name: &str) -> Option<Self> {
        Some(self.at(name)).filter(|part| part.json.is_object())
    }

    #[inline(never)]
    fn maybe_text(&self, name: &str) -> Option<String> {
        let text = self.at(name).json.as_string();
        text.filter(|text| text.len() <= LONGEST)
    }

    #[inline(never)]
    fn text(&self, name: &str) -> String {
        self.needed(self.maybe_text(name))
    }

    #[inline(never)]
    fn flag(&self, name: &str) -> bool {
        self.needed(self.at(name).json.as_bool())
    }

    fn list<T>(&self, name: &str, item: fn(&Self) -> T) -> Vec<T> {
        let mut list = Vec::new();
        for json in self.items(name) {
            let wrong = self.wrong;
            list.push(item(&Self { json, wrong }));
        }
        list
    }

    #[inline(never)]
    fn items(&self, name: &str) -> Vec<JsValue> {
        let list = self.at(name).json;
        let mut items = self.needed(js::is_list(&list).then(|| js::items(&list)));
        // Cut short it would tell of things that they never arrived.
        self.wrong.set(self.wrong.get() || items.len() > MOST);
        items.truncate(MOST);
        items
    }

    /// Which of some words it is.
    #[inline(never)]
    fn index(&self, name: &str, words: &[&str]) -> Option<usize> {
        let text = self.maybe_text(name)?;
        words.iter().position(|word| *word == text)
    }

    /// One of two words.
    fn is_second(&self, name: &str, words: [&str; 2]) -> bool {
        self.needed(self.index(name, &words)) == 1
    }
}

/// What `push-check-observe.js` counted. It stands in the page: as hostile as an answer.
pub(crate) fn clients(json: JsValue) -> Option<Vec<Client>> {
    let all = js::object();
    js::set(&all, "all", &json);
    whole(all, |v| {
        v.list("all", |v| Client {
            method: Method::from_word(&v.text("method")).unwrap_or(Method::Polling),
            lane: v.maybe_text("lane"),
            began: v.small("began"),
            opened: v.small("opened"),
            failed: v.small("failed"),
            failed_in_run: v.small("failedInRun"),
            ended_early: v.small("endedEarly"),
            threw: v.small("threw"),
            sent_early: v.small("sentEarly"),
            sent_late: v.small("sentLate"),
            handler_threw: v.small("handlerThrew"),
            unheard: v.small("unheard"),
            left: v.small("left"),
            read_whole: v.small("readWhole"),
            at_once: v.small("atOnce"),
            close_code: v.status("closeCode"),
            error: v.maybe_text("error"),
        })
    })
}

/// The answer to `GET v1/about`. What neither the run nor its report uses is not read.
pub(super) fn about(json: JsValue) -> Option<About> {
    whole(json, |v| {
        let [instance, vantage] = ["instance", "vantage"].map(|name| v.at(name));
        About {
            software: Software {
                name: String::new(),
                version: String::new(),
            },
            wire: v.list("wire", |version| {
                version.needed(version.json.as_f64()) as u32
            }),
            instance: Instance {
                id: instance.text("id"),
                started_at: instance.number("startedAt"),
            },
            clock_us: 0,
            now: 0,
            lanes: v.list("lanes", lane),
            limits: Limits {
                hold_ms: 0,
                ticks: 0,
                upload_bytes: 0,
                message_bytes: 0,
                life_ms: 0,
                attempts: 0,
                report_bytes: 0,
            },
            vantage: Vantage {
                tls: match vantage.is_second("tls", ["own", "terminated-before"]) {
                    false => TlsVantage::Own,
                    true => TlsVantage::TerminatedBefore,
                },
                tcp: match vantage.is_second("tcp", ["client", "proxy"]) {
                    false => TcpVantage::Client,
                    true => TcpVantage::Proxy,
                },
                trusted_hops: vantage.small("trustedHops"),
                undeclared_front: vantage.flag("undeclaredFront"),
            },
            outside_in: v.part("outsideIn").map(|v| OutsideIn {
                age_ms: v.number("ageMs"),
                tries: v.list("tries", outside_try),
            }),
        }
    })
}

fn outside_try(v: &Value<'_>) -> OutsideTry {
    let method = v.needed(v.maybe_text("method"));
    OutsideTry {
        method: Method::from_word(&method).unwrap_or(Method::Polling),
        passed: v.flag("passed"),
        status: v.status("status"),
        marked: v.at("marked").json.as_bool(),
    }
}

fn lane(v: &Value<'_>) -> Lane {
    Lane {
        id: v.text("id"),
        scheme: match v.is_second("scheme", ["http", "https"]) {
            false => Scheme::Http,
            true => Scheme::Https,
        },
        host: v.maybe_text("host"),
        port: v.short("port"),
        base: v.maybe_text("base"),
    }
}

/// The answer to `POST v1/runs/<run>/ledger`.
pub(super) fn ledger(json: JsValue) -> Option<Ledger> {
    whole(json, |v| Ledger {
        complete: v.flag("complete"),
        instances: v.list("instances", |v| LedgerInstance {
            id: v.text("id"),
            started_at: v.number("startedAt"),
            seen_through: v.micros("seenThrough"),
            evicted: v.small("evicted"),
            refused: v.small("refused"),
            connections_lost: v.small("connectionsLost"),
        }),
        sightings: v.list("sightings", sighting),
        connections: v.list("connections", connection),
    })
}

fn end(v: &Value<'_>) -> Option<End> {
    const ENDS: [(&str, End); 7] = [
        ("complete", End::Complete),
        ("refused", End::Refused),
        ("peer-left", End::PeerLeft),
        ("reset", End::Reset),
        ("timed-out", End::TimedOut),
        ("broken", End::Broken),
        ("our-limit", End::OurLimit),
    ];
    let end = v.index("end", &ENDS.map(|(word, _)| word))?;
    ENDS.get(end).map(|(_, end)| *end)
}

fn certificate(v: &Value<'_>) -> Option<ShownCertificate> {
    const SHOWN: [(&str, ShownCertificate); 4] = [
        ("expired", ShownCertificate::Expired),
        ("other-name", ShownCertificate::OtherName),
        ("self-signed", ShownCertificate::SelfSigned),
        ("sound", ShownCertificate::Sound),
    ];
    let shown = v.index("certificate", &SHOWN.map(|(word, _)| word))?;
    SHOWN.get(shown).map(|(_, shown)| *shown)
}

fn connection(v: &Value<'_>) -> SeenConnection {
    const REACHED: [(&str, Reached); 6] = [
        ("accepted", Reached::Accepted),
        ("bytes", Reached::Bytes),
        ("tls-to-plain", Reached::TlsToPlain),
        ("plain-to-tls", Reached::PlainToTls),
        ("hello", Reached::Hello),
        ("secured", Reached::Secured),
    ];
    let reached = v.needed(v.index("reached", &REACHED.map(|(word, _)| word)));
    SeenConnection {
        instance: v.text("instance"),
        joined_by: match v.is_second("joinedBy", ["address", "name"]) {
            false => JoinedBy::Address,
            true => JoinedBy::Name,
        },
        at: v.micros("at"),
        port: v.short("port"),
        reached: REACHED
            .get(reached)
            .map_or(Reached::Accepted, |(_, reached)| *reached),
        bytes_in: v.number("bytesIn"),
        alert: v.maybe_number("alert").map(|alert| alert as u8),
        certificate: certificate(v),
        ended_at: v.maybe_number("endedAt").map(Micros),
        end: end(v),
    }
}

fn sighting(v: &Value<'_>) -> Sighting {
    let kind = v.index("kind", &Kind::ALL.map(Kind::as_str));
    let kind = kind.and_then(|kind| Kind::ALL.get(kind));
    v.wrong.set(v.wrong.get() || kind.is_none());
    Sighting {
        instance: v.text("instance"),
        probe: v.text("probe"),
        attempt: v.short("attempt"),
        kind: *kind.unwrap_or(&Kind::Poll),
        method: v.text("method"),
        at: v.micros("at"),
        connected_at: v.micros("connectedAt"),
        http_version: v.text("httpVersion"),
        tls: v.flag("tls"),
        connection: v.small("connection"),
        ja4: v.maybe_text("ja4"),
        headers: v.list("headers", |v| SeenHeader {
            name: v.text("name"),
            length: v.small("length"),
            value: v.maybe_text("value"),
        }),
        spelled: v.flag("spelled"),
        status: v.status("status"),
        refused: v.maybe_text("refused"),
        answered_at: v.maybe_number("answeredAt").map(Micros),
        frames_in: v.small("framesIn"),
        strange_in: v.small("strangeIn"),
        malformed_in: v.small("malformedIn"),
        frames_out: v.small("framesOut"),
        ticks_out: v.small("ticksOut"),
        payload_in: v.number("payloadIn"),
        payload_out: v.number("payloadOut"),
        bytes_in: v.maybe_number("bytesIn"),
        bytes_out: v.maybe_number("bytesOut"),
        head_in: v.maybe_number("headIn"),
        head_out: v.maybe_number("headOut"),
        burst: v.part("burst").map(|v| SeenBurst {
            last_out: v.small("lastOut"),
            last_acked: v.small("lastAcked"),
            first_in: v.small("firstIn"),
            last_in: v.small("lastIn"),
            strays_in: v.small("straysIn"),
            queue: v.list("queue", |v| SeenQueue {
                at: v.micros("at"),
                sent: v.number("sent"),
                acked: v.number("acked"),
                arrived: v.number("arrived"),
            }),
        }),
        handed_at: v.maybe_number("handedAt").map(Micros),
        close: v.part("close").map(|close| SeenClose {
            code: close.short("code"),
            reason_length: close.small("reasonLength"),
        }),
        tcp: v.part("tcp").map(|tcp| SeenTcp {
            rtt_us: tcp.number("rttUs"),
            retransmits: tcp.small("retransmits"),
            unacked: tcp.small("unacked"),
            timeouts: tcp.small("timeouts"),
        }),
        ended_at: v.maybe_number("endedAt").map(Micros),
        end: end(v),
    }
}

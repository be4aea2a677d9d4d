//! What goes through the rules: pieces of a direction, each with the exchange that it belongs to.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::frame::Frame;
use super::head::{self, Head};
use super::hello::Hello;
use super::host;
use super::rule::When;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// From the client.
    Up,
    /// From the server.
    Down,
}

/// A request as the client wrote it.
#[derive(Debug)]
pub(super) struct Request {
    /// Which one on its connection, from 1.
    pub(super) number: u64,
    pub(super) method: String,
    /// Without scheme and host.
    pub(super) path: String,
    pub(super) host: Option<String>,
    /// Whether the rules leave it alone.
    pub(super) exempt: bool,
    pub(super) head: Head,
}

impl Request {
    /// What a head asks for; nobody is exempt yet.
    pub(super) fn new(number: u64, head: Head) -> Self {
        let method = head.word(0).into_owned();
        let target = head.word(1).into_owned();
        let (authority, path) = match target.split_once("://") {
            Some((_, rest)) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let path = if path.is_empty() { "/" } else { path };
                (Some(authority.to_owned()), path.to_owned())
            }
            None if method == "CONNECT" => (Some(target.clone()), target),
            None => (head.get("host").map(Cow::into_owned), target),
        };
        let parts = authority
            .as_deref()
            .and_then(|authority| host::split(authority, 80));
        Self {
            number,
            method,
            path,
            host: parts.map(|(host, _)| host.to_owned()),
            exempt: false,
            head,
        }
    }

    /// Whether it is the handshake of a WebSocket.
    pub(super) fn wants_socket(&self) -> bool {
        self.head.get("sec-websocket-key").is_some()
    }

    /// Whether an answer of that status makes it a tunnel.
    pub(super) fn is_tunnelled_by(&self, status: u16) -> bool {
        self.method == "CONNECT" && (200..300).contains(&status)
    }
}

/// The exchange that a piece belongs to, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub(super) request: Option<Arc<Request>>,
    pub(super) response: Option<Arc<Head>>,
    pub(super) status: Option<u16>,
    /// Whether a 101 came before this piece.
    pub(super) upgraded: bool,
}

impl Scene {
    pub(super) fn is_exempt(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.exempt)
    }
}

/// What is known of the connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// The first bytes of the client.
    pub(super) opening: Vec<u8>,
    /// Its greeting, if it spoke TLS.
    pub(super) hello: Option<Hello>,
}

/// A piece of a direction.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) scene: Arc<Scene>,
    pub(super) part: Part,
}

/// What a piece is.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Head(Head),
    Data {
        bytes: Bytes,
        /// How many came before them in this body or tunnel.
        at: u64,
        /// Whether a chunk ends with them.
        whole: bool,
    },
    Frame {
        frame: Frame,
        at: u64,
        /// Which one of data, from 1; 0 for others.
        n: u64,
    },
    /// The message is complete.
    End,
    /// The sender has closed.
    Eof,
}

impl Unit {
    /// As it goes over the wire.
    pub(super) fn bytes(self) -> Bytes {
        match self.part {
            Part::Head(head) => head.bytes().into(),
            Part::Data { bytes, .. } => bytes,
            Part::Frame { frame, .. } => frame.bytes(),
            Part::End | Part::Eof => Bytes::new(),
        }
    }

    /// Bytes of a body or tunnel.
    pub(super) fn data(scene: Arc<Scene>, bytes: Bytes) -> Self {
        let (at, whole) = (0, true);
        let part = Part::Data { bytes, at, whole };
        Self { scene, part }
    }

    /// About how much memory it takes.
    pub(super) fn size(&self) -> usize {
        match &self.part {
            Part::Head(head) => head.bytes().len(),
            Part::Data { bytes, .. } => bytes.len(),
            Part::Frame { frame, .. } => frame.payload().len() + 14,
            Part::End | Part::Eof => 0,
        }
    }

    /// Whether it carries bytes: ends do not.
    pub(super) const fn has_bytes(&self) -> bool {
        !matches!(self.part, Part::End | Part::Eof)
    }

    /// The part of it before the nth byte of its body, if it goes on behind that.
    pub(super) fn split(&mut self, n: u64) -> Option<Self> {
        let Part::Data { bytes, at, .. } = &mut self.part else {
            return None;
        };
        let before = usize::try_from(n.checked_sub(*at)?).ok()?;
        if before == 0 || before >= bytes.len() {
            return None;
        }
        let first = Part::Data {
            bytes: bytes.split_to(before),
            at: *at,
            whole: false,
        };
        *at = n;
        Some(Self {
            scene: Arc::clone(&self.scene),
            part: first,
        })
    }
}

/// Where a keyword has been looked for.
#[derive(Debug, Default)]
pub(super) struct Search {
    tail: Vec<u8>,
    found: bool,
}

impl Search {
    /// In a stream the keyword counts from where it ends; a head or a frame has it or not.
    fn finds(&mut self, keyword: &str, part: &Part) -> bool {
        match part {
            Part::Head(head) => head::contains(&head.bytes(), keyword),
            Part::Frame { frame, .. } => head::contains(frame.payload(), keyword),
            Part::Data { bytes, .. } => {
                if !self.found {
                    self.tail.extend_from_slice(bytes);
                    self.found = head::contains(&self.tail, keyword);
                    let extra = self.tail.len().saturating_sub(keyword.len() - 1);
                    self.tail.drain(..extra);
                }
                self.found
            }
            Part::End | Part::Eof => false,
        }
    }
}

impl When {
    /// Whether it is so for this piece.
    pub(super) fn matches(&self, unit: &Unit, facts: &Facts, search: &mut Search) -> bool {
        self.fits(&unit.scene, facts)
            && self.from_byte.is_none_or(|from| match unit.part {
                Part::Data { at, .. } | Part::Frame { at, .. } => at >= from,
                _ => false,
            })
            && self
                .frame
                .is_none_or(|wanted| matches!(unit.part, Part::Frame { n, .. } if n == wanted))
            && self
                .contains
                .as_deref()
                .is_none_or(|keyword| search.finds(keyword, &unit.part))
    }

    /// Whether the exchange and the connection are so.
    pub(super) fn fits(&self, scene: &Scene, facts: &Facts) -> bool {
        let request = scene.request.as_deref();
        let of_request = |fits: &dyn Fn(&Request) -> bool| request.is_some_and(fits);
        let same = |a: &str, b: Option<&str>| b.is_some_and(|b| a.eq_ignore_ascii_case(b));
        self.first_bytes
            .as_deref()
            .is_none_or(|part| head::contains(&facts.opening, part))
            && self
                .client_hello
                .is_none_or(|wanted| wanted == facts.hello.is_some())
            && self.sni.as_deref().is_none_or(|name| {
                same(
                    name,
                    facts.hello.as_ref().and_then(|hello| hello.name.as_deref()),
                )
            })
            && self
                .method
                .as_deref()
                .is_none_or(|method| of_request(&|r| r.method == method))
            && self
                .path
                .as_deref()
                .is_none_or(|path| of_request(&|r| r.path.starts_with(path)))
            && self
                .host
                .as_deref()
                .is_none_or(|host| of_request(&|r| same(host, r.host.as_deref())))
            && self.request.is_none_or(|n| of_request(&|r| r.number == n))
            && self
                .request_header
                .as_ref()
                .is_none_or(|test| of_request(&|r| test.holds(&r.head)))
            && self
                .no_request_header
                .as_deref()
                .is_none_or(|name| of_request(&|r| r.head.get(name).is_none()))
            && self
                .status
                .is_none_or(|status| scene.status == Some(status))
            && self.response_header.as_ref().is_none_or(|test| {
                scene
                    .response
                    .as_deref()
                    .is_some_and(|head| test.holds(head))
            })
            && self.upgraded.is_none_or(|wanted| wanted == scene.upgraded)
    }
}

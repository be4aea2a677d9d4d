//! One connection, both directions, without a socket or a clock: bytes go in, bytes come out.
//!
//! As in the widget's own machines the time is an argument, and the next deadline is asked for each turn.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use bytes::{Bytes, BytesMut};

use super::config::{Config, Idle, Then};
use super::head::Head;
use super::hello::Hello;
use super::host::Pattern;
use super::parser::{Framing, Parser, Piece};
use super::rule::{How, Rule};
use super::stage::{Effects, Stage};
use super::unit::{Facts, Part, Request, Scene, Side, Unit};

/// How much of the client's first bytes is remembered.
const OPENING: usize = 1024;

/// More requests than these do not wait for their answers on one connection.
const PIPELINED: usize = 100;

/// What comes out of a direction.
#[derive(Debug)]
pub(super) enum Out {
    /// These bytes.
    Bytes(Bytes),
    /// What follows is for this server, `host:port`.
    Target(String),
    /// A tunnel to this server, `host:port`, is asked for; what follows is in [`Link::rest`].
    Tunnel(String),
    /// The direction's end.
    Eof,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Link {
    up: Lane,
    down: Lane,
    facts: Facts,
    /// Requests that wait for their answers.
    waiting: VecDeque<Arc<Request>>,
    requests: u64,
    forward: bool,
    exempt: Vec<Pattern>,
    /// All of it is left alone.
    exempted: bool,
    idle: Option<Idle>,
    heard: Instant,
    forgotten: bool,
    effects: Effects,
}

#[derive(Debug)]
struct Lane {
    parser: Parser,
    stages: Vec<Stage>,
    out: VecDeque<Out>,
    scene: Arc<Scene>,
    /// Whether a rule needs whole frames.
    frames: bool,
    ended: bool,
}

impl Lane {
    fn new(side: Side, rules: &[Rule], frame_limit: usize) -> Self {
        let rules = rules.iter().cloned().map(Arc::new);
        let stages: Vec<_> = rules.map(|rule| (Stage::new(&rule, side), rule)).collect();
        let frames = stages
            .iter()
            .any(|(_, rule)| rule.action.needs_frames() || rule.when.frame.is_some());
        Self {
            parser: Parser::new(side == Side::Up, frame_limit),
            stages: stages.into_iter().map(|(stage, _)| stage).collect(),
            out: VecDeque::new(),
            scene: Arc::default(),
            frames,
            ended: false,
        }
    }

    const fn framing(&self) -> Framing {
        if self.frames {
            Framing::Frames
        } else {
            Framing::Opaque
        }
    }
}

impl Link {
    /// A connection under the rules; `hello` is the greeting if its TLS has been opened.
    pub(super) fn new(config: &Config, forward: bool, hello: Option<Hello>, now: Instant) -> Self {
        let limit = config.limits.frame_bytes;
        Self {
            up: Lane::new(Side::Up, &config.up, limit),
            down: Lane::new(Side::Down, &config.down, limit),
            facts: Facts {
                hello,
                ..Facts::default()
            },
            waiting: VecDeque::new(),
            requests: 0,
            forward,
            exempt: config.exempt.clone(),
            exempted: false,
            idle: config.idle.clone(),
            heard: now,
            forgotten: false,
            effects: Effects::default(),
        }
    }

    /// A connection that is left alone.
    pub(super) fn untouched(now: Instant) -> Self {
        let lane = |side| {
            let mut lane = Lane::new(side, &[], 0);
            lane.parser.enter(Framing::Opaque);
            lane
        };
        Self {
            up: lane(Side::Up),
            down: lane(Side::Down),
            facts: Facts::default(),
            waiting: VecDeque::new(),
            requests: 0,
            forward: false,
            exempt: Vec::new(),
            exempted: true,
            idle: None,
            heard: now,
            forgotten: false,
            effects: Effects::default(),
        }
    }

    const fn lane(&mut self, side: Side) -> &mut Lane {
        match side {
            Side::Up => &mut self.up,
            Side::Down => &mut self.down,
        }
    }

    const fn is_over(&self) -> bool {
        self.forgotten || self.effects.cut.is_some()
    }

    /// Bytes have come from one side.
    pub(super) fn handle_bytes(&mut self, now: Instant, side: Side, bytes: &[u8]) {
        self.heard = now;
        if self.is_over() {
            return;
        }
        if side == Side::Up {
            let room = OPENING.saturating_sub(self.facts.opening.len());
            let first = bytes.get(..room.min(bytes.len())).unwrap_or_default();
            self.facts.opening.extend_from_slice(first);
        }
        self.lane(side).parser.feed(bytes);
        self.pump(now, side);
    }

    /// One side has closed.
    pub(super) fn handle_end(&mut self, now: Instant, side: Side) {
        if self.is_over() || std::mem::replace(&mut self.lane(side).ended, true) {
            return;
        }
        for piece in self.lane(side).parser.finish() {
            self.handle_piece(now, side, piece);
        }
        let scene = Arc::clone(&self.lane(side).scene);
        let part = Part::Eof;
        self.run(now, side, 0, Unit { scene, part });
    }

    /// It is that late now.
    pub(super) fn handle_time(&mut self, now: Instant) {
        if self.is_over() {
            return;
        }
        for side in [Side::Up, Side::Down] {
            for index in 0..self.lane(side).stages.len() {
                let mut out = Vec::new();
                let (lane, effects) = match side {
                    Side::Up => (&mut self.up, &mut self.effects),
                    Side::Down => (&mut self.down, &mut self.effects),
                };
                if let Some(stage) = lane.stages.get_mut(index) {
                    stage.wake(now, effects, &mut out);
                }
                for unit in out {
                    self.run(now, side, index + 1, unit);
                }
            }
        }
        if self.silent_until().is_some_and(|until| until <= now) {
            self.effects.fired.insert("idle".to_owned());
            match self.idle.as_ref().map(|idle| idle.then) {
                Some(Then::Forget) => self.forgotten = true,
                Some(Then::Rst) => self.effects.cut = Some(How::Rst),
                _ => self.effects.cut = Some(How::Fin),
            }
        }
    }

    /// When time should be told next.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        if self.is_over() {
            return None;
        }
        let stages = self.up.stages.iter().chain(&self.down.stages);
        stages
            .filter_map(Stage::wake_at)
            .chain(self.silent_until())
            .min()
    }

    fn silent_until(&self) -> Option<Instant> {
        let idle = self.idle.as_ref()?;
        let scene = &self.up.scene;
        let applies = !self.exempted && !scene.is_exempt() && idle.when.fits(scene, &self.facts);
        applies.then(|| self.heard + idle.after())
    }

    /// What comes out of a direction next.
    pub(super) fn poll(&mut self, side: Side) -> Option<Out> {
        if self.forgotten {
            return None;
        }
        self.lane(side).out.pop_front()
    }

    /// How the connection ends, once all that is polled has been written.
    pub(super) const fn cut(&self) -> Option<How> {
        self.effects.cut
    }

    /// Whether the box has forgotten the connection: nothing of it is passed on any more, ends neither.
    pub(super) const fn is_forgotten(&self) -> bool {
        self.forgotten
    }

    /// Bytes that are only late: while there are many the sender has to wait.
    pub(super) fn delayed(&self, side: Side) -> usize {
        let lane = match side {
            Side::Up => &self.up,
            Side::Down => &self.down,
        };
        lane.stages.iter().map(Stage::delayed).sum()
    }

    /// The rules that have done something since this was asked last.
    pub(super) fn fired(&mut self) -> impl Iterator<Item = String> + use<> {
        std::mem::take(&mut self.effects.fired).into_iter()
    }

    /// What the client has sent behind its request for a tunnel.
    pub(super) fn rest(&mut self) -> BytesMut {
        self.up.parser.rest()
    }

    /// Another server answers from now on.
    pub(super) fn server_changed(&mut self, frame_limit: usize) {
        self.down.parser = Parser::new(false, frame_limit);
        self.down.ended = false;
        let last = self.waiting.pop_back();
        self.waiting = last.into_iter().collect();
    }

    /// The box answers by itself, and that is the end.
    pub(super) fn answer(&mut self, bytes: impl Into<Bytes>) {
        self.down.out.push_back(Out::Bytes(bytes.into()));
        self.effects.cut = Some(How::Fin);
    }

    fn names(&self, host: &str) -> bool {
        self.exempt.iter().any(|pattern| pattern.names(host))
    }

    fn pump(&mut self, now: Instant, side: Side) {
        while !self.is_over() {
            let Some(piece) = self.lane(side).parser.next() else {
                break;
            };
            self.handle_piece(now, side, piece);
        }
    }

    fn handle_piece(&mut self, now: Instant, side: Side, piece: Piece) {
        let part = match piece {
            Piece::Hello(hello) => {
                let named = hello.name.as_deref().is_some_and(|name| self.names(name));
                self.exempted |= named;
                self.facts.hello = Some(hello);
                return self.down.parser.enter(Framing::Opaque);
            }
            Piece::Opaque => {
                if side == Side::Up {
                    self.down.parser.enter(Framing::Opaque);
                }
                return;
            }
            Piece::TooLarge => {
                let note = "limits.frame-bytes".to_owned();
                self.effects.fired.insert(note);
                self.effects.cut = Some(How::Rst);
                return;
            }
            Piece::Head(head) if side == Side::Up => return self.request(now, head),
            Piece::Head(head) => return self.response(now, head),
            Piece::Data { bytes, at, whole } => Part::Data { bytes, at, whole },
            Piece::Frame { frame, at, n } => Part::Frame { frame, at, n },
            Piece::End => Part::End,
        };
        if side == Side::Down && matches!(part, Part::End) {
            self.waiting.pop_front();
        }
        let scene = Arc::clone(&self.lane(side).scene);
        self.run(now, side, 0, Unit { scene, part });
    }

    fn request(&mut self, now: Instant, head: Head) {
        self.requests += 1;
        let mut request = Request::new(self.requests, head.clone());
        request.exempt = request.host.as_deref().is_some_and(|host| self.names(host));
        self.up.parser.enter(if head.is_chunked() {
            Framing::Chunked
        } else {
            Framing::Length(head.content_length().unwrap_or(0))
        });
        let request = Arc::new(request);
        self.waiting.push_back(Arc::clone(&request));
        if self.waiting.len() > PIPELINED {
            self.effects.cut = Some(How::Rst);
        }
        let scene = Arc::new(Scene {
            request: Some(request),
            ..Scene::default()
        });
        self.up.scene = Arc::clone(&scene);
        let part = Part::Head(head);
        self.run(now, Side::Up, 0, Unit { scene, part });
    }

    fn response(&mut self, now: Instant, head: Head) {
        let request = self.waiting.front().cloned();
        let status = head.word(1).parse::<u16>().unwrap_or(0);
        let answered = request.as_deref();
        let tunnel = answered.is_some_and(|request| request.is_tunnelled_by(status));
        let socket = answered.is_some_and(Request::wants_socket);
        let framing = match status {
            101 if socket => Some(self.down.framing()),
            101 => Some(Framing::Opaque),
            _ if tunnel => Some(Framing::Opaque),
            // The answer proper comes later.
            100..200 => None,
            204 | 304 => Some(Framing::Length(0)),
            _ if answered.is_some_and(|request| request.method == "HEAD") => {
                Some(Framing::Length(0))
            }
            _ if head.is_chunked() => Some(Framing::Chunked),
            _ => Some(head.content_length().map_or(Framing::Rest, Framing::Length)),
        };
        let mut scene = Scene {
            request,
            response: Some(Arc::new(head.clone())),
            status: Some(status),
            upgraded: false,
        };
        self.down.scene = Arc::new(scene.clone());
        let unit = Unit {
            scene: Arc::clone(&self.down.scene),
            part: Part::Head(head),
        };
        self.run(now, Side::Down, 0, unit);
        if let Some(framing) = framing {
            self.down.parser.enter(framing);
        }
        if status == 101 || tunnel {
            self.waiting.pop_front();
            scene.upgraded = status == 101;
            let scene = Arc::new(scene);
            self.down.scene = Arc::clone(&scene);
            self.up.scene = scene;
            let framing = if status == 101 && socket {
                self.up.framing()
            } else {
                Framing::Opaque
            };
            self.up.parser.enter(framing);
            self.pump(now, Side::Up);
        }
    }

    /// A piece goes through the stages from the given one on.
    fn run(&mut self, now: Instant, side: Side, from: usize, unit: Unit) {
        let exempt = (self.exempted || unit.scene.is_exempt()) && unit.has_bytes();
        let mut todo = vec![(from, unit)];
        while let Some((index, unit)) = todo.pop() {
            if self.is_over() {
                return;
            }
            let (lane, effects) = match side {
                Side::Up => (&mut self.up, &mut self.effects),
                Side::Down => (&mut self.down, &mut self.effects),
            };
            match lane.stages.get_mut(index) {
                Some(stage) if !exempt => {
                    let mut out = Vec::new();
                    stage.take(unit, now, &self.facts, effects, &mut out);
                    todo.extend(out.into_iter().rev().map(|unit| (index + 1, unit)));
                }
                _ => self.emit(side, unit),
            }
            if let Some(answer) = self.effects.answer.take() {
                self.answer(answer);
            }
        }
    }

    fn emit(&mut self, side: Side, unit: Unit) {
        let forward = self.forward;
        let lane = self.lane(side);
        match unit.part {
            Part::End => {}
            Part::Eof => lane.out.push_back(Out::Eof),
            Part::Head(head) if side == Side::Up && forward => self.proxied(head),
            _ => lane.out.push_back(Out::Bytes(unit.bytes())),
        }
    }

    /// A request to the box as a proxy.
    fn proxied(&mut self, mut head: Head) {
        let target = head.word(1).into_owned();
        if head.word(0) == "CONNECT" {
            return self.up.out.push_back(Out::Tunnel(target));
        }
        let Some(rest) = target.strip_prefix("http://") else {
            return self.answer(
                &b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"[..],
            );
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        head.set_word(1, if path.is_empty() { "/" } else { path });
        head.remove("Proxy-Connection");
        head.remove("Proxy-Authorization");
        self.up.out.push_back(Out::Target(authority.to_owned()));
        self.up.out.push_back(Out::Bytes(head.bytes().into()));
    }
}

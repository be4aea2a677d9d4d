//! Many numbered messages at once, one way.

use pushcheck::time::Micros;
use pushcheck::wire::{ACK_EACH, At, End, Got, PADDING, Part, SeenQueue, sealed};
use soketto::base::OpCode;

use super::super::frame;
use super::{Ending, Socket};

/// Most parts of a burst: the end of each is remembered while it lasts.
const MOST_PARTS: u32 = 1_000;

/// Words of what arrived that are remembered.
const QUEUE_KEPT: usize = 16;

/// What a part takes besides its padding, about, bytes.
const FRAME: u64 = 80;

/// What the page has asked for.
#[derive(Debug, Default)]
pub(super) struct Burst {
    /// The last part that was put into the outbox, and the last of all.
    put: u32,
    parts: u32,
    bytes: usize,
    asked: Micros,
    /// A part is on its way into the socket.
    moving: Option<u32>,
    /// Bytes that the kernel had taken at the end of each part, since the burst was asked for.
    ends: Vec<u64>,
    /// The part before the first.
    after: u32,
    base: u64,
    /// When a part was handed over last, or the first put into the outbox.
    moved: Micros,
    /// Bytes that were asked for on this socket, bursts and all.
    all: u64,
    /// With that part of either side the connection is reset; 0: it is not.
    pub(super) cut: u32,
    /// The last of the page's parts that followed the one before it.
    last_in: u32,
}

impl Burst {
    /// Something of it is to be handed over.
    pub(super) const fn is_moving(&self) -> bool {
        self.moving.is_some()
    }

    /// Since when nothing of it moves; `None`: there is nothing to move.
    pub(super) fn still_since(&self) -> Option<Micros> {
        self.moving.map(|_| self.moved)
    }
}

impl Socket {
    /// The page has those up to `after`, and wants the rest of `parts`.
    pub(super) fn begin_burst(
        &mut self,
        after: u32,
        parts: u32,
        bytes: u32,
        received: Micros,
    ) -> Result<(), Ending> {
        let limits = &self.app.limits;
        let own = u64::from(parts.saturating_sub(after)) * (u64::from(bytes) + FRAME);
        let all = self.burst.all.saturating_add(own);
        // Once whole, and what is asked for again after an end.
        let room = 2 * limits.burst_bytes + u64::from(MOST_PARTS) * FRAME;
        // Each is a message like any other, and its number takes room as well.
        let fits = u64::from(parts) * u64::from(bytes) <= limits.burst_bytes
            && all <= room
            && u64::from(bytes) < limits.message_bytes
            && parts <= MOST_PARTS;
        if !fits || self.burst.is_moving() || after >= parts {
            return Err(Ending::Ours(1008, "pushcheck: burst", End::OurLimit));
        }
        let cut = self.burst.cut;
        self.burst = Burst {
            put: after,
            parts,
            bytes: bytes as usize,
            asked: received,
            after,
            moved: received,
            all,
            base: self.open.connection().tap.written(),
            cut,
            ..Burst::default()
        };
        self.open.update(|seen| {
            seen.burst.get_or_insert_default();
        });
        self.put_part();
        Ok(())
    }

    /// The part that was on its way is handed over: the next.
    pub(super) fn next_part(&mut self) -> Result<(), Ending> {
        let Some(n) = self.burst.moving.take() else {
            return Ok(());
        };
        let end = self.open.connection().tap.written();
        self.burst.ends.push(end.saturating_sub(self.burst.base));
        self.burst.moved = self.app.clock.now();
        self.open
            .update(|seen| seen.burst.get_or_insert_default().last_out = n);
        if n == self.burst.cut {
            return Err(Ending::Cut);
        }
        self.put_part();
        Ok(())
    }

    fn put_part(&mut self) {
        if self.burst.put >= self.burst.parts {
            return;
        }
        self.burst.put += 1;
        let n = self.burst.put;
        let part = Part {
            n,
            asked: self.burst.asked,
            sent: self.app.clock.now(),
            instance: self.app.clock.id().to_owned(),
            padding: PADDING.to_string().repeat(self.burst.bytes),
        };
        let line = sealed(&part.to_string());
        self.open.update(|seen| {
            seen.frames_out += 1;
            seen.payload_out += line.len() as u64;
        });
        frame::write(
            &mut self.codec,
            &mut self.outbox,
            frame::last(OpCode::Text),
            line.as_bytes(),
        );
        self.burst.moving = Some(n);
    }

    /// The page has the parts up to that one.
    pub(super) fn note_ack(&mut self, n: u32, at: Micros) {
        let base = self.burst.base;
        let at_part = n
            .checked_sub(self.burst.after)
            .and_then(|n| n.checked_sub(1));
        let at_part = at_part.and_then(|at| usize::try_from(at).ok());
        let Some(arrived) = at_part.and_then(|at| self.burst.ends.get(at)) else {
            return;
        };
        let now = self.open.connection().tap.sent_and_acked();
        let queue = now.map(|(sent, acked)| SeenQueue {
            at,
            sent: sent.saturating_sub(base),
            acked: acked.saturating_sub(base),
            arrived: *arrived,
        });
        self.open.update(|seen| {
            let burst = seen.burst.get_or_insert_default();
            burst.last_acked = burst.last_acked.max(n);
            if burst.queue.len() < QUEUE_KEPT {
                burst.queue.extend(queue);
            }
        });
    }

    /// One of the page's own.
    pub(super) async fn take_part(&mut self, n: u32, received: Micros) -> Result<(), Ending> {
        let is_first = self.burst.last_in == 0;
        let known = (1..=MOST_PARTS).contains(&n);
        let follows = known && (is_first || n == self.burst.last_in + 1);
        self.open.update(|seen| {
            let burst = seen.burst.get_or_insert_default();
            if follows {
                if is_first {
                    burst.first_in = n;
                }
                burst.last_in = n;
            } else {
                burst.strays_in = burst.strays_in.saturating_add(1);
            }
        });
        if !follows {
            return Ok(());
        }
        self.burst.last_in = n;
        if n == self.burst.cut {
            return Err(Ending::Cut);
        }
        if !n.is_multiple_of(ACK_EACH) {
            return Ok(());
        }
        let (sent, instance) = (self.app.clock.now(), self.app.clock.id().to_owned());
        let at = At {
            received,
            sent,
            instance,
        };
        let got = sealed(&Got { n, at }.to_string());
        self.send(OpCode::Text, got.as_bytes()).await
    }

    /// As the page has asked; over HTTP/2 with all else that the visitor has on the connection. Where it is the operator's
    /// proxy's, it carries others' streams, and only this one ends.
    pub(super) fn cut(self) {
        self.open.end(End::OurLimit);
        let connection = self.open.connection();
        if connection.tap.is_direct || !connection.is_http2() {
            connection.tap.reset();
        }
    }
}

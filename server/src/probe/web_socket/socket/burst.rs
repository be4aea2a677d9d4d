//! Many numbered messages at once, one way.

use pushcheck::time::Micros;
use pushcheck::wire::{ACK_EACH, At, End, Got, PADDING, Part, SeenQueue, sealed};
use soketto::base::OpCode;

use super::super::frame;
use super::{Ending, Socket};

/// Words of what arrived that are remembered.
const QUEUE_KEPT: usize = 64;

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
    /// Bytes that the kernel had taken when it was asked for, and at the end of each part.
    ends: Vec<(u32, u64)>,
    base: u64,
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
        let all = u64::from(parts) * u64::from(bytes);
        // Each is a message like any other, and its number takes room as well.
        let fits = all <= limits.burst_bytes
            && u64::from(bytes) < limits.message_bytes
            && u64::from(parts) <= u64::from(limits.socket_frames);
        if !fits || self.burst.is_moving() || after >= parts {
            return Err(Ending::Ours(1008, "pushcheck: burst", End::OurLimit));
        }
        let cut = self.burst.cut;
        self.burst = Burst {
            put: after,
            parts,
            bytes: bytes as usize,
            asked: received,
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
        self.burst
            .ends
            .push((n, end.saturating_sub(self.burst.base)));
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
            OpCode::Text,
            true,
            line.as_bytes(),
        );
        self.burst.moving = Some(n);
    }

    /// The page has the parts up to that one.
    pub(super) fn note_ack(&mut self, n: u32, at: Micros) {
        let base = self.burst.base;
        let now = self.open.connection().tap.sent_and_acked();
        let arrived = self.burst.ends.iter().find(|(part, _)| *part == n);
        let queue = now
            .zip(arrived)
            .map(|((sent, acked), (_, arrived))| SeenQueue {
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
        let follows = is_first || n == self.burst.last_in.saturating_add(1);
        self.open.update(|seen| {
            let burst = seen.burst.get_or_insert_default();
            if is_first {
                burst.first_in = n;
            }
            if follows {
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

    /// As the page has asked; over HTTP/2 with all else on the connection.
    pub(super) fn cut(self) {
        self.open.end(End::OurLimit);
        self.open.connection().tap.reset();
    }
}

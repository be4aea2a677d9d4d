//! A socket after the handshake. It holds little: its buffers grow for a message and shrink after it.

mod burst;
mod close;
mod ledger;
mod say;
mod ticks;
mod turn;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use pushcheck::time::Micros;
use pushcheck::wire::{CLOSE_CODE, CLOSE_REASON, End, FromPage, unsealed};
use soketto::base::{Codec, OpCode};
use tokio::io::AsyncWriteExt;

use crate::app::App;
use crate::connection::{Io, Raw};
use crate::ledger::{Open, Run};
use crate::source::SourceId;

use super::deflate;
use super::frame::{self, Fault, Frame};
use super::message::{Assembly, Message};
use burst::Burst;
use ticks::Ticks;
use turn::Moved;

/// How long the page's close frame is waited for.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// How long a page may take to read what it asked for.
const WRITE_WAIT: Duration = Duration::from_secs(10);

/// Pings leave no oftener, whatever the page asks for.
const SHORTEST_PING: Micros = Micros::ms(500);

/// A buffer larger than this is given back when it is empty.
const SMALL: usize = 1024;

pub(super) struct Socket {
    app: Arc<App>,
    run: Arc<Run>,
    open: Arc<Open>,
    /// To whose limits it counts.
    asking: SourceId,
    io: Box<dyn Io>,
    codec: Codec,
    inbox: BytesMut,
    /// What is not handed over yet.
    outbox: BytesMut,
    assembly: Assembly,
    ticks: Ticks,
    /// When it began, and when its life ends.
    born: Micros,
    die: Micros,
    frames: u32,
    pings: Option<Pings>,
    burst: Burst,
    /// `permessage-deflate` was agreed on.
    deflates: bool,
}

/// Pings that the page asked for.
#[derive(Clone, Copy)]
struct Pings {
    every: Micros,
    next: Micros,
}

/// What ends a socket.
enum Ending {
    /// We close, with code and reason; then so.
    Ours(u16, &'static str, End),
    /// The page has sent its close frame: with that payload.
    Theirs(BytesMut),
    /// The connection is over.
    Over(End),
    /// The page has asked for a reset.
    Cut,
}

impl From<Fault> for Ending {
    fn from(fault: Fault) -> Self {
        let end = if fault == Fault::TooBig {
            End::OurLimit
        } else {
            End::Broken
        };
        Self::Ours(fault.code(), "", end)
    }
}

impl Socket {
    pub(super) fn new(
        app: Arc<App>,
        run: Arc<Run>,
        open: Arc<Open>,
        asking: SourceId,
        raw: Raw,
    ) -> Self {
        let mut codec = Codec::new();
        codec.set_max_data_size(usize::try_from(app.limits.message_bytes).unwrap_or(usize::MAX));
        let born = app.clock.now();
        let die = born.plus(Micros::ms(app.limits.life_ms));
        Self {
            app,
            run,
            open,
            asking,
            io: raw.io,
            codec,
            // A copy, since the original holds on to all that HTTP had room for.
            inbox: BytesMut::from(&raw.read[..]),
            outbox: BytesMut::new(),
            burst: Burst::default(),
            assembly: Assembly::default(),
            ticks: Ticks::default(),
            born,
            die,
            frames: 0,
            pings: None,
            deflates: false,
        }
    }

    /// `permessage-deflate` was agreed on in its handshake.
    pub(super) fn deflate(&mut self) {
        self.deflates = true;
        self.codec.add_reserved_bits((true, false, false));
    }

    /// From the first frame to the end.
    pub(super) async fn live(mut self) {
        let ending = match self.talk().await {
            Err(ending) => ending,
            Ok(never) => match never {},
        };
        match ending {
            Ending::Over(end) => self.open.end(end),
            Ending::Theirs(payload) => self.answer_close(&payload).await,
            Ending::Ours(code, reason, end) => self.close(code, reason, end).await,
            Ending::Cut => return self.cut(),
        }
        // The other end of the stream, or TLS' farewell; there is nobody left to tell of a failure.
        let _ = tokio::time::timeout(CLOSE_WAIT, self.io.shutdown()).await;
    }

    async fn talk(&mut self) -> Result<std::convert::Infallible, Ending> {
        let app = Arc::clone(&self.app);
        // What came together with the handshake.
        self.take_frames().await?;
        loop {
            let die = app.clock.instant(self.die);
            let due = self
                .ticks
                .due(&self.run)
                .map_or(die, |due| app.clock.instant(due));
            let ping = self
                .pings
                .map_or(die, |pings| app.clock.instant(pings.next));
            let stuck = self
                .burst
                .still_since()
                .map_or(die, |since| app.clock.instant(since) + WRITE_WAIT);
            tokio::select! {
                () = app.stopping.cancelled() => {
                    return Err(Ending::Ours(1001, "pushcheck: going away", End::OurLimit));
                }
                () = tokio::time::sleep_until(due.min(die).min(ping).min(stuck)) => {
                    let now = tokio::time::Instant::now();
                    if now >= die {
                        return Err(Ending::Ours(1008, "pushcheck: time", End::OurLimit));
                    }
                    if now >= stuck {
                        return Err(Ending::Over(End::OurLimit));
                    }
                    if now >= ping {
                        self.ping().await?;
                    }
                    if now >= due {
                        self.tick().await?;
                    }
                }
                moved = turn::turn(&mut self.io, &mut self.inbox, &mut self.outbox, self.burst.is_moving()) => match moved {
                    Moved::Read(read) => {
                        self.has_read(read)?;
                        self.take_frames().await?;
                    }
                    Moved::HandedOver(done) => {
                        done.map_err(|_| Ending::Over(self.open.unfinished()))?;
                        self.next_part()?;
                    }
                },
            }
        }
    }

    fn has_read(&self, read: io::Result<usize>) -> Result<(), Ending> {
        match read {
            Ok(1..) => Ok(()),
            Ok(0) | Err(_) => Err(Ending::Over(self.open.unfinished())),
        }
    }

    async fn take_frames(&mut self) -> Result<(), Ending> {
        while let Some(frame) = self.next_frame()? {
            self.take(frame).await?;
        }
        if self.inbox.is_empty() && self.inbox.capacity() > SMALL {
            self.inbox = BytesMut::new();
        }
        Ok(())
    }

    /// The next frame of what has been read. One that no browser sends is remembered before the socket ends by it.
    fn next_frame(&mut self) -> Result<Option<Frame>, Fault> {
        frame::next(&self.codec, &mut self.inbox).inspect_err(|fault| self.note(*fault))
    }

    fn note(&self, fault: Fault) {
        if fault == Fault::Malformed {
            self.open.update(|seen| seen.malformed_in += 1);
        }
    }

    async fn take(&mut self, frame: Frame) -> Result<(), Ending> {
        let received = self.app.clock.now();
        self.frames += 1;
        if self.ticks.are_paced() {
            let limits = &self.app.limits;
            let whole = self.born.plus(Micros::ms(limits.watch_ms));
            self.die = received.plus(Micros::ms(limits.life_ms)).min(whole);
        }
        if self.frames > self.app.limits.socket_frames {
            return Err(Ending::Ours(1008, "pushcheck: count", End::OurLimit));
        }
        match frame.opcode {
            OpCode::Close => return Err(Ending::Theirs(frame.payload)),
            OpCode::Ping => return self.send(OpCode::Pong, &frame.payload).await,
            OpCode::Pong => return Ok(()),
            _ => {}
        }
        self.open.update(|seen| {
            seen.frames_in += 1;
            seen.payload_in += frame.payload.len() as u64;
        });
        let Some(message) = self.assemble(frame)? else {
            return Ok(());
        };
        if is_strange(message.opcode, &message.payload) {
            self.open.update(|seen| seen.strange_in += message.frames);
        }
        match message.opcode {
            OpCode::Binary => match echo_in(&message.payload) {
                Some(FromPage::Echo(n, padding)) => {
                    self.echo(OpCode::Binary, n, padding, received).await
                }
                _ => self.send(OpCode::Binary, &message.payload).await,
            },
            _ => self.hear(&message.payload, received).await,
        }
    }

    /// The whole message, when this frame completes one.
    fn assemble(&mut self, frame: Frame) -> Result<Option<Message>, Fault> {
        let Some(mut message) = self.assembly.add(frame, self.codec.max_data_size())? else {
            return Ok(None);
        };
        if message.is_compressed {
            let limit = self.codec.max_data_size();
            let expanded =
                deflate::expand(&message.payload, limit).inspect_err(|fault| self.note(*fault))?;
            message.payload = BytesMut::from(&expanded[..]);
        }
        Ok(Some(message))
    }

    async fn hear(&mut self, message: &[u8], received: Micros) -> Result<(), Ending> {
        let text = std::str::from_utf8(message).map_err(|_| Fault::NotText)?;
        // Other text is an application's own first message, tried on this socket: heard and counted, not answered.
        let Some(line) = from_page(text) else {
            return Ok(());
        };
        match line {
            FromPage::Ticks(count) => {
                let limit = self.app.limits.ticks;
                match self.ticks.ask(count, limit, &self.run, received) {
                    true => Ok(()),
                    false => Err(Ending::Ours(1008, "pushcheck: count", End::OurLimit)),
                }
            }
            FromPage::Echo(n, padding) => self.echo(OpCode::Text, n, padding, received).await,
            FromPage::Paced(every) => {
                let every = Micros::ms(every.into());
                self.ticks.pace(every, &self.run, received);
                Ok(())
            }
            FromPage::Pings(every) => {
                let every = Micros::ms(every.into()).max(SHORTEST_PING);
                let next = received.plus(every);
                self.pings = Some(Pings { every, next });
                Ok(())
            }
            FromPage::Burst {
                after,
                parts,
                bytes,
            } => self.begin_burst(after, parts, bytes, received),
            FromPage::Ack(n) => {
                self.note_ack(n, received);
                Ok(())
            }
            FromPage::Part(n, _) => self.take_part(n, received).await,
            FromPage::Cut(n) => {
                self.burst.cut = n;
                Ok(())
            }
            FromPage::End => Err(Ending::Ours(CLOSE_CODE, CLOSE_REASON, End::Complete)),
            FromPage::Ledger(key) => Err(self.tell(&key, received).await),
        }
    }
}

/// What a page of ours says, as it was sent.
fn from_page(text: &str) -> Option<FromPage> {
    unsealed(text)?.parse().ok()
}

/// No page of ours says this: it carries no line, or one that was changed after it left.
fn is_strange(opcode: OpCode, payload: &[u8]) -> bool {
    let line = std::str::from_utf8(payload).ok().and_then(from_page);
    match opcode {
        OpCode::Text => line.is_none(),
        _ => !matches!(line, Some(FromPage::Echo(..))),
    }
}

/// A line of ours in binary, as only echoes are sent.
fn echo_in(payload: &[u8]) -> Option<FromPage> {
    from_page(std::str::from_utf8(payload).ok()?)
}

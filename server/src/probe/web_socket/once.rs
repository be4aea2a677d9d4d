//! A socket that hears one message of text, gives one answer, and is closed.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use soketto::base::{Codec, OpCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::connection::{Io, Raw};

use super::frame::{self, Fault};
use super::message::Assembly;

/// How long the page's close frame is waited for.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// The socket, after the handshake.
pub(crate) struct Once {
    io: Box<dyn Io>,
    codec: Codec,
    inbox: BytesMut,
    outbox: BytesMut,
    assembly: Assembly,
    most: usize,
}

/// Why no message came.
#[derive(Debug)]
pub(crate) enum Silence {
    /// It is larger than it may be.
    TooBig,
    /// It is none of text; the code to close with (RFC 6455 § 7.4.1).
    Fault(u16),
    /// The page has left.
    Left,
}

impl From<Fault> for Silence {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooBig => Self::TooBig,
            fault => Self::Fault(fault.code()),
        }
    }
}

impl From<io::Error> for Silence {
    fn from(_: io::Error) -> Self {
        Self::Left
    }
}

impl Once {
    /// `most`: the largest message, bytes.
    pub(crate) fn new(raw: Raw, most: u64) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut codec = Codec::new();
        codec.set_max_data_size(most);
        Self {
            io: raw.io,
            codec,
            // A copy, since the original holds on to all that HTTP had room for.
            inbox: BytesMut::from(&raw.read[..]),
            outbox: BytesMut::new(),
            assembly: Assembly::default(),
            most,
        }
    }

    /// The page's message.
    pub(crate) async fn hear(&mut self) -> Result<Bytes, Silence> {
        loop {
            while let Some(frame) = frame::next(&self.codec, &mut self.inbox)? {
                match frame.opcode {
                    OpCode::Close => {
                        // The same code goes back (RFC 6455 § 5.5.1).
                        let code = frame.payload.get(..2).unwrap_or_default();
                        self.send(OpCode::Close, code).await?;
                        return Err(Silence::Left);
                    }
                    OpCode::Ping => self.send(OpCode::Pong, &frame.payload).await?,
                    OpCode::Pong => {}
                    _ => {
                        let Some(message) = self.assembly.add(frame, self.most)? else {
                            continue;
                        };
                        // 1003: a kind of data that is not taken.
                        if message.opcode != OpCode::Text {
                            return Err(Silence::Fault(1003));
                        }
                        std::str::from_utf8(&message.payload).map_err(|_| Fault::NotText)?;
                        return Ok(message.payload.freeze());
                    }
                }
            }
            if self.io.read_buf(&mut self.inbox).await? == 0 {
                return Err(Silence::Left);
            }
        }
    }

    /// Says one thing, or nothing, and closes. Whatever else the page sends is read and thrown away until it closes too:
    /// a connection that is ended with something unread is reset, and the answer would be lost with it.
    pub(crate) async fn answer(mut self, text: Option<&[u8]>, code: u16, reason: &str) {
        let close = [&code.to_be_bytes()[..], reason.as_bytes()].concat();
        let said = async {
            if let Some(text) = text {
                self.send(OpCode::Text, text).await?;
            }
            self.send(OpCode::Close, &close).await
        };
        // There is nobody left to tell of a failure.
        if said.await.is_ok() {
            let _ = tokio::time::timeout(CLOSE_WAIT, self.closes()).await;
        }
        let _ = tokio::time::timeout(CLOSE_WAIT, self.io.shutdown()).await;
    }

    /// Waits for the page's close frame, or for the end.
    async fn closes(&mut self) -> io::Result<()> {
        let mut is_readable = true;
        loop {
            while is_readable {
                match frame::next(&self.codec, &mut self.inbox) {
                    Ok(Some(frame)) if frame.opcode == OpCode::Close => return Ok(()),
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    // What follows cannot be told apart as frames any more.
                    Err(_) => is_readable = false,
                }
            }
            if !is_readable {
                self.inbox.clear();
            }
            if self.io.read_buf(&mut self.inbox).await? == 0 {
                return Ok(());
            }
        }
    }

    async fn send(&mut self, opcode: OpCode, payload: &[u8]) -> io::Result<()> {
        let header = frame::last(opcode);
        frame::write(&mut self.codec, &mut self.outbox, header, payload);
        self.io.write_all_buf(&mut self.outbox).await?;
        self.io.flush().await
    }
}

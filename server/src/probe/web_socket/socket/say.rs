//! What a socket says.

use bytes::BytesMut;
use pushcheck::time::Micros;
use pushcheck::wire::{At, Echo, End, Tick, sealed};
use soketto::base::{Header, OpCode};
use tokio::io::AsyncWriteExt;

use super::super::{deflate, frame};
use super::{Ending, SMALL, Socket, WRITE_WAIT};

impl Socket {
    pub(super) async fn echo(
        &mut self,
        opcode: OpCode,
        n: u32,
        padding: String,
        received: Micros,
    ) -> Result<(), Ending> {
        let (sent, instance) = (self.app.clock.now(), self.app.clock.id().to_owned());
        let at = At {
            received,
            sent,
            instance,
        };
        let echo = sealed(&Echo { n, at, padding }.to_string());
        self.send(opcode, echo.as_bytes()).await
    }

    pub(super) async fn ping(&mut self) -> Result<(), Ending> {
        if let Some(pings) = &mut self.pings {
            pings.next = self.app.clock.now().plus(pings.every);
        }
        self.send(OpCode::Ping, b"").await
    }

    pub(super) async fn tick(&mut self) -> Result<(), Ending> {
        let (sent, instance) = (self.app.clock.now(), self.app.clock.id().to_owned());
        let n = self.ticks.take(&self.run, sent);
        let tick = Tick {
            n,
            due: self.run.due(n),
            sent,
            instance,
        };
        self.open.update(|seen| seen.ticks_out += 1);
        self.send(OpCode::Text, sealed(&tick.to_string()).as_bytes())
            .await
    }

    /// Sends a message of one frame.
    pub(super) async fn send(&mut self, opcode: OpCode, payload: &[u8]) -> Result<(), Ending> {
        let mut header = frame::last(opcode);
        if self.deflates && !opcode.is_control() {
            header.set_rsv1(true);
            return self.send_frame(header, &deflate::compress(payload)).await;
        }
        self.send_frame(header, payload).await
    }

    pub(super) async fn send_frame(
        &mut self,
        header: Header,
        payload: &[u8],
    ) -> Result<(), Ending> {
        if !header.opcode().is_control() {
            self.open.update(|seen| {
                seen.frames_out += 1;
                seen.payload_out += payload.len() as u64;
            });
        }
        frame::write(&mut self.codec, &mut self.outbox, header, payload);
        let writing = async {
            self.io.write_all_buf(&mut self.outbox).await?;
            self.io.flush().await
        };
        let written = tokio::time::timeout(WRITE_WAIT, writing).await;
        if self.outbox.capacity() > SMALL {
            self.outbox = BytesMut::new();
        }
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ending::Over(self.open.unfinished())),
            Err(_) => Err(Ending::Over(End::OurLimit)),
        }
    }
}

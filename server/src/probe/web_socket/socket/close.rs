//! The closing handshake, whoever begins it (RFC 6455 § 7).

use pushcheck::wire::{End, SeenClose};
use soketto::base::OpCode;
use tokio::io::AsyncReadExt;

use super::super::frame::{self, Fault};
use super::{CLOSE_WAIT, Ending, Socket, is_strange};

impl Socket {
    /// Sends our close frame and waits for the page's.
    pub(super) async fn close(&mut self, code: u16, reason: &str, end: End) {
        let payload = [&code.to_be_bytes()[..], reason.as_bytes()].concat();
        if let Err(Ending::Over(end)) = self.send(OpCode::Close, &payload).await {
            return self.open.end(end);
        }
        // After a fault nothing that follows can be read as frames.
        if end == End::Broken {
            return self.open.end(end);
        }
        match tokio::time::timeout(CLOSE_WAIT, self.page_close()).await {
            Ok(Ok(seen)) => {
                self.open.update(|sighting| sighting.close = Some(seen));
                self.open.end(end);
            }
            Ok(Err(left)) => self.open.end(if end == End::Complete { left } else { end }),
            Err(_) => self.open.end(if end == End::Complete {
                End::Broken
            } else {
                end
            }),
        }
    }

    async fn page_close(&mut self) -> Result<SeenClose, End> {
        loop {
            // What was sent before the page knew is counted, and not answered any more.
            while let Some(frame) = self.next_frame().map_err(|_| End::Broken)? {
                if frame.opcode == OpCode::Close {
                    return seen(&frame.payload).map_err(|_| End::Broken);
                }
                if !frame.opcode.is_control() {
                    // What is only a piece of a message cannot be judged by itself.
                    let is_strange = frame.is_final
                        && frame.opcode != OpCode::Continue
                        && is_strange(frame.opcode, &frame.payload);
                    self.open.update(|seen| {
                        seen.frames_in += 1;
                        seen.payload_in += frame.payload.len() as u64;
                        seen.strange_in += u32::from(is_strange);
                    });
                }
            }
            let read = self.io.read_buf(&mut self.inbox).await;
            if let Err(Ending::Over(end)) = self.has_read(read) {
                return Err(end);
            }
        }
    }

    /// The page closes first: the same code goes back.
    pub(super) async fn answer_close(&mut self, payload: &[u8]) {
        let Ok(close) = seen(payload) else {
            return self.close(Fault::Protocol.code(), "", End::Broken).await;
        };
        let code = payload.get(..2).unwrap_or_default();
        self.open.update(|sighting| sighting.close = Some(close));
        match self.send(OpCode::Close, code).await {
            Err(Ending::Over(end)) => self.open.end(end),
            _ => self.open.end(End::Complete),
        }
    }
}

fn seen(payload: &[u8]) -> Result<SeenClose, Fault> {
    let (code, reason) = frame::close(payload)?;
    Ok(SeenClose {
        code,
        reason_length: u32::try_from(reason).unwrap_or(u32::MAX),
    })
}

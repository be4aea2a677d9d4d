//! `ledger <key>` on a socket: what `POST …/ledger` answers, for pages whose fetch cannot read an answer (a proxy drops
//! its CORS headers) where WebSockets pass. Any socket of the run will do; after the first such line it ends.
//!
//! The rules are the other way's: the key is looked at before anything else, one request is taken from the source's
//! rate, and the ledger waits for its place among all that are on their way. A wrong key is told by close code and
//! reason alone, whether or not the run exists; the key is kept nowhere. The socket is one more sighting of the run, and
//! still open in the ledger that it carries.

use std::time::Duration;

use pushcheck::time::Micros;
use pushcheck::wire::{CLOSE_CODE, CLOSE_REASON, End, Key};
use soketto::base::{Header, OpCode};

use crate::problem::{Problem, Refusal};
use crate::read;

use super::{Ending, Socket};

/// Bytes of one frame: with all heads around it less than the smallest packet that paths of today carry.
const PIECE: usize = 900;

/// Segments on their way before more is written, at first: below the window that a new connection begins with (RFC 6928:
/// ten). With each flight that was acknowledged it doubles, as the window does.
const IN_FLIGHT: u32 = 8;

impl Socket {
    /// Answers, and says how the socket ends after it.
    pub(super) async fn tell(&mut self, key: &Key, received: Micros) -> Ending {
        let rate = self.app.limits.source_rate;
        if !self.app.sources.take(self.asking, rate, received) {
            return refusal(Problem::too_many("source", Refusal::Rate));
        }
        let (ledger, _place) = match read::written(&self.app, key, self.run.id, self.asking).await {
            Ok(written) => written,
            Err(problem) => return refusal(problem),
        };
        // Whoever does not take it makes room for others.
        let limit = Duration::from_millis(self.app.limits.body_ms);
        match tokio::time::timeout(limit, self.send_whole(&ledger)).await {
            Ok(Ok(())) => Ending::Ours(CLOSE_CODE, CLOSE_REASON, End::Complete),
            Ok(Err(ending)) => ending,
            Err(_) => Ending::Over(End::OurLimit),
        }
    }

    /// Sends one text message, of several frames where it is large: each fits into a packet that passes where larger ones
    /// vanish, and leaves before the kernel could join it with the next.
    async fn send_whole(&mut self, text: &[u8]) -> Result<(), Ending> {
        let mut in_flight = IN_FLIGHT;
        let mut pieces = text.chunks(PIECE).peekable();
        let mut opcode = OpCode::Text;
        while let Some(piece) = pieces.next() {
            let is_final = pieces.peek().is_none();
            let mut header = Header::new(opcode);
            header.set_fin(is_final);
            self.send_frame(header, piece).await?;
            let mut waits = 0;
            while self.open.unacked().is_some_and(|sent| sent >= in_flight) {
                waits = 1;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            in_flight = in_flight.saturating_mul(1 + waits);
            opcode = OpCode::Continue;
        }
        Ok(())
    }
}

/// RFC 6455 § 7.4.1: 1008, for what policy forbids.
const fn refusal(problem: Problem) -> Ending {
    match problem.refused {
        Some(Refusal::Rate) => Ending::Ours(1008, "pushcheck: rate", End::OurLimit),
        Some(_) => Ending::Ours(1008, "pushcheck: count", End::OurLimit),
        None => Ending::Ours(1008, "pushcheck: key", End::Refused),
    }
}

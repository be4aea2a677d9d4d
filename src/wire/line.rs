//! The lines that carry ticks and echoes, the same over every method. On their way they are [sealed](super::sealed).

use core::fmt::{self, Display, Formatter};
use core::str::FromStr;

use super::fields::{Fields, count, instance, nothing_left, number};
use super::message::FromServer;
use crate::time::Micros;

/// A line that is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineError;

impl Display for LineError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("not a line of this protocol")
    }
}

impl core::error::Error for LineError {}

/// `tick <n> <due µs> <sent µs> <instance>`: one numbered, stamped message. Every method carries the same ticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Its number within the run and instance, from 1.
    pub n: u32,
    /// When it fell due, since the instance began.
    pub due: Micros,
    /// When it was handed to the socket, since the instance began.
    pub sent: Micros,
    /// Who stamped it: stamps of two instances are never subtracted.
    pub instance: String,
}

impl Display for Tick {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "tick {} {} {} {}",
            self.n, self.due.0, self.sent.0, self.instance
        )
    }
}

impl FromStr for Tick {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, LineError> {
        match line.parse()? {
            FromServer::Tick(tick) => Ok(tick),
            _ => Err(LineError),
        }
    }
}

/// The `id:` field of a tick as an event: `<n>.<instance>.<instance's start, ms since 1970>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickId {
    /// The tick's number.
    pub n: u32,
    /// The instance's id.
    pub instance: String,
    /// When the instance began.
    pub started_at: u64,
}

impl Display for TickId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.n, self.instance, self.started_at)
    }
}

impl FromStr for TickId {
    type Err = LineError;

    fn from_str(id: &str) -> Result<Self, LineError> {
        let mut fields = Fields::of(id, b'.');
        let id = Self {
            n: count(fields.next())?,
            instance: instance(fields.next())?,
            started_at: number(fields.next())?,
        };
        nothing_left(fields)?;
        Ok(id)
    }
}

/// When the server got something and when it answered, since the instance began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// When the request's head or the frame had been read.
    pub received: Micros,
    /// When the answer was handed to the socket.
    pub sent: Micros,
    /// Whose clock that is.
    pub instance: String,
}

/// `<received µs> <sent µs> <instance>`.
impl Display for At {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            received,
            sent,
            instance,
        } = self;
        write!(f, "{} {} {instance}", received.0, sent.0)
    }
}

/// `echo <n> <received µs> <sent µs> <instance>[ <padding>]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echo {
    /// The number that the page gave.
    pub n: u32,
    /// The server's stamps.
    pub at: At,
    /// What the page sent after the number, unchanged.
    pub padding: String,
}

impl Display for Echo {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "echo {} {}", self.n, self.at)?;
        if self.padding.is_empty() {
            Ok(())
        } else {
            write!(f, " {}", self.padding)
        }
    }
}

/// The body of a poll or long poll: `at <received µs> <sent µs> <instance>`, then a line per tick, each ended by `\n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollBody {
    /// The server's stamps.
    pub at: At,
    /// The ticks after the asked number that were due, at most [`PollBody::MOST`].
    pub ticks: Vec<Tick>,
}

impl PollBody {
    /// The most ticks in one body.
    pub const MOST: usize = 100;
}

impl Display for PollBody {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "at {}", self.at)?;
        self.ticks.iter().try_for_each(|tick| writeln!(f, "{tick}"))
    }
}

impl FromStr for PollBody {
    type Err = LineError;

    fn from_str(body: &str) -> Result<Self, LineError> {
        let mut lines = Fields::of(body.strip_suffix('\n').ok_or(LineError)?, b'\n');
        let mut fields = Fields::of(lines.next().ok_or(LineError)?, b' ');
        if fields.next() != Some("at") {
            return Err(LineError);
        }
        let at = At {
            received: Micros(number(fields.next())?),
            sent: Micros(number(fields.next())?),
            instance: instance(fields.next())?,
        };
        nothing_left(fields)?;
        let mut ticks = Vec::new();
        while let Some(line) = lines.next() {
            ticks.push(line.parse()?);
            if ticks.len() > Self::MOST {
                return Err(LineError);
            }
        }
        Ok(Self { at, ticks })
    }
}

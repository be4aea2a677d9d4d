//! The lines that carry ticks and echoes, the same over every method. On their way they are [sealed](super::sealed).

use core::fmt::{self, Display, Formatter};
use core::str::FromStr;

use super::digits::{self, digits, joined};
use super::path::Key;
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

/// The fields of a text. By hand: the library's splitting costs the visitor more than all of these lines.
struct Fields<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Fields<'a> {
    const fn of(text: &'a str, separator: u8) -> Self {
        let rest = Some(text);
        Self { rest, separator }
    }

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.take()?;
        match rest.bytes().position(|byte| byte == self.separator) {
            Some(end) => {
                self.rest = rest.get(end + 1..);
                rest.get(..end)
            }
            None => Some(rest),
        }
    }

    /// All that is left, separators and all.
    fn rest(&mut self) -> Option<&'a str> {
        self.rest.take()
    }
}

#[inline(never)]
fn number(field: Option<&str>) -> Result<u64, LineError> {
    field.and_then(digits::number).ok_or(LineError)
}

/// A number that counts.
fn count(field: Option<&str>) -> Result<u32, LineError> {
    number(field)?.try_into().map_err(|_| LineError)
}

/// An instance's id: 1 to 16 hexadecimal digits.
fn instance(field: Option<&str>) -> Result<String, LineError> {
    let fits =
        |text: &&str| (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    field.filter(fits).map(str::to_owned).ok_or(LineError)
}

fn nothing_left(mut fields: Fields<'_>) -> Result<(), LineError> {
    if fields.next().is_some() {
        Err(LineError)
    } else {
        Ok(())
    }
}

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
            FromServer::Echo(_) => Err(LineError),
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
        let At {
            received,
            sent,
            instance,
        } = &self.at;
        write!(f, "echo {} {} {} {instance}", self.n, received.0, sent.0)?;
        if self.padding.is_empty() {
            Ok(())
        } else {
            write!(f, " {}", self.padding)
        }
    }
}

/// A text frame from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromServer {
    /// A tick.
    Tick(Tick),
    /// The answer to [`FromPage::Echo`].
    Echo(Echo),
}

impl FromStr for FromServer {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, LineError> {
        let mut fields = Fields::of(line, b' ');
        let word = fields.next();
        let n = count(fields.next())?;
        let (first, second) = (
            Micros(number(fields.next())?),
            Micros(number(fields.next())?),
        );
        let instance = instance(fields.next())?;
        match word {
            Some("tick") => {
                nothing_left(fields)?;
                Ok(Self::Tick(Tick {
                    n,
                    due: first,
                    sent: second,
                    instance,
                }))
            }
            Some("echo") => {
                let at = At {
                    received: first,
                    sent: second,
                    instance,
                };
                Ok(Self::Echo(Echo {
                    n,
                    at,
                    padding: fields.rest().unwrap_or_default().to_owned(),
                }))
            }
            _ => Err(LineError),
        }
    }
}

/// A text frame from the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromPage {
    /// `ticks <count>`: send that many ticks as they fall due.
    Ticks(u32),
    /// `echo <n>[ <padding>]`: answer with an [`Echo`].
    Echo(u32, String),
    /// `pings <ms>`: send a ping frame (RFC 6455 § 5.5.2) each time that so long has passed, of which pages hear nothing.
    Pings(u32),
    /// `end`: close with [`super::CLOSE_CODE`] and [`super::CLOSE_REASON`].
    End,
    /// `ledger <key>`: answer with the run's [`super::Ledger`] as JSON in one text message, then as [`Self::End`]; for
    /// pages whose fetch cannot read. The key is as in [`Key::to_body`].
    Ledger(Key),
}

impl FromPage {
    /// The frame's text.
    pub fn to_text(&self) -> String {
        match self {
            Self::Ticks(count) => joined(&["ticks ", &digits((*count).into())]),
            Self::Echo(n, padding) => {
                let parted = if padding.is_empty() { "" } else { " " };
                joined(&["echo ", &digits((*n).into()), parted, padding])
            }
            Self::Pings(every) => joined(&["pings ", &digits((*every).into())]),
            Self::End => "end".to_owned(),
            Self::Ledger(key) => joined(&["ledger ", &key.to_body()]),
        }
    }
}

impl Display for FromPage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl FromStr for FromPage {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, LineError> {
        let mut fields = Fields::of(line, b' ');
        let said = match fields.next() {
            Some("ticks") => Self::Ticks(count(fields.next())?),
            Some("echo") => {
                return Ok(Self::Echo(
                    count(fields.next())?,
                    fields.rest().unwrap_or_default().to_owned(),
                ));
            }
            Some("pings") => Self::Pings(count(fields.next())?),
            Some("end") => Self::End,
            Some("ledger") => {
                let key = fields.next().and_then(|key| key.parse().ok());
                Self::Ledger(key.ok_or(LineError)?)
            }
            _ => return Err(LineError),
        };
        nothing_left(fields)?;
        Ok(said)
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
        let At {
            received,
            sent,
            instance,
        } = &self.at;
        writeln!(f, "at {} {} {instance}", received.0, sent.0)?;
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

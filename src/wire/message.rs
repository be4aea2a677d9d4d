//! What the two ends of a WebSocket say to each other.

use core::fmt::{self, Display, Formatter};
use core::str::FromStr;

use super::digits::{digits, joined};
use super::fields::{Fields, count, instance, nothing_left, number};
use super::line::{At, Echo, LineError, Tick};
use super::path::Key;
use crate::time::Micros;

/// A text frame from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromServer {
    /// A tick.
    Tick(Tick),
    /// The answer to [`FromPage::Echo`].
    Echo(Echo),
    /// One of those that [`FromPage::Burst`] asks for.
    Part(Part),
    /// What has arrived of the page's own.
    Got(Got),
}

/// `part <n> <asked µs> <sent µs> <instance> <padding>`: one of many messages that are sent at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub n: u32,
    /// When it was asked for, since the instance began.
    pub asked: Micros,
    /// When it was handed to the socket, since the instance began: the socket took those before it by then.
    pub sent: Micros,
    /// Whose clock that is.
    pub instance: String,
    /// What fills it.
    pub padding: String,
}

impl Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { n, instance, .. } = self;
        write!(f, "part {n} {} {} {instance}", self.asked.0, self.sent.0)?;
        write!(f, " {}", self.padding)
    }
}

/// `got <n> <received µs> <sent µs> <instance>`: the page's parts up to that one arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// The last of them.
    pub n: u32,
    /// The server's stamps.
    pub at: At,
}

impl Display for Got {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "got {} {}", self.n, self.at)
    }
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
            Some("part") => Ok(Self::Part(Part {
                n,
                asked: first,
                sent: second,
                instance,
                padding: fields.rest().unwrap_or_default().to_owned(),
            })),
            Some("got") => {
                nothing_left(fields)?;
                let at = At {
                    received: first,
                    sent: second,
                    instance,
                };
                Ok(Self::Got(Got { n, at }))
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
    /// `paced <ms>`: send a tick now, and the first that falls due each time that so long has passed, until the end: that is
    /// later while the page says something now and then.
    Paced(u32),
    /// `pings <ms>`: send a ping frame (RFC 6455 § 5.5.2) each time that so long has passed, of which pages hear nothing.
    Pings(u32),
    /// `burst <after> <parts> <bytes>`: send the parts behind that one, as fast as the socket takes them; so many in all, each
    /// padded by so many bytes.
    Burst {
        /// The last one that the page has.
        after: u32,
        /// The last one that is wanted.
        parts: u32,
        /// The padding of each.
        bytes: u32,
    },
    /// `ack <n>`: the server's parts up to that one arrived.
    Ack(u32),
    /// `part <n> <padding>`: one of the page's own; what arrived is told by [`Got`].
    Part(u32, String),
    /// `cut <n>`: reset the connection (RFC 9293 § 3.5.2) when the server's part of that number has been handed over, or
    /// the page's has arrived; nothing is told of that one.
    Cut(u32),
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
            Self::Paced(every) => joined(&["paced ", &digits((*every).into())]),
            Self::Pings(every) => joined(&["pings ", &digits((*every).into())]),
            Self::Burst {
                after,
                parts,
                bytes,
            } => {
                let [after, parts, bytes] =
                    [after, parts, bytes].map(|number| digits((*number).into()));
                joined(&["burst ", &after, " ", &parts, " ", &bytes])
            }
            Self::Ack(n) => joined(&["ack ", &digits((*n).into())]),
            Self::Part(n, padding) => joined(&["part ", &digits((*n).into()), " ", padding]),
            Self::Cut(n) => joined(&["cut ", &digits((*n).into())]),
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
            Some(word @ ("echo" | "part")) => {
                let n = count(fields.next())?;
                let padding = fields.rest().unwrap_or_default().to_owned();
                return Ok(match word {
                    "echo" => Self::Echo(n, padding),
                    _ => Self::Part(n, padding),
                });
            }
            Some("burst") => Self::Burst {
                after: count(fields.next())?,
                parts: count(fields.next())?,
                bytes: count(fields.next())?,
            },
            Some("ack") => Self::Ack(count(fields.next())?),
            Some("cut") => Self::Cut(count(fields.next())?),
            Some("paced") => Self::Paced(count(fields.next())?),
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

//! `<base>v1/runs/<run>/<probe>/<attempt>/<kind>`.

use core::fmt::{self, Display, Formatter};
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a page asks of the server in one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `GET ?after=N`: the ticks after N that are due, at once. Body: [`super::PollBody`].
    Poll,
    /// `GET ?after=N&holdMs=H`: the same, answered the moment the next tick falls due, or empty after H.
    LongPoll,
    /// `POST`: counts and hashes the body.
    Upload,
    /// `GET ?count=C&silentMs=S`: `text/event-stream`; S of silence, then C ticks, then the end.
    Events,
    /// `GET ?count=C&silentMs=S`: `text/plain`, a line each, otherwise as `Events`.
    Stream,
    /// A WebSocket that is silent until the page's first frame.
    WebSocket,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Poll,
        Self::LongPoll,
        Self::Upload,
        Self::Events,
        Self::Stream,
        Self::WebSocket,
    ];

    /// The path's last segment.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::LongPoll => "long-poll",
            Self::Upload => "upload",
            Self::Events => "events",
            Self::Stream => "stream",
            Self::WebSocket => "web-socket",
        }
    }
}

impl FromStr for Kind {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(IdError("kind"))
    }
}

/// A part of a path that is not what it must be; its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdError(pub &'static str);

impl Display for IdError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} is malformed", self.0)
    }
}

impl core::error::Error for IdError {}

/// 16 bytes as 32 lower-case hexadecimal digits.
fn hex(bytes: &[u8; 16]) -> String {
    let digit = |d: u8| char::from(if d < 10 { b'0' + d } else { b'a' - 10 + d });
    let mut text = String::new();
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let digits = text.as_bytes();
    let mut bytes = [0; 16];
    if digits.len() != 32 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |d: u8| match d {
            b'0'..=b'9' => Some(d - b'0'),
            b'a'..=b'f' => Some(d - b'a' + 10),
            _ => None,
        };
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// The secret of a run: whoever holds it may read the run's ledger. Never in a URL, a report or a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 16]);

impl Key {
    /// A key of 16 random bytes.
    pub const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// The run that this key opens: the first 128 bits of SHA-256(key).
    pub fn run(&self) -> RunId {
        let digest = Sha256::digest(self.0);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        RunId(id)
    }

    /// The body of a request for the ledger.
    pub fn to_body(&self) -> String {
        hex(&self.0)
    }
}

impl FromStr for Key {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        unhex(text).map(Self).ok_or(IdError("key"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The public name of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId([u8; 16]);

impl Display for RunId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl RunId {
    /// The name as text.
    pub fn to_text(&self) -> String {
        hex(&self.0)
    }
}

impl FromStr for RunId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        unhex(text).map(Self).ok_or(IdError("run"))
    }
}

/// The name of a probe within its run: 1 to 40 of `a-z`, `0-9`, `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ProbeId(String);

impl ProbeId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for ProbeId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProbeId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = (1..=40).contains(&text.len())
            && text
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError("probe"))
        }
    }
}

/// Where an attempt's request goes; the part after the base path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttemptPath {
    /// The run.
    pub run: RunId,
    /// The probe.
    pub probe: ProbeId,
    /// Which attempt of the probe, from 1 to 9999.
    pub attempt: u16,
    /// What is asked.
    pub kind: Kind,
}

impl AttemptPath {
    /// Reads the four segments after `v1/runs/`.
    ///
    /// # Errors
    /// Names the first segment that is malformed.
    pub fn from_segments(
        run: &str,
        probe: &str,
        attempt: &str,
        kind: &str,
    ) -> Result<Self, IdError> {
        let digits =
            (1..=4).contains(&attempt.len()) && attempt.bytes().all(|b| b.is_ascii_digit());
        let attempt = attempt
            .parse()
            .ok()
            .filter(|n| digits && *n > 0)
            .ok_or(IdError("attempt"));
        Ok(Self {
            run: run.parse()?,
            probe: probe.parse()?,
            attempt: attempt?,
            kind: kind.parse()?,
        })
    }
}

impl Display for AttemptPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "v1/runs/{}/{}/{}/{}",
            self.run,
            self.probe,
            self.attempt,
            self.kind.as_str()
        )
    }
}

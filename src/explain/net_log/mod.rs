//! Logs that browsers write of their own network for people: Chromium's `chrome://net-export` and Firefox's
//! `about:logging`. They name the error that no script can read.
//!
//! A log holds all that the browser did meanwhile. It is read piece by piece and forgotten; nothing leaves but the names of
//! errors of one run's attempts.

mod chromium;
mod firefox;

use crate::wire::after;

/// The largest log that is read, bytes.
pub const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// The longest line that is looked at, bytes: others tell nothing that we ask for.
const MOST_LINE: usize = 512 * 1024;

/// So many lines may come before it is known whose log it is.
const MOST_PREFACE: u32 = 200;

/// No run has more attempts.
const MOST: usize = 2_000;

/// An error that a log names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedError {
    /// The probe.
    pub probe: String,
    /// Its attempt.
    pub attempt: u16,
    /// The browser's own name: `ERR_…` of Chromium, of Gecko `NS_ERROR_…` and the like; where it is not known, its number.
    pub name: String,
}

/// Why a file tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// There is nothing in it.
    Empty,
    /// Larger than [`MOST_BYTES`].
    TooLarge,
    /// Neither Chromium's nor Firefox's.
    NoLog,
    /// Nothing in it is of this run.
    OtherRun,
}

impl Unreadable {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Empty, Self::TooLarge, Self::NoLog, Self::OtherRun];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::NoLog => "no-log",
            Self::OtherRun => "other-run",
        }
    }
}

#[derive(Debug)]
enum Form {
    Unknown { lines: u32 },
    None,
    Chromium(chromium::Log),
    Firefox(firefox::Log),
}

/// What of a log is of one run.
#[derive(Debug)]
struct Ours {
    /// `/v1/runs/…/`.
    mark: String,
    /// It was met.
    met: bool,
    errors: Vec<LoggedError>,
}

impl Ours {
    /// The probe and attempt whose URL stands in a line.
    fn attempt(&mut self, line: &[u8]) -> Option<Of> {
        let rest = after(line, self.mark.as_bytes())?;
        self.met = true;
        let probe = until(rest, b'/');
        let attempt = digits(until(after(rest, b"/")?, b'/'));
        Some(Of {
            probe: plain(probe)?,
            attempt: u16::try_from(attempt?).ok()?,
        })
    }

    fn add(&mut self, of: &Of, name: String) {
        let same =
            |known: &&mut LoggedError| known.attempt == of.attempt && known.probe == of.probe;
        // The last one: before it there may be tries of the browser's own.
        if let Some(known) = self.errors.iter_mut().find(same) {
            known.name = name;
        } else if self.errors.len() < MOST {
            self.errors.push(LoggedError {
                probe: of.probe.clone(),
                attempt: of.attempt,
                name,
            });
        }
    }
}

/// Which attempt.
#[derive(Debug)]
struct Of {
    probe: String,
    attempt: u16,
}

/// Reads a log, piece by piece.
#[derive(Debug)]
pub struct NetLog {
    ours: Ours,
    form: Form,
    bytes: u64,
    /// The line that is not whole yet; too long, it is dropped.
    line: Vec<u8>,
    dropped: bool,
}

impl NetLog {
    /// For the errors of a run.
    pub fn new(run: &str) -> Self {
        Self {
            ours: Ours {
                mark: ["/v1/runs/", run, "/"].concat(),
                met: false,
                errors: Vec::new(),
            },
            form: Form::Unknown { lines: 0 },
            bytes: 0,
            line: Vec::new(),
            dropped: false,
        }
    }

    /// Takes a further piece; false: more would tell nothing.
    pub fn feed(&mut self, text: &str) -> bool {
        self.bytes += text.len() as u64;
        for (at, part) in text.as_bytes().split(|b| *b == b'\n').enumerate() {
            if at > 0 {
                self.end_line();
            }
            self.dropped |= self.line.len() + part.len() > MOST_LINE;
            if !self.dropped {
                self.line.extend_from_slice(part);
            }
        }
        self.bytes <= MOST_BYTES && !matches!(self.form, Form::None)
    }

    fn end_line(&mut self) {
        if self.dropped {
            self.read(b"");
        } else {
            let line = core::mem::take(&mut self.line);
            self.read(&line);
            self.line = line;
        }
        self.line.clear();
        self.dropped = false;
    }

    fn read(&mut self, line: &[u8]) {
        match &mut self.form {
            Form::Chromium(log) => {
                log.read(line, &mut self.ours);
            }
            Form::Firefox(log) => {
                log.read(line, &mut self.ours);
            }
            Form::None => {}
            Form::Unknown { lines } => {
                *lines += 1;
                let many = *lines > MOST_PREFACE;
                if let Some(log) = chromium::Log::begin(line) {
                    self.form = Form::Chromium(log);
                } else if firefox::is_line(line) {
                    let mut log = firefox::Log::default();
                    log.read(line, &mut self.ours);
                    self.form = Form::Firefox(log);
                } else if many {
                    self.form = Form::None;
                }
            }
        }
    }

    /// The errors of the run's attempts. A log that breaks off is read as far as it goes.
    ///
    /// # Errors
    /// Says why it tells nothing of the run.
    pub fn finish(mut self) -> Result<Vec<LoggedError>, Unreadable> {
        self.end_line();
        match self.form {
            _ if self.bytes == 0 => Err(Unreadable::Empty),
            _ if self.bytes > MOST_BYTES => Err(Unreadable::TooLarge),
            Form::Unknown { .. } | Form::None => Err(Unreadable::NoLog),
            _ if !self.ours.met => Err(Unreadable::OtherRun),
            _ => Ok(self.ours.errors),
        }
    }
}

/// All before the first byte of that kind, or all.
#[inline(never)]
fn until(line: &[u8], end: u8) -> &[u8] {
    let at = line.iter().position(|b| *b == end);
    line.get(..at.unwrap_or(line.len())).unwrap_or_default()
}

/// The number with which it begins; `None`: none, or too large a one.
#[inline(never)]
fn digits(line: &[u8]) -> Option<u64> {
    let mut number = None;
    for byte in line.iter().take_while(|b| b.is_ascii_digit()) {
        let more = u64::from(byte - b'0');
        number = Some(number.unwrap_or(0_u64).checked_mul(10)?.checked_add(more)?);
    }
    number
}

/// A name as text; `None`: longer than any, or of other characters than names have.
#[inline(never)]
fn plain(name: &[u8]) -> Option<String> {
    const LONGEST: usize = 60;
    let fits = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let mut text = String::new();
    for byte in name.iter().take_while(|b| fits(b)) {
        text.push(char::from(*byte));
    }
    (text.len() == name.len() && (1..=LONGEST).contains(&text.len())).then_some(text)
}

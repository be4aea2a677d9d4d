//! `chrome://net-export`: JSON, an event a line, before them the constants that name its numbers.
//!
//! Lines are searched, not parsed: within a JSON string a quote is escaped, so that no text of a stranger's can look like one
//! of the keys that are looked for.

use super::{MOST, Of, Ours, digits, plain, until};
use crate::wire::{after, digits as written};

/// They end no request: it was ended by the page, still runs, or became a WebSocket.
const HARMLESS: [&str; 3] = ["ERR_ABORTED", "ERR_IO_PENDING", "ERR_WS_UPGRADE"];

/// A WebSocket was asked for a password, which no page can give.
const ASKED: &[u8] = b"\"delegate_blocked_by\":\"WebSocketStream::Delegate::OnAuthRequired\"";

/// What is kept between lines.
#[derive(Debug)]
pub(super) struct Log {
    /// The names and numbers of errors: `"ERR_FAILED":-2,…`.
    errors: Vec<u8>,
    /// The number of the sources that are requests for URLs.
    request: u64,
    /// Those of the run.
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    source: u64,
    of: Of,
    /// Whoever it was sent to has answered: not the proxy that was asked for a tunnel.
    answered: bool,
    /// It was redirected: what becomes of it is another address's.
    left: bool,
}

impl Log {
    /// The line of the constants.
    pub(super) fn begin(line: &[u8]) -> Option<Self> {
        let constants = line.strip_prefix(b"{\"constants\":")?;
        let sources = until(after(constants, b"\"logSourceType\":{")?, b'}');
        Some(Self {
            errors: until(after(constants, b"\"netError\":{")?, b'}').to_vec(),
            request: digits(after(sources, b"\"URL_REQUEST\":")?)?,
            open: Vec::new(),
        })
    }

    /// An event.
    pub(super) fn read(&mut self, line: &[u8], ours: &mut Ours) -> Option<()> {
        let source = self.source(line)?;
        let known = self.open.iter_mut().find(|open| open.source == source);
        let Some(open) = known else {
            let of = ours.attempt(line)?;
            if self.open.len() < MOST {
                self.open.push(Open {
                    source,
                    of,
                    answered: false,
                    left: false,
                });
            }
            return None;
        };
        open.left |= after(line, b"\"url\":\"").is_some() && ours.attempt(line).is_none();
        if open.left {
            return None;
        }
        open.answered |= after(line, b"\"headers\":[\"HTTP/").is_some();
        if after(line, ASKED).is_some() && !open.answered {
            // The log has no number for it, the list of errors has.
            ours.add(&open.of, "ERR_PROXY_AUTH_REQUESTED".to_owned());
        }
        let number = digits(after(line, b"\"net_error\":-")?)?;
        let name = name(&self.errors, number);
        if !HARMLESS.contains(&name.as_str()) {
            ours.add(&open.of, name);
        }
        None
    }

    /// The request that an event is of. Whatever else stands in a line comes before.
    fn source(&self, line: &[u8]) -> Option<u64> {
        const SOURCE: &[u8] = b"\"source\":{\"id\":";
        let mut source = after(line, SOURCE)?;
        while let Some(later) = after(source, SOURCE) {
            source = later;
        }
        let kind = digits(after(until(source, b'}'), b"\"type\":")?)?;
        digits(source).filter(|_| kind == self.request)
    }
}

/// The name of an error, or its number where the log has none for it.
fn name(errors: &[u8], number: u64) -> String {
    for error in errors.split(|b| *b == b',') {
        let found = after(error, b":-").and_then(digits) == Some(number);
        let name = error.strip_prefix(b"\"").map(|name| until(name, b'"'));
        if let Some(name) = name.filter(|_| found).and_then(plain) {
            return name;
        }
    }
    written(number)
}

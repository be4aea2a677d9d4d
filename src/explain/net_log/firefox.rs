//! `about:logging` into a file: lines of text. A channel says its address when it is made, and its status when it stops.

use super::{MOST, Of, Ours, plain, until};
use crate::wire::after;

/// What is kept between lines.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The channel that said its own address last.
    channel: Vec<u8>,
    /// Channels of the run.
    open: Vec<(Vec<u8>, Of)>,
}

/// Statuses (`nsresult`) and their names.
const NAMES: &[(&str, &str)] = &[
    ("804b001e", "NS_ERROR_UNKNOWN_HOST"),
    ("804b000d", "NS_ERROR_CONNECTION_REFUSED"),
    ("804b000e", "NS_ERROR_NET_TIMEOUT"),
    ("804b0014", "NS_ERROR_NET_RESET"),
    ("804b0047", "NS_ERROR_NET_INTERRUPT"),
    ("804b0010", "NS_ERROR_OFFLINE"),
    ("804b0013", "NS_ERROR_PORT_ACCESS_NOT_ALLOWED"),
    ("804b0048", "NS_ERROR_PROXY_CONNECTION_REFUSED"),
    ("804b002a", "NS_ERROR_UNKNOWN_PROXY_HOST"),
    // Of what a proxy answers to CONNECT: 1000 and its status.
    ("804b057b", "NS_ERROR_PROXY_FORBIDDEN"),
    ("804b057f", "NS_ERROR_PROXY_AUTHENTICATION_FAILED"),
    ("804b05de", "NS_ERROR_PROXY_BAD_GATEWAY"),
    ("804b05e0", "NS_ERROR_PROXY_GATEWAY_TIMEOUT"),
    // NSS' errors, counted down from 0 in the lower half.
    ("805a1ff3", "SEC_ERROR_UNKNOWN_ISSUER"),
    ("805a1ff5", "SEC_ERROR_EXPIRED_CERTIFICATE"),
    ("805a2ff4", "SSL_ERROR_BAD_CERT_DOMAIN"),
    ("805a3ff2", "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT"),
];

/// They end no request: it went well, was ended by the page, or went on elsewhere.
const HARMLESS: [&str; 4] = ["0", "804b0002", "804b0003", "804b0004"];

/// `2026-11-26 14:51:12.563410 UTC - [Parent 17995: Main Thread]: D/nsHttp …`, of whichever part.
pub(super) fn is_line(line: &[u8]) -> bool {
    let said = after(line, b" - [").and_then(|by| after(by, b"]: "));
    said.is_some_and(|said| said.get(1) == Some(&b'/'))
}

impl Log {
    /// A line.
    pub(super) fn read(&mut self, line: &[u8], ours: &mut Ours) -> Option<()> {
        let said = after(line, b"/nsHttp ")?;
        if let Some(made) = said.strip_prefix(b"HttpBaseChannel::Init [this=") {
            self.channel = address(made).to_vec();
        } else if said.starts_with(b"uri=") {
            let channel = core::mem::take(&mut self.channel);
            self.open.retain(|(known, _)| *known != channel);
            let of = ours.attempt(said)?;
            if self.open.len() < MOST {
                self.open.push((channel, of));
            }
        } else if let Some(stopped) = said.strip_prefix(b"nsHttpChannel::OnStopRequest [this=") {
            let channel = address(stopped);
            let (_, of) = self.open.iter().find(|(known, _)| known == channel)?;
            let status = plain(until(after(stopped, b"status=")?, b']'))?;
            let known = NAMES.iter().find(|(number, _)| *number == status);
            if !HARMLESS.contains(&status.as_str()) {
                ours.add(of, known.map_or(status, |(_, name)| (*name).to_owned()));
            }
        }
        None
    }
}

/// The address of a channel, with which a text begins.
fn address(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| !b.is_ascii_hexdigit());
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

//! Heads of HTTP/1 messages, kept as they were written: order, spelling, spaces.

use std::borrow::Cow;

/// The lines of a head, each with its end, without the empty one.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    lines: Vec<Vec<u8>>,
}

/// Where the head in these bytes ends, behind its empty line.
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let mut line = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' {
            let text = bytes.get(line..at).unwrap_or_default();
            if line > 0 && matches!(text, [] | [b'\r']) {
                return Some(at + 1);
            }
            line = at + 1;
        }
    }
    None
}

impl Head {
    /// A head with its empty line.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut lines: Vec<_> = bytes
            .split_inclusive(|b| *b == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        lines.pop();
        Self { lines }
    }

    /// As it goes over the wire.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.lines.concat();
        bytes.extend_from_slice(b"\r\n");
        bytes
    }

    /// The nth word of the first line.
    pub(super) fn word(&self, n: usize) -> Cow<'_, str> {
        let first = self.lines.first().map_or(&[][..], Vec::as_slice);
        let mut words = first.trim_ascii_end().split(|b| *b == b' ');
        String::from_utf8_lossy(words.nth(n).unwrap_or_default())
    }

    /// Another nth word in the first line.
    pub(super) fn set_word(&mut self, n: usize, word: &str) {
        if let Some(first) = self.lines.first_mut() {
            let text = first.trim_ascii_end().to_vec();
            let mut words: Vec<&[u8]> = text.split(|b| *b == b' ').collect();
            if let Some(place) = words.get_mut(n) {
                *place = word.as_bytes();
            }
            let mut line = words.join(&b' ');
            line.extend_from_slice(b"\r\n");
            *first = line;
        }
    }

    /// The value of a header, the first of that name.
    pub(super) fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut lines = self.lines.iter().skip(1);
        let value = lines.find_map(|line| value_of(line, name))?;
        Some(String::from_utf8_lossy(value))
    }

    /// Whether a header of that name holds `part`, which is in lower case.
    pub(super) fn has(&self, name: &str, part: &str) -> bool {
        self.values(name).any(|value| {
            String::from_utf8_lossy(value)
                .to_ascii_lowercase()
                .contains(part)
        })
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let lines = self.lines.iter().skip(1);
        lines.filter_map(move |line| value_of(line, name))
    }

    /// Another value for every header of that name; whether there was one.
    pub(super) fn set(&mut self, name: &str, value: &str) -> bool {
        let mut found = false;
        for line in self.lines.iter_mut().skip(1) {
            if value_of(line, name).is_some() {
                // The name stays as it was spelled.
                line.truncate(name.len());
                line.extend_from_slice(format!(": {value}\r\n").as_bytes());
                found = true;
            }
        }
        found
    }

    /// One header more, the last.
    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.lines.push(format!("{name}: {value}\r\n").into_bytes());
    }

    /// No header of that name; whether there was one.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let before = self.lines.len();
        let mut first = true;
        self.lines
            .retain(|line| std::mem::take(&mut first) || value_of(line, name).is_none());
        self.lines.len() < before
    }

    /// Whether the message's body comes in chunks.
    pub(super) fn is_chunked(&self) -> bool {
        self.has("transfer-encoding", "chunked")
    }

    /// The length that the head tells of the body.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.get("content-length")?.parse().ok()
    }
}

fn value_of<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let colon = line.iter().position(|b| *b == b':')?;
    let (found, value) = line.split_at(colon);
    found
        .eq_ignore_ascii_case(name.as_bytes())
        .then(|| value.get(1..).unwrap_or_default().trim_ascii())
}

/// `bytes` with every `find` in it replaced; `None` if there is none.
pub(super) fn replaced(bytes: &[u8], find: &[u8], with: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = position(rest, find) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        out.extend_from_slice(with);
        rest = from.get(find.len()..).unwrap_or_default();
    }
    (rest.len() < bytes.len()).then(|| {
        out.extend_from_slice(rest);
        out
    })
}

/// Where `part` begins in `bytes`.
pub(super) fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes
        .windows(part.len().max(1))
        .position(|window| window == part)
}

/// Whether `bytes` hold `part`, whatever the case of letters.
pub(super) fn contains(bytes: &[u8], part: &str) -> bool {
    let part = part.as_bytes();
    let mut windows = bytes.windows(part.len().max(1));
    windows.any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] =
        b"HTTP/1.1 101 Switching Protocols\r\ncoNNection:  Upgrade\r\nX: 1\r\nx: 2\r\n\r\n";

    #[test]
    fn a_head_keeps_its_spelling() {
        let mut head = Head::parse(HEAD);
        assert_eq!(head.bytes(), HEAD);
        assert_eq!(end(HEAD), Some(HEAD.len()));
        assert_eq!(end(&HEAD[..HEAD.len() - 1]), None);
        assert!(head.set("Connection", "keep-alive"));
        assert!(head.remove("X"));
        head.set_word(0, "HTTP/1.0");
        let expected = b"HTTP/1.0 101 Switching Protocols\r\ncoNNection: keep-alive\r\n\r\n";
        assert_eq!(head.bytes(), expected);
    }

    #[test]
    fn bytes_are_found_and_replaced() {
        assert_eq!(
            replaced(b"abcabc", b"bc", b"x").as_deref(),
            Some(&b"axax"[..])
        );
        assert_eq!(replaced(b"abc", b"z", b""), None);
        assert!(contains(b"upgrade: WebSocket", "Upgrade: websocket"));
        assert!(!contains(b"up", "Upgrade"));
    }
}

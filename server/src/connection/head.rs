//! The head of an HTTP/1 request as it was sent: the library hands over neither the order nor the spelling of names.

use httparse::{EMPTY_HEADER, Request, Status};
use hyper::HeaderMap;
use pushcheck::wire::SeenHeader;

use crate::ledger::seen_headers;

/// The most bytes of a head that are kept until its request is handed over.
const MOST: usize = 16 * 1024;

/// The most fields that the library takes.
const FIELDS: usize = 100;

/// The bytes since the last answer, until a request is handed over.
#[derive(Debug, Default)]
pub(crate) struct Head {
    bytes: Vec<u8>,
    is_too_large: bool,
}

impl Head {
    /// Takes what was read. A head larger than what is kept is not known as it was sent.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        self.is_too_large |= self.bytes.len() + bytes.len() > MOST;
        if self.is_too_large {
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The fields as they were sent, where these bytes are the head that was handed over as `headers`: behind a
    /// request that was sent before the last answer they are not.
    pub(crate) fn seen(&self, headers: &HeaderMap) -> Option<Vec<SeenHeader>> {
        let mut fields = [EMPTY_HEADER; FIELDS];
        let mut request = Request::new(&mut fields);
        let Ok(Status::Complete(_)) = request.parse(&self.bytes) else {
            return None;
        };
        let fields = &*request.headers;
        let is_same = fields.len() == headers.len()
            && headers.keys().all(|name| {
                let sent = fields
                    .iter()
                    .filter(|field| field.name.eq_ignore_ascii_case(name.as_str()))
                    .map(|field| field.value);
                sent.eq(headers.get_all(name).iter().map(|value| value.as_bytes()))
            });
        let pairs = fields.iter().map(|field| (field.name, field.value));
        is_same.then(|| seen_headers(pairs, fields.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &[u8] = b"GET / HTTP/1.1\r\nHOST: a\r\nUpgrade: x\r\nhost: b\r\n\r\nbody";

    fn map(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            map.append(*name, value.parse().expect("a value"));
        }
        map
    }

    #[test]
    fn a_head_is_known_as_it_was_sent() {
        let headers = map(&[("host", "a"), ("host", "b"), ("upgrade", "x")]);
        let mut head = Head::default();
        for piece in SENT.chunks(7) {
            head.read(piece);
        }
        let names: Vec<String> = head
            .seen(&headers)
            .expect("a head")
            .into_iter()
            .map(|field| field.name)
            .collect();
        assert_eq!(names, ["HOST", "Upgrade", "host"]);
    }

    #[test]
    fn another_head_than_the_one_handed_over_is_not_taken_for_it() {
        let mut head = Head::default();
        head.read(SENT);
        for other in [
            map(&[("host", "a"), ("upgrade", "x")]),
            map(&[("host", "b"), ("host", "a"), ("upgrade", "x")]),
            map(&[("host", "a"), ("host", "b"), ("upgrade", "y")]),
        ] {
            assert_eq!(head.seen(&other), None);
        }
    }

    #[test]
    fn of_a_head_too_large_to_be_kept_nothing_is() {
        let mut head = Head::default();
        head.read(b"GET / HTTP/1.1\r\n");
        head.read(&[b'a'; MOST]);
        assert!(head.bytes.is_empty());
        head.read(SENT);
        assert_eq!(head.seen(&HeaderMap::new()), None);
    }
}

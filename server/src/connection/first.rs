//! What a connection brings first, below TLS.

use pushcheck::wire::Reached;

use super::hello::{self, Hello};

/// The first bytes, as long as they may still say more.
#[derive(Debug)]
pub(super) struct First {
    /// The port speaks TLS.
    tls: bool,
    bytes: Vec<u8>,
    /// Nothing new is learned from fewer bytes than that.
    wanted: usize,
    reached: Reached,
    ja4: Option<String>,
    name: Option<String>,
}

/// The most bytes kept: a ClientHello with post-quantum key shares has 2 kB.
const MOST: usize = 16 * 1024;

/// Enough to know the beginning of HTTP.
const METHOD: usize = 8;

/// As requests begin, HTTP/2 without TLS included.
const METHODS: [&[u8]; 10] = [
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"OPTIONS ",
    b"CONNECT ",
    b"PUT ",
    b"DELETE ",
    b"PATCH ",
    b"TRACE ",
    b"PRI ",
];

impl First {
    pub(super) fn new(tls: bool) -> Self {
        Self {
            tls,
            bytes: Vec::new(),
            wanted: 2,
            reached: Reached::Accepted,
            ja4: None,
            name: None,
        }
    }

    /// Takes what was read.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.wanted == usize::MAX {
            return;
        }
        self.reached = self.reached.max(Reached::Bytes);
        let room = MOST - self.bytes.len();
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.bytes.len() >= self.wanted {
            self.judge();
        }
        if self.bytes.len() >= MOST {
            self.forget();
        }
    }

    fn judge(&mut self) {
        match (self.tls, &self.bytes[..]) {
            (false, [hello::HANDSHAKE, hello::MAJOR, ..]) => self.settle(Reached::TlsToPlain),
            (false, _) => self.settle(Reached::Bytes),
            (true, [hello::HANDSHAKE, hello::MAJOR, ..]) => match hello::read(&self.bytes) {
                Hello::Whole(said) => {
                    if let Some(said) = said {
                        (self.ja4, self.name) = (Some(said.ja4), said.name);
                    }
                    self.settle(Reached::Hello);
                }
                Hello::Needs(bytes) => self.wanted = bytes,
                Hello::None => self.settle(Reached::Bytes),
            },
            (true, bytes) if METHODS.iter().any(|method| bytes.starts_with(method)) => {
                self.settle(Reached::PlainToTls);
            }
            (true, bytes) if bytes.len() < METHOD => self.wanted = bytes.len() + 1,
            (true, _) => self.settle(Reached::Bytes),
        }
    }

    fn settle(&mut self, reached: Reached) {
        self.reached = reached;
        self.forget();
    }

    /// Keeps no bytes any more.
    pub(super) fn forget(&mut self) {
        self.bytes = Vec::new();
        self.wanted = usize::MAX;
    }

    pub(super) fn reached(&self) -> Reached {
        self.reached
    }

    /// The name that a ClientHello asked for.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(super) fn take_ja4(&mut self) -> Option<String> {
        self.forget();
        self.ja4.take()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reached(tls: bool, bytes: &[u8]) -> Reached {
        let mut first = First::new(tls);
        first.read(bytes);
        // It does not matter how they are cut.
        let mut in_pieces = First::new(tls);
        bytes.chunks(1).for_each(|byte| in_pieces.read(byte));
        assert_eq!(first.reached, in_pieces.reached, "{bytes:?}");
        first.reached
    }

    #[test]
    fn the_first_bytes_say_what_was_meant() {
        let hello = hello::tests::chromium();
        let (plain, tls) = (false, true);
        assert_eq!(reached(plain, b""), Reached::Accepted);
        assert_eq!(reached(tls, b""), Reached::Accepted);
        assert_eq!(reached(plain, &hello), Reached::TlsToPlain);
        assert_eq!(reached(plain, &hello[..2]), Reached::TlsToPlain);
        assert_eq!(reached(plain, &hello[..1]), Reached::Bytes);
        assert_eq!(reached(plain, b"GET / HTTP/1.1\r\n"), Reached::Bytes);
        assert_eq!(reached(tls, &hello), Reached::Hello);
        assert_eq!(reached(tls, &hello[..hello.len() - 1]), Reached::Bytes);
        assert_eq!(reached(tls, b"GET / HTTP/1.1\r\n"), Reached::PlainToTls);
        assert_eq!(reached(tls, b"OPTIONS *"), Reached::PlainToTls);
        assert_eq!(reached(tls, b"GE"), Reached::Bytes);
        assert_eq!(reached(tls, b"SSH-2.0-OpenSSH"), Reached::Bytes);
        // An alert is no hello.
        assert_eq!(reached(tls, b"\x15\x03\x01\0\x02\x02\x28"), Reached::Bytes);
    }

    proptest! {
        #[test]
        fn any_bytes_reach_something_and_few_are_kept(
            tls: bool,
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            many in 0_usize..40,
        ) {
            let mut first = First::new(tls);
            first.read(b"\x16\x03\x01");
            for _ in 0..many {
                first.read(&bytes.repeat(5));
                prop_assert!(first.bytes.len() < MOST);
            }
        }
    }
}

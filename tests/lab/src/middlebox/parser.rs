//! The bytes of one direction, taken apart into heads, bodies and frames. What is no HTTP passes as bytes.

use bytes::{Bytes, BytesMut};

use super::frame::Frame;
use super::head::{self, Head};
use super::hello::{self, Greeting, Hello};

/// More than this is no head.
const LONGEST_HEAD: usize = 64 << 10;

/// A piece of what one side sends.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// A greeting of TLS: what follows are bytes, the greeting's own too.
    Hello(Hello),
    /// What follows are bytes, to the end.
    Opaque,
    /// A head: the parser must be told how its body is framed.
    Head(Head),
    /// Bytes of a body or of a tunnel.
    Data {
        bytes: Bytes,
        /// How many came before them in this body.
        at: u64,
        /// Whether a chunk ends with them.
        whole: bool,
    },
    /// A frame, and which one of data it is in this direction, from 1.
    Frame { frame: Frame, at: u64, n: u64 },
    /// The message is complete.
    End,
    /// A frame is larger than the box looks at.
    TooLarge,
}

/// How a body is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    /// Until the sender closes.
    Rest,
    Frames,
    Opaque,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Start,
    Head,
    Length(u64),
    Chunked(Chunked),
    Rest,
    Frames,
    Opaque,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunked {
    Size,
    /// So many bytes, with the line's end behind them.
    Body(u64),
    Trailer,
}

/// The bytes of one direction.
#[derive(Debug)]
pub(super) struct Parser {
    up: bool,
    mode: Mode,
    buffer: BytesMut,
    at: u64,
    frames: u64,
    frame_limit: usize,
}

impl Parser {
    pub(super) fn new(up: bool, frame_limit: usize) -> Self {
        Self {
            up,
            mode: Mode::Start,
            buffer: BytesMut::new(),
            at: 0,
            frames: 0,
            frame_limit,
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// What has come and is no piece yet.
    pub(super) fn rest(&mut self) -> BytesMut {
        self.buffer.split()
    }

    /// How what follows is framed; bodies count their bytes from 0.
    pub(super) fn enter(&mut self, framing: Framing) {
        self.at = 0;
        self.mode = match framing {
            Framing::Length(length) => Mode::Length(length),
            Framing::Chunked => Mode::Chunked(Chunked::Size),
            Framing::Rest => Mode::Rest,
            Framing::Frames => Mode::Frames,
            Framing::Opaque => Mode::Opaque,
        };
    }

    /// The next piece, if enough has come.
    pub(super) fn next(&mut self) -> Option<Piece> {
        match self.mode {
            Mode::Length(0) => {
                self.mode = Mode::Head;
                Some(Piece::End)
            }
            _ if self.buffer.is_empty() => None,
            Mode::Start => self.start(),
            Mode::Head => {
                let Some(end) = head::end(&self.buffer) else {
                    return (self.buffer.len() > LONGEST_HEAD).then(|| self.opaque());
                };
                let head = Head::parse(&self.buffer.split_to(end));
                Some(Piece::Head(head))
            }
            Mode::Length(left) => {
                let data = self.data(left, true);
                self.mode = Mode::Length(left - length(&data));
                Some(data)
            }
            Mode::Rest | Mode::Opaque => Some(self.data(u64::MAX, true)),
            Mode::Chunked(state) => self.chunked(state),
            Mode::Frames => self.frame(),
        }
    }

    /// Nothing more will come: what is left.
    pub(super) fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if !self.buffer.is_empty() {
            pieces.push(self.data(u64::MAX, true));
        }
        if !matches!(self.mode, Mode::Start | Mode::Head) {
            pieces.push(Piece::End);
        }
        pieces
    }

    fn opaque(&mut self) -> Piece {
        self.enter(Framing::Opaque);
        Piece::Opaque
    }

    fn start(&mut self) -> Option<Piece> {
        if !self.up {
            let prefix = b"HTTP/";
            let seen = self.buffer.len().min(prefix.len());
            return if self.buffer.get(..seen) == prefix.get(..seen) {
                if seen == prefix.len() {
                    self.mode = Mode::Head;
                    return self.next();
                }
                None
            } else {
                Some(self.opaque())
            };
        }
        match hello::read(&self.buffer) {
            Greeting::Partial => None,
            Greeting::Whole(hello) => {
                self.enter(Framing::Opaque);
                Some(Piece::Hello(hello))
            }
            Greeting::Not if self.buffer.first().is_some_and(u8::is_ascii_uppercase) => {
                // The preface of HTTP/2 looks like a head and is none.
                if self.buffer.starts_with(b"PRI ") {
                    return Some(self.opaque());
                }
                self.mode = Mode::Head;
                self.next()
            }
            Greeting::Not => Some(self.opaque()),
        }
    }

    fn data(&mut self, most: u64, ends: bool) -> Piece {
        let take =
            usize::try_from(most).map_or(self.buffer.len(), |most| most.min(self.buffer.len()));
        let at = self.at;
        self.at += take as u64;
        Piece::Data {
            bytes: self.buffer.split_to(take).freeze(),
            at,
            whole: ends,
        }
    }

    fn chunked(&mut self, state: Chunked) -> Option<Piece> {
        let line = self
            .buffer
            .iter()
            .position(|byte| *byte == b'\n')
            .map(|at| at + 1);
        match state {
            Chunked::Body(left) => {
                let ends = left <= self.buffer.len() as u64;
                let data = self.data(left, ends);
                self.mode = Mode::Chunked(match left - length(&data) {
                    0 => Chunked::Size,
                    left => Chunked::Body(left),
                });
                Some(data)
            }
            _ if line.is_none() && self.buffer.len() > LONGEST_HEAD => Some(self.opaque()),
            Chunked::Size => {
                let line = line?;
                let text = String::from_utf8_lossy(self.buffer.get(..line)?).into_owned();
                let digits = text.split(';').next().unwrap_or_default().trim();
                let Ok(size) = u64::from_str_radix(digits, 16) else {
                    return Some(self.opaque());
                };
                self.mode = Mode::Chunked(match size {
                    0 => Chunked::Trailer,
                    size => Chunked::Body(size.saturating_add(2)),
                });
                Some(self.data(line as u64, false))
            }
            Chunked::Trailer => {
                let line = line?;
                if line <= 2 {
                    self.mode = Mode::Length(0);
                }
                Some(self.data(line as u64, line <= 2))
            }
        }
    }

    fn frame(&mut self) -> Option<Piece> {
        let before = self.buffer.len();
        match Frame::next(&mut self.buffer, self.frame_limit) {
            Ok(None) => None,
            Ok(Some(frame)) => {
                let at = self.at;
                self.at += (before - self.buffer.len()) as u64;
                self.frames += u64::from(frame.is_data());
                let n = if frame.is_data() { self.frames } else { 0 };
                Some(Piece::Frame { frame, at, n })
            }
            Err(_) => {
                self.enter(Framing::Opaque);
                Some(Piece::TooLarge)
            }
        }
    }
}

fn length(piece: &Piece) -> u64 {
    match piece {
        Piece::Data { bytes, .. } => bytes.len() as u64,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(parser: &mut Parser, bytes: &[u8]) -> Vec<String> {
        parser.feed(bytes);
        let mut found = Vec::new();
        while let Some(piece) = parser.next() {
            found.push(match piece {
                Piece::Head(head) => {
                    parser.enter(if head.is_chunked() {
                        Framing::Chunked
                    } else {
                        Framing::Length(head.content_length().unwrap_or(0))
                    });
                    format!("head {}", head.word(1))
                }
                Piece::Data { bytes, at, whole } => {
                    format!("{at} {:?} {whole}", String::from_utf8_lossy(&bytes))
                }
                other => format!("{other:?}"),
            });
        }
        found
    }

    #[test]
    fn messages_follow_each_other() {
        let mut parser = Parser::new(true, 100);
        assert!(pieces(&mut parser, b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n").is_empty());
        let found = pieces(&mut parser, b"\r\nab");
        assert_eq!(found, ["head /a", "0 \"ab\" true"]);
        let found = pieces(&mut parser, b"cGET /b HTTP/1.1\r\n\r\n");
        assert_eq!(found, ["2 \"c\" true", "End", "head /b", "End"]);
    }

    #[test]
    fn chunks_are_whole_or_not() {
        let mut parser = Parser::new(false, 100);
        assert!(pieces(&mut parser, b"HTT").is_empty());
        let found = pieces(
            &mut parser,
            b"P/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
        );
        assert_eq!(found, ["head 200", "0 \"3\\r\\n\" false", "3 \"ab\" false"]);
        let found = pieces(&mut parser, b"c\r\n0\r\n\r\nHTTP/1.1 204 x\r\n\r\n");
        let expected = [
            "5 \"c\\r\\n\" true",
            "8 \"0\\r\\n\" false",
            "11 \"\\r\\n\" true",
        ];
        assert_eq!(found[..3], expected);
        assert_eq!(found[3..], ["End", "head 204", "End"]);
    }

    #[test]
    fn what_is_no_http_passes_as_bytes() {
        let mut parser = Parser::new(true, 100);
        let found = pieces(&mut parser, b"\x05\x01");
        assert_eq!(found, ["Opaque", "0 \"\\u{5}\\u{1}\" true"]);
        let mut parser = Parser::new(false, 100);
        assert_eq!(pieces(&mut parser, b"SSH-")[0], "Opaque");
    }
}

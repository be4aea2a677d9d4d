//! The heads of requests on an HTTP/2 connection, found by the frames around them (RFC 9113 § 4.1).

/// Follows the bytes that a client sends.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// Bytes of the connection preface that have come.
    preface: usize,
    /// The current frame's header, as far as it has come.
    header: [u8; 9],
    had: usize,
    /// Bytes of the current frame's payload that have not come.
    payload: usize,
    /// A head has begun that is not whole.
    open: bool,
    /// The stream that was opened last.
    last: u32,
    /// Heads that have come whole, and how many of them were handed over as requests.
    whole: u64,
    handed: u64,
}

/// RFC 9113 § 3.4: `PRI * HTTP/2.0` and so on.
const PREFACE: usize = 24;

const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

impl Heads {
    /// Takes what was read, and says whether a head has begun with it.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> bool {
        let mut has_begun = false;
        skip(&mut bytes, PREFACE, &mut self.preface);
        while !bytes.is_empty() {
            if self.had < self.header.len() {
                let from = self.had;
                let taken = skip(&mut bytes, self.header.len(), &mut self.had);
                self.header[from..from + taken.len()].copy_from_slice(taken);
                if self.had < self.header.len() {
                    break;
                }
                has_begun |= self.begin();
            } else {
                let left = self.payload.saturating_sub(bytes.len());
                bytes = &bytes[self.payload - left..];
                self.payload = left;
            }
            if self.payload == 0 {
                self.end();
            }
        }
        has_begun
    }

    /// A head has been handed over as a request.
    pub(super) fn hand_over(&mut self) {
        self.handed += 1;
    }

    /// Neither between two heads nor past the beginning.
    pub(super) fn is_within(&self) -> bool {
        self.preface < PREFACE || self.open
    }

    /// Something has come that could have been a request, and was not handed over as one.
    pub(super) fn is_anything_lost(&self) -> bool {
        (1..PREFACE).contains(&self.preface) || self.open || self.whole > self.handed
    }

    /// A frame's header is whole; true: it opens a stream. Trailers do not.
    fn begin(&mut self) -> bool {
        let [a, b, c, kind, _, stream @ ..] = self.header;
        self.payload = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        let stream = u32::from_be_bytes(stream) & 0x7fff_ffff;
        let opens = kind == HEADERS && stream > self.last;
        if opens {
            self.last = stream;
            self.open = true;
        }
        opens
    }

    /// A frame is whole.
    fn end(&mut self) {
        let [_, _, _, kind, flags, ..] = self.header;
        if self.open && matches!(kind, HEADERS | CONTINUATION) && flags & END_HEADERS != 0 {
            self.open = false;
            self.whole += 1;
        }
        self.had = 0;
    }
}

/// Takes from `bytes` what is missing to `whole`.
fn skip<'a>(bytes: &mut &'a [u8], whole: usize, had: &mut usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(bytes.len().min(whole.saturating_sub(*had)));
    *had += taken.len();
    *bytes = rest;
    taken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HELLO: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

    fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).expect("short");
        [&[0, 0, length, kind, flags, 0, 0, 0, stream][..], payload].concat()
    }

    /// A client's greeting, a head of two frames, a body, trailers, a head of one frame.
    fn talk() -> Vec<Vec<u8>> {
        vec![
            HELLO.to_vec(),
            frame(HEADERS, 0, 1, b"abc"),
            frame(CONTINUATION, END_HEADERS, 1, b""),
            frame(0, 0, 1, b"body"),
            frame(HEADERS, END_HEADERS | 1, 1, b"trailers"),
            frame(HEADERS, END_HEADERS | 1, 3, b"d"),
        ]
    }

    #[test]
    fn heads_are_whole_when_their_last_frame_is() {
        let mut heads = Heads::default();
        let mut steps = Vec::new();
        for bytes in talk() {
            let has_begun = heads.read(&bytes);
            steps.push((has_begun, heads.is_within(), heads.whole));
        }
        let wanted = [
            (false, false, 0),
            (true, true, 0),
            (false, false, 1),
            (false, false, 1),
            (false, false, 1),
            (true, false, 2),
        ];
        assert_eq!(steps, wanted);
        assert!(heads.is_anything_lost());
        heads.hand_over();
        heads.hand_over();
        assert!(!heads.is_anything_lost());
    }

    #[test]
    fn before_the_greeting_is_whole_nothing_is_sure() {
        let mut heads = Heads::default();
        assert!(heads.is_within() && !heads.is_anything_lost());
        heads.read(b"PRI");
        assert!(heads.is_within() && heads.is_anything_lost());
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_bytes_are_cut(cuts in prop::collection::vec(0_usize..100, 0..8)) {
            let (mut heads, bytes) = (Heads::default(), talk().concat());
            let mut from = 0;
            let mut begun = 0;
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            for to in cuts.into_iter().chain([bytes.len()]) {
                for byte in bytes[from..to].chunks(3) {
                    begun += u32::from(heads.read(byte));
                }
                from = to;
            }
            prop_assert_eq!((begun, heads.whole, heads.is_within()), (2, 2, false));
        }

        #[test]
        fn any_bytes_are_followed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut heads = Heads::default();
            heads.read(HELLO);
            heads.read(&bytes);
        }
    }
}

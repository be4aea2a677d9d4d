//! WebSocket frames, taken apart and put together again.

use bytes::{Buf, Bytes, BytesMut};

/// Continuation, text, binary: the opcodes below this carry data.
const FIRST_UNUSED: u8 = 3;

/// The opcode of a text.
pub(super) const TEXT: u8 = 1;

/// The opcode of a close frame.
pub(super) const CLOSE: u8 = 8;

/// The bit that marks a compressed message.
pub(super) const RSV1: u8 = 0x40;

/// One frame, its payload in the clear.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) fin: bool,
    /// The reserved bits, where they stand in the first byte.
    pub(super) reserved: u8,
    pub(super) opcode: u8,
    pub(super) mask: Option<[u8; 4]>,
    payload: Vec<u8>,
    /// As it came, while nobody has changed it.
    raw: Option<Bytes>,
}

/// A frame is larger than the box looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Frame {
    /// The next frame of a stream, once it is whole.
    pub(super) fn next(stream: &mut BytesMut, limit: usize) -> Result<Option<Self>, TooLarge> {
        let Some((first, second)) = stream.first().zip(stream.get(1)) else {
            return Ok(None);
        };
        let (first, second) = (*first, *second);
        let extended = match second & 0x7F {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let Some(length) = stream.get(2..2 + extended) else {
            return Ok(None);
        };
        let length = match extended {
            0 => u64::from(second & 0x7F),
            _ => length
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        };
        let length = usize::try_from(length).map_err(|_| TooLarge)?;
        if length > limit {
            return Err(TooLarge);
        }
        let masked = second & 0x80 != 0;
        let head = 2 + extended + if masked { 4 } else { 0 };
        if stream.len() < head + length {
            return Ok(None);
        }
        let raw = stream.split_to(head + length).freeze();
        let mut rest = raw.clone();
        rest.advance(2 + extended);
        let mask = masked.then(|| rest.get_u32().to_be_bytes());
        let mut payload = rest.to_vec();
        apply(mask, &mut payload);
        Ok(Some(Self {
            fin: first & 0x80 != 0,
            reserved: first & 0x70,
            opcode: first & 0x0F,
            mask,
            payload,
            raw: Some(raw),
        }))
    }

    /// Whether it carries data of the application.
    pub(super) const fn is_data(&self) -> bool {
        self.opcode < FIRST_UNUSED
    }

    pub(super) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Changes it.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Self)) {
        self.raw = None;
        change(self);
    }

    /// Its payload, to be changed.
    pub(super) fn payload_mut(&mut self) -> &mut Vec<u8> {
        self.raw = None;
        &mut self.payload
    }

    /// As it goes over the wire.
    pub(super) fn bytes(self) -> Bytes {
        let Self { payload, mask, .. } = &self;
        if let Some(raw) = self.raw {
            return raw;
        }
        let first = u8::from(self.fin) << 7 | self.reserved | self.opcode;
        let masked = if mask.is_some() { 0x80 } else { 0 };
        let mut bytes = vec![first];
        match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
            (Ok(length @ ..=125), _) => bytes.push(masked | length),
            (_, Ok(length)) => {
                bytes.push(masked | 126);
                bytes.extend_from_slice(&length.to_be_bytes());
            }
            _ => {
                bytes.push(masked | 127);
                bytes.extend_from_slice(&(payload.len() as u64).to_be_bytes());
            }
        }
        bytes.extend_from_slice(mask.as_ref().map_or(&[][..], <[u8; 4]>::as_slice));
        let start = bytes.len();
        bytes.extend_from_slice(payload);
        apply(self.mask, bytes.get_mut(start..).unwrap_or_default());
        bytes.into()
    }
}

fn apply(mask: Option<[u8; 4]>, payload: &mut [u8]) {
    if let Some(mask) = mask {
        for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_frame_is_whole_again() {
        for length in [0_usize, 125, 126, 65_535, 65_536] {
            for mask in [None, Some([1, 2, 3, 4])] {
                let frame = Frame {
                    fin: true,
                    reserved: RSV1,
                    opcode: TEXT,
                    mask,
                    payload: vec![b'a'; length],
                    raw: None,
                };
                let mut stream = BytesMut::from(&*frame.bytes());
                let cut = stream.len() - 1;
                let mut short = BytesMut::from(&stream[..cut]);
                assert!(Frame::next(&mut short, 1 << 20).is_ok_and(|frame| frame.is_none()));
                let frame = Frame::next(&mut stream, 1 << 20).ok().flatten();
                let frame = frame.expect("a frame");
                assert!(stream.is_empty() && frame.payload.len() == length);
                assert!(frame.payload.iter().all(|byte| *byte == b'a'));
                let raw = frame.raw.clone();
                let mut again = frame;
                again.change(|_| {});
                assert_eq!(Some(again.bytes()), raw);
            }
        }
        let mut stream = BytesMut::from(&[0x82, 126, 1, 0][..]);
        assert_eq!(Frame::next(&mut stream, 255).err(), Some(TooLarge));
    }
}

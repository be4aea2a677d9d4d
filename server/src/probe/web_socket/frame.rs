//! Frames, from and into bytes (RFC 6455 § 5).

use bytes::{Buf, BytesMut};
use soketto::Parsing;
use soketto::base::{Codec, Error, Header, OpCode};

/// A frame from the page, unmasked.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) opcode: OpCode,
    pub(super) is_final: bool,
    /// The first of a compressed message (RFC 7692 § 6.1).
    pub(super) is_compressed: bool,
    pub(super) payload: BytesMut,
}

/// Why a socket is closed by us, with the code for it (RFC 6455 § 7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A frame without a mask, with a reserved bit that was not agreed upon, of no known kind, or not of its compression:
    /// 1002.
    Malformed,
    /// Otherwise against the protocol: 1002.
    Protocol,
    /// Text that is not UTF-8: 1007.
    NotText,
    /// Larger than we take: 1009.
    TooBig,
}

impl Fault {
    pub(super) const fn code(self) -> u16 {
        match self {
            Self::Malformed | Self::Protocol => 1002,
            Self::NotText => 1007,
            Self::TooBig => 1009,
        }
    }
}

/// The next frame of what has been read; none: more must be read, and there is room for it.
pub(super) fn next(codec: &Codec, inbox: &mut BytesMut) -> Result<Option<Frame>, Fault> {
    // RFC 6455 § 5.1: a server must not accept what a client has not masked. It is looked at before all else, since
    // who has taken off the mask may have changed more.
    if inbox.get(1).is_some_and(|byte| byte & 0x80 == 0) {
        return Err(Fault::Malformed);
    }
    let (header, offset) = match codec.decode_header(inbox) {
        Ok(Parsing::Done { value, offset }) => (value, offset),
        Ok(Parsing::NeedMore(_)) => return Ok(None),
        Err(Error::PayloadTooLarge { .. }) => return Err(Fault::TooBig),
        Err(Error::UnknownOpCode | Error::ReservedOpCode | Error::InvalidReservedBit(_)) => {
            return Err(Fault::Malformed);
        }
        Err(_) => return Err(Fault::Protocol),
    };
    // Where it was agreed upon it stands on the first frame of a message alone.
    if header.is_rsv1() && !matches!(header.opcode(), OpCode::Text | OpCode::Binary) {
        return Err(Fault::Malformed);
    }
    let whole = offset + header.payload_len();
    if inbox.len() < whole {
        inbox.reserve(whole - inbox.len());
        return Ok(None);
    }
    inbox.advance(offset);
    let mut payload = inbox.split_to(header.payload_len());
    Codec::apply_mask(&header, &mut payload);
    Ok(Some(Frame {
        opcode: header.opcode(),
        is_final: header.is_fin(),
        is_compressed: header.is_rsv1(),
        payload,
    }))
}

/// The head of a frame that is the last of its message.
pub(super) fn last(opcode: OpCode) -> Header {
    let mut header = Header::new(opcode);
    header.set_fin(true);
    header
}

/// Appends a frame, unmasked as a server's are.
pub(super) fn write(codec: &mut Codec, outbox: &mut BytesMut, mut header: Header, payload: &[u8]) {
    header.set_payload_len(payload.len());
    outbox.extend_from_slice(codec.encode_header(&header));
    outbox.extend_from_slice(payload);
}

/// Code and reason length of a close frame; 1005 where it has none.
pub(super) fn close(payload: &[u8]) -> Result<(u16, usize), Fault> {
    match payload {
        [] => Ok((1005, 0)),
        [_] => Err(Fault::Protocol),
        [a, b, reason @ ..] => Ok((u16::from_be_bytes([*a, *b]), reason.len())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codec() -> Codec {
        let mut codec = Codec::new();
        codec.set_max_data_size(1_000);
        codec
    }

    #[test]
    fn masked_frames_are_read_and_others_are_not() {
        // Source: RFC 6455 § 5.7, a single-frame masked text message.
        let masked = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ];
        let mut inbox = BytesMut::from(&masked[..]);
        let frame = next(&codec(), &mut inbox).expect("a frame").expect("whole");
        assert_eq!(
            (&frame.payload[..], frame.is_final, inbox.len()),
            (&b"Hello"[..], true, 0)
        );
        let malformed: [&[u8]; 5] = [
            b"\x81\x05Hello",
            &[0xc1, 0x80, 0, 0, 0, 0],
            &[0x83, 0x80, 0, 0, 0, 0],
            &[0x8f, 0x80, 0, 0, 0, 0],
            // Too large besides.
            &[0x82, 0x7f, 0, 0, 0, 0, 1, 0, 0, 0],
        ];
        for bytes in malformed {
            let mut inbox = BytesMut::from(bytes);
            assert_eq!(next(&codec(), &mut inbox).err(), Some(Fault::Malformed));
        }
        let mut in_pieces = BytesMut::from(&[0x09, 0x80, 0, 0, 0, 0][..]);
        assert_eq!(next(&codec(), &mut in_pieces).err(), Some(Fault::Protocol));
        let mut huge = BytesMut::from(&[0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 0][..]);
        assert_eq!(next(&codec(), &mut huge).err(), Some(Fault::TooBig));
    }

    proptest! {
        #[test]
        fn any_bytes_are_frames_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut inbox = BytesMut::from(&bytes[..]);
            while let Ok(Some(frame)) = next(&codec(), &mut inbox) {
                prop_assert!(frame.payload.len() <= 1_000);
            }
            prop_assert!(inbox.len() <= bytes.len());
        }
    }
}

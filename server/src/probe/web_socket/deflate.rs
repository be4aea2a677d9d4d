//! `permessage-deflate` (RFC 7692) where the page asks for it by `?deflate=1`: elsewhere nothing is compressed, so that what
//! breaks with compression alone shows itself. Without context takeover: each message stands for itself.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use hyper::header::{HeaderMap, HeaderValue, SEC_WEBSOCKET_EXTENSIONS};

use super::frame::Fault;

/// What we agree to; either side may say so unasked (RFC 7692 § 7.1.1).
const AGREED: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// The end of a message that its sender leaves out (RFC 7692 § 7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Selects the first offer that we can meet; false: there is none.
pub(super) fn agree(asked: &HeaderMap, answer: &mut HeaderMap) -> bool {
    let values = asked.get_all(SEC_WEBSOCKET_EXTENSIONS).iter();
    let mut offers = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let agreed = offers.any(can_meet);
    if agreed {
        let agreed = HeaderValue::from_static(AGREED);
        answer.insert(SEC_WEBSOCKET_EXTENSIONS, agreed);
    }
    agreed
}

/// We compress with the window that zlib has by default: one that asks for a smaller one is not for us.
fn can_meet(offer: &str) -> bool {
    let mut parts = offer
        .split(';')
        .map(|part| part.split('=').next().unwrap_or_default().trim());
    parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("permessage-deflate"))
        && parts.all(|name| {
            matches!(
                name,
                "client_max_window_bits"
                    | "client_no_context_takeover"
                    | "server_no_context_takeover"
            )
        })
}

/// The payload of a compressed message, whole (RFC 7692 § 7.2.1).
pub(super) fn compress(message: &[u8]) -> Vec<u8> {
    let mut state = Compress::new(Compression::fast(), false);
    let mut packed = Vec::with_capacity(message.len() / 2 + 64);
    loop {
        let read = usize::try_from(state.total_in()).unwrap_or(usize::MAX);
        let rest = message.get(read..).unwrap_or_default();
        // In memory it cannot fail.
        let _ = state.compress_vec(rest, &mut packed, FlushCompress::Sync);
        if packed.len() < packed.capacity() {
            break;
        }
        packed.reserve(packed.len());
    }
    if packed.ends_with(&TAIL) {
        packed.truncate(packed.len() - TAIL.len());
    }
    packed
}

/// What such a payload carries: at most `limit` bytes of it are made (RFC 7692 § 7.2.2).
pub(super) fn expand(payload: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let mut state = Decompress::new(false);
    let mut message = Vec::new();
    for piece in [payload, &TAIL] {
        let mut rest = piece;
        loop {
            if message.len() > limit {
                return Err(Fault::TooBig);
            }
            message.reserve(4096);
            let before = state.total_in();
            let status = state.decompress_vec(rest, &mut message, FlushDecompress::Sync);
            let read = usize::try_from(state.total_in() - before).unwrap_or(usize::MAX);
            rest = rest.get(read..).unwrap_or_default();
            match status {
                Err(_) => return Err(Fault::Malformed),
                Ok(Status::StreamEnd) if rest.is_empty() => return Ok(message),
                // A block that ends the stream may be followed by others (RFC 7692 § 7.2.3.5).
                Ok(Status::StreamEnd) => state.reset(false),
                // There was room for more.
                Ok(_) if rest.is_empty() && message.len() < message.capacity() => break,
                Ok(_) if read == 0 && message.len() < message.capacity() => {
                    return Err(Fault::Malformed);
                }
                Ok(_) => {}
            }
        }
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answered(offers: &[&'static str]) -> bool {
        let mut asked = HeaderMap::new();
        for offer in offers {
            asked.append(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(offer));
        }
        agree(&asked, &mut HeaderMap::new())
    }

    #[test]
    fn what_browsers_offer_is_agreed_to_and_what_we_cannot_do_is_not() {
        assert!(answered(&["permessage-deflate; client_max_window_bits"]));
        assert!(answered(&["permessage-deflate"]));
        assert!(answered(&["x-other", "x-more, Permessage-Deflate"]));
        assert!(answered(&[
            "permessage-deflate; server_max_window_bits=10, permessage-deflate"
        ]));
        assert!(!answered(&[]));
        assert!(!answered(&[
            "permessage-deflate; server_max_window_bits=10"
        ]));
        assert!(!answered(&["x-webkit-deflate-frame"]));
    }

    /// Source: RFC 7692 § 7.2.3.1 to § 7.2.3.5, all of them "Hello".
    #[test]
    fn the_messages_of_the_rfc_are_read() {
        let messages: [&[u8]; 4] = [
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
            // A block that is not compressed.
            &[
                0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00,
            ],
            // A block that is the last of its stream.
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
            // Two blocks.
            &[
                0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00,
            ],
        ];
        for message in messages {
            assert_eq!(expand(message, 100).as_deref(), Ok(&b"Hello"[..]));
        }
        assert_eq!(expand(&[0], 100).as_deref(), Ok(&b""[..]));
    }

    #[test]
    fn a_bomb_is_too_big_and_garbage_malformed() {
        let bomb = compress(&vec![b'x'; 1 << 20]);
        assert!(bomb.len() < 10_000);
        assert_eq!(expand(&bomb, 1_000), Err(Fault::TooBig));
        assert_eq!(expand(&[0xff; 20], 1_000), Err(Fault::Malformed));
    }

    proptest! {
        #[test]
        fn what_is_compressed_is_read_again(message in prop::collection::vec(0u8..20, 0..40_000)) {
            let again = expand(&compress(&message), message.len());
            prop_assert_eq!(again.as_deref(), Ok(&message[..]));
        }

        #[test]
        fn any_payload_is_a_message_or_a_fault(payload in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(message) = expand(&payload, 2_000) {
                prop_assert!(message.len() <= 2_000 + 4_096);
            }
        }
    }
}

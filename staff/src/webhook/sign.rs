//! How a webhook knows that it is told by us, and when.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The value of `Pushcheck-Signature`: `t=<seconds since 1970>,v1=<HMAC-SHA256 of "<t>.<body>", as hex digits>` (RFC 2104). The time
/// is signed, too: who keeps a message cannot send it again for ever.
pub(crate) fn signature(secret: &str, seconds: i64, body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let digits: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={seconds},v1={digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_others_compute() {
        // printf '1790000000.{"event":"test"}' | openssl dgst -sha256 -hmac whsec_0123456789abcdef
        assert_eq!(
            signature(
                "whsec_0123456789abcdef",
                1_790_000_000,
                br#"{"event":"test"}"#
            ),
            "t=1790000000,v1=fc2e890fb9bf1efed2308a3b84a20018992e6b4a2ce1d18032bd46219fe0960d"
        );
        let one = signature("a", 1, b"x");
        for other in [
            signature("b", 1, b"x"),
            signature("a", 2, b"x"),
            signature("a", 1, b"y"),
        ] {
            assert_ne!(one, other);
        }
    }
}

//! What makes a changed line known: each begins with a number over the rest of it.
//!
//! No secret and no signature: boxes that rewrite, re-code or flip bytes do not mend it, and somebody who wants to
//! deceive a diagnosis deceives nobody but himself.

use super::digits::{self, digits, joined};

/// FNV-1a, 32 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
fn check(text: &str) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for byte in text.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

/// `<check> <text>`, as it is sent.
pub fn sealed(text: &str) -> String {
    joined(&[&digits(check(text).into()), " ", text])
}

/// The text of a sealed line or body; `None`: it is not as it was sent, or was never one of ours.
pub fn unsealed(line: &str) -> Option<&str> {
    let (number, text) = line.split_at_checked(line.bytes().position(|byte| byte == b' ')?)?;
    let text = text.get(1..)?;
    (digits::number(number) == Some(check(text).into())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{check, sealed, unsealed};

    #[test]
    fn the_check_is_fnv_1a() {
        // From the algorithm's published test vectors.
        assert_eq!(check(""), 0x811c_9dc5);
        assert_eq!(check("a"), 0xe40c_292c);
        assert_eq!(check("foobar"), 0xbf9c_f968);
    }

    #[test]
    fn what_was_sealed_is_read_again() {
        for text in [
            "end",
            "",
            "tick 1 2 3 aa",
            "at 1 2 aa\ntick 1 2 3 aa\n",
            "ü",
        ] {
            assert_eq!(unsealed(&sealed(text)), Some(text));
        }
    }

    #[test]
    fn one_changed_bit_anywhere_breaks_the_seal() {
        let line = sealed("echo 3 1002000 1002040 00c0ffee xxxx");
        for at in 0..line.len() * 8 {
            let mut bytes = line.clone().into_bytes();
            bytes[at / 8] ^= 1 << (at % 8);
            let changed = String::from_utf8(bytes);
            assert!(
                changed.is_err() || changed.is_ok_and(|line| unsealed(&line).is_none()),
                "bit {at}"
            );
        }
        for other in ["", " ", "end", "12 end", "tick 1 2 3 aa", "4294967296 x"] {
            assert_eq!(unsealed(other), None, "{other:?}");
        }
    }
}

//! The short form of a report, as `www/more/short.js` makes it for addresses and QR codes, and back to a report. Pure; whatever a
//! stranger wrote. Lists of words are only added to, at their ends, there and here.

mod shape;
mod table;
mod whole;

use std::io::Read;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::DeflateDecoder;
use serde_json::Value;

use table::REPORT;
use whole::whole;

/// How long a packed one may be, characters, and what it may become, bytes.
const MOST_PACKED: usize = 16_384;
const MOST_UNPACKED: u64 = 262_144;

/// As forgiving as browsers are (Infra § 6).
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why something is no short form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotShort {
    /// Longer than any.
    TooLarge,
    /// Of a later version.
    Newer,
    /// Not all of it is there, or something was changed.
    Damaged,
}

use NotShort::{Damaged, Newer, TooLarge};

/// A sum that a changed character changes.
fn sum(text: &str) -> u64 {
    text.chars()
        .fold(1, |so, one| (so * 31 + u64::from(one)) % 65_521)
}

/// The report of a short form, without attempts and evidence.
pub(super) fn unpack(packed: &str) -> Result<Value, NotShort> {
    if packed.len() > MOST_PACKED {
        return Err(TooLarge);
    }
    let (kind, rest) = match packed.as_bytes() {
        [b'2'..=b'9', ..] => return Err(Newer),
        [kind @ (b'0' | b'1'), _, ..] => (*kind, packed.get(1..).unwrap_or_default()),
        _ => return Err(Damaged),
    };
    let bytes = BASE64.decode(rest).map_err(|_| Damaged)?;
    let bytes = match kind {
        b'0' => bytes,
        _ => {
            let mut whole = Vec::new();
            let mut most = DeflateDecoder::new(&bytes[..]).take(MOST_UNPACKED + 1);
            most.read_to_end(&mut whole).map_err(|_| Damaged)?;
            if whole.len() as u64 > MOST_UNPACKED {
                return Err(TooLarge);
            }
            whole
        }
    };
    let (said, values): (u64, Value) = serde_json::from_slice(&bytes).map_err(|_| Damaged)?;
    if serde_json::to_string(&values).is_ok_and(|text| sum(&text) != said) {
        return Err(Damaged);
    }
    whole(REPORT.get(&values)?)
}

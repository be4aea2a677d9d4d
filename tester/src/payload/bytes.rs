//! Bytes as text: Base64 (RFC 4648 § 4 and 5) and digits of base sixteen. A mistake is named at its place, which libraries
//! that decode do not do for text with spaces in it.

use super::Flaw;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How many bytes stand in a line of a dump.
const LINE: usize = 16;

/// Bytes in Base64.
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |n: usize| u32::from(three.get(n).copied().unwrap_or(0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for n in 0..4 {
            match n <= three.len() {
                true => out.push(char::from(DIGITS[(all >> (18 - 6 * n) & 63) as usize])),
                false => out.push('='),
            }
        }
    }
    out
}

/// The bytes that Base64 stands for, of either alphabet; white space is passed over, and padding may be left out.
///
/// # Errors
/// `not-base64` at a character that is none, `padding` at one too many or a wrong one, `half-a-byte` at the end.
pub fn bytes_of_base64(text: &str) -> Result<Vec<u8>, Flaw> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut all, mut count, mut padding) = (0_u32, 0_usize, 0_usize);
    for (at, c) in text.char_indices() {
        let digit = match c {
            'A'..='Z' => u32::from(c) - u32::from('A'),
            'a'..='z' => u32::from(c) - u32::from('a') + 26,
            '0'..='9' => u32::from(c) - u32::from('0') + 52,
            '+' | '-' => 62,
            '/' | '_' => 63,
            ' ' | '\t' | '\r' | '\n' => continue,
            '=' => {
                padding += 1;
                // One or two, and only to make four of it.
                if count % 4 < 2 || count % 4 + padding > 4 {
                    return Err(Flaw::there(text, "padding", at));
                }
                continue;
            }
            _ => return Err(Flaw::there(text, "not-base64", at)),
        };
        if padding > 0 {
            return Err(Flaw::there(text, "padding", at));
        }
        all = all << 6 | digit;
        count += 1;
        if count % 4 == 0 {
            bytes.extend_from_slice(&all.to_be_bytes()[1..]);
            all = 0;
        }
    }
    let end = text.trim_end().len();
    match count % 4 {
        1 => return Err(Flaw::new(text, "half-a-byte", end, "")),
        rest if padding > 0 && rest + padding != 4 => {
            return Err(Flaw::new(text, "padding", end, ""));
        }
        2 => bytes.push((all >> 4) as u8),
        3 => bytes.extend_from_slice(&(all >> 2).to_be_bytes()[2..]),
        _ => {}
    }
    Ok(bytes)
}

/// Bytes in base sixteen, without anything between them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes in base sixteen, sixteen in a line behind their offset, with the ASCII of them.
pub fn hex_dump(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (n, line) in bytes.chunks(LINE).enumerate() {
        let digits: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = |byte: &u8| match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '.',
        };
        let ascii: String = line.iter().map(shown).collect();
        out += &format!("{:08x}  {:<47}  {ascii}\n", n * LINE, digits.join(" "));
    }
    out
}

/// The bytes that digits of base sixteen stand for; white space, commas, colons and `0x` between bytes are passed over.
///
/// # Errors
/// `not-hex` at a character that is none, `half-a-byte` where a digit stands alone.
pub fn bytes_of_hex(text: &str) -> Result<Vec<u8>, Flaw> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut half: Option<(usize, u32)> = None;
    let mut signs = text.char_indices().peekable();
    while let Some((at, c)) = signs.next() {
        if half.is_none()
            && c == '0'
            && signs
                .next_if(|(_, next)| matches!(next, 'x' | 'X'))
                .is_some()
        {
            continue;
        }
        let between = c.is_ascii_whitespace() || matches!(c, ',' | ':' | '-');
        match (c.to_digit(16), half) {
            (Some(digit), Some((_, high))) => {
                bytes.push((high * 16 + digit) as u8);
                half = None;
            }
            (Some(digit), None) => half = Some((at, digit)),
            (None, None) if between => {}
            (None, Some((at, _))) if between => return Err(Flaw::there(text, "half-a-byte", at)),
            (None, _) => return Err(Flaw::there(text, "not-hex", at)),
        }
    }
    match half {
        Some((at, _)) => Err(Flaw::there(text, "half-a-byte", at)),
        None => Ok(bytes),
    }
}

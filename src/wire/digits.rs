//! Numbers ↔ decimal digits, texts put together and searched: the library's ways cost the visitor kilobytes.

/// Texts as one.
#[inline(never)]
pub fn joined(texts: &[&str]) -> String {
    let mut all = String::new();
    for text in texts {
        all.push_str(text);
    }
    all
}

/// What stands after the first `mark`.
#[inline(never)]
pub fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(mark.len()).position(|part| part == mark)?;
    text.get(at + mark.len()..)
}

/// The digits of a number.
#[inline(never)]
pub fn digits(number: u64) -> String {
    let mut text = String::new();
    push_digits(&mut text, number);
    text
}

/// Writes the digits of a number behind a text.
#[inline(never)]
pub fn push_digits(text: &mut String, number: u64) {
    if number > 9 {
        push_digits(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// The number of those digits and nothing else; `None` also where there are more than sixteen.
#[inline(never)]
pub fn number(digits: &str) -> Option<u64> {
    // What JavaScript counts exactly has sixteen digits at most; more are none of ours.
    const LONGEST: usize = 16;
    let mut number = None;
    for byte in digits.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 || digits.len() > LONGEST {
            return None;
        }
        // Sixteen digits always fit.
        number = Some(number.unwrap_or(0) * 10 + u64::from(digit));
    }
    number
}

//! The parts of a line.

use super::digits;
use super::line::LineError;

/// The fields of a text. By hand: the library's splitting costs the visitor more than all of these lines.
pub(super) struct Fields<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Fields<'a> {
    pub(super) const fn of(text: &'a str, separator: u8) -> Self {
        let rest = Some(text);
        Self { rest, separator }
    }

    #[inline(never)]
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.take()?;
        match rest.bytes().position(|byte| byte == self.separator) {
            Some(end) => {
                self.rest = rest.get(end + 1..);
                rest.get(..end)
            }
            None => Some(rest),
        }
    }

    /// All that is left, separators and all.
    pub(super) fn rest(&mut self) -> Option<&'a str> {
        self.rest.take()
    }
}

#[inline(never)]
pub(super) fn number(field: Option<&str>) -> Result<u64, LineError> {
    field.and_then(digits::number).ok_or(LineError)
}

/// A number that counts.
pub(super) fn count(field: Option<&str>) -> Result<u32, LineError> {
    number(field)?.try_into().map_err(|_| LineError)
}

/// An instance's id: 1 to 16 hexadecimal digits.
pub(super) fn instance(field: Option<&str>) -> Result<String, LineError> {
    let fits =
        |text: &&str| (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    field.filter(fits).map(str::to_owned).ok_or(LineError)
}

pub(super) fn nothing_left(mut fields: Fields<'_>) -> Result<(), LineError> {
    if fields.next().is_some() {
        Err(LineError)
    } else {
        Ok(())
    }
}

//! Names that nobody can guess, and numbers that can be read out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// 128 random bits, as 32 digits: the name of anything kept, or the token of a link.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Id(String);

impl Id {
    /// One that nobody has.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn new() -> Result<Self, Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
        Ok(Self(hex(&bytes)))
    }

    /// Its 32 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Id {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match text.len() == 32 && text.bytes().all(is_digit) {
            true => Ok(Self(text.to_owned())),
            false => Err("an id has 32 digits from 0 to f"),
        }
    }
}

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "{byte:02x}");
        all
    })
}

/// What can be told apart by ear and eye: neither 0 and O, nor 1, I and L, nor U and V.
const LETTERS: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";

/// A report's number, to be read out on the phone: six letters, of which none looks like another.
///
/// # Errors
/// Where the system has no randomness.
pub fn number() -> Result<String, Error> {
    let mut text = String::new();
    let mut byte = [0];
    while text.len() < 6 {
        getrandom::fill(&mut byte).map_err(|_| Error::Random)?;
        // Each letter as often as any other: what is left over is thrown again.
        let at = usize::from(byte[0]);
        if at < LETTERS.len() * (256 / LETTERS.len()) {
            text.push(char::from(LETTERS[at % LETTERS.len()]));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_what_they_say() {
        let one = Id::new().expect("randomness");
        assert_eq!(one.as_str().parse(), Ok(one.clone()));
        assert_ne!(one, Id::new().expect("randomness"));
        for wrong in [
            "",
            "0",
            "0123456789ABCDEF0123456789ABCDEF",
            "0123456789abcdef0123456789abcdeg",
        ] {
            assert!(wrong.parse::<Id>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_use_every_letter_and_no_other() {
        let all: String = (0..400).map(|_| number().expect("randomness")).collect();
        assert_eq!(all.len(), 2_400);
        assert!(
            LETTERS
                .iter()
                .all(|letter| all.contains(char::from(*letter)))
        );
        assert!(all.bytes().all(|byte| LETTERS.contains(&byte)));
    }
}

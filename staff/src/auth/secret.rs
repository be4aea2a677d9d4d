//! Secrets that nobody can guess.

use crate::Problem;
use crate::auth::password;
use crate::form::{Text, checked};

/// What a token begins with, so that it is known for one where it is found.
pub(crate) const TOKEN: &str = "pct_";

const BYTES: usize = 32;

/// 256 random bits, as 64 digits.
pub(crate) fn new() -> Result<String, Problem> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "no randomness");
        Problem::broken()
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether it may be one of those.
pub(crate) fn is_one(text: &str) -> bool {
    text.len() == 2 * BYTES
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Whether somebody may choose that as a password.
pub(crate) fn check_password(password: &str, pointer: &str) -> Result<(), Problem> {
    match password.chars().count() {
        password::SHORTEST..=password::LONGEST => Ok(()),
        _ => Err(Problem::fault(pointer, "12 to 256 characters")),
    }
}

/// The name as it is kept: one line, without what surrounds it.
pub(crate) fn check_name(name: &str, pointer: &str) -> Result<String, Problem> {
    match checked(name, Text::line(80)) {
        Ok(name) if !name.is_empty() => Ok(name),
        _ => Err(Problem::fault(
            pointer,
            "1 to 80 characters, no control characters",
        )),
    }
}

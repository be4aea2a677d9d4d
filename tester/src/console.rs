//! Lines that browsers write to their console, and to no page: a person can paste one.

use pushcheck::explain::console_line;
use serde::Serialize;

/// Longer than any line of a console.
const LONGEST: usize = 16 * 1024;

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The code of the cause that it names.
    pub cause: Option<&'static str>,
    /// Chromium's name of the error.
    pub net_error: Option<String>,
    /// The status of the answer to a handshake.
    pub status: Option<u16>,
}

/// What a pasted line says.
pub fn line(text: &str) -> Line {
    let end = (0..=LONGEST.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let told = console_line(text.get(..end.unwrap_or(0)).unwrap_or_default());
    Line {
        cause: told.code.map(pushcheck::diagnosis::Code::as_str),
        net_error: told.net_error.map(str::to_owned),
        status: told.status,
    }
}

//! A URL as a person wrote it, by its signs alone: what a browser's parser drops or refuses shows itself here.

use std::ops::Range;

/// Where the parts of a text stand in it, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// Without the colon; `None`: there is nothing that could be one.
    pub(super) scheme: Option<Range<usize>>,
    /// The signs between the scheme's colon and what follows: `//`, as it should be.
    pub(super) slashes: Range<usize>,
    /// User and password with the `@`.
    pub(super) user_info: Option<Range<usize>>,
    pub(super) host: Range<usize>,
    /// Without the colon.
    pub(super) port: Option<Range<usize>>,
    pub(super) path: Range<usize>,
    /// With the question mark.
    pub(super) query: Range<usize>,
    /// With the `#`.
    pub(super) fragment: Range<usize>,
}

/// Schemes that are worth knowing, so that `localhost:8080` has none.
const SCHEMES: [&str; 7] = ["ws", "wss", "http", "https", "ftp", "file", "data"];

/// Finds the parts.
pub(super) fn split(text: &str) -> Split {
    let end = text.trim_end().len();
    let start = text.len() - text.trim_start().len();
    let (start, end) = (start.min(end), end);
    let scheme = scheme(text, start, end);
    let after = scheme.as_ref().map_or(start, |scheme| scheme.end + 1);
    let slashes = after..after + run(&text[after..end], |c| matches!(c, '/' | '\\'));
    let find = |from: usize, stops: &[char]| {
        text[from..end]
            .find(stops)
            .map_or(end, |offset| from + offset)
    };
    let authority = slashes.end..find(slashes.end, &['/', '\\', '?', '#']);
    let user_info = text[authority.clone()]
        .rfind('@')
        .map(|at| authority.start..authority.start + at + 1);
    let host_start = user_info.as_ref().map_or(authority.start, |user| user.end);
    let rest = &text[host_start..authority.end];
    // The colons of an IPv6 address are no port's.
    let bracket = rest.rfind(']').map_or(0, |at| at + 1);
    let colon = rest[bracket..]
        .rfind(':')
        .map(|at| host_start + bracket + at);
    let fragment_start = find(authority.end, &['#']);
    let query_start = find(authority.end, &['?', '#']);
    Split {
        host: host_start..colon.unwrap_or(authority.end),
        port: colon.map(|colon| colon + 1..authority.end),
        path: authority.end..query_start,
        query: query_start..fragment_start,
        fragment: fragment_start..end,
        scheme,
        slashes,
        user_info,
    }
}

/// The scheme: what stands before a colon that slashes follow, or is a known one.
fn scheme(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let colon = start + text[start..end].find(':')?;
    let word = &text[start..colon];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(plain);
    let known = SCHEMES.iter().any(|known| word.eq_ignore_ascii_case(known));
    let slashed = text[colon + 1..end].starts_with("//");
    (is_word && (known || slashed)).then_some(start..colon)
}

/// How many bytes of a text's beginning are such signs.
fn run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

//! JSON (RFC 8259): whether a text is some, and the same text with its lines laid out. Names, numbers and their order stay as they
//! are spelled: a browser's own parser rounds large numbers and sorts names that are numbers.

use serde::de::IgnoredAny;

use super::Flaw;

/// Deeper than that nothing is indented.
const DEEPEST: usize = 60;

/// The first that is wrong; `None`: it is JSON.
pub(super) fn flaw(text: &str) -> Option<Flaw> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = before + error.column().saturating_sub(1);
    let at = at.min(text.len());
    if error.is_eof() {
        return Some(Flaw::new(text, "json-end", text.len(), ""));
    }
    if error.to_string().starts_with("recursion") {
        return Some(Flaw::there(text, "json-deep", at));
    }
    Some(Flaw::there(text, "json", at))
}

/// The text with each value in a line of its own; `None`: it is no JSON, or one value alone.
pub fn pretty(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if !trimmed.starts_with(['{', '[']) || flaw(trimmed).is_some() {
        return None;
    }
    let mut out = String::with_capacity(trimmed.len() * 2);
    let mut depth = 0_usize;
    let mut signs = trimmed.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        (0..depth.min(DEEPEST)).for_each(|_| out.push_str("  "));
    };
    while let Some(c) = signs.next() {
        match c {
            '"' => {
                out.push(c);
                while let Some(c) = signs.next() {
                    out.push(c);
                    match c {
                        '\\' => out.extend(signs.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '{' | '[' => {
                out.push(c);
                while signs.next_if(char::is_ascii_whitespace).is_some() {}
                match signs.next_if(|next| matches!(next, '}' | ']')) {
                    Some(close) => out.push(close),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    Some(out)
}

//! Literals that mean exactly a given text, whatever it holds. What shows nothing, or turns the direction of what follows, is
//! written as an escape in every language: `rustc` refuses some of it, and a reader would be misled by the rest.

/// It can stand in source as it is.
fn is_plain(c: char) -> bool {
    match c {
        ' '..='~' => true,
        // Spaces of other widths, controls, marks that combine, directions, private use, tags.
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{a0}'
        | '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | '\u{61c}'
        | '\u{180e}' => false,
        '\u{1680}'
        | '\u{2000}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}' => false,
        '\u{3000}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => false,
        '\u{fff0}'..='\u{ffff}' => false,
        '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'.. => false,
        _ => true,
    }
}

fn quoted(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_plain(c) => out.push(c),
            c => out.push_str(&escape(c)),
        }
    }
    out.push('"');
    out
}

/// A string literal of JavaScript (ECMAScript § 12.9.4), which may stand in a script element, too.
pub fn javascript_string(text: &str) -> String {
    let literal = quoted(text, |c| {
        let mut units = [0; 2];
        c.encode_utf16(&mut units)
            .iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect()
    });
    literal.replace("</", "<\\/").replace("<!--", "<\\!--")
}

/// A string literal of Rust (The Rust Reference § Tokens).
pub fn rust_string(text: &str) -> String {
    quoted(text, |c| format!("\\u{{{:x}}}", u32::from(c)))
}

/// A string literal of Python (The Python Language Reference § 2.4.1).
pub fn python_string(text: &str) -> String {
    quoted(text, |c| match u32::from(c) {
        code @ ..=0xff => format!("\\x{code:02x}"),
        code @ ..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    })
}

/// A byte string literal of Rust.
pub fn rust_bytes(bytes: &[u8]) -> String {
    byte_string(bytes)
}

/// A bytes literal of Python: spelled as in Rust.
pub fn python_bytes(bytes: &[u8]) -> String {
    byte_string(bytes)
}

fn byte_string(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    for byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b' '..=b'~' => out.push(char::from(*byte)),
            byte => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

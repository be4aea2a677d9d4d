//! What is sent, and what came, as text and as bytes.

mod bytes;
mod html;
mod json;
mod xml;

pub use bytes::{base64, bytes_of_base64, bytes_of_hex, hex, hex_dump};
pub use json::pretty;

use serde::{Deserialize, Serialize};

/// How what is typed is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// As it is.
    Text,
    /// As text that should be JSON (RFC 8259).
    Json,
    /// As text that should be XML.
    Xml,
    /// As text that should be HTML.
    Html,
    /// As the bytes that Base64 (RFC 4648) stands for.
    Base64,
    /// As the bytes that digits of base sixteen stand for.
    Hex,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Text,
        Self::Json,
        Self::Xml,
        Self::Html,
        Self::Base64,
        Self::Hex,
    ];

    /// The word that stands in links and saved sessions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Html => "html",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }

    /// The format of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// It stands for bytes, and cannot be sent where it is malformed.
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::Base64 | Self::Hex)
    }
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// A stable word for what it is; texts are found by it.
    pub why: &'static str,
    /// Where, in UTF-16 code units from the beginning.
    pub at: usize,
    /// The line there, from 1.
    pub line: usize,
    /// The place in that line, in UTF-16 code units, from 1.
    pub column: usize,
    /// The character or name that it is about; empty: the end.
    pub found: String,
}

impl Flaw {
    /// `at`: in bytes.
    fn new(text: &str, why: &'static str, at: usize, found: impl Into<String>) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = text.get(..at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let units = |text: &str| text.encode_utf16().count();
        Self {
            why,
            at: units(before),
            line: before.matches('\n').count() + 1,
            column: units(before.get(line_start..).unwrap_or_default()) + 1,
            found: found.into(),
        }
    }

    /// The same about the character that stands there.
    fn there(text: &str, why: &'static str, at: usize) -> Self {
        let found = text.get(at..).and_then(|rest| rest.chars().next());
        Self::new(text, why, at, found.map(String::from).unwrap_or_default())
    }
}

/// What is known of something before it is sent.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// How many bytes are sent; `None`: it stands for none.
    pub bytes: Option<usize>,
    /// The first that is wrong. Of text it hinders nothing.
    pub flaw: Option<Flaw>,
}

/// Looks at something before it is sent.
pub fn check(format: Format, text: &str) -> Checked {
    let of = |flaw: Option<Flaw>| Checked {
        bytes: Some(text.len()),
        flaw,
    };
    let of_bytes = |bytes: Result<Vec<u8>, Flaw>| match bytes {
        Ok(bytes) => Checked {
            bytes: Some(bytes.len()),
            flaw: None,
        },
        Err(flaw) => Checked {
            bytes: None,
            flaw: Some(flaw),
        },
    };
    match format {
        Format::Text => of(None),
        Format::Json => of(json::flaw(text)),
        Format::Xml => of(xml::flaw(text)),
        Format::Html => of(html::flaw(text)),
        Format::Base64 => of_bytes(bytes_of_base64(text)),
        Format::Hex => of_bytes(bytes_of_hex(text)),
    }
}

//! The shortest client code for an endpoint that has just answered, in three languages. Whatever the endpoint, its messages and
//! its fields hold stands in literals that mean exactly it.

mod javascript;
mod literal;
mod python;
mod rust;

pub use literal::{javascript_string, python_bytes, python_string, rust_bytes, rust_string};

use serde::{Deserialize, Serialize};

use crate::Kind;
use crate::request::{Field, is_forbidden};

/// What worked.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Worked {
    /// Through what.
    pub kind: Kind,
    /// The URL that was asked for, without fragment, as a browser spells it.
    pub url: String,
    /// The subprotocols that were offered.
    #[serde(default)]
    pub protocols: Vec<String>,
    /// The one that the server chose; empty: none.
    #[serde(default)]
    pub chosen: String,
    /// The names of events that came; of those without one `message`.
    #[serde(default)]
    pub events: Vec<String>,
    /// The method; empty: GET.
    #[serde(default)]
    pub method: String,
    /// The fields that were sent.
    #[serde(default)]
    pub headers: Vec<Field>,
    /// Cookies and the like were sent to another origin, too.
    #[serde(default)]
    pub credentials: bool,
    /// The first message, or the body.
    #[serde(default)]
    pub first: Option<First>,
    /// The answer came in pieces, one after another.
    #[serde(default)]
    pub streamed: bool,
}

/// What was sent first.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "value")]
pub enum First {
    /// Text.
    Text(String),
    /// Bytes, in Base64.
    Base64(String),
}

/// What was sent first, as it is written down.
enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

impl Worked {
    fn content(&self) -> Option<Content> {
        match self.first.as_ref()? {
            First::Text(text) => Some(Content::Text(text.clone())),
            // The page made it a moment ago.
            First::Base64(text) => Some(Content::Bytes(
                crate::payload::bytes_of_base64(text).unwrap_or_default(),
            )),
        }
    }

    /// As a browser sends it: some methods in capitals, however they are written (Fetch § 2.2.1).
    fn method(&self) -> &str {
        let standard = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
        let mut standard = standard.into_iter();
        match self.method.as_str() {
            "" => "GET",
            method => standard
                .find(|name| name.eq_ignore_ascii_case(method))
                .unwrap_or(method),
        }
    }

    /// As clients take it that are no browsers: those take `http:` for a WebSocket, too (WebSockets § 3.1).
    fn socket_url(&self) -> String {
        match self.url.strip_prefix("http") {
            Some(rest) => format!("ws{rest}"),
            None => self.url.clone(),
        }
    }

    /// The fields that a browser sent: it drops those that are its own, and those of one name are one (Fetch § 2.2.2).
    fn sent(&self) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let sent = self.headers.iter();
        for field in sent.filter(|field| !is_forbidden(&field.name, &field.value)) {
            let mut before = fields.iter_mut();
            match before.find(|one| one.name.eq_ignore_ascii_case(&field.name)) {
                Some(one) => one.value = format!("{}, {}", one.value, field.value),
                None => fields.push(field.clone()),
            }
        }
        fields
    }

    fn is_typed(&self) -> bool {
        let mut names = self.headers.iter().map(|field| &field.name);
        names.any(|name| name.eq_ignore_ascii_case("content-type"))
    }

    /// The fields as a client sends them that is no browser: a browser gives a text a type by itself (Fetch § 5.2).
    fn fields(&self) -> Vec<Field> {
        let mut fields = self.sent();
        if matches!(self.first, Some(First::Text(_))) && !self.is_typed() {
            fields.push(Field {
                name: "Content-Type".to_owned(),
                value: "text/plain;charset=UTF-8".to_owned(),
            });
        }
        fields
    }
}

/// Code in each language.
#[derive(Clone, Debug, Serialize)]
pub struct Code {
    /// For a browser, as a module.
    pub javascript: String,
    /// A whole `main.rs`; its first lines name what `Cargo.toml` needs.
    pub rust: String,
    /// A whole program; its first line names what to install, if anything.
    pub python: String,
}

/// Writes the code.
pub fn all(worked: &Worked) -> Code {
    Code {
        javascript: javascript::code(worked),
        rust: rust::code(worked),
        python: python::code(worked),
    }
}

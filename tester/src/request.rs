//! What a page may set of a request (Fetch § 2.2 and 4.8), said before a browser throws or drops it.

use serde::{Deserialize, Serialize};

use crate::payload::Format;

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What is asked about a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// As it was typed.
    pub method: String,
    /// The fields, in their order.
    pub headers: Vec<Field>,
    /// As what the body is meant; none: there is none.
    pub body: Option<Format>,
    /// The endpoint is of another origin than the page.
    pub cross_origin: bool,
}

/// What is known of a request before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// What hinders it: the browser would throw, or drop a field without a word.
    pub doubts: Vec<Doubt>,
    /// Why the browser asks for leave before (CORS-preflight, Fetch § 4.8): names of fields, or the method.
    pub preflight: Vec<String>,
}

/// Something doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// A stable word for what it is; texts are found by it.
    pub code: &'static str,
    /// The place of the field in the list; `None`: it is the method.
    pub field: Option<usize>,
    /// The name that it is about.
    pub name: String,
}

/// Names that no page may set (Fetch § 2.2.2, forbidden request-header).
const FORBIDDEN: [&str; 24] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-http-method-override",
    "x-method-override",
];

/// A token (RFC 9110 § 5.6.2).
fn is_token(text: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(sign)
}

/// A page may not set a field of that name, whatever its value; those that name a method depend on it.
pub fn is_forbidden(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let names_method = matches!(
        name.as_str(),
        "x-http-method-override" | "x-method-override" | "x-http-method"
    );
    if names_method {
        let mut methods = value.split(',').map(str::trim);
        return methods.any(is_forbidden_method);
    }
    FORBIDDEN.contains(&name.as_str()) || name.starts_with("proxy-") || name.starts_with("sec-")
}

fn is_forbidden_method(method: &str) -> bool {
    ["connect", "trace", "track"]
        .iter()
        .any(|forbidden| method.eq_ignore_ascii_case(forbidden))
}

/// It may be sent to another origin without asking for leave (Fetch § 2.2.2, CORS-safelisted request-header).
fn is_safelisted(name: &str, value: &str) -> bool {
    let unsafe_byte =
        |byte: u8| (byte < 0x20 && byte != b'\t') || b"\"():<>?@[\\]{}\x7f".contains(&byte);
    let value = value.trim();
    if value.len() > 128 {
        return false;
    }
    match name.to_ascii_lowercase().as_str() {
        "accept" => !value.bytes().any(unsafe_byte),
        "accept-language" | "content-language" => value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte)),
        "content-type" => {
            let essence = value.split(';').next().unwrap_or_default().trim();
            !value.bytes().any(unsafe_byte)
                && [
                    "application/x-www-form-urlencoded",
                    "multipart/form-data",
                    "text/plain",
                ]
                .iter()
                .any(|simple| essence.eq_ignore_ascii_case(simple))
        }
        "range" => {
            let digits =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            value
                .strip_prefix("bytes=")
                .and_then(|range| range.split_once('-'))
                .is_some_and(|(first, last)| digits(first) && (last.is_empty() || digits(last)))
        }
        _ => false,
    }
}

/// Looks at a request before it is sent.
pub fn look(asked: &Asked) -> Told {
    let mut told = Told::default();
    let method = asked.method.trim();
    let upper = method.to_ascii_uppercase();
    let mut add = |code, field, name: &str| {
        told.doubts.push(Doubt {
            code,
            field,
            name: name.to_owned(),
        });
    };
    if !is_token(method) {
        add("method-no-token", None, method);
    } else if is_forbidden_method(method) {
        add("method-forbidden", None, &upper);
    } else if upper == "PATCH" && method != upper {
        // Browsers write six methods in capitals by themselves, and this is none of them.
        add("method-not-capitals", None, method);
    }
    for (at, field) in asked.headers.iter().enumerate() {
        let Field { name, value } = field;
        if name.trim().is_empty() && value.trim().is_empty() {
            continue;
        }
        match () {
            () if !is_token(name.trim()) => add("name-no-token", Some(at), name),
            () if is_forbidden(name.trim(), value) => add("name-forbidden", Some(at), name),
            () if value
                .trim()
                .chars()
                .any(|c| matches!(c, '\0' | '\r' | '\n')) =>
            {
                add("value-line-break", Some(at), name);
            }
            () if value.chars().any(|c| u32::from(c) > 0xff) => {
                add("value-not-latin", Some(at), name);
            }
            () => {}
        }
    }
    let typed = |field: &Field| field.name.trim().eq_ignore_ascii_case("content-type");
    let meant = match asked.body {
        Some(Format::Json) => Some("application/json"),
        Some(Format::Xml) => Some("application/xml"),
        Some(Format::Html) => Some("text/html"),
        Some(Format::Text | Format::Base64 | Format::Hex) | None => None,
    };
    if let Some(meant) = meant.filter(|_| !asked.headers.iter().any(typed)) {
        add("type-is-text", None, meant);
    }
    if asked.cross_origin {
        told.preflight = preflight(asked, &upper);
    }
    told
}

fn preflight(asked: &Asked, method: &str) -> Vec<String> {
    let mut why = Vec::new();
    if !matches!(method, "GET" | "HEAD" | "POST") {
        why.push(method.to_owned());
    }
    for Field { name, value } in &asked.headers {
        let name = name.trim();
        if is_token(name) && !is_forbidden(name, value) && !is_safelisted(name, value) {
            why.push(name.to_owned());
        }
    }
    why
}

/// Looks at subprotocols before they are offered: a browser throws at one that is no token, and at one twice (WebSockets § 3).
/// Servers compare them to the letter; browsers do, too.
pub fn protocols(names: &[String]) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let code = match () {
            () if !is_token(name) => "no-token",
            () if names.iter().take(at).any(|before| before == name) => "twice",
            () => continue,
        };
        doubts.push(Doubt {
            code,
            field: Some(at),
            name: name.clone(),
        });
    }
    doubts
}

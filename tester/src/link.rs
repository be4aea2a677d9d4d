//! Links that fill the form in. Everything stands behind the `#`, which no server is told. They hold no secret that can be known
//! as one, and what they name is filled in only where the server's operator lets it.

use serde::{Deserialize, Serialize};

use crate::address::{self, Bare, Reach, bare, names_a_secret, pieces, reach};
use crate::payload::Format;
use crate::{Kind, request};

/// The longest link that is made or read, in bytes.
pub const LONGEST: usize = 16 * 1024;

/// The most that is read of one kind in a link: subprotocols, fields.
const MOST: usize = 32;

/// What a link is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Filled {
    /// A word of [`Kind`]; empty: that of the form.
    pub kind: String,
    /// The URL as a browser spells it.
    pub url: String,
    /// Subprotocols, in their order.
    pub protocols: Vec<String>,
    /// The names of events to listen for.
    pub events: Vec<String>,
    /// The method; empty: that of the form.
    pub method: String,
    /// Names of fields; their values are in no link.
    pub headers: Vec<String>,
    /// A word of [`Format`]; empty: there is no payload.
    pub format: String,
    /// What is to be sent, only if asked for.
    pub payload: String,
}

/// A link that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// What stands behind the `#`; `None`: it would be longer than [`LONGEST`].
    pub fragment: Option<String>,
    /// What was left out, by name: parameters of the query.
    pub left_out: Vec<String>,
    /// Parts of the path and of the query that have no name and look like secrets were left out: so many.
    pub nameless_left_out: usize,
    /// User and password were left out.
    pub user_left_out: bool,
    /// Subprotocols that look like secrets were left out: so many.
    pub protocols_left_out: usize,
}

/// Makes a link.
pub fn write(filled: &Filled) -> Written {
    let Bare {
        url,
        left_out,
        nameless,
        user,
    } = bare(&filled.url);
    let mut parts = vec![("kind", filled.kind.as_str()), ("url", url.as_str())];
    let safe = |protocol: &&String| !is_secret_protocol(protocol);
    let protocols: Vec<_> = filled.protocols.iter().filter(safe).collect();
    parts.extend(protocols.iter().map(|one| ("protocol", one.as_str())));
    parts.extend(filled.events.iter().map(|one| ("event", one.as_str())));
    parts.extend(filled.headers.iter().map(|one| ("header", one.as_str())));
    parts.push(("method", &filled.method));
    if !filled.payload.is_empty() {
        parts.push(("format", &filled.format));
        parts.push(("payload", &filled.payload));
    }
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| address::piece(name, value))
        .collect();
    let fragment = parts.join("&");
    Written {
        fragment: (fragment.len() <= LONGEST).then_some(fragment),
        left_out,
        nameless_left_out: nameless,
        user_left_out: user,
        protocols_left_out: filled.protocols.len() - protocols.len(),
    }
}

/// Servers that read tokens from subprotocols get them as long words, or behind a name that says so.
pub fn is_secret_protocol(protocol: &str) -> bool {
    names_a_secret(protocol) || protocol.len() > 40
}

/// Reads what stands behind the `#`; `None`: it is no link of ours. Nothing in it is believed: what has no place is passed over.
pub fn read(fragment: &str) -> Option<Filled> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    if fragment.len() > LONGEST {
        return None;
    }
    let mut filled = Filled::default();
    for one in pieces(fragment) {
        let value = one.value;
        let list = match one.name.as_str() {
            "kind" if Kind::from_word(&value).is_some() => {
                filled.kind = value;
                continue;
            }
            "url" => {
                filled.url = value;
                continue;
            }
            "method" => {
                filled.method = value;
                continue;
            }
            "format" if Format::from_word(&value).is_some() => {
                filled.format = value;
                continue;
            }
            "payload" => {
                filled.payload = value;
                continue;
            }
            "protocol" => &mut filled.protocols,
            "event" => &mut filled.events,
            "header" if !request::is_forbidden(&value, "") => &mut filled.headers,
            _ => continue,
        };
        if list.len() < MOST {
            list.push(value);
        }
    }
    (!filled.url.is_empty()).then_some(filled)
}

/// What is asked about a link's endpoint.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    /// What a browser makes of the link's URL; `None`: it refuses.
    pub parsed: Option<address::Parsed>,
    /// What the operator lets links name (`tester.json`); `None`: any public host.
    pub endpoints: Option<Vec<String>>,
}

/// Whether a link may fill an endpoint in: `yes`, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admission {
    /// It may.
    Yes,
    /// No browser can take it apart, or its scheme is none that can be tried.
    NoUrl,
    /// It holds user or password: no link of ours does.
    UserPassword,
    /// It leads into somebody's network or machine, and the operator has not listed it.
    NotPublic,
    /// The operator has listed others only.
    NotListed,
}

/// Whether a link may fill an endpoint in.
pub fn admit(asked: &Asked) -> Admission {
    let Some(parsed) = &asked.parsed else {
        return Admission::NoUrl;
    };
    let scheme = parsed.protocol.trim_end_matches(':');
    let Some(default) = address::default_port(scheme) else {
        return Admission::NoUrl;
    };
    if !parsed.username.is_empty() || !parsed.password.is_empty() {
        return Admission::UserPassword;
    }
    let port = match parsed.port.as_str() {
        "" => Some(default),
        port => port.parse().ok(),
    };
    let listed = |list: &Vec<String>| {
        list.iter()
            .any(|one| matches(one, scheme, &parsed.hostname, port.unwrap_or_default()))
    };
    match &asked.endpoints {
        Some(list) if listed(list) => Admission::Yes,
        _ if reach(&parsed.hostname) != Reach::Public => Admission::NotPublic,
        Some(_) => Admission::NotListed,
        None => Admission::Yes,
    }
}

/// An entry of the operator's list covers it: scheme and port to the letter, `*.` any name below.
fn matches(entry: &str, scheme: &str, host: &str, port: u16) -> bool {
    let Some((entry_scheme, rest)) = entry.split_once("://") else {
        return false;
    };
    let after_bracket = rest.rfind(']').map_or(0, |at| at + 1);
    let (name, entry_port) = match rest.get(after_bracket..).and_then(|rest| rest.rfind(':')) {
        Some(colon) => {
            let (name, port) = rest.split_at(after_bracket + colon);
            (name, port.get(1..).and_then(|port| port.parse().ok()))
        }
        None => (rest, address::default_port(entry_scheme)),
    };
    let name_fits = match name.strip_prefix('*') {
        // `.app.example`: at least one label stands before.
        Some(zone) => host.len() > zone.len() && host.ends_with(zone) && zone.starts_with('.'),
        None => host == name,
    };
    entry_scheme == scheme && entry_port == Some(port) && name_fits
}

//! What a request's head tells of its way.

use crate::wire::Sighting;

/// The value of a field; of several the first. Names have no case (RFC 9110 § 5.1).
pub(in crate::diagnosis) fn value<'a>(seen: &'a Sighting, name: &str) -> Option<&'a str> {
    let named = seen
        .headers
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case(name));
    named.map(|field| field.value.as_deref().unwrap_or_default())
}

/// One of the comma-separated words of a value.
pub(in crate::diagnosis) fn lists(value: &str, word: &str) -> bool {
    value
        .as_bytes()
        .split(|byte| *byte == b',')
        .any(|one| one.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
}

/// An upgrade (RFC 6455 § 4.1) arrived with less than browsers send. By HTTP/2 there is none (RFC 8441).
pub(super) fn upgrade_is_altered(seen: &Sighting) -> bool {
    if seen.method == "CONNECT" {
        return false;
    }
    let names = |name: &str, word: &str| value(seen, name).is_some_and(|value| lists(value, word));
    seen.http_version != "HTTP/1.1"
        || !names("upgrade", "websocket")
        || !names("connection", "upgrade")
        || !names("sec-websocket-version", "13")
        || value(seen, "sec-websocket-key").is_none()
}

/// A forward proxy or gateway named itself (RFC 9110 § 7.6.3).
pub(in crate::diagnosis) fn came_by_a_proxy(seen: &Sighting) -> bool {
    named(seen, "via")
}

/// A field of that name arrived.
pub(in crate::diagnosis) fn named(seen: &Sighting, name: &str) -> bool {
    value(seen, name).is_some()
}

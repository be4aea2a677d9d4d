//! The query of a URL as a list that can be edited. What is not edited stays as it was spelled.

use serde::Serialize;

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// As it stands between its ampersands.
    pub raw: String,
    /// Decoded (URL § 5.1).
    pub name: String,
    /// Decoded.
    pub value: String,
    /// Its name looks like that of a secret.
    pub secret: bool,
}

/// The parameters of a query, with or without its question mark.
pub fn pieces(search: &str) -> Vec<Piece> {
    let query = search.strip_prefix('?').unwrap_or(search);
    let raw = query.split('&').filter(|raw| !raw.is_empty());
    raw.map(|raw| {
        let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
        let name = decoded(name);
        Piece {
            raw: raw.to_owned(),
            secret: names_a_secret(&name),
            value: decoded(value),
            name,
        }
    })
    .collect()
}

/// A parameter as it stands in a query.
pub fn piece(name: &str, value: &str) -> String {
    format!("{}={}", encoded(name), encoded(value))
}

/// Percent-encodes all but what needs it nowhere (RFC 3986 § 2.3).
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Decodes percent-encoding and `+`; what is no UTF-8 becomes U+FFFD.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
        match (byte, hex(at + 1), hex(at + 2)) {
            // Two digits of base sixteen are a byte.
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Parts of names by which secrets go.
const SECRET: [&str; 17] = [
    "token",
    "secret",
    "password",
    "passwd",
    "pwd",
    "apikey",
    "api_key",
    "auth",
    "sess",
    "jwt",
    "csrf",
    "xsrf",
    "bearer",
    "credential",
    "signature",
    "ticket",
    "private",
];
/// Whole words of such names.
const SECRET_WORDS: [&str; 11] = [
    "key", "sig", "sign", "code", "sid", "pass", "pin", "otp", "hmac", "sas", "state",
];

/// A parameter or field of that name may hold a secret. Rather one too many.
pub fn names_a_secret(name: &str) -> bool {
    let mut words = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for c in name.chars() {
        // `accessKey` is two words.
        if c.is_uppercase() && was_lower {
            words.push(' ');
        }
        was_lower = c.is_lowercase();
        words.extend(c.to_lowercase());
    }
    let whole = name.to_lowercase();
    SECRET.iter().any(|part| whole.contains(part))
        || words
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| SECRET_WORDS.contains(&word) || word.ends_with("key"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_edited_stays_as_it_was_spelled() {
        let all = pieces("?a=1&&b&c=%41+x%zz&=y&%E2%28=%");
        let told: Vec<_> = all
            .iter()
            .map(|one| (one.raw.as_str(), one.name.as_str(), one.value.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("a=1", "a", "1"),
                ("b", "b", ""),
                ("c=%41+x%zz", "c", "A x%zz"),
                ("=y", "", "y"),
                ("%E2%28=%", "\u{fffd}(", "%"),
            ]
        );
        assert_eq!(pieces("?"), []);
        assert_eq!(piece("a b", "é&="), "a%20b=%C3%A9%26%3D");
    }

    #[test]
    fn names_of_secrets_are_known_by_their_words() {
        for name in [
            "token",
            "access_token",
            "accessToken",
            "X-Amz-Signature",
            "sig",
            "key",
            "api-key",
            "accessKey",
            "AWSAccessKeyId",
            "SESSIONID",
            "code",
            "Password",
            "jwt",
            "Authorization",
        ] {
            assert!(names_a_secret(name), "{name}");
        }
        for name in ["room", "keys_count", "design", "codec", "page", "lang", ""] {
            assert!(!names_a_secret(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_parameter_comes_back_as_it_was(name in ".*", value in ".*") {
            let back = pieces(&piece(&name, &value));
            prop_assert_eq!(back.len(), 1);
            prop_assert_eq!((&back[0].name, &back[0].value), (&name, &value));
        }

        #[test]
        fn any_query_has_pieces(search in ".*") {
            let joined: Vec<_> = pieces(&search).into_iter().map(|one| one.raw).collect();
            let kept: String = search.strip_prefix('?').unwrap_or(&search).split('&').filter(|one| !one.is_empty()).collect::<Vec<_>>().join("&");
            prop_assert_eq!(joined.join("&"), kept);
        }
    }
}

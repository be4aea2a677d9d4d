//! A URL as it may be handed on: without what can be known as a secret.

use super::query::decoded;
use super::split::split;
use super::{names_a_secret, pieces};

/// What stands in a path where something was left out.
const GONE: &str = "…";
/// So often others may have encoded a text on its way.
const ENCODED: usize = 3;

/// A URL without secrets, and what was left out of it.
#[derive(Debug, Default)]
pub(crate) struct Bare {
    pub(crate) url: String,
    /// Parameters, by name.
    pub(crate) left_out: Vec<String>,
    /// What has no name: so many.
    pub(crate) nameless: usize,
    /// User and password.
    pub(crate) user: bool,
}

/// Leaves out user, password, fragment, and what looks like a secret in path and query.
pub(crate) fn bare(url: &str) -> Bare {
    let mut all = Bare {
        url: url.to_owned(),
        ..Bare::default()
    };
    // What was left out may bring together what is a secret only then.
    for _ in 0..4 {
        let before = all.url.clone();
        all.url = all.pass(&before);
        if all.url == before {
            break;
        }
    }
    all
}

impl Bare {
    fn pass(&mut self, url: &str) -> String {
        // What browsers drop before they look (URL § 4.4).
        let url: String = trimmed(url)
            .chars()
            .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
            .collect();
        let parts = split(&url);
        let part = |from, to| url.get(from..to).unwrap_or_default();
        let authority = part(parts.slashes.end, parts.path.start);
        // A full-width sign is taken for the other by whoever mends it.
        let host = authority
            .rsplit(['@', '\u{ff20}'])
            .next()
            .unwrap_or_default();
        self.user |= host.len() < authority.len();
        let mut out = part(0, parts.slashes.end).to_owned() + host;
        self.path(part(parts.path.start, parts.path.end), &mut out);
        let kept = self.query(part(parts.query.start, parts.query.end));
        if !kept.is_empty() {
            out += "?";
            out += &kept.join("&");
        }
        trimmed(&out).to_owned()
    }

    fn path(&mut self, path: &str, out: &mut String) {
        let mut slashes = 0;
        for piece in path.split_inclusive(['/', '\\']) {
            let segment = piece.trim_end_matches(['/', '\\']);
            // Another URL in the path of this one.
            let user = segment.rfind('@').filter(|at| {
                slashes >= 2 || segment.get(..*at).is_some_and(|user| user.contains(':'))
            });
            let rest = match user {
                Some(at) if at > 0 => {
                    self.user = true;
                    segment.get(at + 1..).unwrap_or_default()
                }
                _ => segment,
            };
            match hides(rest) || is_opaque_segment(rest) {
                true => {
                    self.nameless += 1;
                    *out += GONE;
                }
                false => *out += rest,
            }
            *out += piece.get(segment.len()..).unwrap_or_default();
            slashes = if segment.is_empty() { slashes + 1 } else { 1 };
        }
    }

    fn query(&mut self, query: &str) -> Vec<String> {
        let mut kept = Vec::new();
        for one in pieces(query) {
            let value = one.raw.split_once('=').map_or("", |(_, value)| value);
            // What stands before the padding of Base64 is no name.
            let is_named = value.contains(|c| c != '=');
            let is_token = !is_named && (!value.is_empty() || is_opaque(&one.name));
            if is_token || hides(&one.name) {
                self.nameless += 1;
            } else if one.secret || hides(&one.value) {
                self.left_out.push(one.name);
            } else {
                kept.push(one.raw);
            }
        }
        kept
    }
}

fn trimmed(url: &str) -> &str {
    url.trim_matches(|c| c <= ' ')
}

/// Something in a text looks like a secret: a token, a parameter of such a name, the user of another URL.
fn hides(text: &str) -> bool {
    let mut text = text.to_owned();
    for _ in 0..=ENCODED {
        if tells(&text) {
            return true;
        }
        let next = decoded(&text);
        if next == text {
            return false;
        }
        text = next;
    }
    // Nobody can see what it is.
    true
}

fn tells(text: &str) -> bool {
    let no_token = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let between = |c: char| {
        c.is_whitespace() || matches!(c, '?' | '&' | '#' | ';' | ',' | '/' | '\\' | '{' | '}')
    };
    text.split(no_token).any(is_web_token) || text.split(between).any(is_secret) || has_user(text)
}

/// A JSON Web Token (RFC 7519 § 3), or the beginning of one.
fn is_web_token(word: &str) -> bool {
    word.starts_with("eyJ") && (word.matches('.').count() >= 2 || word.len() >= 20)
}

/// A parameter, or a field of JSON, of such a name.
fn is_secret(word: &str) -> bool {
    let parameter = word.split_once('=').filter(|(_, value)| !value.is_empty());
    let field = word.split_once("\":");
    let names = [parameter, field].into_iter().flatten();
    let mut names = names.map(|(name, _)| name);
    names.any(names_a_secret)
}

fn has_user(text: &str) -> bool {
    text.replace('\\', "/").split("//").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.find('@').is_some_and(|at| at > 0)
    })
}

/// Kinds of characters in a word: capitals, small letters, digits, and what else Base64 and its kin are made of.
fn kinds(word: &str) -> Option<[bool; 4]> {
    let mut kinds = [false; 4];
    for byte in word.bytes() {
        let kind = match byte {
            b'A'..=b'Z' => 0,
            b'a'..=b'z' => 1,
            b'0'..=b'9' => 2,
            b'_' | b'-' | b'.' | b'~' | b'+' | b'/' | b' ' => 3,
            _ => return None,
        };
        kinds[kind] = true;
    }
    Some(kinds)
}

/// A word that stands alone in a query and is long, of letters and digits.
fn is_opaque(word: &str) -> bool {
    let Some([capitals, small, digits, _]) = kinds(word) else {
        return false;
    };
    word.len() >= 16 && (capitals || small) && digits
}

/// In a path words are long oftener: ids and titles stay.
fn is_opaque_segment(word: &str) -> bool {
    let Some([capitals, small, digits, other]) = kinds(word) else {
        return false;
    };
    (word.len() >= 20 && capitals && small && digits)
        || (word.len() >= 32 && (capitals || small) && digits && !other)
}

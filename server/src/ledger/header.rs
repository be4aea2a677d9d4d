//! The fields of a head, without what is nobody's business.

use pushcheck::wire::SeenHeader;

/// The names whose values are kept: what boxes in between change, and nothing that tells who asks.
const KEPT: [&str; 13] = [
    "accept-encoding",
    "age",
    "cache-control",
    "connection",
    "content-length",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "te",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-cache",
];

/// The names of which not even the length is kept.
const ONLY_PRESENCE: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "referer"];

/// The longest value kept: the ones that matter are short.
const LONGEST: usize = 200;

/// The most fields kept of one head.
const MOST: usize = 60;

/// The most bytes of names and values kept of one head: a stranger's head may be four times as large, and so many are
/// remembered.
const MOST_BYTES: usize = 4096;

/// Stands last where fields were left out, with their number for its length: no field can have this name.
const TRUNCATED: &str = ":truncated";

/// What the ledger keeps of a head of `count` fields, in the order and spelling in which they are given.
pub(crate) fn seen<'a>(
    fields: impl Iterator<Item = (&'a str, &'a [u8])>,
    count: usize,
) -> Vec<SeenHeader> {
    let mut bytes = 0;
    let mut kept: Vec<SeenHeader> = fields
        .take(MOST)
        .map(|(name, value)| field(name, value))
        .take_while(|field| {
            bytes += field.name.len() + field.value.as_ref().map_or(0, String::len);
            bytes <= MOST_BYTES
        })
        .collect();
    let left_out = count.saturating_sub(kept.len());
    if left_out > 0 {
        kept.push(SeenHeader {
            name: TRUNCATED.to_owned(),
            length: u32::try_from(left_out).unwrap_or(u32::MAX),
            value: None,
        });
    }
    kept.shrink_to_fit();
    kept
}

fn field(name: &str, value: &[u8]) -> SeenHeader {
    let is = |one: &&str| name.eq_ignore_ascii_case(one);
    let length = if ONLY_PRESENCE.iter().any(is) {
        0
    } else {
        u32::try_from(value.len()).unwrap_or(u32::MAX)
    };
    let kept = match () {
        () if is(&"origin") => Some(scheme(value)),
        () if KEPT.iter().any(is) => printable(value),
        () => None,
    };
    SeenHeader {
        name: name.chars().take(LONGEST).collect(),
        length,
        value: kept,
    }
}

fn printable(value: &[u8]) -> Option<String> {
    let fits = value.len() <= LONGEST && value.iter().all(|b| matches!(b, b' '..=b'~'));
    fits.then(|| String::from_utf8_lossy(value).into_owned())
}

/// Of an origin the scheme, where it is one of the web's; an extension's name is not.
fn scheme(value: &[u8]) -> String {
    match value.split(|b| *b == b':').next() {
        Some(b"https") => "https",
        Some(b"http") => "http",
        Some(b"null") => "null",
        _ => "other",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_off_the_list_are_not_kept() {
        assert_eq!(field("x-forwarded-for", b"192.0.2.1").value, None);
        assert_eq!(field("x-forwarded-for", b"192.0.2.1").length, 9);
        for cookie in ["cookie", "Cookie", "COOKIE"] {
            assert_eq!(field(cookie, b"session=secret").length, 0);
        }
        assert_eq!(
            field("via", b"1.1 squid").value.as_deref(),
            Some("1.1 squid")
        );
    }

    #[test]
    fn of_an_origin_only_the_scheme_is_kept() {
        assert_eq!(
            field("origin", b"https://intranet.example")
                .value
                .as_deref(),
            Some("https")
        );
        assert_eq!(field("origin", b"null").value.as_deref(), Some("null"));
        assert_eq!(
            field("origin", b"chrome-extension://abcdef")
                .value
                .as_deref(),
            Some("other")
        );
    }

    #[test]
    fn of_a_large_head_so_much_is_kept_and_it_says_so() {
        let head = |fields: usize| {
            let names: Vec<String> = (0..fields).map(|n| format!("x-{n:0180}")).collect();
            seen(names.iter().map(|name| (&name[..], &b"value"[..])), fields)
        };
        let few = head(10);
        assert_eq!((few.len(), &few[9].name[..2]), (10, "x-"));
        let many = head(50);
        let (cut, kept) = many.split_last().expect("fields");
        let bytes =
            |field: &SeenHeader| field.name.len() + field.value.as_ref().map_or(0, String::len);
        assert!(kept.iter().map(bytes).sum::<usize>() <= 4096);
        assert_eq!(
            (cut.name.as_str(), cut.length as usize, &cut.value),
            (":truncated", 50 - kept.len(), &None)
        );
        let crowd = seen((0..70).map(|_| ("x-crowd", &b""[..])), 70);
        assert_eq!((crowd.len(), crowd[60].length), (61, 10));
    }
}

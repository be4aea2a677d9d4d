//! The one origin that the listener answers for.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Uri, header};

/// The name of the session's cookie. Chromium 148 and Firefox 140 take a cookie that is `Secure`, and this prefix
/// (RFC 6265bis § 4.1.3.2), on `http://127.0.0.1` and `http://localhost` of any port, too: one name serves all.
pub(crate) const COOKIE: &str = "__Host-pushcheck-session";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// An origin (RFC 6454 § 4), in the spelling that browsers send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    text: String,
    is_secure: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// What a request to that host would name; none: not an `http:` or `https:` origin.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let is_secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        if uri.path_and_query().is_some_and(|path| path != "/") || text.contains('#') {
            return None;
        }
        let (host, port) = host(uri.authority()?, is_secure)?;
        let scheme = if is_secure { "https" } else { "http" };
        let text = match port == usual(is_secure) {
            true => format!("{scheme}://{host}"),
            false => format!("{scheme}://{host}:{port}"),
        };
        Some(Self {
            text,
            is_secure,
            host,
            port,
        })
    }

    /// As browsers spell it.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Reached by `https:`.
    pub(crate) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Whether cookies that are `Secure` are kept for it: `https:`, or this machine.
    pub(crate) fn keeps_cookies(&self) -> bool {
        let name = self.host.trim_matches(['[', ']']);
        self.is_secure
            || self.host == "localhost"
            || self.host.ends_with(".localhost")
            || name
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// Whether the request is for this origin's host, and for no other: else a name of somebody else's, which they let lead here,
    /// would be an origin of their own that reads everything (DNS rebinding).
    pub(crate) fn is_asked(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let is_ours = |authority: &Authority| {
            host(authority, self.is_secure).is_some_and(|(host, port)| {
                (host.as_str(), port) == (self.host.as_str(), self.port)
            })
        };
        let mut hosts = headers.get_all(header::HOST).iter();
        let named = (hosts.next(), hosts.next());
        let by_header = match named {
            (None, _) => None,
            (Some(one), None) => Some(
                Authority::try_from(one.as_bytes())
                    .ok()
                    .is_some_and(|a| is_ours(&a)),
            ),
            // RFC 9112 § 3.2: more than one is no request at all.
            (Some(_), Some(_)) => Some(false),
        };
        let by_uri = uri.authority().map(is_ours);
        by_header.or(by_uri) == Some(true) && by_uri != Some(false)
    }

    /// Whether the browser says that a page of this origin asks.
    pub(crate) fn asks(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (Some(origin), None) => origin.as_bytes() == self.text.as_bytes(),
            (Some(_), Some(_)) => false,
            (None, _) => headers
                .get(FETCH_SITE)
                .is_some_and(|site| site == "same-origin"),
        }
    }

    /// Whether the browser says that somebody else's page asks.
    pub(crate) fn is_asked_from_elsewhere(headers: &HeaderMap) -> bool {
        headers
            .get(FETCH_SITE)
            .is_some_and(|site| site != "same-origin" && site != "none")
    }
}

fn usual(is_secure: bool) -> u16 {
    if is_secure { 443 } else { 80 }
}

fn host(authority: &Authority, is_secure: bool) -> Option<(String, u16)> {
    if authority.as_str().contains('@') {
        return None;
    }
    let port = match authority.port() {
        Some(port) => port.as_u16(),
        // `host:` with nothing behind it is no port.
        None if authority.as_str().ends_with(':') => return None,
        None => usual(is_secure),
    };
    let host = authority.host().to_ascii_lowercase();
    (!host.is_empty()).then_some((host, port))
}

/// The value of the session's cookie among those that came.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        of.iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn is_spelled_as_browsers_do() {
        for (text, spelled) in [
            ("https://Staff.Example", Some("https://staff.example")),
            ("https://staff.example:443/", Some("https://staff.example")),
            ("http://127.0.0.1:8788", Some("http://127.0.0.1:8788")),
            ("http://[::1]:8788", Some("http://[::1]:8788")),
            ("https://staff.example/inbox", None),
            ("https://staff.example/#a", None),
            ("https://a@staff.example", None),
            ("ftp://staff.example", None),
            ("staff.example", None),
            ("", None),
        ] {
            let origin = Origin::of(text);
            assert_eq!(origin.as_ref().map(Origin::as_str), spelled, "{text}");
        }
    }

    #[test]
    fn cookies_are_kept_for_https_and_for_this_machine() {
        for (text, kept) in [
            ("https://staff.example", true),
            ("http://127.0.0.1:1", true),
            ("http://localhost:1", true),
            ("http://[::1]", true),
            ("http://staff.example", false),
            ("http://192.168.0.1", false),
            ("http://localhost.example", false),
        ] {
            let origin = Origin::of(text).expect("an origin");
            assert_eq!(origin.keeps_cookies(), kept, "{text}");
        }
    }

    #[test]
    fn no_other_host_is_answered() {
        let origin = Origin::of("https://staff.example").expect("an origin");
        for (uri, host, is_asked) in [
            ("/", "staff.example", true),
            ("/", "Staff.Example:443", true),
            ("https://staff.example/", "staff.example", true),
            ("https://staff.example/", "", true),
            ("/", "", false),
            ("/", "staff.example:8443", false),
            ("/", "staff.example:", false),
            ("/", "evil.example", false),
            ("/", "staff.example.evil.example", false),
            ("/", "a@staff.example", false),
            ("https://evil.example/", "staff.example", false),
            ("https://staff.example/", "evil.example", false),
        ] {
            let headers = match host {
                "" => HeaderMap::new(),
                host => headers(&[("host", host)]),
            };
            let uri = uri.parse().expect("an address");
            assert_eq!(origin.is_asked(&uri, &headers), is_asked, "{uri} {host}");
        }
        let twice = headers(&[("host", "staff.example")]);
        let mut twice = twice;
        twice.append("host", HeaderValue::from_static("staff.example"));
        assert!(!origin.is_asked(&Uri::from_static("/"), &twice));
    }

    #[test]
    fn only_a_page_of_the_origin_asks() {
        let origin = Origin::of("https://staff.example").expect("an origin");
        for (of, asks) in [
            (&[("origin", "https://staff.example")][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (
                &[
                    ("origin", "https://evil.example"),
                    ("sec-fetch-site", "same-origin"),
                ],
                false,
            ),
            (&[("origin", "null")], false),
            (&[("origin", "http://staff.example")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[], false),
        ] {
            assert_eq!(origin.asks(&headers(of)), asks, "{of:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let found =
            |cookies: &'static str| cookie(&headers(&[("cookie", cookies)])).map(ToOwned::to_owned);
        assert_eq!(
            found("a=1; __Host-pushcheck-session=x; b=2").as_deref(),
            Some("x")
        );
        assert_eq!(found("pushcheck-session=x"), None);
        assert_eq!(found("a=__Host-pushcheck-session=x"), None);
    }
}

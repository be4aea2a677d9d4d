//! Origins, and whose pages may open WebSockets here.

use std::fmt;
use std::str::FromStr;

use hyper::Uri;
use pushcheck::wire::{Lane, Scheme};

use crate::config::ConfigError;

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// http or https.
    pub scheme: Scheme,
    /// The host, lower-case; an IPv6 address in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl FromStr for Origin {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        const WRONG: ConfigError =
            ConfigError("an origin is http:// or https://, a host, and a port where it has one");
        let uri: Uri = text.parse().map_err(|_| WRONG)?;
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return Err(WRONG),
        };
        let authority = uri.authority().ok_or(WRONG)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(WRONG);
        }
        let Host { name, port } = Host::from_str(authority.as_str()).map_err(|()| WRONG)?;
        Ok(Self {
            scheme,
            host: name,
            port: port.unwrap_or_else(|| default_port(scheme)),
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = word(self.scheme);
        match self.port == default_port(self.scheme) {
            true => write!(f, "{scheme}://{}", self.host),
            false => write!(f, "{scheme}://{}:{}", self.host, self.port),
        }
    }
}

/// `http` or `https`.
pub(crate) const fn word(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
    }
}

const fn default_port(scheme: Scheme) -> u16 {
    match scheme {
        Scheme::Http => 80,
        Scheme::Https => 443,
    }
}

/// An origin whose pages may open WebSockets here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmbedOrigin {
    /// Every page (`*`).
    Any,
    /// Pages without an origin (`null`): sandboxed frames, files.
    Null,
    /// Pages of this one.
    Of(Origin),
}

impl FromStr for EmbedOrigin {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        match text {
            "*" => Ok(Self::Any),
            "null" => Ok(Self::Null),
            text => text.parse().map(Self::Of),
        }
    }
}

/// A host as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) port: Option<u16>,
}

impl FromStr for Host {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let split = if text.ends_with(']') {
            None
        } else {
            text.rsplit_once(':')
        };
        let (name, port) = match split {
            Some((name, port)) => (name, Some(port.parse().map_err(|_| ())?)),
            None => (text, None),
        };
        let bare = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        let fits = match bare {
            Some(v6) => v6
                .bytes()
                .all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.')),
            None => name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_')),
        };
        // It goes into a policy header: nothing but what a host may hold.
        if fits && (1..=255).contains(&name.len()) {
            Ok(Self {
                name: name.to_ascii_lowercase(),
                port,
            })
        } else {
            Err(())
        }
    }
}

/// Whose pages may open WebSockets here.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    pub(crate) listed: Vec<EmbedOrigin>,
    pub(crate) lanes: Vec<Lane>,
}

impl Origins {
    /// Without an origin it is no page that asks.
    pub(crate) fn allow(&self, origin: Option<&[u8]>, host: Option<&Host>) -> bool {
        let Some(origin) = origin else { return true };
        if self.listed.contains(&EmbedOrigin::Any) {
            return true;
        }
        if origin == b"null" {
            return self.listed.contains(&EmbedOrigin::Null);
        }
        let Some(origin) = std::str::from_utf8(origin)
            .ok()
            .and_then(|text| text.parse::<Origin>().ok())
        else {
            return false;
        };
        let is_here = host.is_some_and(|host| {
            let port = host.port.unwrap_or_else(|| default_port(origin.scheme));
            host.name == origin.host && port == origin.port
        });
        is_here
            || self.lanes.iter().any(|lane| is_lane(&origin, lane, host))
            || self.listed.contains(&EmbedOrigin::Of(origin))
    }
}

fn is_lane(origin: &Origin, lane: &Lane, host: Option<&Host>) -> bool {
    let name = lane
        .host
        .as_deref()
        .or_else(|| host.map(|host| host.name.as_str()));
    lane.scheme == origin.scheme && lane.port == origin.port && name == Some(origin.host.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(scheme: Scheme, host: Option<&str>, port: u16) -> Lane {
        Lane {
            id: "x".to_owned(),
            scheme,
            host: host.map(str::to_owned),
            port,
            base: None,
        }
    }

    #[test]
    fn our_own_pages_may_and_others_only_when_listed() {
        let lanes = vec![
            lane(Scheme::Https, None, 8788),
            lane(Scheme::Https, Some("check.example"), 443),
        ];
        let mut origins = Origins {
            listed: Vec::new(),
            lanes,
        };
        let host = Host::from_str("here.example:8787").expect("a host");
        let allow =
            |origins: &Origins, text: &str| origins.allow(Some(text.as_bytes()), Some(&host));
        for own in [
            "http://here.example:8787",
            "https://here.example:8788",
            "https://check.example",
        ] {
            assert!(allow(&origins, own), "{own}");
        }
        for other in [
            "null",
            "https://here.example",
            "https://evil.example",
            "https://check.example:8443",
            "x",
            "",
        ] {
            assert!(!allow(&origins, other), "{other}");
        }
        origins.listed = vec![
            "https://evil.example".parse().expect("an origin"),
            EmbedOrigin::Null,
        ];
        assert!(allow(&origins, "https://evil.example") && allow(&origins, "null"));
        assert!(!allow(&origins, "https://other.example"));
        assert!(origins.allow(None, None));
    }

    #[test]
    fn a_host_holds_nothing_that_could_end_a_policy() {
        for text in ["a;b", "a b", "a'b", "", "a:b", "[::1", "a:99999", "a,b"] {
            assert!(Host::from_str(text).is_err(), "{text}");
        }
        assert_eq!(
            Host::from_str("[::1]:80"),
            Ok(Host {
                name: "[::1]".to_owned(),
                port: Some(80)
            })
        );
    }
}

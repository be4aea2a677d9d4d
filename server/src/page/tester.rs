//! The page that tries an endpoint: which files are its own, whether they are there, and what links to it may name.

use std::fmt;
use std::str::FromStr;

use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::answer::{self, Body};
use crate::config::{Config, ConfigError};
use crate::origin::Host;

/// What the page asks for to know what a link may fill in.
const SETTINGS: &str = "tester.json";

/// Whether the page is there, and what links to it may name.
#[derive(Clone, Debug)]
pub(crate) struct Tester {
    on: bool,
    endpoints: Vec<Endpoint>,
}

impl Tester {
    /// Beside an application the page would make its visitors' browsers, cookies and all, try what a stranger's link says: there
    /// it has to be asked for.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            on: config.tester || config.base_path.as_str() == "/",
            endpoints: config.allow_endpoints.clone(),
        }
    }

    /// The file is the page's, and the page is off.
    pub(crate) fn withholds(&self, name: &str) -> bool {
        !self.on && is_own(name)
    }

    /// What links may name, this page's and those of support; empty: nobody listed any.
    pub(crate) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// What links may name, where that is asked for.
    pub(crate) fn answer(&self, name: &str) -> Option<Response<Body>> {
        #[derive(Serialize)]
        struct Settings {
            /// Origins; null: any public host.
            endpoints: Option<Vec<String>>,
        }
        let endpoints = self.endpoints.iter().map(Endpoint::to_string).collect();
        let settings = Settings {
            endpoints: (!self.endpoints.is_empty()).then_some(endpoints),
        };
        (name == SETTINGS).then(|| answer::json(StatusCode::OK, &settings))
    }
}

/// Only this page may connect to whatever its reader types.
pub(super) fn is_page(name: &str) -> bool {
    name == "tester.html"
}

/// The page and what nothing else loads.
fn is_own(name: &str) -> bool {
    ["tester.", "tester/", "pkg/tester"]
        .iter()
        .any(|own| name.starts_with(own))
}

/// An endpoint that links may name: a scheme, a host or `*.` before one, and a port where it is another than the scheme's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: &'static str,
    /// Any name below the host, and not the host itself.
    below: bool,
    host: String,
    port: Option<u16>,
}

impl Endpoint {
    /// As a policy names it (CSP § 2.3.1, `host-source`); none: the grammar has no such host, an IPv6 address for one.
    pub(crate) fn source(&self) -> Option<String> {
        let part = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        // There, no port is the scheme's own, too.
        self.host.split('.').all(part).then(|| self.to_string())
    }
}

impl FromStr for Endpoint {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        const WRONG: ConfigError = ConfigError(
            "an endpoint is ws://, wss://, http:// or https://, a host (or *. and a domain), and a port where it has one",
        );
        let (scheme, rest) = text.split_once("://").ok_or(WRONG)?;
        let (scheme, default) = match scheme {
            "ws" => ("ws", 80),
            "wss" => ("wss", 443),
            "http" => ("http", 80),
            "https" => ("https", 443),
            _ => return Err(WRONG),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (below, rest) = match rest.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let Host { name, port } = rest.parse().map_err(|()| WRONG)?;
        // Below an address there is nothing, and a pattern that covers a whole top-level domain covers too much.
        let is_address = name.starts_with('[') || name.parse::<std::net::Ipv4Addr>().is_ok();
        if below && (is_address || !name.contains('.')) {
            return Err(WRONG);
        }
        Ok(Self {
            scheme,
            below,
            host: name,
            port: port.filter(|port| *port != default),
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below = if self.below { "*." } else { "" };
        write!(f, "{}://{below}{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_an_origin_or_a_pattern_of_names() {
        for (text, told) in [
            ("wss://app.example", "wss://app.example"),
            ("wss://App.Example:443/", "wss://app.example"),
            ("https://*.app.example", "https://*.app.example"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("ws://[::1]:80", "ws://[::1]"),
            ("ws://localhost", "ws://localhost"),
        ] {
            let endpoint: Endpoint = text.parse().expect(text);
            assert_eq!(endpoint.to_string(), told);
        }
        for text in [
            "app.example",
            "ftp://app.example",
            "*",
            "wss://*",
            "wss://*.example",
            "wss://*.127.0.0.1",
            "wss://a.*.example",
            "wss://app.example/path",
            "wss://user@app.example",
            "wss://app.example?x",
            "wss://app.example:99999",
            "wss://",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_policy_names_what_its_grammar_has() {
        for text in [
            "wss://*.app.example",
            "https://app.example:8443",
            "ws://127.0.0.1:9000",
            "ws://localhost",
        ] {
            let endpoint: Endpoint = text.parse().expect(text);
            assert_eq!(endpoint.source().as_deref(), Some(text));
        }
        for text in [
            "ws://[::1]",
            "wss://a_b.example",
            "wss://a..example",
            "wss://.example",
        ] {
            let endpoint = text.parse::<Endpoint>();
            assert_eq!(endpoint.ok().and_then(|one| one.source()), None, "{text}");
        }
    }

    #[test]
    fn only_the_page_s_own_files_are_withheld() {
        let off = Tester {
            on: false,
            endpoints: Vec::new(),
        };
        for own in [
            "tester.html",
            "tester.js",
            "tester.css",
            "tester.json",
            "tester/text/en.js",
            "pkg/tester.wasm",
            "pkg/tester-core.js",
        ] {
            assert!(off.withholds(own), "{own}");
            assert!(
                !Tester {
                    on: true,
                    ..off.clone()
                }
                .withholds(own),
                "{own}"
            );
        }
        for other in [
            "",
            "index.html",
            "pkg/pushcheck.js",
            "push-check.js",
            "testers.html",
        ] {
            assert!(!off.withholds(other), "{other}");
        }
    }
}

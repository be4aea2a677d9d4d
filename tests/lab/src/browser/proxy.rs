//! A proxy that a browser is told to use.

use std::fmt;
use std::str::FromStr;

use anyhow::{Result, anyhow, bail};
use hyper::Uri;
use serde_json::{Value, json};

/// A proxy: `http://host:port`, `host:port` or `socks5://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    socks: bool,
    address: String,
}

impl FromStr for Proxy {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let socks = match scheme {
            "http" => false,
            "socks5" => true,
            other => bail!("a proxy is http:// or socks5://, not {other}://"),
        };
        let wrong = || anyhow!("a proxy is host:port, not {rest}");
        let uri: Uri = format!("http://{}/", rest.trim_end_matches('/'))
            .parse()
            .map_err(|_| wrong())?;
        match (uri.host(), uri.port_u16(), uri.path()) {
            (Some(host), Some(port), "/") if !rest.contains('@') => Ok(Self {
                socks,
                address: format!("{host}:{port}"),
            }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}",
            if self.socks { "socks5" } else { "http" },
            self.address
        )
    }
}

impl Proxy {
    /// The `proxy` capability (WebDriver § 7.2); `past`: hosts that are reached without it.
    pub(super) fn capability(&self, past: &[String]) -> Value {
        let mut proxy = match self.socks {
            true => json!({"proxyType": "manual", "socksProxy": self.address, "socksVersion": 5}),
            false => {
                json!({"proxyType": "manual", "httpProxy": self.address, "sslProxy": self.address})
            }
        };
        if let (false, Some(proxy)) = (past.is_empty(), proxy.as_object_mut()) {
            proxy.insert("noProxy".to_owned(), json!(past));
        }
        proxy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_read_and_wrong_ones_are_not() {
        let shown = |text: &str| text.parse::<Proxy>().map(|proxy| proxy.to_string()).ok();
        assert_eq!(
            shown("http://127.0.0.1:3128/").as_deref(),
            Some("http://127.0.0.1:3128")
        );
        assert_eq!(
            shown("proxy.example:8080").as_deref(),
            Some("http://proxy.example:8080")
        );
        assert_eq!(
            shown("socks5://[::1]:1080").as_deref(),
            Some("socks5://[::1]:1080")
        );
        for wrong in [
            "",
            "http://",
            "ftp://a:1",
            "a",
            "http://a:1/x",
            "http://u:p@a:1",
        ] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}

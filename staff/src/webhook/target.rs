//! A webhook's address, and what is refused of it before anybody is asked.

use std::net::IpAddr;

use url::{Host, Url};

use super::reach::{Reach, reach};

/// Where a webhook listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) host: Host<String>,
    pub(crate) port: u16,
    pub(crate) is_secure: bool,
}

impl Target {
    /// Of that URL, or what is wrong with it.
    pub(crate) fn of(text: &str, allows_private: bool) -> Result<Self, &'static str> {
        if text.len() > 2_000 {
            return Err("2000 characters at the most");
        }
        let url = Url::parse(text).map_err(|_| "no URL")?;
        let is_secure = match url.scheme() {
            "https" => true,
            "http" if allows_private => false,
            _ => return Err("an https: URL"),
        };
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err("without user, password and fragment");
        }
        let host = url.host().ok_or("a host")?.to_owned();
        let target = Self {
            port: url.port_or_known_default().ok_or("a port")?,
            host,
            is_secure,
            url,
        };
        match target.literal() {
            Some(address) => target.check(address, allows_private).map(|()| target),
            None => Ok(target),
        }
    }

    /// The address, where the URL has no name.
    pub(crate) const fn literal(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Ipv4(v4) => Some(IpAddr::V4(*v4)),
            Host::Ipv6(v6) => Some(IpAddr::V6(*v6)),
            Host::Domain(_) => None,
        }
    }

    /// Whether it may be reached at that address.
    pub(crate) fn check(&self, address: IpAddr, allows_private: bool) -> Result<(), &'static str> {
        match (reach(address), self.is_secure, allows_private) {
            (Reach::Public, true, _) | (Reach::Private, _, true) => Ok(()),
            (Reach::Public, false, _) => Err("plain http to a public address"),
            (Reach::Private, _, false) => Err("a private address"),
            (Reach::Never, ..) => Err("an address that no webhook has"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_refused_before_they_are_kept() {
        for (url, strictly, loosely) in [
            ("https://hooks.example/a?b=c", true, true),
            ("https://8.8.8.8/", true, true),
            ("https://127.0.0.1:8443/", false, true),
            // As browsers read them: they are addresses all the same.
            ("https://2130706433/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://[::1]/", false, true),
            ("https://[::ffff:10.0.0.1]/", false, true),
            ("http://127.0.0.1:8080/", false, true),
            ("http://hooks.example/", false, true),
            ("http://8.8.8.8/", false, false),
            ("https://169.254.169.254/latest", false, false),
            ("https://[fe80::1]/", false, false),
            ("https://0.0.0.0/", false, false),
            ("https://a:b@hooks.example/", false, false),
            ("https://a@hooks.example/", false, false),
            ("https://hooks.example/#a", false, false),
            ("ftp://hooks.example/", false, false),
            ("file:///etc/passwd", false, false),
            ("hooks.example", false, false),
            ("https://", false, false),
        ] {
            assert_eq!(Target::of(url, false).is_ok(), strictly, "{url}");
            assert_eq!(Target::of(url, true).is_ok(), loosely, "{url}");
        }
        let long = format!("https://hooks.example/{}", "a".repeat(2_000));
        assert!(Target::of(&long, true).is_err());
    }
}

//! Hosts by name or address, as lists of exemptions name them.

use std::net::IpAddr;

use serde::{Deserialize, Deserializer};

/// `name`, `*.name` (any name below it), `address` or `address/bits`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    Name(String),
    Below(String),
    Net(IpAddr, u32),
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        if let Ok(address) = address.parse::<IpAddr>() {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.unwrap_or(most);
            return (bits <= most).then_some(Self::Net(address, bits));
        }
        let name = text.to_ascii_lowercase();
        let good = |name: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            !name.is_empty() && name.chars().all(plain)
        };
        match name.strip_prefix("*.") {
            Some(below) => good(below).then(|| Self::Below(format!(".{below}"))),
            None => good(&name).then_some(Self::Name(name)),
        }
    }

    /// Whether it means this host, which may be an address.
    pub(super) fn names(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches([']', '.']);
        match self {
            Self::Name(name) => name.eq_ignore_ascii_case(host),
            Self::Below(below) => host.to_ascii_lowercase().ends_with(below),
            Self::Net(..) => host.parse().is_ok_and(|address| self.holds(address)),
        }
    }

    /// Whether it means this address.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        let Self::Net(net, bits) = self else {
            return false;
        };
        let same = |ours: u128, theirs: u128, width: u32| {
            *bits == 0 || (ours ^ theirs) >> (width - bits) == 0
        };
        match (net, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                same(ours.to_bits().into(), theirs.to_bits().into(), 32)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => same(ours.to_bits(), theirs.to_bits(), 128),
            _ => false,
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            let what = "is no host: a name, `*.name`, an address or `address/bits`";
            serde::de::Error::custom(format!("`{text}` {what}"))
        })
    }
}

/// `host:port` in its parts, the host without brackets.
pub(super) fn split(authority: &str, port: u16) -> Option<(&str, u16)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, given))
            if !given.contains(']') && (!host.contains(':') || host.ends_with(']')) =>
        {
            (host, given.parse().ok()?)
        }
        _ => (authority, port),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_say() {
        let names = |pattern: &str, host: &str| {
            Pattern::parse(pattern).is_some_and(|pattern| pattern.names(host))
        };
        assert!(names("push.test", "PUSH.test"));
        assert!(!names("push.test", "a.push.test"));
        assert!(names("*.push.test", "a.push.test"));
        assert!(!names("*.push.test", "push.test"));
        assert!(names("10.1.0.0/16", "10.1.2.3"));
        assert!(!names("10.1.0.0/16", "10.2.0.1"));
        assert!(names("::1", "[::1]"));
        assert!(names("0.0.0.0/0", "192.0.2.1"));
        assert!(Pattern::parse("10.0.0.0/33").is_none());
        assert!(Pattern::parse("a b").is_none());
    }

    #[test]
    fn authorities_come_apart() {
        assert_eq!(split("a.test:8443", 80), Some(("a.test", 8443)));
        assert_eq!(split("a.test", 80), Some(("a.test", 80)));
        assert_eq!(split("[::1]:90", 80), Some(("::1", 90)));
        assert_eq!(split("[::1]", 80), Some(("::1", 80)));
        assert_eq!(split(":80", 80), None);
        assert_eq!(split("a:b", 80), None);
    }
}

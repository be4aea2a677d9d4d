//! Whence a host can be reached, as far as its name or address says.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Serialize;

/// Whence a host can be reached. A public name may lead to a private address all the same: no page is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// From anywhere, as far as can be seen.
    Public,
    /// Only from the same network: a private or link-local address, or a name that no public zone has.
    Private,
    /// Only from the same machine.
    Loopback,
    /// It is an address to listen on, not to connect to: `0.0.0.0`, `[::]`.
    Unspecified,
}

/// Names that no public zone has (RFC 6761, RFC 6762, RFC 8375, and `internal`, which is reserved for them).
const PRIVATE: [&str; 7] = [
    "local",
    "internal",
    "lan",
    "home.arpa",
    "intranet",
    "corp",
    "home",
];

/// Whence a host can be reached. `host`: as a browser's URL parser gives it.
pub fn reach(host: &str) -> Reach {
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    if let Some(v6) = name.strip_prefix('[') {
        let address = v6.strip_suffix(']').unwrap_or(v6);
        // What cannot be read is not called public.
        return address.parse().map_or(Reach::Private, of_v6);
    }
    if let Ok(v4) = name.parse() {
        return of_v4(v4);
    }
    let within = |zone: &str| {
        name.strip_suffix(zone)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    match () {
        () if within("localhost") => Reach::Loopback,
        () if !name.contains('.') || PRIVATE.iter().any(|zone| within(zone)) => Reach::Private,
        () => Reach::Public,
    }
}

fn of_v4(address: Ipv4Addr) -> Reach {
    let [a, b, ..] = address.octets();
    match (a, b) {
        _ if address.is_unspecified() => Reach::Unspecified,
        (127, _) => Reach::Loopback,
        // This network, private, shared (RFC 6598), link-local, for benchmarks, and all that is no single host's.
        (0 | 10 | 224.., _)
        | (100, 64..=127)
        | (169, 254)
        | (172, 16..=31)
        | (192, 168)
        | (198, 18 | 19) => Reach::Private,
        _ => Reach::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Reach {
    let segments = address.segments();
    // The address of IPv4 that a translator or a stack finds in it: mapped, compatible, NAT64, 6to4.
    let embedded = match segments {
        [0, 0, 0, 0, 0, 0xffff, a, b] | [0x64, 0xff9b, 0, 0, 0, 0, a, b] => Some((a, b)),
        [0, 0, 0, 0, 0, 0, a, b] if a != 0 => Some((a, b)),
        [0x2002, a, b, ..] => Some((a, b)),
        _ => None,
    };
    if let Some((a, b)) = embedded {
        let ([a, b], [c, d]) = (a.to_be_bytes(), b.to_be_bytes());
        return of_v4(Ipv4Addr::new(a, b, c, d));
    }
    match segments[0] {
        _ if address.is_unspecified() => Reach::Unspecified,
        _ if address.is_loopback() => Reach::Loopback,
        // Unique local, link-local, site-local, multicast, and the translation prefix that is a network's own.
        0xfc00..=0xfdff | 0xfe80..=0xfeff | 0xff00.. => Reach::Private,
        0x64 if segments[1] == 0xff9b => Reach::Private,
        0 => Reach::Private,
        _ => Reach::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_public_is_called_so() {
        for (reach_of, hosts) in [
            (
                Reach::Public,
                &[
                    "app.example",
                    "localhost.example",
                    "8.8.8.8",
                    "172.32.0.1",
                    "100.128.0.1",
                    "[2001:db8::1]",
                    "[64:ff9b::808:808]",
                ][..],
            ),
            (
                Reach::Loopback,
                &[
                    "localhost",
                    "localhost.",
                    "a.localhost",
                    "127.0.0.1",
                    "127.9.9.9",
                    "[::1]",
                    "[::ffff:127.0.0.1]",
                    "[::ffff:7f00:1]",
                    "[2002:7f00:1::]",
                ],
            ),
            (
                Reach::Private,
                &[
                    "nas",
                    "nas.local",
                    "nas.local.",
                    "x.home.arpa",
                    "10.0.0.1",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "169.254.169.254",
                    "100.64.0.1",
                    "0.1.2.3",
                    "255.255.255.255",
                    "[fd00::1]",
                    "[fe80::1]",
                    "[::ffff:10.0.0.1]",
                    "[64:ff9b::a00:1]",
                    "[64:ff9b:1::1]",
                    "[nonsense]",
                ],
            ),
            (Reach::Unspecified, &["0.0.0.0", "[::]"]),
        ] {
            for host in hosts {
                assert_eq!(reach(host), reach_of, "{host}");
            }
        }
    }
}

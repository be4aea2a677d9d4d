//! What the lab puts between browser and server, from the machine's packages.

use super::program::Program;

const fn of(
    variable: &'static str,
    names: &'static [&'static str],
    package: &'static [&'static str],
    why: &'static str,
) -> Program {
    Program {
        variable,
        names,
        debian: package,
        ubuntu: package,
        why,
    }
}

/// All of them. What belongs to the administrator may lie off PATH.
pub(super) const ALL: &[Program] = &[
    of(
        "UNSHARE",
        &["unshare"],
        &["util-linux"],
        "gives the lab's cells namespaces of their own",
    ),
    of(
        "IP",
        &["ip", "/usr/sbin/ip"],
        &["iproute2"],
        "makes the lab's networks",
    ),
    of(
        "NFT",
        &["nft", "/usr/sbin/nft"],
        &["nftables"],
        "breaks the lab's networks",
    ),
    of(
        "IPTABLES",
        &["iptables", "/usr/sbin/iptables"],
        &["iptables"],
        "hands the lab packets to delay",
    ),
    of(
        "CERTUTIL",
        &["certutil"],
        &["libnss3-tools"],
        "lets browsers trust the lab's authority",
    ),
    of(
        "NGINX",
        &["nginx", "/usr/sbin/nginx"],
        &["nginx-light"],
        "a reverse proxy for the lab",
    ),
    of(
        "APACHE2",
        &["apache2", "/usr/sbin/apache2"],
        &["apache2"],
        "a reverse proxy for the lab",
    ),
    of(
        "HAPROXY",
        &["haproxy", "/usr/sbin/haproxy"],
        &["haproxy"],
        "a reverse proxy for the lab",
    ),
    of(
        "VARNISHD",
        &["varnishd", "/usr/sbin/varnishd"],
        &["varnish"],
        "a cache for the lab",
    ),
    of(
        "CADDY",
        &["caddy"],
        &["caddy"],
        "a reverse proxy for the lab",
    ),
    of(
        "SQUID",
        &["squid", "/usr/sbin/squid"],
        &["squid-openssl"],
        "a forward proxy for the lab, also one that opens TLS",
    ),
    of(
        "TINYPROXY",
        &["tinyproxy"],
        &["tinyproxy"],
        "a forward proxy for the lab",
    ),
    of(
        "PRIVOXY",
        &["privoxy", "/usr/sbin/privoxy"],
        &["privoxy"],
        "a forward proxy for the lab",
    ),
    of(
        "MITMDUMP",
        &["mitmdump"],
        &["mitmproxy"],
        "an inspecting proxy for the lab",
    ),
];

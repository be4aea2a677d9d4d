//! The content security policy of our own page.

use pushcheck::wire::{Lane, Scheme};

use super::Endpoint;
use crate::origin::Host;

/// The policy of the page that tries an endpoint: it connects to whatever its reader types. Nobody may frame it, so that nobody
/// can put something else under a click.
pub(super) const OF_TESTER: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     connect-src 'self' http: https: ws: wss:; img-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The policy, naming every lane that the page may try, and the endpoints. It may be framed by anybody: that is a way to embed it.
pub(super) fn of(lanes: &[Lane], host: Option<&Host>, endpoints: &[Endpoint]) -> String {
    let mut connect = String::from("'self'");
    let mut add = |scheme: Scheme, name: &str, port: u16| {
        let schemes = match scheme {
            Scheme::Http => ["http", "ws"],
            Scheme::Https => ["https", "wss"],
        };
        for scheme in schemes {
            connect += &format!(" {scheme}://{name}:{port}");
        }
    };
    for lane in lanes {
        // The grammar of sources has no IPv6 addresses (CSP § 2.3.1): such lanes are left to 'self'.
        let name = lane
            .host
            .as_deref()
            .or_else(|| host.map(|host| host.name.as_str()));
        if let Some(name) = name.filter(|name| !name.starts_with('[')) {
            add(lane.scheme, name, lane.port);
        }
    }
    for source in endpoints.iter().filter_map(Endpoint::source) {
        connect += " ";
        connect += &source;
    }
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src {connect}; \
         img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

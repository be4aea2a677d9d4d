//! The addresses of the server's public names, so that whoever runs a network can exempt by address what rules by name do
//! not reach. They are what the server's own resolver says, now and here: visitors may be told others (split DNS, a CDN,
//! an address that changes), and whoever knows better states them instead.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use serde::Serialize;

use crate::app::App;
use crate::config::Config;
use crate::lock;

use super::{EACH, EVERY, SOON};

/// The most names that are looked up, and the most addresses of one that are told.
const MOST: usize = 16;

/// A public name and its addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Named {
    /// As it stands in a lane.
    name: String,
    addresses: Vec<IpAddr>,
}

/// What is known of the public names.
#[derive(Debug)]
pub(crate) struct Addresses {
    names: Vec<String>,
    /// Stated by the operator: nothing is looked up.
    stated: bool,
    found: Mutex<Vec<Named>>,
}

impl Addresses {
    /// Of the names of the public URLs; none: there are no such URLs.
    pub(crate) fn new(config: &Config) -> Self {
        let hosts: BTreeSet<&str> = config
            .public_urls
            .iter()
            .map(|url| url.host.as_str())
            .collect();
        let names: Vec<String> = hosts.into_iter().take(MOST).map(str::to_owned).collect();
        let named = |name: &String| Named {
            name: name.clone(),
            addresses: config.addresses.clone(),
        };
        let stated = !config.addresses.is_empty();
        let found = stated.then(|| names.iter().map(named).collect());
        Self {
            names,
            stated,
            found: Mutex::new(found.unwrap_or_default()),
        }
    }

    /// What was found the last time; a name of which nothing was is not among them.
    pub(crate) fn found(&self) -> Vec<Named> {
        lock(&self.found).clone()
    }

    /// Looks the names up, at start and ever again, until the server stops.
    pub(crate) async fn keep(app: Arc<App>) {
        let this = &app.addresses;
        if this.stated || this.names.is_empty() {
            return;
        }
        let mut soon = SOON;
        loop {
            let found =
                futures_util::future::join_all(this.names.iter().map(|name| look_up(name))).await;
            let found: Vec<Named> = found.into_iter().flatten().collect();
            let rest = match found.len() == this.names.len() {
                true => EVERY,
                false => soon.min(EVERY),
            };
            soon = soon.saturating_mul(2);
            *lock(&this.found) = found;
            tokio::select! {
                () = app.stopping.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }
}

/// The addresses of one name; none: it has none that are of use to anybody else.
async fn look_up(name: &str) -> Option<Named> {
    let host = name.trim_matches(['[', ']']);
    let found = tokio::time::timeout(EACH, tokio::net::lookup_host((host, 0))).await;
    let found = found.ok()?.ok()?.map(|address| address.ip());
    Some(named(name, found)).filter(|named| !named.addresses.is_empty())
}

/// Each address once. A hosts file often has a machine's own name at a loopback address, which is nobody else's way here.
fn named(name: &str, found: impl Iterator<Item = IpAddr>) -> Named {
    let host = name.trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok();
    let is_told =
        |address: &IpAddr| is_here || !(address.is_loopback() || address.is_unspecified());
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|address| address.to_canonical()).filter(is_told) {
        if !addresses.contains(&address) && addresses.len() < MOST {
            addresses.push(address);
        }
    }
    Named {
        name: name.to_owned(),
        addresses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, found: &[&str]) -> Vec<String> {
        let found = found.iter().map(|text| text.parse().expect("an address"));
        let told = named(name, found).addresses;
        told.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_address_is_told_once_and_none_that_leads_nowhere() {
        let found = [
            "192.0.2.1",
            "2001:db8::1",
            "192.0.2.1",
            "::ffff:192.0.2.1",
            "127.0.1.1",
            "::1",
        ];
        assert_eq!(told("check.example", &found), ["192.0.2.1", "2001:db8::1"]);
        assert_eq!(told("localhost", &["127.0.0.1"]), ["127.0.0.1"]);
        assert_eq!(told("[::1]", &["::1"]), ["::1"]);
        let many: Vec<String> = (0..100).map(|n| format!("192.0.2.{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(told("check.example", &many).len(), MOST);
    }
}

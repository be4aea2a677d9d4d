//! The file as data: parsed, checked, and told by field what is wrong with it.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::host::Pattern;
use super::rule::{RawRule, Rule, When};

/// What a middlebox does. The reference of the format is in the [module's documentation](super).
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens.
    pub(super) listen: Vec<SocketAddr>,
    /// Where connections go.
    pub(super) route: Route,
    /// Hosts that it leaves alone altogether.
    pub(super) exempt: Vec<Pattern>,
    /// How it opens TLS, if at all.
    pub(super) tls: Option<Tls>,
    /// What it does after silence.
    pub(super) idle: Option<Idle>,
    /// How much of everything there may be.
    pub(super) limits: Limits,
    /// What it does to bytes from the client.
    pub(super) up: Vec<Rule>,
    /// What it does to bytes from the server.
    pub(super) down: Vec<Rule>,
}

/// Where connections go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Always there.
    To(String),
    /// Where the client wanted to go before it was redirected.
    Original,
    /// Where the client asks a proxy to go.
    Forward,
}

/// How TLS is opened: as a company's box does, whose CA the clients trust or not.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Tls {
    /// The CA's certificate, PEM.
    pub(super) ca: PathBuf,
    /// Its key, PEM.
    pub(super) key: PathBuf,
    /// Who is trusted towards the server, PEM; without it the CA itself.
    pub(super) root: Option<PathBuf>,
    /// Hosts whose TLS is passed on unopened.
    #[serde(default)]
    pub(super) exempt: Vec<Pattern>,
    /// What is offered to the server and taken from the client.
    #[serde(default = "http1")]
    pub(super) alpn: Vec<String>,
}

fn http1() -> Vec<String> {
    vec!["http/1.1".to_owned()]
}

/// What happens after silence in both directions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Idle {
    /// The silence.
    pub(super) after_ms: u64,
    /// What then.
    #[serde(default)]
    pub(super) then: Then,
    /// On which connections.
    #[serde(default)]
    pub(super) when: When,
}

impl Idle {
    pub(super) const fn after(&self) -> Duration {
        Duration::from_millis(self.after_ms)
    }
}

/// The end of an idle connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Then {
    /// Both ends are told, in order.
    #[default]
    Fin,
    /// Both ends are told, rudely.
    Rst,
    /// Nobody is told: from now on everything vanishes, ends of connections too.
    Forget,
}

/// How much of everything there may be.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Limits {
    /// Connections at once; the next waits to be accepted.
    pub(super) connections: usize,
    /// Bytes of one WebSocket frame or message that a rule looks into.
    pub(super) frame_bytes: usize,
    /// How long the way to the server may take.
    pub(super) connect_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            frame_bytes: 4 << 20,
            connect_ms: 10_000,
        }
    }
}

/// The file's text as it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    #[serde(deserialize_with = "one_or_more")]
    listen: Vec<SocketAddr>,
    connect: Option<String>,
    #[serde(default)]
    forward: bool,
    #[serde(default)]
    exempt: Vec<Pattern>,
    tls: Option<Tls>,
    idle: Option<Idle>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    up: Vec<RawRule>,
    #[serde(default)]
    down: Vec<RawRule>,
}

impl Config {
    /// Reads a file; its own paths are relative to its folder.
    ///
    /// # Errors
    /// The file cannot be read, or a field is wrong: the error names it.
    pub fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let folder = file.parent().unwrap_or_else(|| Path::new(""));
        Self::parse(&text, folder).with_context(|| file.display().to_string())
    }

    /// The same for a text; its paths are relative to `folder`.
    ///
    /// # Errors
    /// A field is wrong: the error names it.
    pub fn parse(text: &str, folder: &Path) -> Result<Self> {
        let raw: Raw = toml::from_str(text)?;
        ensure!(!raw.listen.is_empty(), "listen: names no address");
        let route = match (raw.connect, raw.forward) {
            (Some(_), true) => bail!("connect, forward: only one of them says where to go"),
            (None, false) => bail!("connect: is missing (or forward = true)"),
            (None, true) => Route::Forward,
            (Some(to), false) if to == "original" => Route::Original,
            (Some(to), false) => {
                let port = to.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
                ensure!(
                    matches!(port, Some(Ok(_))),
                    "connect: `{to}` is neither `address:port` nor `original`"
                );
                Route::To(to)
            }
        };
        let tls = raw.tls.map(|tls| Tls {
            ca: folder.join(tls.ca),
            key: folder.join(tls.key),
            root: tls.root.map(|root| folder.join(root)),
            ..tls
        });
        if let Some(idle) = &raw.idle {
            ensure!(idle.after_ms > 0, "idle.after-ms: must not be 0");
            idle.when.check("idle.when")?;
        }
        Ok(Self {
            listen: raw.listen,
            route,
            exempt: raw.exempt,
            tls,
            idle: raw.idle,
            limits: raw.limits,
            up: rules(raw.up, true)?,
            down: rules(raw.down, false)?,
        })
    }

    /// The same box doing nothing: for proof that it is the rules that break something.
    #[must_use]
    pub fn harmless(mut self) -> Self {
        self.up.clear();
        self.down.clear();
        self.idle = None;
        self
    }
}

fn rules(raw: Vec<RawRule>, up: bool) -> Result<Vec<Rule>> {
    let side = if up { "up" } else { "down" };
    let rules = raw.into_iter().enumerate();
    rules
        .map(|(index, rule)| rule.checked(format!("{side}[{index}]"), up))
        .collect()
}

/// One address, or a list of them.
fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SocketAddr>, D::Error> {
    struct Addresses;

    impl<'de> Visitor<'de> for Addresses {
        type Value = Vec<SocketAddr>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an `address:port` or a list of them")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let address = text.parse();
            address
                .map(|address| vec![address])
                .map_err(|_| E::custom(format!("`{text}` is no `address:port`")))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut found = Vec::new();
            while let Some(address) = list.next_element()? {
                found.push(address);
            }
            Ok(found)
        }
    }

    from.deserialize_any(Addresses)
}

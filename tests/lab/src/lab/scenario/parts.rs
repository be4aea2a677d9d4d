//! The parts of a scenario's file.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use pushcheck::report::Mode;
use serde::Deserialize;

use super::must_be_there;
use crate::lab::template::{Number, Values};

/// The probe server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Server {
    /// Where it answers plain HTTP.
    pub(crate) listen: Vec<String>,
    /// Where it answers HTTPS.
    pub(crate) tls_listen: Vec<String>,
    /// The certificate that it shows there.
    pub(crate) certificate: Certificate,
    /// It lets the page's origin open WebSockets.
    pub(crate) embeds: bool,
    /// Further flags of its command line.
    pub(crate) flags: Vec<String>,
    /// Further probe servers, each with flags of its own besides those of the first.
    pub(crate) more: Vec<More>,
}

/// A further probe server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct More {
    /// Where it answers plain HTTP.
    pub(crate) listen: Vec<String>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: vec!["{{server}}:80".to_owned()],
            tls_listen: Vec::new(),
            certificate: Certificate::Good,
            embeds: true,
            flags: Vec::new(),
            more: Vec::new(),
        }
    }
}

/// A certificate of the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Certificate {
    /// By the lab's authority, for every name of the probe server.
    Good,
    /// By nobody but itself.
    SelfSigned,
    /// Good once.
    Expired,
    /// Good for another host.
    WrongHost,
}

impl Certificate {
    /// All of them.
    pub(crate) const ALL: [Self; 4] =
        [Self::Good, Self::SelfSigned, Self::Expired, Self::WrongHost];

    /// Its name in files and templates.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::SelfSigned => "self-signed",
            Self::Expired => "expired",
            Self::WrongHost => "wrong-host",
        }
    }
}

/// Where something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Where {
    /// Beside the browser.
    Client,
    /// On the way.
    Router,
    /// Where the site is.
    Server,
}

/// What a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// nginx.
    Nginx,
    /// Apache's httpd.
    Apache,
    /// HAProxy.
    Haproxy,
    /// Varnish.
    Varnish,
    /// Caddy.
    Caddy,
    /// Squid, built with OpenSSL.
    Squid,
    /// Tinyproxy.
    Tinyproxy,
    /// Privoxy.
    Privoxy,
    /// mitmproxy's mitmdump.
    Mitmproxy,
    /// Our own scriptable middlebox.
    Middlebox,
}

/// A box: a program that is part of the way.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Part {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it runs.
    pub(crate) r#where: Where,
    /// Its configuration file, a template in the scenario's folder.
    pub(crate) config: Option<String>,
    /// Further words of its command line.
    #[serde(default)]
    pub(crate) args: Vec<String>,
    /// The ports that it listens on: numbers, or names of what was drawn.
    #[serde(default)]
    pub(crate) ports: Vec<Number>,
}

impl Part {
    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        if self.ports.is_empty() {
            bail!("ports: it needs one to wait for");
        }
        match &self.config {
            Some(config) => must_be_there(folder, "config", config),
            None if self.kind == Kind::Varnish => Ok(()),
            None => bail!("config: {:?} needs one", self.kind),
        }
    }
}

/// A box whose sockets are looked at: what waits in them waits in the box.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Gauge {
    /// Which of the boxes, from 0.
    pub(crate) r#box: usize,
    /// The port at which browsers come to it.
    pub(crate) client_port: u16,
    /// The port at which it asks the server.
    pub(crate) server_port: u16,
}

/// What is done to one of the networks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct NetworkPart {
    /// A file of nft rules, a template in the scenario's folder.
    pub(crate) nft: Option<String>,
    /// Commands, each as one would type it without quotes.
    pub(crate) run: Vec<String>,
}

impl NetworkPart {
    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        self.nft
            .iter()
            .try_for_each(|name| must_be_there(folder, "nft", name))
    }
}

/// How the browser is set up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct BrowserPart {
    /// The proxy that it is told to use, for everything but the clean site.
    pub(crate) proxy: Option<String>,
    /// It trusts the lab's authority, which certified the servers.
    pub(crate) trusts_lab: bool,
    /// It trusts the company's authority, by which boxes on the way certify themselves.
    pub(crate) trusts_company: bool,
    /// Further flags of Chromium.
    pub(crate) chromium_flags: Vec<String>,
    /// Further preferences of Firefox.
    pub(crate) firefox_prefs: BTreeMap<String, serde_json::Value>,
    /// An extension for Chromium: a folder of templates in the scenario's folder.
    pub(crate) extension: Option<String>,
    /// The network is taken away once the page is there.
    pub(crate) offline: bool,
}

impl Default for BrowserPart {
    fn default() -> Self {
        Self {
            proxy: None,
            trusts_lab: true,
            trusts_company: false,
            chromium_flags: Vec::new(),
            firefox_prefs: BTreeMap::new(),
            extension: None,
            offline: false,
        }
    }
}

impl BrowserPart {
    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        self.extension
            .iter()
            .try_for_each(|name| must_be_there(folder, "extension", name))
    }
}

/// The scheme of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scheme {
    /// Plain.
    Http,
    /// Over TLS.
    Https,
}

/// The page that embeds the widget.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Page {
    /// The widget's `base`: the probe server as seen through the fault.
    pub(crate) base: String,
    /// The page's own scheme; default: that of the base.
    pub(crate) scheme: Option<Scheme>,
    /// The page's Content-Security-Policy.
    pub(crate) csp: Option<String>,
    /// The widget's `lanes`.
    pub(crate) lanes: Vec<String>,
    /// The widget's `required`.
    pub(crate) required: Vec<String>,
    /// The widget's `mode`.
    pub(crate) mode: Mode,
    /// What else the page does: a script in the scenario's folder.
    pub(crate) script: Option<String>,
    /// The widget's `methods`; default: all.
    pub(crate) methods: Vec<String>,
    /// The widget's `longest-silence-ms`.
    pub(crate) longest_silence_ms: Option<u32>,
    /// The widget's `watch-ms`.
    pub(crate) watch_ms: Option<u32>,
    /// The server's own page can be loaded through the fault, so it is run too.
    pub(crate) through: bool,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            base: "http://probe.test/".to_owned(),
            scheme: None,
            csp: None,
            lanes: Vec::new(),
            required: Vec::new(),
            mode: Mode::Quick,
            script: None,
            methods: Vec::new(),
            longest_silence_ms: None,
            watch_ms: None,
            through: false,
        }
    }
}

impl Page {
    /// With its lanes' names filled.
    pub(crate) fn filled(&self, values: &Values) -> Result<Self> {
        Ok(Self {
            lanes: values.fill_all(&self.lanes)?,
            ..self.clone()
        })
    }

    /// The page's own scheme.
    pub(crate) fn scheme(&self) -> Scheme {
        match self.scheme {
            Some(scheme) => scheme,
            None if self.base.starts_with("https:") => Scheme::Https,
            None => Scheme::Http,
        }
    }
}

/// Something that happens while the page runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Event {
    /// How long after the run's start, ms: a number, or a template.
    pub(crate) after_ms: Number,
    /// What.
    #[serde(rename = "do")]
    pub(crate) deed: Deed,
    /// The file of nft rules, for `nft`.
    pub(crate) file: Option<String>,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Deed {
    /// The probe server dies as in a crash.
    KillServer,
    /// It is started again.
    StartServer,
    /// The router gets further rules.
    Nft,
}

//! A browser, started with a profile of its own and driven from outside.

mod chromium;
mod firefox;
mod leave;
mod network;
mod proxy;
mod webkit;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::ValueEnum;
use fantoccini::Client;
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, TimeoutConfiguration};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::display::Display;
use crate::driver::Driver;

pub(crate) use chromium::flags;
pub use network::Network;
pub use proxy::Proxy;

/// How long a page may take to load.
const LOAD: Duration = Duration::from_secs(20);

/// How long a script of ours may run in a page.
const SCRIPT: Duration = Duration::from_secs(120);

/// How long the driver may take for anything else.
const COMMAND: Duration = Duration::from_secs(30);

/// The browsers that can be driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Browser {
    /// Chromium or Chrome.
    Chromium,
    /// Firefox or its ESR.
    Firefox,
    /// WebKitGTK's MiniBrowser, which is not Safari.
    Webkit,
}

/// How a browser is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Everything goes through it, loopback too.
    pub proxy: Option<Proxy>,
    /// Certificates of nobody in particular will do.
    pub any_certificate: bool,
    /// Width and height of the window.
    pub window: (u32, u32),
    /// Hosts to which it goes past the proxy.
    pub not_proxied: Vec<String>,
    /// The home in which it finds what it trusts; default: that of whoever runs it.
    pub home: Option<PathBuf>,
    /// It writes a log of its own network there; WebKitGTK cannot.
    pub log: Option<PathBuf>,
    /// Further flags of Chromium.
    pub chromium_flags: Vec<String>,
    /// Further preferences of Firefox.
    pub firefox_prefs: BTreeMap<String, serde_json::Value>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            proxy: None,
            any_certificate: false,
            window: (1200, 900),
            not_proxied: Vec::new(),
            home: None,
            log: None,
            chromium_flags: Vec::new(),
            firefox_prefs: BTreeMap::new(),
        }
    }
}

/// What an engine needs to be started.
struct Start {
    driver: Box<dyn Fn(u16) -> Command + Send + Sync>,
    capabilities: Capabilities,
    needs_screen: bool,
}

impl Browser {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// Its name on our command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    fn start(self, options: &Options, profile: &Path) -> Result<Start> {
        match self {
            Self::Chromium => chromium::start(options, profile),
            Self::Firefox => firefox::start(options, profile),
            Self::Webkit => webkit::start(options),
        }
    }

    /// Starts it with an empty profile and one window.
    ///
    /// # Errors
    /// Browser or driver is missing or does not start.
    pub async fn open(self, options: &Options) -> Result<Running> {
        let profile = tempfile::Builder::new()
            .prefix("pushcheck-")
            .tempdir()
            .context("no room for a profile")?;
        let start = self.start(options, profile.path())?;
        // One of its own, whatever screen there is: of several windows on one screen only one has the focus.
        let display = start.needs_screen.then(Display::start).transpose()?;
        let command = |port| {
            let mut command = (start.driver)(port);
            private(&mut command, profile.path());
            command.envs(options.home.as_ref().map(|home| ("HOME", home)));
            command.envs(display.as_ref().map(|display| ("DISPLAY", display.name())));
            command
        };
        let driver = Driver::start(profile.path(), command)
            .await
            .context(self.name())?;
        let client = driver
            .session(start.capabilities)
            .await
            .context(self.name())?;
        let running = Running {
            browser: self,
            client,
            _driver: driver,
            _profile: profile,
            _display: display,
        };
        running.prepare(options).await?;
        Ok(running)
    }
}

/// Whatever it writes for itself goes where the profile is, and goes with it.
fn private(command: &mut Command, folder: &Path) {
    for variable in [
        "TMPDIR",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
    ] {
        command.env(variable, folder);
    }
}

/// A running browser. Dropping it ends browser and driver and removes the profile; [`Running::close`] is politer.
#[derive(Debug)]
#[must_use = "the browser ends when this is dropped"]
pub struct Running {
    browser: Browser,
    client: Client,
    // In this order: who writes into the profile ends before it is removed.
    _driver: Driver,
    _profile: TempDir,
    _display: Option<Display>,
}

impl Running {
    async fn prepare(&self, options: &Options) -> Result<()> {
        let limits = TimeoutConfiguration::new(Some(SCRIPT), Some(LOAD), Some(Duration::ZERO));
        bounded("set time limits", self.client.update_timeouts(limits)).await?;
        let (width, height) = options.window;
        bounded(
            "set the window's size",
            self.client.set_window_size(width, height),
        )
        .await
    }

    /// Which browser it is.
    pub const fn browser(&self) -> Browser {
        self.browser
    }

    /// The WebDriver client, for what this type does not do. Waits on it are the caller's to bound.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Name and version, as the driver tells them.
    pub fn version(&self) -> String {
        let told = |name| self.client.capabilities()?.get(name)?.as_str();
        format!(
            "{} {}",
            told("browserName").unwrap_or_else(|| self.browser.name()),
            told("browserVersion").unwrap_or("?")
        )
    }

    /// Runs a function's body in the page and gives what it returns.
    ///
    /// # Errors
    /// The script threw, or the driver did not answer.
    pub async fn run(&self, script: &str) -> Result<serde_json::Value> {
        bounded("run a script", self.client.execute(script, Vec::new())).await
    }

    /// Runs the body of an async function in the page and gives what its promise becomes.
    ///
    /// # Errors
    /// The promise was rejected, or is not settled after `limit`.
    pub async fn run_async(&self, body: &str, limit: Duration) -> Result<serde_json::Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
            (async () => {{ {body} }})().then(
                (value) => done({{value: value === undefined ? null : value}}),
                (error) => done({{error: String(error)}}));"
        );
        let answer = timeout(limit, self.client.execute_async(&script, Vec::new())).await;
        let mut answer = answer
            .map_err(|_| anyhow!("the page did not answer within {} s", limit.as_secs()))??;
        match answer.get("error").and_then(|error| error.as_str()) {
            Some(error) => Err(anyhow!("{error}")),
            None => Ok(answer
                .get_mut("value")
                .map(serde_json::Value::take)
                .unwrap_or_default()),
        }
    }

    /// Ends the session as a person would, then everything else.
    pub async fn close(self) {
        let _ = timeout(COMMAND, self.client.clone().close()).await;
    }
}

/// Every answer of a driver is waited for only so long.
pub(crate) async fn bounded<T>(
    what: &str,
    answer: impl Future<Output = Result<T, CmdError>>,
) -> Result<T> {
    match timeout(COMMAND, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        // Some drivers give no message with the error's name.
        Ok(Err(CmdError::Standard(error))) => {
            let message = error.message.lines().next().unwrap_or_default();
            bail!("cannot {what}: {:?}: {message}", error.error)
        }
        Ok(Err(error)) => Err(error).with_context(|| format!("cannot {what}")),
        Err(_) => bail!(
            "cannot {what}: no answer from the driver for {} s",
            COMMAND.as_secs()
        ),
    }
}

/// Capabilities from an object literal.
fn capabilities(object: serde_json::Value) -> Capabilities {
    match object {
        serde_json::Value::Object(map) => map,
        _ => Capabilities::new(),
    }
}

//! Chromium, by chromedriver.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use fantoccini::wd::WebDriverCompatibleCommand;
use hyper::Method;
use serde_json::json;

use super::{Browser, Options, Running, Start, bounded, capabilities};
use crate::program::Program;

const DRIVER: Program = Program {
    variable: "CHROMEDRIVER",
    names: &["chromedriver", "chromium.chromedriver"],
    source: "apt-get install chromium-driver",
};
const BROWSER: Program = Program {
    variable: "CHROMIUM",
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
    source: "apt-get install chromium",
};

/// Nothing but what the page does goes over the network.
const QUIET: &[&str] = &[
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-quic",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
];

pub(super) fn start(options: &Options, profile: &Path) -> Result<Start> {
    let driver = DRIVER.find()?;
    let (width, height) = options.window;
    let mut args: Vec<String> = QUIET.iter().map(|flag| (*flag).to_owned()).collect();
    args.push("--headless=new".to_owned());
    args.push(format!("--window-size={width},{height}"));
    args.push(format!(
        "--user-data-dir={}",
        profile.join("profile").display()
    ));
    if rustix::process::geteuid().is_root() {
        args.push("--no-sandbox".to_owned());
    }
    if let Some(proxy) = &options.proxy {
        args.push(format!("--proxy-server={proxy}"));
        args.push("--proxy-bypass-list=<-loopback>".to_owned());
    }
    Ok(Start {
        driver: Box::new(move |port| {
            let mut command = Command::new(&driver);
            command.arg(format!("--port={port}"));
            command
        }),
        capabilities: capabilities(json!({
            "acceptInsecureCerts": options.any_certificate,
            "goog:chromeOptions": {"binary": BROWSER.find()?, "args": args},
        })),
        needs_screen: false,
    })
}

/// The network as this browser alone sees it; others have no such command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// There is none.
    Offline,
    /// As it is.
    Normal,
}

impl Network {
    /// Sets it for the current window.
    ///
    /// # Errors
    /// The browser is not Chromium, or its driver refuses.
    pub async fn set(self, running: &Running) -> Result<()> {
        anyhow::ensure!(
            running.browser() == Browser::Chromium,
            "only chromedriver can set the network's conditions"
        );
        bounded(
            "set the network's conditions",
            running.client().issue_cmd(self),
        )
        .await?;
        Ok(())
    }
}

impl WebDriverCompatibleCommand for Network {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/chromium/network_conditions",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        let offline = *self == Self::Offline;
        let body = json!({"network_conditions":
            {"offline": offline, "latency": 0, "download_throughput": -1, "upload_throughput": -1}});
        (Method::POST, Some(body.to_string()))
    }
}

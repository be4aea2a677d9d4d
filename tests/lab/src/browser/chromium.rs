//! Chromium, by chromedriver.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::json;

use super::{Options, Start, capabilities};
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

/// The flags that it is started with.
pub(crate) fn flags(options: &Options, profile: &Path) -> Vec<String> {
    let (width, height) = options.window;
    let mut args: Vec<String> = QUIET.iter().map(|flag| (*flag).to_owned()).collect();
    args.push("--headless=new".to_owned());
    args.push(format!("--window-size={width},{height}"));
    args.push(format!("--user-data-dir={}", profile.display()));
    if rustix::process::geteuid().is_root() {
        args.push("--no-sandbox".to_owned());
    }
    if let Some(proxy) = &options.proxy {
        let past: String = options
            .not_proxied
            .iter()
            .map(|host| format!(";{host}"))
            .collect();
        args.push(format!("--proxy-server={proxy}"));
        args.push(format!("--proxy-bypass-list=<-loopback>{past}"));
    }
    if let Some(log) = &options.log {
        args.push(format!("--log-net-log={}", log.display()));
    }
    args.extend_from_slice(&options.chromium_flags);
    args
}

pub(super) fn start(options: &Options, profile: &Path) -> Result<Start> {
    let driver = DRIVER.find()?;
    let args = flags(options, &profile.join("profile"));
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

//! WebKitGTK's MiniBrowser, by WebKitWebDriver. It has no headless mode.

use std::process::Command;

use anyhow::Result;
use serde_json::json;

use super::{Options, Start, capabilities};
use crate::program::Program;

const DRIVER: Program = Program {
    variable: "WEBKITDRIVER",
    names: &["WebKitWebDriver"],
    source: "apt-get install webkit2gtk-driver",
};
const BROWSER: Program = Program {
    variable: "MINIBROWSER",
    names: &[
        "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/*/webkit2gtk-4.0/MiniBrowser",
        "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
        "/usr/libexec/*/MiniBrowser",
    ],
    source: "apt-get install webkit2gtk-driver",
};

pub(super) fn start(options: &Options) -> Result<Start> {
    let driver = DRIVER.find()?;
    let mut capabilities = capabilities(json!({
        "browserName": "MiniBrowser",
        "acceptInsecureCerts": options.any_certificate,
        "webkitgtk:browserOptions": {"binary": BROWSER.find()?, "args": ["--automation"]},
    }));
    capabilities.extend(
        options
            .proxy
            .iter()
            .map(|proxy| ("proxy".to_owned(), proxy.capability(&options.not_proxied))),
    );
    Ok(Start {
        driver: Box::new(move |port| {
            let mut command = Command::new(&driver);
            command.arg(format!("--port={port}"));
            command
        }),
        capabilities,
        needs_screen: true,
    })
}

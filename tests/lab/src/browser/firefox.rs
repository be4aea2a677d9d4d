//! Firefox, by geckodriver.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::json;

use super::{Options, Start, capabilities};
use crate::program::Program;

const DRIVER: Program = Program {
    variable: "GECKODRIVER",
    names: &[
        "geckodriver",
        "~/.cache/pushcheck/tools/geckodriver-*/bin/geckodriver",
        "~/.cargo/bin/geckodriver",
    ],
    source: "cargo install geckodriver",
};
const BROWSER: Program = Program {
    variable: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    source: "apt-get install firefox-esr",
};

pub(super) fn start(options: &Options, profile: &Path) -> Result<Start> {
    let driver = DRIVER.find()?;
    let root = profile.to_owned();
    let log = options.log.clone();
    let (width, height) = options.window;
    // Nothing but what the page does goes over the network, and loopback is no exception from a proxy.
    let mut prefs = json!({
        "app.update.disabledForTesting": true,
        "browser.safebrowsing.malware.enabled": false,
        "browser.safebrowsing.phishing.enabled": false,
        "datareporting.policy.dataSubmissionEnabled": false,
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
        "network.http.http3.enable": false,
        "network.proxy.allow_hijacking_localhost": options.proxy.is_some(),
        "toolkit.telemetry.enabled": false,
    });
    if let Some(prefs) = prefs.as_object_mut() {
        prefs.extend(options.firefox_prefs.clone());
    }
    let mut capabilities = capabilities(json!({
        "acceptInsecureCerts": options.any_certificate,
        "moz:firefoxOptions": {
            "binary": BROWSER.find()?,
            "args": ["-headless", format!("--width={width}"), format!("--height={height}")],
            "prefs": prefs,
        },
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
            // Port 0: one of its own for each of two browsers at once.
            command.args(["--port", &port.to_string(), "--websocket-port", "0"]);
            command.arg("--profile-root").arg(&root);
            if let Some(log) = &log {
                // As about:logging presets it; it adds the ending.
                command.env("MOZ_LOG", "timestamp,sync,nsHttp:5,nsSocketTransport:5");
                command.env("MOZ_LOG_FILE", log.with_extension(""));
            }
            command
        }),
        capabilities,
        needs_screen: false,
    })
}

//! The network as one browser sees it, taken away and given back by a command that only chromedriver knows.

use anyhow::{Result, bail};
use fantoccini::wd::WebDriverCompatibleCommand;
use hyper::Method;
use serde_json::json;

use super::{Browser, Running, bounded};

/// The network as a browser sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// There is none.
    Offline,
    /// As it is.
    Normal,
}

impl Network {
    /// Why that browser cannot be told, if so.
    pub const fn cannot_be_set(browser: Browser) -> Option<&'static str> {
        match browser {
            Browser::Chromium => None,
            Browser::Firefox => {
                Some("Firefox leaves connections to this machine alone when it is set offline")
            }
            Browser::Webkit => Some("WebKitWebDriver cannot take the network away"),
        }
    }

    /// Sets it for the browser's current window.
    ///
    /// # Errors
    /// The browser has no such command, or its driver refuses.
    pub async fn set(self, running: &Running) -> Result<()> {
        if let Some(why) = Self::cannot_be_set(running.browser()) {
            bail!("{why}");
        }
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

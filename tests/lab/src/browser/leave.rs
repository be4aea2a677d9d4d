//! Going from one page to another: Firefox's driver may say that the new one is there while the old one still is.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Result, anyhow};
use fantoccini::error::CmdError;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::{LOAD, Running, bounded};

/// Between two looks.
const PACE: Duration = Duration::from_millis(20);

/// What tells the page that is left from the one that comes; also from one that was left before and comes back.
static LEFT: AtomicU64 = AtomicU64::new(1);

impl Running {
    /// Opens a page.
    ///
    /// # Errors
    /// It could not be loaded in time.
    pub async fn goto(&self, url: &str) -> Result<()> {
        let what = format!("open {url}");
        let here = self.run("return location.href;").await.ok();
        if here.is_some_and(|here| is_within(here.as_str().unwrap_or_default(), url)) {
            return bounded(&what, self.client.goto(url)).await;
        }
        self.leave(&what, self.client.goto(url)).await
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// It could not be loaded in time.
    pub async fn reload(&self) -> Result<()> {
        self.leave("load it again", self.client.refresh()).await
    }

    /// Goes back to the page before.
    ///
    /// # Errors
    /// There is none, or it could not be loaded in time.
    pub async fn back(&self) -> Result<()> {
        self.leave("go back", self.client.back()).await
    }

    /// Does what leaves the page, and waits until another one is whole.
    async fn leave(
        &self,
        what: &str,
        going: impl Future<Output = Result<(), CmdError>>,
    ) -> Result<()> {
        let mark = LEFT.fetch_add(1, Relaxed);
        // A window's first, empty page may share its globals with the one that replaces it.
        let left = format!("if (location.href !== 'about:blank') window.pushcheckLeft = {mark};");
        // Where a page takes no script there is nothing to tell it by.
        let _ = self.run(&left).await;
        bounded(what, going).await?;
        let look = format!(
            "return typeof location.href === 'string' && document.readyState === 'complete' && window.pushcheckLeft !== {mark};"
        );
        let there = async {
            // A script that was cut off by the change is asked again.
            while self.run(&look).await.ok() != Some(Value::Bool(true)) {
                sleep(PACE).await;
            }
        };
        timeout(LOAD, there)
            .await
            .map_err(|_| anyhow!("cannot {what}: the page before is still there"))
    }
}

/// Only the fragment changes: the page stays.
fn is_within(here: &str, url: &str) -> bool {
    url.split_once('#')
        .is_some_and(|(page, _)| here.split('#').next() == Some(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stays_where_only_the_fragment_changes() {
        let here = "http://127.0.0.1/?lang=en#/inbox";
        assert!(is_within(here, "http://127.0.0.1/?lang=en#/links"));
        assert!(!is_within(here, "http://127.0.0.1/?lang=en&again#/inbox"));
        assert!(
            !is_within(here, "http://127.0.0.1/?lang=en"),
            "it is loaded again"
        );
    }
}

//! The probe server, on ports of its own.

use anyhow::{Result, bail};

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    page: String,
}

impl Server {
    /// A server as it is by default, on a free port.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn plain() -> Result<Self> {
        bail!("no server of its own yet: name one by --url")
    }

    /// The page's URL.
    pub fn page(&self) -> &str {
        &self.page
    }
}

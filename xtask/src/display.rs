//! A screen for browsers that cannot do without one: an Xvfb of our own.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::process::Guard;

/// A running Xvfb; it ends when this is dropped.
pub(crate) struct Display {
    name: String,
    _server: Guard,
}

impl Display {
    /// Starts Xvfb on a display that it finds free itself.
    pub(crate) fn start(xvfb: &Path) -> Result<Self> {
        let mut command = Command::new(xvfb);
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x1024x24",
            "-nolisten",
            "tcp",
        ]);
        let mut server = Guard::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let number = server.line()?.unwrap_or_default();
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("Xvfb did not start: no free display found");
        }
        Ok(Self {
            name: format!(":{number}"),
            _server: server,
        })
    }

    /// What DISPLAY must say.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

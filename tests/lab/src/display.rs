//! A screen for browsers that cannot do without one: an Xvfb of our own.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::Process;
use crate::program::Program;

const XVFB: Program = Program {
    variable: "XVFB",
    names: &["Xvfb"],
    source: "apt-get install xvfb",
};

/// How long Xvfb may take to say its display.
const START: Duration = Duration::from_secs(20);

/// A running Xvfb; it ends when this is dropped.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Process,
}

impl Display {
    /// Starts Xvfb on a display that it finds free itself. It blocks for the moment that this takes.
    ///
    /// # Errors
    /// Xvfb is missing, or finds no display.
    pub fn start() -> Result<Self> {
        let mut command = Command::new(XVFB.find()?);
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x1024x24",
            "-nolisten",
            "tcp",
        ]);
        let mut server = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let output = server
            .take_output()
            .context("Xvfb has no standard output")?;
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(output).read_line(&mut line);
            let _ = say.send(line.trim().to_owned());
        });
        let number = said
            .recv_timeout(START)
            .context("Xvfb does not say its display")?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("Xvfb did not start: it found no free display");
        }
        Ok(Self {
            name: format!(":{number}"),
            _server: server,
        })
    }

    /// What DISPLAY must say.
    pub fn name(&self) -> &str {
        &self.name
    }
}

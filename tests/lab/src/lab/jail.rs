//! Namespaces of a cell's own: whatever happens to us, the kernel ends all of it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{Instant, sleep};

/// How long a cell may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// Between two looks at a running cell.
const PACE: Duration = Duration::from_millis(20);

const TOOLS: &str = "cannot start setpriv and unshare (package util-linux)";

/// What makes namespaces for the program that is to be named next.
fn unshared() -> Command {
    let mut command = Command::new("setpriv");
    command.args([
        "--pdeathsig",
        "KILL",
        "unshare",
        "--net",
        "--mount",
        "--pid",
        "--ipc",
        "--uts",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ]);
    command
}

/// Why no cell can be made here, as inside many containers; `None`: it can.
///
/// # Errors
/// The tools are missing.
pub(crate) fn refusal() -> Result<Option<String>> {
    if !rustix::process::geteuid().is_root() {
        // With one user mapped nobody can write below /etc, nor can a proxy become the user that it runs as.
        return Ok(Some("a cell's networks need root".to_owned()));
    }
    let output = unshared()
        .arg("true")
        .stdin(Stdio::null())
        .output()
        .context(TOOLS)?;
    let said = String::from_utf8_lossy(&output.stderr);
    Ok((!output.status.success()).then(|| {
        format!(
            "this machine lets not even root make networks: {}",
            said.trim()
        )
    }))
}

/// A running cell. Dropping it ends everything in it.
///
/// The first process in there is number 1 of its process namespace; with it all others end. It ends when its standard
/// input does, which we hold, and when `unshare` ends, which dies with the thread that started it.
#[derive(Debug)]
#[must_use = "the cell ends when this is dropped"]
pub(crate) struct Jail {
    child: Child,
}

impl Jail {
    /// Starts this program once more inside, with these words. What it says goes to a file; without one to the terminal.
    ///
    /// To be called from a thread that stays, not from one for blocking work.
    ///
    /// # Errors
    /// The tools are missing.
    pub(crate) fn start(words: &[String], log: Option<&Path>) -> Result<Self> {
        let program = std::env::current_exe().context("this program has no path")?;
        let mut command = unshared();
        command.arg(program).args(words).stdin(Stdio::piped());
        if let Some(log) = log {
            let file =
                File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
            command.stdout(file.try_clone()?).stderr(file);
        }
        let child = command.spawn().context(TOOLS)?;
        Ok(Self { child })
    }

    /// Waits until it has ended; `None`: it has not, and the time is over.
    ///
    /// # Errors
    /// The system does not tell.
    pub(crate) async fn ended(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().context("cannot wait for a cell")? {
                return Ok(Some(status));
            }
            if Instant::now() > deadline {
                return Ok(None);
            }
            sleep(PACE).await;
        }
    }

    /// The number, outside, of the first process inside.
    pub(crate) fn first(&self) -> Option<u32> {
        let own = self.child.id();
        let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Jail {
    fn drop(&mut self) {
        // Its standard input ends, and so does it.
        drop(self.child.stdin.take());
        let deadline = std::time::Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None)) {
            if std::time::Instant::now() > deadline {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(PACE);
        }
    }
}

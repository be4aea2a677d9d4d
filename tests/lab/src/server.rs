//! The probe server, on ports of its own: inside this program, or as a process that can be killed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use pushcheck::wire::Scheme;
use pushcheck_server::{Args, Bound, bind};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::process::Process;

/// A free port on loopback.
const ANYWHERE: &str = "127.0.0.1:0";

/// How long a server of its own process may take until it listens.
const START: Duration = Duration::from_secs(20);

/// A server inside this program; it stops when this is dropped.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Server {
    bound: Vec<Bound>,
    pages: Vec<String>,
    invitation: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// A server as it is by default, on a free port.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn plain() -> Result<Self> {
        Self::with(&[]).await
    }

    /// A server with a TLS lane too, under a certificate of nobody in particular.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn tls(flags: &[&str]) -> Result<Self> {
        Self::with(&[&["--tls-listen", ANYWHERE, "--tls-dev"], flags].concat()).await
    }

    /// A server with further flags, as on its command line.
    ///
    /// # Errors
    /// It cannot be started with these.
    pub async fn with(flags: &[&str]) -> Result<Self> {
        let line = [&["pushcheck-server", "--listen", ANYWHERE], flags].concat();
        let args = Args::try_parse_from(line).context("flags of the probe server")?;
        let server = bind(args.into_config()?).await?;
        let bound = server.bound().to_vec();
        let invitation = server.invitation().map(ToOwned::to_owned);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve(async {
            let _ = stopped.await;
        }));
        let pages = bound.iter().map(Bound::to_string).collect();
        Ok(Self {
            bound,
            pages,
            invitation,
            stop: Some(stop),
            task,
        })
    }

    /// The page's URL on the plain lane; it is also the base of every path.
    pub fn page(&self) -> &str {
        self.pages.first().map_or("", String::as_str)
    }

    /// The page's URL on the TLS lane.
    ///
    /// # Errors
    /// There is no such lane.
    pub fn tls_page(&self) -> Result<&str> {
        let tls = self
            .bound
            .iter()
            .position(|bound| bound.scheme == Scheme::Https);
        tls.and_then(|at| self.pages.get(at))
            .map(String::as_str)
            .context("this server has no TLS lane")
    }

    /// Where the first of the staff chooses a password; `None`: it has no listener for staff, or knows somebody.
    pub fn invitation(&self) -> Option<&str> {
        self.invitation.as_deref()
    }

    /// Where it listens on the plain lane.
    ///
    /// # Errors
    /// It listens nowhere.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self
            .bound
            .first()
            .context("the server listens nowhere")?
            .address)
    }

    /// Tells it to end and waits for that.
    pub async fn stop(mut self) {
        self.stop.take();
        let _ = timeout(START, &mut self.task).await;
    }
}

/// A server in a process of its own.
#[derive(Debug)]
#[must_use = "the server ends when this is dropped"]
pub struct Killable {
    process: Process,
    page: String,
    /// What it prints from then on.
    lines: mpsc::UnboundedReceiver<String>,
}

impl Killable {
    /// Starts the built program; `None`: it is nowhere to be found.
    ///
    /// # Errors
    /// It does not listen in time.
    pub async fn start() -> Result<Option<Self>> {
        Self::with(&["--listen", ANYWHERE]).await
    }

    /// The same with these flags.
    ///
    /// # Errors
    /// It does not listen in time.
    pub async fn with(flags: &[&str]) -> Result<Option<Self>> {
        let Some(program) = program() else {
            return Ok(None);
        };
        let mut command = Command::new(program);
        command
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = Process::start(&mut command)?;
        let output = process
            .take_output()
            .context("the server has no standard output")?;
        let (say, lines) = mpsc::unbounded_channel();
        thread::spawn(move || {
            let lines = BufReader::new(output)
                .lines()
                .map_while(std::io::Result::ok);
            for line in lines {
                if say.send(line).is_err() {
                    return;
                }
            }
        });
        let mut server = Self {
            process,
            page: String::new(),
            lines,
        };
        server.page = format!("http://{}", server.says("http://").await?);
        Ok(Some(server))
    }

    /// What stands behind `word` in the next line that begins with it.
    ///
    /// # Errors
    /// There is none in time.
    pub async fn says(&mut self, word: &str) -> Result<String> {
        let told = async {
            while let Some(line) = self.lines.recv().await {
                if let Some(rest) = line.strip_prefix(word) {
                    return Ok(rest.trim().to_owned());
                }
            }
            bail!("the server ended and did not say “{word}”")
        };
        let told = timeout(START, told).await;
        told.map_err(|_| anyhow!("the server does not say “{word}”"))?
    }

    /// The page's URL.
    pub fn page(&self) -> &str {
        &self.page
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.process.kill();
    }
}

/// The server's program: PUSHCHECK_SERVER, else beside this one.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("PUSHCHECK_SERVER").map(PathBuf::from);
    let beside = || {
        Some(
            std::env::current_exe()
                .ok()?
                .with_file_name("pushcheck-server"),
        )
    };
    named.or_else(beside).filter(|path| path.is_file())
}

/// The folder of the page's files as they stand in the checkout.
///
/// # Errors
/// This program does not run where it was built, or the widget was not.
pub fn www() -> Result<PathBuf> {
    let folder = std::env::var_os("PUSHCHECK_WWW").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www"));
    if !folder.join("pkg").is_dir() {
        bail!(
            "{} holds no built widget: cargo xtask build",
            folder.display()
        );
    }
    Ok(folder)
}

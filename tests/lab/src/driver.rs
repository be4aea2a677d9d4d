//! A WebDriver server of our own: started on a free port, gone with everything it started when dropped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::port;
use crate::process::Process;

/// How long a driver may take until it listens.
const START: Duration = Duration::from_secs(20);

/// How long a browser may take until it can be driven; the first start of a machine is slow.
const SESSION: Duration = Duration::from_secs(60);

/// A running driver.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Process,
    address: SocketAddr,
    log: PathBuf,
}

impl Driver {
    /// Starts a driver; `command` makes its command line for a port. What it prints goes to a file in `folder`.
    pub(crate) async fn start(folder: &Path, command: impl Fn(u16) -> Command) -> Result<Self> {
        let port = port::free()?;
        let log = folder.join("driver.log");
        let file = File::create(&log).context("cannot write a driver's log")?;
        let mut command = command(port);
        command.stdout(file.try_clone()?).stderr(file);
        let process = Process::start(&mut command)?;
        let mut driver = Self {
            process,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            log,
        };
        driver.listens().await?;
        Ok(driver)
    }

    async fn listens(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        while TcpStream::connect(self.address).await.is_err() {
            if let Some(status) = self.process.ended()? {
                bail!("the driver ended with {status}{}", self.last_words());
            }
            if Instant::now() > deadline {
                bail!(
                    "the driver does not listen on {}{}",
                    self.address,
                    self.last_words()
                );
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Starts the browser; where one ends before it could be driven, which machines under load bring about, another.
    pub(crate) async fn session(&self, capabilities: Capabilities) -> Result<Client> {
        match self.once(capabilities.clone()).await {
            Err(error) => {
                eprintln!("{error:#}: once more");
                self.once(capabilities).await
            }
            started => started,
        }
    }

    async fn once(&self, capabilities: Capabilities) -> Result<Client> {
        let url = format!("http://{}", self.address);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let session = builder.capabilities(capabilities).connect(&url);
        match timeout(SESSION, session).await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(error)) => bail!("the browser did not start: {error}{}", self.last_words()),
            Err(_) => bail!(
                "the browser did not start within {} s{}",
                SESSION.as_secs(),
                self.last_words()
            ),
        }
    }

    /// The end of what it printed.
    fn last_words(&self) -> String {
        let said = fs::read(&self.log).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said
            .lines()
            .rev()
            .filter(|line| !line.trim().is_empty())
            .take(3)
            .collect();
        lines
            .into_iter()
            .rev()
            .fold(String::new(), |all, line| all + "\n  " + line)
    }
}

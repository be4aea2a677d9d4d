//! HAProxy before our servers, as operators have it: TLS for staff, and many nodes by one name for customers.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::desk::free;
use crate::process::Process;
use crate::program::Program;

const HAPROXY: Program = Program {
    variable: "HAPROXY",
    names: &["haproxy", "/usr/sbin/haproxy"],
    source: "apt-get install haproxy",
};

/// How long it may take until it listens.
const START: Duration = Duration::from_secs(10);

const DEFAULTS: &str = "defaults\n    mode http\n    timeout connect 2s\n    timeout client 60s\n    timeout server 60s\n    \
     timeout tunnel 60s\n    option forwardfor\n    option http-no-delay\n    option redispatch 1\n    retries 3\n";

/// A running HAProxy.
#[derive(Debug)]
pub(super) struct Front {
    address: SocketAddr,
    _process: Process,
}

impl Front {
    /// TLS before these, under a certificate of nobody in particular; each request goes to the next one.
    pub(super) async fn tls(servers: &[SocketAddr], folder: &Path) -> Result<Self> {
        let made =
            rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let both = folder.join("front.pem");
        fs::write(&both, made.cert.pem() + &made.signing_key.serialize_pem())?;
        let bind = format!("ssl crt {}", both.display());
        Self::start(&bind, servers, &folder.join("tls.cfg")).await
    }

    /// Each request goes to the next one of these.
    pub(super) async fn plain(servers: &[SocketAddr], folder: &Path) -> Result<Self> {
        Self::start("", servers, &folder.join("plain.cfg")).await
    }

    async fn start(bind: &str, servers: &[SocketAddr], file: &Path) -> Result<Self> {
        let servers: String = servers
            .iter()
            .enumerate()
            .map(|(n, node)| format!("    server n{n} {node} check inter 100ms fall 1 rise 1\n"))
            .collect();
        let address = free()?;
        let head = format!("listen all\n    bind {address} {bind}\n    balance roundrobin\n");
        fs::write(file, format!("{DEFAULTS}{head}{servers}"))?;
        let mut command = Command::new(HAPROXY.find()?);
        command.args(["-q", "-db", "-f"]).arg(file);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Process::start(&mut command)?;
        let deadline = Instant::now() + START;
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = process.ended()? {
                bail!("HAProxy ended with {status}");
            }
            if Instant::now() > deadline {
                bail!("HAProxy does not listen on {address}");
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(Self {
            address,
            _process: process,
        })
    }

    /// What a server is told of staff's address, where staff come this way.
    pub(super) fn staff_origin(&self) -> String {
        format!("--staff-origin=https://{}", self.address)
    }

    /// Where it listens.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }
}

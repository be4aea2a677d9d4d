//! The probe server that browser tests talk to.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::Guard;
use crate::serve::Profile;
use crate::workspace::Workspace;

/// Test pages are served by their own runner, on a port nobody knows before: every origin may embed.
const FLAGS: &[&str] = &["--embed-origin", "*", "--log", "warn"];

/// A base URL for this run. The port of the last run is taken again if it is free:
/// the URL is compiled into the tests, and another one would compile them anew.
pub(crate) fn free_address(ws: &Workspace) -> Result<SocketAddr> {
    let file = ws.own_dir()?.join("test-port");
    let last = fs::read_to_string(&file)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let bind = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match last.map(bind) {
        Some(Ok(listener)) => listener,
        _ => bind(0).context("no port is free on loopback")?,
    };
    let address = listener.local_addr()?;
    fs::write(&file, address.port().to_string())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(address)
}

/// Starts the built server and waits until it says that it listens.
pub(crate) fn start(ws: &Workspace, address: SocketAddr) -> Result<Guard> {
    start_with(ws, address, FLAGS)
}

/// The same with other flags.
pub(crate) fn start_with(ws: &Workspace, address: SocketAddr, flags: &[&str]) -> Result<Guard> {
    let mut command = Command::new(Profile::Dev.path(ws, "pushcheck-server"));
    command.arg("--listen").arg(address.to_string()).args(flags);
    let mut server = Guard::spawn(command.stdout(Stdio::piped()))?;
    if server.line()?.is_none() {
        bail!("pushcheck-server does not listen on {address}");
    }
    Ok(server)
}

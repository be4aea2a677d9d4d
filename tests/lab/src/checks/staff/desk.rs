//! A server with a listener for staff, in a process of its own, so that it can be killed and started again.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::front::Front;
use crate::browser::Browser;
use crate::server::Killable;

/// The server, and where it keeps what it is given.
#[derive(Debug)]
pub(super) struct Desk {
    flags: Vec<String>,
    server: Killable,
    /// Where the first user chooses a password.
    pub(super) invitation: String,
    _front: Option<Front>,
    _folder: TempDir,
}

impl Desk {
    /// Starts it for a browser, with these flags besides.
    pub(super) async fn start(browser: Browser, flags: &[&str]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        let (public, staff) = (free()?, free()?);
        let data = folder.path().join("data").to_string_lossy().into_owned();
        let mut own = vec![
            format!("--listen={public}"),
            format!("--staff-listen={staff}"),
            format!("--data={data}"),
            "--organisation=ACME support".to_owned(),
        ];
        // WebKitGTK keeps no cookie that is `Secure` of a page that is not, on loopback either.
        let front = match browser {
            Browser::Webkit => Some(Front::tls(staff, folder.path()).await?),
            Browser::Chromium | Browser::Firefox => None,
        };
        own.extend(
            front
                .as_ref()
                .map(|front| format!("--staff-origin=https://{}", front.address())),
        );
        let mut server = started(&[own.clone(), owned(flags)].concat()).await?;
        let invitation = server.says("first sign-in, once, within a day: ").await?;
        Ok(Self {
            flags: own,
            server,
            invitation,
            _front: front,
            _folder: folder,
        })
    }

    /// Where customers reach it.
    pub(super) fn page(&self) -> &str {
        self.server.page()
    }

    /// Ends it as a crash would, and starts it again on what it kept, with these flags besides.
    pub(super) async fn again(&mut self, flags: &[&str]) -> Result<()> {
        self.server.kill();
        self.server = started(&[self.flags.clone(), owned(flags)].concat()).await?;
        Ok(())
    }
}

fn owned(flags: &[&str]) -> Vec<String> {
    flags.iter().map(|&flag| flag.to_owned()).collect()
}

/// The built server with these flags.
pub(super) async fn started(flags: &[String]) -> Result<Killable> {
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let Some(server) = Killable::with(&flags).await? else {
        bail!(
            "the server's program is missing: cargo build -p pushcheck-server, or name it by PUSHCHECK_SERVER"
        );
    };
    Ok(server)
}

/// An address on loopback at which nobody listens.
pub(super) fn free() -> Result<SocketAddr> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free on loopback")?;
    Ok(listener.local_addr()?)
}

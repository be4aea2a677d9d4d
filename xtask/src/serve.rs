//! `cargo xtask serve`: builds widget and server and runs them in the foreground.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::build;
use crate::process::{self, Guard};
use crate::setup::{self, Kit};
use crate::workspace::Workspace;

/// What one may say to `serve`.
#[derive(Args)]
pub(crate) struct Serve {
    /// Address of the plain lane.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Adds an HTTPS lane on the next port, with a development certificate.
    #[arg(long)]
    tls: bool,
    /// Certificate chain (PEM) for the HTTPS lane.
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Private key (PEM) of the certificate.
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Adds the listener for staff two ports further, and keeps links and reports in target/pushcheck/data.
    #[arg(long)]
    staff: bool,
    /// Further flags for pushcheck-server.
    #[arg(last = true, value_name = "SERVER FLAGS")]
    more: Vec<String>,
}

impl Serve {
    fn tls_listen(&self) -> Result<Option<SocketAddr>> {
        if !self.tls && self.cert.is_none() {
            return Ok(None);
        }
        self.above(1).map(Some)
    }

    /// So many ports above the first; any free one where that is any.
    fn above(&self, ports: u16) -> Result<SocketAddr> {
        let mut address = self.listen;
        if address.port() != 0 {
            let port = address.port().checked_add(ports);
            address.set_port(port.context("no port is left above --listen")?);
        }
        Ok(address)
    }

    fn apply(&self, ws: &Workspace, server: &mut Command) -> Result<()> {
        server.arg("--listen").arg(self.listen.to_string());
        if let Some(address) = self.tls_listen()? {
            server.arg("--tls-listen").arg(address.to_string());
            match (&self.cert, &self.key) {
                (Some(cert), Some(key)) => server.arg("--cert").arg(cert).arg("--key").arg(key),
                _ => server.arg("--tls-dev"),
            };
        }
        if self.staff {
            server.arg("--staff-listen").arg(self.above(2)?.to_string());
            let is_said = |flag: &str| self.more.iter().any(|word| word.starts_with(flag));
            if !is_said("--data") {
                server.arg("--data").arg(ws.target.join("pushcheck/data"));
            }
        }
        server.args(&self.more);
        Ok(())
    }
}

/// Builds all, starts the server, says the page's URL and stays until the server ends.
pub(crate) fn command(ws: &Workspace, install: bool, serve: &Serve) -> Result<()> {
    let kit = setup::ready(ws, build::NEEDS, install)?;
    build::widget(ws, &kit)?;
    binary(ws, &kit, "pushcheck-server", Profile::Release)?;

    let mut command = Command::new(Profile::Release.path(ws, "pushcheck-server"));
    serve.apply(ws, &mut command)?;
    let mut server = Guard::spawn(command.stdout(Stdio::piped()))?;
    // One line per listener, each the page's URL there.
    while let Some(line) = server.line()? {
        if line.starts_with("http") {
            println!("The page: {line} (Ctrl-C ends it)");
        } else {
            println!("{line}");
        }
    }
    let status = server.wait()?;
    if !status.success() {
        bail!("pushcheck-server ended with {status}");
    }
    Ok(())
}

/// How a program of ours is compiled.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Quick to compile, shares its dependencies with the native tests.
    Dev,
    /// As people run it.
    Release,
}

impl Profile {
    /// Where a program lies once it is built.
    pub(crate) fn path(self, ws: &Workspace, name: &str) -> PathBuf {
        let folder = match self {
            Self::Dev => "debug",
            Self::Release => "release",
        };
        ws.target.join(folder).join(name)
    }
}

/// Compiles one of our own programs. The server embeds `www/`, so the widget must be there before.
pub(crate) fn binary(ws: &Workspace, kit: &Kit, package: &str, profile: Profile) -> Result<()> {
    let mut cargo = kit.native("cargo")?;
    cargo.args(["build", "--bins", "--package", package]);
    if matches!(profile, Profile::Release) {
        cargo.arg("--release");
    }
    process::run(
        cargo
            .current_dir(&ws.root)
            .env("CARGO_TARGET_DIR", &ws.target),
    )
    .with_context(|| format!("cannot compile {package}"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Serve, Workspace};
    use std::process::Command;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        serve: Serve,
    }

    fn flags(words: &[&str]) -> anyhow::Result<String> {
        let line = Line::try_parse_from([&["serve"], words].concat())?;
        let mut command = Command::new("server");
        let ws = Workspace {
            root: "/x".into(),
            target: "/x/target".into(),
        };
        line.serve.apply(&ws, &mut command)?;
        Ok(crate::process::shown(&command))
    }

    #[test]
    fn flags_become_the_servers() -> anyhow::Result<()> {
        assert_eq!(flags(&[])?, "server --listen 127.0.0.1:8787");
        assert_eq!(
            flags(&["--tls"])?,
            "server --listen 127.0.0.1:8787 --tls-listen 127.0.0.1:8788 --tls-dev"
        );
        assert_eq!(
            flags(&["--staff"])?,
            "server --listen 127.0.0.1:8787 --staff-listen 127.0.0.1:8789 --data /x/target/pushcheck/data"
        );
        let own = flags(&[
            "--listen",
            "[::1]:0",
            "--cert",
            "c",
            "--key",
            "k",
            "--",
            "--lenient",
        ])?;
        assert_eq!(
            own,
            "server --listen [::1]:0 --tls-listen [::1]:0 --cert c --key k --lenient"
        );
        assert!(flags(&["--cert", "c"]).is_err());
        Ok(())
    }
}

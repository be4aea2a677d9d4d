//! The widget without a server around it: as a package for npm, and as one page.

#[cfg(test)]
mod manifest;
mod npm;
mod parts;
mod single;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::build;
use crate::setup::{self, Kit};
use crate::sri;
use crate::workspace::Workspace;

pub(crate) use npm::pack;
pub(crate) use single::{Server, write};

/// What one may say to `build`.
#[derive(Args)]
pub(crate) struct Build {
    /// Also makes the package for npm, target/npm/pushcheck-VERSION.tgz. Publishes nothing.
    #[arg(long)]
    package: bool,
    /// Also makes one page with everything in it, to mail or to host anywhere.
    #[arg(long, requires = "server")]
    single_file: bool,
    /// The probe server of that page.
    #[arg(long, value_name = "URL", requires = "single_file")]
    server: Option<Server>,
    /// Where a support link of that server works, too, should its own address be blocked: the page names it where it cannot ask
    /// the server about a link (repeatable).
    #[arg(long, value_name = "URL", requires = "single_file")]
    alternate_url: Vec<Server>,
    /// Where that page goes; default: target/pushcheck.html.
    #[arg(long, value_name = "FILE", requires = "single_file")]
    out: Option<PathBuf>,
}

/// `cargo xtask build`.
pub(crate) fn command(ws: &Workspace, install: bool, asked: &Build) -> Result<()> {
    let kit = setup::ready(ws, build::NEEDS, install)?;
    build::widget(ws, &kit)?;
    sri::print(&ws.root.join("www/pkg").join(sri::FILE))?;
    if asked.package {
        let tarball = pack(ws, &kit)?;
        println!("{}", tarball.display());
    }
    if asked.single_file {
        single_file(ws, &kit, asked)?;
    }
    Ok(())
}

fn single_file(ws: &Workspace, kit: &Kit, asked: &Build) -> Result<()> {
    let server = asked
        .server
        .as_ref()
        .context("--single-file needs --server URL")?;
    let default = || ws.target.join("pushcheck.html");
    let out = asked.out.clone().unwrap_or_else(default);
    let bytes = write(ws, kit, server, &asked.alternate_url, &out)?;
    println!(
        "{} ({bytes} bytes) checks the way to {server}",
        out.display()
    );
    println!(
        "Opened from a file its origin is null: that server needs --embed-origin null, or WebSocket is refused there."
    );
    Ok(())
}

//! Short commands in one of the networks.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::lab::scenario::Where;

/// Where system programs may be besides PATH.
pub(super) const SYSTEM: &str = "/usr/local/sbin:/usr/sbin:/sbin";

/// A command that runs there. The client's network is our own.
pub(super) fn command(place: Where, program: impl AsRef<Path>) -> Command {
    let program = program.as_ref();
    let mut command = match place {
        Where::Client => Command::new(program),
        Where::Router | Where::Server => {
            let mut command = Command::new("ip");
            command.args(["netns", "exec", name(place)]).arg(program);
            command
        }
    };
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("{path}:{SYSTEM}"))
        .stdin(Stdio::null());
    command
}

/// The name of a network.
pub(super) const fn name(place: Where) -> &'static str {
    match place {
        Where::Client => "client",
        Where::Router => "router",
        Where::Server => "server",
    }
}

/// Runs a command to its end.
///
/// # Errors
/// Says what it was and what it said.
pub(super) fn run(command: &mut Command) -> Result<()> {
    feed(command, "")
}

/// Runs a command to its end, with something to read.
///
/// # Errors
/// Says what it was and what it said.
pub(super) fn feed(command: &mut Command, input: &str) -> Result<()> {
    let shown = shown(command);
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.with_context(|| format!("cannot start {shown}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that ends early has said why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{shown} ended with {}: {}", output.status, said.trim());
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// Runs a line as one would type it, without quotes.
///
/// # Errors
/// As for [`run`].
pub(super) fn line(place: Where, line: &str) -> Result<()> {
    let mut words = line.split_whitespace();
    let program = words.next().context("an empty command")?;
    run(command(place, program).args(words))
}

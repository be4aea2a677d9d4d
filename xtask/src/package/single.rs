//! One page with everything in it: it asks nobody for anything but its probe server for probes.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};

use super::parts::{OWN, bundler, put, stage};
use crate::process;
use crate::setup::Kit;
use crate::sri;
use crate::workspace::Workspace;

/// A probe server's base URL: what may stand in markup and policy as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Server {
    host: String,
    url: String,
}

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        if !["http", "https"].contains(&scheme) {
            return Err("it begins with http:// or https://".into());
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
        let is_of = |text: &str, more: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        // A policy cannot name an address of IPv6 (CSP § 2.3.1).
        if host.is_empty() || !is_of(host, ".-") {
            return Err("its host is a name or an IPv4 address; write others in ASCII".into());
        }
        if port.parse::<u16>().is_err() {
            return Err("its port is a number up to 65535".into());
        }
        if !is_of(path, "/-._~") {
            return Err("its path is a folder, of letters, digits and /-._~".into());
        }
        let slash = if path.is_empty() || path.ends_with('/') {
            ""
        } else {
            "/"
        };
        Ok(Self {
            host: host.to_ascii_lowercase(),
            url: format!("{scheme}://{authority}/{path}{slash}"),
        })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl Server {
    /// What the page may do: its own script, WebAssembly, and that host on every port, where further lanes are.
    fn policy(&self, script: &str, style: &str) -> String {
        let host = &self.host;
        let ways: Vec<String> = ["http", "https", "ws", "wss"]
            .map(|scheme| format!("{scheme}://{host}:*"))
            .to_vec();
        format!(
            "default-src 'none'; script-src '{}' 'wasm-unsafe-eval'; style-src '{}'; connect-src {}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            sri::source(script),
            sri::source(style),
            ways.join(" ")
        )
    }
}

/// Writes the page, and says how large it is, in bytes.
pub(crate) fn write(
    ws: &Workspace,
    kit: &Kit,
    server: &Server,
    alternates: &[Server],
    out: &Path,
) -> Result<u64> {
    let sources = stage(ws)?;
    let bundle = ws.own_dir()?.join("single.js");
    let mut esbuild = bundler(kit)?;
    // No module: those do not load from files.
    esbuild
        .arg("--format=iife")
        .arg(format!("--outfile={}", bundle.display()))
        .arg(sources.join("page.js"));
    process::run(&mut esbuild).context("cannot bundle the page")?;
    let read = |file: &Path| {
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
    };
    let script = read(&bundle)?;
    let style = read(&ws.root.join("www/page.css"))?;
    let page = filled(
        &read(&ws.root.join(OWN).join("page.html"))?,
        server,
        alternates,
        &script,
        &style,
    )?;
    put(out, page.as_bytes())?;
    Ok(page.len() as u64)
}

/// The page, of its markup and what goes into it.
fn filled(
    markup: &str,
    server: &Server,
    alternates: &[Server],
    script: &str,
    style: &str,
) -> Result<String> {
    // What would end a script, or begin a comment in it (HTML § 4.12.1.3).
    for wrong in ["</script", "<!--", "<script"] {
        ensure!(
            !script.to_ascii_lowercase().contains(wrong),
            "the bundle holds {wrong}"
        );
    }
    ensure!(!style.contains("</"), "the style sheet holds </");
    let alternates: Vec<&str> = alternates.iter().map(|one| one.url.as_str()).collect();
    Ok(markup
        .replace("{{ALTERNATES}}", &alternates.join(" "))
        .replace("{{POLICY}}", &server.policy(script, style))
        .replace("{{SERVER}}", &server.url)
        .replace("{{STYLE}}", style)
        .replace("{{SCRIPT}}", script))
}

#[cfg(test)]
mod tests {
    use super::{Server, filled};

    #[test]
    fn a_server_is_a_folder_or_is_refused() {
        let url = |text: &str| text.parse::<Server>().map(|server| server.url);
        assert_eq!(
            url("https://probe.example").as_deref(),
            Ok("https://probe.example/")
        );
        assert_eq!(
            url("http://10.0.0.1:8787/check").as_deref(),
            Ok("http://10.0.0.1:8787/check/")
        );
        for wrong in [
            "probe.example",
            "ftp://probe.example/",
            "https://",
            "https://[::1]/",
            "https://u:p@probe.example/",
            "https://probe.example:99999/",
            "https://probe.example/?a",
            "https://probe.example/\"><b>",
            "https://pröbe.example/",
        ] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_would_end_the_script_is_refused() -> Result<(), String> {
        let server: Server = "https://Probe.example:1".parse()?;
        let made = filled(
            "{{POLICY}}|{{SERVER}}|{{ALTERNATES}}|{{STYLE}}|{{SCRIPT}}",
            &server,
            &[
                "https://a.example".parse()?,
                "http://b.example:81/c".parse()?,
            ],
            "a()",
            "b{}",
        );
        let made = made.map_err(|error| error.to_string())?;
        assert!(made.contains("https://probe.example:* ws://probe.example:*"));
        assert!(made.ends_with(
            "|https://Probe.example:1/|https://a.example/ http://b.example:81/c/|b{}|a()"
        ));
        assert!(filled("", &server, &[], "'</SCRIPT>'", "").is_err());
        assert!(filled("", &server, &[], "", "</style>").is_err());
        Ok(())
    }
}

//! `diagnose`: one run of the page in a browser, told on standard output and by the exit status.

mod text;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use pushcheck::diagnosis::RunResult;
use tokio::time::timeout;

use crate::browser::{Browser, Options, Proxy};
use crate::page::{Page, Reported};
use crate::server::Server;

/// How long the page's own script may take until the element is alive.
const ALIVE: Duration = Duration::from_secs(10);

/// Opens the check page in a browser, waits for its report and prints it.
///
/// Exits with 0 when all passed, 1 on a warning or a failure, 2 when it could not run, 3 when the report is inconclusive
/// or was aborted. What could not run is told on standard error.
#[derive(Clone, Debug, Args)]
pub struct Diagnose {
    /// The browser that opens the page
    #[arg(long, value_enum, default_value = "chromium")]
    browser: Browser,
    /// The page, which must hold a push-check element; without it a server of its own is started on this machine
    #[arg(long, value_name = "PAGE")]
    url: Option<String>,
    /// A proxy for all that the browser does: http://host:port or socks5://host:port
    #[arg(long, value_name = "URL")]
    proxy: Option<Proxy>,
    /// Print the report as JSON, as the page gave it
    #[arg(long)]
    json: bool,
    /// Trust any certificate
    #[arg(long)]
    ignore_certificate_errors: bool,
    /// Seconds to wait for the report, from the command's start
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// Runs and says how it went.
pub async fn command(diagnose: &Diagnose) -> ExitCode {
    let limit = Duration::from_secs(diagnose.timeout);
    let reported = match timeout(limit, run(diagnose, limit)).await {
        Ok(reported) => reported,
        Err(_) => Err(anyhow::anyhow!("no report within {} s", diagnose.timeout)),
    };
    let printed = reported.and_then(|reported| {
        let text = match diagnose.json {
            true => serde_json::to_string_pretty(&reported.json)? + "\n",
            false => text::readable(&reported.report),
        };
        print(&text)?;
        Ok(code(reported.report.result))
    });
    match printed {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("pushcheck-lab: could not run: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(diagnose: &Diagnose, limit: Duration) -> Result<Reported> {
    if let Some(url) = &diagnose.url {
        let url: url::Url = url
            .parse()
            .with_context(|| format!("--url {url} is not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            bail!("--url takes http: and https:, not {}:", url.scheme());
        }
    }
    let own = match diagnose.url {
        Some(_) => None,
        None => Some(Server::plain().await?),
    };
    let url = diagnose
        .url
        .as_deref()
        .or_else(|| own.as_ref().map(Server::page))
        .context("there is no page")?;
    let options = Options {
        proxy: diagnose.proxy.clone(),
        any_certificate: diagnose.ignore_certificate_errors,
        ..Options::default()
    };
    let browser = diagnose.browser.open(&options).await?;
    let reported = async {
        let page = Page::open(&browser, url).await?;
        page.ready(ALIVE).await?;
        page.diagnose(limit).await
    };
    let reported = reported.await;
    browser.close().await;
    reported
}

/// The exit status that a result has.
const fn code(result: RunResult) -> u8 {
    match result {
        RunResult::Passed => 0,
        RunResult::Warning | RunResult::Failed => 1,
        RunResult::Inconclusive | RunResult::Aborted => 3,
    }
}

/// A reader that has left, as in `diagnose | head`, is no failure.
fn print(text: &str) -> Result<()> {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot print")
        }
        _ => Ok(()),
    }
}

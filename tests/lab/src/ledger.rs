//! What the server saw of a run, asked as the page asks.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use pushcheck::wire::{Key, Ledger};
use tokio::time::{Instant, sleep, timeout};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// Reads a run's ledger at a plain base URL.
///
/// # Errors
/// The server does not answer with one.
pub async fn read(base: &str, key: &str) -> Result<Ledger> {
    let run = key
        .parse::<Key>()
        .map_err(|error| anyhow!("{error}"))?
        .run();
    let request = Request::post(format!("{base}v1/runs/{run}/ledger"))
        .header("content-type", "text/plain")
        .body(Full::new(Bytes::from(key.to_owned())))?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = async {
        let answer = client
            .request(request)
            .await
            .context("cannot ask for the ledger")?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "the ledger: {status}");
        serde_json::from_slice(&body).context("the ledger cannot be read")
    };
    timeout(ANSWER, answer)
        .await
        .map_err(|_| anyhow!("no answer to the question for the ledger"))?
}

/// Waits until all that the server saw of a run has ended there.
///
/// # Errors
/// Names what is still open after `limit`.
pub async fn all_ended(base: &str, key: &str, limit: Duration) -> Result<Ledger> {
    let deadline = Instant::now() + limit;
    loop {
        let ledger = read(base, key).await?;
        let open: Vec<&str> = ledger
            .sightings
            .iter()
            .filter(|s| s.ended_at.is_none())
            .map(|s| s.probe.as_str())
            .collect();
        if open.is_empty() {
            return Ok(ledger);
        }
        if Instant::now() > deadline {
            bail!(
                "still open on the server after {:.1} s: {}",
                limit.as_secs_f64(),
                open.join(", ")
            );
        }
        sleep(Duration::from_millis(100)).await;
    }
}

//! The staff listener held to its own document: schemathesis asks all that it describes, and much that it forbids.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use clap::{Args, Parser};
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::gallery::saved;
use crate::lab::checkout;
use crate::process::Process;

/// How long all of it may take: some 20 s where nobody else is at work.
const LONGEST: Duration = Duration::from_secs(300);

/// Holds the staff listener to its document: schemathesis asks for everything that it describes, and much that it forbids
#[derive(Clone, Debug, Args)]
pub struct Api {
    /// Where schemathesis and what it needs are installed
    #[arg(long, value_name = "DIR")]
    tools: PathBuf,
    /// Further flags of `schemathesis run`
    #[arg(last = true, value_name = "FLAGS")]
    more: Vec<String>,
}

/// Starts a server, asks it everything, and tells what was answered against the document.
pub async fn command(api: &Api) -> ExitCode {
    match hold(api).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pushcheck-lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn hold(api: &Api) -> Result<()> {
    let desk = Desk::open().await?;
    desk.furnish().await?;
    let document = desk.ask(Method::GET, "/openapi.json", &[], None).await?;
    let file = desk.folder.path().join("openapi.json");
    fs::write(&file, document.to_string())?;
    let held = desk.schemathesis(api, &file).await;
    desk.close().await?;
    held
}

/// A server that keeps what it is given for as long as this is there, and by what its staff listener is asked.
pub(crate) struct Desk {
    origin: String,
    token: Option<String>,
    folder: TempDir,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Desk {
    /// Starts the server; the first admin makes a token.
    pub(crate) async fn open() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        let data = folder.path().to_string_lossy().into_owned();
        let flags = ["--listen", "127.0.0.1:0", "--staff-listen", "127.0.0.1:0"];
        let own = ["pushcheck-server", "--data", &data];
        let args = pushcheck_server::Args::try_parse_from([&own[..], &flags].concat())?;
        let server = pushcheck_server::bind(args.into_config()?).await?;
        let origin = server.staff().context("no listener for staff")?.to_owned();
        let invitation = server.invitation().context("no invitation")?.to_owned();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server.serve(async {
            let _ = stopped.await;
        }));
        let desk = Self {
            origin,
            token: None,
            folder,
            stop,
            serving,
        };
        desk.signed_in(&invitation).await
    }

    /// Where staff are answered.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// An admin's token.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Ends the server.
    pub(crate) async fn close(self) -> Result<()> {
        drop(self.stop);
        Ok(self.serving.await?)
    }

    async fn signed_in(self, invitation: &str) -> Result<Self> {
        let (_, token) = invitation.split_once('=').context("no invitation")?;
        let body = json!({ "token": token, "name": "ada", "password": "correct horse battery" });
        let (cookie, said) = self
            .cookie(Method::POST, "/v1/invitations/accept", &[], Some(body))
            .await?;
        let cookie = cookie.context("no cookie")?;
        let csrf = said["csrf"].as_str().context("no csrf")?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let until = u64::try_from(since)? + 3_600_000;
        let body = json!({ "name": "schemathesis", "scope": "admin", "expiresAt": until });
        let own = [("cookie", cookie.as_str()), ("pushcheck-csrf", csrf)];
        let made = self
            .ask(Method::POST, "/v1/tokens", &own, Some(body))
            .await?;
        let token = made["token"].as_str().context("no token")?;
        Ok(Self {
            token: Some(token.to_owned()),
            ..self
        })
    }

    /// What there is to ask for: a whole report, and one that is none.
    async fn furnish(&self) -> Result<()> {
        let report = saved("nginx-no-upgrade-firefox.json.gz")?.to_string();
        for text in [report.as_str(), "none"] {
            let body = json!({ "text": text, "ticket": "ACME-4711" });
            let kept = self
                .ask(Method::POST, "/v1/reports/import", &[], Some(body))
                .await?;
            ensure!(kept["intact"] == (text != "none"), "{kept}");
        }
        Ok(())
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        own: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Value> {
        let (_, said) = self.cookie(method, path, own, body).await?;
        Ok(said)
    }

    /// The cookie that was set, and what was answered.
    async fn cookie(
        &self,
        method: Method,
        path: &str,
        own: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<(Option<String>, Value)> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in own {
            request = request.header(*name, *value);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body)))?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let answer = client.request(request).await.context("no answer")?;
        let status = answer.status();
        let set = answer.headers().get(header::SET_COOKIE);
        let cookie = set
            .and_then(|set| set.to_str().ok()?.split(';').next())
            .map(ToOwned::to_owned);
        let body = answer.into_body().collect().await?.to_bytes();
        let said = String::from_utf8_lossy(&body);
        ensure!(status.is_success(), "{path}: {status}: {said}");
        Ok((cookie, serde_json::from_slice(&body)?))
    }

    async fn schemathesis(&self, api: &Api, document: &Path) -> Result<()> {
        let mut python =
            Command::new(std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into()));
        python
            .args(["-m", "schemathesis.cli", "--config-file"])
            .arg(checkout().join("tests/api/schemathesis.toml"))
            .arg("run")
            .arg(document)
            .args(["--url", self.origin()])
            .args(&api.more)
            .env("PYTHONPATH", &api.tools)
            .env("PUSHCHECK_TOKEN", self.token())
            .env("NO_PROXY", "*")
            .current_dir(self.folder.path());
        let mut asking = Process::start(&mut python)?;
        let deadline = Instant::now() + LONGEST;
        loop {
            match asking.ended()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("the document and what is answered differ ({status})"),
                None if Instant::now() > deadline => bail!("not ready after {LONGEST:?}"),
                None => sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

//! A page with `<push-check>`: what an embedder may do with it, done from outside.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::elements::{Element, ElementRef};
use pushcheck::report::Report;
use pushcheck::wire::Key;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::browser::{Running, bounded};

/// What listens in the page; everything that it hears stands in `window.pushcheckLab`.
const RECORDER: &str = include_str!("../pages/recorder.js");

/// Between two questions to a page.
const PACE: Duration = Duration::from_millis(50);

/// What the element says to whoever looks at it.
const SHOWN: &str = "const root = document.querySelector('push-check')?.shadowRoot;
    return ['headline', 'summary'].map((part) => root?.querySelector(`[part=${part}]`)?.textContent).filter(Boolean).join(': ');";

/// What happened in a page since the recorder was put there. Times are `performance.now()`, ms.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    /// Uncaught errors and unhandled rejections.
    pub errors: Vec<String>,
    /// Violations of the page's policy: directive and what was blocked.
    pub violations: Vec<String>,
    /// Every event of ours that reached the window: `start`, `progress`, `report`, `end`.
    pub events: Vec<Heard>,
}

/// One event of an element's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Heard {
    /// Its name without `pushcheck-`.
    pub name: String,
    /// When.
    pub at: f64,
    /// Of `end`: why there is no report.
    pub reason: Option<String>,
    /// Of `end`: what the widget said against its options.
    pub message: Option<String>,
}

impl Record {
    /// How often an event was heard.
    pub fn count(&self, name: &str) -> usize {
        self.events
            .iter()
            .filter(|event| event.name == name)
            .count()
    }

    /// When an event was first heard.
    pub fn first(&self, name: &str) -> Option<f64> {
        self.events
            .iter()
            .find(|event| event.name == name)
            .map(|event| event.at)
    }
}

/// A report as the page gave it, and as our own types read it.
#[derive(Clone, Debug)]
pub struct Reported {
    /// The JSON.
    pub json: Value,
    /// The report.
    pub report: Report,
}

impl Reported {
    /// Reads a report.
    ///
    /// # Errors
    /// It is none of ours.
    pub fn of(json: Value) -> Result<Self> {
        let report =
            Report::deserialize(&json).context("the page's report is not one that we know")?;
        Ok(Self { json, report })
    }
}

/// The page's main thread stood still for longer than a machine with time to spare makes it: a quick run blocks it for
/// less than a tenth of that. What did not pass then says nothing.
pub fn was_starved(report: &Report) -> bool {
    report.surroundings.longest_gap_us > 1_000_000
}

/// The page that a browser shows.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    browser: &'a Running,
}

impl<'a> Page<'a> {
    /// Opens a page and listens in it.
    ///
    /// # Errors
    /// It could not be loaded.
    pub async fn open(browser: &'a Running, url: &str) -> Result<Self> {
        browser.goto(url).await?;
        // Not every driver says when there is only a page of the browser's own to tell that there is none.
        let shown = browser.run("return location.href;").await?;
        match shown.as_str() {
            Some(shown) if shown.starts_with("http") || shown.starts_with("file:") => {}
            shown => bail!(
                "{url} cannot be reached: the browser shows {}",
                shown.unwrap_or("nothing")
            ),
        }
        let page = Self { browser };
        page.listen().await?;
        Ok(page)
    }

    /// Listens in the page that is there, or goes on listening.
    ///
    /// # Errors
    /// The page takes no scripts.
    pub async fn listen(self) -> Result<()> {
        self.browser
            .run(RECORDER)
            .await
            .context("cannot listen in the page")?;
        Ok(())
    }

    /// The browser.
    pub const fn browser(self) -> &'a Running {
        self.browser
    }

    /// Runs a function's body there.
    ///
    /// # Errors
    /// It threw.
    pub async fn run(self, script: &str) -> Result<Value> {
        self.browser.run(script).await
    }

    /// Waits until an expression is true there.
    ///
    /// # Errors
    /// It is not in time; `what` says what was waited for.
    pub async fn until(self, what: &str, expression: &str, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        let script = format!("return Boolean({expression});");
        while self.run(&script).await? != Value::Bool(true) {
            if Instant::now() > deadline {
                bail!("{what}: not within {:.1} s", limit.as_secs_f64());
            }
            sleep(PACE).await;
        }
        Ok(())
    }

    /// Waits until `<push-check>` is there and alive.
    ///
    /// # Errors
    /// There is none, or its script did not run.
    pub async fn ready(self, limit: Duration) -> Result<()> {
        let present = self
            .until("element", "document.querySelector('push-check')", limit)
            .await;
        if present.is_err() {
            let at = self
                .run("return location.href + (document.title ? ` (“${document.title}”)` : '')")
                .await?;
            bail!("no <push-check> on the page {}", at.as_str().unwrap_or("?"));
        }
        let alive = "typeof document.querySelector('push-check').start === 'function'";
        if self.until("element", alive, limit).await.is_err() {
            let record = self.record().await?;
            bail!(
                "<push-check> is on the page, but its script did not run{}",
                said(&record)
            );
        }
        Ok(())
    }

    /// Starts the element and does not wait for it.
    ///
    /// # Errors
    /// The call itself threw.
    pub async fn start(self) -> Result<()> {
        self.run("pushcheckLab.start(document.querySelector('push-check'));")
            .await?;
        Ok(())
    }

    /// Waits for what [`Page::start`] began.
    ///
    /// # Errors
    /// The element's promise was rejected, is not settled in time, or the report is none.
    pub async fn report(self, limit: Duration) -> Result<Reported> {
        self.until("report", "pushcheckLab.settled !== null", limit)
            .await?;
        let settled = self
            .run("return JSON.stringify(pushcheckLab.settled);")
            .await?;
        let mut settled: Value = serde_json::from_str(settled.as_str().unwrap_or("null"))?;
        if let Some(error) = settled.get("error").and_then(Value::as_str) {
            bail!(
                "the page could not run: {error}{}",
                said(&self.record().await?)
            );
        }
        match settled.get_mut("report").map(Value::take) {
            Some(report) if !report.is_null() => Reported::of(report),
            _ => bail!("{}", self.why_none().await?),
        }
    }

    /// Why the element gave no report, in its own words.
    /// Hands the element a log of the browser's, and waits for the report that comes of it.
    ///
    /// # Errors
    /// It tells nothing; the element's words say why.
    pub async fn hand_log(self, log: &Path) -> Result<Reported> {
        const READ: Duration = Duration::from_secs(20);
        // What the browser has noted it writes in its own time.
        sleep(Duration::from_secs(2)).await;
        const INPUT: &str =
            "document.querySelector('push-check').shadowRoot.querySelector('[part=log] input')";
        self.until("a place for a log", INPUT, READ).await?;
        let file = self.run(&format!("return {INPUT};")).await?;
        let id = file.as_object().and_then(|file| file.values().next());
        let id = id
            .and_then(Value::as_str)
            .context("there is nowhere to hand a log to")?;
        self.run(
            "window.handed = new Promise((resolve) => document.querySelector('push-check')
                .addEventListener('pushcheck-report', ({ detail }) => resolve(detail), { once: true }));",
        )
        .await?;
        let input = Element::from_element_id(
            self.browser.client().clone(),
            ElementRef::from(id.to_owned()),
        );
        let path = log.display().to_string();
        bounded("hand over the log", input.send_keys(&path)).await?;
        let told = self.browser.run_async("return await handed;", READ).await;
        match told {
            Ok(report) => Reported::of(report),
            Err(error) => {
                let note = "return document.querySelector('push-check').shadowRoot.querySelector('.note').textContent;";
                let said = self.run(note).await?;
                Err(error.context(format!("the log was not read: {said}")))
            }
        }
    }

    /// The lines of configuration that the page shows for each finding of its last report. `scripts`: where its scripts are.
    ///
    /// # Errors
    /// They cannot be loaded.
    pub async fn remedies(self, scripts: &str) -> Result<Value> {
        const LOADED: Duration = Duration::from_secs(20);
        let script = format!(
            "const {{ blocks }} = await import('{scripts}remedy.js');
            const {{ causes }} = await (await fetch('{scripts}causes/remedies.json')).json();
            const {{ findings }} = document.querySelector('push-check').report;
            return findings.map((finding) => ({{ code: finding.code, blocks: blocks(finding, causes) }}));"
        );
        self.browser.run_async(&script, LOADED).await
    }

    /// What the page shows for a client library, by its last report. `url`: where the app is.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub async fn client(self, scripts: &str, id: &str, url: &str) -> Result<Value> {
        const LOADED: Duration = Duration::from_secs(20);
        let script = format!(
            "const {{ client }} = await import('{scripts}remedy.js');
            const all = await (await fetch('{scripts}causes/clients.json')).json();
            return client(all['{id}'], document.querySelector('push-check').report.advice, '{url}');"
        );
        self.browser.run_async(&script, LOADED).await
    }

    async fn why_none(self) -> Result<String> {
        let record = self.record().await?;
        let end = record.events.iter().rfind(|event| event.name == "end");
        let reason = end.and_then(|end| end.message.clone().or_else(|| end.reason.clone()));
        let shown = self.run(SHOWN).await?;
        let told = [reason.as_deref(), shown.as_str()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>();
        Ok(format!(
            "the page gives no report: {}{}",
            told.join(": "),
            said(&record)
        ))
    }

    /// The key of a run of this page, by the run's id.
    ///
    /// # Errors
    /// The page has made no such run since it is listened to.
    pub async fn key(self, run: &str) -> Result<String> {
        let opens = |key: &String| {
            key.parse::<Key>()
                .is_ok_and(|key| key.run().to_string() == run)
        };
        self.keys()
            .await?
            .into_iter()
            .find(opens)
            .context("the run is none of this page")
    }

    /// The keys of every run of this page since it is listened to, in order.
    ///
    /// # Errors
    /// The page does not answer.
    pub async fn keys(self) -> Result<Vec<String>> {
        let keys = self
            .run("return JSON.stringify(pushcheckLab.keys);")
            .await?;
        serde_json::from_str(keys.as_str().unwrap_or_default())
            .context("the recorder's keys cannot be read")
    }

    /// Calls the widget's own `run` and waits for its report; `arguments` is JavaScript.
    ///
    /// # Errors
    /// It rejects, or does not settle in time.
    pub async fn run_widget(self, arguments: &str, limit: Duration) -> Result<Reported> {
        self.until("the widget's module", "window.widget", limit)
            .await?;
        self.run(&format!(
            "pushcheckLab.settle(() => widget.run({arguments}));"
        ))
        .await?;
        self.report(limit).await
    }

    /// Starts the element and waits for its report.
    ///
    /// # Errors
    /// As those of both.
    pub async fn diagnose(self, limit: Duration) -> Result<Reported> {
        self.start().await?;
        self.report(limit).await
    }

    /// What happened so far.
    ///
    /// # Errors
    /// The page does not answer.
    pub async fn record(self) -> Result<Record> {
        let told = self
            .run("return JSON.stringify(pushcheckLab.record);")
            .await?;
        serde_json::from_str(told.as_str().unwrap_or("{}"))
            .context("the recorder's record cannot be read")
    }
}

/// What the page said against it, as the end of a sentence.
fn said(record: &Record) -> String {
    let violations = record
        .violations
        .iter()
        .map(|violation| format!("\n  the page's policy forbids it: {violation}"));
    let errors = record
        .errors
        .iter()
        .map(|error| format!("\n  the page says: {error}"));
    violations.chain(errors).take(5).collect()
}

//! A support link, its customer's page, and the server that keeps what comes back.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use pushcheck::wire::SUBPROTOCOL;
use pushcheck_store::link::{Link, NewLink};
use pushcheck_store::{Place, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::packaged::{NONE, SINGLE, SINGLE_SERVER};
use super::{Lab, Outcome, RUN, SOON};
use crate::browser::Running;
use crate::gallery::saved;
use crate::origin::DeadPort;
use crate::page::Page;
use crate::server::{Server, www};

/// A server that keeps what it is given, and the same store.
struct Kept {
    server: Server,
    store: Store,
    _folder: TempDir,
}

impl Kept {
    async fn start(flags: &[&str]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        let data = folder.path().to_string_lossy().into_owned();
        let own = ["--data", &data, "--organisation", "ACME support"];
        let server = Server::with(&[&own, flags].concat()).await?;
        let store = Store::open(&Place::Folder(folder.path().to_owned()), now()?).await?;
        Ok(Self {
            server,
            store,
            _folder: folder,
        })
    }

    async fn link(&self, level: &str) -> Result<Link> {
        self.asking(level, json!([])).await
    }

    async fn asking(&self, level: &str, endpoints: Value) -> Result<Link> {
        let new = NewLink {
            ticket: "ACME-4711".to_owned(),
            note: "Please run it at your desk.".to_owned(),
            language: Some("en".to_owned()),
            asked: json!({"required": ["web-socket"], "mode": "quick", "skip": ["polling"], "endpoints": endpoints}).to_string(),
            starts_itself: false,
            level: level.to_owned(),
            runs: 1,
            expires_at: now()? + 600_000,
            created_by: "ada".to_owned(),
            after_report: None,
            profile: None,
        };
        Ok(self.store.make_link(&new, now()?).await?)
    }

    async fn heard(&self, link: &Link) -> Result<Link> {
        let heard = self.store.link(&link.id).await?;
        heard.context("the link is gone")
    }
}

fn now() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_millis())?)
}

/// What is pressed to send.
pub(super) const SEND: &str = "document.querySelector('push-check').shadowRoot.querySelector('.leave.sends [part=send]:not([aria-disabled=true])')";

/// What begins the run that a link asks for.
pub(super) const START: &str = "document.querySelector('.asked .actions button')";

/// Opens a page by a link's address and waits until it says who asks.
pub(super) async fn opened<'a>(browser: &'a Running, at: &str) -> Result<Page<'a>> {
    browser.goto("about:blank").await?;
    let page = Page::open(browser, at).await?;
    asks(page).await?;
    Ok(page)
}

async fn asks(page: Page<'_>) -> Result<()> {
    page.until("who asks", START, SOON).await?;
    page.until(
        "the page's language",
        "document.documentElement.lang === 'en'",
        SOON,
    )
    .await
}

/// Starts it, and waits until its report can be sent.
pub(super) async fn begun(page: Page<'_>) -> Result<()> {
    page.run(&format!("{START}.click();")).await?;
    page.until("a button to send", SEND, RUN).await
}

/// Sends what is shown: that, and the number that is told for it.
pub(super) async fn sent(page: Page<'_>) -> Result<(String, String)> {
    let shown = page
        .run(&format!(
            "const send = {SEND}; send.click(); return send.closest('.sends').querySelector('pre').textContent;"
        ))
        .await?;
    let number = "document.querySelector('push-check').shadowRoot.querySelector('.receipt output [aria-hidden]')";
    page.until("its number", number, SOON).await?;
    let number = page.run(&format!("return {number}.textContent;")).await?;
    let text = |told: Value| told.as_str().unwrap_or_default().to_owned();
    Ok((text(shown), text(number)))
}

/// Opens a page by its link, starts it, and waits until its report can be sent.
async fn run<'a>(lab: &'a Lab, page: &str, link: &Link) -> Result<Page<'a>> {
    let page = opened(&lab.browser, &format!("{page}#link={}", link.token)).await?;
    begun(page).await?;
    Ok(page)
}

/// Sends what is shown. The server has heard that the link was opened and run, and keeps what was shown, to the byte, under the number
/// that is told.
async fn arrives(page: Page<'_>, kept: &Kept, link: &Link) -> Result<()> {
    let (shown, number) = sent(page).await?;
    let run = page
        .run("return document.querySelector('push-check').report.run.id;")
        .await?;
    let heard = kept.heard(link).await?;
    ensure!(heard.opened_at.is_some(), "nobody heard that it was opened");
    ensure!(
        heard.begun.len() == 1 && run == heard.begun[0].run.as_str(),
        "{run} is not {:?}",
        heard.begun
    );
    ensure!(
        heard.begun[0].broken_off_at.is_none(),
        "it was not broken off"
    );
    ensure!(heard.reports.len() == 1, "{:?}", heard.reports);
    let report = kept.store.report(&heard.reports[0]).await?;
    let report = report.context("the report is gone")?;
    let (head, tail) = report.number.split_at(3);
    ensure!(
        number == format!("{head}-{tail}"),
        "{number} is told for {}",
        report.number
    );
    let bodies = kept.store.bodies(&report.id).await?;
    ensure!(
        bodies.len() == 1 && shown == String::from_utf8_lossy(&bodies[0].bytes).as_ref(),
        "what is kept is not what was shown"
    );
    Ok(())
}

/// The server hears that the link was opened and run; what it keeps is what was shown, to the byte, under the number that is told.
pub(super) async fn what_is_sent_by_a_link_is_kept_as_it_was_shown(lab: &Lab) -> Result<Outcome> {
    let kept = Kept::start(&[]).await?;
    for level in ["support", "public", "full"] {
        let link = kept.link(level).await?;
        let page = run(lab, kept.server.page(), &link).await?;
        arrives(page, &kept, &link).await?;
        let record = page.record().await?;
        ensure!(
            record.errors.is_empty() && record.violations.is_empty(),
            "{record:?}"
        );
    }
    Outcome::ok()
}

/// Whoever loads the page anew before anything was sent makes the run again, also by a link of one run; the server has one run of it,
/// and one report.
pub(super) async fn a_page_loaded_again_goes_on_by_its_link(lab: &Lab) -> Result<Outcome> {
    let kept = Kept::start(&[]).await?;
    for level in ["support", "public"] {
        let link = kept.link(level).await?;
        let page = run(lab, kept.server.page(), &link).await?;
        lab.browser.reload().await?;
        page.listen().await?;
        asks(page).await?;
        begun(page).await?;
        arrives(page, &kept, &link).await?;
        lab.browser.reload().await?;
        page.until(
            "the word that it is used up, with the number",
            "document.querySelector('.asked h2[tabindex]')?.textContent.includes('as often as')",
            SOON,
        )
        .await?;
    }
    Outcome::ok()
}

/// Endpoints on another origin are tried from the page as it is served, under its own policy, and what became of them is in the report
/// that arrives.
pub(super) async fn what_a_link_names_elsewhere_is_tried(lab: &Lab) -> Result<Outcome> {
    let other = Server::with(&["--embed-origin", "*"]).await?;
    let at = other.address()?;
    let allowed = format!("ws://{at},http://{at}");
    let kept = Kept::start(&["--allow-endpoint", &allowed]).await?;
    let endpoints = json!([
        {"method": "web-socket", "url": format!("ws://{at}/v1/runs/{}/own/1/web-socket", "a".repeat(32)), "protocols": [SUBPROTOCOL]},
        {"method": "long-polling", "url": format!("http://{at}/v1/about")},
    ]);
    let link = kept.asking("support", endpoints).await?;
    let page = run(lab, kept.server.page(), &link).await?;
    arrives(page, &kept, &link).await?;
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{record:?}"
    );
    let report = &kept.heard(&link).await?.reports[0];
    let body = kept.store.bodies(report).await?.remove(0).bytes;
    let report: Value = serde_json::from_slice(&body)?;
    let methods = report["methods"].as_array().context("no methods")?;
    for own in ["own-web-socket", "own-long-polling"] {
        let lanes = methods.iter().filter_map(|one| one["lanes"].as_array());
        let lane = lanes.flatten().find(|lane| lane["lane"] == own);
        let lane = lane.with_context(|| format!("{own} was not tried"))?;
        ensure!(lane["verdict"] == "passed", "{own}: {lane}");
    }
    Outcome::ok()
}

/// Whoever takes the link back in the middle of a run gets no report of it, and the page says why; whoever leaves in the middle is
/// heard.
pub(super) async fn a_link_taken_back_takes_no_report(lab: &Lab) -> Result<Outcome> {
    let kept = Kept::start(&[]).await?;
    let link = kept.link("support").await?;
    let page = run(lab, kept.server.page(), &link).await?;
    kept.store.revoke_link(&link.id, now()?).await?;
    page.run(&format!("{SEND}.click();")).await?;
    page.until(
        "the word that it was refused",
        "document.querySelector('push-check').shadowRoot.querySelector('.sends [role=status]').textContent.includes('withdrawn')",
        SOON,
    )
    .await?;
    ensure!(
        kept.heard(&link).await?.reports.is_empty(),
        "it was kept all the same"
    );
    let link = kept.link("support").await?;
    let at = format!("{}#link={}", kept.server.page(), link.token);
    let page = opened(&lab.browser, &at).await?;
    page.run(&format!("{START}.click();")).await?;
    for _ in 0..100 {
        if !kept.heard(&link).await?.begun.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    lab.browser.goto("about:blank").await?;
    for _ in 0..100 {
        if let [run] = &kept.heard(&link).await?.begun[..]
            && run.broken_off_at.is_some()
        {
            return Outcome::ok();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!(
        "nobody heard that it was broken off: {:?}",
        kept.heard(&link).await?.begun
    )
}

/// By POST, by WebSocket and in pieces it belongs to the link, and is one report.
pub(super) async fn a_report_goes_by_its_link_whatever_works(lab: &Lab) -> Result<Outcome> {
    let sources = www()?.to_string_lossy().into_owned();
    let kept = Kept::start(&["--www", &sources]).await?;
    let link = kept.link("full").await?;
    let page = Page::open(&lab.browser, kept.server.page()).await?;
    let report = saved("nginx-no-upgrade-firefox.json.gz")?;
    let told = page
        .browser()
        .run_async(
            &format!(
                "const base = new URL('./', location).href;
                const {{ send }} = await import(base + 'more/send.js');
                const by = [];
                for (const way of ['post', 'web-socket', 'get']) by.push(await send({report}, base, [way], () => {{}}, '{}'));
                const why = await send({report}, base, ['web-socket'], () => {{}}, '{}').catch(({{ reason, link }}) => [reason, link]);
                return {{ by: by.map(({{ by, id, number }}) => [by, id, number]), why }};",
                link.token,
                "0".repeat(32)
            ),
            4 * SOON,
        )
        .await?;
    let one = &told["by"][0];
    for (at, way) in ["post", "web-socket", "get"].iter().enumerate() {
        ensure!(
            told["by"][at] == json!([way, one[1], one[2]]),
            "it is not one report: {told}"
        );
    }
    ensure!(
        told["why"] == json!(["refused", "unknown"]),
        "a bad link is not named: {told}"
    );
    let heard = kept.heard(&link).await?;
    ensure!(
        one[1] == heard.reports[0].as_str() && heard.reports.len() == 1,
        "{told} instead of {:?}",
        heard.reports
    );
    Outcome::ok()
}

/// Mailed as a file the page answers a link, too; where its server is not reached it names where else the link works.
pub(super) async fn one_page_in_a_file_answers_a_link(lab: &Lab) -> Result<Outcome> {
    let (Some(file), Ok(server)) = (std::env::var_os(SINGLE), std::env::var(SINGLE_SERVER)) else {
        return Ok(Outcome::NotRun(NONE));
    };
    let html = std::fs::read_to_string(file)?;
    let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
    // Its policy names the host alone.
    let of = |name: &str, base: &str| -> Result<String> {
        let file = folder.path().join(name);
        std::fs::write(&file, html.replace(&server, base))?;
        Ok(format!("file://{}", file.display()))
    };
    let kept = Kept::start(&["--embed-origin", "null"]).await?;
    let link = kept.link("support").await?;
    let page = run(lab, &of("page.html", kept.server.page())?, &link).await?;
    arrives(page, &kept, &link).await?;
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{record:?}"
    );
    let dead = DeadPort::new()?;
    let at = format!("{}#link={}", of("dead.html", &dead.url()?)?, link.token);
    let page = Page::open(&lab.browser, &at).await?;
    let other = "document.querySelector('.asked a')";
    page.until("where else it works", other, SOON).await?;
    let told = page.run(&format!("return {other}.href;")).await?;
    ensure!(
        told == format!("https://other.example/#link={}", link.token),
        "it names {told}"
    );
    Outcome::ok()
}

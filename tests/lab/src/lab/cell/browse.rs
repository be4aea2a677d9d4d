//! The browser of a cell: started, sent to the page, and what it reported.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use pushcheck::report::Mode;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::network::{self, FOLDER};
use super::world::World;
use super::{Cell, View, shell, strain};
use crate::browser::{Browser, Network, Options};
use crate::lab::scenario::{BrowserPart, Deed, Scenario, Where};
use crate::lab::template::Values;
use crate::page::Page;

/// How long the page's script may take until the element is alive.
const ALIVE: Duration = Duration::from_secs(15);

/// How long a report is waited for; longer than it may take, so that a late one is told from none.
const REPORT: Duration = Duration::from_secs(25);

/// The same of a thorough run, or a watch.
const THOROUGH: Duration = Duration::from_secs(380);

/// What came of it.
pub(super) struct Ran {
    /// The report as the page gave it.
    pub(super) report: Option<Value>,
    /// The same, once it was handed the browser's own log.
    pub(super) logged: Option<Value>,
    /// What the page shows for a client library, where one is to be run.
    pub(super) client: Option<Value>,
    /// The remedies that the page shows for its findings, where they are to be applied.
    pub(super) remedies: Option<Value>,
    /// Why there is none.
    pub(super) why_none: Option<String>,
    /// The browser.
    pub(super) version: String,
}

/// Runs the page.
///
/// # Errors
/// Anything before the run's start: the cell could not be built.
pub(super) async fn run(world: &mut World, scenario: &Scenario, cell: &Cell) -> Result<Ran> {
    let mut options = options(&scenario.browser, cell.browser, &world.values)?;
    let names = scenario.expect.logged.contains_key(cell.browser.name());
    options.log = names.then(|| log_of(cell.browser));
    // What a process starts stays in its group.
    if cell.strain.slow {
        strain::slow(true)?;
    }
    let browser = cell.browser.open(&options).await?;
    if cell.strain.slow {
        strain::slow(false)?;
    }
    let page = Page::open(&browser, &world.url)
        .await
        .context("the page cannot be opened")?;
    page.ready(ALIVE).await?;
    page.until("the widget's module", MODULE, ALIVE).await?;
    if scenario.browser.offline {
        Network::Offline.set(&browser).await?;
    }
    page.start().await?;
    let patience = match scenario.page.mode {
        Mode::Thorough | Mode::Watch => THOROUGH,
        _ => REPORT,
    };
    let (report, happened) = tokio::join!(page.report(patience), events(world, scenario));
    happened.context("what should have happened during the run")?;
    let (report, why_none) = match report {
        Ok(reported) => (Some(reported.json), None),
        Err(error) => (None, Some(format!("{error:#}"))),
    };
    let logged = match options.log.as_ref().filter(|_| report.is_some()) {
        Some(log) => Some(page.hand_log(log).await?.json),
        None => None,
    };
    let remedies = match report.as_ref().filter(|_| cell.fixed) {
        Some(_) => Some(page.remedies(&world.scripts).await?),
        None => None,
    };
    let client = match cell.client.as_ref().filter(|_| report.is_some()) {
        Some(id) => Some(
            page.client(&world.scripts, id, world.base.trim_end_matches('/'))
                .await?,
        ),
        None => None,
    };
    Ok(Ran {
        client,
        remedies,
        report,
        logged,
        why_none,
        version: browser.version(),
    })
}

/// True in a page once it has loaded the widget: all code is there before the first probe.
const MODULE: &str = "performance.getEntriesByType('resource')
    .some((entry) => entry.name.includes('pushcheck_bg') && entry.responseEnd > 0)";

async fn events(world: &mut World, scenario: &Scenario) -> Result<()> {
    let mut passed = Duration::ZERO;
    for event in &scenario.events {
        let due = Duration::from_millis(event.after_ms.fill(&world.values)?.into());
        sleep(due.saturating_sub(passed)).await;
        passed = due;
        match event.deed {
            Deed::KillServer => world.kill_server(),
            Deed::StartServer => world.start_server(scenario)?,
            Deed::Nft => {
                let file = event.file.as_deref().context("event: nft needs a file")?;
                network::nft(Where::Router, &world.files.join(file))?;
            }
        }
    }
    Ok(())
}

/// Where the browser writes a log.
fn log_of(browser: Browser) -> PathBuf {
    Path::new(FOLDER).join(match browser {
        Browser::Firefox => "network.moz_log",
        Browser::Chromium | Browser::Webkit => "network.json",
    })
}

/// How the browser is started, with what it trusts laid out for it.
pub(super) fn options(part: &BrowserPart, browser: Browser, values: &Values) -> Result<Options> {
    let home = Path::new(FOLDER).join("home");
    // Nothing of an earlier browser may be known to this one.
    let _ = fs::remove_dir_all(&home);
    let mut trusted = Vec::new();
    for (name, trusts) in [("lab", part.trusts_lab), ("company", part.trusts_company)] {
        if trusts {
            trusted.push((name, values.fill(&format!("{{{{cert.{name}}}}}"))?));
        }
    }
    trust(browser, &trusted, &home)?;
    let proxy = part.proxy.as_ref().map(|proxy| values.fill(proxy)?.parse());
    let mut flags = values.fill_all(&part.chromium_flags)?;
    if let Some(extension) = &part.extension {
        flags.push(format!("--load-extension={FOLDER}/files/{extension}"));
        flags.push("--enable-unsafe-extension-debugging".to_owned());
    }
    Ok(Options {
        proxy: proxy.transpose().context("browser.proxy")?,
        not_proxied: vec!["page.test".to_owned()],
        home: Some(home),
        chromium_flags: flags,
        firefox_prefs: part.firefox_prefs.clone(),
        ..Options::default()
    })
}

/// Makes a browser trust authorities: each family looks elsewhere.
fn trust(browser: Browser, trusted: &[(&str, String)], home: &Path) -> Result<()> {
    match browser {
        Browser::Chromium => {
            let folder = home.join(".pki/nssdb");
            fs::create_dir_all(&folder)?;
            let database = format!("sql:{}", folder.display());
            let certutil = || {
                let mut command = shell::command(Where::Client, "certutil");
                command.args(["-d", &database]);
                command
            };
            shell::run(certutil().args(["-N", "--empty-password"]))
                .context("certutil (package libnss3-tools)")?;
            for (name, file) in trusted {
                shell::run(certutil().args(["-A", "-t", "C,,", "-n", name, "-i", file]))?;
            }
        }
        Browser::Firefox => {
            let files: Vec<&str> = trusted.iter().map(|(_, file)| file.as_str()).collect();
            let policies = json!({"policies": {"Certificates": {"Install": files}}});
            fs::create_dir_all("/etc/firefox/policies")?;
            fs::write("/etc/firefox/policies/policies.json", policies.to_string())?;
        }
        Browser::Webkit => {
            // GnuTLS reads the system's list, which is ours alone in here.
            let list = Path::new("/etc/ssl/certs/ca-certificates.crt");
            let mut all = fs::read_to_string(list).unwrap_or_default();
            for (_, file) in trusted {
                all.push_str(&fs::read_to_string(file)?);
            }
            fs::create_dir_all("/etc/ssl/certs")?;
            fs::write(list, all)?;
        }
    }
    Ok(())
}

/// Says how one gets in there, for a person.
///
/// # Errors
/// The browser cannot be set up.
pub(super) fn tell(world: &World, scenario: &Scenario, cell: &Cell) -> Result<()> {
    let options = options(&scenario.browser, cell.browser, &world.values)?;
    let home = options.home.clone().unwrap_or_default();
    println!("{}: {}", scenario.name, scenario.about.trim());
    println!("seed {}: {:?}", cell.seed, world.drawn);
    println!("page     {}", world.url);
    println!("probes   {}", world.base);
    println!("files    {}", world.files.display());
    if let Some(proxy) = &options.proxy {
        println!("proxy    {proxy}");
    }
    if cell.browser == Browser::Chromium {
        let flags = crate::browser::flags(&options, &home.join("profile"));
        println!(
            "in there env HOME={} chromium {} {}",
            home.display(),
            flags.join(" "),
            world.url
        );
    }
    if cell.page == View::Clean && scenario.page.through {
        println!("the server's own page can be loaded through the fault too");
    }
    Ok(())
}

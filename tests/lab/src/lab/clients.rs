//! `lab clients`: real client libraries with the settings that the page shows, behind the same boxes.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use super::cell::{CLIENT, Measured, Strain, View};
use super::cells::{self, Asked, How};
use super::judge::Judgement;
use super::{jail, list, scenario};
use crate::lab::run::Browsers;

/// The libraries, by their names in the catalogue.
const CLIENTS: [&str; 5] = ["socket-io", "sockjs", "signalr", "event-source", "plain"];

/// Behind what they are run unless something else is named: what passes all, and what forbids this or that.
const SCENARIOS: [&str; 12] = [
    "nginx-correct",
    "nginx-no-upgrade",
    "nginx-read-timeout",
    "nginx-tls-terminating",
    "sse-http10-buffered",
    "haproxy-tunnel-timeout",
    "apache-no-wstunnel",
    "varnish-default",
    "squid-connect-80",
    "squid-bump-trusted",
    "filter-101-keep-alive",
    "filter-holds-upstream",
];

/// Runs real client libraries with the settings that the page advises, behind the same boxes
///
/// The widget runs first; then a server of the libraries' own takes the probe server's place, and the code that the page
/// shows runs against it. Right is what connects by an advised method, delivers eleven of eleven messages in one session across a
/// silence that would have ended it, and is not later than the report lets expect.
#[derive(Debug, Args)]
pub(super) struct Clients {
    /// Names of scenarios; none: a choice of them
    #[arg(value_name = "SCENARIO")]
    names: Vec<String>,
    /// The library (repeatable); default: all
    #[arg(long, value_parser = CLIENTS)]
    client: Vec<String>,
    /// What the app needs, a preset (repeatable); default: nothing said, and `game`
    #[arg(long)]
    need: Vec<String>,
    /// The browser (repeatable); default: chromium
    #[arg(long, value_enum)]
    browser: Vec<Browsers>,
    #[command(flatten)]
    how: How,
}

impl Clients {
    fn asked(&self, chosen: Vec<scenario::Scenario>) -> Vec<Asked> {
        let all = CLIENTS.map(str::to_owned).to_vec();
        let clients = if self.client.is_empty() {
            &all
        } else {
            &self.client
        };
        let mut needs: Vec<Option<String>> = self.need.iter().cloned().map(Some).collect();
        if needs.is_empty() {
            needs = vec![None, Some("game".to_owned())];
        }
        let mut asked = Vec::new();
        for scenario in chosen.into_iter().map(Arc::new) {
            for browser in Browsers::each(&self.browser, Browsers::Chromium) {
                for (client, need) in clients
                    .iter()
                    .flat_map(|client| needs.iter().map(move |need| (client, need)))
                {
                    asked.push(Asked {
                        scenario: Arc::clone(&scenario),
                        browser,
                        seed: self.how.seed(),
                        page: View::Clean,
                        way: None,
                        strain: Strain::default(),
                        fixed: false,
                        client: Some(client.clone()),
                        need: need.clone(),
                    });
                }
            }
        }
        asked
    }
}

/// Runs; `false`: one is wrong.
pub(super) async fn command(clients: &Clients) -> Result<bool> {
    let all = scenario::all(&list::folders_of(&clients.how.scenarios))?;
    let names = match clients.names.as_slice() {
        [] => SCENARIOS.map(str::to_owned).to_vec(),
        names => names.to_vec(),
    };
    let chosen = scenario::chosen(all, &names)?;
    let refused = jail::refusal()?;
    let asked = clients.asked(chosen);
    let records = cells::run(&clients.how, asked, refused.as_deref(), "clients").await?;
    let mut table = format!(
        "\n{:<24} {:<13} {:<13} {:<22} {:>8} {:>8} {:>10} {:>8}\n",
        "scenario", "client", "need", "used", "first ms", "late ms", "at most ms", "quiet ms"
    );
    for record in &records {
        let folder = record
            .report
            .as_deref()
            .map(Path::new)
            .and_then(Path::parent);
        let kept = folder.and_then(|folder| fs::read_to_string(folder.join(CLIENT)).ok());
        let measured: Option<Measured> = kept.and_then(|text| serde_json::from_str(&text).ok());
        let Some(measured) = measured else { continue };
        let number = |n: Option<u64>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        let drawn = |name: &str| record.drawn.get(name).map_or("", String::as_str);
        let used = match measured.advised.is_empty() {
            true => "none is advised",
            false => measured.used.as_deref().unwrap_or("?"),
        };
        let _ = writeln!(
            table,
            "{:<24} {:<13} {:<13} {:<22} {:>8} {:>8} {:>10} {:>8}  {}",
            record.scenario,
            drawn("client"),
            drawn("need"),
            used,
            number(measured.first_ms),
            number(measured.late_ms),
            number(measured.predicted_ms),
            measured.silence_ms,
            measured.wrong().join("; "),
        );
    }
    cells::print(&table)?;
    Ok(records
        .iter()
        .all(|record| record.outcome != Judgement::Wrong))
}

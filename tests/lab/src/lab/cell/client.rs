//! A real client library with the settings that the page shows, behind the same box: does it connect, and deliver in time?

use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::Cell;
use super::browse;
use super::world::World;
use crate::lab::scenario::Scenario;
use crate::page::Page;

/// The messages of the app's job: ten at irregular times, and one after the silence.
const MESSAGES: usize = 11;
/// A silence that shows that what is silent is kept alive, ms.
const SILENCE: u64 = 7_000;
/// How long the first ten messages, a fallback and the start may take.
const PATIENCE: Duration = Duration::from_secs(25);
/// Between two looks at the page.
const PACE: Duration = Duration::from_millis(200);
/// By how much clocks of two programs may be read apart, µs.
const CLOCKS: u64 = 10_000;

const PAGE: &str = include_str!("../../../pages/client.html");

/// What became of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measured {
    /// The methods that were advised, of those that the library knows, best first.
    pub(crate) advised: Vec<String>,
    /// The method that it used in the end; none: it could not tell.
    pub(crate) used: Option<String>,
    /// Which of the eleven messages came, in their order.
    pub(crate) came: Vec<u64>,
    /// How many sessions it took; more than one: it was cut.
    pub(crate) sessions: usize,
    /// Until the first message, ms.
    pub(crate) first_ms: Option<u64>,
    /// The median lateness of the first ten, ms.
    pub(crate) late_ms: Option<u64>,
    /// The lateness of the message after the silence, ms.
    pub(crate) last_late_ms: Option<u64>,
    /// The worst that the report lets expect of the methods that were used, ms.
    pub(crate) predicted_ms: Option<u64>,
    /// The silence that it outlived, ms.
    pub(crate) silence_ms: u64,
    /// Errors of the page.
    pub(crate) errors: Vec<String>,
}

impl Measured {
    /// In what it is not as the advice says.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.advised.is_empty() {
            return wrong;
        }
        let all: Vec<u64> = (1..=MESSAGES as u64).collect();
        if self.came != all {
            wrong.push(format!("of {MESSAGES} messages {:?} came", self.came));
        }
        if self.sessions > 1 {
            wrong.push(format!("it took {} sessions", self.sessions));
        }
        match &self.used {
            Some(used) if !self.advised.contains(used) => {
                wrong.push(format!("it uses {used}, which is not advised"));
            }
            Some(_) => {}
            None => wrong.push("by what method it came is not told".to_owned()),
        }
        let Some(predicted) = self.predicted_ms else {
            wrong.push("the report lets expect nothing of it".to_owned());
            return wrong;
        };
        // One message by itself may well be later than the worst of twenty.
        let last = ("after the silence ", self.last_late_ms, 2 * predicted);
        for (what, late, most) in [("", self.late_ms, predicted), last] {
            if let Some(late) = late.filter(|late| *late > most) {
                wrong.push(format!("{what}{late} ms late, not {most} ms at most"));
            }
        }
        wrong
    }
}

/// Runs the library. `advised`: what the page shows for it; `report`: the page's report.
///
/// # Errors
/// It cannot be run here.
pub(super) async fn run(
    world: &mut World,
    scenario: &Scenario,
    cell: &Cell,
    id: &str,
    advised: &Value,
    report: &Value,
) -> Result<Measured> {
    let methods = texts(&advised["methods"]);
    ensure!(
        list(&report["advice"]["order"]).next().is_some(),
        "the report advises nothing"
    );
    let Some(code) = advised["browser"].as_str() else {
        return Ok(Measured::default());
    };
    let folder = folder()?;
    let settings = &report["advice"]["settings"];
    let setting = |name: &str| list(settings).find(|one| one["name"] == name)?["value"].as_u64();
    let beat = setting("heartbeatMs").unwrap_or(25_000);
    // Longer than whatever silence was seen to end a connection.
    let cuts = list(&report["methods"]).filter_map(|method| method["idleCut"]["diedMs"].as_u64());
    let silence = cuts
        .filter(|cut| *cut < 15_000)
        .max()
        .map_or(SILENCE, |cut| SILENCE.max(2 * cut));
    world.serve_app(
        scenario,
        &folder.join("app.mjs"),
        &[
            ("HEARTBEAT_MS", beat),
            ("HOLD_MS", setting("holdMs").unwrap_or(beat)),
            ("QUIET_MS", silence),
        ],
    )?;
    world.show_page(&page(&folder, id, code)?)?;
    let options = browse::options(&scenario.browser, cell.browser, &world.values)?;
    let browser = cell.browser.open(&options).await?;
    let page = Page::open(&browser, &world.url).await?;
    let deadline = Instant::now() + PATIENCE + Duration::from_millis(silence);
    let whole = format!("return got.some((message) => message.n === {MESSAGES});");
    while page.run(&whole).await? != true && Instant::now() < deadline {
        sleep(PACE).await;
    }
    let seen = page.run("return {got, errors, way: (() => { try { return way(); } catch { return null; } })()};").await?;
    Ok(measured(id, methods, silence, report, &seen))
}

fn measured(
    id: &str,
    advised: Vec<String>,
    silence: u64,
    report: &Value,
    seen: &Value,
) -> Measured {
    let messages = || list(&seen["got"]).filter(|one| one["n"].as_u64().is_some_and(|n| n > 0));
    let number = |one: &Value, name: &str| one[name].as_f64().map(|n| n.max(0.0).round() as u64);
    let mut late: Vec<u64> = messages()
        .take(MESSAGES - 1)
        .filter_map(|one| number(one, "late"))
        .collect();
    late.sort_unstable();
    // A job begins anew where a client cannot say where it was; of those that can each connection counts.
    let mut sessions: Vec<(&str, u64)> = messages()
        .filter_map(|one| {
            Some((
                one["id"].as_str()?.split('.').next()?,
                one["connection"].as_u64()?,
            ))
        })
        .collect();
    sessions.dedup();
    let way = match id {
        "event-source" | "plain" => &messages()
            .last()
            .map_or(Value::Null, |last| last["via"].clone()),
        _ => &seen["way"],
    };
    let used = way
        .as_str()
        .map(|way| method_of(way).unwrap_or(way).to_owned());
    // It may begin with the first and go on with another.
    let ways = [advised.first(), used.as_ref()];
    let worst = ways
        .into_iter()
        .flatten()
        .filter_map(|method| worst(report, method));
    let predicted_ms = worst.max().map(|us| (us + CLOCKS).div_ceil(1_000));
    Measured {
        used,
        came: messages().filter_map(|one| number(one, "n")).collect(),
        sessions: sessions.len(),
        first_ms: messages().next().and_then(|one| number(one, "when")),
        late_ms: late.get(late.len() / 2).copied(),
        last_late_ms: messages()
            .nth(MESSAGES - 1)
            .and_then(|one| number(one, "late")),
        predicted_ms,
        silence_ms: silence,
        errors: texts(&seen["errors"]),
        advised,
    }
}

/// The worst delay of a method by the report, µs; of polls by the advised interval.
fn worst(report: &Value, method: &str) -> Option<u64> {
    let delay = &report["advice"]["delay"]["worstUs"];
    if report["advice"]["order"][0] == method {
        return delay.as_u64();
    }
    let of = list(&report["methods"]).find(|one| one["method"] == method)?;
    let every = list(&report["advice"]["settings"]).find(|one| one["name"] == "pollMs");
    match (method, every) {
        ("polling", Some(every)) => Some(every["value"].as_u64()? * 1_000 + 100_000),
        _ => of["delivery"]["worstUs"].as_u64(),
    }
}

/// The method that a library calls so.
fn method_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "websocket" | "WebSockets" => "web-socket",
        "xhr-streaming" => "streaming-fetch",
        "eventsource" | "ServerSentEvents" => "server-sent-events",
        "polling" | "xhr-polling" | "LongPolling" => "long-polling",
        _ => return None,
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Value) -> Vec<String> {
    list(value)
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Where the libraries and their server are.
fn folder() -> Result<PathBuf> {
    let folder = env::var_os("PUSHCHECK_CLIENTS").map(PathBuf::from);
    let folder = folder.context("where are the client libraries? PUSHCHECK_CLIENTS says it")?;
    ensure!(
        folder.join("app.mjs").is_file(),
        "there is no app.mjs in {}",
        folder.display()
    );
    Ok(folder)
}

/// The page that runs the code as it is shown. What it imports is a script that stands before it.
fn page(folder: &std::path::Path, id: &str, code: &str) -> Result<String> {
    let (file, module, exports, way) = match id {
        "socket-io" => (
            "socket.io-client/dist/socket.io.min.js",
            "socket.io-client",
            "export const io = window.io;",
            "window.way = () => socket.io.engine.transport.name;",
        ),
        "sockjs" => (
            "sockjs-client/dist/sockjs.min.js",
            "sockjs-client",
            "export default window.SockJS;",
            "window.way = () => sock.transport;",
        ),
        "signalr" => (
            "@microsoft/signalr/dist/browser/signalr.min.js",
            "@microsoft/signalr",
            "export const {HubConnectionBuilder, HttpTransportType} = window.signalR;",
            "window.way = () => signalR.HttpTransportType[order[0]];",
        ),
        _ => ("", "", "", ""),
    };
    let library = match file {
        "" => String::new(),
        file => fs::read_to_string(folder.join("node_modules").join(file)).context(file)?,
    };
    let imports = match module {
        "" => json!({}),
        module => json!({"imports": {module: format!("data:text/javascript,{exports}")}}),
    };
    let inline = |text: &str| text.replace("</script", "<\\/script");
    Ok(PAGE
        .replace("{{imports}}", &imports.to_string())
        .replace("{{way}}", way)
        .replace("{{code}}", &inline(code))
        .replace("{{library}}", &inline(&library)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Value {
        json!({"advice": {"order": ["long-polling", "web-socket"], "delay": {"worstUs": 30_000}, "settings": []},
            "methods": [{"method": "web-socket", "delivery": {"worstUs": 50_000}}]})
    }

    fn got(n: u64, late: u64) -> Value {
        json!({"n": n, "id": format!("a.{n}"), "connection": 1, "via": "library", "late": late, "when": 100.4})
    }

    #[test]
    fn what_came_as_advised_is_right() {
        let all: Vec<Value> = (1..=11).map(|n| got(n, 20)).collect();
        let seen = json!({"got": all, "errors": [], "way": "websocket"});
        let advised = vec!["long-polling".to_owned(), "web-socket".to_owned()];
        let measured = measured("socket-io", advised, 7_000, &report(), &seen);
        assert_eq!(measured.used.as_deref(), Some("web-socket"));
        assert_eq!(
            (measured.late_ms, measured.predicted_ms),
            (Some(20), Some(60))
        );
        assert!(measured.wrong().is_empty(), "{measured:?}");
    }

    #[test]
    fn what_is_missing_late_cut_or_not_advised_is_wrong() {
        let some: Vec<Value> = (1..=9).map(|n| got(n, 400)).collect();
        let mut seen = json!({"got": some, "errors": [], "way": "websocket"});
        seen["got"][8]["connection"] = 2.into();
        let measured = measured(
            "sockjs",
            vec!["long-polling".to_owned()],
            7_000,
            &report(),
            &seen,
        );
        let wrong = measured.wrong().join("; ");
        for part in ["of 11", "2 sessions", "not advised", "400 ms late"] {
            assert!(wrong.contains(part), "{wrong}");
        }
    }
}

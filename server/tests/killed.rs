//! The program is killed while reports come in: every one that it acknowledged is there, and none twice.
//!
//! `PUSHCHECK_KILL_ROUNDS` says how many rounds of a thousand reports; one by default.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use pushcheck_postgres::Postgres;
use pushcheck_server::Place;
use pushcheck_store::{Id, Store};
use serde_json::Value;
use support::{Client, Site};
use tokio::net::TcpStream;

const REPORTS: usize = 1_000;
const AT_ONCE: usize = 24;

/// The program, which is killed when dropped.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(place: &[String]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pushcheck-server"))
            .args(["--listen", "127.0.0.1:0", "--log", "warn"])
            .args([
                "--limit-source-rate",
                "1000000",
                "--limit-source-connections",
                "1000",
            ])
            .args(place)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let line = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .next()
            .unwrap()
            .unwrap();
        let address = line
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .parse()
            .unwrap();
        Self { child, address }
    }

    /// SIGKILL: nothing is told, nothing is written any more.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts one report; its id, where that was acknowledged.
async fn post(address: SocketAddr, report: &str) -> Option<String> {
    let mut client = Client::over(TcpStream::connect(address).await.ok()?);
    let request = format!(
        "POST /v1/reports HTTP/1.1\r\nHost: probe.test\r\nOrigin: http://probe.test\r\nContent-Length: {}\r\n\r\n{report}",
        report.len()
    );
    if !client.try_send(request).await {
        return None;
    }
    let answer = client.try_answer().await?;
    assert!(
        matches!(answer.status, 201 | 503),
        "{}: {}",
        answer.status,
        answer.text()
    );
    let told: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(told["id"].as_str()?.to_owned())
}

/// Posts all that are named, until the program is killed after `kill_after` acknowledgements.
async fn burst(
    program: &Arc<Mutex<Program>>,
    reports: &Arc<Vec<String>>,
    kill_after: usize,
) -> BTreeMap<usize, String> {
    let address = program.lock().unwrap().address;
    let (next, acknowledged) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(Mutex::new(BTreeMap::new())),
    );
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (next, acknowledged) = (Arc::clone(&next), Arc::clone(&acknowledged));
        let (program, reports) = (Arc::clone(program), Arc::clone(reports));
        workers.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let Some(report) = reports.get(n) else { return };
                let Some(id) = post(address, report).await else {
                    return;
                };
                let many = {
                    let mut acknowledged = acknowledged.lock().unwrap();
                    acknowledged.insert(n, id);
                    acknowledged.len()
                };
                if many == kill_after {
                    program.lock().unwrap().kill();
                }
            }
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended.unwrap();
    }
    let acknowledged = acknowledged.lock().unwrap();
    acknowledged.clone()
}

/// What is there: of each report its run, and how many there are.
async fn check(store: &Store, reports: &[String], acknowledged: &BTreeMap<usize, String>) {
    for (n, id) in acknowledged {
        let bodies = store.bodies(id).await.unwrap();
        assert_eq!(bodies.len(), 1, "report {n} is there once");
        assert!(
            bodies[0].bytes == reports[*n].as_bytes(),
            "report {n} is whole"
        );
    }
    let ids: BTreeSet<&String> = acknowledged.values().collect();
    assert_eq!(ids.len(), acknowledged.len(), "each has a name of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_and_nothing_twice() {
    let folder = std::env::temp_dir().join(format!("pushcheck-killed-{}", Id::new().unwrap()));
    let flags = ["--data".to_owned(), folder.display().to_string()];
    killed("file", Place::Folder(folder.clone()), &flags).await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_database_it_is_the_same() {
    let server = Postgres::shared().unwrap();
    let url = server.database().unwrap();
    let flags = ["--database".to_owned(), url.clone()];
    killed("database", Place::Postgres(url), &flags).await;
}

async fn killed(name: &str, place: Place, flags: &[String]) {
    let rounds: usize =
        std::env::var("PUSHCHECK_KILL_ROUNDS").map_or(1, |text| text.parse().unwrap());
    let site = Site::plain().await;
    let model = support::report::report(&site).await;
    let mut all = 0;
    for round in 0..rounds {
        let reports: Arc<Vec<String>> = Arc::new(
            (0..REPORTS)
                .map(|_| {
                    let mut report = model.clone();
                    report["run"]["id"] = Value::from(Id::new().unwrap().to_string());
                    report.to_string()
                })
                .collect(),
        );
        let mut byte = [0; 2];
        getrandom::fill(&mut byte).unwrap();
        let kill_after = 1 + usize::from(u16::from_le_bytes(byte)) % (REPORTS - AT_ONCE);
        let program = Arc::new(Mutex::new(Program::start(flags)));
        let mut acknowledged = burst(&program, &reports, kill_after).await;
        assert!(
            (kill_after..REPORTS).contains(&acknowledged.len()),
            "it was killed in the midst"
        );
        {
            let store = Store::open(&place, 1).await.unwrap();
            check(&store, &reports, &acknowledged).await;
            store.close().await;
        }
        // The pages try again, those too whose acknowledgement was lost, and some that had it.
        let program = Arc::new(Mutex::new(Program::start(flags)));
        let known = acknowledged.clone();
        let again = burst(&program, &reports, usize::MAX).await;
        assert_eq!(again.len(), REPORTS);
        for (n, id) in &known {
            assert_eq!(&again[n], id, "the same report is acknowledged as the same");
        }
        acknowledged.extend(again);
        drop(program);
        let store = Store::open(&place, 1).await.unwrap();
        check(&store, &reports, &acknowledged).await;
        all += REPORTS;
        assert_eq!(
            store.count_reports().await.unwrap(),
            all as u64,
            "none is there twice"
        );
        store.close().await;
        println!(
            "{name}, round {}: killed after {kill_after}, {} acknowledged, all there",
            round + 1,
            known.len()
        );
    }
}

//! Three nodes behind one name, with one database: what all of them saw is one ledger, and what one takes with it is told.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use pushcheck::wire::{Key, Ledger};
use pushcheck_postgres::Postgres;
use pushcheck_server::Place;
use support::{Client, Site, key, path, within};
use tokio::net::TcpStream;

/// A program of ours, killed when dropped.
struct Program {
    child: Child,
    at: SocketAddr,
}

impl Program {
    fn node(database: &str, at: SocketAddr) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pushcheck-server"))
            .args(["--listen", &at.to_string(), "--log", "warn"])
            .args(["--behind", "haproxy", "--database", database])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.contains(&at.to_string()), "{line}");
        Self { child, at }
    }

    /// HAProxy in front of them, each new connection to the next.
    fn front(nodes: &[SocketAddr], folder: &PathBuf) -> Self {
        let at = free();
        let servers: String = nodes
            .iter()
            .enumerate()
            .map(|(n, node)| format!("    server n{n} {node} check inter 100ms fall 1 rise 1\n"))
            .collect();
        let text = format!(
            "defaults\n    mode http\n    timeout connect 2s\n    timeout client 60s\n    timeout server 60s\n    \
             timeout tunnel 60s\n    option forwardfor\n    option http-no-delay\n    option redispatch 1\n    retries 3\n\
             listen all\n    bind {at}\n    balance roundrobin\n{servers}"
        );
        fs::create_dir_all(folder).unwrap();
        let file = folder.join("haproxy.cfg");
        fs::write(&file, text).unwrap();
        let program = std::env::var_os("HAPROXY").map_or_else(
            || {
                let all = [
                    "/usr/sbin/haproxy",
                    "/usr/bin/haproxy",
                    "/usr/local/sbin/haproxy",
                ];
                all.map(PathBuf::from)
                    .into_iter()
                    .find(|path| path.is_file())
            },
            |path| Some(path.into()),
        );
        let program = program.expect("HAProxy: `cargo xtask setup` installs it");
        let child = Command::new(program)
            .args(["-q", "-db", "-f"])
            .arg(file)
            .spawn()
            .unwrap();
        Self { child, at }
    }

    fn signal(&mut self, name: &str) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free() -> SocketAddr {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    TcpListener::bind(any).unwrap().local_addr().unwrap()
}

async fn client(at: SocketAddr) -> Client {
    within(async {
        loop {
            match TcpStream::connect(at).await {
                Ok(stream) => return Client::over(stream),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    })
    .await
}

/// Polls so often, each by a connection of its own; the node that answered each.
async fn polls(at: SocketAddr, key: &Key, attempts: std::ops::Range<u16>) -> Vec<String> {
    let mut nodes = Vec::new();
    for attempt in attempts {
        let answer = client(at).await.get(&path(key, "p", attempt, "poll")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        nodes.push(answer.header("pushcheck-answer").unwrap().to_owned());
    }
    nodes
}

async fn ledger(at: SocketAddr, key: &Key) -> Ledger {
    let path = format!("/v1/runs/{}/ledger", key.run());
    let answer = client(at).await.post(&path, &key.to_body()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn instances(ledger: &Ledger) -> BTreeSet<&str> {
    ledger.instances.iter().map(|one| one.id.as_str()).collect()
}

fn attempts(ledger: &Ledger) -> BTreeSet<u16> {
    ledger.sightings.iter().map(|seen| seen.attempt).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_make_one_ledger_and_a_killed_one_is_missed() {
    let server = Postgres::shared().unwrap();
    let database = server.database().unwrap();
    let mut nodes = [free(), free(), free()].map(|at| Program::node(&database, at));
    let at = nodes.each_ref().map(|node| node.at);
    let folder = std::env::temp_dir().join(format!("pushcheck-nodes-{}", std::process::id()));
    let front = Program::front(&at, &folder);
    let front_at = front.at;

    // What was answered a moment ago is in the ledger, whichever node is asked.
    for n in 1..=6 {
        let answered = polls(front_at, &key(n), 1..8).await;
        let began = Instant::now();
        let whole = ledger(front_at, &key(n)).await;
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{:?}",
            began.elapsed()
        );
        assert!(whole.complete, "{whole:?}");
        assert_eq!(attempts(&whole), (1..8).collect());
        assert_eq!(whole.sightings.len(), 7, "each once");
        assert_eq!(instances(&whole).len(), 3);
        let saw: BTreeSet<&str> = whole
            .sightings
            .iter()
            .map(|seen| seen.instance.as_str())
            .collect();
        let said: BTreeSet<&str> = answered.iter().map(String::as_str).collect();
        assert_eq!(saw, said);
        assert_eq!(said.len(), 3, "the front takes turns");
        let ends = whole
            .sightings
            .iter()
            .filter(|seen| seen.ended_at.is_some());
        assert!(ends.count() >= 6, "all but the last are over for all");
    }

    // One that leaves has said all that it saw.
    polls(front_at, &key(7), 1..7).await;
    nodes[2].signal("-TERM");
    let left = ledger(front_at, &key(7)).await;
    assert!(left.complete, "{left:?}");
    assert_eq!((attempts(&left).len(), instances(&left).len()), (6, 3));
    polls(front_at, &key(8), 1..5).await;
    let two = ledger(front_at, &key(8)).await;
    assert!(two.complete && instances(&two).len() == 2, "{two:?}");

    // One that is killed is missed: what it had not flushed nobody knows.
    nodes[2] = Program::node(&database, at[2]);
    let before = within(async {
        loop {
            let all: BTreeSet<String> = polls(front_at, &key(9), 1..7).await.into_iter().collect();
            if all.len() == 3 {
                return all;
            }
        }
    })
    .await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let killed = client(at[1]).await.get("/v1/about").await;
    let killed = killed.header("pushcheck-answer").unwrap().to_owned();
    assert!(before.contains(&killed));
    nodes[1].signal("-KILL");
    polls(front_at, &key(9), 20..26).await;
    let began = Instant::now();
    let missed = ledger(front_at, &key(9)).await;
    assert!(
        began.elapsed() < Duration::from_millis(2_200),
        "{:?}",
        began.elapsed()
    );
    assert!(!missed.complete);
    assert!(instances(&missed).contains(killed.as_str()), "{missed:?}");
    let of_it = missed
        .sightings
        .iter()
        .filter(|seen| seen.instance == killed);
    assert!(of_it.count() >= 1, "what it had flushed is there");
    assert!(attempts(&missed).is_superset(&(20..26).collect()));

    // What comes back in its place is another.
    nodes[1] = Program::node(&database, at[1]);
    let back = client(at[1]).await.get("/v1/about").await;
    let back = back.header("pushcheck-answer").unwrap().to_owned();
    assert_ne!(back, killed);
    let again = ledger(front_at, &key(9)).await;
    assert!(!again.complete);
    let named = instances(&again);
    assert!(
        named.contains(killed.as_str()) && named.contains(back.as_str()),
        "{named:?}"
    );
    fs::remove_dir_all(folder).unwrap();
}

/// The report in so many pieces (RFC 1951 in base64url).
fn pieces(report: &str, count: usize) -> Vec<String> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(report.as_bytes()).unwrap();
    let text = URL_SAFE_NO_PAD.encode(packer.finish().unwrap());
    let size = text.len().div_ceil(count);
    let pieces = text.as_bytes().chunks(size);
    pieces
        .map(|piece| String::from_utf8(piece.to_vec()).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_and_offers_are_on_all_nodes() {
    let server = Postgres::shared().unwrap();
    let database = server.database().unwrap();
    let nodes = [free(), free(), free()].map(|at| Program::node(&database, at));
    let at = nodes.each_ref().map(|node| node.at);
    let folder = std::env::temp_dir().join(format!("pushcheck-pieces-{}", std::process::id()));
    let program = Program::front(&at, &folder);
    let front = program.at;
    let report = support::report::report(&Site::plain().await)
        .await
        .to_string();

    // Each by a connection of its own, so by the next node.
    let pieces = pieces(&report, 5);
    let get = async |upload: char, n: usize, of: usize, piece: &str| {
        let upload = upload.to_string().repeat(32);
        let path = format!("/v1/reports/{upload}/{n}/{of}?{piece}");
        let answer = client(front).await.get(&path).await;
        let node = answer.header("pushcheck-answer").unwrap().to_owned();
        (answer, node)
    };
    let mut answered = BTreeSet::new();
    for n in [3, 1, 3, 5, 1, 2] {
        let (answer, node) = get('a', n, 5, &pieces[n - 1]).await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{n}");
        answered.insert(node);
    }
    assert_eq!(answered.len(), 3, "the front takes turns");
    for (n, of, piece, field) in [(1, 5, 1, "piece"), (4, 4, 3, "of")] {
        let answer = get('a', n, of, &pieces[piece]).await.0;
        assert_eq!(answer.status, 409);
        assert_eq!(answer.problem()["field"], field);
    }
    let whole = get('a', 4, 5, &pieces[3]).await.0;
    assert_eq!(whole.status, 201, "{}", whole.text());
    for n in [4, 1, 5] {
        let again = get('a', n, 5, &pieces[n - 1]).await.0;
        assert_eq!(
            (again.status, &again.body),
            (201, &whole.body),
            "told again"
        );
        assert_eq!(again.header("content-type"), Some("application/json"));
    }
    assert_eq!(get('a', 1, 5, &pieces[1]).await.0.status, 409);
    let refused = get('b', 1, 1, "____").await.0;
    for _ in 0..3 {
        let again = get('b', 1, 1, "____").await.0;
        assert_eq!((again.status, again.problem()), (400, refused.problem()));
    }

    // All at once, on all nodes: one report, and who brings its last piece is told.
    let mut sent = tokio::task::JoinSet::new();
    for (n, piece) in pieces.iter().enumerate() {
        let path = format!("/v1/reports/{}/{}/5?{piece}", "c".repeat(32), n + 1);
        sent.spawn(async move { client(front).await.get(&path).await });
    }
    let told = sent.join_all().await;
    let (taken, more): (Vec<_>, Vec<_>) = told.iter().partition(|answer| answer.status == 201);
    assert!(more.iter().all(|answer| answer.status == 204), "{more:?}");
    assert_eq!(taken.len(), 1, "{told:?}");
    assert_eq!(taken[0].body, whole.body, "the same run is one report");
    let kept = server
        .sql(&database, "SELECT COUNT(*) FROM reports")
        .unwrap();
    assert_eq!(kept, "1");

    // What one device leaves another reads, whichever nodes they reach.
    let offer = async |run: &Key, report: &str| {
        let path = format!("/v1/runs/{}/offer", run.run());
        let body = format!("{}\n{report}", run.to_body());
        client(front).await.post(&path, &body).await
    };
    assert_eq!(offer(&key(1), "").await.status, 204);
    assert_eq!(offer(&key(1), &report).await.status, 201);
    for _ in 0..3 {
        let read = offer(&key(1), "").await;
        assert_eq!((read.status, read.text()), (200, report.clone()));
        assert_eq!(offer(&key(2), "").await.status, 204, "another run's");
    }
    // Visitors are the same to all nodes, whose own they lose first: none of the others'.
    let sources = "SELECT COUNT(DISTINCT source) FROM shelves";
    assert_eq!(server.sql(&database, sources).unwrap(), "1");
    fs::remove_dir_all(folder).unwrap();
}

async fn site(server: &Arc<Postgres>) -> (Site, String) {
    let database = server.database().unwrap();
    let place = Place::Postgres(database.clone());
    (Site::start(|config| config.place = place).await, database)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_given_up_begins_another_life() {
    let server = Postgres::shared().unwrap();
    let (site, database) = site(&server).await;
    site.get(&path(&key(1), "p", 1, "poll")).await;
    server
        .sql(&database, "UPDATE nodes SET state = 'lost'")
        .unwrap();
    let lives = "SELECT epoch FROM nodes WHERE state = 'lives' AND beat > 1";
    within(async {
        while server.sql(&database, lives).unwrap() != "2" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    site.get(&path(&key(1), "p", 2, "poll")).await;
    let ledger = site.ledger(&key(1)).await;
    assert_eq!(attempts(&ledger), [1, 2].into());
    assert!(ledger.complete, "it has lost nothing: {ledger:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_flush_for_long_answers_no_attempt_and_recovers() {
    let server = Postgres::shared().unwrap();
    let (site, database) = site(&server).await;
    assert_eq!(site.get(&path(&key(1), "p", 1, "poll")).await.status, 200);
    let held = {
        let server = Arc::clone(&server);
        let lock = "BEGIN; LOCK TABLE nodes IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(34)";
        tokio::task::spawn_blocking(move || server.sql(&database, lock))
    };
    let began = Instant::now();
    let poll = async |n| site.get(&path(&key(1), "p", n, "poll")).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(poll(2).await.status, 200, "not for a short while");
    let told = site.ledger(&key(1)).await;
    assert!(!told.complete, "nobody knows who else is there");
    assert_eq!(attempts(&told), [1, 2].into());
    tokio::time::sleep(Duration::from_secs(32).saturating_sub(began.elapsed())).await;
    poll(3).await.is_refused(503, "count");
    assert_eq!(site.get("/v1/about").await.status, 200);
    held.await.unwrap().unwrap();
    within(async {
        while poll(4).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_its_time_is_forgotten_by_all() {
    let server = Postgres::shared().unwrap();
    let database = server.database().unwrap();
    let place = Place::Postgres(database.clone());
    let site = Site::start(|config| {
        config.place = place;
        config.limits.keep_ms = 10_000;
    })
    .await;
    let count = |table: &str| {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        server.sql(&database, &sql).unwrap()
    };
    site.get(&path(&key(1), "p", 1, "poll")).await;
    let report = support::report::report(&site).await;
    let offer = format!("{}\n{report}", key(1).to_body());
    let at = format!("/v1/runs/{}/offer", key(1).run());
    assert_eq!(site.client().await.post(&at, &offer).await.status, 201);
    within(async {
        while count("sightings") == "0" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    assert_eq!(
        (count("shelves"), count("shelf_parts")),
        ("1".into(), "1".into())
    );
    // The first sweeps come after 20 s.
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(40) {
        let left = [
            "sightings",
            "run_parts WHERE forgotten = 0",
            "shelves",
            "shelf_parts",
        ]
        .map(count);
        if left.iter().all(|left| left == "0") {
            assert_ne!(
                count("run_parts"),
                "0",
                "that they were there is known for longer"
            );
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!(
        "something stays: {} sightings, {} things",
        count("sightings"),
        count("shelves")
    );
}

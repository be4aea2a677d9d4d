//! The program itself: what it prints, what it logs, how it ends.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

fn start(flags: &[&str]) -> (Child, String, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pushcheck-server"))
        .args(["--listen", "127.0.0.1:0"])
        .args(flags)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut url = String::new();
    lines.read_line(&mut url).unwrap();
    let address = url
        .trim()
        .strip_prefix("http://")
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    (child, address, lines)
}

fn stop(mut child: Child) -> (bool, String) {
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let mut log = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    (child.wait().unwrap().success(), log)
}

fn exchange(address: &str, request: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = socket.read_to_string(&mut answer);
    answer
}

#[test]
fn the_log_names_runs_and_nothing_that_is_secret() {
    let (child, address, _) = start(&["--log", "trace"]);
    let key = pushcheck::wire::Key::new([7; 16]);
    let (run, body) = (key.run(), key.to_body());
    let secret = "canary-7f3a\x1b[31m";
    exchange(
        &address,
        &format!(
            "GET /v1/runs/{run}/p/1/poll?q={} HTTP/1.1\r\nHost: canary-7f3a\r\nCookie: {0}\r\nX-Any: canary-7f3a\r\n\
             Authorization: canary-7f3a\r\nConnection: close\r\n\r\n",
            "canary-7f3a"
        ),
    );
    exchange(
        &address,
        &format!("GET /{secret} HTTP/1.1\r\nConnection: close\r\n\r\n"),
    );
    exchange(
        &address,
        "GET /canary-7f3a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    let answer = exchange(
        &address,
        &format!(
            "POST /v1/runs/{run}/ledger HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 32\r\n\r\n{body}"
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (ended_well, log) = stop(child);
    assert!(ended_well);
    assert!(log.contains(&run.to_string()), "{log}");
    assert!(!log.contains("canary") && !log.contains(&body), "{log}");
}

#[test]
fn tls_listeners_and_the_fingerprint_are_printed() {
    let (child, _, mut lines) =
        start(&["--tls-listen", "127.0.0.1:0", "--tls-dev", "--log", "off"]);
    let mut rest = [String::new(), String::new()];
    for line in &mut rest {
        lines.read_line(line).unwrap();
    }
    assert!(rest[0].starts_with("https://127.0.0.1:"));
    let fingerprint = rest[1].trim().strip_prefix("certificate SHA-256 ").unwrap();
    assert_eq!(fingerprint.split(':').count(), 32);
    assert!(stop(child).0);
}

#[test]
fn a_taken_address_is_said_and_ends_the_program() {
    let (child, address, _) = start(&[]);
    let second = Command::new(env!("CARGO_BIN_EXE_pushcheck-server"))
        .args(["--listen", &address])
        .output()
        .unwrap();
    assert!(!second.status.success());
    assert!(
        String::from_utf8_lossy(&second.stderr).contains(&format!("cannot listen on {address}"))
    );
    stop(child);
}

#[test]
fn help_names_every_limit_with_its_default() {
    let help = Command::new(env!("CARGO_BIN_EXE_pushcheck-server"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for part in [
        "--tls-dev",
        "--embed-origin",
        "--outside-in-ca",
        "--refuse-upgrades",
        "PUSHCHECK_PUBLIC_URL",
        "--limit-run-long",
        "[default: 127.0.0.1:8787]",
    ] {
        assert!(help.contains(part), "{part}");
    }
    assert!(!help.contains("--www"));
}

#[cfg(target_os = "linux")]
#[test]
fn it_opens_as_many_files_as_it_may() {
    let server = env!("CARGO_BIN_EXE_pushcheck-server");
    let mut child = Command::new("sh")
        .args([
            "-c",
            "ulimit -Sn 64; exec \"$0\" --listen 127.0.0.1:0 --log off",
        ])
        .arg(server)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let files = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .unwrap();
    let files: Vec<&str> = files.split_whitespace().collect();
    assert_ne!(files[0], "64");
    assert_eq!(files[0], files[1], "soft and hard");
}

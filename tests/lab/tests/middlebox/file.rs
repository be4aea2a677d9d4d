//! The file: what is wrong with it is said by field; and the command.

use std::path::Path;
use std::process::Stdio;

use pushcheck_lab::middlebox::Config;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::support::{Peer, Server};

const BASE: &str = "listen = \"127.0.0.1:0\"\nconnect = \"127.0.0.1:1\"\n";

#[test]
fn errors_name_the_field() {
    let cases = [
        (
            "[[down]]\nhold = { until = \"block\" }",
            "down[0].hold.bytes:",
        ),
        ("[[up]]\n", "up[0]: does nothing"),
        (
            "[[up]]\nunmask = true\ndelay = 3",
            "up[0]: has both `delay` and `unmask`",
        ),
        (
            "[[up]]\ndelay = 3\n[[up]]\nwhen = { status = 101 }\ndelay = 3",
            "up[1].when.status:",
        ),
        ("[[down]]\nunmask = true", "down[0].unmask: only clients"),
        (
            "[[down]]\nstatus = { code = 403 }",
            "down[0].status: only a request",
        ),
        ("[[up]]\nstatus = { code = 101 }", "up[0].status.code: 101"),
        (
            "[[up]]\nrewrite = { header = \"A\" }",
            "up[0].rewrite.value:",
        ),
        (
            "[[up]]\nwhen = { colour = 1 }\ndelay = 1",
            "unknown field `colour`",
        ),
        (
            "[[up]]\ncut = { how = \"softly\" }",
            "unknown variant `softly`",
        ),
        ("[[up]]\ndelay = \"long\"", "delay = \"long\""),
        ("idle = { after-ms = 0 }", "idle.after-ms:"),
        ("exempt = [\"a b\"]", "`a b` is no host"),
        ("forward = true", "connect, forward:"),
    ];
    for (text, expected) in cases {
        let error = Config::parse(&format!("{BASE}{text}"), Path::new("")).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains(expected), "{text}: {error}");
    }
    for (text, expected) in [
        (
            "listen = \"here\"\nforward = true",
            "`here` is no `address:port`",
        ),
        ("listen = []\nforward = true", "listen: names no address"),
        ("listen = \"127.0.0.1:0\"", "connect: is missing"),
        (
            "listen = \"127.0.0.1:0\"\nconnect = \"there\"",
            "connect: `there`",
        ),
    ] {
        let error = Config::parse(text, Path::new("")).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[tokio::test]
async fn the_command_says_where_it_listens_and_what_is_wrong() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("box.toml");
    let text = format!(
        "listen = [\"127.0.0.1:0\", \"127.0.0.1:0\"]\nconnect = \"{}\"\n[[down]]\ndelay = 1\n",
        server.address
    );
    std::fs::write(&file, text).unwrap();
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pushcheck-lab"));
        command.arg("middlebox").arg(&file).kill_on_drop(true);
        command
    };
    let mut child = command()
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        let line = lines.next_line().await.unwrap().unwrap();
        let address = line.strip_prefix("listening on ").unwrap().parse().unwrap();
        let head = Peer::connect(address).await.request("/", "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }
    child.kill().await.unwrap();

    std::fs::write(&file, "listen = 5\n").unwrap();
    let output = command().output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("box.toml") && error.contains("listen = 5"),
        "{error}"
    );
}

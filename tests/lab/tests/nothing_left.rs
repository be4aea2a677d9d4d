//! A lab that is killed in the middle of a run leaves nothing behind: no process, no namespace, no rule, no mount.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// How long a cell may take until its browser runs.
const START: Duration = Duration::from_secs(40);

/// How long the kernel may take until all is gone; far less than the cells would run on.
const END: Duration = Duration::from_secs(2);

/// The processes of a lab that keeps its results in this folder, whoever started them.
fn marked(folder: &Path) -> Vec<PathBuf> {
    let mark = folder.to_string_lossy().into_owned();
    let holds = |process: &&PathBuf| {
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        String::from_utf8_lossy(&environment).contains(&mark)
    };
    everybody().iter().filter(holds).cloned().collect()
}

fn is_named(process: &Path, name: &str) -> bool {
    fs::read_to_string(process.join("comm")).is_ok_and(|comm| comm.trim() == name)
}

/// The namespaces that some processes are in: of networks and of process numbers.
fn namespaces(processes: &[PathBuf]) -> BTreeSet<PathBuf> {
    let of = |process: &PathBuf| ["ns/net", "ns/pid"].map(|kind| fs::read_link(process.join(kind)));
    processes.iter().flat_map(of).flatten().collect()
}

/// The processes that are in one of these. A browser's own hide their environment, but not this.
fn within(namespaces: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let is_in = |process: &&PathBuf| {
        !self::namespaces(std::slice::from_ref(*process)).is_disjoint(namespaces)
    };
    everybody().iter().filter(is_in).cloned().collect()
}

fn everybody() -> Vec<PathBuf> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// What of the machine's network and file systems a cell could leave traces in.
fn machine() -> Result<Vec<String>> {
    let told = |program: &str, words: &[&str]| {
        let output = Command::new(program).args(words).output();
        let output = output.with_context(|| format!("cannot run {program}"))?;
        Ok::<_, anyhow::Error>(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    Ok(vec![
        told("nft", &["list", "ruleset"])?,
        told("ip", &["netns"])?,
        told("ip", &["-brief", "link"])?,
        fs::read_to_string("/proc/self/mounts")?,
        fs::read_to_string("/etc/hosts")?,
        format!("{}", Path::new("/run/netns").exists()),
    ])
}

#[test]
#[ignore = "needs root, Chromium, and PUSHCHECK_SERVER with the server's program"]
fn nothing_is_left_after_a_kill_in_the_middle_of_a_run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let before = machine()?;
    let mut lab = Command::new(env!("CARGO_BIN_EXE_pushcheck-lab"))
        .args(["lab", "run", "direct-plain", "nginx-correct"])
        .args(["--page", "clean"])
        .env("PUSHCHECK_LAB", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let deadline = Instant::now() + START;
    let own = namespaces(&[PathBuf::from("/proc/self")]);
    let (running, made) = loop {
        let made: BTreeSet<PathBuf> = namespaces(&marked(folder.path()))
            .difference(&own)
            .cloned()
            .collect();
        let running = within(&made);
        let of = |name| running.iter().filter(|one| is_named(one, name)).count();
        // Both cells, each with its browser's many, and a box.
        if of("pushcheck-serve") == 4 && of("nginx") > 0 && of("chromium") > 12 {
            break (running, made);
        }
        if Instant::now() > deadline || lab.try_wait()?.is_some() {
            let _ = lab.kill();
            bail!("no browser ran: {} processes", running.len());
        }
        sleep(Duration::from_millis(50));
    };
    // Two cells, each with process numbers and two networks that hold processes of their own.
    ensure!(made.len() >= 6, "only {} namespaces were made", made.len());

    lab.kill()?;
    lab.wait()?;

    let deadline = Instant::now() + END;
    loop {
        let mut left = marked(folder.path());
        left.extend(within(&made));
        if left.is_empty() {
            break;
        }
        ensure!(
            Instant::now() < deadline,
            "left behind: {left:?}, of {} processes",
            running.len()
        );
        sleep(Duration::from_millis(50));
    }
    println!(
        "{} processes in {} namespaces, all gone",
        running.len(),
        made.len()
    );
    assert_eq!(machine()?, before);
    Ok(())
}

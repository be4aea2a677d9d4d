//! Child processes: each leads a group of its own, and the whole group is gone when its guard is dropped or xtask is told to end.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use anyhow::{Context, Result, bail};
use rustix::process::{
    Pid, Signal, WaitOptions, kill_process_group, test_kill_process_group, waitpid,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How long a group may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// Leaders of the groups that are running, for the signal thread.
static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

fn groups() -> std::sync::MutexGuard<'static, Vec<Pid>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running child process. Dropping it ends the process and everything it started.
pub(crate) struct Guard {
    child: Child,
    group: Pid,
    stdout: Option<BufReader<ChildStdout>>,
}

impl Guard {
    /// Starts a command in a process group of its own, without a terminal to read from.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        // Held until the child is listed, so that none starts unseen while all are ended.
        let mut groups = groups();
        let mut child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", shown(command)))?;
        let group = Pid::from_child(&child);
        groups.push(group);
        let stdout = child.stdout.take().map(BufReader::new);
        Ok(Self {
            child,
            group,
            stdout,
        })
    }

    /// Waits for the process to end by itself.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        self.child.wait().context("cannot wait for a child process")
    }

    /// The next line that the process prints, without its end; None when it prints no more. Its stdout must be piped.
    pub(crate) fn line(&mut self) -> Result<Option<String>> {
        let stdout = self.stdout.as_mut().context("stdout is not piped")?;
        let mut line = Vec::new();
        let read = stdout.read_until(b'\n', &mut line);
        if read.context("cannot read from a child process")? == 0 {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let running = matches!(self.child.try_wait(), Ok(None));
        if running {
            let _ = kill_process_group(self.group, Signal::TERM);
            let deadline = Instant::now() + GRACE;
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
            }
        }
        // Also after a normal end: a driver may have left its browser behind.
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.wait();
        groups().retain(|group| *group != self.group);
    }
}

/// From now on SIGINT, SIGTERM and SIGHUP end every group first and xtask after them, with the exit code that shells use.
pub(crate) fn end_children_on_signals() -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for signals")?;
    thread::spawn(move || {
        let Some(signal) = signals.forever().next() else {
            return;
        };
        // Never given back: from here on nothing else is started.
        let groups = groups();
        let mut left = groups.clone();
        for group in &left {
            let _ = kill_process_group(*group, Signal::TERM);
        }
        let deadline = Instant::now() + GRACE;
        while !left.is_empty() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
            left.retain(|group| {
                let _ = waitpid(Some(*group), WaitOptions::NOHANG);
                test_kill_process_group(*group).is_ok()
            });
        }
        for group in left {
            let _ = kill_process_group(group, Signal::KILL);
        }
        std::process::exit(128 + signal);
    });
    Ok(())
}

/// Runs a command to its end; what it prints goes to stderr, so that stdout stays xtask's own.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = Guard::spawn(command.stdout(io::stderr()))?.wait()?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command, repeats its stdout line by line on stderr and returns it too.
pub(crate) fn run_and_read(command: &mut Command) -> Result<(ExitStatus, String)> {
    let mut child = Guard::spawn(command.stdout(Stdio::piped()))?;
    let mut all = String::new();
    while let Some(line) = child.line()? {
        eprintln!("{line}");
        all.push_str(&line);
        all.push('\n');
    }
    Ok((child.wait()?, all))
}

/// What a short command answers on stdout; None when it is missing or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command silently; what it said is returned as the error when it fails.
pub(crate) fn run_silently(command: &mut Command) -> Result<()> {
    let mut child = Guard::spawn(command.stdout(Stdio::null()).stderr(Stdio::piped()))?;
    let mut said = Vec::new();
    if let Some(stderr) = child.child.stderr.take() {
        io::Read::read_to_end(&mut BufReader::new(stderr), &mut said)?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!(
            "{} ended with {status}:\n{}",
            shown(command),
            String::from_utf8_lossy(&said).trim()
        );
    }
    Ok(())
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Guard, answer, run, run_and_read, run_silently};

    #[test]
    fn a_guard_takes_the_whole_group_with_it() -> anyhow::Result<()> {
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 300 & echo $!; wait"])
            .stdout(std::process::Stdio::piped());
        let mut guard = Guard::spawn(&mut command)?;
        let grandchild = guard.line()?.unwrap_or_default();
        drop(guard);
        let state =
            || std::fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
        let ended = |state: &str| state.is_empty() || state.contains(") Z ");
        // Who is killed ends when it is next on a processor.
        for _ in 0..200 {
            if ended(&state()) {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        anyhow::bail!("still running: {}", state())
    }

    #[test]
    fn failures_name_the_command_and_keep_what_it_said() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).map_err(|e| e.to_string());
        assert_eq!(error, Err("sh -c exit 3 ended with exit status: 3".into()));
        let error = run_silently(Command::new("sh").args(["-c", "echo why >&2; exit 1"]))
            .map_err(|e| e.to_string());
        assert!(error.is_err_and(|text| text.ends_with("why")));
        assert!(run(&mut Command::new("/no/such/program")).is_err());
    }

    #[test]
    fn output_is_returned_whole() -> anyhow::Result<()> {
        let (status, text) = run_and_read(Command::new("printf").arg("a\\nb\\n"))?;
        assert!(status.success());
        assert_eq!(text, "a\nb\n");
        assert_eq!(answer(Command::new("echo").arg("x")).as_deref(), Some("x"));
        assert_eq!(answer(&mut Command::new("false")), None);
        Ok(())
    }
}

//! Child processes that leave nothing behind.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How long a process may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// A running program that leads a process group of its own. Dropping it ends the program and all that it started.
#[derive(Debug)]
#[must_use = "the program ends when this is dropped"]
pub struct Process {
    child: Child,
    group: Pid,
}

impl Process {
    /// Starts a program without a terminal to read from.
    ///
    /// # Errors
    /// Names the program that cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
        let group = Pid::from_child(&child);
        Ok(Self { child, group })
    }

    /// How the program ended, if it has.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .context("cannot ask for the state of a child process")
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard output, once, where it was asked to be a pipe.
    pub(crate) fn take_output(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let family = Member::family_of(self.group);
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process_group(self.group, Signal::TERM);
            let deadline = Instant::now() + GRACE;
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(10));
            }
        }
        // Also after a normal end: a driver may have left its browser behind, in a group of the browser's own.
        let _ = kill_process_group(self.group, Signal::KILL);
        for member in &family {
            member.kill();
        }
        let _ = self.child.wait();
        let deadline = Instant::now() + GRACE;
        while family.iter().any(Member::lives) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A process and when it began, so that a number given anew is not taken for it.
#[derive(Debug, PartialEq, Eq)]
struct Member {
    pid: Pid,
    parent: i32,
    began: u64,
    zombie: bool,
}

impl Member {
    /// Reads `/proc/<pid>/stat`; `None` where there is no such process, or no such file system.
    fn read(pid: i32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in parentheses and may hold anything, also parentheses.
        let fields: Vec<&str> = stat.get(stat.rfind(')')? + 2..)?.split(' ').collect();
        Some(Self {
            pid: Pid::from_raw(pid)?,
            zombie: matches!(fields.first(), Some(&("Z" | "X"))),
            parent: fields.get(1)?.parse().ok()?,
            began: fields.get(19)?.parse().ok()?,
        })
    }

    /// All that descend from a process, itself not among them.
    fn family_of(root: Pid) -> Vec<Self> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mut strangers: Vec<Self> = pids.filter_map(Self::read).collect();
        let mut family: Vec<Self> = Vec::new();
        loop {
            let is_child = |one: &mut Self| {
                one.parent == root.as_raw_pid()
                    || family
                        .iter()
                        .any(|known| known.pid.as_raw_pid() == one.parent)
            };
            let children: Vec<Self> = strangers.extract_if(.., is_child).collect();
            if children.is_empty() {
                return family;
            }
            family.extend(children);
        }
    }

    fn lives(&self) -> bool {
        Self::read(self.pid.as_raw_pid()).is_some_and(|now| now.began == self.began && !now.zombie)
    }

    fn kill(&self) {
        if self.lives() {
            let _ = kill_process(self.pid, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grandchildren_in_groups_of_their_own_end_too() -> Result<()> {
        // `set -m` gives each job its own process group.
        let mut shell = Command::new("bash");
        let process = Process::start(shell.args(["-c", "set -m; sleep 60 & sleep 60 & wait"]))?;
        let deadline = Instant::now() + Duration::from_secs(10);
        let family = loop {
            let family = Member::family_of(process.group);
            if family.len() == 2 || Instant::now() > deadline {
                break family;
            }
            thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(family.len(), 2);
        drop(process);
        assert!(!family.iter().any(Member::lives));
        Ok(())
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error =
            Process::start(&mut Command::new("/nowhere/at-all")).expect_err("it is not there");
        assert!(error.to_string().contains("/nowhere/at-all"));
    }
}

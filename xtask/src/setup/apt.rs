//! Debian and Ubuntu packages, as root or by a sudo that asks nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// What kind of machine this is, as far as packages go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Distro {
    /// Debian itself.
    Debian,
    /// Ubuntu and what calls itself like it.
    Ubuntu,
    /// Anything else: nothing is installed there.
    Other,
}

impl Distro {
    /// Reads `/etc/os-release`.
    pub(crate) fn detect() -> Self {
        let distro = Self::from_release(&fs::read_to_string("/etc/os-release").unwrap_or_default());
        if Path::new("/usr/bin/apt-get").exists() {
            distro
        } else {
            Self::Other
        }
    }

    fn from_release(text: &str) -> Self {
        let mut ids: Vec<&str> = Vec::new();
        for key in ["ID=", "ID_LIKE="] {
            for line in text.lines() {
                ids.extend(
                    line.strip_prefix(key)
                        .unwrap_or("")
                        .trim_matches('"')
                        .split_whitespace(),
                );
            }
        }
        match ids
            .into_iter()
            .find(|id| matches!(*id, "debian" | "ubuntu"))
        {
            Some("debian") => Self::Debian,
            Some(_) => Self::Ubuntu,
            None => Self::Other,
        }
    }
}

/// Installs packages; updates the lists only when they are empty or the first try fails.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let mut words = vec!["apt-get", "install", "-y", "--no-install-recommends"];
    words.extend(packages);
    let Some(prefix) = privilege() else {
        bail!(
            "packages are missing and neither root nor a sudo that asks nothing is at hand; run this, then try again:\n  sudo {}",
            words.join(" ")
        );
    };
    let apt = |words: &[&str]| {
        let mut all = prefix.to_vec();
        all.extend(words);
        let mut command = Command::new(all[0]);
        command.args(&all[1..]);
        process::run_silently(&mut command)
    };
    let _quiet = NoDaemons::begin(prefix)?;
    if !lists_are_empty() && apt(&words).is_ok() {
        return Ok(());
    }
    apt(&["apt-get", "update"])?;
    apt(&words)
}

/// Debian asks this program before a package's daemon is started (invoke-rc.d(8)).
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Where a policy of the machine's own waits meanwhile.
const ASIDE: &str = "/usr/sbin/policy-rc.d.pushcheck";

/// As long as this lives no installed daemon is started: one holds ports, and nobody has asked for it.
struct NoDaemons {
    prefix: &'static [&'static str],
}

impl NoDaemons {
    fn begin(prefix: &'static [&'static str]) -> Result<Self> {
        let quiet = Self { prefix };
        // An earlier install that was killed has left its own there and the machine's aside.
        if Path::new(POLICY).exists() && !Path::new(ASIDE).exists() {
            quiet.sh(&format!("mv {POLICY} {ASIDE}"))?;
        }
        quiet.sh(&format!(
            "printf '#!/bin/sh\\nexit 101\\n' >{POLICY} && chmod 755 {POLICY}"
        ))?;
        Ok(quiet)
    }

    fn sh(&self, line: &str) -> Result<()> {
        let words: Vec<&str> = self
            .prefix
            .iter()
            .copied()
            .chain(["sh", "-c", line])
            .collect();
        process::run_silently(Command::new(words[0]).args(&words[1..]))
    }
}

impl Drop for NoDaemons {
    fn drop(&mut self) {
        let back = format!("rm -f {POLICY}; if [ -e {ASIDE} ]; then mv {ASIDE} {POLICY}; fi");
        if let Err(error) = self.sh(&back) {
            eprintln!("xtask: cannot take {POLICY} away again: {error:#}");
        }
    }
}

/// Words before a command that needs root; None when there is no way without asking.
fn privilege() -> Option<&'static [&'static str]> {
    // Through env, because sudo drops our environment.
    const QUIET: &[&str] = &["env", "DEBIAN_FRONTEND=noninteractive"];
    const SUDO: &[&str] = &["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"];
    if rustix::process::geteuid().is_root() {
        return Some(QUIET);
    }
    process::answer(Command::new("sudo").args(["-n", "true"])).map(|_| SUDO)
}

fn lists_are_empty() -> bool {
    let Ok(lists) = fs::read_dir("/var/lib/apt/lists") else {
        return true;
    };
    !lists
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
}

#[cfg(test)]
mod tests {
    use super::Distro;

    #[test]
    fn the_release_file_tells_the_kind() {
        assert_eq!(Distro::from_release("NAME=x\nID=debian\n"), Distro::Debian);
        assert_eq!(
            Distro::from_release("ID=ubuntu\nID_LIKE=debian\n"),
            Distro::Ubuntu
        );
        assert_eq!(
            Distro::from_release("ID_LIKE=\"ubuntu debian\"\nID=linuxmint\n"),
            Distro::Ubuntu
        );
        assert_eq!(Distro::from_release("ID=fedora\n"), Distro::Other);
    }
}

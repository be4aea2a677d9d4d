//! What else weighs on a healthy run: a slow machine, and a page with a client of its own.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};

/// What weighs on a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strain {
    /// The browser has half of one processor.
    pub(crate) slow: bool,
    /// The page has connections of its own, and often something to do.
    pub(crate) busy: bool,
}

/// `slow`, `busy`, `slow-busy`; nothing: nothing.
impl fmt::Display for Strain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.slow, self.busy) {
            (true, true) => "slow-busy",
            (true, false) => "slow",
            (false, true) => "busy",
            (false, false) => "",
        })
    }
}

impl FromStr for Strain {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (slow, busy) = match text {
            "slow-busy" => (true, true),
            "slow" => (true, false),
            "busy" => (false, true),
            "" => (false, false),
            _ => bail!("it is none of slow, busy, slow-busy"),
        };
        Ok(Self { slow, busy })
    }
}

/// The client of a busy page: two streams, a socket that is opened again and again, and work for a fifth of the time.
pub(super) const BUSY: &str = include_str!("../../../pages/busy.js");

/// Linux' groups of processes: of version 1 the part for processor time, or version 2.
const ROOTS: [(&str, &str); 2] = [
    ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us"),
    ("/sys/fs/cgroup", "cpu.max"),
];

/// How far processor time is counted at a time, µs.
const PERIOD_US: u64 = 100_000;

/// Half of one processor: a quarter of what the lab's machines have.
const QUOTA_US: u64 = 50_000;

/// No cell lasts so long.
const OLD: Duration = Duration::from_secs(900);

/// Gives whatever this process starts from now on half of one processor, until it is called with `false`.
///
/// # Errors
/// There are no such groups here, or we may not make any.
pub(super) fn slow(slowly: bool) -> Result<()> {
    let here = |(root, limit): &&(&str, &str)| {
        let of_version_2 = *limit == "cpu.max";
        !of_version_2 || Path::new(root).join("cgroup.controllers").is_file()
    };
    let root = ROOTS.iter().filter(here);
    let mut root = root.filter(|(root, _)| Path::new(root).join("cgroup.procs").is_file());
    let (root, limit) = root
        .next()
        .context("no groups of processes are to be had here")?;
    let root = Path::new(root);
    if !slowly {
        return fs::write(root.join("cgroup.procs"), "0").context("cannot leave a group");
    }
    // Those that earlier cells left are empty by now; one that is not cannot be removed, and a new one must not be.
    for entry in fs::read_dir(root)?.flatten() {
        let age = entry.metadata().and_then(|of| of.modified());
        let age = age.ok().and_then(|made| made.elapsed().ok());
        let is_old = age.is_some_and(|age| age > OLD);
        let is_ours = entry
            .file_name()
            .to_string_lossy()
            .starts_with("pushcheck-");
        if is_old && is_ours {
            let _ = fs::remove_dir(entry.path());
        }
    }
    let group = root.join(format!("pushcheck-{:016x}", fastrand::u64(..)));
    fs::create_dir(&group).context("cannot make a group of processes")?;
    let text = match *limit {
        "cpu.max" => format!("{QUOTA_US} {PERIOD_US}"),
        _ => QUOTA_US.to_string(),
    };
    fs::write(group.join(limit), text).context("cannot limit a group's time")?;
    fs::write(group.join("cgroup.procs"), "0").context("cannot join a group")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strain_is_read_as_it_is_told() -> Result<()> {
        for (slow, busy) in [(false, false), (true, false), (false, true), (true, true)] {
            let strain = Strain { slow, busy };
            assert_eq!(strain.to_string().parse::<Strain>()?, strain);
        }
        assert!("fast".parse::<Strain>().is_err());
        Ok(())
    }
}

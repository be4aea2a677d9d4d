//! How many files the process may have open: every connection is one.

use crate::limits::Limits;

/// Files besides connections: listeners, the log, the page's files while they are read.
const OTHERS: u64 = 64;

/// Takes all the open files that the system grants, and says so in the log where they are fewer than the limit of
/// connections needs. It is the whole process's, so the program calls it, and [`crate::bind`] does not.
pub fn raise_open_files(limits: &Limits) {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) if files < limits.connections as u64 + OTHERS => tracing::warn!(
            files,
            connections = limits.connections,
            "fewer open files than connections: raise the hard limit (ulimit -Hn, LimitNOFILE)"
        ),
        Ok(files) => tracing::debug!(files, "open files"),
        Err(error) => tracing::warn!(%error, "cannot raise the limit of open files"),
    }
}

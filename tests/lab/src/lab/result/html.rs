//! Outcomes as a page.

use super::Record;

/// The matrix.
pub(crate) fn matrix(records: &[Record], seed: u64) -> String {
    let _ = (records, seed);
    String::new()
}

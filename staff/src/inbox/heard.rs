//! Who did what: the one place that tells the audit list.

use crate::{App, Who};

/// `what` was done to `on` by `who`.
pub(super) async fn heard(_app: &App, who: &Who, what: &'static str, on: &str) {
    tracing::info!(who = who.name, what, on, "done");
}

//! Who did what: the one place that tells the audit list.

use crate::{App, Problem, Who, auth};

/// `what` was done to `on` by `who`; where that cannot be written down, whoever asked is told that it failed.
pub(super) async fn heard(
    app: &App,
    who: &Who,
    what: &'static str,
    on: &str,
) -> Result<(), Problem> {
    auth::audit(app, who, what, on).await
}

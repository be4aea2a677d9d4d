//! Content security policies: our own, and one that forbids us.

use anyhow::{Result, bail, ensure};

use super::healthy::all_passed;
use super::{Lab, Outcome, RUN, SOON};
use crate::page::Page;

/// The page runs under the server's strict policy, Trusted Types and all, without one violation.
pub(super) async fn our_own_policy_is_not_violated(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, lab.field.server.page()).await?;
    page.ready(SOON).await?;
    let reported = page.diagnose(RUN).await?;
    all_passed(&reported.report)?;
    // Whatever the page shows: details unfolded, too.
    page.run("document.querySelector('push-check').shadowRoot.querySelectorAll('details').forEach((one) => { one.open = true; });")
        .await?;
    let record = page.record().await?;
    ensure!(
        record.violations.is_empty(),
        "the page's policy was violated: {:?}",
        record.violations
    );
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Outcome::ok()
}

/// The element says which directive is missing, and raises no exception.
pub(super) async fn a_policy_without_wasm_is_named(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(
        &lab.browser,
        &format!("{}/no-wasm.html", lab.field.site.url()),
    )
    .await?;
    page.ready(SOON).await?;
    let Err(told) = page.diagnose(RUN).await else {
        bail!("a report although the policy forbids WebAssembly")
    };
    let told = told.to_string();
    ensure!(
        told.contains("wasm-unsafe-eval"),
        "the directive is not named: {told}"
    );
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty(),
        "errors in the page: {:?}",
        record.errors
    );
    Outcome::ok()
}

//! Three nodes behind one name, with one database: a real page's run is one run, whichever node was asked.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::time::sleep;

use super::desk::Desk;
use super::{another, first, hands, told};
use crate::browser::Browser;
use crate::checks::healthy::MID_RUN;
use crate::checks::linked::{SEND, START, begun, opened, sent};
use crate::checks::{Lab, Outcome, RUN, SOON};
use crate::page::Page;

/// A link made on one node brings a report into another's inbox, and its ledger is complete and from all; where a node is killed in
/// the middle of a run the report says that something is missing, and proves nothing by that.
pub(in crate::checks) async fn a_report_of_three_nodes_is_whole_or_says_what_is_missing(
    lab: &Lab,
) -> Result<Outcome> {
    if lab.browser.browser() == Browser::Webkit {
        return Ok(Outcome::NotRun(
            "what nodes share is the same for every browser: Chromium and Firefox show it",
        ));
    }
    let mut desk = Desk::of_three(&[]).await?;
    let staff = first(&lab.browser, &desk.invitation).await?;
    let link = hands(
        staff,
        "const { url } = await ask('/v1/links', 'POST', { ticket: 'ACME-4711', note: null, language: 'en', required: [], mode: 'quick', skip: [],
            endpoints: [], start: 'click', expiresInHours: 1, runs: 2, level: 'full' });
        return url;",
    )
    .await?;
    let link = link.as_str().context("no link was made")?;
    let customer = another(&lab.browser).await?;
    let page = opened(&customer, link).await?;
    begun(page).await?;
    let whole = arrives(staff, page).await?;
    let nodes_seen = is_whole(&whole)?;

    let page = opened(&customer, link).await?;
    page.run(&format!("{START}.click();")).await?;
    sleep(MID_RUN).await;
    desk.kill(1);
    page.until("a button to send", SEND, RUN).await?;
    let less = arrives(staff, page).await?;
    let missing = says_what_is_missing(staff, &less).await?;
    customer.close().await;
    Ok(Outcome::Passed(format!(
        "{nodes_seen}; without one: {missing}"
    )))
}

/// Sends what is shown; once its row has come into the inbox by itself, what the API tells of it.
async fn arrives(staff: Page<'_>, page: Page<'_>) -> Result<Value> {
    let (_, number) = sent(page).await?;
    let link = format!(
        "[...document.querySelectorAll('.line a')].find((one) => one.textContent === '{number}')"
    );
    staff
        .until("the report in the inbox of another node", &link, SOON)
        .await?;
    let at = staff.run(&format!("return {link}.hash;")).await?;
    let id = at.as_str().and_then(|hash| hash.strip_prefix("#/reports/"));
    told(
        staff,
        &format!("/v1/reports/{}", id.context("its row leads nowhere")?),
    )
    .await
}

fn each<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of[name].as_array().into_iter().flatten()
}

/// What names an attempt on both sides.
fn attempt(of: &Value) -> (String, u64) {
    let probe = of["probe"].as_str().unwrap_or_default().to_owned();
    (probe, of["attempt"].as_u64().unwrap_or_default())
}

fn instances(of: &Value) -> BTreeSet<&str> {
    each(of, "sightings")
        .filter_map(|seen| seen["instance"].as_str())
        .collect()
}

/// All passed, each attempt was seen on both sides, and by all three nodes together.
fn is_whole(told: &Value) -> Result<String> {
    let (report, ledger) = (&told["report"], &told["ledger"]);
    let evidence = &report["evidence"];
    ensure!(
        report["result"] == "passed",
        "{} {}",
        report["result"],
        report["findings"]
    );
    ensure!(
        evidence["complete"] == true,
        "the page's copy is not complete: {}",
        evidence["instances"]
    );
    ensure!(
        ledger["complete"] == true,
        "the nodes' copy is not complete: {}",
        ledger["instances"]
    );
    for (whose, of) in [("the page's copy", evidence), ("the nodes' copy", ledger)] {
        ensure!(
            each(of, "instances").count() == 3,
            "{whose} is of {}",
            of["instances"]
        );
        ensure!(
            instances(of).len() == 3,
            "of {whose} only these saw anything: {:?}",
            instances(of)
        );
        let seen: BTreeSet<_> = each(of, "sightings").map(attempt).collect();
        let tried = each(evidence, "traces").map(attempt);
        let unseen: Vec<_> = tried.filter(|one| !seen.contains(one)).collect();
        ensure!(unseen.is_empty(), "{whose} lacks {unseen:?}");
    }
    Ok(format!(
        "{} arrivals at three nodes",
        each(ledger, "sightings").count()
    ))
}

/// Neither copy is complete, the page that staff see says so, and what is not there proves nothing.
async fn says_what_is_missing(staff: Page<'_>, told: &Value) -> Result<String> {
    let (report, ledger) = (&told["report"], &told["ledger"]);
    ensure!(
        report["evidence"]["complete"] == false,
        "the page's copy is complete"
    );
    ensure!(ledger["complete"] == false, "the nodes' copy is complete");
    ensure!(
        each(ledger, "instances").count() == 3,
        "{}",
        ledger["instances"]
    );
    for finding in each(report, "findings") {
        // A node that dies ends what it held as others do who stand in between.
        ensure!(
            finding["strength"] != "proved",
            "proved, although nobody knows what a node saw: {finding}"
        );
    }
    staff
        .run(&format!(
            "location.hash = '#/reports/{}';",
            told["id"].as_str().unwrap_or_default()
        ))
        .await?;
    let said = "document.getElementById('ledger')?.innerText.includes('This server’s copy is not complete')";
    staff
        .until("the word that something is missing", said, SOON)
        .await?;
    let found: Vec<String> = each(report, "findings")
        .map(|one| format!("{} {}", one["strength"], one["code"]).replace('"', ""))
        .collect();
    Ok(format!("{} {found:?}", report["result"]))
}

//! Logs of the browser's own network, handed to a page whose run is over.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Lab, Outcome, RUN, SOON};
use crate::page::Page;

/// Hands over files of other sorts one after another, then two at once, then one that names errors of attempts that passed.
const HAND: &str = r#"
    const element = document.querySelector("push-check");
    const note = () => element.shadowRoot.querySelector(".note").textContent;
    const { id } = element.report.run;
    const before = element.report;
    const hand = async (...parts) => [await element.readNetLog(new Blob(parts)) && "read", note()];
    const constants = '{"constants":{"logSourceType":{"URL_REQUEST":1},"netError":{"ERR_NAME_NOT_RESOLVED":-105}},\n"events": [\n';
    const asked = (run, n, probe) => `{"params":{"url":"http://a.test/v1/runs/${run}/${probe}/1/x"},"phase":1,"source":{"id":${n},"start_time":"1","type":1},"time":"1","type":2},\n`;
    const failed = (n) => `{"params":{"net_error":-105},"phase":2,"source":{"id":${n},"start_time":"1","type":1},"time":"2","type":2},\n`;
    const said = [await hand(), await hand("Dear diary"), await hand(constants, asked("0".repeat(32), 1, "poll"), failed(1))];
    const gone = await element.readNetLog({ stream: () => { throw new TypeError("gone"); } });
    said.push([gone, note()]);
    const unchanged = element.report === before;
    const whole = [constants, asked(id, 1, "poll"), asked(id, 2, "web-socket"), failed(2), failed(1)];
    const both = await Promise.all([hand(...whole), element.readNetLog(new Blob(whole))]);
    const named = element.report.evidence.traces.flatMap(({ probe, attempt, events }) =>
        events.filter(({ event }) => event.what === "net-error").map(({ event }) => `${probe} ${attempt} ${event.name}`));
    const same = ["result", "methods", "findings"].every((part) => JSON.stringify(element.report[part]) === JSON.stringify(before[part]));
    return { said, unchanged, both, named: named.sort(), same };
"#;

/// Each file that tells nothing is called by its reason and changes nothing; an error of an attempt that passed explains nothing.
pub(super) async fn a_log_is_read_or_called_by_its_reason(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.page).await?;
    page.ready(SOON).await?;
    page.diagnose(RUN).await?;
    let told = lab.browser.run_async(HAND, SOON).await?;
    let said = json!([
        [null, "There is nothing in that file."],
        [null, "That file is no such log."],
        [
            null,
            "That log knows nothing of this check: start it first, then run the check again."
        ],
        [null, "That file cannot be read."],
    ]);
    ensure!(told["said"] == said, "it says {}", told["said"]);
    ensure!(told["unchanged"] == true, "the report changed");
    let read = json!(["read", "The log names 2 of this check’s errors."]);
    ensure!(told["both"][0] == read, "it says {}", told["both"][0]);
    ensure!(told["both"][1] == Value::Null, "it reads two at once");
    let named = json!([
        "poll 1 ERR_NAME_NOT_RESOLVED",
        "web-socket 1 ERR_NAME_NOT_RESOLVED"
    ]);
    ensure!(told["named"] == named, "it names {}", told["named"]);
    ensure!(
        told["same"] == true,
        "errors of attempts that passed change what is found"
    );
    Outcome::ok()
}

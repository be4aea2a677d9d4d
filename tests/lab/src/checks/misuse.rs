//! What `run()` is told wrongly: the only thing for which it rejects.

use anyhow::{Result, bail};
use serde_json::Value;

use super::life::held_by_nobody;
use super::{Lab, Outcome, SOON};
use crate::page::Page;

/// Arguments, and what the error must name.
const MISUSE: &[(&str, &str)] = &[
    ("{bass: '/'}", "bass"),
    ("'fast'", "options"),
    ("[]", "options"),
    ("{base: 5}", "base"),
    ("{base: 'http://'}", "base"),
    ("{base: 'http://[1/'}", "base"),
    ("{base: 'ftp://example.com/'}", "base"),
    ("{base: 'ws://example.com/'}", "base"),
    ("{methods: 'polling'}", "methods"),
    ("{methods: []}", "methods"),
    ("{methods: ['web-transport']}", "methods"),
    ("{methods: [1]}", "methods"),
    ("{required: ['carrier-pigeon']}", "required"),
    (
        "{methods: ['polling'], required: ['web-socket']}",
        "required",
    ),
    ("{lanes: 7}", "lanes"),
    ("{lanes: [7]}", "lanes"),
    ("{requiredLanes: {}}", "requiredLanes"),
    ("{mode: 'slow'}", "mode"),
    ("{mode: 1}", "mode"),
    ("{longestSilenceMs: '5'}", "longestSilenceMs"),
    ("{longestSilenceMs: 125001}", "longestSilenceMs"),
    ("{longestSilenceMs: -1}", "longestSilenceMs"),
    ("{longestSilenceMs: NaN}", "longestSilenceMs"),
    ("{mode: 'watch', watchMs: 9999}", "watchMs"),
    ("{watchMs: 28800001}", "watchMs"),
    ("{watchMs: '1'}", "watchMs"),
    ("{need: 'Chat'}", "need"),
    ("{need: []}", "need"),
    ("{need: 7}", "need"),
    ("{need: {uplink: 'often'}}", "need.uplink"),
    ("{need: {downlink: 'none'}}", "need.downlink"),
    ("{need: {latencyMs: -1}}", "need.latencyMs"),
    ("{need: {latencyMs: '1'}}", "need.latencyMs"),
    ("{need: {audience: 1}}", "need.audience"),
    ("{need: {servers: 'two'}}", "need.servers"),
    (
        "{need: {javascriptBothEnds: 'no'}}",
        "need.javascriptBothEnds",
    ),
    ("{need: {speed: 1}}", "need.speed"),
    ("{key: 'secret'}", "key"),
    ("{key: 7}", "key"),
    ("{labels: ['a']}", "labels"),
    ("{labels: {a: 1}}", "labels"),
    ("{endpoints: []}", "endpoints"),
    ("{endpoints: {polling: {url: '/'}}}", "polling"),
    ("{endpoints: {webSocket: {}}}", "endpoints.webSocket.url"),
    (
        "{endpoints: {webSocket: 'wss://example.com/'}}",
        "endpoints.webSocket",
    ),
    (
        "{endpoints: {webSocket: {url: 3}}}",
        "endpoints.webSocket.url",
    ),
    (
        "{endpoints: {webSocket: {url: 'http://['}}}",
        "endpoints.webSocket.url",
    ),
    (
        "{endpoints: {webSocket: {url: 'mailto:a@example.com'}}}",
        "endpoints.webSocket.url",
    ),
    (
        "{endpoints: {webSocket: {url: 'wss://example.com/', protocols: 'chat'}}}",
        "endpoints.webSocket.protocols",
    ),
    (
        "{endpoints: {webSocket: {url: 'wss://example.com/', timeoutMs: -1}}}",
        "endpoints.webSocket.timeoutMs",
    ),
    (
        "{endpoints: {webSocket: {url: 'wss://example.com/', headers: {a: 'b'}}}}",
        "endpoints.webSocket.headers",
    ),
    (
        "{endpoints: {serverSentEvents: {url: 'wss://example.com/'}}}",
        "endpoints.serverSentEvents.url",
    ),
    (
        "{endpoints: {serverSentEvents: {url: '/', withCredentials: 'yes'}}}",
        "endpoints.serverSentEvents.withCredentials",
    ),
    (
        "{endpoints: {longPolling: {url: '/', headers: 'a: b'}}}",
        "endpoints.longPolling.headers",
    ),
    ("{}, 'stop'", "signal"),
    ("{}, undefined, 'call me'", "onProgress"),
];

/// What became of a call: `TypeError` and message, or what it was instead.
async fn refused(page: Page<'_>, arguments: &str, field: &str) -> Result<()> {
    let script = format!(
        "try {{
            await widget.run({arguments});
            return 'resolved';
        }} catch (error) {{
            return error instanceof window.TypeError ? `TypeError: ${{error.message}}` : `no TypeError but ${{error}}`;
        }}"
    );
    let Value::String(what) = page.browser().run_async(&script, SOON).await? else {
        bail!("run({arguments}): no answer")
    };
    let named = what
        .strip_prefix("TypeError: ")
        .is_some_and(|message| names(message, field));
    if named {
        Ok(())
    } else {
        bail!("run({arguments}) must name {field}: {what}")
    }
}

/// The message holds the field as a word, not as a part of another one.
fn names(message: &str, field: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric();
    message.match_indices(field).any(|(at, _)| {
        let (before, after) = (&message[..at], &message[at + field.len()..]);
        !before.ends_with(part) && !after.starts_with(part)
    })
}

/// Each rejects at once with a `TypeError` that names the field, and leaves nothing behind.
pub(super) async fn every_misuse_names_its_field(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, &lab.field.widget_elsewhere()).await?;
    page.until("the widget's module", "window.widget", SOON)
        .await?;
    let mut wrong = Vec::new();
    for (arguments, field) in MISUSE {
        if let Err(error) = refused(page, arguments, field).await {
            wrong.push(error.to_string());
        }
    }
    held_by_nobody(page).await?;
    let record = page.record().await?;
    wrong.extend(record.errors);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n  "));
    }
    Ok(Outcome::Passed(format!("{} misuses", MISUSE.len())))
}

/// `ws:` from an https page throws in every browser: said before, by name.
pub(super) async fn a_plain_web_socket_on_an_https_page_is_misuse(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(
        &lab.browser,
        &format!("{}lab/run.html", lab.field.workshop.tls_page()?),
    )
    .await?;
    page.until("the widget's module", "window.widget", SOON)
        .await?;
    let arguments = "{endpoints: {webSocket: {url: 'ws://example.com/'}}}";
    refused(page, arguments, "endpoints.webSocket.url").await?;
    Outcome::ok()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_field_is_named_only_as_a_word() {
        assert!(
            names("base is not a URL", "base")
                && names(
                    "`endpoints.webSocket.url` is needed",
                    "endpoints.webSocket.url"
                )
        );
        assert!(
            !names("database is not a URL", "base")
                && !names("requiredLanes must be a list", "required")
        );
    }
}

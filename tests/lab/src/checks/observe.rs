//! Whether it is the page's own code: sample apps, looked at by `push-check-observe.js` while they do what they do.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use pushcheck::diagnosis::{Code, FactName, Finding, Strength};
use tokio::time::sleep;

use super::{Lab, Outcome, RUN, SOON};
use crate::page::{Page, Reported, was_starved};
use crate::sample::Sample;

/// How long an app is left alone before the check.
const WHILE: Duration = Duration::from_millis(3_200);

/// The same script once more, inline, and what it says of a query in which tokens stand without a name.
const INLINE: &str = "
    const asked = new XMLHttpRequest();
    asked.open('GET', document.querySelector('script[crossorigin]').src, false);
    asked.send();
    document.head.append(Object.assign(document.createElement('script'), { text: asked.responseText }));
    if (!window.pushCheckObserve) return 'not there';
    new EventSource('/nothing?eyJ0.eyJ0.c2ln&c2VjcmV0==&a=1&b==2').close();
    const [{ query }] = pushCheckObserve.record();
    pushCheckObserve.remove();
    return query.join();";

/// Apps in which something is wrong, with the fact that must be named and how surely the cause is.
const BROKEN: [(&str, FactName, Strength); 9] = [
    (
        "sends-before-open",
        FactName::ClientSentEarly,
        Strength::Proved,
    ),
    (
        "ends-too-soon",
        FactName::ClientEndedEarly,
        Strength::Proved,
    ),
    (
        "takes-text-for-json",
        FactName::ClientHandlerThrew,
        Strength::Likely,
    ),
    ("begins-at-once", FactName::ClientAtOnce, Strength::Likely),
    ("hears-no-end", FactName::ClientUnheard, Strength::Likely),
    (
        "closes-with-a-wrong-code",
        FactName::ClientUnheard,
        Strength::Likely,
    ),
    (
        "waits-for-the-end",
        FactName::ClientReadWhole,
        Strength::Likely,
    ),
    ("leaves-its-stream", FactName::ClientLeft, Strength::Likely),
    (
        "gives-up-too-soon",
        FactName::ClientEndedEarly,
        Strength::Proved,
    ),
];

/// Apps that are right, some of them at endpoints that are not; the last one is wrong at an endpoint that refuses everybody.
const BLAMELESS: [&str; 13] = [
    "correct/waits-and-comes-back",
    "correct/mounts-twice",
    "correct/follows-events",
    "correct/reads-a-stream",
    "correct/polls",
    "correct/says-goodbye",
    "correct/types-on",
    "correct/catches-and-waits",
    "correct/tells-by-events",
    "correct/one-job-each",
    "correct/is-refused",
    "correct/finds-nobody",
    "both/sends-before-it-is-refused",
];

/// Each broken app is named, by what it does.
pub(super) async fn what_the_pages_own_code_spoils_is_named(lab: &Lab) -> Result<Outcome> {
    let sample = Sample::start().await?;
    let mut wrong = Vec::new();
    for (name, fact, strength) in BROKEN {
        let report = looked_at(lab, &sample, &format!("broken/{name}")).await?;
        let told = match blamed(&report)[..] {
            [finding] => {
                let facts: Vec<_> = finding.facts.iter().map(|fact| fact.fact).collect();
                let known = finding.strength == strength && facts.contains(&fact);
                (!known).then(|| format!("{:?}, {facts:?}", finding.strength))
            }
            [] => Some("nothing".to_owned()),
            _ => Some("more than one finding".to_owned()),
        };
        if let Some(told) = told {
            let clients = &report.json["surroundings"]["clients"];
            wrong.push(format!("{name}: {told}; {clients}"));
        }
    }
    // Beside an endpoint of the same method with which nothing is wrong.
    let report = looked_at(lab, &sample, "broken/throws-beside").await?;
    let codes: Vec<_> = blamed(&report).iter().map(|one| one.code).collect();
    if codes != [Code::BadUrlSyntax] {
        let clients = &report.json["surroundings"]["clients"];
        wrong.push(format!("throws-beside: {codes:?}; {clients}"));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all = BROKEN.len() + 1;
    Ok(Outcome::Passed(format!("{all} of {all} named")))
}

/// No app is blamed for what its server or its browser does.
pub(super) async fn apps_that_are_right_are_not_blamed(lab: &Lab) -> Result<Outcome> {
    let sample = Sample::start().await?;
    let mut wrong = Vec::new();
    for name in BLAMELESS {
        let report = looked_at(lab, &sample, name).await?;
        if !blamed(&report).is_empty() {
            let clients = &report.json["surroundings"]["clients"];
            wrong.push(format!("{name}: {clients}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(Outcome::Passed(format!("0 of {} blamed", BLAMELESS.len())))
}

fn blamed(reported: &Reported) -> Vec<&Finding> {
    let findings = reported.report.findings.iter();
    findings
        .filter(|finding| matches!(finding.code, Code::PageCode | Code::BadUrlSyntax))
        .collect()
}

/// Lets an app run for a while, checks beside it, and takes the observer away again.
async fn looked_at(lab: &Lab, sample: &Sample, app: &str) -> Result<Reported> {
    // A page that got no time of a busy machine is looked at once more.
    for _ in 0..2 {
        let site = lab.field.site.url();
        let url = format!("{site}/apps/app.html?app={app}&server={}", sample.url());
        let page = Page::open(&lab.browser, &url).await?;
        page.ready(SOON).await?;
        sleep(WHILE).await;
        let told = page.diagnose(RUN).await?;
        if was_starved(&told.report) {
            continue;
        }
        let clients = told.report.surroundings.clients.as_ref();
        clients.with_context(|| format!("{app}: nobody was looked at"))?;
        let record = page
            .run("return JSON.stringify(pushCheckObserve.record());")
            .await?;
        let record = record.as_str().unwrap_or_default().to_owned();
        ensure!(
            record.contains("\"host\":\"127.0.0.1\"") && !record.contains("welcome"),
            "{app}: the record is {record}"
        );
        let back = page
            .run("pushCheckObserve.remove(); return isBack();")
            .await?;
        ensure!(back == true, "{app}: what was wrapped stays wrapped");
        let inline = page.run(INLINE).await?;
        ensure!(
            inline == "(bare),(bare),a,b",
            "{app}: as an inline script, or by names: {inline}"
        );
        return Ok(told);
    }
    bail!("{app}: twice the page got no time")
}

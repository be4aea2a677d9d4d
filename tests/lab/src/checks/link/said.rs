//! What is said of a link, or in one: refusals, troubles, a stranger's markup, and whether everybody can read it.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{SEND, clean, opened, press, sent, tell, token};
use crate::checks::access::{AXE, FOUND};
use crate::checks::{Lab, Outcome, RUN, SOON};
use crate::page::Page;

/// Each refusal says what it is and what to do, in the reader's language, and shows nothing else of the link; the check can be run, and
/// nothing of it can be sent.
pub(in crate::checks) async fn a_link_that_is_refused_says_what_to_do(
    lab: &Lab,
) -> Result<Outcome> {
    let mut seen = Vec::new();
    for (digit, word) in [
        ('7', "complete"),
        ('8', "known"),
        ('9', "expired"),
        ('a', "used"),
        ('b', "withdrawn"),
    ] {
        let page = opened(lab, "?lang=en", &token(digit)).await?;
        let told = tell(
            page,
            "return [asked.querySelector('h2').textContent, asked.innerText, check.hidden, location.href];",
        )
        .await?;
        let said = told[0].as_str().unwrap_or_default().to_owned();
        ensure!(said.contains(word), "{digit}: {told}");
        ensure!(
            told[1].as_str().is_some_and(|text| text.contains("link")
                && text.contains("yourself")
                && !text.contains("ACME")),
            "{told}"
        );
        ensure!(told[2] == false, "the check is hidden: {told}");
        ensure!(!seen.contains(&said), "two say {said}");
        seen.push(said);
    }
    // One that cannot be a token is not even asked for.
    let page = opened(lab, "?lang=ja", "0123").await?;
    let told = tell(page, "return [asked.innerText, lab.links];").await?;
    ensure!(
        told[1] == json!([]) && told[0].as_str().is_some_and(|text| text.contains("不完全")),
        "{told}"
    );
    page.diagnose(RUN).await?;
    let room =
        "document.querySelector('push-check').shadowRoot.querySelector('[role=tab][id$=report]')";
    tell(page, "root.querySelector('[part=details]').click();").await?;
    page.until("the rooms", room, SOON).await?;
    page.run(&format!("{room}.click();")).await?;
    let copies =
        "document.querySelector('push-check').shadowRoot.querySelector('.leave .actions button')";
    page.until("what copies the report", copies, SOON).await?;
    let told = tell(
        page,
        "return [root.querySelectorAll('[part=send]').length, lab.reports.length, root.querySelector('.sends')];",
    )
    .await?;
    ensure!(told == json!([0, 0, null]), "it can be sent: {told}");
    clean(page).await?;
    Ok(Outcome::Passed(seen.join(" ")))
}

/// Where nobody answers, or a stranger does, the page says so and the check runs; what was found may still go by the link.
pub(in crate::checks) async fn a_link_that_nobody_tells_of_lets_the_check_run(
    lab: &Lab,
) -> Result<Outcome> {
    for (digit, word) in [('c', "place"), ('e', "now"), ('d', "could not be asked")] {
        let page = opened(lab, "?lang=en", &token(digit)).await?;
        let told = tell(
            page,
            "return [asked.innerText, check.hidden, asked.querySelector('.actions button').textContent];",
        )
        .await?;
        ensure!(
            told[0]
                .as_str()
                .is_some_and(|text| text.contains(word) && text.contains("mail")),
            "{digit}: {told}"
        );
        ensure!(
            told[1] == false && told[2] == "Try again",
            "{digit}: {told}"
        );
    }
    let page = opened(lab, "?lang=en", &token('d')).await?;
    tell(
        page,
        "lab.heals = true; asked.querySelector('.actions button').click();",
    )
    .await?;
    page.until("who asks", "document.querySelector('.asked details')", SOON)
        .await?;
    let page = opened(lab, "?lang=en", &token('d')).await?;
    tell(page, "root.querySelector('[part=primary]').click();").await?;
    page.until("a button to send", SEND, RUN).await?;
    let told = tell(
        page,
        "return [sends.querySelector('[part=send]').textContent, sends.querySelector('input:checked').value];",
    )
    .await?;
    ensure!(
        told == json!(["Send to whoever sent this link", "public"]),
        "{told}"
    );
    sent(page, &token('d')).await?;
    clean(page).await?;
    Outcome::ok()
}

/// Whatever a link says is text, and what is none of its words counts for nothing.
pub(in crate::checks) async fn markup_in_a_link_is_text(lab: &Lab) -> Result<Outcome> {
    let page = opened(lab, "?lang=en", &token('4')).await?;
    let told = tell(
        page,
        "return { title: asked.querySelector('h2').textContent, made: asked.querySelectorAll('img, script, a').length,
            options: check.options, acted: typeof acted };",
    )
    .await?;
    ensure!(
        told["title"]
            .as_str()
            .is_some_and(|text| text.starts_with("<img src=x")),
        "{told}"
    );
    ensure!(told["made"] == 0 && told["acted"] == "undefined", "{told}");
    let options = &told["options"];
    ensure!(
        options["required"] == json!([])
            && options["mode"] == "quick"
            && options["methods"]
                .as_array()
                .is_some_and(|all| all.len() == 5)
            && options["endpoints"].is_null(),
        "{told}"
    );
    press(page).await?;
    page.until("a button to send", SEND, RUN).await?;
    let told = tell(
        page,
        "return [sends.querySelector('input:checked').value, sends.querySelectorAll('input').length, root.querySelectorAll('.sends img, .sends script').length, typeof acted];",
    )
    .await?;
    ensure!(
        told == json!(["public", 1, 0, "undefined"]),
        "the least leaves: {told}"
    );
    clean(page).await?;
    Outcome::ok()
}

/// What is too long, of the wrong kind, or would reorder what stands around it goes no further.
pub(in crate::checks) async fn what_a_link_says_is_bounded(lab: &Lab) -> Result<Outcome> {
    let page = Page::open(&lab.browser, lab.field.workshop.page()).await?;
    let told = page
        .browser()
        .run_async(
            "const { read, options, tokenOf, grouped, elsewhere } = await import(new URL('more/ask.js', location));
            const token = '0123456789abcdef0123456789abcdef';
            const endpoints = [
                { method: 'web-socket', url: 'ws://plain.example/' }, { method: 'web-socket', url: 'wss://a.example/x?y#z', protocols: ['chat.v2', 'a b', 7, 'chat', 'chat.v2'] },
                { method: 'web-socket', url: 'wss://b.example/' }, { method: 'long-polling', url: 'https://user:pass@c.example/' },
                { method: 'polling', url: 'https://d.example/' }, { method: 'constructor', url: 'https://e.example/' }, null];
            const of = (more, page = { secure: true, file: false }) => read({ from: 'A', ...more }, page);
            const link = of({ test: { endpoints }, start: 'itself' });
            const odd = of({ from: 'a\\u202eb\\n c'.padEnd(5000, 'x'), note: 'x\\r\\ny\\u0000'.padEnd(9000, 'z'), test: 7, level: 'all', expiresAt: 1e99, runsLeft: -1,
                before: 'K7M2P0', alternates: ['https://o.example', 'javascript:1', 'https://u:p@o.example/', {}] });
            return [
                [token, `${token}.`, `${token}0`, `${token}z`, token.slice(1), token.toUpperCase(), '', undefined].map(tokenOf),
                [null, [], 'x', { from: 7 }, { from: ' ' }].map((said) => read(said, {})),
                link.endpoints.map(({ shown, barred }) => [shown, barred]), options(link).endpoints, link.itself,
                of({ test: { endpoints } }, { secure: false, file: true }).endpoints.map(({ barred }) => barred),
                [odd.from.length, odd.from.slice(0, 4), odd.note.length, odd.note.slice(0, 3), odd.level, odd.expiresAt, odd.runsLeft, odd.before, odd.alternates],
                of({ test: { skip: ['polling', 'web-socket', 'nothing'], required: ['web-socket', 'long-polling'] } }).required,
                [grouped('K7M2PX'), grouped('K7M2P'), grouped('k7m2px'), grouped(null)], elsewhere(undefined),
            ];",
            SOON,
        )
        .await?;
    let token = "0123456789abcdef0123456789abcdef";
    let expected = json!([
        [token, token, null, null, null, null, null, null],
        [null, null, null, null, null],
        [["ws://plain.example:80", "plain"], ["wss://a.example:443", null]],
        {"webSocket": {"url": "wss://a.example/x?y", "protocols": ["chat.v2", "chat"]}},
        false,
        ["file", "file", "file"],
        [119, "ab c", 4000, "x\ny", "public", null, null, null, ["https://o.example/"]],
        ["long-polling"],
        ["K7M-2PX", null, null, null],
        [],
    ]);
    ensure!(told == expected, "{told}");
    Outcome::ok()
}

/// In each of its states axe-core finds nothing, in light and dark, and nothing is wider than a small phone.
pub(in crate::checks) async fn a_link_is_accessible(lab: &Lab) -> Result<Outcome> {
    let Some(axe) = std::env::var_os(AXE) else {
        return Ok(Outcome::NotRun("axe-core is not there"));
    };
    let axe = std::fs::read_to_string(axe)?;
    let mut passed = 0;
    for (digit, query, steps) in [
        ('1', "?theme=dark", 0),
        ('9', "?theme=dark&lang=ja", 0),
        ('c', "?theme=light", 0),
        ('3', "?theme=dark", 1),
        ('0', "?theme=light", 2),
    ] {
        let page = opened(lab, query, &token(digit)).await?;
        if steps > 0 {
            press(page).await?;
            page.until("a button to send", SEND, RUN).await?;
        }
        if steps > 1 {
            sent(page, &token(digit)).await?;
        }
        let script = format!("{axe}; await new Promise((done) => setTimeout(done, 100)); {FOUND}");
        let told = page.browser().run_async(&script, SOON * 3).await?;
        passed += told["passed"].as_u64().unwrap_or_default();
        ensure!(told["found"] == json!([]), "{digit}{query}: {told}");
        let wide = tell(
            page,
            "document.body.style.padding = '0';
            document.body.style.width = '320px';
            const { right } = asked.getBoundingClientRect();
            const all = [...asked.querySelectorAll('*'), ...root.querySelectorAll('.sends *, .receipt *')];
            const within = (one) => one.closest('.asked') ? right : one.closest('section').getBoundingClientRect().right;
            return all.filter((one) => !one.closest('pre, .unseen')).filter((one) => one.getBoundingClientRect().width)
                .filter((one) => one.getBoundingClientRect().right > within(one) + 1).map((one) => `${one.localName} ${one.textContent.slice(0, 40)}`);",
        )
        .await?;
        ensure!(wide == json!([]), "{digit}{query}: it is too wide: {wide}");
    }
    ensure!(passed > 0, "no rule applied: it did not look");
    Ok(Outcome::Passed(format!("{passed} rules passed")))
}

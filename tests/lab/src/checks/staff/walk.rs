//! The whole way: from the first start's link to a report that is deleted.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::desk::Desk;
use super::{another, export, first, go, hands, hears, told, view};
use crate::checks::linked::{begun, opened, sent};
use crate::checks::{Lab, Outcome, SOON};
use crate::page::Page;

const TICKET: &str = "ACME-4711";

/// Every WebSocket is refused at first, so that there is something to mark, and to cure.
const BROKEN: &[&str] = &["--refuse-upgrades=version-426"];

/// The link's row as it changes, and a mark that a page loaded anew would not have.
const WATCHED: &str = "window.stays = true;
    window.states = [];
    const look = () => {
        const state = document.querySelector('.line.out')?.dataset.link;
        if (state && states.at(-1) !== state) states.push(state);
    };
    look();
    new MutationObserver(look).observe(document.querySelector('main'), { childList: true, subtree: true, attributes: true });";

/// A password is chosen, a link goes out, its report comes into the open inbox, is read, handed on, marked, compared with the one after
/// the cure, deleted; whoever is signed out reads nothing of it. The server is killed in between, and keeps all.
pub(in crate::checks) async fn a_link_goes_out_and_its_report_comes_in(
    lab: &Lab,
) -> Result<Outcome> {
    walk(lab, Desk::start(lab.browser.browser(), BROKEN).await?).await
}

/// The same where three nodes share a database, and each request goes to another one. They are killed one after another.
pub(in crate::checks) async fn three_nodes_are_one_to_whoever_reads_and_whoever_sends(
    lab: &Lab,
) -> Result<Outcome> {
    walk(lab, Desk::of_three(BROKEN).await?).await
}

async fn walk(lab: &Lab, mut desk: Desk) -> Result<Outcome> {
    let staff = first(&lab.browser, &desk.invitation).await?;
    let customer = another(&lab.browser).await?;

    go(staff, "#/links/new", "New link").await?;
    let link = made(staff, &format!("fill('Ticket', '{TICKET}'); fill('Note to the customer (shown above the check)', 'At your desk, please.');
        [...document.querySelectorAll('fieldset')].find((one) => one.textContent.startsWith('The check fails without'))
            .querySelectorAll('label').forEach((one) => one.textContent === 'WebSocket' && one.click());")).await?;
    ensure!(
        link.starts_with(desk.page()),
        "{link} is none of {}",
        desk.page()
    );
    go(staff, "#/inbox", "Inbox").await?;
    staff.run(WATCHED).await?;
    let page = opened(&customer, &link).await?;
    let asked = page
        .run("return document.querySelector('.asked').innerText;")
        .await?;
    let asked = asked.as_str().unwrap_or_default();
    ensure!(
        [TICKET, "ACME support", "At your desk, please."]
            .iter()
            .all(|said| asked.contains(said)),
        "{asked}"
    );
    let heard = "document.querySelector('.line.out[data-link=opened]')";
    staff
        .until("the word that it was opened", heard, SOON)
        .await?;
    begun(page).await?;
    let (shown, number) = sent(page).await?;
    clean(page).await?;
    let id = arrived(staff, &number).await?;
    read(staff, &id, &number, &shown).await?;
    mark(staff, &id).await?;
    let whole = told(staff, &format!("/v1/reports/{id}")).await?;
    export::is_what_the_api_tells(staff, &whole).await?;
    export::is_a_golden_case(staff, &whole, &shown).await?;

    hands(staff, "press('Check again');").await?;
    view(staff, "Check again").await?;
    let link = made(
        staff,
        &format!(
            "if (field('Ticket').value !== '{TICKET}') throw new Error('it is of another ticket');"
        ),
    )
    .await?;
    desk.again(&[]).await?;
    hears(staff).await?;
    go(staff, &format!("#/reports/{id}"), &number).await?;
    let page = opened(&customer, &link).await?;
    begun(page).await?;
    let (_, second) = sent(page).await?;
    clean(page).await?;
    let id = compared(staff, &number, &second).await?;
    let stays = staff.run("return [window.stays, states];").await?;
    ensure!(stays[0] == true, "the page was loaded again");
    ensure!(
        stays[1] == json!(["sent", "opened", "running"]),
        "the link became {}",
        stays[1]
    );
    deleted(staff, &id, &second).await?;
    clean(staff).await?;
    desk.kill_all();
    hands(staff, "press('Sign out');").await?;
    let said = "document.querySelector('.notice.why:not([hidden])')?.textContent.includes('You are still signed in')";
    staff
        .until("the word that nobody was signed out", said, 2 * SOON)
        .await?;
    desk.again(&[]).await?;
    signed_out(staff, &id, &number).await?;
    customer.close().await;
    Ok(Outcome::Passed(format!("{number}, then {second}")))
}

/// Makes a link of one report by the form, and gives its address.
async fn made(staff: Page<'_>, filled: &str) -> Result<String> {
    hands(
        staff,
        &format!("{filled} fill('For so many reports (1–100)', '1'); press('Make the link');"),
    )
    .await?;
    view(staff, &format!("Link for {TICKET}")).await?;
    let link = hands(
        staff,
        "const link = field('Address').value;
        if (!field('A message to paste').value.includes(link)) throw new Error('the message has another link');
        if (!document.querySelector('.qr path')) await new Promise((done) => setTimeout(done, 1000));
        return document.querySelector('.qr path') ? link : 'there is no code';",
    )
    .await?;
    Ok(link.as_str().unwrap_or_default().to_owned())
}

/// The report's row comes by itself, and is unread; gives the report's id.
async fn arrived(staff: Page<'_>, number: &str) -> Result<String> {
    let row = row(number);
    staff.until("the report in the inbox", &row, SOON).await?;
    staff
        .until(
            "no link that is out",
            "!document.querySelector('.line.out')",
            SOON,
        )
        .await?;
    let told = staff
        .run(&format!("const row = {row}; return [row.dataset.unread, row.querySelector('a').hash, row.innerText];"))
        .await?;
    ensure!(told[0] == "yes", "it is not unread: {told}");
    let text = told[2].as_str().unwrap_or_default();
    ensure!(
        text.contains(TICKET) && text.contains("by a link"),
        "its row says {text}"
    );
    let id = told[1]
        .as_str()
        .and_then(|hash| hash.strip_prefix("#/reports/"));
    Ok(id.context("its row leads nowhere")?.to_owned())
}

/// An expression for the row of a report.
fn row(number: &str) -> String {
    format!(
        "[...document.querySelectorAll('.list .line')].find((one) => one.querySelector('a').textContent === '{number}')"
    )
}

/// Opened by its row it is what the customer was shown, to the byte; the server's own copy says the same; and it is read.
async fn read(staff: Page<'_>, id: &str, number: &str, shown: &str) -> Result<()> {
    staff
        .run(&format!("{}.querySelector('a').click();", row(number)))
        .await?;
    view(staff, &format!("Report {number} · {TICKET}")).await?;
    staff
        .until("what the customer saw", "document.querySelector('#seen push-check')?.shadowRoot?.querySelector('[part=headline]')?.textContent", SOON)
        .await?;
    let told = hands(
        staff,
        &format!(
            "const raw = await (await fetch('/v1/reports/{id}/raw')).text();
            return {{ raw, run: document.querySelector('#seen push-check').report.run.id, ledger: document.getElementById('ledger').innerText }};"
        ),
    )
    .await?;
    ensure!(told["raw"] == shown, "what is kept is not what was shown");
    let own: Value = serde_json::from_str(shown)?;
    ensure!(told["run"] == own["run"]["id"], "another run is shown");
    let ledger = told["ledger"].as_str().unwrap_or_default();
    ensure!(
        ledger.contains("This server’s copy is complete.")
            && !ledger.contains("contradict each other"),
        "{ledger}"
    );
    go(staff, "#/inbox", "Inbox").await?;
    let unread = format!(
        "!{}.dataset.unread && document.querySelector('.bar').textContent.includes('unread: 0')",
        row(number)
    );
    staff.until("a report that was read", &unread, SOON).await?;
    go(staff, &format!("#/reports/{id}"), number).await
}

/// What mended it is noted, and kept.
async fn mark(staff: Page<'_>, id: &str) -> Result<()> {
    hands(
        staff,
        "const first = document.querySelector('#marks .marks > li');
        if (!first) throw new Error('nothing was found that could be marked');
        fill('It was', 'fixed-by');
        fill('What it was, or what mended it', 'Version 13 is answered');
        press('Keep the mark', first);",
    )
    .await?;
    let kept = "document.querySelector('#marks li').innerText.includes('Kept.')";
    staff.until("the mark", kept, SOON).await?;
    let told = told(staff, &format!("/v1/reports/{id}")).await?;
    let mark = &told["marksList"][0];
    ensure!(
        mark["verdict"] == "fixed-by"
            && mark["note"] == "Version 13 is answered"
            && mark["who"] == "ada"
            && mark["finding"] == told["report"]["findings"][0]["id"],
        "{mark}"
    );
    Ok(())
}

/// The second run's report is told of on the first one's page; on its own the first stands beside it. Gives its id.
async fn compared(staff: Page<'_>, first: &str, second: &str) -> Result<String> {
    let told = format!(
        "[...document.querySelectorAll('.notice a')].find((one) => one.textContent === '{second}')"
    );
    staff
        .until("the word that another has arrived", &told, SOON)
        .await?;
    staff.run(&format!("{told}.click();")).await?;
    view(staff, &format!("Report {second}")).await?;
    let beside = "document.querySelector('#earlier .beside')?.shadowRoot?.querySelector('table')";
    staff.until("both beside each other", beside, SOON).await?;
    let told = hands(
        staff,
        "return { id: location.hash.slice('#/reports/'.length), with: field('Compare with').selectedOptions[0].textContent,
            text: document.querySelector('#earlier .beside').shadowRoot.querySelector('[part=card]').innerText };",
    )
    .await?;
    ensure!(
        told["with"]
            .as_str()
            .is_some_and(|with| with.starts_with(first)),
        "it is compared with {}",
        told["with"]
    );
    let text = told["text"].as_str().unwrap_or_default();
    ensure!(text.contains("WebSocket"), "{text}");
    let id = told["id"].as_str().unwrap_or_default().to_owned();
    let earlier = super::told(staff, &format!("/v1/reports/{id}")).await?;
    let verdict = |report: &Value| -> Value {
        let methods = report["methods"].as_array().into_iter().flatten();
        let mut sockets = methods.filter(|one| one["method"] == "web-socket");
        sockets
            .next()
            .map_or(Value::Null, |one| one["verdict"].clone())
    };
    ensure!(
        earlier["earlier"][0]["number"]
            .as_str()
            .map(|number| number.to_owned())
            == Some(first.replace('-', "")),
        "{}",
        earlier["earlier"]
    );
    ensure!(verdict(&earlier["report"]) == "passed", "nothing was cured");
    Ok(id)
}

/// Deleted by two clicks it is in no list, and at no address.
async fn deleted(staff: Page<'_>, id: &str, number: &str) -> Result<()> {
    hands(staff, "press('Delete');").await?;
    hands(
        staff,
        "press('Delete', document.querySelector('.confirmed'));",
    )
    .await?;
    view(staff, "Inbox").await?;
    let gone = format!("!{}", row(number));
    staff.until("an inbox without it", &gone, SOON).await?;
    let status = staff
        .browser()
        .run_async(
            &format!("return (await fetch('/v1/reports/{id}')).status;"),
            SOON,
        )
        .await?;
    ensure!(status == 404, "it answers {status}");
    Ok(())
}

/// Nothing stays on the page, and nothing is answered any more.
async fn signed_out(staff: Page<'_>, id: &str, number: &str) -> Result<()> {
    // The page that is left is one to go back to.
    let at = staff
        .run("return `${location.origin}/?lang=en&again${location.hash}`;")
        .await?;
    let staff = Page::open(staff.browser(), at.as_str().unwrap_or_default()).await?;
    view(staff, "Inbox").await?;
    hands(staff, "press('Sign out');").await?;
    view(staff, "Sign in").await?;
    let asked = format!(
        "const paths = ['session', 'reports', 'reports/{id}', 'reports/{id}/raw', 'reports/{id}/case', 'reports.csv', 'links', 'live', 'changes', 'figures',
            'profiles', 'users', 'tokens', 'webhooks', 'audit'];
        const answers = await Promise.all(paths.map(async (path) => [path, (await fetch(`/v1/${{path}}`)).status]));
        return answers.filter(([, status]) => status !== 401);"
    );
    let answered = staff.browser().run_async(&asked, SOON).await?;
    ensure!(answered == json!([]), "these are answered: {answered}");
    let nothing = async |what: &str| -> Result<()> {
        let text = staff
            .run("return document.documentElement.outerHTML + document.title + document.cookie;")
            .await?;
        let text = text.as_str().unwrap_or_default();
        ensure!(
            !text.contains(TICKET) && !text.contains(number),
            "{what} there is still something to read: {text}"
        );
        Ok(())
    };
    nothing("signed out").await?;
    staff.browser().back().await?;
    view(staff, "Sign in").await?;
    nothing("by going back").await?;
    let at = staff.run("return location.origin;").await?;
    let at = at.as_str().unwrap_or_default();
    staff.browser().goto("about:blank").await?;
    staff
        .browser()
        .goto(&format!("{at}/?lang=en#/reports/{id}"))
        .await?;
    view(staff, "Sign in").await?;
    nothing("by its address").await
}

async fn clean(page: Page<'_>) -> Result<()> {
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{record:?}"
    );
    Ok(())
}

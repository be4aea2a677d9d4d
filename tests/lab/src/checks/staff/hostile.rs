//! A stranger's markup in every place that staff read: in a report, beside it, and in what is no report.

mod spoil;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::desk::Desk;
use super::{first_named, go, hands, view};
use crate::checks::{Lab, Outcome, SOON};
use crate::gallery::saved;
use crate::page::Page;

use spoil::{MARKUP, everywhere, within_the_schema};

/// What a page holds, through all shadow roots; and what none may hold that did not come with it.
const LOOK: &str = "const deep = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...one.shadowRoot ? deep(one.shadowRoot) : []]);
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    const until = async (what, test) => {
        for (let turn = 0; turn < 320 && !test(); turn += 1) await wait(25);
        if (!test()) throw new Error(`${what}: not in time`);
    };
    const own = (one) => new URL(one.src, location).origin === location.origin && /\\/(staff|push-check|more|look|read)\\.js$/.test(one.src);
    const NONE = 'img, iframe, object, embed, frame, base, audio, video, form[action], [formaction], [srcdoc], x-acted, b[onclick]';
    const unfold = async (root) => {
        for (const one of deep(root).filter(({ localName }) => localName === 'details')) one.open = true;
        await wait(150);
    };
    const turn = async (root) => {
        for (const name of ['network', 'site', 'report', 'you']) {
            root.querySelector(`[role=tab][id$=-${name}]`)?.click();
            await wait(60);
        }
    };
    const rooms = async () => {
        const check = document.querySelector('push-check');
        await until('the report', () => check.shadowRoot?.querySelector('[part=headline]')?.textContent);
        const details = check.shadowRoot.querySelector('[part=details]');
        if (details && !details.hidden) details.click();
        await until('its rooms', () => check.shadowRoot.querySelector('[part=readers]'));
        await turn(check.shadowRoot);
        await unfold(check.shadowRoot);
    };
    const look = async () => {
        await wait(150);
        const all = deep(document);
        const bad = all.filter((one) => one.matches(NONE) || (one.localName === 'script' && !own(one)) || [...one.attributes].some(({ name }) => /^on/.test(name))
            || (one.hasAttribute('href') && /^\\s*(javascript|data|vbscript):/i.test(one.getAttribute('href'))));
        const gone = performance.getEntriesByType('resource').map(({ name }) => name)
            .filter((name) => !name.startsWith('blob:') && (new URL(name).origin !== location.origin || /\\/x$/.test(new URL(name).pathname)));
        const text = all.map((one) => [...one.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data).join('') + (one.value ?? '')).join('\\n');
        return { bad: bad.map((one) => one.outerHTML.slice(0, 200)), gone, acted: typeof acted, shows: ['<img src=x', '<svg onload', 'javascript:', '</script>'].filter((one) => text.includes(one)) };
    };";

/// Looks at a view once `first` has brought it about: nothing acts, and the markup is there to be read.
async fn quiet(page: Page<'_>, what: &str, first: &str, shows: &[&str]) -> Result<()> {
    let seen = hands(page, &format!("{LOOK} {first}; return look();"))
        .await
        .with_context(|| what.to_owned())?;
    ensure!(
        seen["bad"] == json!([]) && seen["gone"] == json!([]) && seen["acted"] == "undefined",
        "{what}: {seen}"
    );
    let shown = seen["shows"].as_array().into_iter().flatten();
    for markup in shows {
        ensure!(
            shown.clone().any(|one| one == markup),
            "{what} does not show {markup}: nothing was to be seen"
        );
    }
    let record = page.record().await?;
    ensure!(
        record.errors.is_empty() && record.violations.is_empty(),
        "{what}: {record:?}"
    );
    Ok(())
}

const IMG: &str = "<img src=x";
const SVG: &str = "<svg onload";
const URL: &str = "javascript:";
const END: &str = "</script>";

/// In lists, reports, raw texts, comparisons, Markdown, on paper and in `read.html` it is text.
pub(in crate::checks) async fn markup_in_what_staff_read_is_text(lab: &Lab) -> Result<Outcome> {
    let desk = Desk::start(lab.browser.browser(), &[]).await?;
    let report = within_the_schema(saved("nginx-no-upgrade-firefox.json.gz")?)?;
    let mut later = within_the_schema(saved("idle-nginx-firefox.json.gz")?)?;
    later["run"]["id"] = json!("2".repeat(32));
    reads(lab, &desk, [&report, &later]).await?;
    let staff = first_named(&lab.browser, &desk.invitation, MARKUP[0]).await?;
    let ids = filled(staff, desk.page(), [&report, &later]).await?;
    lists(staff, &ids).await?;
    for (id, what) in [
        ("first", "a report"),
        ("second", "a later report of its ticket"),
    ] {
        go(staff, &format!("#/reports/{}", text(&ids[id])), "Report").await?;
        quiet(
            staff,
            what,
            "await rooms(); await unfold(document.getElementById('main'))",
            &[IMG, SVG, URL, END],
        )
        .await?;
    }
    let beside = "await until('both beside each other', () => document.querySelector('#earlier .beside')?.shadowRoot?.querySelector('table'))";
    quiet(staff, "the comparison", beside, &[IMG]).await?;
    for (at, id) in ids["raw"].as_array().into_iter().flatten().enumerate() {
        go(staff, &format!("#/reports/{}", text(id)), "Report").await?;
        quiet(staff, &format!("raw text {at}"), "", &[IMG]).await?;
    }
    handed(staff, &ids).await?;
    Ok(Outcome::Passed(format!(
        "{} bytes of it",
        report.to_string().len()
    )))
}

fn text(of: &Value) -> &str {
    of.as_str().unwrap_or_default()
}

/// What `read.html` shows of a file that may hold anything, not only what the schema lets pass.
async fn reads(lab: &Lab, desk: &Desk, reports: [&Value; 2]) -> Result<()> {
    const HAND: &str = "const files = (...all) => {
            const data = new DataTransfer();
            for (const [name, one] of all) data.items.add(new File([typeof one === 'string' ? one : JSON.stringify(one)], name));
            const input = document.querySelector('#open input');
            input.files = data.files;
            input.dispatchEvent(new Event('change'));
        };";
    let page = Page::open(&lab.browser, &format!("{}read.html", desk.page())).await?;
    page.until("the page", "document.querySelector('#open input')", SOON)
        .await?;
    let name = json!(format!("{}.json", MARKUP[0]));
    let mut all = reports[0].clone();
    everywhere(&mut all);
    all["run"]["id"] = json!("3".repeat(32));
    for (what, report) in [
        ("a report in read.html", reports[0]),
        ("one with markup in every word", &all),
    ] {
        let show = format!(
            "{HAND} files([{name}, {report}]); await until('that report', () => document.querySelector('push-check')?.report?.run.id === {}); await rooms();
            const {{ shadowRoot: root }} = document.querySelector('push-check');
            root.querySelector('[role=tab][id$=-report]').click();
            for (const value of ['full', 'markdown']) root.querySelector(`.leave input[value=${{value}}]`).click();
            await wait(100);
            window.printed = false;
            window.print = () => (window.printed = true);
            press('Print', root);
            await until('what goes on paper', () => window.printed)",
            report["run"]["id"]
        );
        quiet(page, what, &show, &[IMG, SVG, URL, END]).await?;
    }
    let compare = format!(
        "{HAND} files([{name}, {}], ['b.json', {}]); await until('the comparison', () => document.querySelector('#compare').shadowRoot?.querySelector('table'))",
        reports[0], reports[1]
    );
    quiet(page, "two reports in read.html", &compare, &[IMG]).await?;
    let damaged = format!(
        "{HAND} files([{name}, '{{\"schema\":1,']); await until('the reason', () => document.querySelector('#from .why'))"
    );
    quiet(page, "a damaged file in read.html", &damaged, &[IMG]).await
}

/// What lies in the inbox: reports by a link and by the page, what is none, a profile, users, tokens; the ids by name.
async fn filled(staff: Page<'_>, public: &str, reports: [&Value; 2]) -> Result<Value> {
    let mut damaged = reports[0].clone();
    everywhere(&mut damaged);
    damaged[MARKUP[0]] = json!({ MARKUP[1]: MARKUP[3], "__proto__": { "acted": MARKUP[2] } });
    let mut newer = reports[0].clone();
    newer["schema"] = json!(2);
    let torn: String = damaged.to_string().chars().take(9_000).collect();
    let raw = [
        damaged.to_string(),
        newer.to_string(),
        torn,
        MARKUP.join("\n"),
    ];
    let (markup, note) = (json!(MARKUP), json!(MARKUP.join("\n")));
    let ids = hands(
        staff,
        &format!(
            "const [markup, note, raw] = [{markup}, {note}, {}];
            const link = {{ ticket: markup[0], note, language: null, required: [], mode: 'quick', skip: [], endpoints: [], start: 'click', expiresInHours: 1, runs: 5,
                level: 'full' }};
            const [made, out] = [await ask('/v1/links', 'POST', link), await ask('/v1/links', 'POST', {{ ...link, ticket: markup[1] }})];
            const profile = await ask('/v1/profiles', 'POST', {{ name: markup[0], url: 'https://app.example/' + encodeURIComponent(markup[3]), method: 'polling',
                query: [{{ name: markup[1], value: markup[2] }}], protocols: [], firstMessage: note, expectedReply: note, state: 'active', owner: markup[1], tags: [markup[0], markup[2]], notes: note }});
            await ask('/v1/users', 'POST', {{ name: markup[1], role: 'staff' }});
            await ask('/v1/tokens', 'POST', {{ name: markup[3], scope: 'read', expiresAt: Date.now() + 864e5 }});
            const imported = [];
            for (const text of raw) imported.push(await ask('/v1/reports/import', 'POST', {{ text, name: markup[0], ticket: markup[1] }}));
            return {{ token: made.token, link: made.id, out: out.id, profile: profile.id, raw: imported.map(({{ id }}) => id), intact: imported.map(({{ intact }}) => intact) }};",
            json!(raw)
        ),
    )
    .await?;
    ensure!(
        ids["intact"] == json!([false, false, false, false]),
        "one of these is taken for a report: {ids}"
    );
    // By the public intake, as a customer's page does it: the first by the page alone, the other two by the link.
    let mut ids = ids;
    let token = text(&ids["token"]).to_owned();
    let mut third = reports[0].clone();
    third["run"]["id"] = json!("4".repeat(32));
    for (name, head, report) in [
        ("page", String::new(), &third),
        ("first", format!("link {token}\n"), reports[0]),
        ("second", format!("link {token}\n"), reports[1]),
    ] {
        ids[name] = posted(public, &(head + &report.to_string())).await?;
    }
    Ok(ids)
}

/// Hands a report in as a page of the server's own does it; its id.
async fn posted(public: &str, body: &str) -> Result<Value> {
    let address = public.trim_start_matches("http://").trim_end_matches('/');
    let stream = tokio::net::TcpStream::connect(address).await?;
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await?;
    tokio::spawn(connection);
    let request = hyper::Request::post("/v1/reports")
        .header("host", address)
        .header("origin", format!("http://{address}"))
        .body(http_body_util::Full::new(bytes::Bytes::from(
            body.to_owned(),
        )))?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let told = http_body_util::BodyExt::collect(answer.into_body())
        .await?
        .to_bytes();
    ensure!(
        status == 201,
        "{status}: {}",
        String::from_utf8_lossy(&told)
    );
    let told: Value = serde_json::from_slice(&told)?;
    Ok(told["id"].clone())
}

/// The lists, and what stands in them.
async fn lists(staff: Page<'_>, ids: &Value) -> Result<()> {
    let query =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let of = |view: &str, name: &str| format!("#/{view}/{}", text(&ids[name]));
    for (hash, heading, shows) in [
        ("#/figures".to_owned(), "Figures", &[][..]),
        ("#/inbox".to_owned(), "Inbox", &[IMG, SVG][..]),
        (
            format!("#/inbox?ticket={}", query(MARKUP[0])),
            "Inbox",
            &[IMG],
        ),
        (format!("#/inbox?q={}", query(MARKUP[1])), "Inbox", &[SVG]),
        (of("links", "link"), "Link for", &[IMG, SVG, URL, END]),
        (of("links", "out"), "Link for", &[SVG]),
        (
            format!("#/links/new?after={}", text(&ids["page"])),
            "Check again",
            &[],
        ),
        (
            format!("#/links/new?profile={}", text(&ids["profile"])),
            "New link",
            &[IMG],
        ),
        (
            format!("#/links/new?ticket={}", query(MARKUP[2])),
            "New link",
            &[URL],
        ),
        ("#/profiles".to_owned(), "Profiles", &[IMG, SVG, URL]),
        (of("profiles", "profile"), "<img", &[IMG, SVG, URL, END]),
        ("#/admin/users".to_owned(), "Users", &[IMG, SVG]),
        ("#/admin/tokens".to_owned(), "API tokens", &[END]),
        ("#/admin/audit".to_owned(), "Audit list", &[IMG]),
    ] {
        go(staff, &hash, heading).await?;
        quiet(staff, &hash, "await unfold(document)", shows).await?;
    }
    Ok(())
}

/// What is handed out is made without anything acting: Markdown, answers, letters; and the same taken in again by the form.
async fn handed(staff: Page<'_>, ids: &Value) -> Result<()> {
    go(
        staff,
        &format!("#/reports/{}", text(&ids["first"])),
        "Report",
    )
    .await?;
    let taken = "let markdown = null;
        const clipboard = { writeText: async (text) => (markdown = text) };
        Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
        press('Copy as Markdown', document.getElementById('ticket'));
        await until('Markdown', () => markdown !== null);
        delete navigator.clipboard;
        return markdown;";
    let markdown = hands(staff, &format!("{LOOK} {taken}")).await?;
    ensure!(
        text(&markdown).contains(IMG),
        "Markdown holds nothing of it"
    );
    quiet(staff, "the report once it was copied", "", &[IMG]).await?;
    go(staff, "#/import", "Import").await?;
    let paste = format!(
        "fill('Ticket (for all of them)', {}); fill('Paste it here', {}); press('Import', document.querySelector('form'));
        await until('its line', () => document.querySelector('#main [role=status] li'))",
        json!(MARKUP[0]),
        json!(format!("{}\n{}", MARKUP[0], MARKUP[3]))
    );
    quiet(staff, "the import", &paste, &[IMG]).await?;
    view(staff, "Import").await
}

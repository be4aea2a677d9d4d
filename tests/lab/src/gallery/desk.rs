//! The pages of staff, and that of a link, in their states: a server with a listener for staff, and what lies in its inbox.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use pushcheck_store::link::{Link, NewLink, Word};
use pushcheck_store::mark::Mark;
use pushcheck_store::profile::NewProfile;
use pushcheck_store::report::NewReport;
use pushcheck_store::summary::Summary;
use pushcheck_store::{Id, Ms, Place, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::saved::saved;
use super::{Look, SOON};
use crate::browser::Running;
use crate::server::Server;

const HOUR: Ms = 3_600_000;
const WEEK: Ms = 168 * HOUR;

/// Who looks, and at how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum Seen {
    /// Nobody has signed in.
    Nobody,
    /// Staff, and nothing has come.
    Empty,
    /// Staff.
    Staff,
    /// A customer, by a link.
    Customer,
}

/// A state of one of these pages.
#[derive(Debug)]
pub(super) struct View {
    /// Its name, also of its pictures.
    pub(super) name: &'static str,
    pub(super) seen: Seen,
    /// What stands behind the address's `#`; `{name}` is what the desk knows by that name.
    hash: &'static str,
    /// The body of an async function that goes on from there.
    script: &'static str,
}

const fn view(name: &'static str, seen: Seen, hash: &'static str, script: &'static str) -> View {
    View {
        name,
        seen,
        hash,
        script,
    }
}

/// A report's page with everything in it there.
const WHOLE: &str = "await until(() => document.querySelector('#seen push-check')?.shadowRoot?.querySelector('[part=headline]')?.textContent);";

/// All of them; what nobody sees first.
pub(super) const VIEWS: &[View] = &[
    view("staff-sign-in", Seen::Nobody, "", ""),
    view("staff-welcome", Seen::Nobody, "invitation={invitation}", "document.querySelector('form').requestSubmit();"),
    view("staff-inbox-empty", Seen::Empty, "/inbox", ""),
    view("staff-figures-empty", Seen::Empty, "/figures", ""),
    view("staff-inbox", Seen::Staff, "/inbox", ""),
    view("staff-inbox-filters", Seen::Staff, "/inbox?result=failed", ""),
    view("staff-new-link", Seen::Staff, "/links/new", ""),
    view("staff-new-link-more", Seen::Staff, "/links/new?profile={profile}", "for (const one of document.querySelectorAll('details')) one.open = true;"),
    view("staff-link", Seen::Staff, "/links/{link}", "await until(() => document.querySelector('.qr path'));"),
    view("staff-report", Seen::Staff, "/reports/{report}", WHOLE),
    view("staff-compare", Seen::Staff, "/reports/{cured}", "await until(() => document.querySelector('#earlier .beside')?.shadowRoot?.querySelector('table'));"),
    view("staff-damaged", Seen::Staff, "/reports/{damaged}", ""),
    view("staff-check-again", Seen::Staff, "/links/new?after={report}", ""),
    view("staff-import", Seen::Staff, "/import", "document.querySelector('textarea').value = 'la la la'; document.querySelector('form').requestSubmit();
        await until(() => document.querySelector('#main [role=status] li'));"),
    view("staff-figures", Seen::Staff, "/figures", ""),
    view("staff-profiles", Seen::Staff, "/profiles", ""),
    view("staff-profile", Seen::Staff, "/profiles/{profile}", ""),
    view("staff-users", Seen::Staff, "/admin/users", ""),
    view("staff-tokens", Seen::Staff, "/admin/tokens", "document.querySelector('form input').value = 'dashboard'; document.querySelector('form').requestSubmit();
        await until(() => document.querySelector('.handed'));"),
    view("staff-webhooks", Seen::Staff, "/admin/webhooks", ""),
    view("staff-audit", Seen::Staff, "/admin/audit", ""),
    view("link-asked", Seen::Customer, "link={token}", ASKED),
    view("link-expired", Seen::Customer, "link={expired}", "await until(() => document.querySelector('.asked h2[tabindex]'));"),
    view("link-done", Seen::Customer, "link={token}", DONE),
    view("link-sent", Seen::Customer, "link={token}", SENT),
];

const ASKED: &str = "await until(() => document.querySelector('.asked .actions button'));";
const DONE: &str = "await until(() => document.querySelector('.asked .actions button'));
    document.querySelector('.asked .actions button').click();
    const send = () => document.querySelector('push-check').shadowRoot?.querySelector('.leave.sends [part=send]:not([aria-disabled=true])');
    await until(send);";
const SENT: &str = "await until(() => document.querySelector('.asked .actions button'));
    document.querySelector('.asked .actions button').click();
    const send = () => document.querySelector('push-check').shadowRoot?.querySelector('.leave.sends [part=send]:not([aria-disabled=true])');
    await until(send);
    send().click();
    await until(() => document.querySelector('push-check').shadowRoot.querySelector('.receipt output'));";

const UNTIL: &str = "const until = async (test) => {
        for (let turn = 0; turn < 800; turn += 1) {
            if (test()) return;
            await new Promise((done) => setTimeout(done, 25));
        }
        throw new Error(`not in time: ${test}`);
    };";

/// The server, and what its pages know by name.
pub(super) struct Desk {
    server: Server,
    store: Store,
    staff: String,
    names: Value,
    seen: Seen,
    _folder: TempDir,
}

fn now() -> Result<Ms> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Ms::try_from(since.as_millis())?)
}

fn token(link: &Link) -> Result<Id> {
    link.token.parse().map_err(|why: &str| anyhow!(why))
}

impl Desk {
    /// `flags`: further ones of the server.
    pub(super) async fn start(flags: &[&str]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        let data = folder.path().to_string_lossy().into_owned();
        let own = [
            "--data",
            &data,
            "--staff-listen",
            "127.0.0.1:0",
            "--organisation",
            "ACME support",
            "--alternate-url",
            "https://check2.example",
            "--allow-endpoint",
            "wss://chat.app.example",
        ];
        let server = Server::with(&[&own, flags].concat()).await?;
        let invitation = server.invitation().context("nobody is invited")?;
        let (staff, token) = invitation
            .split_once("#invitation=")
            .context("it is no invitation")?;
        let store = Store::open(&Place::Folder(folder.path().to_owned()), now()?).await?;
        Ok(Self {
            staff: staff.to_owned(),
            names: json!({ "invitation": token }),
            server,
            store,
            seen: Seen::Nobody,
            _folder: folder,
        })
    }

    /// Brings a browser's page to a state.
    pub(super) async fn show(
        &mut self,
        browser: &Running,
        view: &View,
        look: Look<'_>,
    ) -> Result<()> {
        while self.seen < view.seen {
            self.go_on(browser).await?;
        }
        let base = match view.seen {
            Seen::Customer => self.server.page(),
            _ => &self.staff,
        };
        let names = self.names.as_object().into_iter().flatten();
        let hash = names.fold(view.hash.to_owned(), |hash, (name, value)| {
            hash.replace(&format!("{{{name}}}"), value.as_str().unwrap_or_default())
        });
        browser.goto("about:blank").await?;
        browser
            .goto(&format!(
                "{base}?lang={}&theme={}#{hash}",
                look.lang, look.theme
            ))
            .await?;
        let ready = match view.seen {
            Seen::Customer => "",
            _ => {
                "await until(() => document.querySelector('#main[aria-busy=false] > h1, main.narrow > h1'));"
            }
        };
        let script = format!("{UNTIL} {ready} {}", view.script);
        browser
            .run_async(&script, SOON)
            .await
            .with_context(|| view.name.to_owned())?;
        Ok(())
    }

    /// One more is seen.
    async fn go_on(&mut self, browser: &Running) -> Result<()> {
        self.seen = match self.seen {
            Seen::Nobody => {
                browser.goto(&self.staff).await?;
                let body = json!({ "token": self.names["invitation"], "name": "ada", "password": "correct horse battery" });
                let accept = format!(
                    "const answer = await fetch('/v1/invitations/accept', {{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, body: JSON.stringify({body}) }});
                    if (!answer.ok) throw new Error(await answer.text());
                    const {{ csrf }} = await answer.json();
                    const post = (path, body) => fetch(path, {{ method: 'POST', headers: {{ 'Content-Type': 'application/json', 'Pushcheck-CSRF': csrf }}, body: JSON.stringify(body) }});
                    await post('/v1/users', {{ name: 'grace', role: 'staff' }});
                    await post('/v1/tokens', {{ name: 'ticket system', scope: 'write', expiresAt: Date.now() + 30 * 864e5 }});
                    await post('/v1/webhooks', {{ url: 'https://hooks.app.example/pushcheck/arrived' }});"
                );
                browser.run_async(&accept, SOON).await?;
                Seen::Empty
            }
            Seen::Empty => {
                self.fill().await?;
                Seen::Staff
            }
            Seen::Staff | Seen::Customer => Seen::Customer,
        };
        Ok(())
    }

    async fn link(&self, ticket: &str, at: Ms, expires_at: Ms) -> Result<Link> {
        let new = NewLink {
            ticket: ticket.to_owned(),
            note: "Hello,\nplease run this at your desk, with the VPN on.".to_owned(),
            language: None,
            asked:
                json!({"required": ["web-socket"], "mode": "quick", "skip": [], "endpoints": []})
                    .to_string(),
            starts_itself: false,
            level: "support".to_owned(),
            runs: 100,
            expires_at,
            created_by: "ada".to_owned(),
            after_report: None,
            profile: None,
        };
        Ok(self.store.make_link(&new, at).await?)
    }

    /// What comes in some weeks.
    async fn fill(&mut self) -> Result<()> {
        let now = now()?;
        let later = now + WEEK;
        for (n, (ticket, word)) in [
            ("ACME-4713", None),
            ("ACME-4715", Some("opened")),
            ("ACME-4716", Some("running")),
            ("ACME-4709", Some("broken-off")),
        ]
        .into_iter()
        .enumerate()
        {
            let at = now - HOUR - n as Ms * 900_000;
            let link = self.link(ticket, at, later).await?;
            let (token, run) = (token(&link)?, format!("{n:032x}"));
            let words: &[Word<'_>] = match word {
                None => &[],
                Some("opened") => &[Word::Opened],
                Some("running") => &[Word::Opened, Word::Running(&run)],
                Some(_) => &[Word::Opened, Word::Running(&run), Word::BrokenOff(&run)],
            };
            for word in words {
                let heard = self.store.hear(&token, Some(*word), now - 20_000).await?;
                heard.map_err(|closed| anyhow!("{closed:?}"))?;
            }
            if word.is_none() {
                self.names["link"] = json!(link.id);
            }
        }
        let forever = self.link("ACME-4720", now, later).await?;
        let ended = self.link("ACME-4600", now - WEEK, now - HOUR).await?;
        self.names["token"] = json!(forever.token);
        self.names["expired"] = json!(ended.token);
        for (name, case, ticket, hours) in [
            ("", "direct-plain-webkit", Some("ACME-4702"), 800),
            ("", "sse-held-timer-chromium", Some("ACME-4705"), 500),
            ("", "blackholed-chromium", Some("ACME-4706"), 340),
            ("", "filter-101-close-firefox", Some("ACME-4707"), 330),
            ("", "captive-portal-chromium", None, 170),
            ("", "filter-101-close-chromium", Some("ACME-4708"), 30),
            ("report", "nginx-no-upgrade-firefox", Some("ACME-4711"), 3),
            ("cured", "direct-plain-firefox", Some("ACME-4711"), 1),
        ] {
            let id = self.keep(case, ticket, now - hours * HOUR).await?;
            if !name.is_empty() {
                self.names[name] = json!(id);
            }
        }
        let cut = saved("idle-nginx-firefox.json.gz")?.to_string();
        let damaged = NewReport {
            body: &cut.as_bytes()[..4_000],
            summary: Summary::default(),
            source: "import",
            intact: false,
            ticket: Some("ACME-4699"),
            language: None,
            ledger: None,
        };
        let kept = self
            .store
            .keep_report(&damaged, None, now - 50 * HOUR)
            .await?;
        let kept = kept.map_err(|closed| anyhow!("{closed:?}"))?;
        self.names["damaged"] = json!(kept.id);
        self.profiles(now).await
    }

    async fn keep(&self, case: &str, ticket: Option<&str>, at: Ms) -> Result<String> {
        let mut report = saved(&format!("{case}.json.gz"))?;
        report["run"]["startedAt"] = json!(at - 20_000);
        let body = report.to_string();
        let ledger = json!({ "complete": true, "instances": report["evidence"]["instances"], "sightings": report["evidence"]["sightings"],
            "connections": report["evidence"]["connections"] });
        let ledger = ledger.to_string();
        let new = NewReport {
            body: body.as_bytes(),
            summary: Summary::of(&report),
            source: if ticket.is_some() { "link" } else { "page" },
            intact: true,
            ticket: None,
            language: None,
            ledger: Some(&ledger),
        };
        let token = match ticket {
            Some(ticket) => Some(token(&self.link(ticket, at - HOUR, at + 2 * WEEK).await?)?),
            None => None,
        };
        let kept = self.store.keep_report(&new, token.as_ref(), at).await?;
        let kept = kept.map_err(|closed| anyhow!("{closed:?}"))?;
        if case.starts_with("filter") {
            let finding = &report["findings"][0];
            let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            let mark = Mark {
                finding: text("id"),
                code: text("code"),
                verdict: "fixed-by".to_owned(),
                note: "An exemption for our host".to_owned(),
                who: "ada".to_owned(),
                at,
            };
            self.store.mark(&kept.id, &mark).await?;
            self.store.mark_read(&kept.id, at).await?;
        }
        Ok(kept.id)
    }

    async fn profiles(&mut self, now: Ms) -> Result<()> {
        for (name, state, url, tags) in [
            (
                "Chat, production",
                "active",
                "wss://chat.app.example/live",
                json!(["chat", "production"]),
            ),
            (
                "Prices, old",
                "retired",
                "wss://prices.app.example/v1/stream",
                json!([]),
            ),
        ] {
            let told = json!({ "url": url, "method": "web-socket", "query": [{ "name": "room", "value": "7" }], "protocols": ["chat.v2"],
                "firstMessage": "{\"hello\":1}", "expectedReply": "{\"welcome\":1}", "owner": "Team Chat", "tags": tags, "notes": "Ask in #chat before it is moved." });
            let new = NewProfile {
                name: name.to_owned(),
                state: state.to_owned(),
                told: told.to_string(),
                updated_by: "ada".to_owned(),
            };
            let made = self.store.make_profile(&new, now).await?;
            if state == "active" {
                self.names["profile"] = json!(made.id);
            }
        }
        Ok(())
    }
}

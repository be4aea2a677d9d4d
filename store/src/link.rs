//! Links: what support asked of a customer, and how far that has come.

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, FromRow, Row, Transaction};

use crate::db::transact;
use crate::{Error, Id, Ms, Store};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The ticket that it belongs to.
    pub ticket: String,
    /// What the customer is told; may be empty.
    pub note: String,
    /// The language of the customer's page; none: the browser's.
    pub language: Option<String>,
    /// What is tested, as JSON; the store does not look into it.
    pub asked: String,
    /// The check may start by itself.
    pub starts_itself: bool,
    /// How much of the report is asked for: `public`, `support`, `full`.
    pub level: String,
    /// How many runs may be made.
    pub runs: i64,
    /// Until when.
    pub expires_at: Ms,
    /// Who made it.
    pub created_by: String,
    /// The report whose check it repeats.
    pub after_report: Option<String>,
    /// The profile that it was made of.
    pub profile: Option<String>,
}

/// A link as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its name, for staff.
    pub id: String,
    /// What opens it, for the customer.
    pub token: String,
    /// What it asks for.
    pub new: NewLink,
    /// When it was made.
    pub created_at: Ms,
    /// When it was taken back.
    pub revoked_at: Option<Ms>,
    /// When a page first showed it.
    pub opened_at: Option<Ms>,
    /// When anything about it last changed.
    pub changed_at: Ms,
    /// Its runs, oldest first.
    pub begun: Vec<LinkRun>,
    /// The ids of its reports, oldest first.
    pub reports: Vec<String>,
}

/// A run that a link's page began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRun {
    /// Its id.
    pub run: String,
    /// When the page said so.
    pub began_at: Ms,
    /// When the page said that it was left before the end.
    pub broken_off_at: Option<Ms>,
}

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody has opened it.
    Sent,
    /// A page showed it.
    Opened,
    /// A check runs.
    Running,
    /// A report is there.
    Arrived,
    /// The last check ended without a report.
    BrokenOff,
    /// Its time is over, and no report came.
    Expired,
    /// It was taken back, and no report came.
    Revoked,
}

/// Why a link is not open to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// There is none of that token.
    Unknown,
    /// Its time is over.
    Expired,
    /// All its runs have been made.
    UsedUp,
    /// It was taken back.
    Revoked,
}

/// After that time a run of which nothing more was heard does not run any more.
pub(crate) const SILENT: Ms = 30 * 60_000;

impl Link {
    /// How far it has come.
    #[must_use]
    pub fn state(&self, now: Ms) -> State {
        if !self.reports.is_empty() {
            return State::Arrived;
        }
        if self.revoked_at.is_some() {
            return State::Revoked;
        }
        match self.begun.last() {
            Some(run) if run.broken_off_at.is_none() && now - run.began_at < SILENT => {
                State::Running
            }
            _ if now >= self.new.expires_at => State::Expired,
            Some(_) => State::BrokenOff,
            None if self.opened_at.is_some() => State::Opened,
            None => State::Sent,
        }
    }

    /// How many runs may still begin.
    #[must_use]
    pub fn runs_left(&self) -> i64 {
        (self.new.runs - self.begun.len() as i64).max(0)
    }

    /// Why it is not open; a run that has begun may end and report: `run`.
    #[must_use]
    pub fn closed(&self, now: Ms, run: Option<&str>) -> Option<Closed> {
        let has_begun = run.is_some_and(|run| self.begun.iter().any(|one| one.run == run));
        if self.revoked_at.is_some() {
            Some(Closed::Revoked)
        } else if now >= self.new.expires_at {
            Some(Closed::Expired)
        } else if self.runs_left() == 0 && !has_begun {
            Some(Closed::UsedUp)
        } else {
            None
        }
    }
}

/// What the customer's page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word<'a> {
    /// It is shown.
    Opened,
    /// A run began.
    Running(&'a str),
    /// A run was left before its end.
    BrokenOff(&'a str),
}

impl FromRow<'_, AnyRow> for Link {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            token: row.try_get("token")?,
            new: NewLink {
                ticket: row.try_get("ticket")?,
                note: row.try_get("note")?,
                language: row.try_get("language")?,
                asked: row.try_get("asked")?,
                starts_itself: row.try_get::<i64, _>("starts_itself")? != 0,
                level: row.try_get("level")?,
                runs: row.try_get("runs")?,
                expires_at: row.try_get("expires_at")?,
                created_by: row.try_get("created_by")?,
                after_report: row.try_get("after_report")?,
                profile: row.try_get("profile")?,
            },
            created_at: row.try_get("created_at")?,
            revoked_at: row.try_get("revoked_at")?,
            opened_at: row.try_get("opened_at")?,
            changed_at: row.try_get("changed_at")?,
            begun: Vec::new(),
            reports: Vec::new(),
        })
    }
}

/// Reads a link with its runs and reports, inside a transaction.
pub(crate) async fn by_token(
    tx: &mut Transaction<'_, Any>,
    token: &str,
) -> Result<Option<Link>, Error> {
    let link: Option<Link> = sqlx::query_as("SELECT * FROM links WHERE token = $1")
        .bind(token)
        .fetch_optional(&mut **tx)
        .await?;
    match link {
        Some(link) => Ok(Some(whole(tx, link).await?)),
        None => Ok(None),
    }
}

async fn whole(tx: &mut Transaction<'_, Any>, mut link: Link) -> Result<Link, Error> {
    let runs = sqlx::query(
        "SELECT run, began_at, broken_off_at FROM link_runs WHERE link = $1 ORDER BY began_at, run",
    )
    .bind(&link.id)
    .fetch_all(&mut **tx)
    .await?;
    for run in runs {
        link.begun.push(LinkRun {
            run: run.try_get(0)?,
            began_at: run.try_get(1)?,
            broken_off_at: run.try_get(2)?,
        });
    }
    let reports = sqlx::query("SELECT id FROM reports WHERE link = $1 ORDER BY arrived_at, id")
        .bind(&link.id)
        .fetch_all(&mut **tx)
        .await?;
    for report in reports {
        link.reports.push(report.try_get(0)?);
    }
    Ok(link)
}

/// Marks a link as changed, so that who watches sees it.
pub(crate) async fn touch(tx: &mut Transaction<'_, Any>, id: &str, now: Ms) -> Result<(), Error> {
    sqlx::query("UPDATE links SET changed_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes down that a run of a link began.
pub(crate) async fn begin_run(
    tx: &mut Transaction<'_, Any>,
    link: &str,
    run: &str,
    now: Ms,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO link_runs (link, run, began_at) VALUES ($1, $2, $3) ON CONFLICT (link, run) DO NOTHING")
        .bind(link)
        .bind(run)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl Store {
    /// Makes a link, with a token that nobody can guess.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn make_link(&self, new: &NewLink, now: Ms) -> Result<Link, Error> {
        let (id, token) = (Id::new()?, Id::new()?);
        transact!(self, |tx| {
            sqlx::query(
                "INSERT INTO links (id, token, ticket, note, language, asked, starts_itself, level, runs, created_at, created_by, \
                 expires_at, after_report, profile, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $10)",
            )
            .bind(id.as_str())
            .bind(token.as_str())
            .bind(&new.ticket)
            .bind(&new.note)
            .bind(new.language.as_deref())
            .bind(&new.asked)
            .bind(i64::from(new.starts_itself))
            .bind(&new.level)
            .bind(new.runs)
            .bind(now)
            .bind(&new.created_by)
            .bind(new.expires_at)
            .bind(new.after_report.as_deref())
            .bind(new.profile.as_deref())
            .execute(&mut *tx)
            .await?;
        })?;
        Ok(Link {
            id: id.to_string(),
            token: token.to_string(),
            new: new.clone(),
            created_at: now,
            revoked_at: None,
            opened_at: None,
            changed_at: now,
            begun: Vec::new(),
            reports: Vec::new(),
        })
    }

    /// The link of that name.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn link(&self, id: &str) -> Result<Option<Link>, Error> {
        transact!(self, |tx| {
            let link: Option<Link> = sqlx::query_as("SELECT * FROM links WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
            match link {
                Some(link) => Some(whole(&mut tx, link).await?),
                None => None,
            }
        })
    }

    /// The link of that token, after it has heard what the customer's page says of it; or why it is closed to the page.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn hear(
        &self,
        token: &Id,
        word: Option<Word<'_>>,
        now: Ms,
    ) -> Result<Result<Link, Closed>, Error> {
        transact!(self, |tx| {
            let Some(mut link) = by_token(&mut tx, token.as_str()).await? else {
                return Ok(Err(Closed::Unknown));
            };
            let run = match word {
                Some(Word::Running(run) | Word::BrokenOff(run)) => Some(run),
                _ => None,
            };
            if let Some(closed) = link.closed(now, run) {
                return Ok(Err(closed));
            }
            match word {
                Some(Word::Opened) if link.opened_at.is_none() => {
                    sqlx::query("UPDATE links SET opened_at = $2, changed_at = $2 WHERE id = $1")
                        .bind(&link.id)
                        .bind(now)
                        .execute(&mut *tx)
                        .await?;
                }
                Some(Word::Running(run)) => {
                    begin_run(&mut tx, &link.id, run, now).await?;
                    touch(&mut tx, &link.id, now).await?;
                }
                Some(Word::BrokenOff(run)) => {
                    begin_run(&mut tx, &link.id, run, now).await?;
                    sqlx::query(
                        "UPDATE link_runs SET broken_off_at = $3 WHERE link = $1 AND run = $2",
                    )
                    .bind(&link.id)
                    .bind(run)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                    touch(&mut tx, &link.id, now).await?;
                }
                _ => {}
            }
            if word.is_some() {
                link = match by_token(&mut tx, token.as_str()).await? {
                    Some(link) => link,
                    None => link,
                };
            }
            Ok(link)
        })
    }

    /// Takes a link back; false: there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn revoke_link(&self, id: &str, now: Ms) -> Result<bool, Error> {
        transact!(self, |tx| {
            let done = sqlx::query("UPDATE links SET revoked_at = COALESCE(revoked_at, $2), changed_at = $2 WHERE id = $1")
                .bind(id)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            done.rows_affected() == 1
        })
    }
}

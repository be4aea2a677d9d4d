//! Links: what support asked of a customer, and how far that has come.

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, FromRow, Row, Transaction};

use crate::asked::Asked;
use crate::db::transact;
use crate::{Error, Id, Ms, Store};

pub use crate::runs::Word;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The ticket that it belongs to.
    pub ticket: String,
    /// What the customer is told; may be empty.
    pub note: String,
    /// The language of the customer's page; none: the browser's.
    pub language: Option<String>,
    /// What is tested: the text of an [`Asked`].
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
    /// How many reports have come by it, deleted ones included.
    pub came: i64,
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
    /// When its report came.
    pub reported_at: Option<Ms>,
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
    /// A report came; it may have been deleted.
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
    /// What is tested.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked::of_text(&self.new.asked)
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self, now: Ms) -> State {
        if self.came > 0 {
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

    /// How many runs have neither begun nor come as a report.
    #[must_use]
    pub fn runs_left(&self) -> i64 {
        (self.new.runs - self.came.max(self.begun())).max(0)
    }

    /// How many runs the customer may begin: where all have begun, one of which nothing came may be made again. Whoever has loaded
    /// the page anew, in the middle of the last one, goes on by that.
    #[must_use]
    pub fn may_begin(&self) -> i64 {
        let again = self.came < self.begun().min(self.new.runs);
        self.runs_left().max(i64::from(again))
    }

    fn begun(&self) -> i64 {
        i64::try_from(self.begun.len()).unwrap_or(i64::MAX)
    }

    /// A run of that name has begun by it.
    #[must_use]
    pub fn has_begun(&self, run: &str) -> bool {
        self.begun.iter().any(|one| one.run == run)
    }

    /// Why it is not open; a run that has begun may end and report: `run`.
    #[must_use]
    pub fn closed(&self, now: Ms, run: Option<&str>) -> Option<Closed> {
        if self.revoked_at.is_some() {
            Some(Closed::Revoked)
        } else if now >= self.new.expires_at {
            Some(Closed::Expired)
        } else if self.may_begin() == 0 && !run.is_some_and(|run| self.has_begun(run)) {
            Some(Closed::UsedUp)
        } else {
            None
        }
    }
}

impl FromRow<'_, AnyRow> for LinkRun {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            run: row.try_get("run")?,
            began_at: row.try_get("began_at")?,
            broken_off_at: row.try_get("broken_off_at")?,
            reported_at: row.try_get("reported_at")?,
        })
    }
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
            came: row.try_get("came")?,
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
    link.begun = sqlx::query_as("SELECT * FROM link_runs WHERE link = $1 ORDER BY began_at, run")
        .bind(&link.id)
        .fetch_all(&mut **tx)
        .await?;
    let reports = sqlx::query("SELECT id FROM reports WHERE link = $1 ORDER BY arrived_at, id")
        .bind(&link.id)
        .fetch_all(&mut **tx)
        .await?;
    for report in reports {
        link.reports.push(report.try_get(0)?);
    }
    Ok(link)
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
            came: 0,
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

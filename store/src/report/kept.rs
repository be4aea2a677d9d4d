//! What is there of a report.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use crate::db::transact;
use crate::summary::Summary;
use crate::{Error, Ms, Store};

/// A report as it is kept, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub id: String,
    /// Its number, to be read out.
    pub number: String,
    /// `link`, `page` or `import`.
    pub source: String,
    /// The link that asked for it.
    pub link: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// What it says at a glance.
    pub summary: Summary,
    /// The level that the link asked for.
    pub level: Option<String>,
    /// It is a report of this version.
    pub intact: bool,
    /// When it came, first.
    pub arrived_at: Ms,
    /// When staff first looked.
    pub read_at: Option<Ms>,
    /// When anything about it last changed.
    pub changed_at: Ms,
}

/// A text of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// As it came.
    pub bytes: Vec<u8>,
    /// When.
    pub arrived_at: Ms,
}

impl FromRow<'_, AnyRow> for Kept {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            number: row.try_get("number")?,
            source: row.try_get("source")?,
            link: row.try_get("link")?,
            ticket: row.try_get("ticket")?,
            summary: Summary {
                run: row.try_get("run")?,
                started_at: row.try_get("started_at")?,
                result: row.try_get("result")?,
                first_cause: row.try_get("first_cause")?,
                place: row.try_get("place")?,
                strength: row.try_get("strength")?,
                browser: row.try_get("browser")?,
                language: row.try_get("language")?,
            },
            level: row.try_get("level")?,
            intact: row.try_get::<i64, _>("intact")? != 0,
            arrived_at: row.try_get("arrived_at")?,
            read_at: row.try_get("read_at")?,
            changed_at: row.try_get("changed_at")?,
        })
    }
}

impl Store {
    /// The report of that name.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn report(&self, id: &str) -> Result<Option<Kept>, Error> {
        Ok(sqlx::query_as("SELECT * FROM reports WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool())
            .await?)
    }

    /// The texts of a report, newest first.
    ///
    /// # Errors
    /// Those of the store; [`Error::Corrupt`] where one is not as it was written.
    pub async fn bodies(&self, id: &str) -> Result<Vec<Body>, Error> {
        let rows = sqlx::query(
            "SELECT encoding, body, arrived_at FROM report_bodies WHERE report = $1 ORDER BY arrived_at DESC, digest",
        )
        .bind(id)
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let body: String = row.try_get(1)?;
                let bytes = match row.try_get::<String, _>(0)?.as_str() {
                    "text" => body.into_bytes(),
                    _ => BASE64_STANDARD
                        .decode(body)
                        .map_err(|_| Error::Corrupt("a report"))?,
                };
                Ok(Body {
                    bytes,
                    arrived_at: row.try_get(2)?,
                })
            })
            .collect()
    }

    /// What the server had seen of a report's run, as JSON.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn ledger(&self, id: &str) -> Result<Option<String>, Error> {
        let row = sqlx::query("SELECT ledger FROM reports WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.flatten())
    }

    /// Writes down that staff looked at a report, the first time.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn mark_read(&self, id: &str, now: Ms) -> Result<(), Error> {
        transact!(self, |tx| {
            sqlx::query("UPDATE reports SET read_at = $2, changed_at = $2 WHERE id = $1 AND read_at IS NULL")
                .bind(id)
                .bind(now)
                .execute(&mut *tx)
                .await?;
        })
    }

    /// How many reports there are.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn count_reports(&self) -> Result<u64, Error> {
        let row = sqlx::query("SELECT COUNT(*) FROM reports")
            .fetch_one(self.pool())
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }

    /// How much all reports take with what the servers saw of their runs, bytes.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn bytes(&self) -> Result<u64, Error> {
        let row = sqlx::query(
            "SELECT CAST((SELECT COALESCE(SUM(bytes), 0) FROM report_bodies)
                + (SELECT COALESCE(SUM(OCTET_LENGTH(ledger)), 0) FROM reports) AS BIGINT)",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }
}

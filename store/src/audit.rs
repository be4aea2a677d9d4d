//! The audit list: who did what.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::db::transact;
use crate::{Error, Id, Ms, Store};

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// When.
    pub at: Ms,
    /// Who, by the name that they had.
    pub who: String,
    /// What.
    pub what: String,
    /// To what, by its id or name; may be empty.
    pub on: String,
}

/// The most characters of each text in the list.
const LONGEST: usize = 120;

/// How many entries are kept at the most.
const MOST: i64 = 100_000;

impl Store {
    /// Writes down that somebody did something. Texts are clipped at 120 characters.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn note(&self, who: &str, what: &str, on: &str, now: Ms) -> Result<(), Error> {
        let id = Id::new()?;
        transact!(self, |tx| {
            sqlx::query(
                "INSERT INTO audit (id, at, who, what, subject) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(id.as_str())
            .bind(now)
            .bind(clipped(who))
            .bind(clipped(what))
            .bind(clipped(on))
            .execute(&mut *tx)
            .await?;
        })
    }

    /// The list, newest first, from behind `before` (the time and id of the last one that is known).
    ///
    /// # Errors
    /// Those of the store.
    pub async fn audit(&self, before: Option<(Ms, &str)>, limit: i64) -> Result<Vec<Entry>, Error> {
        let (at, id) = before.unwrap_or((Ms::MAX, ""));
        let rows = sqlx::query(
            "SELECT id, at, who, what, subject FROM audit WHERE at < $1 OR (at = $1 AND id < $2) ORDER BY at DESC, id DESC LIMIT $3",
        )
        .bind(at)
        .bind(id)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(entry).collect()
    }

    /// Forgets what was written before `before`, and the oldest beyond 100,000 entries; how many.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_audit(&self, before: Ms) -> Result<u64, Error> {
        transact!(self, |tx| {
            let newest_of_too_many: Option<i64> =
                sqlx::query("SELECT at FROM audit ORDER BY at DESC LIMIT 1 OFFSET $1")
                    .bind(MOST)
                    .fetch_optional(&mut *tx)
                    .await?
                    .map(|row| row.try_get(0))
                    .transpose()?;
            sqlx::query("DELETE FROM audit WHERE at < $1 OR at <= $2")
                .bind(before)
                .bind(newest_of_too_many.unwrap_or(Ms::MIN))
                .execute(&mut *tx)
                .await?
                .rows_affected()
        })
    }
}

fn entry(row: &AnyRow) -> Result<Entry, Error> {
    Ok(Entry {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        who: row.try_get("who")?,
        what: row.try_get("what")?,
        on: row.try_get("subject")?,
    })
}

/// Neither longer than the list has room for, nor with what breaks its lines.
fn clipped(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST)
        .collect()
}

//! The audit list: who did what.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

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

/// How many entries are kept at the most: of what anybody can do as often as they like, and of all else.
const MOST: i64 = 100_000;

/// What anybody can do as often as they like. It must not drive out who deleted what.
const OFTEN: &str = "('report read', 'report exported', 'reports exported', 'sign-in-failed')";

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

    /// Forgets what was written before `before`, and the oldest beyond 100,000 entries of what was looked at or tried, and as many of
    /// all else; how many.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_audit(&self, before: Ms) -> Result<u64, Error> {
        self.forget_audit_beyond(before, MOST).await
    }

    async fn forget_audit_beyond(&self, before: Ms, most: i64) -> Result<u64, Error> {
        transact!(self, |tx| {
            let mut forgotten = sqlx::query("DELETE FROM audit WHERE at < $1")
                .bind(before)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            for is in ["IN", "NOT IN"] {
                let newest_of_too_many: Option<i64> = sqlx::query(AssertSqlSafe(format!(
                    "SELECT at FROM audit WHERE what {is} {OFTEN} ORDER BY at DESC LIMIT 1 OFFSET $1"
                )))
                .bind(most)
                .fetch_optional(&mut *tx)
                .await?
                .map(|row| row.try_get(0))
                .transpose()?;
                let Some(newest) = newest_of_too_many else {
                    continue;
                };
                forgotten += sqlx::query(AssertSqlSafe(format!(
                    "DELETE FROM audit WHERE what {is} {OFTEN} AND at <= $1"
                )))
                .bind(newest)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            }
            forgotten
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    #[tokio::test]
    async fn whoever_looks_often_does_not_drive_out_who_deleted_what() {
        let store = Store::open(&Place::Memory, 1).await.expect("a store");
        let did = async |what: &str, at: Ms| {
            let noted = store.note("eve", what, "x", at).await;
            noted.expect("noted");
        };
        did("report deleted", 10).await;
        for at in 11..20 {
            did("report read", at).await;
        }
        let forgot = store.forget_audit_beyond(5, 3).await.expect("forgot");
        assert_eq!(forgot, 6);
        for at in 20..24 {
            did("report deleted", at).await;
        }
        let forgot = store.forget_audit_beyond(5, 3).await.expect("forgot");
        assert_eq!(forgot, 2, "all else is bounded, too");
        let left = store.audit(None, 100).await.expect("read");
        let left: Vec<_> = left.iter().map(|one| (&*one.what, one.at)).collect();
        assert_eq!(
            left,
            [23, 22, 21]
                .map(|at| ("report deleted", at))
                .into_iter()
                .chain([19, 18, 17].map(|at| ("report read", at)))
                .collect::<Vec<_>>()
        );
    }
}

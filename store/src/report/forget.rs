//! What is over its time, or deleted: nothing of a report stays.

use sqlx::{Any, Row, Transaction};

use crate::db::transact;
use crate::{Error, Ms, Store};

/// So many are deleted in one transaction.
const AT_ONCE: i64 = 1_000;

/// What goes with a report.
const PARTS: [&str; 5] = [
    "DELETE FROM report_bodies WHERE report = $1",
    "DELETE FROM report_findings WHERE report = $1",
    "DELETE FROM report_methods WHERE report = $1",
    "DELETE FROM marks WHERE report = $1",
    "DELETE FROM marks_before WHERE report = $1",
];

/// The same of all that came before.
const OLD_PARTS: [&str; 5] = [
    "DELETE FROM report_bodies WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
    "DELETE FROM report_findings WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
    "DELETE FROM report_methods WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
    "DELETE FROM marks WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
    "DELETE FROM marks_before WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
];

impl Store {
    /// Forgets a report and all its texts; false: there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn delete_report(&self, id: &str) -> Result<bool, Error> {
        transact!(self, |tx| { delete(&mut tx, id).await? })
    }

    /// Forgets the reports that came, and the links that ended, before `before`; how many reports.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget(&self, before: Ms) -> Result<u64, Error> {
        transact!(self, |tx| {
            for part in OLD_PARTS {
                sqlx::query(part).bind(before).execute(&mut *tx).await?;
            }
            let done = sqlx::query("DELETE FROM reports WHERE arrived_at < $1")
                .bind(before)
                .execute(&mut *tx)
                .await?;
            sqlx::query(
                "DELETE FROM link_runs WHERE link IN (SELECT id FROM links WHERE expires_at < $1)",
            )
            .bind(before)
            .execute(&mut *tx)
            .await?;
            sqlx::query("DELETE FROM links WHERE expires_at < $1")
                .bind(before)
                .execute(&mut *tx)
                .await?;
            done.rows_affected()
        })
    }

    /// Forgets all but the newest reports, so many of them; of very many beyond those not all at once.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_beyond(&self, most: i64) -> Result<(), Error> {
        transact!(self, |tx| {
            let beyond = sqlx::query(
                "SELECT id FROM reports ORDER BY arrived_at DESC, id DESC LIMIT $1 OFFSET $2",
            )
            .bind(AT_ONCE)
            .bind(most)
            .fetch_all(&mut *tx)
            .await?;
            for row in beyond {
                let id: String = row.try_get(0)?;
                delete(&mut tx, &id).await?;
            }
        })
    }
}

async fn delete(tx: &mut Transaction<'_, Any>, id: &str) -> Result<bool, Error> {
    for part in PARTS {
        sqlx::query(part).bind(id).execute(&mut **tx).await?;
    }
    let done = sqlx::query("DELETE FROM reports WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

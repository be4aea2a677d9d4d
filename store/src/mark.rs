//! Marks: what staff found out about a finding afterwards.

use sqlx::any::AnyRow;
use sqlx::{Any, FromRow, Row, Transaction};

use crate::db::transact;
use crate::{Error, Id, Ms, Store};

/// What is found out about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The finding's id in its report.
    pub finding: String,
    /// Its cause.
    pub code: String,
    /// `right`, `wrong` or `fixed-by`.
    pub verdict: String,
    /// What there is to say.
    pub note: String,
    /// Who says so.
    pub who: String,
    /// When.
    pub at: Ms,
}

impl FromRow<'_, AnyRow> for Mark {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            finding: row.try_get("finding")?,
            code: row.try_get("code")?,
            verdict: row.try_get("verdict")?,
            note: row.try_get("note")?,
            who: row.try_get("who")?,
            at: row.try_get("marked_at")?,
        })
    }
}

/// Puts a mark among those of before; false: there is none.
async fn end(
    tx: &mut Transaction<'_, Any>,
    report: &str,
    finding: &str,
    who: &str,
    now: Ms,
) -> Result<bool, Error> {
    let id = Id::new()?;
    sqlx::query(
        "INSERT INTO marks_before (id, report, finding, code, verdict, note, who, marked_at, ended_at, ended_by) \
         SELECT $1, report, finding, code, verdict, note, who, marked_at, CAST($2 AS BIGINT), $3 FROM marks WHERE report = $4 AND finding = $5",
    )
    .bind(id.as_str())
    .bind(now)
    .bind(who)
    .bind(report)
    .bind(finding)
    .execute(&mut **tx)
    .await?;
    let done = sqlx::query("DELETE FROM marks WHERE report = $1 AND finding = $2")
        .bind(report)
        .bind(finding)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks a report as changed, so that who watches sees it; false: there is none.
async fn touch(tx: &mut Transaction<'_, Any>, report: &str, now: Ms) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE reports SET changed_at = $2 WHERE id = $1")
        .bind(report)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

impl Store {
    /// Marks a finding, in the place of the mark that it had, which is kept; false: there is no such report.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn mark(&self, report: &str, mark: &Mark) -> Result<bool, Error> {
        transact!(self, |tx| {
            if !touch(&mut tx, report, mark.at).await? {
                return Ok(false);
            }
            end(&mut tx, report, &mark.finding, &mark.who, mark.at).await?;
            sqlx::query(
                "INSERT INTO marks (report, finding, code, verdict, note, who, marked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(report)
            .bind(&mark.finding)
            .bind(&mark.code)
            .bind(&mark.verdict)
            .bind(&mark.note)
            .bind(&mark.who)
            .bind(mark.at)
            .execute(&mut *tx)
            .await?;
            true
        })
    }

    /// Takes a mark back, which is kept; false: there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn unmark(
        &self,
        report: &str,
        finding: &str,
        who: &str,
        now: Ms,
    ) -> Result<bool, Error> {
        transact!(self, |tx| {
            let done = end(&mut tx, report, finding, who, now).await?;
            if done {
                touch(&mut tx, report, now).await?;
            }
            done
        })
    }

    /// The marks of a report, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn marks(&self, report: &str) -> Result<Vec<Mark>, Error> {
        Ok(
            sqlx::query_as("SELECT * FROM marks WHERE report = $1 ORDER BY marked_at, finding")
                .bind(report)
                .fetch_all(self.pool())
                .await?,
        )
    }

    /// The marks of a report that are not any more, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn marks_before(&self, report: &str) -> Result<Vec<Mark>, Error> {
        Ok(
            sqlx::query_as("SELECT * FROM marks_before WHERE report = $1 ORDER BY ended_at, id")
                .bind(report)
                .fetch_all(self.pool())
                .await?,
        )
    }
}

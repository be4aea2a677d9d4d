//! What figures are made of: runs, their causes, and how each method fared.

use std::collections::HashMap;

use sqlx::Row;

use crate::counted::{Counted, Found};
use crate::{Error, Ms, Store};

/// A run that was reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// When its report came.
    pub arrived_at: Ms,
    /// Its causes and methods.
    pub counted: Counted,
}

impl Store {
    /// The runs whose intact reports came since, the newest first, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn runs(&self, since: Ms, limit: i64) -> Result<Vec<Run>, Error> {
        let rows = sqlx::query(
            "SELECT id, arrived_at FROM reports WHERE arrived_at >= $1 AND intact = 1 ORDER BY arrived_at DESC, id DESC LIMIT $2",
        )
        .bind(since)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        let (mut runs, mut at) = (Vec::new(), HashMap::new());
        for row in rows {
            at.insert(row.try_get::<String, _>(0)?, runs.len());
            runs.push(Run {
                arrived_at: row.try_get(1)?,
                counted: Counted::default(),
            });
        }
        // No further back than those.
        let oldest = runs.last().map_or(since, |run| run.arrived_at);
        let found = sqlx::query(
            "SELECT report, code, method, is_own FROM report_findings \
             WHERE report IN (SELECT id FROM reports WHERE arrived_at >= $1 AND intact = 1) ORDER BY report, at",
        )
        .bind(oldest)
        .fetch_all(self.pool())
        .await?;
        for row in found {
            let place = at.get(&row.try_get::<String, _>(0)?);
            if let Some(run) = place.and_then(|place| runs.get_mut(*place)) {
                run.counted.found.push(Found {
                    code: row.try_get(1)?,
                    method: row.try_get(2)?,
                    is_own: row.try_get::<i64, _>(3)? != 0,
                });
            }
        }
        let methods = sqlx::query(
            "SELECT report, method, verdict FROM report_methods \
             WHERE report IN (SELECT id FROM reports WHERE arrived_at >= $1 AND intact = 1) ORDER BY report, method",
        )
        .bind(oldest)
        .fetch_all(self.pool())
        .await?;
        for row in methods {
            let place = at.get(&row.try_get::<String, _>(0)?);
            if let Some(run) = place.and_then(|place| runs.get_mut(*place)) {
                run.counted.methods.push((row.try_get(1)?, row.try_get(2)?));
            }
        }
        Ok(runs)
    }
}

//! Webhooks, and what they have yet to be told: at least once, by whichever node comes first.

use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{Any, FromRow, Row, Transaction};

use crate::db::transact;
use crate::{Error, Id, Ms, Store};

/// Whom to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Where it listens.
    pub url: String,
    /// When it was made.
    pub created_at: Ms,
    /// Who made it.
    pub created_by: String,
    /// How much it has yet to be told.
    pub waiting: i64,
    /// When it was last told anything, or that was tried.
    pub tried_at: Option<Ms>,
    /// What was wrong then; none: nothing.
    pub problem: Option<String>,
}

/// Something that a webhook has to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, the same in every try.
    pub id: String,
    /// Where to.
    pub url: String,
    /// What to sign it with.
    pub secret: String,
    /// What to tell, as JSON.
    pub facts: String,
    /// Since when it waits.
    pub created_at: Ms,
    /// How often it has been tried, this time included.
    pub tries: i64,
}

/// What is told of a report that arrived: nothing of its text.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrived<'a> {
    /// `report.arrived`, or `test`.
    pub event: &'a str,
    /// The report's id.
    pub id: Option<&'a str>,
    /// Its number, to be read out.
    pub number: Option<&'a str>,
    /// Its ticket.
    pub ticket: Option<&'a str>,
    /// What it came to.
    pub result: Option<&'a str>,
    /// The code of its first finding.
    pub first_cause: Option<&'a str>,
    /// When it arrived.
    pub arrived_at: Ms,
}

/// How many webhooks there may be.
const MOST: i64 = 20;

/// For how long a node has a delivery: longer than a try takes.
pub const LEASE: Ms = 60_000;

impl FromRow<'_, AnyRow> for Webhook {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            url: row.try_get("url")?,
            created_at: row.try_get("created_at")?,
            created_by: row.try_get("created_by")?,
            waiting: row.try_get("waiting")?,
            tried_at: None,
            problem: None,
        })
    }
}

/// Writes down that all webhooks are to be told of a report, with the report's own transaction: both are there, or neither.
pub(crate) async fn enqueue(
    tx: &mut Transaction<'_, Any>,
    arrived: &Arrived<'_>,
    now: Ms,
) -> Result<(), Error> {
    let webhooks = sqlx::query("SELECT id FROM webhooks ORDER BY id")
        .fetch_all(&mut **tx)
        .await?;
    for webhook in webhooks {
        insert(tx, &webhook.try_get::<String, _>(0)?, arrived, now).await?;
    }
    Ok(())
}

async fn insert(
    tx: &mut Transaction<'_, Any>,
    webhook: &str,
    arrived: &Arrived<'_>,
    now: Ms,
) -> Result<(), Error> {
    let facts = serde_json::to_string(arrived).map_err(|_| Error::Corrupt("a report's summary"))?;
    sqlx::query(
        "INSERT INTO deliveries (id, webhook, facts, created_at, next_at, tries, leased_until) VALUES ($1, $2, $3, $4, $4, 0, 0)",
    )
    .bind(Id::new()?.as_str())
    .bind(webhook)
    .bind(facts)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// All webhooks, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, Error> {
        let mut webhooks: Vec<Webhook> = sqlx::query_as(
            "SELECT id, url, created_at, created_by, \
             (SELECT COUNT(*) FROM deliveries WHERE webhook = webhooks.id AND done_at IS NULL) AS waiting \
             FROM webhooks ORDER BY created_at, id",
        )
        .fetch_all(self.pool())
        .await?;
        for webhook in &mut webhooks {
            let last = sqlx::query(
                "SELECT tried_at, problem FROM deliveries WHERE webhook = $1 AND tried_at IS NOT NULL \
                 ORDER BY tried_at DESC, id LIMIT 1",
            )
            .bind(&webhook.id)
            .fetch_optional(self.pool())
            .await?;
            if let Some(last) = last {
                webhook.tried_at = last.try_get(0)?;
                webhook.problem = last.try_get(1)?;
            }
        }
        Ok(webhooks)
    }

    /// Makes a webhook; its id.
    ///
    /// # Errors
    /// Those of the store; [`Error::Full`] where there are too many.
    pub async fn make_webhook(
        &self,
        url: &str,
        secret: &str,
        by: &str,
        now: Ms,
    ) -> Result<String, Error> {
        let id = Id::new()?;
        transact!(self, |tx| {
            let count: i64 = sqlx::query("SELECT COUNT(*) FROM webhooks")
                .fetch_one(&mut *tx)
                .await?
                .try_get(0)?;
            if count >= MOST {
                return Err(Error::Full("webhooks"));
            }
            sqlx::query("INSERT INTO webhooks (id, url, secret, created_at, created_by) VALUES ($1, $2, $3, $4, $5)")
                .bind(id.as_str())
                .bind(url)
                .bind(secret)
                .bind(now)
                .bind(by)
                .execute(&mut *tx)
                .await?;
            id.to_string()
        })
    }

    /// Removes a webhook with all that it has not heard; its URL, or none: there is no such webhook.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn remove_webhook(&self, id: &str) -> Result<Option<String>, Error> {
        transact!(self, |tx| {
            let url: Option<String> = sqlx::query("SELECT url FROM webhooks WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?
                .map(|row| row.try_get(0))
                .transpose()?;
            for delete in [
                "DELETE FROM deliveries WHERE webhook = $1",
                "DELETE FROM webhooks WHERE id = $1",
            ] {
                sqlx::query(delete).bind(id).execute(&mut *tx).await?;
            }
            url
        })
    }

    /// Lets a webhook be told something that is no report; false: there is no such webhook.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn test_webhook(&self, id: &str, now: Ms) -> Result<bool, Error> {
        let test = Arrived {
            event: "test",
            id: None,
            number: None,
            ticket: None,
            result: None,
            first_cause: None,
            arrived_at: now,
        };
        transact!(self, |tx| {
            let known = sqlx::query("SELECT id FROM webhooks WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
            if known.is_some() {
                insert(&mut tx, id, &test, now).await?;
            }
            known.is_some()
        })
    }

    /// The webhooks that there is something to tell now, and nobody does.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn due_webhooks(&self, now: Ms) -> Result<Vec<String>, Error> {
        let rows = sqlx::query(
            "SELECT DISTINCT webhook FROM deliveries WHERE done_at IS NULL AND next_at <= $1 AND leased_until <= $1",
        )
        .bind(now)
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Takes the next thing to tell that webhook, for a minute: no other node has it then. One whose node ended comes again.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn lease_delivery(
        &self,
        webhook: &str,
        holder: &Id,
        now: Ms,
    ) -> Result<Option<Delivery>, Error> {
        transact!(self, |tx| {
            let row = sqlx::query(
                "SELECT deliveries.id, url, secret, facts, deliveries.created_at, tries FROM deliveries \
                 JOIN webhooks ON webhooks.id = deliveries.webhook \
                 WHERE webhook = $1 AND done_at IS NULL AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at, deliveries.id LIMIT 1",
            )
            .bind(webhook)
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
            let Some(row) = row else {
                return Ok(None);
            };
            let delivery = Delivery {
                id: row.try_get(0)?,
                url: row.try_get(1)?,
                secret: row.try_get(2)?,
                facts: row.try_get(3)?,
                created_at: row.try_get(4)?,
                tries: row.try_get::<i64, _>(5)? + 1,
            };
            let leased = sqlx::query(
                "UPDATE deliveries SET leased_until = $2, leased_by = $3, tries = tries + 1 \
                 WHERE id = $1 AND leased_until <= $4 AND done_at IS NULL",
            )
            .bind(&delivery.id)
            .bind(now + LEASE)
            .bind(holder.as_str())
            .bind(now)
            .execute(&mut *tx)
            .await?;
            (leased.rows_affected() == 1).then_some(delivery)
        })
    }

    /// How a try ended: without a problem the webhook has heard it; with one it is tried again at `next_at`, or given up.
    /// Nothing is done where another node has it by now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_delivery(
        &self,
        id: &str,
        holder: &Id,
        problem: Option<&str>,
        next_at: Option<Ms>,
        now: Ms,
    ) -> Result<(), Error> {
        let done_at = match (problem, next_at) {
            (Some(_), Some(_)) => None,
            _ => Some(now),
        };
        transact!(self, |tx| {
            sqlx::query(
                "UPDATE deliveries SET leased_until = 0, leased_by = NULL, tried_at = $3, problem = $4, done_at = $5, \
                 next_at = COALESCE($6, next_at) WHERE id = $1 AND leased_by = $2",
            )
            .bind(id)
            .bind(holder.as_str())
            .bind(now)
            .bind(problem)
            .bind(done_at)
            .bind(next_at)
            .execute(&mut *tx)
            .await?;
        })
    }

    /// Forgets what was told, or given up, before `before`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_deliveries(&self, before: Ms) -> Result<u64, Error> {
        transact!(self, |tx| {
            sqlx::query("DELETE FROM deliveries WHERE done_at < $1")
                .bind(before)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        })
    }
}

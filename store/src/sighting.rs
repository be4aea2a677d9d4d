//! What each node saw of each run, for all of them to read.

use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, FromRow, Row, Transaction};

use crate::db::transact;
use crate::{Error, Ms, Store};

/// What a node says of its part of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The run.
    pub run: String,
    /// Whose part.
    pub instance: String,
    /// How many sightings it has dropped for room.
    pub evicted: i64,
    /// How many requests it refused by a limit.
    pub refused: i64,
    /// Nothing of the run passed it unseen.
    pub sure: bool,
    /// The nodes that may have seen something of it that nobody else knows, as JSON.
    pub doubted_by: String,
    /// Its sightings are over their time.
    pub forgotten: bool,
}

impl FromRow<'_, AnyRow> for Part {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            run: row.try_get("run")?,
            instance: row.try_get("instance")?,
            evicted: row.try_get("evicted")?,
            refused: row.try_get("refused")?,
            sure: row.try_get::<i64, _>("sure")? != 0,
            doubted_by: row.try_get("doubted_by")?,
            forgotten: row.try_get::<i64, _>("forgotten")? != 0,
        })
    }
}

/// A sighting, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number on its node.
    pub n: i64,
    /// The run.
    pub run: String,
    /// All else.
    pub body: String,
}

/// What a node adds in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Flush {
    /// Who.
    pub instance: String,
    /// Which life of it.
    pub epoch: i64,
    /// Until when it had watched when this was cut, microseconds on its own clock; none: there is more of this cut to come.
    pub seen_through: Option<i64>,
    /// How often it lost something that could have been of any run.
    pub doubts: i64,
    /// New and changed.
    pub parts: Vec<Part>,
    /// New and changed.
    pub sightings: Vec<Seen>,
    /// Sightings by number that nobody wants to know of any more.
    pub spent: Vec<i64>,
    /// Runs of which it has dropped its sightings.
    pub dropped: Vec<String>,
}

/// Rows in one statement.
const ROWS: usize = 64;

impl Store {
    /// Adds what a node saw. With the last of a cut its beat grows. False: others have given the node up, and nothing was added.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn flush(&self, flush: &Flush, now: Ms) -> Result<bool, Error> {
        transact!(self, |tx| {
            let lives = sqlx::query(
                "UPDATE nodes SET beat = beat + $1, seen_through = CASE WHEN $1 = 1 THEN $2 ELSE seen_through END, doubts = $3
                 WHERE instance = $4 AND epoch = $5 AND state = 'lives'",
            )
            .bind(i64::from(flush.seen_through.is_some()))
            .bind(flush.seen_through.unwrap_or_default())
            .bind(flush.doubts)
            .bind(&flush.instance)
            .bind(flush.epoch)
            .execute(&mut *tx)
            .await?;
            if lives.rows_affected() == 0 {
                return Ok(false);
            }
            for run in &flush.dropped {
                sqlx::query("DELETE FROM sightings WHERE run = $1 AND instance = $2")
                    .bind(run)
                    .bind(&flush.instance)
                    .execute(&mut *tx)
                    .await?;
            }
            for part in &flush.parts {
                put_part(&mut tx, part, now).await?;
            }
            for rows in flush.sightings.chunks(ROWS) {
                put_sightings(&mut tx, &flush.instance, rows).await?;
            }
            for n in &flush.spent {
                sqlx::query("DELETE FROM sightings WHERE instance = $1 AND n = $2")
                    .bind(&flush.instance)
                    .bind(n)
                    .execute(&mut *tx)
                    .await?;
            }
            true
        })
    }

    /// What each node says of its part of a run.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn parts(&self, run: &str) -> Result<Vec<Part>, Error> {
        let parts = sqlx::query_as("SELECT * FROM run_parts WHERE run = $1 ORDER BY instance");
        Ok(parts.bind(run).fetch_all(self.pool()).await?)
    }

    /// How many sightings there are of a run.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn count_sightings(&self, run: &str) -> Result<i64, Error> {
        let row = sqlx::query("SELECT COUNT(*) AS n FROM sightings WHERE run = $1");
        Ok(row.bind(run).fetch_one(self.pool()).await?.try_get("n")?)
    }

    /// The sightings of a run, so many at most: each with its node, in the order of arrival there.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sightings(&self, run: &str, most: i64) -> Result<Vec<(String, String)>, Error> {
        let rows = sqlx::query(
            "SELECT instance, body FROM sightings WHERE run = $1 ORDER BY instance, n LIMIT $2",
        );
        let rows = rows.bind(run).bind(most).fetch_all(self.pool()).await?;
        let pair = |row: &AnyRow| Ok((row.try_get("instance")?, row.try_get("body")?));
        rows.iter().map(pair).collect()
    }

    /// Forgets the sightings of runs of which no node has said anything since `before`, and, with `forgotten_before`, that there
    /// were any.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_sightings(&self, before: Ms, forgotten_before: Ms) -> Result<u64, Error> {
        transact!(self, |tx| {
            let over = sqlx::query(
                "SELECT run FROM run_parts WHERE forgotten = 0 GROUP BY run HAVING MAX(last_at) < $1",
            )
            .bind(before)
            .fetch_all(&mut *tx)
            .await?;
            let mut gone = 0;
            for row in &over {
                let run: String = row.try_get("run")?;
                let done = sqlx::query("DELETE FROM sightings WHERE run = $1")
                    .bind(&run)
                    .execute(&mut *tx)
                    .await?;
                gone += done.rows_affected();
                sqlx::query("UPDATE run_parts SET forgotten = 1 WHERE run = $1")
                    .bind(&run)
                    .execute(&mut *tx)
                    .await?;
            }
            sqlx::query("DELETE FROM run_parts WHERE forgotten = 1 AND last_at < $1")
                .bind(forgotten_before)
                .execute(&mut *tx)
                .await?;
            gone
        })
    }
}

async fn put_part(tx: &mut Transaction<'_, Any>, part: &Part, now: Ms) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO run_parts (run, instance, evicted, refused, sure, doubted_by, forgotten, last_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (run, instance) DO UPDATE SET evicted = excluded.evicted, refused = excluded.refused,
             sure = excluded.sure, doubted_by = excluded.doubted_by, last_at = excluded.last_at",
    )
    .bind(&part.run)
    .bind(&part.instance)
    .bind(part.evicted)
    .bind(part.refused)
    .bind(i64::from(part.sure))
    .bind(&part.doubted_by)
    .bind(i64::from(part.forgotten))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Many at once: each statement is a journey.
async fn put_sightings(
    tx: &mut Transaction<'_, Any>,
    instance: &str,
    rows: &[Seen],
) -> Result<(), Error> {
    let places: Vec<String> = (0..rows.len())
        .map(|row| format!("($1, ${}, ${}, ${})", row * 3 + 2, row * 3 + 3, row * 3 + 4))
        .collect();
    let sql = format!(
        "INSERT INTO sightings (instance, n, run, body) VALUES {} ON CONFLICT (instance, n) DO UPDATE SET body = excluded.body",
        places.join(", ")
    );
    // Numbered places alone: nothing of it is a stranger's.
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(instance);
    for row in rows {
        query = query.bind(row.n).bind(&row.run).bind(&row.body);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

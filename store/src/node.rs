//! The servers that share a store: who is there, and how far each has seen. No clocks are compared: a beat that grows is all
//! that tells of life.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use crate::db::transact;
use crate::{Error, Ms, Store};

/// What became of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It flushes, as far as anybody knows.
    Lives,
    /// It flushed all that it had and left.
    Ended,
    /// It went silent, and the others gave it up.
    Lost,
}

impl State {
    /// As it is kept.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Lives => "lives",
            Self::Ended => "ended",
            Self::Lost => "lost",
        }
    }
}

/// A server that shares the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its process.
    pub instance: String,
    /// Which life of it.
    pub epoch: i64,
    /// When it began.
    pub started_at: Ms,
    /// How often it has flushed.
    pub beat: i64,
    /// Until when it had watched at its last flush: microseconds on its own clock.
    pub seen_through: i64,
    /// How often it lost something that could have been of any run.
    pub doubts: i64,
    /// What became of it.
    pub state: State,
}

impl FromRow<'_, AnyRow> for Node {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            instance: row.try_get("instance")?,
            epoch: row.try_get("epoch")?,
            started_at: row.try_get("started_at")?,
            beat: row.try_get("beat")?,
            seen_through: row.try_get("seen_through")?,
            doubts: row.try_get("doubts")?,
            state: match row.try_get::<String, _>("state")?.as_str() {
                "lives" => State::Lives,
                "ended" => State::Ended,
                _ => State::Lost,
            },
        })
    }
}

impl Store {
    /// A node is there, before it answers anybody; also one that begins another life.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn join(&self, node: &Node) -> Result<(), Error> {
        transact!(self, |tx| {
            sqlx::query(
                "INSERT INTO nodes (instance, epoch, started_at, beat, seen_through, doubts, state)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (instance, epoch) DO NOTHING",
            )
            .bind(&node.instance)
            .bind(node.epoch)
            .bind(node.started_at)
            .bind(node.beat)
            .bind(node.seen_through)
            .bind(node.doubts)
            .bind(node.state.as_str())
            .execute(&mut *tx)
            .await?;
        })
    }

    /// All that are known, those that are gone included.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn nodes(&self) -> Result<Vec<Node>, Error> {
        let nodes = sqlx::query_as("SELECT * FROM nodes ORDER BY instance, epoch");
        Ok(nodes.fetch_all(self.pool()).await?)
    }

    /// A living node is gone; false: it is not, since its beat has grown or another has said so before. None for `beat`: it says
    /// so itself.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn part_from(
        &self,
        instance: &str,
        epoch: i64,
        beat: Option<i64>,
        state: State,
    ) -> Result<bool, Error> {
        transact!(self, |tx| {
            let done = sqlx::query(
                "UPDATE nodes SET state = $1 WHERE instance = $2 AND epoch = $3 AND state = 'lives' AND (beat = $4 OR $4 = -1)",
            )
            .bind(state.as_str())
            .bind(instance)
            .bind(epoch)
            .bind(beat.unwrap_or(-1))
            .execute(&mut *tx)
            .await?;
            done.rows_affected() == 1
        })
    }

    /// Nobody asks for a node any more that is gone.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_node(&self, instance: &str, epoch: i64) -> Result<(), Error> {
        transact!(self, |tx| {
            sqlx::query(
                "DELETE FROM nodes WHERE instance = $1 AND epoch = $2 AND state <> 'lives'",
            )
            .bind(instance)
            .bind(epoch)
            .execute(&mut *tx)
            .await?;
        })
    }
}

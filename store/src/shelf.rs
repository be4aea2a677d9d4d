//! Things that strangers leave for a while, bounded: offered reports, and pieces of reports.

use sqlx::{Any, Row, Transaction};

use crate::db::transact;
use crate::{Error, Ms, Store};

/// How much a shelf holds.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Which shelf.
    pub shelf: &'static str,
    /// The most things.
    pub most: i64,
    /// The most of one source.
    pub most_of_source: i64,
    /// The most bytes, of all together.
    pub most_bytes: i64,
    /// How long after its last use a thing is kept, ms.
    pub keep: Ms,
}

/// A thing to be left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its text.
    pub value: String,
    /// How much room it takes.
    pub bytes: i64,
}

impl Store {
    /// What lies there under that name; its time begins anew where `touch` says so.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn look(
        &self,
        room: &Room,
        name: &str,
        touch: bool,
        now: Ms,
    ) -> Result<Option<String>, Error> {
        transact!(self, |tx| {
            let found = read(&mut tx, room, name, now).await?;
            if touch && found.is_some() {
                sqlx::query("UPDATE shelves SET used_at = $1 WHERE shelf = $2 AND name = $3")
                    .bind(now)
                    .bind(room.shelf)
                    .bind(name)
                    .execute(&mut *tx)
                    .await?;
            }
            found
        })
    }

    /// Puts a thing there, instead of what lay there under its name; false: there is no room for the like of it. Whoever leaves
    /// more than there is room for loses their own least recent thing first, and only then somebody else's.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn leave(
        &self,
        room: &Room,
        name: &str,
        left: &Left,
        source: &str,
        now: Ms,
    ) -> Result<bool, Error> {
        transact!(self, |tx| {
            put(&mut tx, room, name, left, source, now).await?
        })
    }

    /// Makes of what lies there, and of what lies under the same name on another shelf, what shall lie there; as if nobody else
    /// did so meanwhile. `change` says what to leave on the first (none: nothing new) and what it comes to; it may be asked several
    /// times.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn change<T>(
        &self,
        rooms: [&Room; 2],
        name: &str,
        source: &str,
        now: Ms,
        change: impl Fn([Option<&str>; 2]) -> (Option<Left>, T),
    ) -> Result<T, Error> {
        transact!(self, |tx| {
            let first = read(&mut tx, rooms[0], name, now).await?;
            let second = read(&mut tx, rooms[1], name, now).await?;
            let (left, told) = change([first.as_deref(), second.as_deref()]);
            if let Some(left) = left {
                put(&mut tx, rooms[0], name, &left, source, now).await?;
            }
            told
        })
    }

    /// Takes a thing away.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn take_away(&self, room: &Room, name: &str) -> Result<(), Error> {
        transact!(self, |tx| { remove(&mut tx, room, name).await? })
    }

    /// Forgets what is over its time.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sweep_shelf(&self, room: &Room, now: Ms) -> Result<(), Error> {
        transact!(self, |tx| { sweep(&mut tx, room, now).await? })
    }
}

async fn read(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    name: &str,
    now: Ms,
) -> Result<Option<String>, Error> {
    let found =
        sqlx::query("SELECT value FROM shelves WHERE shelf = $1 AND name = $2 AND used_at >= $3")
            .bind(room.shelf)
            .bind(name)
            .bind(now - room.keep)
            .fetch_optional(&mut **tx)
            .await?;
    Ok(found.map(|row| row.try_get("value")).transpose()?)
}

async fn remove(tx: &mut Transaction<'_, Any>, room: &Room, name: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM shelves WHERE shelf = $1 AND name = $2")
        .bind(room.shelf)
        .bind(name)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn sweep(tx: &mut Transaction<'_, Any>, room: &Room, now: Ms) -> Result<(), Error> {
    sqlx::query("DELETE FROM shelves WHERE shelf = $1 AND used_at < $2")
        .bind(room.shelf)
        .bind(now - room.keep)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn put(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    name: &str,
    left: &Left,
    source: &str,
    now: Ms,
) -> Result<bool, Error> {
    if room.most.min(room.most_of_source) <= 0 || left.bytes > room.most_bytes {
        return Ok(false);
    }
    sweep(tx, room, now).await?;
    remove(tx, room, name).await?;
    loop {
        let full = sqlx::query(
            "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes,
                 CAST(COALESCE(SUM(CASE WHEN source = $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS own
             FROM shelves WHERE shelf = $1",
        )
        .bind(room.shelf)
        .bind(source)
        .fetch_one(&mut **tx)
        .await?;
        let (n, bytes, own): (i64, i64, i64) = (
            full.try_get("n")?,
            full.try_get("bytes")?,
            full.try_get("own")?,
        );
        if n < room.most && own < room.most_of_source && bytes + left.bytes <= room.most_bytes {
            break;
        }
        let oldest = sqlx::query(
            "SELECT name FROM shelves WHERE shelf = $1
             ORDER BY CASE WHEN source = $2 THEN 0 ELSE 1 END, used_at LIMIT 1",
        )
        .bind(room.shelf)
        .bind(source)
        .fetch_optional(&mut **tx)
        .await?;
        let Some(oldest) = oldest else {
            break;
        };
        remove(tx, room, &oldest.try_get::<String, _>("name")?).await?;
    }
    sqlx::query(
        "INSERT INTO shelves (shelf, name, value, bytes, source, used_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(room.shelf)
    .bind(name)
    .bind(&left.value)
    .bind(left.bytes)
    .bind(source)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

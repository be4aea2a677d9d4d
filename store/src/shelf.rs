//! Things that strangers leave for a while where nodes share the store, bounded: offered reports, and reports in pieces. Whatever
//! node is asked, it is one shelf.

use sqlx::{Any, Row, Transaction};

use crate::db::transact;
use crate::{Error, Id, Ms, Store};

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

/// A thing's name, and who left it.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// Its name on its shelf.
    pub name: &'a str,
    /// Whose it is.
    pub source: &'a str,
}

/// A part of something.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Which, from 1.
    pub n: i64,
    /// Of how many.
    pub of: i64,
    /// What it holds.
    pub value: &'a str,
}

/// What a part makes of its thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Others are missing.
    More,
    /// It is whole: all parts in their order.
    Whole(Vec<String>),
    /// It was whole before: what has become of it.
    Known(String),
    /// It has another number of parts.
    OtherCount,
    /// Another part has that number.
    OtherPart,
    /// There is no room for the like of it.
    NoRoom,
}

impl Store {
    /// What lies there under that name; its time begins anew.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn look(&self, room: &Room, name: &str, now: Ms) -> Result<Option<String>, Error> {
        transact!(self, |tx| {
            let found = read(&mut tx, room, name, now).await?;
            if found.is_some() {
                touch(&mut tx, room, name, now).await?;
            }
            found
        })
    }

    /// Puts a thing of one part there, instead of what lay there under its name; false: there is no room for the like of it. Whoever
    /// leaves more than there is room for loses their own least recent thing first, and only then somebody else's.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn leave(
        &self,
        room: &Room,
        thing: Named<'_>,
        value: &str,
        now: Ms,
    ) -> Result<bool, Error> {
        transact!(self, |tx| { put(&mut tx, room, thing, value, now).await? })
    }

    /// Adds a part to a thing that comes in parts, as if nobody else did so meanwhile; `done`: where it lies what has become of those
    /// that were whole. How many parts there may be, and how long each, is the caller's to bound.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn leave_part(
        &self,
        [room, done]: [&Room; 2],
        thing: Named<'_>,
        part: Part<'_>,
        now: Ms,
    ) -> Result<Step, Error> {
        transact!(self, |tx| {
            if let Some(known) = read(&mut tx, done, thing.name, now).await? {
                return Ok(Step::Known(known));
            }
            sweep(&mut tx, room, now).await?;
            let bytes = i64::try_from(part.value.len()).unwrap_or(i64::MAX);
            let of = sqlx::query("SELECT parts FROM shelves WHERE shelf = $1 AND name = $2")
                .bind(room.shelf)
                .bind(thing.name)
                .fetch_optional(&mut *tx)
                .await?;
            match of {
                None => {
                    if !make_room(&mut tx, room, thing, bytes).await? {
                        return Ok(Step::NoRoom);
                    }
                    add(&mut tx, room, thing, part.of, now).await?;
                }
                Some(of) if of.try_get::<i64, _>("parts")? != part.of => {
                    return Ok(Step::OtherCount);
                }
                Some(_) => {}
            }
            let mut parts = parts(&mut tx, room, thing.name).await?;
            match parts.iter().find(|(n, _)| *n == part.n) {
                Some((_, value)) if value != part.value => return Ok(Step::OtherPart),
                Some(_) => {}
                None => {
                    add_part(&mut tx, room, thing.name, part, now).await?;
                    parts.push((part.n, part.value.to_owned()));
                    parts.sort_unstable();
                }
            }
            match i64::try_from(parts.len()) == Ok(part.of) {
                true => Step::Whole(parts.into_iter().map(|(_, value)| value).collect()),
                false => Step::More,
            }
        })
    }

    /// Takes a whole thing away and leaves what has become of it; what stands for it from now on. Where it was made whole twice at
    /// once, the first to get here counts.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn finish(
        &self,
        [room, done]: [&Room; 2],
        thing: Named<'_>,
        outcome: &str,
        now: Ms,
    ) -> Result<String, Error> {
        transact!(self, |tx| {
            if let Some(known) = read(&mut tx, done, thing.name, now).await? {
                return Ok(known);
            }
            remove(&mut tx, room, thing.name).await?;
            put(&mut tx, done, thing, outcome, now).await?;
            outcome.to_owned()
        })
    }

    /// Forgets what is over its time there.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sweep_shelf(&self, room: &Room, now: Ms) -> Result<(), Error> {
        transact!(self, |tx| { sweep(&mut tx, room, now).await? })
    }

    /// The key under which all nodes number addresses, made by the first that asks.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sources_key(&self) -> Result<Id, Error> {
        let new = Id::new()?;
        transact!(self, |tx| {
            sqlx::query("INSERT INTO node_keys (name, value) VALUES ('sources', $1) ON CONFLICT (name) DO NOTHING")
                .bind(new.as_str())
                .execute(&mut *tx)
                .await?;
            let row = sqlx::query("SELECT value FROM node_keys WHERE name = 'sources'")
                .fetch_one(&mut *tx)
                .await?;
            let key = row.try_get::<String, _>("value")?;
            key.parse().map_err(|_| Error::Corrupt("the nodes' key"))?
        })
    }
}

/// The first part, of what is not over its time.
async fn read(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    name: &str,
    now: Ms,
) -> Result<Option<String>, Error> {
    let found = sqlx::query(
        "SELECT shelf_parts.value FROM shelves JOIN shelf_parts
             ON shelf_parts.shelf = shelves.shelf AND shelf_parts.name = shelves.name AND shelf_parts.n = 1
         WHERE shelves.shelf = $1 AND shelves.name = $2 AND shelves.used_at >= $3",
    )
    .bind(room.shelf)
    .bind(name)
    .bind(now - room.keep)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.map(|row| row.try_get("value")).transpose()?)
}

async fn touch(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    name: &str,
    now: Ms,
) -> Result<(), Error> {
    sqlx::query("UPDATE shelves SET used_at = $1 WHERE shelf = $2 AND name = $3")
        .bind(now)
        .bind(room.shelf)
        .bind(name)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn parts(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    name: &str,
) -> Result<Vec<(i64, String)>, Error> {
    let rows =
        sqlx::query("SELECT n, value FROM shelf_parts WHERE shelf = $1 AND name = $2 ORDER BY n")
            .bind(room.shelf)
            .bind(name)
            .fetch_all(&mut **tx)
            .await?;
    let pair = |row: &sqlx::any::AnyRow| Ok((row.try_get("n")?, row.try_get("value")?));
    rows.iter().map(pair).collect()
}

async fn remove(tx: &mut Transaction<'_, Any>, room: &Room, name: &str) -> Result<(), Error> {
    for delete in [
        "DELETE FROM shelf_parts WHERE shelf = $1 AND name = $2",
        "DELETE FROM shelves WHERE shelf = $1 AND name = $2",
    ] {
        sqlx::query(delete)
            .bind(room.shelf)
            .bind(name)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn sweep(tx: &mut Transaction<'_, Any>, room: &Room, now: Ms) -> Result<(), Error> {
    let over = sqlx::query("SELECT name FROM shelves WHERE shelf = $1 AND used_at < $2")
        .bind(room.shelf)
        .bind(now - room.keep)
        .fetch_all(&mut **tx)
        .await?;
    for row in over {
        remove(tx, room, &row.try_get::<String, _>("name")?).await?;
    }
    Ok(())
}

/// Takes away until there is room for one more; false: there is none for the like of it.
async fn make_room(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    thing: Named<'_>,
    bytes: i64,
) -> Result<bool, Error> {
    if room.most.min(room.most_of_source) <= 0 || bytes > room.most_bytes {
        return Ok(false);
    }
    loop {
        let full = sqlx::query(
            "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes,
                 CAST(COALESCE(SUM(CASE WHEN source = $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS own
             FROM shelves WHERE shelf = $1",
        )
        .bind(room.shelf)
        .bind(thing.source)
        .fetch_one(&mut **tx)
        .await?;
        let (n, taken, own): (i64, i64, i64) = (
            full.try_get("n")?,
            full.try_get("bytes")?,
            full.try_get("own")?,
        );
        let fits = taken <= room.most_bytes - bytes;
        if n < room.most && own < room.most_of_source && fits {
            return Ok(true);
        }
        let oldest = sqlx::query(
            "SELECT name FROM shelves WHERE shelf = $1
             ORDER BY CASE WHEN source = $2 THEN 0 ELSE 1 END, used_at, name LIMIT 1",
        )
        .bind(room.shelf)
        .bind(thing.source)
        .fetch_optional(&mut **tx)
        .await?;
        let Some(oldest) = oldest else {
            return Ok(true);
        };
        remove(tx, room, &oldest.try_get::<String, _>("name")?).await?;
    }
}

async fn add(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    thing: Named<'_>,
    of: i64,
    now: Ms,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO shelves (shelf, name, parts, bytes, source, used_at) VALUES ($1, $2, $3, 0, $4, $5)",
    )
    .bind(room.shelf)
    .bind(thing.name)
    .bind(of)
    .bind(thing.source)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn add_part(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    name: &str,
    part: Part<'_>,
    now: Ms,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO shelf_parts (shelf, name, n, value) VALUES ($1, $2, $3, $4)")
        .bind(room.shelf)
        .bind(name)
        .bind(part.n)
        .bind(part.value)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "UPDATE shelves SET bytes = bytes + $1, used_at = $2 WHERE shelf = $3 AND name = $4",
    )
    .bind(i64::try_from(part.value.len()).unwrap_or(i64::MAX))
    .bind(now)
    .bind(room.shelf)
    .bind(name)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put(
    tx: &mut Transaction<'_, Any>,
    room: &Room,
    thing: Named<'_>,
    value: &str,
    now: Ms,
) -> Result<bool, Error> {
    let bytes = i64::try_from(value.len()).unwrap_or(i64::MAX);
    sweep(tx, room, now).await?;
    // What cannot be kept drives nothing out.
    if room.most.min(room.most_of_source) <= 0 || bytes > room.most_bytes {
        return Ok(false);
    }
    remove(tx, room, thing.name).await?;
    make_room(tx, room, thing, bytes).await?;
    add(tx, room, thing, 1, now).await?;
    let whole = Part { n: 1, of: 1, value };
    add_part(tx, room, thing.name, whole, now).await?;
    Ok(true)
}

//! What changed since somebody last looked. Transactions end in another order than they began, so a look goes back a little
//! behind the last one: who looks must drop what is known by id and time of change.

use std::fmt;
use std::str::FromStr;

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use crate::sql::Sql;
use crate::{Error, Id, Ms, Store};

/// How far behind a change's own time its transaction may end, with the difference of the nodes' clocks, which may be a minute, ms.
pub const LOOK_BACK: Ms = 75_000;

/// So many of those are looked at again at most.
const AGAIN: i64 = 2_000;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A link.
    Link,
    /// A report.
    Report,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Change {
    /// When.
    pub at: Ms,
    /// The id of what changed.
    pub id: String,
    /// What it is.
    pub what: What,
}

/// Up to where somebody has looked: at least all that had ended by then is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The time of the last change.
    at: Ms,
    /// Its id; empty: before any of that time.
    id: String,
}

impl Cursor {
    /// Of somebody who knows all that is there now.
    #[must_use]
    pub const fn now(now: Ms) -> Self {
        Self {
            at: now,
            id: String::new(),
        }
    }

    /// From when on changes are looked at.
    #[must_use]
    pub const fn from(&self) -> Ms {
        self.at - LOOK_BACK
    }

    /// After a look at `now` that brought these, in their order. Where more were there than were brought (`cut`), the next look
    /// goes on behind the last one; else it may leave behind what is old enough, so that nothing is told for ever.
    #[must_use]
    pub fn after(&self, brought: &[Change], cut: bool, now: Ms) -> Self {
        let last = brought.last().map(|last| Self {
            at: last.at,
            id: last.id.clone(),
        });
        let known = last.into_iter().chain([self.clone()]).max();
        let known = known.unwrap_or_else(|| self.clone());
        match cut {
            true => known,
            false => known.max(Self::now(now - LOOK_BACK)),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "no cursor of ours";
        let (at, id) = text.split_once('-').ok_or(WRONG)?;
        let digits = (1..=15).contains(&at.len()) && at.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !(id.is_empty() || id.parse::<Id>().is_ok()) {
            return Err(WRONG);
        }
        Ok(Self {
            at: at.parse().map_err(|_| WRONG)?,
            id: id.to_owned(),
        })
    }
}

impl FromRow<'_, AnyRow> for Change {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: row.try_get(0)?,
            id: row.try_get(1)?,
            what: match row.try_get::<i64, _>(2)? {
                0 => What::Link,
                _ => What::Report,
            },
        })
    }
}

impl Store {
    /// What changed since: what may have ended late, and at most `limit` of what came behind; and whether there was more.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn changes(&self, since: &Cursor, limit: i64) -> Result<(Vec<Change>, bool), Error> {
        let mut behind = Sql::default();
        // In the order of time and id; nobody's id is another's.
        both(&mut behind, |sql| {
            sql.add("(changed_at > ").number(since.at);
            sql.add(" OR (changed_at = ").number(since.at);
            sql.add(" AND id > ").text(&since.id).add("))");
        });
        behind.add(" ORDER BY 1, 2 LIMIT ").number(limit + 1);
        let mut again = Sql::default();
        both(&mut again, |sql| {
            sql.add("changed_at > ").number(since.from());
            sql.add(" AND (changed_at < ").number(since.at);
            sql.add(" OR (changed_at = ").number(since.at);
            sql.add(" AND id <= ").text(&since.id).add("))");
        });
        again.add(" ORDER BY 1 DESC, 2 DESC LIMIT ").number(AGAIN);
        // What ends between the two looks is behind, or is looked at again next time.
        let mut all: Vec<Change> = again.all(self.pool()).await?;
        all.reverse();
        let mut came: Vec<Change> = behind.all(self.pool()).await?;
        let cut = came.len() as i64 > limit;
        came.truncate(usize::try_from(limit).unwrap_or_default());
        all.append(&mut came);
        Ok((all, cut))
    }
}

fn both(sql: &mut Sql, mut which: impl FnMut(&mut Sql)) {
    sql.add("SELECT changed_at, id, CAST(0 AS BIGINT) FROM links WHERE ");
    which(sql);
    sql.add(" UNION ALL SELECT changed_at, id, CAST(1 AS BIGINT) FROM reports WHERE ");
    which(sql);
}

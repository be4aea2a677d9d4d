//! Sessions: who has signed in, for how long.

use sqlx::{FromRow, Row};

use crate::db::transact;
use crate::digest::Digest;
use crate::user::{COLUMNS, User};
use crate::{Error, Ms, Store};

/// A session of which nothing was heard for so long has ended: 12 hours.
pub const IDLE: Ms = 12 * 3_600_000;

/// No session lasts longer: 7 days.
pub const LONGEST: Ms = 7 * 24 * 3_600_000;

/// That something was heard is written down at most so often: not every look is a write.
const NOTED: Ms = 60_000;

/// How many sessions a user has at the most; the oldest end first.
const MOST: i64 = 32;

impl Store {
    /// Begins a session of a user who gave the password of that hash. False: it is not theirs any more.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn begin_session(
        &self,
        session: &Digest,
        user: &str,
        password: &str,
        now: Ms,
    ) -> Result<bool, Error> {
        transact!(self, |tx| {
            let is_still = sqlx::query("SELECT id FROM users WHERE id = $1 AND password = $2")
                .bind(user)
                .bind(password)
                .fetch_optional(&mut *tx)
                .await?;
            if is_still.is_none() {
                return Ok(false);
            }
            sqlx::query(
                "DELETE FROM sessions WHERE user_id = $1 AND digest NOT IN \
                 (SELECT digest FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, digest LIMIT $2)",
            )
            .bind(user)
            .bind(MOST - 1)
            .execute(&mut *tx)
            .await?;
            sqlx::query("INSERT INTO sessions (digest, user_id, created_at, seen_at) VALUES ($1, $2, $3, $3)")
                .bind(session.as_str())
                .bind(user)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            true
        })
    }

    /// Whose session it is, if it has not ended; and it has been heard of.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn session(&self, session: &Digest, now: Ms) -> Result<Option<User>, Error> {
        let Some((user, seen_at)) = self.peek_at_session(session, now).await? else {
            return Ok(None);
        };
        if now - seen_at >= NOTED {
            transact!(self, |tx| {
                sqlx::query("UPDATE sessions SET seen_at = $2 WHERE digest = $1")
                    .bind(session.as_str())
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
            })?;
        }
        Ok(Some(user))
    }

    /// Whose session it is, if it has not ended; nothing is heard of it by that.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn session_holds(&self, session: &Digest, now: Ms) -> Result<Option<User>, Error> {
        let found = self.peek_at_session(session, now).await?;
        Ok(found.map(|(user, _)| user))
    }

    /// And when it was last heard of.
    async fn peek_at_session(
        &self,
        session: &Digest,
        now: Ms,
    ) -> Result<Option<(User, Ms)>, Error> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, sessions.seen_at FROM sessions JOIN users ON users.id = sessions.user_id \
             WHERE sessions.digest = $1 AND sessions.created_at > $2 AND sessions.seen_at > $3"
        )))
        .bind(session.as_str())
        .bind(now - LONGEST)
        .bind(now - IDLE)
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| Ok((User::from_row(&row)?, row.try_get("seen_at")?)))
            .transpose()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_session(&self, session: &Digest) -> Result<(), Error> {
        transact!(self, |tx| {
            sqlx::query("DELETE FROM sessions WHERE digest = $1")
                .bind(session.as_str())
                .execute(&mut *tx)
                .await?;
        })
    }

    /// Forgets sessions, invitations and tokens that have ended, tokens a month later: somebody may ask why they stopped.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_ended(&self, now: Ms) -> Result<u64, Error> {
        transact!(self, |tx| {
            let mut forgotten = 0;
            for (delete, before) in [
                ("DELETE FROM sessions WHERE created_at <= $1", now - LONGEST),
                ("DELETE FROM sessions WHERE seen_at <= $1", now - IDLE),
                ("DELETE FROM invitations WHERE expires_at <= $1", now),
                (
                    "DELETE FROM tokens WHERE expires_at <= $1",
                    now - 30 * 24 * 3_600_000,
                ),
            ] {
                forgotten += sqlx::query(delete)
                    .bind(before)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
            }
            forgotten
        })
    }
}

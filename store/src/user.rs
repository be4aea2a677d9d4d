//! Users, and the invitations by which they choose their passwords.

use sqlx::any::AnyRow;
use sqlx::{Any, FromRow, Row, Transaction};

use crate::db::transact;
use crate::digest::Digest;
use crate::{Error, Id, Ms, Store};

/// Somebody who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they may do; the store only counts those that are called `admin`.
    pub role: String,
    /// They have chosen a password.
    pub has_password: bool,
    /// When they were made.
    pub created_at: Ms,
}

/// Why a user was not made, changed or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such user.
    Unknown,
    /// There is no such invitation any more.
    Uninvited,
    /// The invitation is for a new user, who has to have a name.
    Nameless,
    /// The name is taken.
    Taken,
    /// There are too many.
    Full,
    /// Nobody else could let others in.
    LastAdmin,
}

/// How many users there may be.
const MOST: i64 = 500;

impl FromRow<'_, AnyRow> for User {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            role: row.try_get("role")?,
            has_password: row.try_get::<i64, _>("has_password")? != 0,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// The columns of a [`User`].
pub(crate) const COLUMNS: &str = "users.id, users.name, users.role, users.created_at, \
    CASE WHEN users.password IS NULL THEN 0 ELSE 1 END AS has_password";

/// So that `Ada` and `ada` are one name.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

async fn count(tx: &mut Transaction<'_, Any>, of: &str) -> Result<i64, Error> {
    let counted = match of {
        "" => sqlx::query("SELECT COUNT(*) FROM users"),
        _ => sqlx::query(
            "SELECT COUNT(*) FROM users WHERE role = 'admin' AND password IS NOT NULL AND id <> $1",
        )
        .bind(of),
    };
    Ok(counted.fetch_one(&mut **tx).await?.try_get(0)?)
}

async fn by_id(tx: &mut Transaction<'_, Any>, id: &str) -> Result<Option<User>, Error> {
    let user = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM users WHERE id = $1"
    )))
    .bind(id);
    Ok(user.fetch_optional(&mut **tx).await?)
}

async fn insert(
    tx: &mut Transaction<'_, Any>,
    name: &str,
    role: &str,
    now: Ms,
) -> Result<Result<String, Refused>, Error> {
    if count(tx, "").await? >= MOST {
        return Ok(Err(Refused::Full));
    }
    let id = Id::new()?.to_string();
    let made = sqlx::query(
        "INSERT INTO users (id, name, folded, role, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (folded) DO NOTHING",
    )
    .bind(&id)
    .bind(name)
    .bind(folded(name))
    .bind(role)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(match made.rows_affected() {
        1 => Ok(id),
        _ => Err(Refused::Taken),
    })
}

async fn invite(
    tx: &mut Transaction<'_, Any>,
    user: Option<&str>,
    invitation: &Digest,
    expires_at: Ms,
) -> Result<(), Error> {
    match user {
        Some(user) => sqlx::query("DELETE FROM invitations WHERE user_id = $1").bind(user),
        None => sqlx::query("DELETE FROM invitations WHERE user_id IS NULL"),
    }
    .execute(&mut **tx)
    .await?;
    sqlx::query("INSERT INTO invitations (digest, user_id, expires_at) VALUES ($1, $2, $3)")
        .bind(invitation.as_str())
        .bind(user)
        .bind(expires_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whom an invitation is for: none, or a user, or whoever becomes the first one.
async fn invited(
    tx: &mut Transaction<'_, Any>,
    invitation: &Digest,
    now: Ms,
) -> Result<Option<Option<String>>, Error> {
    // All that are open, a few: how long the search takes says nothing of any of them.
    let open = sqlx::query("SELECT digest, user_id FROM invitations WHERE expires_at > $1")
        .bind(now)
        .fetch_all(&mut **tx)
        .await?;
    let mut found = None;
    for row in open {
        if invitation.is(&row.try_get::<String, _>(0)?) {
            found = Some(row.try_get(1)?);
        }
    }
    Ok(found)
}

impl Store {
    /// Invites whoever becomes the first user, an admin, if there is no user yet; invitations of that kind made before end.
    /// False: there are users.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn invite_first(&self, invitation: &Digest, expires_at: Ms) -> Result<bool, Error> {
        transact!(self, |tx| {
            let is_first = count(&mut tx, "").await? == 0;
            if is_first {
                invite(&mut tx, None, invitation, expires_at).await?;
            }
            is_first
        })
    }

    /// All users, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let users = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM users ORDER BY folded"
        )));
        Ok(users.fetch_all(self.pool()).await?)
    }

    /// Makes a user, who chooses a password by the invitation; their id.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn make_user(
        &self,
        name: &str,
        role: &str,
        invitation: &Digest,
        expires_at: Ms,
        now: Ms,
    ) -> Result<Result<String, Refused>, Error> {
        transact!(self, |tx| {
            match insert(&mut tx, name, role, now).await? {
                Ok(id) => {
                    invite(&mut tx, Some(&id), invitation, expires_at).await?;
                    Ok(id)
                }
                Err(refused) => return Ok(Err(refused)),
            }
        })
    }

    /// Invites a user to choose a new password; the one they have is good until then. None: there is no such user.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn invite_again(
        &self,
        user: &str,
        invitation: &Digest,
        expires_at: Ms,
    ) -> Result<Option<User>, Error> {
        transact!(self, |tx| {
            let user = by_id(&mut tx, user).await?;
            if let Some(user) = &user {
                invite(&mut tx, Some(&user.id), invitation, expires_at).await?;
            }
            user
        })
    }

    /// Whether the invitation is open.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn is_invited(&self, invitation: &Digest, now: Ms) -> Result<bool, Error> {
        transact!(self, |tx| invited(&mut tx, invitation, now)
            .await?
            .is_some())
    }

    /// Uses an invitation up: the user's password is the hashed one from then on, and their sessions end. `name` is that of the
    /// first user.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn accept(
        &self,
        invitation: &Digest,
        name: Option<&str>,
        password: &str,
        now: Ms,
    ) -> Result<Result<User, Refused>, Error> {
        transact!(self, |tx| {
            let Some(user) = invited(&mut tx, invitation, now).await? else {
                return Ok(Err(Refused::Uninvited));
            };
            let id = match (user, name) {
                (Some(user), _) => user,
                (None, _) if count(&mut tx, "").await? > 0 => return Ok(Err(Refused::Uninvited)),
                (None, None) => return Ok(Err(Refused::Nameless)),
                (None, Some(name)) => match insert(&mut tx, name, "admin", now).await? {
                    Ok(id) => id,
                    Err(refused) => return Ok(Err(refused)),
                },
            };
            sqlx::query("DELETE FROM invitations WHERE digest = $1")
                .bind(invitation.as_str())
                .execute(&mut *tx)
                .await?;
            sqlx::query("UPDATE users SET password = $2 WHERE id = $1")
                .bind(&id)
                .bind(password)
                .execute(&mut *tx)
                .await?;
            sqlx::query("DELETE FROM sessions WHERE user_id = $1")
                .bind(&id)
                .execute(&mut *tx)
                .await?;
            match by_id(&mut tx, &id).await? {
                Some(user) => Ok(user),
                None => return Ok(Err(Refused::Uninvited)),
            }
        })
    }

    /// The user of that name and their password's hash; none: no such user, or one that has no password.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn password(&self, name: &str) -> Result<Option<(User, String)>, Error> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, password FROM users WHERE folded = $1 AND password IS NOT NULL"
        )))
        .bind(folded(name))
        .fetch_optional(self.pool())
        .await?;
        Ok(match row {
            Some(row) => Some((User::from_row(&row)?, row.try_get("password")?)),
            None => None,
        })
    }

    /// Removes a user with their sessions and invitations.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn remove_user(&self, id: &str) -> Result<Result<User, Refused>, Error> {
        transact!(self, |tx| {
            let Some(user) = by_id(&mut tx, id).await? else {
                return Ok(Err(Refused::Unknown));
            };
            if user.role == "admin" && user.has_password && count(&mut tx, id).await? == 0 {
                return Ok(Err(Refused::LastAdmin));
            }
            for delete in [
                "DELETE FROM sessions WHERE user_id = $1",
                "DELETE FROM invitations WHERE user_id = $1",
                "DELETE FROM users WHERE id = $1",
            ] {
                sqlx::query(delete).bind(id).execute(&mut *tx).await?;
            }
            Ok(user)
        })
    }
}

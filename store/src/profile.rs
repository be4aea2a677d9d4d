//! Profiles: endpoints that the team knows by name.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use crate::db::transact;
use crate::search::Before;
use crate::sql::Sql;
use crate::{Error, Id, Ms, Store};

/// So many are kept.
const MOST: i64 = 1_000;

/// What is kept of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProfile {
    /// Its name.
    pub name: String,
    /// `draft`, `active` or `retired`.
    pub state: String,
    /// All else, as JSON; the store does not look into it.
    pub told: String,
    /// Who says so.
    pub updated_by: String,
}

/// A profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: String,
    /// What it says.
    pub new: NewProfile,
    /// When it last changed.
    pub updated_at: Ms,
}

impl FromRow<'_, AnyRow> for Profile {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            new: NewProfile {
                name: row.try_get("name")?,
                state: row.try_get("state")?,
                told: row.try_get("told")?,
                updated_by: row.try_get("updated_by")?,
            },
            updated_at: row.try_get("updated_at")?,
        })
    }
}

impl Store {
    /// Keeps a new profile.
    ///
    /// # Errors
    /// Those of the store; [`Error::Full`] where there are too many.
    pub async fn make_profile(&self, new: &NewProfile, now: Ms) -> Result<Profile, Error> {
        let id = Id::new()?;
        transact!(self, |tx| {
            let row = sqlx::query("SELECT COUNT(*) FROM profiles")
                .fetch_one(&mut *tx)
                .await?;
            if row.try_get::<i64, _>(0)? >= MOST {
                return Err(Error::Full("profiles"));
            }
            sqlx::query(
                "INSERT INTO profiles (id, name, told, state, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(id.as_str())
            .bind(&new.name)
            .bind(&new.told)
            .bind(&new.state)
            .bind(now)
            .bind(&new.updated_by)
            .execute(&mut *tx)
            .await?;
        })?;
        Ok(Profile {
            id: id.to_string(),
            new: new.clone(),
            updated_at: now,
        })
    }

    /// Puts another text in a profile's place; false: there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn change_profile(&self, id: &str, new: &NewProfile, now: Ms) -> Result<bool, Error> {
        transact!(self, |tx| {
            let done = sqlx::query(
                "UPDATE profiles SET name = $2, told = $3, state = $4, updated_at = $5, updated_by = $6 WHERE id = $1",
            )
            .bind(id)
            .bind(&new.name)
            .bind(&new.told)
            .bind(&new.state)
            .bind(now)
            .bind(&new.updated_by)
            .execute(&mut *tx)
            .await?;
            done.rows_affected() == 1
        })
    }

    /// The profile of that id.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn profile(&self, id: &str) -> Result<Option<Profile>, Error> {
        Ok(sqlx::query_as("SELECT * FROM profiles WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool())
            .await?)
    }

    /// Profiles, those that changed last first, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn profiles(
        &self,
        before: Option<&Before>,
        limit: i64,
    ) -> Result<Vec<Profile>, Error> {
        let mut sql = Sql::new("SELECT * FROM profiles");
        if let Some(Before { at, id }) = before {
            sql.add(" WHERE updated_at < ").number(*at);
            sql.add(" OR (updated_at = ").number(*at);
            sql.add(" AND id < ").text(id).add(")");
        }
        sql.add(" ORDER BY updated_at DESC, id DESC LIMIT ")
            .number(limit);
        sql.all(self.pool()).await
    }

    /// Forgets a profile; false: there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn delete_profile(&self, id: &str) -> Result<bool, Error> {
        transact!(self, |tx| {
            let done = sqlx::query("DELETE FROM profiles WHERE id = $1")
                .bind(id)
                .execute(&mut *tx)
                .await?;
            done.rows_affected() == 1
        })
    }
}

//! Tokens: what programs come in with.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use crate::db::transact;
use crate::digest::Digest;
use crate::{Error, Id, Ms, Store};

/// A token as it is kept: without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What may be done with it.
    pub scope: String,
    /// When it was made.
    pub created_at: Ms,
    /// Who made it.
    pub created_by: String,
    /// From when on it is good no more.
    pub expires_at: Ms,
    /// When it was last used, to the minute.
    pub used_at: Option<Ms>,
}

/// How many tokens there may be.
const MOST: i64 = 200;

/// That a token was used is written down at most so often.
const NOTED: Ms = 60_000;

impl FromRow<'_, AnyRow> for Token {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            scope: row.try_get("scope")?,
            created_at: row.try_get("created_at")?,
            created_by: row.try_get("created_by")?,
            expires_at: row.try_get("expires_at")?,
            used_at: row.try_get("used_at")?,
        })
    }
}

impl Store {
    /// All tokens, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn tokens(&self) -> Result<Vec<Token>, Error> {
        let tokens = sqlx::query_as("SELECT * FROM tokens ORDER BY created_at DESC, id");
        Ok(tokens.fetch_all(self.pool()).await?)
    }

    /// Makes a token; its id.
    ///
    /// # Errors
    /// Those of the store; [`Error::Full`] where there are too many.
    pub async fn make_token(
        &self,
        secret: &Digest,
        name: &str,
        scope: &str,
        by: &str,
        expires_at: Ms,
        now: Ms,
    ) -> Result<String, Error> {
        let id = Id::new()?;
        transact!(self, |tx| {
            let count: i64 = sqlx::query("SELECT COUNT(*) FROM tokens")
                .fetch_one(&mut *tx)
                .await?
                .try_get(0)?;
            if count >= MOST {
                return Err(Error::Full("tokens"));
            }
            sqlx::query(
                "INSERT INTO tokens (id, digest, name, scope, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(id.as_str())
            .bind(secret.as_str())
            .bind(name)
            .bind(scope)
            .bind(now)
            .bind(by)
            .bind(expires_at)
            .execute(&mut *tx)
            .await?;
            id.to_string()
        })
    }

    /// The token of that secret, if it is still good.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn token_holds(&self, secret: &Digest, now: Ms) -> Result<Option<Token>, Error> {
        let token: Option<Token> =
            sqlx::query_as("SELECT * FROM tokens WHERE digest = $1 AND expires_at > $2")
                .bind(secret.as_str())
                .bind(now)
                .fetch_optional(self.pool())
                .await?;
        Ok(token)
    }

    /// The token of that secret, if it is still good; and it has been used.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn token(&self, secret: &Digest, now: Ms) -> Result<Option<Token>, Error> {
        let token = self.token_holds(secret, now).await?;
        if let Some(token) = &token
            && token.used_at.is_none_or(|used_at| now - used_at >= NOTED)
        {
            transact!(self, |tx| {
                sqlx::query("UPDATE tokens SET used_at = $2 WHERE id = $1")
                    .bind(&token.id)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
            })?;
        }
        Ok(token)
    }

    /// Removes a token; its name, or none: there is no such token.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn remove_token(&self, id: &str) -> Result<Option<String>, Error> {
        transact!(self, |tx| {
            let token: Option<Token> = sqlx::query_as("SELECT * FROM tokens WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
            sqlx::query("DELETE FROM tokens WHERE id = $1")
                .bind(id)
                .execute(&mut *tx)
                .await?;
            token.map(|token| token.name)
        })
    }
}

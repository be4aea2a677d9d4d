//! The runs of a link: begun by its page's word, ended by their report.

use sqlx::{Any, Transaction};

use crate::db::transact;
use crate::link::{Closed, Link, by_token};
use crate::{Error, Id, Ms, Store};

/// What the customer's page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word<'a> {
    /// It is shown.
    Opened,
    /// A run began.
    Running(&'a str),
    /// A run was left before its end.
    BrokenOff(&'a str),
}

/// Marks a link as changed, so that who watches sees it.
pub(crate) async fn touch(tx: &mut Transaction<'_, Any>, id: &str, now: Ms) -> Result<(), Error> {
    sqlx::query("UPDATE links SET changed_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes down that a run of a link began. Where none is left it takes the place of the last one of which nothing came: a link never
/// has more runs than it is for, whoever says how many began.
async fn begin(
    tx: &mut Transaction<'_, Any>,
    link: &Link,
    run: &str,
    now: Ms,
) -> Result<(), Error> {
    if link.has_begun(run) {
        return Ok(());
    }
    let again = match link.runs_left() {
        0 => link.begun.iter().rfind(|one| one.reported_at.is_none()),
        _ => None,
    };
    if let Some(again) = again {
        sqlx::query("DELETE FROM link_runs WHERE link = $1 AND run = $2")
            .bind(&link.id)
            .bind(&again.run)
            .execute(&mut **tx)
            .await?;
    }
    sqlx::query("INSERT INTO link_runs (link, run, began_at) VALUES ($1, $2, $3)")
        .bind(&link.id)
        .bind(run)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes down that the report of a run came, or of one that it does not name.
pub(crate) async fn came(
    tx: &mut Transaction<'_, Any>,
    link: &Link,
    run: Option<&str>,
    now: Ms,
) -> Result<(), Error> {
    let run = match run {
        // A page whose word of the run's beginning was lost has made a run all the same.
        Some(run) => {
            begin(tx, link, run, now).await?;
            Some(run)
        }
        None => {
            let last = link.begun.iter().rfind(|one| one.reported_at.is_none());
            last.map(|one| one.run.as_str())
        }
    };
    if let Some(run) = run {
        sqlx::query("UPDATE link_runs SET reported_at = $3 WHERE link = $1 AND run = $2 AND reported_at IS NULL")
            .bind(&link.id)
            .bind(run)
            .bind(now)
            .execute(&mut **tx)
            .await?;
    }
    sqlx::query("UPDATE links SET came = came + 1 WHERE id = $1")
        .bind(&link.id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl Store {
    /// The link of that token, after it has heard what the customer's page says of it; or why it is closed to the page.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn hear(
        &self,
        token: &Id,
        word: Option<Word<'_>>,
        now: Ms,
    ) -> Result<Result<Link, Closed>, Error> {
        // Whoever guesses tokens does not keep others from writing.
        let known = sqlx::query("SELECT 1 FROM links WHERE token = $1")
            .bind(token.as_str())
            .fetch_optional(self.pool())
            .await?;
        if known.is_none() {
            return Ok(Err(Closed::Unknown));
        }
        transact!(self, |tx| {
            let Some(link) = by_token(&mut tx, token.as_str()).await? else {
                return Ok(Err(Closed::Unknown));
            };
            let run = match word {
                Some(Word::Running(run) | Word::BrokenOff(run)) => Some(run),
                _ => None,
            };
            if let Some(closed) = link.closed(now, run) {
                return Ok(Err(closed));
            }
            match word {
                Some(Word::Opened) if link.opened_at.is_none() => {
                    sqlx::query("UPDATE links SET opened_at = $2, changed_at = $2 WHERE id = $1")
                        .bind(&link.id)
                        .bind(now)
                        .execute(&mut *tx)
                        .await?;
                }
                Some(Word::Running(run)) => {
                    begin(&mut tx, &link, run, now).await?;
                    touch(&mut tx, &link.id, now).await?;
                }
                // Another has taken its place: nobody asks what became of it.
                Some(Word::BrokenOff(run)) if !link.has_begun(run) && link.runs_left() == 0 => {}
                Some(Word::BrokenOff(run)) => {
                    begin(&mut tx, &link, run, now).await?;
                    sqlx::query(
                        "UPDATE link_runs SET broken_off_at = $3 WHERE link = $1 AND run = $2",
                    )
                    .bind(&link.id)
                    .bind(run)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                    touch(&mut tx, &link.id, now).await?;
                }
                _ => {}
            }
            Ok(match word {
                Some(_) => by_token(&mut tx, token.as_str()).await?.unwrap_or(link),
                None => link,
            })
        })
    }
}

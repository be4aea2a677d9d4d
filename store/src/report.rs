//! Reports: kept before they are acknowledged, once each, with every text that came of them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{Any, FromRow, Row, Transaction};

use crate::db::transact;
use crate::id::hex;
use crate::link::{self, Closed};
use crate::summary::Summary;
use crate::webhook::{self, Arrived};
use crate::{Error, Id, Ms, Store, counted, number};

/// How many texts of one report are kept: a page may send it again at another level, and not for ever.
const BODIES: i64 = 6;

/// What goes with a report.
const PARTS: [&str; 5] = [
    "DELETE FROM report_bodies WHERE report = $1",
    "DELETE FROM report_findings WHERE report = $1",
    "DELETE FROM report_methods WHERE report = $1",
    "DELETE FROM marks WHERE report = $1",
    "DELETE FROM marks_before WHERE report = $1",
];

/// The same of all that came before.
const OLD_PARTS: [&str; 5] = [
    "DELETE FROM report_bodies WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
    "DELETE FROM report_findings WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
    "DELETE FROM report_methods WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
    "DELETE FROM marks WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
    "DELETE FROM marks_before WHERE report IN (SELECT id FROM reports WHERE arrived_at < $1)",
];

/// A report that came.
#[derive(Clone, Debug)]
pub struct NewReport<'a> {
    /// The bytes as they came.
    pub body: &'a [u8],
    /// What they say at a glance.
    pub summary: Summary,
    /// `link`, `page` or `import`.
    pub source: &'a str,
    /// They are a report of this version; others are kept as they came.
    pub intact: bool,
    /// The ticket, where no link tells it.
    pub ticket: Option<&'a str>,
    /// The language that it was asked in, where no link tells it.
    pub language: Option<&'a str>,
    /// What the server saw of the run, as JSON.
    pub ledger: Option<&'a str>,
}

/// A report as it is kept, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub id: String,
    /// Its number, to be read out.
    pub number: String,
    /// `link`, `page` or `import`.
    pub source: String,
    /// The link that asked for it.
    pub link: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// What it says at a glance.
    pub summary: Summary,
    /// The level that the link asked for.
    pub level: Option<String>,
    /// It is a report of this version.
    pub intact: bool,
    /// When it came, first.
    pub arrived_at: Ms,
    /// When staff first looked.
    pub read_at: Option<Ms>,
    /// When anything about it last changed.
    pub changed_at: Ms,
}

/// A text of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// As it came.
    pub bytes: Vec<u8>,
    /// When.
    pub arrived_at: Ms,
}

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its name.
    pub id: String,
    /// Its number.
    pub number: String,
    /// It had been there already, to the byte.
    pub again: bool,
}

impl FromRow<'_, AnyRow> for Kept {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            number: row.try_get("number")?,
            source: row.try_get("source")?,
            link: row.try_get("link")?,
            ticket: row.try_get("ticket")?,
            summary: Summary {
                run: row.try_get("run")?,
                started_at: row.try_get("started_at")?,
                result: row.try_get("result")?,
                first_cause: row.try_get("first_cause")?,
                place: row.try_get("place")?,
                strength: row.try_get("strength")?,
                browser: row.try_get("browser")?,
                language: row.try_get("language")?,
            },
            level: row.try_get("level")?,
            intact: row.try_get::<i64, _>("intact")? != 0,
            arrived_at: row.try_get("arrived_at")?,
            read_at: row.try_get("read_at")?,
            changed_at: row.try_get("changed_at")?,
        })
    }
}

impl Store {
    /// Keeps a report. Once it has answered, the report outlives the process and the machine's power. The same run of the
    /// same link is one report: the same bytes again change nothing, others are kept beside them and are the report from then on.
    ///
    /// # Errors
    /// Those of the store; [`Error::Full`] where a report has had too many texts.
    pub async fn keep_report(
        &self,
        new: &NewReport<'_>,
        token: Option<&Id>,
        now: Ms,
    ) -> Result<Result<Taken, Closed>, Error> {
        let digest = hex(&Sha256::digest(new.body));
        let (encoding, body) = written(new.body);
        let told = match new.intact {
            true => serde_json::from_slice(new.body)
                .map(|body| counted::Counted::of(&body))
                .unwrap_or_default(),
            false => counted::Counted::default(),
        };
        transact!(self, |tx| {
            let link = match token {
                None => None,
                Some(token) => match link::by_token(&mut tx, token.as_str()).await? {
                    None => return Ok(Err(Closed::Unknown)),
                    Some(link) => Some(link),
                },
            };
            let of_link = link.as_ref().map_or("", |link| &link.id);
            let origin = match new.source {
                // What staff bring never takes the place of what a customer's page sent.
                "import" => format!("import/{digest}"),
                _ => format!(
                    "{of_link}/{}",
                    new.summary.run.as_deref().unwrap_or(&digest)
                ),
            };
            let known: Option<Kept> = sqlx::query_as("SELECT * FROM reports WHERE origin = $1")
                .bind(&origin)
                .fetch_optional(&mut *tx)
                .await?;
            // What has been acknowledged once may be asked about again, whatever has become of its link.
            // A report that left without its run's name is one of those that began.
            let is_awaited = |link: &link::Link| {
                new.summary.run.is_none() && link.begun.len() > link.reports.len()
            };
            let closed = |link: &link::Link| {
                let closed = link.closed(now, new.summary.run.as_deref())?;
                (closed != Closed::UsedUp || !is_awaited(link)).then_some(closed)
            };
            if known.is_none()
                && let Some(closed) = link.as_ref().and_then(closed)
            {
                return Ok(Err(closed));
            }
            let (id, number, again) = match known {
                Some(known) => {
                    let again = add(
                        &mut tx,
                        &known.id,
                        &digest,
                        now,
                        encoding,
                        &body,
                        new.body.len(),
                    )
                    .await?;
                    if !again {
                        update(&mut tx, &known, new, now).await?;
                    }
                    (known.id, known.number, again)
                }
                None => {
                    let (id, number) = insert(&mut tx, &origin, link.as_ref(), new, now).await?;
                    add(&mut tx, &id, &digest, now, encoding, &body, new.body.len()).await?;
                    let arrived = Arrived {
                        event: "report.arrived",
                        id: Some(&id),
                        number: Some(&number),
                        ticket: link
                            .as_ref()
                            .map(|link| link.new.ticket.as_str())
                            .or(new.ticket),
                        result: new.summary.result.as_deref(),
                        first_cause: new.summary.first_cause.as_deref(),
                        arrived_at: now,
                    };
                    webhook::enqueue(&mut tx, &arrived, now).await?;
                    (id, number, false)
                }
            };
            if !again {
                counted::write(&mut tx, &id, &told).await?;
            }
            if let (Some(link), false) = (&link, again) {
                // A page whose word of the run's beginning was lost has made a run all the same.
                if let Some(run) = &new.summary.run {
                    link::begin_run(&mut tx, &link.id, run, now).await?;
                }
                link::touch(&mut tx, &link.id, now).await?;
            }
            Ok(Taken { id, number, again })
        })
    }

    /// The report of that name.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn report(&self, id: &str) -> Result<Option<Kept>, Error> {
        Ok(sqlx::query_as("SELECT * FROM reports WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool())
            .await?)
    }

    /// The texts of a report, newest first.
    ///
    /// # Errors
    /// Those of the store; [`Error::Corrupt`] where one is not as it was written.
    pub async fn bodies(&self, id: &str) -> Result<Vec<Body>, Error> {
        let rows = sqlx::query(
            "SELECT encoding, body, arrived_at FROM report_bodies WHERE report = $1 ORDER BY arrived_at DESC, digest",
        )
        .bind(id)
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let body: String = row.try_get(1)?;
                let bytes = match row.try_get::<String, _>(0)?.as_str() {
                    "text" => body.into_bytes(),
                    _ => BASE64_STANDARD
                        .decode(body)
                        .map_err(|_| Error::Corrupt("a report"))?,
                };
                Ok(Body {
                    bytes,
                    arrived_at: row.try_get(2)?,
                })
            })
            .collect()
    }

    /// What the server had seen of a report's run, as JSON.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn ledger(&self, id: &str) -> Result<Option<String>, Error> {
        let row = sqlx::query("SELECT ledger FROM reports WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.flatten())
    }

    /// Writes down that staff looked at a report, the first time.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn mark_read(&self, id: &str, now: Ms) -> Result<(), Error> {
        transact!(self, |tx| {
            sqlx::query("UPDATE reports SET read_at = $2, changed_at = $2 WHERE id = $1 AND read_at IS NULL")
                .bind(id)
                .bind(now)
                .execute(&mut *tx)
                .await?;
        })
    }

    /// Forgets a report and all its texts; false: there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn delete_report(&self, id: &str) -> Result<bool, Error> {
        transact!(self, |tx| {
            for part in PARTS {
                sqlx::query(part).bind(id).execute(&mut *tx).await?;
            }
            let done = sqlx::query("DELETE FROM reports WHERE id = $1")
                .bind(id)
                .execute(&mut *tx)
                .await?;
            done.rows_affected() == 1
        })
    }

    /// Forgets the reports that came, and the links that ended, before `before`; how many reports.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget(&self, before: Ms) -> Result<u64, Error> {
        transact!(self, |tx| {
            for part in OLD_PARTS {
                sqlx::query(part).bind(before).execute(&mut *tx).await?;
            }
            let done = sqlx::query("DELETE FROM reports WHERE arrived_at < $1")
                .bind(before)
                .execute(&mut *tx)
                .await?;
            sqlx::query(
                "DELETE FROM link_runs WHERE link IN (SELECT id FROM links WHERE expires_at < $1)",
            )
            .bind(before)
            .execute(&mut *tx)
            .await?;
            sqlx::query("DELETE FROM links WHERE expires_at < $1")
                .bind(before)
                .execute(&mut *tx)
                .await?;
            done.rows_affected()
        })
    }

    /// Forgets all but the newest reports, so many of them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_beyond(&self, most: i64) -> Result<(), Error> {
        transact!(self, |tx| {
            let edge = sqlx::query(
                "SELECT arrived_at FROM reports ORDER BY arrived_at DESC, id LIMIT 1 OFFSET $1",
            )
            .bind(most)
            .fetch_optional(&mut *tx)
            .await?;
            if let Some(edge) = edge {
                let edge: Ms = edge.try_get(0)?;
                sqlx::query("DELETE FROM report_bodies WHERE report IN (SELECT id FROM reports WHERE arrived_at <= $1)")
                    .bind(edge)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query("DELETE FROM reports WHERE arrived_at <= $1")
                    .bind(edge)
                    .execute(&mut *tx)
                    .await?;
            }
        })
    }

    /// How many reports there are.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn count_reports(&self) -> Result<u64, Error> {
        let row = sqlx::query("SELECT COUNT(*) FROM reports")
            .fetch_one(self.pool())
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }

    /// How much all reports take, bytes.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn bytes(&self) -> Result<u64, Error> {
        let row = sqlx::query("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM report_bodies")
            .fetch_one(self.pool())
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }
}

/// Text as it is; what is none, or holds what PostgreSQL cannot, in Base64.
fn written(bytes: &[u8]) -> (&'static str, String) {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => ("text", text.to_owned()),
        _ => ("base64", BASE64_STANDARD.encode(bytes)),
    }
}

/// Adds a text; true: it had been there.
async fn add(
    tx: &mut Transaction<'_, Any>,
    report: &str,
    digest: &str,
    now: Ms,
    encoding: &str,
    body: &str,
    bytes: usize,
) -> Result<bool, Error> {
    let rows = sqlx::query("SELECT digest FROM report_bodies WHERE report = $1")
        .bind(report)
        .fetch_all(&mut **tx)
        .await?;
    for row in &rows {
        if row.try_get::<String, _>(0)? == digest {
            return Ok(true);
        }
    }
    if rows.len() as i64 >= BODIES {
        return Err(Error::Full("texts of that report"));
    }
    sqlx::query("INSERT INTO report_bodies (report, digest, arrived_at, bytes, encoding, body) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(report)
        .bind(digest)
        .bind(now)
        .bind(bytes as i64)
        .bind(encoding)
        .bind(body)
        .execute(&mut **tx)
        .await?;
    Ok(false)
}

async fn insert(
    tx: &mut Transaction<'_, Any>,
    origin: &str,
    link: Option<&link::Link>,
    new: &NewReport<'_>,
    now: Ms,
) -> Result<(String, String), Error> {
    let id = Id::new()?.to_string();
    let number = free_number(tx).await?;
    let ticket = link.map(|link| link.new.ticket.as_str()).or(new.ticket);
    let language = link
        .and_then(|link| link.new.language.as_deref())
        .or(new.language)
        .or(new.summary.language.as_deref());
    let Summary {
        run,
        started_at,
        result,
        first_cause,
        place,
        strength,
        browser,
        ..
    } = &new.summary;
    sqlx::query(
        "INSERT INTO reports (id, number, origin, source, link, ticket, run, arrived_at, started_at, result, first_cause, place, \
         strength, browser, language, level, intact, words, ledger, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $8)",
    )
    .bind(&id)
    .bind(&number)
    .bind(origin)
    .bind(new.source)
    .bind(link.map(|link| link.id.as_str()))
    .bind(ticket)
    .bind(run.as_deref())
    .bind(now)
    .bind(*started_at)
    .bind(result.as_deref())
    .bind(first_cause.as_deref())
    .bind(place.as_deref())
    .bind(strength.as_deref())
    .bind(browser.as_deref())
    .bind(language)
    .bind(link.map(|link| link.new.level.as_str()))
    .bind(i64::from(new.intact))
    .bind(new.summary.words(&[&number, ticket.unwrap_or_default()]))
    .bind(new.ledger)
    .execute(&mut **tx)
    .await?;
    Ok((id, number))
}

/// The newer text is the report.
async fn update(
    tx: &mut Transaction<'_, Any>,
    known: &Kept,
    new: &NewReport<'_>,
    now: Ms,
) -> Result<(), Error> {
    let Summary {
        started_at,
        result,
        first_cause,
        place,
        strength,
        browser,
        ..
    } = &new.summary;
    sqlx::query(
        "UPDATE reports SET started_at = $2, result = $3, first_cause = $4, place = $5, strength = $6, browser = $7, intact = $8, \
         words = $9, ledger = COALESCE($10, ledger), changed_at = $11, read_at = NULL WHERE id = $1",
    )
    .bind(&known.id)
    .bind(*started_at)
    .bind(result.as_deref())
    .bind(first_cause.as_deref())
    .bind(place.as_deref())
    .bind(strength.as_deref())
    .bind(browser.as_deref())
    .bind(i64::from(new.intact))
    .bind(new.summary.words(&[&known.number, known.ticket.as_deref().unwrap_or_default()]))
    .bind(new.ledger)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn free_number(tx: &mut Transaction<'_, Any>) -> Result<String, Error> {
    for _ in 0..16 {
        let number = number()?;
        let taken = sqlx::query("SELECT id FROM reports WHERE number = $1")
            .bind(&number)
            .fetch_optional(&mut **tx)
            .await?;
        if taken.is_none() {
            return Ok(number);
        }
    }
    Err(Error::Full("report numbers"))
}

//! A report comes in: kept before it is acknowledged, once, with every text that came of it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use sqlx::{Any, Row, Transaction};

use super::Kept;
use crate::db::transact;
use crate::id::hex;
use crate::link::{self, Closed, Link};
use crate::summary::Summary;
use crate::webhook::{self, Arrived};
use crate::{Error, Id, Ms, Store, counted, number, runs};

/// How many texts of one report are kept: a page may send it again at another level, and not for ever.
const BODIES: i64 = 6;

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
            let text = Text {
                digest: &digest,
                encoding,
                body: &body,
            };
            let is_there = match &known {
                Some(known) => is_there(&mut tx, &known.id, &digest).await?,
                None => false,
            };
            // What has been acknowledged once may be asked about again, whatever has become of its link.
            if !is_there
                && let Some(link) = &link
                && let Some(closed) = link.closed(now, new.summary.run.as_deref())
            {
                return Ok(Err(closed));
            }
            let taken = match known {
                Some(known) => {
                    if !is_there {
                        add(&mut tx, &known.id, &text, new.body.len(), now).await?;
                        update(&mut tx, &known, new, now).await?;
                    }
                    Taken {
                        id: known.id,
                        number: known.number,
                        again: is_there,
                    }
                }
                None => {
                    let taken = insert(&mut tx, &origin, link.as_ref(), new, now).await?;
                    add(&mut tx, &taken.id, &text, new.body.len(), now).await?;
                    if let Some(link) = &link {
                        runs::came(&mut tx, link, new.summary.run.as_deref(), now).await?;
                    }
                    enqueue(&mut tx, &taken, link.as_ref(), new, now).await?;
                    taken
                }
            };
            if !taken.again {
                counted::write(&mut tx, &taken.id, &told).await?;
                if let Some(link) = &link {
                    runs::touch(&mut tx, &link.id, now).await?;
                }
            }
            Ok(taken)
        })
    }
}

/// Tells whoever is told of arrivals.
async fn enqueue(
    tx: &mut Transaction<'_, Any>,
    taken: &Taken,
    link: Option<&Link>,
    new: &NewReport<'_>,
    now: Ms,
) -> Result<(), Error> {
    let arrived = Arrived {
        event: "report.arrived",
        id: Some(&taken.id),
        number: Some(&taken.number),
        ticket: link.map(|link| link.new.ticket.as_str()).or(new.ticket),
        result: new.summary.result.as_deref(),
        first_cause: new.summary.first_cause.as_deref(),
        arrived_at: now,
    };
    webhook::enqueue(tx, &arrived, now).await
}

/// A text as it is kept.
struct Text<'a> {
    digest: &'a str,
    encoding: &'static str,
    body: &'a str,
}

/// Text as it is; what is none, or holds what PostgreSQL cannot, in Base64.
fn written(bytes: &[u8]) -> (&'static str, String) {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => ("text", text.to_owned()),
        _ => ("base64", BASE64_STANDARD.encode(bytes)),
    }
}

/// That text of that report has come before.
async fn is_there(
    tx: &mut Transaction<'_, Any>,
    report: &str,
    digest: &str,
) -> Result<bool, Error> {
    let row = sqlx::query("SELECT digest FROM report_bodies WHERE report = $1 AND digest = $2")
        .bind(report)
        .bind(digest)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}

/// Adds a text that has not been there; `bytes`: how long it was as it came.
async fn add(
    tx: &mut Transaction<'_, Any>,
    report: &str,
    text: &Text<'_>,
    bytes: usize,
    now: Ms,
) -> Result<(), Error> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS n, MAX(arrived_at) AS newest FROM report_bodies WHERE report = $1",
    )
    .bind(report)
    .fetch_one(&mut **tx)
    .await?;
    if row.try_get::<i64, _>("n")? >= BODIES {
        return Err(Error::Full("texts of that report"));
    }
    // Nodes' clocks differ: what comes last is the newest all the same.
    let newest: Option<i64> = row.try_get("newest")?;
    let now = newest.map_or(now, |newest| now.max(newest + 1));
    sqlx::query("INSERT INTO report_bodies (report, digest, arrived_at, bytes, encoding, body) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(report)
        .bind(text.digest)
        .bind(now)
        .bind(bytes as i64)
        .bind(text.encoding)
        .bind(text.body)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn insert(
    tx: &mut Transaction<'_, Any>,
    origin: &str,
    link: Option<&Link>,
    new: &NewReport<'_>,
    now: Ms,
) -> Result<Taken, Error> {
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
    Ok(Taken {
        id,
        number,
        again: false,
    })
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

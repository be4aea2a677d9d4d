//! Lists of reports and links, newest first, as somebody asks for them.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use crate::link::{Link, LinkRun, SILENT, State};
use crate::report::Kept;
use crate::sql::{Sql, anywhere};
use crate::{Error, Ms, Store};

/// So many words of a search count.
const WORDS: usize = 8;

/// Which marks a report must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marked {
    /// Any.
    Any,
    /// One of that verdict.
    As(String),
}

/// Which reports; what is none asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// Words that must all be there, in whatever a list shows.
    pub q: Option<String>,
    /// The result.
    pub result: Option<String>,
    /// The cause of any finding that costs something.
    pub cause: Option<String>,
    /// The first cause's place.
    pub place: Option<String>,
    /// The ticket, to the letter.
    pub ticket: Option<String>,
    /// What staff found out.
    pub mark: Option<Marked>,
}

/// Which links; what is none asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Words that must all be in ticket, note, or the name of who made it.
    pub q: Option<String>,
    /// How far it has come.
    pub state: Option<State>,
}

/// A place in a list: what comes after it is older.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// When the last one came.
    pub at: Ms,
    /// Its id.
    pub id: String,
}

/// A report in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The report.
    pub kept: Kept,
    /// How many of its findings are marked.
    pub marks: i64,
}

impl FromRow<'_, AnyRow> for Line {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            kept: Kept::from_row(row)?,
            marks: row.try_get("marks")?,
        })
    }
}

const LINES: &str = "SELECT reports.*, (SELECT COUNT(*) FROM marks WHERE marks.report = reports.id) AS marks FROM reports WHERE 1 = 1";

/// What [`Link::state`] says, said by the engine.
fn state(sql: &mut Sql, now: Ms) {
    sql.add(
        "CASE WHEN links.came > 0 THEN 'arrived' \
         WHEN links.revoked_at IS NOT NULL THEN 'revoked' \
         WHEN (SELECT CASE WHEN link_runs.broken_off_at IS NULL AND link_runs.began_at > ",
    )
    .number(now - SILENT)
    .add(
        " THEN 1 ELSE 0 END FROM link_runs WHERE link_runs.link = links.id \
         ORDER BY link_runs.began_at DESC, link_runs.run DESC LIMIT 1) = 1 THEN 'running' WHEN links.expires_at <= ",
    )
    .number(now)
    .add(
        " THEN 'expired' WHEN EXISTS (SELECT 1 FROM link_runs WHERE link_runs.link = links.id) THEN 'broken-off' \
         WHEN links.opened_at IS NOT NULL THEN 'opened' ELSE 'sent' END",
    );
}

const fn word(state: State) -> &'static str {
    match state {
        State::Sent => "sent",
        State::Opened => "opened",
        State::Running => "running",
        State::Arrived => "arrived",
        State::BrokenOff => "broken-off",
        State::Expired => "expired",
        State::Revoked => "revoked",
    }
}

/// The patterns of a search's words.
fn patterns(q: Option<&String>) -> impl Iterator<Item = String> {
    let q = q.map(|q| q.to_lowercase()).unwrap_or_default();
    let patterns: Vec<_> = q.split_whitespace().take(WORDS).map(anywhere).collect();
    patterns.into_iter()
}

impl Store {
    /// Reports, newest first, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn reports(
        &self,
        asked: &Reports,
        before: Option<&Before>,
        limit: i64,
    ) -> Result<Vec<Line>, Error> {
        let mut sql = Sql::new(LINES);
        for pattern in patterns(asked.q.as_ref()) {
            sql.add(" AND reports.words LIKE ")
                .text(&pattern)
                .add(" ESCAPE '!'");
        }
        for (column, wanted) in [
            (" AND reports.result = ", &asked.result),
            (" AND reports.place = ", &asked.place),
            (" AND reports.ticket = ", &asked.ticket),
        ] {
            if let Some(wanted) = wanted {
                sql.add(column).text(wanted);
            }
        }
        if let Some(cause) = &asked.cause {
            sql.add(" AND EXISTS (SELECT 1 FROM report_findings WHERE report_findings.report = reports.id AND report_findings.code = ")
                .text(cause)
                .add(")");
        }
        match &asked.mark {
            None => {}
            Some(Marked::Any) => {
                sql.add(" AND EXISTS (SELECT 1 FROM marks WHERE marks.report = reports.id)");
            }
            Some(Marked::As(verdict)) => {
                sql.add(" AND EXISTS (SELECT 1 FROM marks WHERE marks.report = reports.id AND marks.verdict = ")
                    .text(verdict)
                    .add(")");
            }
        }
        if let Some(Before { at, id }) = before {
            sql.add(" AND (reports.arrived_at < ").number(*at);
            sql.add(" OR (reports.arrived_at = ").number(*at);
            sql.add(" AND reports.id < ").text(id).add("))");
        }
        sql.add(" ORDER BY reports.arrived_at DESC, reports.id DESC LIMIT ")
            .number(limit);
        sql.all(self.pool()).await
    }

    /// The report of that name as a list has it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn line(&self, id: &str) -> Result<Option<Line>, Error> {
        Ok(self.lines(&[id.to_owned()]).await?.pop())
    }

    /// The reports of those names, in no order.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn lines(&self, ids: &[String]) -> Result<Vec<Line>, Error> {
        let mut sql = Sql::new(LINES);
        sql.add(" AND reports.id IN ")
            .list(ids.iter().map(String::as_str));
        sql.all(self.pool()).await
    }

    /// Links, newest first, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn links(
        &self,
        asked: &Links,
        before: Option<&Before>,
        limit: i64,
        now: Ms,
    ) -> Result<Vec<Link>, Error> {
        let mut sql = Sql::new("SELECT links.* FROM links WHERE 1 = 1");
        for pattern in patterns(asked.q.as_ref()) {
            sql.add(" AND (LOWER(links.ticket) LIKE ").text(&pattern);
            sql.add(" ESCAPE '!' OR LOWER(links.note) LIKE ")
                .text(&pattern);
            sql.add(" ESCAPE '!' OR LOWER(links.created_by) LIKE ")
                .text(&pattern);
            sql.add(" ESCAPE '!')");
        }
        if let Some(wanted) = asked.state {
            sql.add(" AND ");
            state(&mut sql, now);
            sql.add(" = ").text(word(wanted));
        }
        if let Some(Before { at, id }) = before {
            sql.add(" AND (links.created_at < ").number(*at);
            sql.add(" OR (links.created_at = ").number(*at);
            sql.add(" AND links.id < ").text(id).add("))");
        }
        sql.add(" ORDER BY links.created_at DESC, links.id DESC LIMIT ")
            .number(limit);
        let links = sql.all(self.pool()).await?;
        self.whole(links).await
    }

    /// The links of those names, in no order.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn links_of(&self, ids: &[String]) -> Result<Vec<Link>, Error> {
        let mut sql = Sql::new("SELECT links.* FROM links WHERE links.id IN ");
        sql.list(ids.iter().map(String::as_str));
        let links = sql.all(self.pool()).await?;
        self.whole(links).await
    }

    /// With their runs and reports.
    async fn whole(&self, mut links: Vec<Link>) -> Result<Vec<Link>, Error> {
        let mut at: HashMap<String, usize> = HashMap::new();
        for (place, link) in links.iter().enumerate() {
            at.insert(link.id.clone(), place);
        }
        let mut runs = Sql::new("SELECT * FROM link_runs WHERE link IN ");
        runs.list(at.keys().map(String::as_str))
            .add(" ORDER BY began_at, run");
        for row in runs.query().fetch_all(self.pool()).await? {
            let place = at.get(&row.try_get::<String, _>("link")?);
            if let Some(link) = place.and_then(|place| links.get_mut(*place)) {
                link.begun.push(LinkRun::from_row(&row)?);
            }
        }
        let mut reports = Sql::new("SELECT link, id FROM reports WHERE link IN ");
        reports
            .list(at.keys().map(String::as_str))
            .add(" ORDER BY arrived_at, id");
        for row in reports.query().fetch_all(self.pool()).await? {
            let place = at.get(&row.try_get::<String, _>(0)?);
            if let Some(link) = place.and_then(|place| links.get_mut(*place)) {
                link.reports.push(row.try_get(1)?);
            }
        }
        Ok(links)
    }
}

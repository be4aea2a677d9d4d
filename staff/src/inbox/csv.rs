//! The list as a table for other programs: RFC 4180, and nothing in it that a spreadsheet would take for a formula.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use futures_util::stream::try_unfold;
use pushcheck_store::Ms;
use pushcheck_store::search::{Before, Reports};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::heard::heard;
use super::line::ReportLine;
use super::report::{Filter, file, place};
use crate::extract::Queried;
use crate::{App, Problem, Staff};

/// So many rows are read at once.
const ROWS: i64 = 500;

/// Its columns.
const COLUMNS: [&str; 16] = [
    "number",
    "ticket",
    "arrivedAt",
    "startedAt",
    "result",
    "firstCause",
    "place",
    "strength",
    "browser",
    "level",
    "source",
    "intact",
    "readAt",
    "marks",
    "id",
    "linkId",
];

/// One record, with its end.
pub(super) fn record<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let fields: Vec<_> = fields.into_iter().map(field).collect();
    fields.join(",") + "\r\n"
}

/// A field: quoted where it must be, and with an apostrophe before what begins like a formula.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = match formula {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match text.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

/// A moment as RFC 3339 has it; none where no calendar has it.
pub(super) fn moment(at: Ms) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).ok()?;
    at.format(&Rfc3339).ok()
}

fn row(line: ReportLine) -> String {
    let text = |one: Option<String>| one.unwrap_or_default();
    let at = |one: Option<Ms>| text(one.and_then(moment));
    let fields = [
        line.number,
        text(line.ticket),
        at(Some(line.arrived_at)),
        at(line.started_at),
        text(line.result),
        text(line.first_cause),
        text(line.place),
        text(line.strength),
        text(line.browser),
        text(line.level),
        line.source,
        line.intact.to_string(),
        at(line.read_at),
        line.marks.to_string(),
        line.id,
        text(line.link_id),
    ];
    record(fields.iter().map(String::as_str))
}

/// How far a table has come.
enum Next {
    Head,
    Rows(Option<Before>),
    End,
}

/// The next lines of it.
async fn part(app: &App, asked: &Reports, next: Next) -> Result<Option<(String, Next)>, Problem> {
    let before = match next {
        Next::Head => return Ok(Some((record(COLUMNS), Next::Rows(None)))),
        Next::Rows(before) => before,
        Next::End => return Ok(None),
    };
    let lines = app.store.reports(asked, before.as_ref(), ROWS).await?;
    let next = match lines.last() {
        Some(last) if lines.len() as i64 == ROWS => {
            let (at, id) = place(last);
            Next::Rows(Some(Before {
                at,
                id: id.to_owned(),
            }))
        }
        _ => Next::End,
    };
    let text = lines.into_iter().map(|line| row(line.into())).collect();
    Ok(Some((text, next)))
}

/// All reports that are asked for, newest first, as CSV.
#[utoipa::path(get, path = "/v1/reports.csv", tag = "reports", params(Filter), responses(
    (status = 200, body = String, content_type = "text/csv"),
))]
pub(super) async fn csv(
    State(app): State<App>,
    Staff(who): Staff,
    Queried(filter): Queried<Filter>,
) -> Result<(HeaderMap, Body), Problem> {
    let asked = filter.read()?;
    heard(&app, &who, "reports exported", "reports.csv").await?;
    // What fails on the way ends the connection before the answer's end, so that no half is taken for the whole.
    let parts = try_unfold((app, asked, Next::Head), async |(app, asked, next)| {
        let part = part(&app, &asked, next).await;
        let part = part.map_err(|_| std::io::Error::other("the store failed"))?;
        Ok::<_, std::io::Error>(part.map(|(text, next)| (text, (app, asked, next))))
    });
    let head = file("text/csv; charset=utf-8; header=present", "reports.csv");
    Ok((head, Body::from_stream(parts)))
}

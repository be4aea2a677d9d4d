//! `POST v1/link`: what a support link asks for, for whoever has its token, and what their page says of it. Token and word are
//! the body: neither stands in an address, a log or a Referer.

use hyper::{Response, StatusCode};
use pushcheck::wire::RunId;
use pushcheck_store::Id;
use pushcheck_store::asked::Asked;
use pushcheck_store::link::{Closed, Link, Word};
use serde::Serialize;

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::wall_ms;
use crate::probe::read_body;
use crate::problem::Problem;
use crate::route::Ask;

/// The longest body: a token, a word and a run's id.
const LONGEST: u64 = 128;

/// A link in the customer's eyes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    ticket: &'a str,
    from: &'a str,
    note: Option<&'a str>,
    language: Option<&'a str>,
    start: &'static str,
    test: Asked,
    level: &'a str,
    expires_at: i64,
    runs_left: i64,
    alternates: &'a [String],
    before: Option<String>,
}

/// Tells what is asked for, and hears the page's word.
pub(crate) async fn answer(app: &App, ask: Ask) -> Result<Response<Body>, Problem> {
    let body = read_body(app, ask.request, LONGEST, "link").await?;
    let text = std::str::from_utf8(&body).map_err(|_| malformed())?;
    let (token, word) = read(text)?;
    let run = word.map(|(_, run)| run);
    let said = match (word, &run) {
        (None, _) => None,
        (Some(("opened", None)), _) => Some(Word::Opened),
        (Some(("running", _)), Some(Some(run))) => Some(Word::Running(run)),
        (Some(("broken-off", _)), Some(Some(run))) => Some(Word::BrokenOff(run)),
        _ => return Err(Problem::malformed("word")),
    };
    let heard = app.links.ask(app.store.hear(&token, said, wall_ms()));
    let heard = heard.await?;
    let link = heard.map_err(closed)?;
    let before = before(app, &link).await;
    Ok(answer::json(StatusCode::OK, &view(app, &link, before)))
}

fn view<'a>(app: &'a App, link: &'a Link, before: Option<String>) -> View<'a> {
    let test = link.asked();
    // Nothing starts by itself against an endpoint that a link names.
    let itself = link.new.starts_itself && test.endpoints.is_empty();
    View {
        ticket: &link.new.ticket,
        from: &app.organisation,
        note: Some(link.new.note.as_str()).filter(|note| !note.is_empty()),
        language: link.new.language.as_deref(),
        start: if itself { "itself" } else { "click" },
        test,
        level: &link.new.level,
        expires_at: link.new.expires_at,
        runs_left: link.may_begin(),
        alternates: &app.alternate_urls,
        before,
    }
}

/// The number of the report whose check is repeated.
async fn before(app: &App, link: &Link) -> Option<String> {
    let report = app
        .store
        .report(link.new.after_report.as_deref()?)
        .await
        .ok()??;
    Some(report.number)
}

/// A page's word, and the run that it is about.
type Spoken<'a> = (&'a str, Option<&'a str>);

/// The token, and after it a word, perhaps with a run.
fn read(text: &str) -> Result<(Id, Option<Spoken<'_>>), Problem> {
    let (token, word) = match text.split_once('\n') {
        Some((token, word)) => (token, word.trim_ascii()),
        None => (text, ""),
    };
    let token = token.trim_ascii().parse().map_err(|_| malformed())?;
    if word.is_empty() {
        return Ok((token, None));
    }
    let (word, run) = match word.split_once(' ') {
        Some((word, run)) => (word, Some(run)),
        None => (word, None),
    };
    if let Some(run) = run {
        let _: RunId = run.parse()?;
    }
    Ok((token, Some((word, run))))
}

const fn malformed() -> Problem {
    Problem::link(StatusCode::BAD_REQUEST, "malformed")
}

/// Why it is not open.
pub(crate) const fn closed(closed: Closed) -> Problem {
    match closed {
        Closed::Unknown => Problem::link(StatusCode::NOT_FOUND, "unknown"),
        Closed::Expired => Problem::link(StatusCode::GONE, "expired"),
        Closed::UsedUp => Problem::link(StatusCode::GONE, "used-up"),
        Closed::Revoked => Problem::link(StatusCode::GONE, "revoked"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_token_may_be_followed_by_a_word() {
        let all = |text: &str| {
            read(text).map(|(token, word)| {
                (
                    token.to_string(),
                    word.map(|(word, run)| (word.to_owned(), run.is_some())),
                )
            })
        };
        let told = |word: Option<(&str, bool)>| {
            (
                TOKEN.to_owned(),
                word.map(|(word, run)| (word.to_owned(), run)),
            )
        };
        for (text, word) in [
            (TOKEN.to_owned(), None),
            (format!("{TOKEN}\r\n"), None),
            (format!("{TOKEN}\nopened"), Some(("opened", false))),
            (
                format!("{TOKEN}\nrunning {TOKEN}\n"),
                Some(("running", true)),
            ),
        ] {
            assert_eq!(all(&text).ok(), Some(told(word)), "{text}");
        }
        for text in [
            "",
            "x",
            &TOKEN[1..],
            &format!("{TOKEN} opened"),
            &format!("{TOKEN}\nrunning x"),
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

//! `GET poll` and `GET long-poll`: the run's ticks after a number.

use std::sync::Arc;

use hyper::{Response, StatusCode};
use pushcheck::time::Micros;
use pushcheck::wire::{At, PollBody, Tick, sealed};

use crate::answer::{self, Body};
use crate::app::App;
use crate::ledger::{Open, Run};
use crate::problem::{Problem, Refusal};
use crate::query;
use crate::route::Ask;

use super::Held;

/// The longest hold where the page names none.
const HOLD_MS: u64 = 20_000;

/// What is due, at once.
pub(crate) fn now(app: &App, ask: &Ask, run: &Run, open: &Open) -> Result<Response<Body>, Problem> {
    Ok(due(app, ask, run, open, after(ask)?))
}

/// What is due; the moment there is any, or nothing at the end of the hold.
pub(crate) async fn held(
    app: &App,
    ask: &Ask,
    run: &Arc<Run>,
    open: &Open,
) -> Result<Response<Body>, Problem> {
    let after = after(ask)?;
    let most = app.limits.hold_ms;
    let hold = query::number(ask.request.uri().query(), "holdMs", HOLD_MS.min(most))?;
    if hold > most {
        return Err(Problem::over("holdMs", Refusal::Time));
    }
    let held = Held::take(app, ask, run)?;
    let next = run
        .due(after.saturating_add(1))
        .min(ask.received.plus(Micros::ms(hold)));
    tokio::select! {
        () = tokio::time::sleep_until(app.clock.instant(next)) => {}
        () = app.stopping.cancelled() => return Err(Problem::stopping()),
    }
    drop(held);
    Ok(due(app, ask, run, open, after))
}

fn after(ask: &Ask) -> Result<u32, Problem> {
    let after = query::number(ask.request.uri().query(), "after", 0)?;
    u32::try_from(after).map_err(|_| Problem::malformed("after"))
}

fn due(app: &App, ask: &Ask, run: &Run, open: &Open, after: u32) -> Response<Body> {
    let sent = app.clock.now();
    let instance = || app.clock.id().to_owned();
    let last = run.last_due(sent);
    let ticks: Vec<Tick> = numbers(after, last)
        .map(|n| Tick {
            n,
            due: run.due(n),
            sent,
            instance: instance(),
        })
        .collect();
    let count = u32::try_from(ticks.len()).unwrap_or(u32::MAX);
    open.update(|seen| seen.ticks_out = count);
    let body = PollBody {
        at: At {
            received: ask.received,
            sent,
            instance: instance(),
        },
        ticks,
    };
    answer::full(
        StatusCode::OK,
        "text/plain; charset=utf-8",
        sealed(&body.to_string()),
    )
}

/// The ticks after a number, of those due only the most recent ones that a body may hold.
fn numbers(after: u32, last: u32) -> std::ops::RangeInclusive<u32> {
    let most = u32::try_from(PollBody::MOST).unwrap_or(u32::MAX);
    after.max(last.saturating_sub(most)).saturating_add(1)..=last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_ticks_the_most_recent_hundred_are_given() {
        assert_eq!(numbers(0, 3), 1..=3);
        assert_eq!(numbers(2, 3), 3..=3);
        assert_eq!(numbers(0, 250), 151..=250);
        assert_eq!(numbers(200, 250), 201..=250);
        assert!(numbers(u32::MAX, 250).is_empty() && numbers(3, 3).is_empty());
    }
}

//! Figures of many runs: causes by week and by method, and how often each method works.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use pushcheck::method::Method;
use pushcheck_store::Ms;
use pushcheck_store::figures::Run;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, Weekday};
use utoipa::{IntoParams, ToSchema};

use super::line::MethodWord;
use crate::extract::{Queried, fault};
use crate::{App, Problem, Staff};

/// So many weeks are told of at most, and where nobody asks for another number.
const MOST: i64 = 104;
const USUAL: i64 = 12;

/// So many runs are counted at most, the newest.
const RUNS: i64 = 20_000;

const WEEK: Ms = 7 * 24 * 3_600_000;

/// Of how many weeks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Weeks {
    /// With the one that is not over, 1 to 104; 12.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 104)]
    weeks: Option<String>,
}

/// A cause and in how many runs it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Count {
    pub(super) code: String,
    pub(super) n: usize,
}

/// What came in one week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Week {
    /// Of ISO 8601, in UTC.
    #[schema(example = "2026-W47")]
    pub(super) week: String,
    pub(super) runs: usize,
    /// The most frequent first. What another finding explains is not counted.
    pub(super) causes: Vec<Count>,
}

/// How a method fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Fared {
    #[schema(value_type = MethodWord)]
    pub(super) method: &'static str,
    /// In how many runs it was decided whether it works: neither skipped nor inconclusive.
    pub(super) runs: usize,
    /// In how many of them it works.
    pub(super) works: usize,
    /// The most frequent first.
    pub(super) causes: Vec<Count>,
}

/// Figures of many runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Figures {
    /// The oldest first, with those in which nothing came.
    pub(super) weeks: Vec<Week>,
    /// In the order of a report.
    pub(super) methods: Vec<Fared>,
    /// All runs that were counted.
    pub(super) total: usize,
    /// There were more than are counted in one go: the oldest are left out.
    pub(super) cut: bool,
}

/// Causes by week and method, and how often each method works, by the intact reports that came in those weeks.
#[utoipa::path(get, path = "/v1/figures", tag = "figures", params(Weeks), responses(
    (status = 200, body = Figures),
))]
pub(super) async fn figures(
    State(app): State<App>,
    _who: Staff,
    Queried(query): Queried<Weeks>,
) -> Result<Json<Figures>, Problem> {
    let weeks = match query.weeks {
        None => Some(USUAL),
        Some(weeks) => weeks
            .parse()
            .ok()
            .filter(|weeks| (1..=MOST).contains(weeks)),
    };
    let weeks =
        weeks.ok_or_else(|| Problem::invalid(vec![fault("/weeks", "a number from 1 to 104")]))?;
    let now = (app.now)();
    let mut runs = app.store.runs(since(now, weeks), RUNS + 1).await?;
    let cut = runs.len() as i64 > RUNS;
    runs.truncate(RUNS as usize);
    Ok(Json(of(&runs, now, weeks, cut)))
}

fn day(at: Ms) -> Date {
    let at = OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000));
    at.unwrap_or(OffsetDateTime::UNIX_EPOCH).date()
}

/// The first moment of that many weeks, the last of which holds `now`.
pub(super) fn since(now: Ms, weeks: i64) -> Ms {
    let today = day(now);
    let monday = today
        .checked_sub(Duration::days(i64::from(
            today.weekday().number_days_from_monday(),
        )))
        .unwrap_or(today);
    let monday = monday.midnight().assume_utc().unix_timestamp() * 1_000;
    monday - (weeks - 1) * WEEK
}

/// The week of a moment (ISO 8601 § 5.4.2).
pub(super) fn week(at: Ms) -> String {
    let (year, week, _): (i32, u8, Weekday) = day(at).to_iso_week_date();
    format!("{year:04}-W{week:02}")
}

/// In how many runs each.
#[derive(Debug, Default)]
struct Counts<'a>(BTreeMap<&'a str, usize>);

impl<'a> Counts<'a> {
    /// Those of one run.
    fn add(&mut self, codes: impl Iterator<Item = &'a str>) {
        for code in codes.collect::<BTreeSet<_>>() {
            *self.0.entry(code).or_default() += 1;
        }
    }

    fn sorted(self) -> Vec<Count> {
        let all = self.0.into_iter().map(|(code, n)| Count {
            code: code.to_owned(),
            n,
        });
        let mut all: Vec<_> = all.collect();
        all.sort_by(|one, other| other.n.cmp(&one.n).then_with(|| one.code.cmp(&other.code)));
        all
    }
}

/// Counts. Pure.
pub(super) fn of(runs: &[Run], now: Ms, weeks: i64, cut: bool) -> Figures {
    let first = since(now, weeks);
    let mut by_week: BTreeMap<String, (usize, Counts<'_>)> = BTreeMap::new();
    let mut order = Vec::new();
    for at in 0..weeks {
        let name = week(first + at * WEEK);
        by_week.insert(name.clone(), Default::default());
        order.push(name);
    }
    let mut total = 0;
    let mut methods = Method::ALL.map(|method| (method.as_str(), 0, 0, Counts::default()));
    for run in runs {
        // A clock of another node may be ahead.
        let Some((count, causes)) = by_week.get_mut(&week(run.arrived_at)) else {
            continue;
        };
        total += 1;
        *count += 1;
        let own = || run.counted.found.iter().filter(|one| one.is_own);
        causes.add(own().map(|one| one.code.as_str()));
        for (method, tried, works, causes) in &mut methods {
            let verdict = run.counted.methods.iter().find(|(name, _)| name == method);
            match verdict.map(|(_, verdict)| verdict.as_str()) {
                Some("passed" | "warning") => {
                    *tried += 1;
                    *works += 1;
                }
                Some("failed") => *tried += 1,
                _ => {}
            }
            let of_it = own().filter(|one| one.method.as_deref() == Some(*method));
            causes.add(of_it.map(|one| one.code.as_str()));
        }
    }
    let told = |name: String| {
        let (runs, causes) = by_week.remove(&name).unwrap_or_default();
        Week {
            week: name,
            runs,
            causes: causes.sorted(),
        }
    };
    Figures {
        weeks: order.into_iter().map(told).collect(),
        methods: methods
            .into_iter()
            .map(|(method, runs, works, causes)| Fared {
                method,
                runs,
                works,
                causes: causes.sorted(),
            })
            .collect(),
        total,
        cut,
    }
}

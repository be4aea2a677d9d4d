//! A round of checks: several browsers at once, one check after another in each.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use anyhow::{Result, anyhow};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::field::Field;
use super::{Check, Checks, Lab, Outcome};
use crate::browser::{Browser, Options};

/// How often a check is tried again when the machine gave its page no time.
const AGAIN: u8 = 2;

/// The page was starved: nothing that needs a healthy machine can be said. The check is tried again.
#[derive(Debug)]
pub(super) struct Starved(pub(super) String);

impl fmt::Display for Starved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the machine is too busy: {}", self.0)
    }
}

impl std::error::Error for Starved {}

/// What is left to do.
struct Task {
    browser: Browser,
    check: Check,
    tries_left: u8,
}

/// What all workers share.
struct Round {
    field: Arc<Field>,
    tasks: Mutex<Vec<Task>>,
    tally: Mutex<BTreeMap<&'static str, Tally>>,
    /// Browsers start one after another: a start is what takes a machine most.
    start: Semaphore,
}

#[derive(Default)]
struct Tally {
    passed: usize,
    not_run: usize,
    /// What was said of each that failed.
    failed: Vec<String>,
    seconds: f64,
}

/// Runs what was asked for; says how many checks failed.
pub(super) async fn all(args: &Checks) -> Result<usize> {
    let asked = |check: &&Check| {
        args.only.is_empty() || args.only.iter().any(|part| check.name.contains(part))
    };
    let browsers = if args.browsers.is_empty() {
        &Browser::ALL[..]
    } else {
        &args.browsers
    };
    let task = |check: Check, browser| Task {
        browser,
        check,
        tries_left: AGAIN,
    };
    let chosen = args.all().iter().filter(asked);
    let tasks: Vec<Task> = chosen
        .flat_map(|check| browsers.iter().map(|browser| task(*check, *browser)))
        .collect();
    if tasks.is_empty() {
        return Err(anyhow!("no check has such a name; --list says all"));
    }
    let jobs = args.jobs.map_or_else(
        || 2 * available_parallelism().map_or(1, usize::from),
        usize::from,
    );
    let jobs = jobs.min(tasks.len());
    let began = Instant::now();
    let round = Arc::new(Round {
        field: Arc::new(Field::new(args.base.as_deref()).await?),
        tasks: Mutex::new(tasks),
        tally: Mutex::default(),
        start: Semaphore::new(1),
    });
    let mut workers = JoinSet::new();
    for _ in 0..jobs {
        workers.spawn(worker(Arc::clone(&round)));
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    let tally = round.tally.lock().unwrap_or_else(PoisonError::into_inner);
    for (
        name,
        Tally {
            passed,
            not_run,
            failed,
            seconds,
        },
    ) in tally.iter()
    {
        println!(
            "{name}: {passed} passed, {} failed, {not_run} not run; {seconds:.0} s of checks",
            failed.len()
        );
    }
    println!(
        "all in {:.0} s, {jobs} browsers at once",
        began.elapsed().as_secs_f64()
    );
    // Once more at the end: of a long output often only that is kept.
    let failed = || tally.values().flat_map(|tally| &tally.failed);
    failed().for_each(|said| println!("{said}"));
    Ok(failed().count())
}

impl Round {
    /// The next check for the browser that a worker has, else for another one.
    fn next(&self, has: Option<Browser>) -> Option<Task> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let at = has.and_then(|browser| tasks.iter().position(|task| task.browser == browser));
        if tasks.is_empty() {
            None
        } else {
            Some(tasks.remove(at.unwrap_or(0)))
        }
    }

    /// Tells what became of a check; a starved one is to be done again.
    fn settle(&self, task: Task, outcome: &Result<Outcome>, seconds: f64) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tally.entry(task.browser.name()).or_default();
        tally.seconds += seconds;
        let name = format!("{} {} {seconds:.1} s", task.browser.name(), task.check.name);
        match outcome {
            Ok(Outcome::Passed(seen)) => {
                tally.passed += 1;
                let seen = if seen.is_empty() {
                    String::new()
                } else {
                    format!(" ({seen})")
                };
                println!("{name} ok{seen}");
            }
            Ok(Outcome::NotRun(why)) => {
                tally.not_run += 1;
                println!("{name} not run: {why}");
            }
            Err(error) if task.tries_left > 0 && error.is::<Starved>() => {
                println!("{name} again: {error:#}");
                let again = Task {
                    tries_left: task.tries_left - 1,
                    ..task
                };
                self.tasks
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(again);
            }
            Err(error) => {
                let said = format!("{name} FAILED: {error:#}");
                println!("{said}");
                tally.failed.push(said);
            }
        }
    }

    async fn open(&self, browser: Browser) -> Result<Lab> {
        let _turn = self.start.acquire().await?;
        let options = Options {
            any_certificate: true,
            ..Options::default()
        };
        let browser = browser.open(&options).await?;
        // Whatever a browser does when it first draws a page is not the page's.
        browser.goto(&self.field.page).await?;
        Ok(Lab {
            field: Arc::clone(&self.field),
            browser,
        })
    }
}

/// One browser, one check after another; after a failure a fresh one.
async fn worker(round: Arc<Round>) -> Result<()> {
    let mut lab: Option<Lab> = None;
    while let Some(task) = round.next(lab.as_ref().map(|lab| lab.browser.browser())) {
        let ready = match lab.take() {
            Some(lab) if lab.browser.browser() == task.browser => lab,
            other => {
                if let Some(other) = other {
                    other.browser.close().await;
                }
                round.open(task.browser).await?
            }
        };
        let began = Instant::now();
        let outcome = timeout(task.check.limit, (task.check.run)(&ready)).await;
        let outcome = outcome
            .unwrap_or_else(|_| Err(anyhow!("not done within {} s", task.check.limit.as_secs())));
        round.settle(task, &outcome, began.elapsed().as_secs_f64());
        match outcome {
            Ok(_) => lab = Some(ready),
            Err(_) => ready.browser.close().await,
        }
    }
    if let Some(lab) = lab {
        lab.browser.close().await;
    }
    Ok(())
}

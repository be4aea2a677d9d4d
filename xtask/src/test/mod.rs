//! `cargo xtask test`: every check, in stages, with the minutes of each.

mod api;
mod browsers;
mod package;
mod server;
mod stage;
mod summary;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::lab;
use crate::setup::browser::Browser;
use crate::setup::{self, Need};
use crate::workspace::Workspace;
use stage::{Bench, Stage};

/// What one may say to `test`.
#[derive(Args)]
pub(crate) struct Test {
    /// Only in these browsers.
    #[arg(long, value_enum, num_args = 1.., value_name = "X")]
    browser: Vec<Browser>,
    /// Only these stages.
    #[arg(long, value_enum, num_args = 1.., value_name = "STAGE")]
    only: Vec<Stage>,
}

struct Done {
    name: &'static str,
    took: Duration,
    outcome: Result<String>,
}

/// Runs the stages until one fails; says at the end what each took.
pub(crate) fn command(ws: &Workspace, install: bool, test: &Test) -> Result<()> {
    let browsers = or_all(&test.browser, &Browser::ALL);
    let stages = or_all(&test.only, &Stage::ALL);
    let mut done = Vec::new();
    let mut needs: Vec<Need> = Vec::new();
    for need in stages.iter().flat_map(|stage| stage.needs(ws, &browsers)) {
        if !needs.contains(&need) {
            needs.push(need);
        }
    }

    let start = Instant::now();
    let kit = setup::ready(ws, &needs, install);
    let bench = kit.and_then(|kit| {
        let display = if stages.iter().any(|stage| stage.draws()) {
            lab::display(&kit)?
        } else {
            None
        };
        Ok(Bench {
            ws,
            kit,
            display,
            browsers,
            address: server::free_address(ws)?,
        })
    });
    let bench = match bench {
        Ok(bench) => {
            done.push(Done {
                name: "setup",
                took: start.elapsed(),
                outcome: Ok(String::new()),
            });
            Some(bench)
        }
        Err(error) => {
            done.push(Done {
                name: "setup",
                took: start.elapsed(),
                outcome: Err(error),
            });
            None
        }
    };
    if let Some(bench) = &bench {
        for stage in &stages {
            eprintln!("\n== {}", stage.name());
            let start = Instant::now();
            let outcome = stage.run(bench);
            let failed = outcome.is_err();
            done.push(Done {
                name: stage.name(),
                took: start.elapsed(),
                outcome,
            });
            if failed {
                break;
            }
        }
    }
    drop(bench);
    report(&done)
}

/// What was asked for in our own order, or all of it.
fn or_all<T: Copy + PartialEq>(asked: &[T], all: &[T]) -> Vec<T> {
    all.iter()
        .copied()
        .filter(|one| asked.is_empty() || asked.contains(one))
        .collect()
}

fn report(done: &[Done]) -> Result<()> {
    println!("\n{:<14} minutes", "stage");
    let mut total = Duration::ZERO;
    let mut failure = None;
    for Done {
        name,
        took,
        outcome,
    } in done
    {
        total += *took;
        let note = match outcome {
            Ok(note) => note.clone(),
            Err(error) => {
                failure = Some(format!("{name}: {error:#}"));
                "FAILED".into()
            }
        };
        println!(
            "{}",
            format!("{name:<14} {}  {note}", minutes(*took)).trim_end()
        );
    }
    println!("{:<14} {}", "all", minutes(total));
    match failure {
        Some(failure) => bail!("{failure}"),
        None => Ok(()),
    }
}

fn minutes(took: Duration) -> String {
    format!("{:>7.1}", took.as_secs_f64() / 60.0)
}

#[cfg(test)]
mod tests {
    use super::{minutes, or_all};
    use std::time::Duration;

    #[test]
    fn stages_keep_our_order_whatever_was_asked() {
        assert_eq!(or_all(&[3, 1], &[1, 2, 3]), [1, 3]);
        assert_eq!(or_all(&[], &[1, 2, 3]), [1, 2, 3]);
    }

    #[test]
    fn minutes_have_one_digit() {
        assert_eq!(minutes(Duration::from_secs(90)).trim(), "1.5");
    }
}

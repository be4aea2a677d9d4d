//! What a seed decides: numbers and words that the page must not know.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "either [lowest, highest] or a list of words")]
pub(crate) enum Draw {
    /// A number from the first to the second.
    Range([i64; 2]),
    /// One of these.
    Choice(Vec<String>),
}

/// Draws everything for a scenario. Each name draws for itself, so that a further one does not change the others.
///
/// # Errors
/// Names what cannot be drawn.
pub(crate) fn drawn(
    wanted: &BTreeMap<String, Draw>,
    scenario: &str,
    seed: u64,
) -> Result<BTreeMap<String, String>> {
    wanted
        .iter()
        .map(|(name, draw)| Ok((name.clone(), one(draw, name, scenario, seed)?)))
        .collect()
}

fn one(draw: &Draw, name: &str, scenario: &str, seed: u64) -> Result<String> {
    let digest = Sha256::digest(format!("{seed}/{scenario}/{name}"));
    let own = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut random = fastrand::Rng::with_seed(own);
    match draw {
        Draw::Range([low, high]) if low <= high => Ok(random.i64(low..=high).to_string()),
        Draw::Range([low, high]) => bail!("draw.{name}: nothing lies between {low} and {high}"),
        Draw::Choice(words) => match random.choice(words) {
            Some(word) => Ok(word.clone()),
            None => bail!("draw.{name}: there is nothing to choose from"),
        },
    }
}

/// A number of the lab's own, from the first to the second.
///
/// # Errors
/// Nothing lies between them.
pub(crate) fn number(name: &str, seed: u64, [low, high]: [u32; 2]) -> Result<u32> {
    let range = Draw::Range([low.into(), high.into()]);
    Ok(one(&range, name, "", seed)?.parse()?)
}

/// The date (UTC) as yyyymmdd.
pub(crate) fn today() -> u64 {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// Days since 1970 as yyyymmdd (H. Hinnant, "chrono-compatible low-level date algorithms").
fn date(days: u64) -> u64 {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 {
        (year + era * 400, month + 3)
    } else {
        (year + era * 400 + 1, month - 9)
    };
    year * 10_000 + month * 100 + day
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Result<BTreeMap<String, Draw>> {
        Ok(toml::from_str(text)?)
    }

    #[test]
    fn the_same_seed_draws_the_same_and_names_do_not_disturb_each_other() -> Result<()> {
        let few = wanted("cut = [1000, 3000]")?;
        let more = wanted("a = [1, 2]\ncut = [1000, 3000]\nword = [\"x\", \"y\"]")?;
        for seed in 0..50 {
            let (few, more) = (drawn(&few, "s", seed)?, drawn(&more, "s", seed)?);
            assert_eq!(few["cut"], more["cut"]);
            assert!((1000..=3000).contains(&few["cut"].parse::<i64>()?));
            assert!(["x", "y"].contains(&more["word"].as_str()));
        }
        let by = |scenario, seed| drawn(&few, scenario, seed);
        assert_ne!(by("s", 1)?, by("s", 2)?);
        assert_ne!(by("s", 1)?, by("t", 1)?);
        Ok(())
    }

    #[test]
    fn what_cannot_be_drawn_is_named() -> Result<()> {
        for text in ["cut = [2, 1]", "cut = []"] {
            let error = drawn(&wanted(text)?, "s", 1).expect_err(text);
            assert!(error.to_string().contains("draw.cut"), "{error}");
        }
        let error = wanted("cut = 3").expect_err("not a list").to_string();
        assert!(error.contains("[lowest, highest]"), "{error}");
        Ok(())
    }

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), 19_700_101);
        assert_eq!(date(11_016), 20_000_229);
        assert_eq!(date(20_780), 20_261_123);
    }
}

//! What a seed decides: numbers and words that the page must not know.

use std::collections::BTreeMap;

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
}

//! Order statistics of few samples. Unknown stays unknown: too few samples give `None`.

use serde::{Deserialize, Serialize};

/// Fewest samples of which a median is worth telling.
pub const FEWEST: usize = 3;

/// A distribution in four numbers, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// How many samples.
    pub n: u32,
    /// The smallest.
    pub min_us: u64,
    /// The median.
    pub median_us: u64,
    /// The median absolute deviation × 1.4826, comparable to a standard deviation.
    pub mad_us: u64,
}

impl Spread {
    /// Of at least [`FEWEST`] samples.
    pub fn of(samples: &[u64]) -> Option<Self> {
        if samples.len() < FEWEST {
            return None;
        }
        let middle = median(samples)?;
        let off: Vec<u64> = samples.iter().map(|x| x.abs_diff(middle)).collect();
        Some(Self {
            n: samples.len() as u32,
            min_us: *samples.iter().min()?,
            median_us: middle,
            mad_us: median(&off)?.min(u64::MAX / 14_826) * 14_826 / 10_000,
        })
    }
}

/// The middle sample; of an even number the mean of the middle two, rounded down.
pub fn median(samples: &[u64]) -> Option<u64> {
    let half = samples.len() / 2;
    let upper = ranked(samples, half)?;
    if samples.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = ranked(samples, half - 1)?;
    Some(lower + (upper - lower) / 2)
}

/// The sample that stands there in order of size. By counting: few samples, and a sort weighs more than all of this file.
#[inline(never)]
fn ranked(samples: &[u64], rank: usize) -> Option<u64> {
    let fits = |sample: &&u64| {
        let smaller = samples.iter().filter(|other| other < sample).count();
        let others = samples.iter().filter(|other| other <= sample).count();
        (smaller..others).contains(&rank)
    };
    samples.iter().find(fits).copied()
}

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
            mad_us: median(&off)?.saturating_mul(14_826) / 10_000,
        })
    }
}

/// The middle sample; of an even number the mean of the middle two, rounded down.
pub fn median(samples: &[u64]) -> Option<u64> {
    // By insertion: few samples, and the library's sorts weigh more than all of this file.
    let mut sorted: Vec<u64> = Vec::with_capacity(samples.len());
    for sample in samples {
        sorted.insert(
            sorted.iter().take_while(|other| *other < sample).count(),
            *sample,
        );
    }
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = sorted[sorted.len() / 2 - 1];
    Some(lower + (upper - lower) / 2)
}

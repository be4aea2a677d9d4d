//! Time as an argument: nothing in the core asks a clock.

use serde::{Deserialize, Serialize};

/// Microseconds, as a point since the run began or as a span. On the server: since the instance began.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl Micros {
    /// The beginning of the run.
    pub const ZERO: Self = Self(0);

    /// That many milliseconds.
    pub const fn ms(ms: u64) -> Self {
        Self(ms * 1000)
    }

    /// Whole milliseconds, rounded up, so that a timer set to it never fires before its time.
    pub const fn ms_up(self) -> u64 {
        self.0.div_ceil(1000)
    }

    /// The later point.
    pub const fn plus(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The span since `earlier`; zero where `earlier` is later.
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// That many times this span.
    pub const fn times(self, n: u64) -> Self {
        // What `saturating_mul` needs is a multiplication of 128 bits.
        match u64::MAX.checked_div(n) {
            Some(most) if self.0 > most => Self(u64::MAX),
            _ => Self(self.0 * n),
        }
    }
}

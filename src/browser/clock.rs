//! `performance.now()` as [`Micros`] since the run began.

use web_sys::Performance;

use crate::time::Micros;

/// The page's monotonic clock (High Resolution Time § 5).
#[derive(Clone, Debug)]
pub struct Clock {
    performance: Performance,
    began: f64,
}

impl Clock {
    /// A clock that begins now; `None`: the window has none.
    pub fn new() -> Option<Self> {
        let performance = web_sys::window()?.performance()?;
        let began = performance.now();
        Some(Self { performance, began })
    }

    /// Since it began.
    pub fn now(&self) -> Micros {
        Micros(((self.performance.now() - self.began) * 1000.0) as u64)
    }

    /// The smallest step that it is seen to make, µs; 0 when it did not move while being looked at.
    pub fn step_us(&self) -> u64 {
        const LOOKS: u32 = 30_000;
        let first = self.performance.now();
        let mut began = first;
        for _ in 0..LOOKS {
            let now = self.performance.now();
            if now > began {
                if began > first {
                    return ((now - began) * 1000.0).ceil() as u64;
                }
                began = now;
            }
        }
        0
    }
}

//! `performance.now()` as [`Micros`] since the run began.

use wasm_bindgen::prelude::wasm_bindgen;

use super::js;
use crate::time::Micros;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// Milliseconds since 1970, by the wall clock.
pub fn now_ms() -> u64 {
    let now = js::call(&js::global("Date"), "now", &[]);
    now.ok().and_then(|now| now.as_f64()).unwrap_or_default() as u64
}

/// The page's monotonic clock (High Resolution Time § 5).
#[derive(Clone, Debug)]
pub struct Clock {
    began: f64,
}

impl Clock {
    /// A clock that begins now; `None`: the window has none.
    pub fn new() -> Option<Self> {
        let any = !js::absent(&js::global("performance"));
        any.then(|| Self { began: now() })
    }

    /// Since it began.
    pub fn now(&self) -> Micros {
        Micros(((now() - self.began) * 1000.0) as u64)
    }

    /// The smallest step that it is seen to make, µs; 0 when it did not move while being looked at.
    pub fn step_us(&self) -> u64 {
        const LOOKS: u32 = 30_000;
        let first = now();
        let mut began = first;
        for _ in 0..LOOKS {
            let now = now();
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

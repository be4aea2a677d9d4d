//! What the page knows of itself: browser, origin, visibility, the state of the main thread.

use serde::{Deserialize, Serialize};

use super::Client;
use crate::time::Micros;
use crate::wire::after;

/// The page's surroundings during a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Surroundings {
    /// The browser's name of itself, as sent.
    pub user_agent: String,
    /// Its engine, by that name; null: not one that we know.
    pub engine: Option<Engine>,
    /// `self.origin`; `null` for an opaque one, as of a sandboxed frame.
    pub origin: String,
    /// `isSecureContext`.
    pub secure_context: bool,
    /// `crossOriginIsolated`: clocks are finer.
    pub isolated: bool,
    /// The page stands in a frame.
    pub embedded: bool,
    /// `navigator.language`.
    pub language: String,
    /// `navigator.onLine` at the start. `true` proves nothing.
    pub online: bool,
    /// The clock's smallest step seen, µs; 0: not measured.
    pub clock_step_us: u64,
    /// How long the page was hidden during the run, µs.
    pub hidden_us: u64,
    /// The main thread's longest gap between two beats of 50 ms, µs.
    pub longest_gap_us: u64,
    /// By how much the beats came late in all, µs: timers throttled or the thread blocked.
    pub late_us: u64,
    /// Changes of all that during the run.
    pub notices: Vec<StampedNotice>,
    /// The page's own clients, one a method and one whose constructor threw; null: nobody looked at them.
    pub clients: Option<Vec<Client>>,
}

/// A browser's engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// Its family.
    pub family: EngineFamily,
    /// Its major version, as the browser tells it.
    pub version: u32,
}

/// The families that the project runs against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineFamily {
    /// Chromium and what is built of it.
    Chromium,
    /// Firefox.
    Gecko,
    /// Safari and WebKitGTK.
    WebKit,
}

impl Surroundings {
    /// By the browser's name of itself it runs on Linux.
    pub fn is_on_linux(&self) -> bool {
        after(self.user_agent.as_bytes(), b"Linux").is_some()
    }
}

impl Engine {
    /// Read from a `User-Agent`.
    pub fn of(user_agent: &str) -> Option<Self> {
        let version = |mark: &str| {
            let rest = after(user_agent.as_bytes(), mark.as_bytes())?;
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
            digits
                .take(5)
                .map(|digit| u32::from(digit - b'0'))
                .reduce(|whole, digit| whole * 10 + digit)
        };
        let of = |family, mark| version(mark).map(|version| Self { family, version });
        of(EngineFamily::Gecko, "Firefox/")
            .or_else(|| of(EngineFamily::Chromium, "Chrome/"))
            .or_else(|| of(EngineFamily::Chromium, "Chromium/"))
            .or_else(|| of(EngineFamily::WebKit, "AppleWebKit/"))
    }
}

/// Something around the attempts that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Notice {
    /// `visibilitychange` to hidden.
    Hidden,
    /// `visibilitychange` to visible.
    Visible,
    /// `navigator.onLine` is true now.
    Online,
    /// `navigator.onLine` is false now.
    Offline,
    /// The wall clock went on by more than the page's: the device slept, or somebody set it.
    Slept {
        /// By how much, µs.
        us: u64,
    },
    /// The main thread stood still: the device slept, or something else ran.
    Stalled {
        /// For how long until now, µs.
        us: u64,
    },
    /// A policy of the page forbade something (CSP § 5.1).
    PolicyViolation {
        /// The effective directive.
        directive: String,
    },
    /// A failure of our own; nothing else is told of it.
    OwnFailure {
        /// Where: a file and line of ours.
        place: String,
    },
}

/// A notice and when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampedNotice {
    /// Since the run began.
    pub at: Micros,
    /// What changed.
    pub notice: Notice,
}

//! What the page knows of itself at the start of a run.

use web_sys::Window;

use super::clock::Clock;
use crate::evidence::{Engine, Surroundings};

/// Reads them.
pub fn surroundings(window: &Window, clock: &Clock) -> Surroundings {
    let navigator = window.navigator();
    let user_agent: String = navigator
        .user_agent()
        .unwrap_or_default()
        .chars()
        .take(400)
        .collect();
    let isolated = js_sys::Reflect::get(window, &"crossOriginIsolated".into());
    Surroundings {
        engine: Engine::of(&user_agent),
        user_agent,
        origin: window.location().origin().unwrap_or_default(),
        secure_context: window.is_secure_context(),
        isolated: isolated.is_ok_and(|value| value.is_truthy()),
        embedded: window
            .parent()
            .is_ok_and(|parent| parent.is_some_and(|parent| parent != *window)),
        language: navigator
            .language()
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect(),
        online: navigator.on_line(),
        clock_step_us: clock.step_us(),
        ..Surroundings::default()
    }
}

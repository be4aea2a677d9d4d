//! What the page knows of itself at the start of a run.

use wasm_bindgen::JsValue;

use super::clock::Clock;
use super::{js, shortened};
use crate::evidence::{Engine, Surroundings};

/// Reads them.
pub fn surroundings(clock: &Clock) -> Surroundings {
    let window = js::global("self");
    let parent = js::get(&window, "parent");
    let navigator = js::global("navigator");
    let short = |of: &JsValue, name: &str, most| shortened(js::text(of, name), most);
    let user_agent = short(&navigator, "userAgent", 400);
    Surroundings {
        engine: Engine::of(&user_agent),
        user_agent,
        origin: js::text(&window, "origin").unwrap_or_default(),
        secure_context: js::flag(&window, "isSecureContext"),
        isolated: js::flag(&window, "crossOriginIsolated"),
        embedded: !js::says(&js::global("Object"), "is", &[&window, &parent]),
        language: short(&navigator, "language", 40),
        online: js::flag(&navigator, "onLine"),
        clock_step_us: clock.step_us(),
        ..Surroundings::default()
    }
}

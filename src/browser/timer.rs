//! A timeout that can be let go of.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::registry::Undo;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout, catch)]
    fn set_timeout(callback: &js_sys::Function, ms: i32) -> Result<JsValue, JsValue>;
}

/// `setTimeout` (HTML § 8.6); dropping it clears it.
#[must_use = "the timer is cleared when this is dropped"]
#[derive(Debug)]
pub(super) struct Timer {
    _cleared_first: Option<Undo>,
    _closure: Closure<dyn FnMut(JsValue)>,
}

impl Timer {
    /// Calls `f` once, after that many milliseconds or later.
    pub(super) fn new(ms: u64, f: impl FnMut(JsValue) + 'static) -> Self {
        let closure = Closure::new(f);
        let function: &js_sys::Function = closure.as_ref().unchecked_ref();
        let id = set_timeout(function, i32::try_from(ms).unwrap_or(i32::MAX)).ok();
        let undo = id.map(|id| Undo::by_method(&js_sys::global(), "clearTimeout", &[&id]));
        Self {
            _cleared_first: undo,
            _closure: closure,
        }
    }
}

//! A timeout that can be let go of.

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::js;
use super::registry::Undo;

/// `setTimeout` (HTML § 8.6); dropping it clears it.
#[must_use = "the timer is cleared when this is dropped"]
#[derive(Debug)]
pub(super) struct Timer {
    _cleared_first: Option<Undo>,
    _closure: Closure<dyn FnMut(JsValue)>,
}

impl Timer {
    /// Calls `f` once, after that many milliseconds or later.
    pub(super) fn new(ms: u64, f: Box<dyn FnMut(JsValue)>) -> Self {
        let closure = Closure::wrap(f);
        let ms = i32::try_from(ms).unwrap_or(i32::MAX);
        let page = js::global("self");
        let id = js::call(&page, "setTimeout", &[closure.as_ref(), &ms.into()]).ok();
        let undo = id.map(|id| Undo::by_method(&page, "clearTimeout", &[&id]));
        Self {
            _cleared_first: undo,
            _closure: closure,
        }
    }
}

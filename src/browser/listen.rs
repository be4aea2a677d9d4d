//! A listener that removes itself.

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::EventTarget;

use super::registry::Undo;

/// A DOM listener (DOM § 2.6). It is removed first and its closure freed after: a late event then finds nobody instead
/// of a freed closure.
#[must_use = "the listener is removed when this is dropped"]
#[derive(Debug)]
pub struct Listener {
    _removed_first: Undo,
    _closure: Closure<dyn FnMut(JsValue)>,
}

impl Listener {
    /// Calls `f` with each such event. `f` stamps and queues, nothing else.
    pub fn new(target: &EventTarget, event: &str, f: impl FnMut(JsValue) + 'static) -> Self {
        let closure = Closure::new(f);
        let function: &js_sys::Function = closure.as_ref().unchecked_ref();
        let undo = Undo::by_method(target, "removeEventListener", &[&event.into(), function]);
        let _refused = target.add_event_listener_with_callback(event, function);
        Self {
            _removed_first: undo,
            _closure: closure,
        }
    }
}

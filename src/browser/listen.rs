//! A listener that removes itself.

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::js;
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
    pub fn new(target: &JsValue, event: &str, f: Box<dyn FnMut(JsValue)>) -> Self {
        let closure = Closure::wrap(f);
        let event = JsValue::from(event);
        let with = [&event, closure.as_ref()];
        let undo = Undo::by_method(target, "removeEventListener", &with);
        let _refused = js::call(target, "addEventListener", &with);
        Self {
            _removed_first: undo,
            _closure: closure,
        }
    }
}

//! Everything that must be undone, held on the JavaScript side.
//!
//! After a panic of ours no Rust code of this instance may run again, so no `Drop` will: what undoes each resource is
//! a plain JavaScript function in a JavaScript set, which the panic hook walks.

use wasm_bindgen::JsValue;

use super::js;

thread_local! {
    static UNDO: JsValue = js::set_of_values();
}

/// A resource of the browser's; dropping it undoes it.
#[must_use = "what it stands for is undone when it is dropped"]
#[derive(Debug)]
pub struct Undo(JsValue);

impl Undo {
    /// Registers a call of `target`'s method of that name, with those arguments.
    pub fn by_method(target: &JsValue, name: &str, arguments: &[&JsValue]) -> Self {
        let undo = js::bound(target, name, arguments);
        UNDO.with(|all| js::call(all, "add", &[&undo])).ok();
        Self(undo)
    }
}

impl Drop for Undo {
    #[inline(never)]
    fn drop(&mut self) {
        if UNDO.with(|all| js::says(all, "delete", &[&self.0])) {
            call(&self.0);
        }
    }
}

/// How many resources are held: for tests.
pub fn held() -> u32 {
    UNDO.with(|all| js::number(all, "size")) as u32
}

/// Undoes everything, last things first: listeners before what they listen to.
pub fn undo_all() {
    UNDO.with(js::drain).iter().rev().for_each(call);
}

/// What cannot be undone is gone already.
fn call(undo: &JsValue) {
    let _gone = js::apply(undo, &[]);
}

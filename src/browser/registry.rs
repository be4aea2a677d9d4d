//! Everything that must be undone, held on the JavaScript side.
//!
//! After a panic of ours no Rust code of this instance may run again, so no `Drop` will: what undoes each resource is
//! a plain JavaScript function in a JavaScript map, which the panic hook walks.

use js_sys::{Array, Function, Map, Reflect};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static UNDO: Map = Map::new();
    static NEXT: core::cell::Cell<u32> = const { core::cell::Cell::new(0) };
}

/// A resource of the browser's; dropping it undoes it.
#[must_use = "what it stands for is undone when it is dropped"]
#[derive(Debug)]
pub struct Undo(JsValue);

impl Undo {
    /// Registers what undoes a resource.
    pub fn new(undo: &Function) -> Self {
        let id = JsValue::from(NEXT.with(|next| next.replace(next.get().wrapping_add(1))));
        UNDO.with(|map| map.set(&id, undo));
        Self(id)
    }

    /// Registers a call of `target`'s method of that name, with those arguments.
    pub fn by_method(target: &JsValue, name: &str, arguments: &[&JsValue]) -> Self {
        let method: Function = Reflect::get(target, &name.into())
            .unwrap_or(JsValue::UNDEFINED)
            .unchecked_into();
        Self::new(&bind(&method, target, arguments))
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        let undo = UNDO.with(|map| {
            let undo = map.get(&self.0);
            map.delete(&self.0);
            undo
        });
        call(&undo);
    }
}

/// `f.bind(this, …arguments)`: a plain JavaScript function, which outlives this instance.
pub(super) fn bind(f: &Function, this: &JsValue, arguments: &[&JsValue]) -> Function {
    let bound = Array::of1(this);
    arguments.iter().for_each(|argument| {
        bound.push(argument);
    });
    let by = Reflect::get(f, &"bind".into()).and_then(JsCast::dyn_into::<Function>);
    by.and_then(|by| Reflect::apply(&by, f, &bound))
        .unwrap_or(JsValue::UNDEFINED)
        .unchecked_into()
}

/// How many resources are held: for tests.
pub fn held() -> u32 {
    UNDO.with(Map::size)
}

/// Undoes everything, last things first: listeners before what they listen to.
pub fn undo_all() {
    UNDO.with(|map| {
        let all = Array::from(&map.values());
        map.clear();
        all.reverse().for_each(&mut |undo, _, _| call(&undo));
    });
}

/// What cannot be undone is gone already.
fn call(undo: &JsValue) {
    if let Some(function) = undo.dyn_ref::<Function>() {
        let _gone = function.call0(&JsValue::UNDEFINED);
    }
}

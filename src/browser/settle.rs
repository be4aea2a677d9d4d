//! The settling of a promise, as something that can be let go of.
//!
//! A promise cannot be told to forget a callback, and a callback into an instance that has panicked must not happen.
//! So the promise gets only JavaScript functions: they put its value into a holder and fire an event, and the one
//! closure of ours is that event's listener, which can be removed.

use wasm_bindgen::JsValue;

use super::js::{self, Answer};
use super::listen::Listener;

/// Calls back once, unless dropped before.
#[must_use = "it calls back only while it is held"]
#[derive(Debug)]
pub(super) struct Settle(#[expect(dead_code, reason = "held for its Drop")] Option<Listener>);

impl Settle {
    /// Calls `f` with what the promise settles to.
    pub(super) fn new(promise: &JsValue, f: Box<dyn FnMut(Answer)>) -> Self {
        Self(Self::try_new(promise, f).ok())
    }

    fn try_new(promise: &JsValue, mut f: Box<dyn FnMut(Answer)>) -> Result<Listener, JsValue> {
        let holder = js::object();
        let target = js::make("EventTarget", &[])?;
        let event = js::make("Event", &[&"settled".into()])?;
        let settled = {
            let holder = holder.clone();
            move |_| {
                f(if js::says(&holder, "hasOwnProperty", &[&"error".into()]) {
                    Err(js::get(&holder, "error"))
                } else {
                    Ok(js::get(&holder, "value"))
                });
            }
        };
        let listener = Listener::new(&target, "settled", Box::new(settled));
        let reflect = js::global("Reflect");
        let keep = |name: &str| js::bound(&reflect, "set", &[&holder, &name.into()]);
        let kept = js::call(promise, "then", &[&keep("value"), &keep("error")])?;
        let fire = js::bound(&target, "dispatchEvent", &[&event]);
        js::call(&kept, "then", &[&fire])?;
        Ok(listener)
    }
}

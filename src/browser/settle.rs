//! The settling of a promise, as something that can be let go of.
//!
//! A promise cannot be told to forget a callback, and a callback into an instance that has panicked must not happen.
//! So the promise gets only JavaScript functions: they put its value into a holder and fire an event, and the one
//! closure of ours is that event's listener, which can be removed.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventTarget};

use super::listen::Listener;
use super::registry::bind;

/// Calls back once, unless dropped before.
#[must_use = "it calls back only while it is held"]
#[derive(Debug)]
pub(super) struct Settle(#[expect(dead_code, reason = "held for its Drop")] Option<Listener>);

fn method(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}

impl Settle {
    /// Calls `f` with what the promise settles to.
    pub(super) fn new(
        promise: &Promise,
        f: impl FnMut(Result<JsValue, JsValue>) + 'static,
    ) -> Self {
        Self(Self::try_new(promise, f).ok())
    }

    fn try_new(
        promise: &Promise,
        mut f: impl FnMut(Result<JsValue, JsValue>) + 'static,
    ) -> Result<Listener, JsValue> {
        let (holder, target, event) = (Object::new(), EventTarget::new()?, Event::new("settled")?);
        let listener = {
            let holder = holder.clone();
            Listener::new(&target, "settled", move |_| {
                let rejected = Reflect::has(&holder, &"error".into()) == Ok(true);
                let settled =
                    Reflect::get(&holder, &(if rejected { "error" } else { "value" }).into());
                let settled = settled.unwrap_or(JsValue::UNDEFINED);
                f(if rejected { Err(settled) } else { Ok(settled) });
            })
        };
        let set = method(&Reflect::get(&js_sys::global(), &"Reflect".into())?, "set")?;
        let keep = |name: &str| bind(&set, &JsValue::UNDEFINED, &[&holder, &name.into()]);
        let kept = method(promise, "then")?.call2(promise, &keep("value"), &keep("error"))?;
        let fire = bind(&method(&target, "dispatchEvent")?, &target, &[&event]);
        method(&kept, "then")?.call1(&kept, &fire)?;
        Ok(listener)
    }
}

//! What happens around the attempts: visibility, connectivity, policy violations, the main thread's heartbeat.

use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{SecurityPolicyViolationEvent, Window};

use super::{Listener, Pump, target};
use crate::evidence::Notice;

/// The listeners of a run; dropping them ends the watch.
#[derive(Debug)]
pub(super) struct Watch(#[expect(dead_code, reason = "held for their Drop")] Vec<Listener>);

impl Watch {
    pub(super) fn start(window: &Window, pump: &Rc<Pump>) -> Self {
        let mut listeners = Vec::new();
        let mut on = |at: &web_sys::EventTarget, event: &str, f: fn(&Rc<Pump>, JsValue)| {
            let pump = pump.clone();
            listeners.push(Listener::new(at, event, move |event| f(&pump, event)));
        };
        if let Some(document) = window.document() {
            on(target(&document), "visibilitychange", |pump, _| {
                pump.visibility(is_hidden())
            });
            on(
                target(&document),
                "securitypolicyviolation",
                |pump, event| {
                    let event: &SecurityPolicyViolationEvent = event.unchecked_ref();
                    pump.blocked(&event.blocked_uri(), event.effective_directive());
                },
            );
        }
        on(target(window), "online", |pump, _| {
            pump.notice(Notice::Online)
        });
        on(target(window), "offline", |pump, _| {
            pump.notice(Notice::Offline)
        });
        Self(listeners)
    }
}

/// The page cannot be seen: browsers slow its timers down.
pub(super) fn is_hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

//! What happens around the attempts: visibility, connectivity, policy violations, the main thread's heartbeat.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::{Listener, Pump, js};
use crate::evidence::Notice;

/// The listeners of a run; dropping them ends it.
#[derive(Debug)]
pub(super) struct Around(#[expect(dead_code, reason = "held for their Drop")] [Listener; 5]);

impl Around {
    pub(super) fn start(pump: &Rc<Pump>) -> Self {
        let on = |at: &JsValue, event: &str, f: fn(&Rc<Pump>, &JsValue)| {
            let pump = pump.clone();
            Listener::new(at, event, Box::new(move |event| f(&pump, &event)))
        };
        let (page, document) = (js::global("self"), js::global("document"));

        Self([
            on(&document, "visibilitychange", |pump, _| {
                pump.visibility(is_hidden())
            }),
            on(&document, "securitypolicyviolation", |pump, event| {
                let text = |name| js::text(event, name).unwrap_or_default();
                // A policy that only reports forbids nothing.
                if text("disposition") == "enforce" {
                    pump.blocked(&text("blockedURI"), text("effectiveDirective"));
                }
            }),
            // Into the cache of pages, or away: a socket that is left open there stays open on the server.
            on(&page, "pagehide", |pump, _| pump.stop()),
            on(&page, "online", |pump, _| pump.notice(Notice::Online)),
            on(&page, "offline", |pump, _| pump.notice(Notice::Offline)),
        ])
    }
}

/// The page cannot be seen: browsers slow its timers down.
pub(super) fn is_hidden() -> bool {
    js::flag(&js::global("document"), "hidden")
}

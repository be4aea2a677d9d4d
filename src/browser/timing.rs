//! Resource Timing, as entries appear: the page's own buffer may be full.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::registry::Undo;
use super::{Pump, js};
use crate::evidence::ResourceTiming;

/// Observes the entries of resources; dropping it stops.
#[must_use = "it stops when this is dropped"]
#[derive(Debug)]
pub(super) struct Timings {
    _disconnected_first: Undo,
    _closure: Closure<dyn FnMut(JsValue)>,
}

impl Timings {
    /// Tells of each resource; `None`: the browser has no such observer.
    pub(super) fn observe(pump: &Rc<Pump>) -> Option<Self> {
        let pump = pump.clone();
        let told: Box<dyn FnMut(JsValue)> = Box::new(move |list| {
            let entries = js::call(&list, "getEntries", &[]).unwrap_or(list);
            for entry in js::items(&entries) {
                if let Some(url) = js::text(&entry, "name") {
                    pump.timed(&url, phases(&entry));
                }
            }
        });
        let closure = Closure::wrap(told);
        let observer = js::make("PerformanceObserver", &[closure.as_ref()]).ok()?;
        let options = js::object();
        js::set(&options, "type", &"resource".into());
        js::call(&observer, "observe", &[&options]).ok()?;
        Some(Self {
            _disconnected_first: Undo::by_method(&observer, "disconnect", &[]),
            _closure: closure,
        })
    }
}

/// Spans between two of its stamps; 0 is how browsers say "not told" (Resource Timing § 4.4).
fn phases(entry: &JsValue) -> ResourceTiming {
    let span = |from: &str, to: &str| {
        let (from, to) = (js::number(entry, from), js::number(entry, to));
        (from > 0.0 && to >= from).then_some(((to - from) * 1000.0) as u64)
    };
    ResourceTiming {
        protocol: js::text(entry, "nextHopProtocol")
            .filter(|protocol| !protocol.is_empty() && protocol.len() <= 20),
        dns_us: span("domainLookupStart", "domainLookupEnd"),
        connect_us: span("connectStart", "connectEnd"),
        tls_us: span("secureConnectionStart", "connectEnd"),
        request_us: span("requestStart", "responseStart"),
        response_us: span("responseStart", "responseEnd"),
    }
}

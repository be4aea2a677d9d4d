//! Resource Timing, as entries appear: the page's own buffer may be full.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::PerformanceResourceTiming;

use super::registry::Undo;
use crate::evidence::ResourceTiming;

/// Observes the entries of resources; dropping it stops.
#[must_use = "it stops when this is dropped"]
#[derive(Debug)]
pub(super) struct Timings {
    _disconnected_first: Undo,
    _closure: Closure<dyn FnMut(JsValue)>,
}

impl Timings {
    /// Calls `f` with the URL and the phases of each resource; `None`: the browser has no such observer.
    pub(super) fn observe(f: impl Fn(String, ResourceTiming) + 'static) -> Option<Self> {
        let closure: Closure<dyn FnMut(JsValue)> = Closure::new(move |list: JsValue| {
            let entries =
                Reflect::get(&list, &"getEntries".into()).and_then(JsCast::dyn_into::<Function>);
            let entries = entries
                .and_then(|get| get.call0(&list))
                .and_then(JsCast::dyn_into::<js_sys::Array>);
            for entry in entries.iter().flat_map(js_sys::Array::iter) {
                if let Some(entry) = entry.dyn_ref::<PerformanceResourceTiming>() {
                    f(entry.name(), phases(entry));
                }
            }
        });
        let class: Function = Reflect::get(&js_sys::global(), &"PerformanceObserver".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let observer = Reflect::construct(&class, &js_sys::Array::of1(closure.as_ref())).ok()?;
        let options = Object::new();
        Reflect::set(&options, &"type".into(), &"resource".into()).ok()?;
        let observe: Function = Reflect::get(&observer, &"observe".into())
            .ok()?
            .dyn_into()
            .ok()?;
        observe.call1(&observer, &options).ok()?;
        Some(Self {
            _disconnected_first: Undo::by_method(&observer, "disconnect", &[]),
            _closure: closure,
        })
    }
}

/// Spans between two of its stamps; 0 is how browsers say "not told" (Resource Timing § 4.4).
fn phases(entry: &PerformanceResourceTiming) -> ResourceTiming {
    let span =
        |from: f64, to: f64| (from > 0.0 && to >= from).then(|| ((to - from) * 1000.0) as u64);
    ResourceTiming {
        protocol: Some(entry.next_hop_protocol())
            .filter(|protocol| !protocol.is_empty() && protocol.len() <= 20),
        dns_us: span(entry.domain_lookup_start(), entry.domain_lookup_end()),
        connect_us: span(entry.connect_start(), entry.connect_end()),
        tls_us: span(entry.secure_connection_start(), entry.connect_end()),
        request_us: span(entry.request_start(), entry.response_start()),
        response_us: span(entry.response_start(), entry.response_end()),
    }
}

//! What happens when we fail: every open run is settled, everything is let go of, the next call gets a new instance.
//!
//! After a panic no Rust code of this instance runs again, so all of this is JavaScript values and plain functions.

use std::panic::PanicHookInfo;
use std::sync::Once;

use js_sys::{Array, Function, Map, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::registry;

thread_local! {
    /// id → [resolve, report].
    static OPEN: Map = Map::new();
}

/// A run whose promise is open.
#[derive(Debug)]
pub(super) struct OpenRun(Array);

impl OpenRun {
    pub(super) fn new(resolve: &Function) -> Self {
        let entry = Array::of2(resolve, &JsValue::NULL);
        OPEN.with(|open| open.set(&entry, &entry));
        Self(entry)
    }

    /// Keeps what is to be told if we fail.
    pub(super) fn keep(&self, report: &JsValue) {
        self.0.set(1, report.clone());
    }

    pub(super) fn close(&self) {
        OPEN.with(|open| open.delete(&self.0));
    }
}

/// Sets the hook of this instance.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            failed(info);
            before(info);
        }));
    });
}

fn failed(info: &PanicHookInfo<'_>) {
    let place = info
        .location()
        .map(|at| [at.file(), ":", &at.line().to_string()].concat())
        .unwrap_or_default();
    registry::undo_all();
    OPEN.with(|open| {
        let runs = Array::from(&open.values());
        open.clear();
        for run in runs.iter() {
            let run: Array = run.unchecked_into();
            let (resolve, report) = (run.get(0), run.get(1));
            name_place(&report, &place);
            if let Some(resolve) = resolve.dyn_ref::<Function>() {
                let _unheard = resolve.call1(&JsValue::UNDEFINED, &report);
            }
        }
    });
    wasm_bindgen::handler::schedule_reinit();
}

/// Writes the place into the kept report's notice.
fn name_place(report: &JsValue, place: &str) {
    let get =
        |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let notices = get(&get(report, "surroundings"), "notices");
    let last = notices
        .dyn_ref::<Array>()
        .map(|notices| notices.get(notices.length().wrapping_sub(1)));
    if let Some(last) = last {
        let notice = get(&last, "notice");
        let _frozen = Reflect::set(&notice, &"place".into(), &place.into());
    }
}

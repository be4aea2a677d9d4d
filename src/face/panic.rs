//! What happens when we fail: every open run is settled, everything is let go of, the next call gets a new instance.
//!
//! After a panic no Rust code of this instance runs again, so all of this is JavaScript values and plain functions.

use core::cell::Cell;
use std::panic::PanicHookInfo;

use wasm_bindgen::JsValue;

use crate::browser::{js, registry};
use crate::wire::{digits, joined};

thread_local! {
    static INSTALLED: Cell<bool> = const { Cell::new(false) };
    /// Of each [resolve, report].
    static OPEN: JsValue = js::set_of_values();
}

/// A run whose promise is open.
#[derive(Debug)]
pub(super) struct OpenRun(JsValue);

impl OpenRun {
    pub(super) fn new(resolve: &JsValue) -> Self {
        let entry = js::list(&[resolve, &JsValue::NULL]);
        let _set = OPEN.with(|open| js::call(open, "add", &[&entry]));
        Self(entry)
    }

    /// Keeps what is to be told if we fail.
    pub(super) fn keep(&self, report: &JsValue) {
        js::set(&self.0, "1", report);
    }

    pub(super) fn close(&self) {
        let _held = OPEN.with(|open| js::call(open, "delete", &[&self.0]));
    }
}

/// Sets the hook of this instance.
pub(super) fn install() {
    if !INSTALLED.replace(true) {
        // The deployed widget is alone in its instance: nobody else's hook is to be heard as well.
        let before = (!cfg!(feature = "allocator")).then(std::panic::take_hook);
        std::panic::set_hook(Box::new(move |info| {
            failed(info);
            if let Some(before) = &before {
                before(info);
            }
        }));
    }
}

fn failed(info: &PanicHookInfo<'_>) {
    let place = info
        .location()
        .map(|at| joined(&[at.file(), ":", &digits(at.line().into())]))
        .unwrap_or_default();
    let _no_console = js::call(
        &js::global("console"),
        "error",
        &[&joined(&["pushcheck failed at ", &place]).into()],
    );
    registry::undo_all();
    for run in OPEN.with(js::drain) {
        let (resolve, report) = (js::get(&run, "0"), js::get(&run, "1"));
        name_place(&report, &place);
        let _unheard = js::apply(&resolve, &[&report]);
    }
    wasm_bindgen::handler::schedule_reinit();
}

/// Writes the place into the kept report's notice.
fn name_place(report: &JsValue, place: &str) {
    let notices = js::get(&js::get(report, "surroundings"), "notices");
    if let Some(last) = js::items(&notices).last() {
        js::set(&js::get(last, "notice"), "place", &place.into());
    }
}

//! The face: options in, report out, for JavaScript and for Rust.

mod convert;
mod options;
mod panic;

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::rc::Rc;

use js_sys::{Function, Promise};
pub use options::{Options, OptionsError};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsValue, UnwrapThrowExt};
use web_sys::AbortSignal;

use crate::browser::clock::Clock;
use crate::browser::{Pump, Told, surroundings};
use crate::report::Report;
use crate::run::Run;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../www/report.d.ts");

/// Diagnoses the connection between this page and a probe server.
///
/// Resolves with a report whatever the network does, also when `signal` aborts; rejects only on misuse, with a
/// `TypeError` that names the field.
#[wasm_bindgen(js_name = run, unchecked_return_type = "Promise<Report>")]
pub fn run_from_js(
    #[wasm_bindgen(unchecked_optional_param_type = "Options | null")] options: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "AbortSignal | null")] signal: JsValue,
    #[wasm_bindgen(js_name = onProgress, unchecked_optional_param_type = "((progress: Progress) => void) | null")]
    on_progress: JsValue,
) -> Promise {
    panic::install();
    let mut started = Some(|resolve: Function, reject: Function| {
        let parsed = options::from_js(&options, &signal, &on_progress);
        match parsed {
            Ok((options, signal, on_progress)) => {
                start_from_js(&options, signal.as_ref(), on_progress, resolve)
            }
            Err(error) => {
                let error = js_sys::TypeError::new(&error.to_string());
                let _unheard = reject.call1(&JsValue::UNDEFINED, &error);
            }
        }
    });
    Promise::new(&mut |resolve, reject| {
        if let Some(start) = started.take() {
            start(resolve, reject);
        }
    })
}

fn start_from_js(
    options: &Options,
    signal: Option<&AbortSignal>,
    on_progress: Option<Function>,
    resolve: Function,
) {
    let open = panic::OpenRun::new(&resolve);
    start(options, signal, move |told| match told {
        Told::Progress(progress) => {
            if let Some(f) = &on_progress {
                // What the page's own callback throws is the page's.
                let _thrown = f.call1(&JsValue::UNDEFINED, &convert::to_js(progress));
            }
        }
        Told::Keep(report) => open.keep(&convert::to_js(report)),
        Told::Report(report) => {
            open.close();
            let _unheard = resolve.call1(&JsValue::UNDEFINED, &convert::to_js(&*report));
        }
    });
}

/// Diagnoses the connection between this page and a probe server, for tests and pages written in Rust.
pub async fn run(options: Options) -> Report {
    panic::install();
    let state: Rc<RefCell<(Option<Box<Report>>, Option<Waker>)>> = Rc::default();
    let told = state.clone();
    start(&options, None, move |what| {
        if let Told::Report(report) = what {
            let mut state = told.borrow_mut();
            state.0 = Some(report);
            if let Some(waker) = state.1.take() {
                waker.wake();
            }
        }
    });
    *poll_fn(|context| {
        let mut state = state.borrow_mut();
        match state.0.take() {
            Some(report) => Poll::Ready(report),
            None => {
                state.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    })
    .await
}

fn start(options: &Options, signal: Option<&AbortSignal>, tell: impl Fn(Told<'_>) + 'static) {
    // Without a window or its clock there is no page to test; the types of this API say so before.
    let window = web_sys::window().unwrap_throw();
    let clock = Clock::new().unwrap_throw();
    let surroundings = surroundings(&window, &clock);
    let run = Run::new(options.setup(&window, surroundings));
    Pump::start(&window, clock, run, signal, tell);
}

/// How many sockets, readers, listeners and timers the widget holds now: for tests.
#[wasm_bindgen(js_name = resourcesHeld)]
pub fn resources_held() -> u32 {
    crate::browser::registry::held()
}

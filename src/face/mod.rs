//! The face: options in, report out, for JavaScript and for Rust.

mod anew;
mod convert;
mod options;
mod panic;

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::rc::Rc;

pub use anew::{judge_clients, judge_net_log, read_net_log};
pub use options::{Options, OptionsError};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsValue, UnwrapThrowExt};

use crate::browser::clock::Clock;
use crate::browser::{Pump, Told, js, surroundings};
use crate::report::Report;
use crate::run::Run;
use crate::wire::Key;

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
) -> JsValue {
    panic::install();
    // The executor only stores what settles the promise: no closure of ours is held by JavaScript.
    let settlers = js::list(&[]);
    let promise = js::make("Promise", &[&js::bound(&settlers, "push", &[])]);
    let (resolve, reject) = (js::get(&settlers, "0"), js::get(&settlers, "1"));
    match options::from_js(&options, &signal, &on_progress) {
        Ok(options) => start_from_js(options, &signal, on_progress, resolve),
        Err(error) => {
            let error = js::make("TypeError", &[&error.as_str().into()]);
            let _unheard = js::apply(&reject, &[&error.unwrap_or(JsValue::UNDEFINED)]);
        }
    }
    promise.unwrap_or(JsValue::UNDEFINED)
}

fn start_from_js(options: Options, signal: &JsValue, on_progress: JsValue, resolve: JsValue) {
    let open = panic::OpenRun::new(&resolve);
    #[cfg(feature = "fail-on-demand")]
    let fails = options.labels.iter().any(|label| label.name == "fail");
    let signal = Some(signal).filter(|signal| !js::absent(signal));
    let tell = move |told: Told<'_>| match told {
        #[cfg(feature = "fail-on-demand")]
        Told::Progress(progress) if fails && progress.permille > 0 => panic!("as it was told to"),
        Told::Progress(progress) => {
            // What the page's own callback throws, if it has one, is the page's.
            let _thrown = js::apply(&on_progress, &[&convert::to_js(progress)]);
        }
        Told::Keep(report) => open.keep(&convert::to_js(report)),
        Told::Report(report) => {
            open.close();
            let _unheard = js::apply(&resolve, &[&convert::to_js(&*report)]);
            anew::keep(report);
        }
    };
    start(options, signal, Box::new(tell));
}

/// Diagnoses the connection between this page and a probe server, for tests and pages written in Rust.
pub async fn run(options: Options) -> Report {
    panic::install();
    type State = (Option<Box<Report>>, Option<Waker>);
    let state: Rc<RefCell<State>> = Rc::default();
    let told = state.clone();
    let tell = move |what: Told<'_>| {
        if let Told::Report(report) = what {
            let mut state = told.borrow_mut();
            state.0 = Some(report);
            if let Some(waker) = state.1.take() {
                waker.wake();
            }
        }
    };
    start(options, None, Box::new(tell));
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

fn start(options: Options, signal: Option<&JsValue>, tell: Box<dyn Fn(Told<'_>)>) {
    // Without a window's clock there is no page to test; the types of this API say so before.
    let clock = Clock::new().unwrap_throw();
    let run = Run::new(options.setup(surroundings(&clock)));
    Pump::start(clock, run, signal, tell);
}

/// The id of the run that a key opens; undefined: it is no key.
#[wasm_bindgen(js_name = runOf, unchecked_return_type = "string | undefined")]
pub fn run_of(key: &str) -> JsValue {
    let key: Result<Key, _> = key.parse();
    key.map_or(JsValue::UNDEFINED, |key| key.run().to_text().into())
}

/// How many sockets, readers, listeners and timers the widget holds now: for tests.
#[wasm_bindgen(js_name = resourcesHeld)]
pub fn resources_held() -> u32 {
    crate::browser::registry::held()
}

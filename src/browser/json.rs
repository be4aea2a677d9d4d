//! Asks the server something that is answered in JSON.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RequestCredentials, RequestInit, Response};

use super::fetch::{call, head};
use super::read::Value;
use super::registry::Undo;
use super::settle::Settle;
use crate::evidence::Event;

/// A question on its way; dropping it aborts.
#[must_use = "it is aborted when this is dropped"]
#[derive(Debug)]
pub(super) struct Question {
    step: Rc<RefCell<Option<Settle>>>,
    _aborted_last: Undo,
}

impl Drop for Question {
    fn drop(&mut self) {
        self.step.take();
    }
}

/// GET, or POST with a text body. `told` gets the answer, if it is marked as ours, is 200 and can be read.
pub(super) fn ask<T: 'static>(
    url: &str,
    body: Option<&str>,
    read: fn(&Value) -> Option<T>,
    told: impl Fn(Option<T>) + Clone + 'static,
) -> Option<Question> {
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::Omit);
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(&body.into());
    }
    let Ok((promise, undo)) = call(url, &init) else {
        told(None);
        return None;
    };
    let step = Rc::new(RefCell::new(None));
    let next = step.clone();
    let answered = move |settled: Result<JsValue, JsValue>| match settled.and_then(body_of) {
        Ok(body) => {
            let told = told.clone();
            let parsed = move |json: Result<JsValue, JsValue>| {
                told(json.ok().and_then(|json| read(&Value(json))))
            };
            *next.borrow_mut() = Some(Settle::new(&body, parsed));
        }
        Err(_) => told(None),
    };
    *step.borrow_mut() = Some(Settle::new(&promise, answered));
    Some(Question {
        step,
        _aborted_last: undo,
    })
}

fn body_of(response: JsValue) -> Result<Promise, JsValue> {
    let response: Response = response.dyn_into()?;
    match head(&response) {
        Event::Head {
            status: 200,
            marked: true,
            ..
        } => response.json(),
        _ => Err(JsValue::UNDEFINED),
    }
}

//! Asks the server something that is answered in JSON.

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::fetch::{call, head};
use super::js::{self, Answer};
use super::registry::Undo;
use super::settle::Settle;
use super::{Pump, own};
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
        let step = own(&self.step).take();
        drop(step);
    }
}

/// What is told of the answer, if it is marked as ours, is 200 and is JSON.
pub(super) type Told = fn(&Rc<Pump>, Option<JsValue>);

/// GET, or POST with a text body.
pub(super) fn ask(pump: &Rc<Pump>, url: &str, body: Option<&str>, told: Told) -> Option<Question> {
    let init = js::object();
    if let Some(body) = body {
        js::set(&init, "method", &"POST".into());
        js::set(&init, "body", &body.into());
    }
    let Ok((promise, undo)) = call(url, &init, false) else {
        told(pump, None);
        return None;
    };
    let step = Rc::new(RefCell::new(None));
    let (next, pump) = (step.clone(), pump.clone());
    let answered = move |settled: Answer| match settled.and_then(body_of) {
        Ok(body) => {
            let pump = pump.clone();
            let parsed = Box::new(move |json: Answer| told(&pump, json.ok()));
            *own(&next) = Some(Settle::new(&body, parsed));
        }
        Err(_) => told(&pump, None),
    };
    *own(&step) = Some(Settle::new(&promise, Box::new(answered)));
    Some(Question {
        step,
        _aborted_last: undo,
    })
}

fn body_of(response: JsValue) -> Answer {
    match head(&response) {
        Event::Head {
            status: 200,
            marked: true,
            ..
        } => js::call(&response, "json", &[]),
        _ => Err(JsValue::UNDEFINED),
    }
}

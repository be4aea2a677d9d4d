//! Asks the server something that is answered in JSON.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::fetch::{call, head};
use super::js::{self, Answer};
use super::listen::Listener;
use super::registry::Undo;
use super::settle::Settle;
use super::{Pump, own};
use crate::evidence::Event;

/// A question on its way; dropping it aborts.
#[must_use = "it is aborted when this is dropped"]
#[derive(Debug)]
pub(super) struct Question {
    step: Rc<RefCell<Option<Settle>>>,
    _listeners: Vec<Listener>,
    _aborted_last: Undo,
}

impl Drop for Question {
    fn drop(&mut self) {
        let step = own(&self.step).take();
        drop(step);
    }
}

/// What an event tells of the answer: nothing, or the answer; `Some(None)`: there is none.
type Hears = dyn Fn(&JsValue) -> Option<Option<JsValue>>;

/// By WebSocket: says that when it opens, and takes the first message for the answer.
pub(super) fn ask_by_socket(
    pump: &Rc<Pump>,
    id: u16,
    url: &str,
    line: String,
    told: Told,
) -> Option<Question> {
    let Ok(socket) = js::make("WebSocket", &[&url.into()]) else {
        told(pump, id, None);
        return None;
    };
    let unanswered = Rc::new(Cell::new(true));
    let undo = Undo::by_method(&socket, "close", &[]);
    let listen = |event: &str, heard: Box<Hears>| {
        let (pump, unanswered) = (pump.clone(), unanswered.clone());
        let heard = move |event: JsValue| {
            if let Some(answer) = heard(&event)
                && unanswered.replace(false)
            {
                told(&pump, id, answer);
            }
        };
        Listener::new(&socket, event, Box::new(heard))
    };
    let opened = socket.clone();
    let listeners = vec![
        listen(
            "open",
            Box::new(move |_| {
                let _sent = js::call(&opened, "send", &[&line.as_str().into()]);
                None
            }),
        ),
        listen(
            "message",
            Box::new(|event| {
                let json = js::global("JSON");
                Some(js::call(&json, "parse", &[&js::get(event, "data")]).ok())
            }),
        ),
        listen("close", Box::new(|_| Some(None))),
    ];
    Some(Question {
        step: Rc::default(),
        _listeners: listeners,
        _aborted_last: undo,
    })
}

/// What is told of the answer to that question, if it is marked as ours, is 200 and is JSON.
pub(super) type Told = fn(&Rc<Pump>, u16, Option<JsValue>);

/// GET, or POST with a text body.
pub(super) fn ask(
    pump: &Rc<Pump>,
    id: u16,
    url: &str,
    body: Option<&str>,
    told: Told,
) -> Option<Question> {
    let init = js::object();
    // The key goes where it was sent to, and no further.
    js::set(&init, "redirect", &"error".into());
    if let Some(body) = body {
        js::set(&init, "method", &"POST".into());
        js::set(&init, "body", &body.into());
    }
    let Ok((promise, undo)) = call(url, &init, false) else {
        told(pump, id, None);
        return None;
    };
    let step = Rc::new(RefCell::new(None));
    let (next, pump) = (step.clone(), pump.clone());
    let answered = move |settled: Answer| match settled.and_then(body_of) {
        Ok(body) => {
            let pump = pump.clone();
            let parsed = Box::new(move |json: Answer| told(&pump, id, json.ok()));
            *own(&next) = Some(Settle::new(&body, parsed));
        }
        Err(_) => told(&pump, id, None),
    };
    *own(&step) = Some(Settle::new(&promise, Box::new(answered)));
    Some(Question {
        step,
        _listeners: Vec::new(),
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

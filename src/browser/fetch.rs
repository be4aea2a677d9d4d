//! Drives `fetch` (Fetch § 5): does and observes. Its body is read whole, or while it arrives.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::js::{self, Answer};
use super::registry::Undo;
use super::settle::Settle;
use super::{Sink, name_of, own};
use crate::evidence::Event;
use crate::run::{Driver, Request};
use crate::time::Micros;
use crate::wire::{Lines, MARK, REFUSED};

/// A running fetch; dropping it stops listening, then aborts.
#[derive(Debug)]
pub(super) struct Fetch {
    step: Rc<Step>,
    _aborted_last: Undo,
}

#[derive(Debug)]
struct Step {
    next: RefCell<Option<Settle>>,
    lines: RefCell<Lines>,
    sink: Sink,
    driver: Driver,
    own: bool,
    /// The answer that is not read: browsers end what nothing refers to.
    unread: RefCell<Option<JsValue>>,
    /// It was let go of.
    gone: Cell<bool>,
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.step.gone.set(true);
        let next = own(&self.step.next).take();
        drop(next);
    }
}

/// What a promise is of.
enum Next {
    /// The answer.
    Answer,
    /// The whole body, as a text.
    Text,
    /// A piece of the body, from that reader.
    Chunk(JsValue),
}

/// A request that stays CORS-simple: no preflight, no cookies unless wanted, no referrer. Its promise, and what aborts
/// it.
pub(super) fn call(
    url: &str,
    init: &JsValue,
    with_credentials: bool,
) -> Result<(JsValue, Undo), JsValue> {
    let controller = js::make("AbortController", &[])?;
    let credentials = if with_credentials { "include" } else { "omit" };
    js::set(init, "credentials", &credentials.into());
    js::set(init, "signal", &js::get(&controller, "signal"));
    js::set(init, "referrerPolicy", &"no-referrer".into());
    let promise = js::call(&js::global("self"), "fetch", &[&url.into(), init])?;
    Ok((promise, Undo::by_method(&controller, "abort", &[])))
}

/// An answer's head.
pub(super) fn head(response: &JsValue) -> Event {
    let headers = js::get(response, "headers");
    let header = |name: &str| js::call(&headers, "get", &[&name.into()]).ok()?.as_string();
    Event::Head {
        status: js::number(response, "status") as u16,
        marked: header(MARK).is_some(),
        refused: header(REFUSED),
    }
}

impl Fetch {
    /// Starts one. `None`: the call threw, which the sink was told.
    pub(super) fn start(request: &Request, sink: &Sink) -> Option<Self> {
        let init = js::object();
        let headers = js::list(&[]);
        for (name, value) in &request.headers {
            let pair = js::list(&[&name.into(), &value.into()]);
            let _grown = js::call(&headers, "push", &[&pair]);
        }
        js::set(&init, "headers", &headers);
        if request.driver == Driver::Upload {
            js::set(&init, "method", &"POST".into());
            js::set(&init, "body", &"upload".into());
        }
        if request.driver == Driver::OpaqueHead {
            js::set(&init, "mode", &"no-cors".into());
        }
        if request.driver == Driver::Head {
            // Where it would lead does not matter, and may not be readable.
            js::set(&init, "redirect", &"manual".into());
        }
        let asked = sink.now();
        match call(&request.url, &init, request.with_credentials) {
            Ok((promise, undo)) => {
                sink.send_at(asked, Event::Constructed);
                let step = Rc::new(Step {
                    next: RefCell::default(),
                    lines: RefCell::default(),
                    sink: sink.clone(),
                    driver: request.driver,
                    own: request.own,
                    unread: RefCell::default(),
                    gone: Cell::new(false),
                });
                step.after(&promise, Next::Answer);
                Some(Self {
                    step,
                    _aborted_last: undo,
                })
            }
            Err(error) => {
                sink.threw(&error);
                None
            }
        }
    }
}

impl Step {
    fn after(self: &Rc<Self>, promise: &JsValue, next: Next) {
        let step = self.clone();
        let settled = move |settled: Answer| {
            let at = step.sink.now();
            let done = settled.and_then(|value| match &next {
                Next::Answer => step.answered(&value),
                Next::Text => {
                    step.whole(at, &value);
                    Ok(())
                }
                Next::Chunk(reader) => step.chunk(at, &value, reader),
            });
            if let Err(error) = done {
                let name = name_of(&error);
                step.sink.send_at(at, Event::Failed { name });
            }
        };
        // What was let go of while it answered must not begin anew: nobody would undo it.
        if !self.gone.get() {
            *own(&self.next) = Some(Settle::new(promise, Box::new(settled)));
        }
    }

    fn answered(self: &Rc<Self>, response: &JsValue) -> Result<(), JsValue> {
        let head = head(response);
        let ours = self.own || matches!(head, Event::Head { marked: true, .. });
        self.sink.send(head);
        match (ours, self.driver) {
            (_, Driver::Head | Driver::OpaqueHead) => {
                *own(&self.unread) = Some(response.clone());
            }
            // Somebody else's page, of any length: it is enough to know that it came.
            (false, _) => self.sink.send(Event::Body {
                text: String::new(),
                bytes: 0,
            }),
            (true, Driver::StreamingFetch) => match js::get(response, "body") {
                none if js::absent(&none) => self.sink.send(Event::Finished),
                body => self.read(js::call(&body, "getReader", &[])?)?,
            },
            (true, _) => {
                let text = js::call(response, "text", &[])?;
                self.after(&text, Next::Text);
            }
        }
        Ok(())
    }

    fn read(self: &Rc<Self>, reader: JsValue) -> Result<(), JsValue> {
        let chunk = js::call(&reader, "read", &[])?;
        self.after(&chunk, Next::Chunk(reader));
        Ok(())
    }

    fn whole(&self, at: Micros, text: &JsValue) {
        let text = text.as_string().unwrap_or_default();
        let bytes = text.len() as u32;
        self.sink.send_at(at, Event::Body { text, bytes });
    }

    fn chunk(
        self: &Rc<Self>,
        at: Micros,
        result: &JsValue,
        reader: &JsValue,
    ) -> Result<(), JsValue> {
        if js::flag(result, "done") {
            self.sink.send_at(at, Event::Finished);
            return Ok(());
        }
        let mut whole = Vec::new();
        let bytes = js::bytes(&js::get(result, "value"));
        own(&self.lines).push(bytes.into_iter(), |line, bytes| whole.push((line, bytes)));
        // Read on first: what the messages lead to may let go of all this.
        self.read(reader.clone())?;
        for (line, bytes) in whole {
            let id = None;
            self.sink.send_at(at, Event::Message { line, bytes, id });
        }
        Ok(())
    }
}

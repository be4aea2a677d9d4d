//! Drives `fetch` (Fetch § 5): does and observes. Its body is read whole, or while it arrives.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    AbortController, ReadableStreamDefaultReader, ReferrerPolicy, RequestCredentials, RequestInit,
    Response,
};

use super::registry::Undo;
use super::settle::Settle;
use super::{Sink, name_of};
use crate::evidence::Event;
use crate::run::{Driver, Request};
use crate::wire::{Lines, MARK, REFUSED};

/// A running fetch; dropping it stops listening, then aborts.
#[derive(Debug)]
pub(super) struct Fetch {
    step: Rc<Step>,
    _aborted_last: Option<Undo>,
}

#[derive(Debug)]
struct Step {
    next: RefCell<Option<Settle>>,
    lines: RefCell<Lines>,
    sink: Sink,
    driver: Driver,
    own: bool,
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.step.next.take();
    }
}

/// A request that stays CORS-simple: no preflight, no cookies, no referrer. Its promise, and what aborts it.
pub(super) fn call(url: &str, init: &RequestInit) -> Result<(Promise, Undo), JsValue> {
    let controller = AbortController::new()?;
    init.set_signal(Some(&controller.signal()));
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    // By hand: a window without `fetch` is an error here, not an exception through our frames.
    let fetch: js_sys::Function = Reflect::get(&window, &"fetch".into())?.dyn_into()?;
    let promise: Promise = fetch.call2(&window, &url.into(), init)?.dyn_into()?;
    Ok((promise, Undo::by_method(&controller, "abort", &[])))
}

/// An answer's head.
pub(super) fn head(response: &Response) -> Event {
    let header = |name| response.headers().get(name).ok().flatten();
    Event::Head {
        status: response.status(),
        marked: header(MARK).is_some(),
        refused: header(REFUSED),
    }
}

impl Fetch {
    /// Starts one. `None`: the call threw, which the sink was told.
    pub(super) fn start(request: &Request, sink: &Sink) -> Option<Self> {
        let init = RequestInit::new();
        let credentials = if request.with_credentials {
            RequestCredentials::Include
        } else {
            RequestCredentials::Omit
        };
        init.set_credentials(credentials);
        if let Some(headers) = headers(request) {
            init.set_headers(&headers);
        }
        match call(&request.url, &init) {
            Ok((promise, undo)) => {
                sink.send(Event::Constructed);
                let (driver, own) = (request.driver, request.own);
                let step = Step {
                    next: RefCell::default(),
                    lines: RefCell::default(),
                    sink: sink.clone(),
                    driver,
                    own,
                };
                let step = Rc::new(step);
                step.after(&promise, Step::answered);
                Some(Self {
                    step,
                    _aborted_last: Some(undo),
                })
            }
            Err(error) => {
                sink.send(Event::Threw {
                    name: name_of(&error),
                });
                None
            }
        }
    }
}

fn headers(request: &Request) -> Option<web_sys::Headers> {
    if request.headers.is_empty() {
        return None;
    }
    let headers = web_sys::Headers::new().ok()?;
    for (name, value) in &request.headers {
        headers.append(name, value).ok()?;
    }
    Some(headers)
}

impl Step {
    fn after(
        self: &Rc<Self>,
        promise: &Promise,
        then: fn(&Rc<Self>, JsValue) -> Result<(), JsValue>,
    ) {
        let step = self.clone();
        let settle = Settle::new(promise, move |settled| {
            let at = step.sink.now();
            if let Err(error) = settled.and_then(|value| then(&step, value)) {
                step.sink.send_at(
                    at,
                    Event::Failed {
                        name: name_of(&error),
                    },
                );
            }
        });
        *self.next.borrow_mut() = Some(settle);
    }

    fn answered(self: &Rc<Self>, response: JsValue) -> Result<(), JsValue> {
        let response: Response = response.dyn_into()?;
        let head = head(&response);
        let ours = self.own || matches!(head, Event::Head { marked: true, .. });
        self.sink.send(head);
        match (ours, self.driver) {
            // Somebody else's page, of any length: it is enough to know that it came.
            (false, _) => self.sink.send(Event::Body {
                text: String::new(),
                bytes: 0,
            }),
            (true, Driver::StreamingFetch) => match response.body() {
                Some(body) => self.read(body.get_reader().dyn_into()?),
                None => self.sink.send(Event::Finished),
            },
            (true, _) => self.after(&response.text()?, |step, text| {
                let text = text.as_string().unwrap_or_default();
                step.sink.send(Event::Body {
                    bytes: text.len() as u32,
                    text,
                });
                Ok(())
            }),
        }
        Ok(())
    }

    fn read(self: &Rc<Self>, reader: ReadableStreamDefaultReader) {
        let step = self.clone();
        let settle = Settle::new(&reader.read(), {
            let reader = reader.clone();
            move |settled| {
                let at = step.sink.now();
                match settled {
                    Ok(result) => step.chunk(at, &result, &reader),
                    Err(error) => step.sink.send_at(
                        at,
                        Event::Failed {
                            name: name_of(&error),
                        },
                    ),
                }
            }
        });
        *self.next.borrow_mut() = Some(settle);
    }

    fn chunk(
        self: &Rc<Self>,
        at: crate::time::Micros,
        result: &JsValue,
        reader: &ReadableStreamDefaultReader,
    ) {
        let field = |name: &str| Reflect::get(result, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if field("done").is_truthy() {
            self.sink.send_at(at, Event::Finished);
            return;
        }
        let bytes = field("value")
            .dyn_into::<Uint8Array>()
            .map(|chunk| chunk.to_vec())
            .unwrap_or_default();
        let mut whole = Vec::new();
        self.lines
            .borrow_mut()
            .push(bytes.into_iter(), |line, bytes| whole.push((line, bytes)));
        // Read on first: what the messages lead to may let go of all this.
        self.read(reader.clone());
        for (line, bytes) in whole {
            self.sink.send_at(
                at,
                Event::Message {
                    line,
                    bytes,
                    id: None,
                },
            );
        }
    }
}

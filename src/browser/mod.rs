//! The hands: drives the browser's own APIs, does and observes, decides nothing.

mod around;
pub mod clock;
mod event_source;
mod fetch;
pub(crate) mod js;
mod json;
mod listen;
mod pump;
mod read;
pub mod registry;
mod settle;
mod surroundings;
mod timer;
mod timing;
mod web_socket;

use core::cell::{RefCell, RefMut};
use std::rc::Rc;

pub use listen::Listener;
pub use pump::{Pump, Told};
pub(crate) use read::clients;
pub use surroundings::surroundings;
use wasm_bindgen::JsValue;

use crate::evidence::Event;
use crate::plan::Form;
use crate::run::{Driver, Request};
use crate::session::Do;
use crate::time::Micros;

/// Where a driver tells what it sees.
#[derive(Clone, Debug)]
pub struct Sink {
    pump: Rc<Pump>,
    attempt: u16,
}

impl Sink {
    fn now(&self) -> Micros {
        self.pump.now()
    }

    fn send(&self, event: Event) {
        self.send_at(self.now(), event);
    }

    fn send_at(&self, at: Micros, event: Event) {
        self.pump.seen(at, self.attempt, event);
    }

    /// A call threw.
    fn threw(&self, error: &JsValue) {
        self.send(Event::Threw {
            name: name_of(error),
        });
    }

    /// Tells whether a constructor, called at that time, returned or threw.
    fn constructed(&self, asked: Micros, made: js::Answer) -> Option<JsValue> {
        match made {
            Ok(made) => {
                self.send_at(asked, Event::Constructed);
                Some(made)
            }
            Err(error) => {
                self.threw(&error);
                None
            }
        }
    }

    /// Tells what `f` makes of the target and each such DOM event, stamped first thing.
    fn listen(
        &self,
        target: &JsValue,
        event: &str,
        f: fn(&JsValue, &JsValue) -> Event,
    ) -> Listener {
        let (sink, of) = (self.clone(), target.clone());
        let heard = move |event| {
            let at = sink.now();
            sink.send_at(at, f(&of, &event));
        };
        Listener::new(target, event, Box::new(heard))
    }
}

/// A running driver; dropping it lets go of everything that it holds.
#[derive(Debug)]
enum Running {
    Socket(web_socket::Socket),
    Source(#[expect(dead_code, reason = "held for its Drop")] event_source::Source),
    Fetch(#[expect(dead_code, reason = "held for its Drop")] fetch::Fetch),
}

impl Running {
    fn start(request: &Request, sink: &Sink) -> Option<Self> {
        let api = match request.driver {
            Driver::WebSocket => "WebSocket",
            Driver::EventSource => "EventSource",
            Driver::StreamingFetch => "ReadableStream",
            Driver::Fetch | Driver::Upload | Driver::Head | Driver::OpaqueHead => "fetch",
        };
        if !supports(api) {
            sink.send(Event::Unsupported);
            return None;
        }
        match request.driver {
            Driver::WebSocket => web_socket::Socket::open(request, sink).map(Self::Socket),
            Driver::EventSource => event_source::Source::open(request, sink).map(Self::Source),
            Driver::StreamingFetch
            | Driver::Fetch
            | Driver::Upload
            | Driver::Head
            | Driver::OpaqueHead => fetch::Fetch::start(request, sink).map(Self::Fetch),
        }
    }

    fn perform(&self, what: Do, sink: &Sink) {
        match (self, what) {
            (Self::Socket(socket), Do::Send(text)) => socket.send(text, Form::Text, sink),
            (Self::Socket(socket), Do::SendBytes(text, form)) => socket.send(text, form, sink),
            _ => {}
        }
    }
}

/// What a cell holds. A panic of ours names the line that found it taken, without the library's formatting.
#[track_caller]
pub(crate) fn own<T>(cell: &RefCell<T>) -> RefMut<'_, T> {
    match cell.try_borrow_mut() {
        Ok(held) => held,
        Err(_) => panic!("taken already"),
    }
}

/// The window has a function of that name.
fn supports(api: &str) -> bool {
    js::global(api).is_function()
}

/// The `name` of whatever was thrown: a `DOMException`'s, an error's, or "unknown".
fn name_of(error: &JsValue) -> String {
    let name = js::text(error, "name");
    shortened(name.or_else(|| Some("unknown".to_owned())), 40)
}

/// At most that many first characters; empty where there is no text.
#[inline(never)]
fn shortened(text: Option<String>, most: usize) -> String {
    text.unwrap_or_default().chars().take(most).collect()
}

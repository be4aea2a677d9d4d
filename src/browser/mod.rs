//! The hands: drives the browser's own APIs, does and observes, decides nothing.

pub mod clock;
mod event_source;
mod fetch;
mod json;
mod listen;
mod pump;
mod read;
pub mod registry;
mod settle;
mod surroundings;
mod timer;
mod timing;
mod watch;
mod web_socket;

use std::rc::Rc;

pub use listen::Listener;
pub use pump::{Pump, Told};
pub use surroundings::surroundings;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::evidence::Event;
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

    /// Tells what `f` makes of each such DOM event, stamped first thing.
    fn listen(
        &self,
        target: &EventTarget,
        event: &str,
        f: impl Fn(JsValue) -> Event + 'static,
    ) -> Listener {
        let sink = self.clone();
        Listener::new(target, event, move |event| {
            let at = sink.now();
            sink.send_at(at, f(event));
        })
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
            Driver::Fetch => "fetch",
        };
        if !supports(api) {
            sink.send(Event::Unsupported);
            return None;
        }
        match request.driver {
            Driver::WebSocket => web_socket::Socket::open(request, sink).map(Self::Socket),
            Driver::EventSource => event_source::Source::open(request, sink).map(Self::Source),
            Driver::StreamingFetch | Driver::Fetch => {
                fetch::Fetch::start(request, sink).map(Self::Fetch)
            }
        }
    }

    fn perform(&self, what: Do, sink: &Sink) {
        if let (Self::Socket(socket), Do::Send(text)) = (self, what) {
            socket.send(text, sink);
        }
    }
}

/// The window has a function of that name.
fn supports(api: &str) -> bool {
    js_sys::Reflect::get(&js_sys::global(), &api.into()).is_ok_and(|value| value.is_function())
}

/// The `name` of whatever was thrown: a `DOMException`'s, an error's, or "unknown".
fn name_of(error: &JsValue) -> String {
    let name = error
        .is_object()
        .then(|| {
            js_sys::Reflect::get(error, &"name".into())
                .ok()?
                .as_string()
        })
        .flatten();
    name.map_or_else(
        || "unknown".to_owned(),
        |name| name.chars().take(40).collect(),
    )
}

/// Something of the browser's as what can be listened to.
fn target(of: &impl JsCast) -> &EventTarget {
    of.unchecked_ref()
}

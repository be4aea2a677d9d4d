//! Drives `EventSource` (HTML § 9.2): does and observes.

use wasm_bindgen::JsValue;

use super::listen::Listener;
use super::registry::Undo;
use super::{Sink, js};
use crate::evidence::Event;
use crate::run::Request;

/// `readyState` of a source that does not try again (HTML § 9.2.2).
const CLOSED: f64 = 2.0;

/// A running source; dropping it removes the listeners, then closes, so that it never reconnects by itself.
#[derive(Debug)]
pub(super) struct Source {
    _listeners: [Listener; 3],
    _closed_last: Undo,
}

impl Source {
    /// Opens one. `None`: the constructor threw, which the sink was told.
    pub(super) fn open(request: &Request, sink: &Sink) -> Option<Self> {
        let init = js::object();
        js::set(&init, "withCredentials", &request.with_credentials.into());
        let asked = sink.now();
        let made = js::make("EventSource", &[&(&request.url).into(), &init]);
        let source = sink.constructed(asked, made)?;
        let undo = Undo::by_method(&source, "close", &[]);
        let listeners = [
            sink.listen(&source, "open", |_, _| Event::Opened {
                protocol: String::new(),
                extensions: String::new(),
            }),
            sink.listen(&source, "message", |_, event| message(event)),
            sink.listen(&source, "error", |source, _| Event::Errored {
                closed: js::number(source, "readyState") == CLOSED,
            }),
        ];
        Some(Self {
            _listeners: listeners,
            _closed_last: undo,
        })
    }
}

fn message(event: &JsValue) -> Event {
    let line = js::text(event, "data").unwrap_or_default();
    Event::Message {
        bytes: line.len() as u32,
        line,
        id: js::text(event, "lastEventId").filter(|id| !id.is_empty()),
    }
}

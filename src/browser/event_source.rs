//! Drives `EventSource` (HTML § 9.2): does and observes.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventSource, EventSourceInit, MessageEvent};

use super::listen::Listener;
use super::registry::Undo;
use super::{Sink, name_of};
use crate::evidence::Event;
use crate::run::Request;

/// A running source; dropping it removes the listeners, then closes, so that it never reconnects by itself.
#[derive(Debug)]
pub(super) struct Source {
    _listeners: [Listener; 3],
    _closed_last: Undo,
}

impl Source {
    /// Opens one. `None`: the constructor threw, which the sink was told.
    pub(super) fn open(request: &Request, sink: &Sink) -> Option<Self> {
        let init = EventSourceInit::new();
        init.set_with_credentials(request.with_credentials);
        let source = match EventSource::new_with_event_source_init_dict(&request.url, &init) {
            Ok(source) => source,
            Err(error) => {
                sink.send(Event::Threw {
                    name: name_of(&error),
                });
                return None;
            }
        };
        sink.send(Event::Constructed);
        let undo = Undo::by_method(&source, "close", &[]);
        let on = |event, f: fn(&EventSource, JsValue) -> Event| {
            let target = source.clone();
            sink.listen(&source, event, move |event| f(&target, event))
        };
        let listeners = [
            on("open", |_, _| Event::Opened {
                protocol: String::new(),
            }),
            on("message", |_, event| message(event.unchecked_ref())),
            on("error", |source, _| Event::Errored {
                closed: source.ready_state() == EventSource::CLOSED,
            }),
        ];
        Some(Self {
            _listeners: listeners,
            _closed_last: undo,
        })
    }
}

fn message(event: &MessageEvent) -> Event {
    let line = event.data().as_string().unwrap_or_default();
    Event::Message {
        bytes: line.len() as u32,
        line,
        id: Some(event.last_event_id()).filter(|id| !id.is_empty()),
    }
}

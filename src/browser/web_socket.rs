//! Drives `WebSocket` (WebSockets § 3): does and observes.

use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::listen::Listener;
use super::registry::Undo;
use super::{Sink, name_of};
use crate::evidence::Event;
use crate::run::Request;

/// A running socket; dropping it removes the listeners, then closes.
#[derive(Debug)]
pub(super) struct Socket {
    _listeners: [Listener; 4],
    _closed_last: Undo,
    socket: WebSocket,
}

impl Socket {
    /// Opens one. `None`: the constructor threw, which the sink was told.
    pub(super) fn open(request: &Request, sink: &Sink) -> Option<Self> {
        let protocols: Array = request.protocols.iter().map(JsValue::from).collect();
        let socket = match WebSocket::new_with_str_sequence(&request.url, &protocols) {
            Ok(socket) => socket,
            Err(error) => {
                sink.send(Event::Threw {
                    name: name_of(&error),
                });
                return None;
            }
        };
        sink.send(Event::Constructed);
        socket.set_binary_type(BinaryType::Arraybuffer);
        let undo = Undo::by_method(&socket, "close", &[]);
        let on = |event, f: fn(&WebSocket, JsValue) -> Event| {
            let target = socket.clone();
            sink.listen(&socket, event, move |event| f(&target, event))
        };
        let listeners = [
            on("open", |socket, _| Event::Opened {
                protocol: socket.protocol(),
            }),
            on("message", |_, event| message(event.unchecked_ref())),
            on("error", |socket, _| Event::Errored {
                closed: socket.ready_state() == WebSocket::CLOSED,
            }),
            on("close", |_, event| {
                let event: &CloseEvent = event.unchecked_ref();
                Event::Closed {
                    code: event.code(),
                    reason: event.reason(),
                    was_clean: event.was_clean(),
                }
            }),
        ];
        Some(Self {
            _listeners: listeners,
            _closed_last: undo,
            socket,
        })
    }

    /// Sends a text; what it throws is told.
    pub(super) fn send(&self, text: String, sink: &Sink) {
        match self.socket.send_with_str(&text) {
            Ok(()) => sink.send(Event::Sent { line: text }),
            Err(error) => sink.send(Event::Threw {
                name: name_of(&error),
            }),
        }
    }
}

fn message(event: &MessageEvent) -> Event {
    let data = event.data();
    let bytes = data.dyn_ref::<ArrayBuffer>().map(ArrayBuffer::byte_length);
    let line = data.as_string().unwrap_or_default();
    Event::Message {
        bytes: bytes.unwrap_or(line.len() as u32),
        line,
        id: None,
    }
}

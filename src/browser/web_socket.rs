//! Drives `WebSocket` (WebSockets § 3): does and observes.

use wasm_bindgen::JsValue;

use super::listen::Listener;
use super::registry::Undo;
use super::{Sink, js};
use crate::evidence::Event;
use crate::run::Request;

/// `readyState` of a socket that is closed (WebSockets § 3).
const CLOSED: f64 = 3.0;

/// A running socket; dropping it removes the listeners, then closes.
#[derive(Debug)]
pub(super) struct Socket {
    _listeners: [Listener; 4],
    _closed_last: Undo,
    socket: JsValue,
}

impl Socket {
    /// Opens one. `None`: the constructor threw, which the sink was told.
    pub(super) fn open(request: &Request, sink: &Sink) -> Option<Self> {
        let protocols = js::list(&[]);
        for protocol in &request.protocols {
            let _grown = js::call(&protocols, "push", &[&protocol.into()]);
        }
        let asked = sink.now();
        let made = js::make("WebSocket", &[&(&request.url).into(), &protocols]);
        let socket = sink.constructed(asked, made)?;
        js::set(&socket, "binaryType", &"arraybuffer".into());
        let undo = Undo::by_method(&socket, "close", &[]);
        let listeners = [
            sink.listen(&socket, "open", |socket, _| Event::Opened {
                protocol: js::text(socket, "protocol").unwrap_or_default(),
            }),
            sink.listen(&socket, "message", |_, event| message(event)),
            sink.listen(&socket, "error", |socket, _| Event::Errored {
                closed: js::number(socket, "readyState") == CLOSED,
            }),
            sink.listen(&socket, "close", |_, event| Event::Closed {
                code: js::number(event, "code") as u16,
                reason: js::text(event, "reason").unwrap_or_default(),
                was_clean: js::flag(event, "wasClean"),
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
        let said = sink.now();
        match js::call(&self.socket, "send", &[&(&text).into()]) {
            Ok(_) => sink.send_at(said, Event::Sent { line: text }),
            Err(error) => sink.threw(&error),
        }
    }
}

fn message(event: &JsValue) -> Event {
    let data = js::get(event, "data");
    let text = data.as_string();
    Event::Message {
        bytes: match &text {
            Some(text) => text.len() as u32,
            None => js::number(&data, "byteLength") as u32,
        },
        line: text.unwrap_or_default(),
        id: None,
    }
}

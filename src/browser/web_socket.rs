//! Drives `WebSocket` (WebSockets § 3): does and observes.

use wasm_bindgen::JsValue;

use super::listen::Listener;
use super::registry::Undo;
use super::{Sink, js};
use crate::evidence::Event;
use crate::plan::Form;
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
                extensions: js::text(socket, "extensions").unwrap_or_default(),
            }),
            Listener::new(
                &socket,
                "message",
                Box::new({
                    let (socket, sink) = (socket.clone(), sink.clone());
                    move |event| {
                        let at = sink.now();
                        let bytes = js::number(&socket, "bufferedAmount") as u32;
                        if bytes > 0 {
                            sink.send_at(at, Event::Buffered { bytes });
                        }
                        sink.send_at(at, message(&event));
                    }
                }),
            ),
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

    /// Sends a text, or its bytes; what it throws is told.
    pub(super) fn send(&self, text: String, form: Form, sink: &Sink) {
        let said = sink.now();
        let mut data = Ok(JsValue::from(&text));
        if form != Form::Text {
            // Its `buffer` is an `ArrayBuffer`.
            let bytes = js::make("TextEncoder", &[])
                .and_then(|encoder| js::call(&encoder, "encode", &[&(&text).into()]));
            data = bytes.map(|bytes| js::get(&bytes, "buffer"));
        }
        if form == Form::Blob {
            data = data.and_then(|data| js::make("Blob", &[&js::list(&[&data])]));
        }
        match data.and_then(|data| js::call(&self.socket, "send", &[&data])) {
            Ok(_) => sink.send_at(said, Event::Sent { line: text }),
            Err(error) => sink.threw(&error),
        }
    }
}

fn message(event: &JsValue) -> Event {
    let data = js::get(event, "data");
    let line = data.as_string().unwrap_or_else(|| {
        // Ours are ASCII.
        let bytes = js::make("Uint8Array", &[&data]).map(|view| js::bytes(&view));
        bytes
            .unwrap_or_default()
            .into_iter()
            .map(char::from)
            .collect()
    });
    Event::Message {
        bytes: line.len() as u32,
        line,
        id: None,
    }
}

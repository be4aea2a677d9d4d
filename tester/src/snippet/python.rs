//! Python: the package `websockets` for WebSocket, the standard library for the rest.

use super::{Content, First, Worked, python_bytes, python_string as text};
use crate::Kind;

pub(super) fn code(worked: &Worked) -> String {
    match worked.kind {
        Kind::WebSocket => web_socket(worked),
        Kind::ServerSentEvents => http(worked, true),
        Kind::Http => http(worked, false),
    }
}

fn web_socket(worked: &Worked) -> String {
    let protocols: Vec<String> = worked.protocols.iter().map(|one| text(one)).collect();
    let protocols = match protocols.is_empty() {
        true => String::new(),
        false => format!(", subprotocols=[{}]", protocols.join(", ")),
    };
    let mut code = format!(
        "# pip install websockets\nfrom websockets.sync.client import connect\n\nwith connect({}{protocols}) as socket:\n",
        text(&worked.socket_url())
    );
    if let Some(first) = worked.content() {
        let message = match first {
            Content::Text(content) => text(&content),
            Content::Bytes(bytes) => python_bytes(&bytes),
        };
        code += &format!("    socket.send({message})\n");
    }
    code + "    for message in socket:\n        print(message)\n"
}

fn http(worked: &Worked, is_stream: bool) -> String {
    let mut fields: Vec<String> = worked
        .fields()
        .iter()
        .map(|field| format!("{}: {}", text(&field.name), text(&field.value)))
        .collect();
    // Without a type `urllib` calls it a form.
    if matches!(worked.first, Some(First::Base64(_))) && !worked.is_typed() {
        fields.push("\"Content-Type\": \"application/octet-stream\"".to_owned());
    }
    if is_stream {
        fields.insert(0, "\"Accept\": \"text/event-stream\"".to_owned());
    }
    let mut options = String::new();
    if let Some(first) = worked.content() {
        let data = match first {
            Content::Text(content) => format!("{}.encode()", text(&content)),
            Content::Bytes(bytes) => python_bytes(&bytes),
        };
        options += &format!(", data={data}");
    }
    if !fields.is_empty() {
        options += &format!(", headers={{{}}}", fields.join(", "));
    }
    let method = match (worked.method(), &worked.first) {
        ("GET", None) | ("POST", Some(_)) => String::new(),
        (method, _) => format!(", method={}", text(method)),
    };
    let url = text(&worked.url);
    let (uses, request) = match options.is_empty() && method.is_empty() {
        true => ("from urllib.request import urlopen", url),
        false => (
            "from urllib.request import Request, urlopen",
            format!("Request({url}{options}{method})"),
        ),
    };
    let read = match is_stream || worked.streamed {
        true => "    for line in answer:\n        print(line.decode(), end=\"\", flush=True)\n",
        false => "    print(answer.status, answer.read().decode())\n",
    };
    format!("{uses}\n\nwith urlopen({request}) as answer:\n{read}")
}

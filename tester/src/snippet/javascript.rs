//! JavaScript, for a browser.

use super::{Content, Worked, javascript_string as text};
use crate::Kind;

pub(super) fn code(worked: &Worked) -> String {
    match worked.kind {
        Kind::WebSocket => web_socket(worked),
        Kind::ServerSentEvents => event_source(worked),
        Kind::Http => http(worked),
    }
}

fn content(content: &Content) -> String {
    match content {
        Content::Text(content) => text(content),
        Content::Bytes(bytes) => {
            let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
            format!("new Uint8Array([{}])", numbers.join(", "))
        }
    }
}

fn web_socket(worked: &Worked) -> String {
    let protocols: Vec<String> = worked.protocols.iter().map(|one| text(one)).collect();
    let protocols = match protocols.is_empty() {
        true => String::new(),
        false => format!(", [{}]", protocols.join(", ")),
    };
    let mut code = format!(
        "const socket = new WebSocket({}{protocols});\nsocket.binaryType = \"arraybuffer\";\n",
        text(&worked.url)
    );
    if let Some(first) = worked.content() {
        code += &format!("socket.onopen = () => socket.send({});\n", content(&first));
    }
    code += "socket.onmessage = ({ data }) => console.log(data);\n";
    code + "socket.onclose = ({ code, reason }) => console.log(\"closed\", code, reason);\n"
}

fn event_source(worked: &Worked) -> String {
    let options = if worked.credentials {
        ", { withCredentials: true }"
    } else {
        ""
    };
    let mut code = format!(
        "const source = new EventSource({}{options});\n",
        text(&worked.url)
    );
    for event in events(worked) {
        code += &format!(
            "source.addEventListener({}, ({{ data }}) => console.log(data));\n",
            text(event)
        );
    }
    code
}

fn events(worked: &Worked) -> Vec<&str> {
    match worked.events.is_empty() {
        true => vec!["message"],
        false => worked.events.iter().map(String::as_str).collect(),
    }
}

fn http(worked: &Worked) -> String {
    let mut options = Vec::new();
    if worked.method() != "GET" {
        options.push(format!("method: {}", text(worked.method())));
    }
    let sent = worked.sent();
    if !sent.is_empty() {
        let fields = sent.iter();
        let fields: Vec<String> = fields
            .map(|field| format!("[{}, {}]", text(&field.name), text(&field.value)))
            .collect();
        options.push(format!("headers: [{}]", fields.join(", ")));
    }
    if let Some(first) = worked.content() {
        options.push(format!("body: {}", content(&first)));
    }
    if worked.credentials {
        options.push("credentials: \"include\"".to_owned());
    }
    let options = match options.is_empty() {
        true => String::new(),
        false => format!(", {{ {} }}", options.join(", ")),
    };
    let read = match worked.streamed {
        true => {
            "const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();\n\
             for (let piece; !(piece = await pieces.read()).done;) console.log(piece.value);\n"
        }
        false => "console.log(answer.status, await answer.text());\n",
    };
    format!(
        "const answer = await fetch({}{options});\n{read}",
        text(&worked.url)
    )
}

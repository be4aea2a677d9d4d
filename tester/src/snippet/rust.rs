//! Rust: `tungstenite` for WebSocket, `ureq` for the rest, both without a runtime.

use super::{Content, Worked, rust_bytes, rust_string as text};
use crate::Kind;

/// What the code was tried with.
pub(super) const TUNGSTENITE: &str = "0.30";
pub(super) const UREQ: &str = "3";

pub(super) fn code(worked: &Worked) -> String {
    match worked.kind {
        Kind::WebSocket => web_socket(worked),
        Kind::ServerSentEvents => format!(
            "{}{}",
            head("use std::io::{BufRead, BufReader};\n\n"),
            main(
                &request(worked, true),
                "    for line in BufReader::new(answer.into_body().into_reader()).lines() {\n        println!(\"{}\", line?);\n    }\n",
            )
        ),
        Kind::Http if worked.streamed => format!(
            "{}{}",
            head("use std::io;\n\n"),
            main(
                &request(worked, false),
                "    io::copy(&mut answer.into_body().into_reader(), &mut io::stdout())?;\n",
            )
        ),
        Kind::Http => format!(
            "{}{}",
            head(""),
            main(
                &request(worked, false),
                "    println!(\"{} {}\", answer.status(), answer.into_body().read_to_string()?);\n",
            )
        ),
    }
}

fn head(uses: &str) -> String {
    format!("// Cargo.toml: ureq = \"{UREQ}\"\n{uses}")
}

fn main(request: &str, rest: &str) -> String {
    format!(
        "fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    let answer = {request};\n{rest}    Ok(())\n}}\n"
    )
}

fn request(worked: &Worked, is_stream: bool) -> String {
    let mut fields = String::new();
    if is_stream {
        fields += "\n        .header(\"Accept\", \"text/event-stream\")";
    }
    for field in worked.fields() {
        fields += &format!(
            "\n        .header({}, {})",
            text(&field.name),
            text(&field.value)
        );
    }
    let body = worked.content().map(|content| match content {
        Content::Text(content) => text(&content),
        Content::Bytes(bytes) => format!("&{}[..]", rust_bytes(&bytes)),
    });
    let url = text(&worked.url);
    let method = worked.method();
    let named = |method: &str| format!("ureq::{}({url}){fields}", method.to_ascii_lowercase());
    let gap = if fields.is_empty() { "" } else { "\n        " };
    match (method, body) {
        ("GET" | "HEAD" | "DELETE" | "OPTIONS", None) => {
            format!("{}{gap}.call()?", named(method))
        }
        ("POST" | "PUT" | "PATCH", Some(body)) => format!("{}{gap}.send({body})?", named(method)),
        ("POST" | "PUT" | "PATCH", None) => format!("{}{gap}.send_empty()?", named(method)),
        // `ureq` keeps bodies from where they are rare, and has no function for rare methods.
        (_, body) => format!(
            "ureq::Agent::new_with_config(\n        ureq::Agent::config_builder().allow_non_standard_methods(true).build(),\n    )\n    \
             .run(\n        ureq::http::Request::builder()\n        .method({})\n        .uri({url}){fields}\n        .body({})?,\n    )?",
            text(method),
            body.unwrap_or_else(|| "()".to_owned())
        ),
    }
}

fn web_socket(worked: &Worked) -> String {
    let url = worked.socket_url();
    let features = match url.starts_with("wss:") {
        true => {
            format!("{{ version = \"{TUNGSTENITE}\", features = [\"rustls-tls-native-roots\"] }}")
        }
        false => format!("\"{TUNGSTENITE}\""),
    };
    let url = text(&url);
    let mut uses = Vec::new();
    let mut lines = String::new();
    // A server that chooses none is in order for a browser, and an error for tungstenite.
    let offers = !worked.protocols.is_empty() && !worked.chosen.is_empty();
    if !worked.protocols.is_empty() && !offers {
        lines += "    // The server chose none of the subprotocols: tungstenite takes that for an error, so none is offered.\n";
    }
    if offers {
        uses.push("client::IntoClientRequest");
        lines += &format!("    let mut request = {url}.into_client_request()?;\n");
        lines += &format!(
            "    request.headers_mut().insert(\"Sec-WebSocket-Protocol\", {}.parse()?);\n",
            text(&worked.protocols.join(", "))
        );
        lines += "    let (mut socket, _) = tungstenite::connect(request)?;\n";
    } else {
        lines += &format!("    let (mut socket, _) = tungstenite::connect({url})?;\n");
    }
    if let Some(first) = worked.content() {
        uses.push("Message");
        let message = match first {
            Content::Text(content) => format!("Message::text({})", text(&content)),
            Content::Bytes(bytes) => format!("Message::binary(&{}[..])", rust_bytes(&bytes)),
        };
        lines += &format!("    socket.send({message})?;\n");
    }
    let uses = match uses.as_slice() {
        [] => String::new(),
        [one] => format!("use tungstenite::{one};\n\n"),
        more => format!("use tungstenite::{{{}}};\n\n", more.join(", ")),
    };
    format!(
        "// Cargo.toml: tungstenite = {features}\n{uses}fn main() -> Result<(), Box<dyn std::error::Error>> {{\n{lines}    \
         loop {{\n        println!(\"{{:?}}\", socket.read()?);\n    }}\n}}\n"
    )
}

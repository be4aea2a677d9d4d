//! A small server on loopback that remembers what it was asked: WebSocket by tungstenite, HTTP by hand.
#![allow(dead_code, missing_docs, unreachable_pub)]

pub mod program;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tungstenite::Message;
use tungstenite::handshake::server::{Request, Response};

/// What ends literals, starts escapes, turns directions and hides itself, in one text.
pub const HOSTILE: &str = "'\"\\`${x}{0}%s\n\r\t\0</script><!--\u{2028}\u{2029}\u{202e}\u{feff}\u{1b}\u{e9}\u{3042}\u{1f600}\u{10ffff}#\\u0041\\x41r#\"\"\"#*/";

#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub target: String,
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn field(&self, name: &str) -> Vec<&str> {
        self.fields
            .iter()
            .filter(|(one, _)| one.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    fn name(&self) -> &str {
        let path = self.target.split('?').next().unwrap_or_default();
        path.trim_start_matches('/')
    }
}

pub struct Loopback {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Loopback {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let known = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let known = Arc::clone(&known);
                thread::spawn(move || serve(stream, &known));
            }
        });
        Self { address, asked }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked under that name since the last time.
    pub fn take(&self, name: &str) -> Vec<Asked> {
        let mut asked = self.asked.lock().expect("not poisoned");
        asked.extract_if(.., |asked| asked.name() == name).collect()
    }
}

fn serve(stream: TcpStream, known: &Mutex<Vec<Asked>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut start = [0; 4096];
    let read = stream.peek(&mut start).unwrap_or(0);
    let head = String::from_utf8_lossy(&start[..read]).to_ascii_lowercase();
    match head.contains("upgrade: websocket") {
        true => socket(stream, known),
        false => http(stream, known),
    }
}

// The callback's error is what the library says it is.
#[allow(clippy::result_large_err)]
fn socket(stream: TcpStream, known: &Mutex<Vec<Asked>>) {
    let mut asked = Asked {
        method: "GET".to_owned(),
        target: String::new(),
        fields: Vec::new(),
        body: Vec::new(),
    };
    let accept = |request: &Request, mut response: Response| {
        asked.target = request.uri().to_string();
        let fields = request.headers().iter();
        asked.fields = fields
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), value)
            })
            .collect();
        let first = asked.field("sec-websocket-protocol").join(",");
        let first = first
            .split(',')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        if first.starts_with("chat.")
            && let Ok(first) = first.parse()
        {
            response
                .headers_mut()
                .insert("sec-websocket-protocol", first);
        }
        Ok(response)
    };
    let Ok(mut socket) = tungstenite::accept_hdr(stream, accept) else {
        return;
    };
    let name = asked.name().to_owned();
    let answer = if name == "ws-silent" {
        "hello".to_owned()
    } else {
        if let Ok(message) = socket.read() {
            asked.body = message.into_data().to_vec();
        }
        name
    };
    known.lock().expect("not poisoned").push(asked);
    let _ = socket.send(Message::text(answer));
    let _ = socket.close(None);
    while socket.read().is_ok() {}
}

fn http(stream: TcpStream, known: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = Vec::new();
        let _ = reader.read_until(b'\n', &mut line);
        String::from_utf8_lossy(&line).trim_end().to_owned()
    };
    let first = line();
    let mut words = first.split(' ');
    let mut asked = Asked {
        method: words.next().unwrap_or_default().to_owned(),
        target: words.next().unwrap_or_default().to_owned(),
        fields: Vec::new(),
        body: Vec::new(),
    };
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        asked
            .fields
            .push((name.to_owned(), value.trim().to_owned()));
    }
    let length = asked
        .field("content-length")
        .first()
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    asked.body = body;
    let (name, is_head) = (asked.name().to_owned(), asked.method == "HEAD");
    known.lock().expect("not poisoned").push(asked);
    let mut stream = reader.into_inner();
    let (kind, pieces) = match name.as_str() {
        "sse" => (
            "text/event-stream",
            vec!["data: first\n\n", "event: tick\ndata: last\n\n"],
        ),
        "stream" => ("text/plain", vec!["first\n", "last\n"]),
        name => ("text/plain", vec![name]),
    };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
    for piece in pieces.into_iter().filter(|_| !is_head) {
        let _ = stream.write_all(piece.as_bytes());
        let _ = stream.flush();
        thread::sleep(Duration::from_millis(20));
    }
}

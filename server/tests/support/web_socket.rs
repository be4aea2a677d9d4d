//! A WebSocket client by hand: it can also do what no browser does.

use pushcheck::wire::{sealed, unsealed};

use super::{Answer, Client, Site};

pub const HANDSHAKE: &str = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

pub async fn open(site: &Site, path: &str) -> Client {
    let (client, answer) = try_open(site, path, HANDSHAKE).await;
    assert_eq!(answer.status, 101, "{}", answer.text());
    client
}

pub async fn try_open(site: &Site, path: &str, fields: &str) -> (Client, Answer) {
    try_open_over(site.client().await, path, fields).await
}

pub async fn try_open_over(mut client: Client, path: &str, fields: &str) -> (Client, Answer) {
    client
        .send(format!(
            "GET {path} HTTP/1.1\r\nHost: probe.test\r\n{fields}\r\n\r\n"
        ))
        .await;
    let answer = match client.head().await {
        answer if answer.status == 101 => answer,
        mut answer => {
            let length = answer.header("content-length").unwrap().parse().unwrap();
            answer.body = client.take(length).await;
            answer
        }
    };
    (client, answer)
}

/// A masked frame.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..126 => bytes.push(0x80 | short as u8),
        long => {
            bytes.push(0x80 | 127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    bytes.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}

impl Client {
    pub async fn say(&mut self, line: &str) {
        self.send(frame(0x80 | TEXT, sealed(line).as_bytes())).await;
    }

    /// Opcode and payload of the next frame.
    pub async fn hear(&mut self) -> (u8, Vec<u8>) {
        let (first, payload) = self.hear_any().await;
        assert_eq!(first & 0xf0, 0x80, "whole, and without reserved bits");
        (first & 15, payload)
    }

    /// The first byte and the payload of the next frame.
    pub async fn hear_any(&mut self) -> (u8, Vec<u8>) {
        let head = self.take(2).await;
        assert_eq!(head[1] & 0x80, 0, "a server does not mask");
        let length = match head[1] {
            126 => self
                .take(2)
                .await
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
            127 => self
                .take(8)
                .await
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
            short => usize::from(short),
        };
        (head[0], self.take(length).await)
    }

    /// Frames and payload of the next message of text, which may have several.
    pub async fn hear_message(&mut self) -> (u32, Vec<u8>) {
        let (mut frames, mut whole) = (0, Vec::new());
        loop {
            let head = self.take(2).await;
            assert_eq!(head[0] & 15, if frames == 0 { TEXT } else { 0 });
            let length = match head[1] {
                126 => {
                    let bytes = self.take(2).await;
                    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
                }
                short => usize::from(short),
            };
            whole.extend(self.take(length).await);
            frames += 1;
            if head[0] & 0x80 != 0 {
                return (frames, whole);
            }
        }
    }

    pub async fn hear_text(&mut self) -> String {
        let (opcode, payload) = self.hear().await;
        assert_eq!(opcode, TEXT);
        let text = String::from_utf8(payload).unwrap();
        unsealed(&text).unwrap().to_owned()
    }

    /// The close frame's code and reason.
    pub async fn hear_close(&mut self) -> (u16, String) {
        let (opcode, payload) = self.hear().await;
        assert_eq!(opcode, CLOSE);
        (
            u16::from_be_bytes([payload[0], payload[1]]),
            String::from_utf8(payload[2..].to_vec()).unwrap(),
        )
    }
}

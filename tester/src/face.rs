//! What the page calls. Structures go as JSON, both ways: what is misread there is a mistake of ours, and throws.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::payload::{self, Format};
use crate::{address, close, console, link, request, session, snippet};

fn read<T: DeserializeOwned>(json: &str) -> Result<T, JsError> {
    serde_json::from_str(json).map_err(|error| JsError::new(&error.to_string()))
}

fn tell(value: &impl Serialize) -> Result<String, JsError> {
    serde_json::to_string(value).map_err(|error| JsError::new(&error.to_string()))
}

fn format(word: &str) -> Result<Format, JsError> {
    Format::from_word(word).ok_or_else(|| JsError::new("no such format"))
}

/// [`address::take`].
#[wasm_bindgen]
pub fn take(json: &str) -> Result<String, JsError> {
    tell(&address::take(&read(json)?))
}

/// [`address::piece`].
#[wasm_bindgen]
pub fn piece(name: &str, value: &str) -> String {
    address::piece(name, value)
}

/// [`request::look`].
#[wasm_bindgen]
pub fn look(json: &str) -> Result<String, JsError> {
    tell(&request::look(&read(json)?))
}

/// [`request::protocols`].
#[wasm_bindgen]
pub fn protocols(json: &str) -> Result<String, JsError> {
    tell(&request::protocols(&read::<Vec<String>>(json)?))
}

/// [`payload::check`].
#[wasm_bindgen]
pub fn check(word: &str, text: &str) -> Result<String, JsError> {
    tell(&payload::check(format(word)?, text))
}

/// The bytes that a text of a format stands for; undefined: none.
#[wasm_bindgen]
pub fn bytes(word: &str, text: &str) -> Result<Option<Vec<u8>>, JsError> {
    Ok(match format(word)? {
        Format::Base64 => payload::bytes_of_base64(text).ok(),
        Format::Hex => payload::bytes_of_hex(text).ok(),
        _ => Some(text.as_bytes().to_vec()),
    })
}

/// [`payload::base64`].
#[wasm_bindgen]
pub fn base64(bytes: &[u8]) -> String {
    payload::base64(bytes)
}

/// [`payload::hex`].
#[wasm_bindgen]
pub fn hex(bytes: &[u8]) -> String {
    payload::hex(bytes)
}

/// [`payload::hex_dump`].
#[wasm_bindgen]
pub fn dump(bytes: &[u8]) -> String {
    payload::hex_dump(bytes)
}

/// [`payload::pretty`].
#[wasm_bindgen]
pub fn pretty(text: &str) -> Option<String> {
    payload::pretty(text)
}

/// [`close::closing`].
#[wasm_bindgen]
pub fn closing(code: u16, reason: &str) -> Result<String, JsError> {
    tell(&close::closing(code, reason))
}

/// [`close::told`].
#[wasm_bindgen]
pub fn told(code: u16, opened: bool) -> Result<String, JsError> {
    tell(&close::told(code, opened))
}

/// [`console::line`].
#[wasm_bindgen]
pub fn line(text: &str) -> Result<String, JsError> {
    tell(&console::line(text))
}

/// [`link::write`].
#[wasm_bindgen]
pub fn write_link(json: &str) -> Result<String, JsError> {
    tell(&link::write(&read(json)?))
}

/// [`link::read`].
#[wasm_bindgen]
pub fn read_link(fragment: &str) -> Result<String, JsError> {
    tell(&link::read(fragment))
}

/// [`link::admit`].
#[wasm_bindgen]
pub fn admit(json: &str) -> Result<String, JsError> {
    tell(&link::admit(&read(json)?))
}

/// [`session::read`].
#[wasm_bindgen]
pub fn read_sessions(text: &str) -> Result<String, JsError> {
    tell(&session::read(text))
}

/// [`session::keep`].
#[wasm_bindgen]
pub fn keep_sessions(json: &str, present: &str) -> Result<String, JsError> {
    tell(&session::keep(&read::<Vec<_>>(json)?, present))
}

/// [`snippet::all`].
#[wasm_bindgen]
pub fn code(json: &str) -> Result<String, JsError> {
    tell(&snippet::all(&read(json)?))
}

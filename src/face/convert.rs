//! Rust values → plain JavaScript objects, in one place.

use js_sys::JSON;
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::json::to_text;

/// Objects, arrays, strings, integers, `null`.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    // Of our own types none can fail to be written.
    to_text(value)
        .ok()
        .and_then(|text| JSON::parse(&text).ok())
        .unwrap_or(JsValue::NULL)
}

//! Rust values → plain JavaScript objects, in one place.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// As `JSON.parse` would make it: objects, arrays, numbers, `null`.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    // Of our own types none can fail to serialize.
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}

//! Rust values → plain JavaScript objects, in one place.

use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::browser::js;
use crate::json::to_text;

/// Objects, arrays, strings, integers, `null`.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    let text = to_text(value).unwrap_or_default().into();
    js::call(&js::global("JSON"), "parse", &[&text]).unwrap_or(JsValue::NULL)
}

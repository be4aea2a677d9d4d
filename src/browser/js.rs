//! The browser's own objects, by name: one way in for all of them.
//!
//! A typed binding costs the visitor an import, a wrapper and its share of the glue for every method and property;
//! these few cost that once. What a name does is specified where its caller says.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// What JavaScript answers: a value, or what it threw.
pub(crate) type Answer = Result<JsValue, JsValue>;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Reflect, js_name = get, catch)]
    fn reflect_get(of: &JsValue, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = Reflect, js_name = set, catch)]
    fn reflect_set(of: &JsValue, name: &str, value: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = Reflect, js_name = apply, catch)]
    fn reflect_apply(f: &JsValue, this: &JsValue, with: &Arguments) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = Reflect, js_name = construct, catch)]
    fn reflect_construct(class: &JsValue, with: &Arguments) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = Array)]
    type Arguments;
    #[wasm_bindgen(constructor, js_class = "Array")]
    fn new() -> Arguments;
    #[wasm_bindgen(method)]
    fn push(this: &Arguments, value: &JsValue);

    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn array_from(list: &JsValue) -> Result<Vec<JsValue>, JsValue>;
    #[wasm_bindgen(js_namespace = Uint8Array, js_name = from, catch)]
    fn bytes_from(list: &JsValue) -> Result<Vec<u8>, JsValue>;

    // The global object's own `valueOf`: itself, without a static of ours to keep it in.
    #[wasm_bindgen(js_namespace = globalThis, js_name = valueOf)]
    fn global_this() -> JsValue;
}

fn arguments(with: &[&JsValue]) -> Arguments {
    let all = Arguments::new();
    with.iter().for_each(|value| all.push(value));
    all
}

/// Something global.
#[inline(never)]
pub(crate) fn global(name: &str) -> JsValue {
    get(&global_this(), name)
}

/// A property; `undefined` also where it throws.
#[inline(never)]
pub(crate) fn get(of: &JsValue, name: &str) -> JsValue {
    reflect_get(of, name).unwrap_or(JsValue::UNDEFINED)
}

/// A property that is a text.
#[inline(never)]
pub(crate) fn text(of: &JsValue, name: &str) -> Option<String> {
    get(of, name).as_string()
}

/// A property that is a number; 0 where it is none.
#[inline(never)]
pub(crate) fn number(of: &JsValue, name: &str) -> f64 {
    get(of, name).as_f64().unwrap_or_default()
}

/// A property that is true.
#[inline(never)]
pub(crate) fn flag(of: &JsValue, name: &str) -> bool {
    get(of, name).as_bool() == Some(true)
}

/// Sets a property; where it cannot be set nothing happens.
#[inline(never)]
pub(crate) fn set(of: &JsValue, name: &str, value: &JsValue) {
    let _frozen = reflect_set(of, name, value);
}

/// Calls a method.
#[inline(never)]
pub(crate) fn call(of: &JsValue, name: &str, with: &[&JsValue]) -> Answer {
    reflect_apply(&get(of, name), of, &arguments(with))
}

/// Calls a method that answers true or false; false also where it throws.
#[inline(never)]
pub(crate) fn says(of: &JsValue, name: &str, with: &[&JsValue]) -> bool {
    call(of, name, with).is_ok_and(|answer| answer.as_bool() == Some(true))
}

/// Calls a function that has no `this`.
pub(crate) fn apply(f: &JsValue, with: &[&JsValue]) -> Answer {
    reflect_apply(f, &JsValue::UNDEFINED, &arguments(with))
}

/// A new object of a global class.
#[inline(never)]
pub(crate) fn make(class: &str, with: &[&JsValue]) -> Answer {
    reflect_construct(&global(class), &arguments(with))
}

/// A new `{}`.
#[inline(never)]
pub(crate) fn object() -> JsValue {
    make("Object", &[]).unwrap_or(JsValue::UNDEFINED)
}

/// A new `Set`.
pub(crate) fn set_of_values() -> JsValue {
    make("Set", &[]).unwrap_or(JsValue::UNDEFINED)
}

/// What a `Set` holds, which is empty then.
pub(crate) fn drain(set: &JsValue) -> Vec<JsValue> {
    let all = items(set);
    let _cleared = call(set, "clear", &[]);
    all
}

/// A new array.
pub(crate) fn list(with: &[&JsValue]) -> JsValue {
    arguments(with).into()
}

/// A method that needs no `this` any more: a plain JavaScript function, which outlives this instance.
#[inline(never)]
pub(crate) fn bound(of: &JsValue, name: &str, with: &[&JsValue]) -> JsValue {
    let mut all = vec![of];
    all.extend(with);
    call(&get(of, name), "bind", &all).unwrap_or(JsValue::UNDEFINED)
}

/// The elements of anything that can be iterated; of anything else none.
#[inline(never)]
pub(crate) fn items(list: &JsValue) -> Vec<JsValue> {
    array_from(list).unwrap_or_default()
}

/// The bytes of a `Uint8Array`; of anything else none.
pub(crate) fn bytes(list: &JsValue) -> Vec<u8> {
    bytes_from(list).unwrap_or_default()
}

/// `undefined` or `null`.
pub(crate) fn absent(value: &JsValue) -> bool {
    value.is_null_or_undefined()
}

/// Something that has properties: reading one of anything else throws.
pub(crate) fn is_object(value: &JsValue) -> bool {
    reflect_get(value, "").is_ok()
}

/// An array.
#[inline(never)]
pub(crate) fn is_list(value: &JsValue) -> bool {
    says(&global("Array"), "isArray", &[value])
}

/// An object of that global class.
pub(crate) fn is_a(value: &JsValue, class: &str) -> bool {
    says(&get(&global(class), "prototype"), "isPrototypeOf", &[value])
}

//! The arguments of `run` → [`Options`].

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::field::{Field, FirstWrong};
use super::need::need;
use super::{Base, Options, OptionsError, page_is_https, part};
use crate::browser::js::{self, absent};
use crate::method::Method;
use crate::plan::{Lane, OwnEndpoint, budget};
use crate::report::{Label, Mode};
use crate::time::Micros;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = import, js_name = meta)]
    type Meta;
    #[wasm_bindgen(static_method_of = Meta, js_namespace = import, js_class = meta, getter)]
    fn url() -> JsValue;
}

/// Every field that there is.
const FIELDS: [&str; 12] = [
    "base",
    "methods",
    "required",
    "lanes",
    "requiredLanes",
    "mode",
    "longestSilenceMs",
    "watchMs",
    "need",
    "key",
    "labels",
    "endpoints",
];

/// Every field of an endpoint.
const ENDPOINT_FIELDS: [&str; 7] = [
    "url",
    "protocols",
    "withCredentials",
    "headers",
    "firstMessage",
    "expect",
    "timeoutMs",
];

/// The methods that take an endpoint.
const ENDPOINTS: [(&str, Method); 4] = [
    ("webSocket", Method::WebSocket),
    ("serverSentEvents", Method::ServerSentEvents),
    ("longPolling", Method::LongPolling),
    ("streamingFetch", Method::StreamingFetch),
];

/// The arguments of `run`.
pub(in crate::face) fn from_js(
    options: &JsValue,
    signal: &JsValue,
    on_progress: &JsValue,
) -> Result<Options, OptionsError> {
    let first_wrong = FirstWrong::new();
    let argument = |name, value: &JsValue| Field::new(name, value.clone(), &first_wrong);
    if !absent(signal) && !js::is_a(signal, "AbortSignal") {
        argument("signal", signal).wrong("must be an AbortSignal");
    }
    if !absent(on_progress) && !on_progress.is_function() {
        argument("onProgress", on_progress).wrong("must be a function");
    }
    let options = all(&argument("options", options));
    first_wrong.into_inner().map_or(Ok(options), Err)
}

fn all(options: &Field<'_>) -> Options {
    options.has_only(&FIELDS);
    let field = options.at("mode");
    let mode = match field.text().as_deref() {
        None | Some("quick") => Mode::Quick,
        Some("thorough") => Mode::Thorough,
        Some("watch") => Mode::Watch,
        Some(_) => {
            field.wrong("must be \"quick\", \"thorough\" or \"watch\"");
            Mode::Quick
        }
    };
    let longest = span(
        &options.at("longestSilenceMs"),
        [Micros::ZERO, budget::RUNGS[0], budget::RUNGS[0]],
        "must be a number from 0 to 125000",
    );
    let watch = span(
        &options.at("watchMs"),
        [budget::WATCH_LEAST, budget::WATCH, budget::WATCH_MOST],
        "must be a number from 10000 to 28800000",
    );
    let asked = options.at("methods");
    let mut methods = asked.methods();
    if asked.is_absent() {
        methods = Method::ALL.to_vec();
    } else if methods.is_empty() {
        asked.wrong("must name at least one method");
    }
    let needed = options.at("required");
    let required = needed.methods();
    if required.iter().any(|method| !methods.contains(method)) {
        needed.wrong("must be among methods");
    }
    let further = options.at("lanes");
    let mut lanes = further.texts();
    let required_lanes = options.at("requiredLanes").texts();
    lanes.extend_from_slice(&required_lanes);
    if !lanes.iter().all(|id| Lane::is_id(id)) {
        further.wrong("must be ids of lanes: up to 20 of a-z, 0-9 and -");
    }
    let given = options.at("key");
    let key = given.text().and_then(|text| {
        let key = text.parse().ok();
        if key.is_none() {
            given.wrong("must be 32 of 0-9 and a-f");
        }
        key
    });
    let label = |(name, value)| Label { name, value };
    Options {
        base: base(&options.at("base")),
        methods,
        required,
        lanes,
        required_lanes,
        mode,
        longest_silence: longest,
        watch,
        need: need(&options.at("need")),
        key,
        labels: options
            .at("labels")
            .pairs()
            .into_iter()
            .map(label)
            .collect(),
        endpoints: endpoints(&options.at("endpoints")),
    }
}

/// A number of milliseconds: at least the first, at most the last of those; the second where none is named.
#[inline(never)]
fn span(field: &Field<'_>, [least, usual, most]: [Micros; 3], must: &str) -> Micros {
    let Some(ms) = field.value(JsValue::as_f64, must) else {
        return usual;
    };
    let span = Micros::ms(ms as u64);
    if !(ms >= 0.0 && least <= span && span <= most) {
        field.wrong(must);
    }
    span
}

fn base(field: &Field<'_>) -> Base {
    if let Some(text) = field.text() {
        return field.url(&text, false).1;
    }
    // The folder above that of this module's script: `<base>pkg/pushcheck.js`.
    let url = js::make("URL", &[&"../".into(), &Meta::url()]);
    if url.is_err() {
        field.wrong("is needed here");
    }
    field.base(&url.unwrap_or(JsValue::UNDEFINED), false)
}

fn endpoints(field: &Field<'_>) -> Vec<(Method, Base, OwnEndpoint)> {
    field.has_only(&ENDPOINTS.map(|(name, _)| name));
    let mut found = Vec::new();
    for (name, method) in ENDPOINTS {
        let endpoint = field.at(name);
        if !endpoint.is_absent() {
            let (base, own) = self::endpoint(&endpoint, method);
            found.push((method, base, own));
        }
    }
    found
}

fn endpoint(field: &Field<'_>, method: Method) -> (Base, OwnEndpoint) {
    let web_socket = method == Method::WebSocket;
    field.has_only(&ENDPOINT_FIELDS);
    let address = field.at("url");
    let text = address.text();
    if text.is_none() {
        address.wrong("is needed");
    }
    let (url, base) = address.url(&text.unwrap_or_default(), web_socket);
    if part(&url, "protocol") == "ws:" && page_is_https() {
        address.wrong("must begin with wss: on an https page");
    }
    let with_credentials = field
        .at("withCredentials")
        .value(JsValue::as_bool, "must be true or false");
    let patience = field.at("timeoutMs");
    let timeout = span(
        &patience,
        [100, 8_000, 10_000].map(Micros::ms),
        "must be a number from 100 to 10000",
    );
    let further = field.at("headers");
    let headers = further.pairs();
    if !headers.is_empty() && (web_socket || method == Method::ServerSentEvents) {
        further.wrong("cannot be set by this method");
    }
    let own = OwnEndpoint {
        url: part(&url, "href"),
        protocols: field.at("protocols").texts(),
        with_credentials: with_credentials == Some(true),
        headers,
        first_message: field.at("firstMessage").text(),
        expect: field.at("expect").text(),
        timeout,
    };
    if !web_socket && (own.first_message.is_some() || !own.protocols.is_empty()) {
        field.wrong("takes firstMessage and protocols only for webSocket");
    }
    (base, own)
}

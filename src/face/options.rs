//! Options: parsed, not validated. Every error names its field.

use core::fmt::{self, Display, Formatter};

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::js::{self, absent, get};
use crate::diagnosis::Asked;
use crate::evidence::Surroundings;
use crate::method::Method;
use crate::plan::{Lane, OwnEndpoint, Plan};
use crate::report::{Heading, Label, Mode};
use crate::run::Setup;
use crate::time::Micros;
use crate::wire::{Key, Scheme};

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// The probe server's base URL.
    pub base: Base,
    /// The methods to try.
    pub methods: Vec<Method>,
    /// Those that the embedder needs.
    pub required: Vec<Method>,
    /// Lanes to try beside `main`, by the server's ids.
    pub lanes: Vec<String>,
    /// Those of them that the embedder needs.
    pub required_lanes: Vec<String>,
    /// How much to try.
    pub mode: Mode,
    /// Labels for the report.
    pub labels: Vec<Label>,
    /// The embedder's own endpoints.
    pub endpoints: Vec<(Method, Base, OwnEndpoint)>,
}

/// A URL's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

/// Misuse: the field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionsError(String);

impl Display for OptionsError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for OptionsError {}

type Parsed<T> = Result<T, OptionsError>;

fn wrong<T>(field: &str, what: &str) -> Parsed<T> {
    Err(OptionsError([field, " ", what].concat()))
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["import", "meta"], js_name = url, thread_local_v2)]
    static SCRIPT: String;
}

impl Options {
    /// The quick run of every method against the probe server at that URL.
    ///
    /// # Errors
    /// When the URL is not one of http or https.
    pub fn new(base: &str) -> Parsed<Self> {
        Ok(Self {
            base: Base::parse("base", base)?,
            methods: Method::ALL.to_vec(),
            required: Vec::new(),
            lanes: Vec::new(),
            required_lanes: Vec::new(),
            mode: Mode::Quick,
            labels: Vec::new(),
            endpoints: Vec::new(),
        })
    }

    /// Makes the run's parts, with a fresh key.
    pub(super) fn setup(&self, surroundings: Surroundings) -> Setup {
        let key = Key::new(random());
        let page_is_https = part(&js::global("location"), "protocol") == "https:";
        let mut plan = Plan::quick(self.base.lane("main"), &self.methods);
        for (method, base, endpoint) in &self.endpoints {
            plan.add_own(
                base.lane(&["own-", method.as_str()].concat()),
                *method,
                endpoint.clone(),
            );
        }
        let heading = Heading {
            id: key.run().to_string(),
            started_at: now_ms(),
            mode: self.mode,
            labels: self.labels.clone(),
        };
        let asked = Asked {
            methods: self.methods.clone(),
            required: self.required.clone(),
        };
        let (lanes, required_lanes) = (self.lanes.clone(), self.required_lanes.clone());
        Setup {
            key,
            heading,
            plan,
            asked,
            lanes,
            required_lanes,
            page_is_https,
            surroundings,
        }
    }
}

/// Without the browser's generator the key can be guessed, and with it the ledger be read; nothing else hangs on it.
fn random() -> [u8; 16] {
    let mut random = [0; 16];
    let room = js::make("Uint8Array", &[&16.into()]).unwrap_or(JsValue::UNDEFINED);
    let filled = js::call(&js::global("crypto"), "getRandomValues", &[&room]);
    let bytes = js::bytes(&filled.unwrap_or(room));
    random
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = from);
    random
}

/// Milliseconds since 1970.
fn now_ms() -> u64 {
    let now = js::call(&js::global("Date"), "now", &[]);
    now.ok().and_then(|now| now.as_f64()).unwrap_or_default() as u64
}

/// A part of a URL or of the page's location.
fn part(url: &JsValue, name: &str) -> String {
    js::text(url, name).unwrap_or_default()
}

/// A URL, read relative to a base.
fn relative(text: &str, base: &str) -> js::Answer {
    js::make("URL", &[&text.into(), &base.into()])
}

/// The page's own URL.
fn page_href() -> String {
    part(&js::global("location"), "href")
}

impl Base {
    fn parse(field: &str, text: &str) -> Parsed<Self> {
        let Ok(url) = js::make("URL", &[&text.into()]) else {
            return wrong(field, "is not a URL");
        };
        Self::of(field, &url)
    }

    fn of(field: &str, url: &JsValue) -> Parsed<Self> {
        let (scheme, default) = match part(url, "protocol").as_str() {
            "http:" | "ws:" => (Scheme::Http, 80),
            "https:" | "wss:" => (Scheme::Https, 443),
            _ => return wrong(field, "must begin with http:, https:, ws: or wss:"),
        };
        if !part(url, "username").is_empty() {
            return wrong(field, "must not carry a user name");
        }
        if !part(url, "hash").is_empty() {
            return wrong(field, "must not carry a fragment");
        }
        let mut path = part(url, "pathname");
        if !path.ends_with('/') {
            path.push('/');
        }
        Ok(Self {
            scheme,
            host: part(url, "hostname"),
            port: part(url, "port").parse().unwrap_or(default),
            path,
        })
    }

    fn lane(&self, id: &str) -> Lane {
        Lane {
            id: id.to_owned(),
            scheme: self.scheme,
            host: self.host.clone(),
            port: self.port,
            base: self.path.clone(),
            skipped: None,
        }
    }
}

/// The arguments of `run`.
pub(super) fn from_js(
    options: &JsValue,
    signal: &JsValue,
    on_progress: &JsValue,
) -> Parsed<Options> {
    if !absent(signal) && !js::is_a(signal, "AbortSignal") {
        return wrong("signal", "must be an AbortSignal");
    }
    if !absent(on_progress) && !on_progress.is_function() {
        return wrong("onProgress", "must be a function");
    }
    parse(options)
}

fn parse(options: &JsValue) -> Parsed<Options> {
    const FIELDS: [&str; 8] = [
        "base",
        "methods",
        "required",
        "lanes",
        "requiredLanes",
        "mode",
        "labels",
        "endpoints",
    ];
    let empty = js::object();
    let options = if absent(options) { &empty } else { options };
    known_fields("options", options, &FIELDS)?;
    let base = match string("base", &get(options, "base"))? {
        Some(text) => page_url("base", &text)?,
        None => Base::of("base", &script_folder()?)?,
    };
    if let Some(mode) = string("mode", &get(options, "mode"))?
        && mode != "quick"
    {
        return wrong("mode", "must be \"quick\"");
    }
    let methods = match methods_of("methods", &get(options, "methods"))? {
        Some(methods) if methods.is_empty() => {
            return wrong("methods", "must name at least one method");
        }
        Some(methods) => methods,
        None => Method::ALL.to_vec(),
    };
    let required = methods_of("required", &get(options, "required"))?.unwrap_or_default();
    if required.iter().any(|method| !methods.contains(method)) {
        return wrong("required", "must be among methods");
    }
    let lanes = strings("lanes", &get(options, "lanes"))?;
    let required_lanes = strings("requiredLanes", &get(options, "requiredLanes"))?;
    let lanes = lanes.into_iter().chain(required_lanes.clone()).collect();
    let labels = pairs("labels", &get(options, "labels"))?;
    let labels = labels
        .into_iter()
        .map(|(name, value)| Label { name, value })
        .collect();
    let endpoints = endpoints(&get(options, "endpoints"))?;
    Ok(Options {
        base,
        methods,
        required,
        lanes,
        required_lanes,
        mode: Mode::Quick,
        labels,
        endpoints,
    })
}

/// The folder above that of this module's script: `<base>pkg/pushcheck.js`.
fn script_folder() -> Parsed<JsValue> {
    SCRIPT
        .with(|script| relative("../", script))
        .map_err(|_| OptionsError("base is needed here".to_owned()))
}

fn page_url(field: &str, text: &str) -> Parsed<Base> {
    match relative(text, &page_href()) {
        Ok(url) if part(&url, "protocol").starts_with("http") => Base::of(field, &url),
        Ok(_) => wrong(field, "must begin with http: or https:"),
        Err(_) => wrong(field, "is not a URL"),
    }
}

fn endpoints(value: &JsValue) -> Parsed<Vec<(Method, Base, OwnEndpoint)>> {
    const METHODS: [(&str, Method); 3] = [
        ("webSocket", Method::WebSocket),
        ("serverSentEvents", Method::ServerSentEvents),
        ("longPolling", Method::LongPolling),
    ];
    if absent(value) {
        return Ok(Vec::new());
    }
    known_fields("endpoints", value, &METHODS.map(|(name, _)| name))?;
    let mut found = Vec::new();
    for (name, method) in METHODS {
        let endpoint = get(value, name);
        if !absent(&endpoint) {
            let (base, own) = endpoint_of(&["endpoints.", name].concat(), &endpoint, method)?;
            found.push((method, base, own));
        }
    }
    Ok(found)
}

fn endpoint_of(name: &str, value: &JsValue, method: Method) -> Parsed<(Base, OwnEndpoint)> {
    const FIELDS: [&str; 7] = [
        "url",
        "protocols",
        "withCredentials",
        "headers",
        "firstMessage",
        "expect",
        "timeoutMs",
    ];
    known_fields(name, value, &FIELDS)?;
    let at = |part: &str| [name, ".", part].concat();
    let get = |name: &str| get(value, name);
    let Some(text) = string(&at("url"), &get("url"))? else {
        return wrong(&at("url"), "is needed");
    };
    let page = page_href();
    let Ok(url) = relative(&text, &page) else {
        return wrong(&at("url"), "is not a URL");
    };
    let base = Base::of(&at("url"), &url)?;
    let web_socket = method == Method::WebSocket;
    if !web_socket && part(&url, "protocol").starts_with("ws") {
        return wrong(&at("url"), "must begin with http: or https:");
    }
    if part(&url, "protocol") == "ws:" && page.starts_with("https:") {
        return wrong(&at("url"), "must begin with wss: on an https page");
    }
    let with_credentials = match get("withCredentials") {
        none if absent(&none) => false,
        value => match value.as_bool() {
            Some(with) => with,
            None => return wrong(&at("withCredentials"), "must be true or false"),
        },
    };
    let timeout = match get("timeoutMs") {
        none if absent(&none) => Micros::ms(8_000),
        value => match value.as_f64() {
            Some(ms) if (100.0..=10_000.0).contains(&ms) => Micros::ms(ms as u64),
            _ => return wrong(&at("timeoutMs"), "must be a number from 100 to 10000"),
        },
    };
    let headers: Vec<_> = pairs(&at("headers"), &get("headers"))?
        .into_iter()
        .collect();
    if !headers.is_empty() && method != Method::LongPolling {
        return wrong(&at("headers"), "cannot be set by this method");
    }
    let own = OwnEndpoint {
        url: part(&url, "href"),
        protocols: strings(&at("protocols"), &get("protocols"))?,
        with_credentials,
        headers,
        first_message: string(&at("firstMessage"), &get("firstMessage"))?,
        expect: string(&at("expect"), &get("expect"))?,
        timeout,
    };
    if !web_socket && (own.first_message.is_some() || !own.protocols.is_empty()) {
        return wrong(name, "takes firstMessage and protocols only for webSocket");
    }
    Ok((base, own))
}

/// The names of an object's own properties; `None`: it is none.
fn names(value: &JsValue) -> Option<Vec<String>> {
    if !value.is_object() || js::is_list(value) {
        return None;
    }
    let names = js::call(&js::global("Object"), "keys", &[value]).ok()?;
    js::items(&names).iter().map(JsValue::as_string).collect()
}

fn known_fields(name: &str, value: &JsValue, known: &[&str]) -> Parsed<()> {
    let Some(names) = names(value) else {
        return wrong(name, "must be an object");
    };
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => wrong(unknown, "is not an option"),
        None => Ok(()),
    }
}

fn string(name: &str, value: &JsValue) -> Parsed<Option<String>> {
    const LONGEST: usize = 4096;
    match value.as_string() {
        Some(text) if text.len() <= LONGEST => Ok(Some(text)),
        Some(_) => wrong(name, "is too long"),
        None if absent(value) => Ok(None),
        None => wrong(name, "must be a string"),
    }
}

/// A short list of short strings.
fn strings(name: &str, value: &JsValue) -> Parsed<Vec<String>> {
    const MOST: f64 = 20.0;
    if absent(value) {
        return Ok(Vec::new());
    }
    if !js::is_list(value) || js::number(value, "length") > MOST {
        return wrong(name, "must be an array of at most 20 strings");
    }
    let mut all = Vec::new();
    for item in js::items(value) {
        match string(name, &item)? {
            Some(text) if text.len() <= 200 => all.push(text),
            _ => return wrong(name, "must be an array of short strings"),
        }
    }
    Ok(all)
}

fn methods_of(name: &str, value: &JsValue) -> Parsed<Option<Vec<Method>>> {
    if absent(value) {
        return Ok(None);
    }
    let mut methods = Vec::new();
    for word in strings(name, value)? {
        match Method::from_word(&word) {
            Some(method) => methods.push(method),
            None => return wrong(name, "names an unknown method"),
        }
    }
    Ok(Some(methods))
}

/// A small object of short strings.
fn pairs(name: &str, value: &JsValue) -> Parsed<Vec<(String, String)>> {
    if absent(value) {
        return Ok(Vec::new());
    }
    let Some(names) = names(value) else {
        return wrong(name, "must be an object of strings");
    };
    if names.len() > 20 {
        return wrong(name, "must have at most 20 entries");
    }
    let mut pairs = Vec::new();
    for key in names {
        match string(name, &get(value, &key))? {
            Some(text) if text.len() <= 200 && key.len() <= 200 => pairs.push((key, text)),
            _ => return wrong(name, "must be an object of short strings"),
        }
    }
    Ok(pairs)
}

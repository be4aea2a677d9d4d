//! Options: parsed, not validated. Every error names its field.

use core::cell::RefCell;
use core::fmt::{self, Display, Formatter};

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::js::{self, absent, get};
use crate::browser::own;
use crate::diagnosis::Asked;
use crate::evidence::Surroundings;
use crate::method::Method;
use crate::plan::{Lane, OwnEndpoint, Plan};
use crate::report::{Heading, Label, Mode};
use crate::run::Setup;
use crate::time::Micros;
use crate::wire::{Key, Scheme};
use crate::wire::{joined, number};

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
        f.write_str(self.as_str())
    }
}

impl OptionsError {
    /// The field and what is wrong with it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::error::Error for OptionsError {}

/// Reads on after what is wrong, and tells the first of it in the end: so no step has to give up half of a result.
#[derive(Default)]
struct Parser {
    first_wrong: RefCell<Option<OptionsError>>,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = import, js_name = meta)]
    type Meta;
    #[wasm_bindgen(static_method_of = Meta, js_namespace = import, js_class = meta, getter)]
    fn url() -> JsValue;
}

impl Options {
    /// The quick run of every method against the probe server at that URL.
    ///
    /// # Errors
    /// When the URL is not one of http or https.
    pub fn new(base: &str) -> Result<Self, OptionsError> {
        let parser = Parser::default();
        let url = parser.url("base", js::make("URL", &[&base.into()]));
        let base = parser.base("base", &url);
        parser.done(Self {
            base,
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
    pub(super) fn setup(self, surroundings: Surroundings) -> Setup {
        let key = Key::new(random());
        let mut plan = Plan::quick(self.base.lane("main"), &self.methods);
        for (method, base, endpoint) in self.endpoints {
            plan.add_own(
                base.lane(&joined(&["own-", method.as_str()])),
                method,
                endpoint,
            );
        }
        let heading = Heading {
            id: key.run().to_text(),
            started_at: now_ms(),
            mode: self.mode,
            labels: self.labels,
        };
        let asked = Asked {
            methods: self.methods,
            required: self.required,
        };
        Setup {
            key,
            heading,
            plan,
            asked,
            lanes: self.lanes,
            required_lanes: self.required_lanes,
            page_is_https: page_is_https(),
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
fn relative(text: &str, base: &JsValue) -> js::Answer {
    js::make("URL", &[&text.into(), base])
}

/// The page came over https.
#[inline(never)]
fn page_is_https() -> bool {
    part(&js::global("location"), "protocol") == "https:"
}

/// The page's own URL.
fn page_href() -> JsValue {
    get(&js::global("location"), "href")
}

impl Base {
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
) -> Result<Options, OptionsError> {
    let parser = Parser::default();
    if !absent(signal) && !js::is_a(signal, "AbortSignal") {
        parser.wrong("signal", "must be an AbortSignal");
    }
    if !absent(on_progress) && !on_progress.is_function() {
        parser.wrong("onProgress", "must be a function");
    }
    let options = parser.options(options);
    parser.done(options)
}

impl Parser {
    #[inline(never)]
    fn wrong(&self, field: &str, what: &str) {
        let mut first = own(&self.first_wrong);
        if first.is_none() {
            *first = Some(OptionsError(joined(&[field, " ", what])));
        }
    }

    fn done<T>(self, parsed: T) -> Result<T, OptionsError> {
        match self.first_wrong.into_inner() {
            Some(wrong) => Err(wrong),
            None => Ok(parsed),
        }
    }

    fn options(&self, options: &JsValue) -> Options {
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
        self.known_fields("options", options, &FIELDS);
        let url = match self.string("base", options, "base") {
            Some(text) => {
                let url = self.url("base", relative(&text, &page_href()));
                self.http_only("base", &url);
                url
            }
            // The folder above that of this module's script: `<base>pkg/pushcheck.js`.
            None => relative("../", &Meta::url()).unwrap_or_else(|_| {
                self.wrong("base", "is needed here");
                JsValue::UNDEFINED
            }),
        };
        let base = self.base("base", &url);
        if self
            .string("mode", options, "mode")
            .is_some_and(|mode| mode != "quick")
        {
            self.wrong("mode", "must be \"quick\"");
        }
        let mut methods = self.methods(options, "methods");
        if absent(&get(options, "methods")) {
            methods = Method::ALL.to_vec();
        } else if methods.is_empty() {
            self.wrong("methods", "must name at least one method");
        }
        let required = self.methods(options, "required");
        if required.iter().any(|method| !methods.contains(method)) {
            self.wrong("required", "must be among methods");
        }
        let mut lanes = self.strings("lanes", options, "lanes");
        let required_lanes = self.strings("requiredLanes", options, "requiredLanes");
        lanes.extend_from_slice(&required_lanes);
        if !lanes.iter().all(|id| Lane::is_id(id)) {
            self.wrong("lanes", "must be ids of lanes: up to 20 of a-z, 0-9 and -");
        }
        let mut labels = Vec::new();
        self.pairs("labels", options, "labels", &mut |name, value| {
            labels.push(Label { name, value });
        });
        Options {
            base,
            methods,
            required,
            lanes,
            required_lanes,
            mode: Mode::Quick,
            labels,
            endpoints: self.endpoints(&get(options, "endpoints")),
        }
    }

    #[inline(never)]
    fn url(&self, field: &str, made: js::Answer) -> JsValue {
        made.unwrap_or_else(|_| {
            self.wrong(field, "is not a URL");
            JsValue::UNDEFINED
        })
    }

    #[inline(never)]
    fn http_only(&self, field: &str, url: &JsValue) {
        if !part(url, "protocol").starts_with("http") {
            self.wrong(field, "must begin with http: or https:");
        }
    }

    #[inline(never)]
    fn base(&self, field: &str, url: &JsValue) -> Base {
        let (scheme, default) = match part(url, "protocol").as_str() {
            "http:" | "ws:" => (Scheme::Http, 80),
            "https:" | "wss:" => (Scheme::Https, 443),
            _ => {
                self.wrong(field, "must begin with http:, https:, ws: or wss:");
                (Scheme::Http, 0)
            }
        };
        if !part(url, "username").is_empty() {
            self.wrong(field, "must not carry a user name");
        }
        if !part(url, "hash").is_empty() {
            self.wrong(field, "must not carry a fragment");
        }
        let mut path = part(url, "pathname");
        if !path.ends_with('/') {
            path.push('/');
        }
        Base {
            scheme,
            host: part(url, "hostname"),
            port: number(&part(url, "port")).map_or(default, |port| port as u16),
            path,
        }
    }

    fn endpoints(&self, value: &JsValue) -> Vec<(Method, Base, OwnEndpoint)> {
        const METHODS: [(&str, Method); 3] = [
            ("webSocket", Method::WebSocket),
            ("serverSentEvents", Method::ServerSentEvents),
            ("longPolling", Method::LongPolling),
        ];
        let mut found = Vec::new();
        if absent(value) {
            return found;
        }
        self.known_fields("endpoints", value, &METHODS.map(|(name, _)| name));
        for (name, method) in METHODS {
            let endpoint = get(value, name);
            if !absent(&endpoint) {
                let name = joined(&["endpoints.", name]);
                let (base, own) = self.endpoint(&name, &endpoint, method);
                found.push((method, base, own));
            }
        }
        found
    }

    fn endpoint(&self, name: &str, value: &JsValue, method: Method) -> (Base, OwnEndpoint) {
        const FIELDS: [&str; 7] = [
            "url",
            "protocols",
            "withCredentials",
            "headers",
            "firstMessage",
            "expect",
            "timeoutMs",
        ];
        self.known_fields(name, value, &FIELDS);
        let at = |part: &str| joined(&[name, ".", part]);
        let string = |part: &str| self.string(&at(part), value, part);
        let text = string("url");
        if text.is_none() {
            self.wrong(&at("url"), "is needed");
        }
        let page = page_href();
        let url = self.url(&at("url"), relative(&text.unwrap_or_default(), &page));
        let base = self.base(&at("url"), &url);
        let web_socket = method == Method::WebSocket;
        if !web_socket {
            self.http_only(&at("url"), &url);
        }
        if part(&url, "protocol") == "ws:" && page_is_https() {
            self.wrong(&at("url"), "must begin with wss: on an https page");
        }
        let with_credentials = get(value, "withCredentials");
        if !absent(&with_credentials) && with_credentials.as_bool().is_none() {
            self.wrong(&at("withCredentials"), "must be true or false");
        }
        let timeout = get(value, "timeoutMs");
        let timeout = if absent(&timeout) {
            8_000.0
        } else {
            timeout.as_f64().unwrap_or_default()
        };
        if !(100.0..=10_000.0).contains(&timeout) {
            self.wrong(&at("timeoutMs"), "must be a number from 100 to 10000");
        }
        let mut headers = Vec::new();
        self.pairs(&at("headers"), value, "headers", &mut |name, value| {
            headers.push((name, value));
        });
        if !headers.is_empty() && method != Method::LongPolling {
            self.wrong(&at("headers"), "cannot be set by this method");
        }
        let own = OwnEndpoint {
            url: part(&url, "href"),
            protocols: self.strings(&at("protocols"), value, "protocols"),
            with_credentials: with_credentials.as_bool() == Some(true),
            headers,
            first_message: string("firstMessage"),
            expect: string("expect"),
            timeout: Micros::ms(timeout as u64),
        };
        if !web_socket && (own.first_message.is_some() || !own.protocols.is_empty()) {
            self.wrong(name, "takes firstMessage and protocols only for webSocket");
        }
        (base, own)
    }

    fn known_fields(&self, name: &str, value: &JsValue, known: &[&str]) {
        for field in self.names(name, value, "must be an object") {
            if !known.contains(&field.as_str()) {
                self.wrong(&field, "is not an option");
            }
        }
    }

    /// The names of an object's own properties.
    #[inline(never)]
    fn names(&self, name: &str, value: &JsValue, otherwise: &str) -> Vec<String> {
        if !js::is_object(value) || value.is_function() || js::is_list(value) {
            self.wrong(name, otherwise);
            return Vec::new();
        }
        let names = js::call(&js::global("Object"), "keys", &[value]);
        let names = js::items(&names.unwrap_or(JsValue::UNDEFINED));
        names.iter().filter_map(JsValue::as_string).collect()
    }

    /// The text of that property; `name`: how the property is called where it is wrong.
    #[inline(never)]
    fn string(&self, name: &str, of: &JsValue, property: &str) -> Option<String> {
        const LONGEST: usize = 4096;
        let value = get(of, property);
        let text = value.as_string();
        match &text {
            Some(text) if text.len() > LONGEST => self.wrong(name, "is too long"),
            None if !absent(&value) => self.wrong(name, "must be a string"),
            _ => {}
        }
        text
    }

    /// A short list of short strings.
    #[inline(never)]
    fn strings(&self, name: &str, of: &JsValue, property: &str) -> Vec<String> {
        const MOST: f64 = 20.0;
        let value = get(of, property);
        let mut all = Vec::new();
        if absent(&value) {
            return all;
        }
        if !js::is_list(&value) || js::number(&value, "length") > MOST {
            self.wrong(name, "must be an array of at most 20 strings");
            return all;
        }
        for item in js::items(&value) {
            match item.as_string() {
                Some(text) if text.len() <= 200 => all.push(text),
                _ => self.wrong(name, "must be an array of short strings"),
            }
        }
        all
    }

    #[inline(never)]
    fn methods(&self, of: &JsValue, name: &str) -> Vec<Method> {
        let mut methods = Vec::new();
        for word in self.strings(name, of, name) {
            match Method::from_word(&word) {
                Some(method) => methods.push(method),
                None => self.wrong(name, "names an unknown method"),
            }
        }
        methods
    }

    /// A small object of short strings.
    #[inline(never)]
    fn pairs(
        &self,
        name: &str,
        of: &JsValue,
        property: &str,
        pair: &mut dyn FnMut(String, String),
    ) {
        let value = get(of, property);
        if absent(&value) {
            return;
        }
        let names = self.names(name, &value, "must be an object of strings");
        if names.len() > 20 {
            self.wrong(name, "must have at most 20 entries");
            return;
        }
        for key in names {
            match get(&value, &key).as_string() {
                Some(text) if text.len() <= 200 && key.len() <= 200 => pair(key, text),
                _ => self.wrong(name, "must be an object of short strings"),
            }
        }
    }
}

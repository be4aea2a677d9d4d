//! Options: parsed, not validated. Every error names its field.

mod field;
mod need;
mod parse;

use core::fmt::{self, Display, Formatter};

use field::{Field, FirstWrong};
pub(super) use parse::from_js;
use wasm_bindgen::JsValue;

use crate::advice::Need;
use crate::browser::clock::now_ms;
use crate::browser::js;
use crate::diagnosis::Asked;
use crate::evidence::{EngineFamily, Surroundings};
use crate::method::Method;
use crate::plan::{Lane, OwnEndpoint, Plan, budget};
use crate::report::{Heading, Label, Mode};
use crate::run::Setup;
use crate::time::Micros;
use crate::wire::{Key, Scheme, joined};

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
    /// A thorough run tries no longer silence.
    pub longest_silence: Micros,
    /// How long a watch lasts.
    pub watch: Micros,
    /// What the app needs; none: nobody said.
    pub need: Option<Need>,
    /// The run's key; none: a fresh one. Whoever gives it can read the run's ledger.
    pub key: Option<Key>,
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

impl Options {
    /// The quick run of every method against the probe server at that URL; it may be relative to the page's.
    ///
    /// # Errors
    /// When the URL is not one of http or https.
    pub fn new(base: &str) -> Result<Self, OptionsError> {
        let first_wrong = FirstWrong::new();
        let field = Field::new("base", JsValue::UNDEFINED, &first_wrong);
        let options = Self {
            base: field.url(base, false).1,
            methods: Method::ALL.to_vec(),
            required: Vec::new(),
            lanes: Vec::new(),
            required_lanes: Vec::new(),
            mode: Mode::Quick,
            longest_silence: budget::RUNGS[0],
            watch: budget::WATCH,
            need: None,
            key: None,
            labels: Vec::new(),
            endpoints: Vec::new(),
        };
        first_wrong.into_inner().map_or(Ok(options), Err)
    }

    /// Makes the run's parts, with a fresh key where none was given.
    pub(super) fn setup(self, surroundings: Surroundings) -> Setup {
        let key = self.key.unwrap_or_else(|| Key::new(random()));
        let mut plan = Plan::quick(self.base.lane("main"), &self.methods);
        if self.mode == Mode::Thorough {
            let engine = surroundings.engine.as_ref().map(|engine| engine.family);
            let waits_too = engine == Some(EngineFamily::Chromium);
            plan.add_bursts(&self.methods, waits_too);
            plan.add_rungs(&self.methods, self.longest_silence);
        }
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
            need: self.need,
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
            watch: match self.mode {
                Mode::Watch => self.watch,
                _ => Micros::ZERO,
            },
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

/// A part of a URL or of the page's location.
fn part(url: &JsValue, name: &str) -> String {
    js::text(url, name).unwrap_or_default()
}

/// Where the page is.
fn location() -> JsValue {
    js::global("location")
}

/// The page came over https.
#[inline(never)]
fn page_is_https() -> bool {
    part(&location(), "protocol") == "https:"
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

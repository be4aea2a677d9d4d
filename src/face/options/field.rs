//! One option: its value, and what it is called where it is wrong.

use core::cell::OnceCell;

use wasm_bindgen::JsValue;

use super::{Base, OptionsError, location, part};
use crate::browser::js;
use crate::method::Method;
use crate::wire::{Scheme, joined, number};

/// Longer texts are a mistake, URLs and messages.
const LONGEST: usize = 4096;
/// Longer names and values are a mistake.
const SHORT: usize = 200;
/// More of them are a mistake.
const MOST: usize = 20;

/// The first thing that is wrong. Reading goes on after it, so that no step has to give up half of a result.
pub(super) type FirstWrong = OnceCell<OptionsError>;

/// An option.
pub(super) struct Field<'a> {
    name: String,
    value: JsValue,
    first_wrong: &'a FirstWrong,
}

impl<'a> Field<'a> {
    #[inline(never)]
    pub(super) fn new(name: &str, value: JsValue, first_wrong: &'a FirstWrong) -> Self {
        Self {
            name: name.to_owned(),
            value,
            first_wrong,
        }
    }

    /// A part of it; of the options themselves the name alone, as people know it.
    #[inline(never)]
    pub(super) fn at(&self, part: &str) -> Self {
        let own = match self.name.as_str() {
            "options" => part,
            name => &joined(&[name, ".", part]),
        };
        Self::new(own, js::get(&self.value, part), self.first_wrong)
    }

    /// Something is wrong with it.
    #[inline(never)]
    pub(super) fn wrong(&self, what: &str) {
        let error = OptionsError(joined(&[&self.name, " ", what]));
        let _a_later_one = self.first_wrong.set(error);
    }

    /// It was left out.
    pub(super) fn is_absent(&self) -> bool {
        js::absent(&self.value)
    }

    /// It is a text.
    pub(super) fn is_text(&self) -> bool {
        self.value.is_string()
    }

    /// It is a number, true or false, … of this kind, or was left out.
    pub(super) fn value<T>(
        &self,
        as_kind: fn(&JsValue) -> Option<T>,
        otherwise: &str,
    ) -> Option<T> {
        let value = as_kind(&self.value);
        if value.is_none() && !self.is_absent() {
            self.wrong(otherwise);
        }
        value
    }

    /// A text.
    #[inline(never)]
    pub(super) fn text(&self) -> Option<String> {
        let text = self.value(JsValue::as_string, "must be a string");
        if text.as_ref().is_some_and(|text| text.len() > LONGEST) {
            self.wrong("is too long");
        }
        text
    }

    /// A short list of short texts.
    #[inline(never)]
    pub(super) fn texts(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.is_absent() {
            return all;
        }
        if !js::is_list(&self.value) || js::number(&self.value, "length") > MOST as f64 {
            self.wrong("must be an array of at most 20 strings");
            return all;
        }
        for item in js::items(&self.value) {
            match item.as_string() {
                Some(text) if text.len() <= SHORT => all.push(text),
                _ => self.wrong("must be an array of short strings"),
            }
        }
        all
    }

    /// A list of methods.
    #[inline(never)]
    pub(super) fn methods(&self) -> Vec<Method> {
        let mut methods = Vec::new();
        for word in self.texts() {
            match Method::from_word(&word) {
                Some(method) => methods.push(method),
                None => self.wrong("names an unknown method"),
            }
        }
        methods
    }

    /// A small object of short texts: each name and text.
    #[inline(never)]
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let names = self.names("must be an object of strings");
        if names.len() > MOST {
            self.wrong("must have at most 20 entries");
            return pairs;
        }
        for name in names {
            match js::text(&self.value, &name) {
                Some(text) if text.len() <= SHORT && name.len() <= SHORT => {
                    pairs.push((name, text));
                }
                _ => self.wrong("must be an object of short strings"),
            }
        }
        pairs
    }

    /// It is an object that has no parts but these, or was left out.
    pub(super) fn has_only(&self, known: &[&str]) {
        for name in self.names("must be an object") {
            if !known.contains(&name.as_str()) {
                self.at(&name).wrong("is not an option");
            }
        }
    }

    /// The names of an object's own properties.
    #[inline(never)]
    fn names(&self, otherwise: &str) -> Vec<String> {
        let value = &self.value;
        if self.is_absent() {
            return Vec::new();
        }
        if !js::is_object(value) || value.is_function() || js::is_list(value) {
            self.wrong(otherwise);
            return Vec::new();
        }
        let names = js::call(&js::global("Object"), "keys", &[value]);
        let names = js::items(&names.unwrap_or(JsValue::UNDEFINED));
        names.iter().filter_map(JsValue::as_string).collect()
    }

    /// A URL relative to that of the page; with its parts.
    #[inline(never)]
    pub(super) fn url(&self, text: &str, sockets: bool) -> (JsValue, Base) {
        let page = js::get(&location(), "href");
        let url = js::make("URL", &[&text.into(), &page]).unwrap_or_else(|_| {
            self.wrong("is not a URL");
            JsValue::UNDEFINED
        });
        let base = self.base(&url, sockets);
        (url, base)
    }

    /// The parts of a URL of http or https; `sockets`: of ws or wss, too.
    #[inline(never)]
    pub(super) fn base(&self, url: &JsValue, sockets: bool) -> Base {
        let (scheme, default) = match (part(url, "protocol").as_str(), sockets) {
            ("http:", _) | ("ws:", true) => (Scheme::Http, 80),
            ("https:", _) | ("wss:", true) => (Scheme::Https, 443),
            (_, sockets) => {
                self.wrong(match sockets {
                    true => "must begin with http:, https:, ws: or wss:",
                    false => "must begin with http: or https:",
                });
                (Scheme::Http, 0)
            }
        };
        if !part(url, "username").is_empty() {
            self.wrong("must not carry a user name");
        }
        if !part(url, "hash").is_empty() {
            self.wrong("must not carry a fragment");
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
}

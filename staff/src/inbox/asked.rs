//! What a new link asks for: read from a request, with all that is wrong in it. Pure.

use pushcheck::method::Method;
use pushcheck_store::Id;
use pushcheck_tester::address::Parsed;
use pushcheck_tester::link::{Admission, Asked as Address, admit};
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

use super::line::{Endpoint, Language, Level, MethodWord, Mode, Start, Test};
use super::profiled::protocols;
use crate::form::{Form, Text, lines, must_line};
use crate::problem::Fault;

/// So many endpoints a link names, and so long an URL may be.
const ENDPOINTS: usize = 5;
const URL: usize = 2_000;

/// What a new link asks for.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(rename_all = "camelCase", example = json!({
    "ticket": "ACME-4711", "note": "Please run it at your desk.", "language": "en", "required": ["web-socket"], "mode": "quick",
    "skip": ["polling"], "endpoints": [], "start": "click", "expiresInHours": 72, "runs": 2, "level": "support",
}))]
#[expect(
    dead_code,
    reason = "the document's; requests are read member by member"
)]
pub(super) struct LinkRequest {
    #[schema(schema_with = must_line::<80>)]
    ticket: String,
    /// What the customer is told.
    #[schema(schema_with = lines::<2000>, required = false)]
    note: String,
    /// Null: the browser's.
    language: Option<Language>,
    /// Methods that must work.
    #[schema(max_items = 5)]
    required: Option<Vec<MethodWord>>,
    /// `quick`, where it says nothing.
    mode: Option<Mode>,
    /// Methods that are not tried, none of them required.
    #[schema(max_items = 5)]
    skip: Option<Vec<MethodWord>>,
    /// Endpoints that are tried besides, within those that may be named.
    #[schema(max_items = 5)]
    endpoints: Option<Vec<EndpointRequest>>,
    /// `click`, where it says nothing; `itself` only where no endpoint is named.
    start: Option<Start>,
    #[schema(minimum = 1, maximum = 2160, default = 168)]
    expires_in_hours: Option<i64>,
    #[schema(minimum = 1, maximum = 100, default = 3)]
    runs: Option<i64>,
    /// `support`, where it says nothing.
    level: Option<Level>,
    /// The id of the profile that it is made of.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    profile: Option<String>,
    /// The id of the report whose check it repeats.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    after: Option<String>,
}

/// An endpoint that a link shall name.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "the document's; requests are read member by member"
)]
pub(super) struct EndpointRequest {
    /// Each once, and not `polling`, of which there is no endpoint but the server's own.
    method: MethodWord,
    #[schema(schema_with = must_line::<2000>)]
    url: String,
    /// Of a WebSocket: tokens of RFC 9110, each once.
    #[schema(max_items = 10)]
    protocols: Option<Vec<String>>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) ticket: String,
    pub(super) note: String,
    pub(super) language: Option<&'static str>,
    pub(super) test: Test,
    pub(super) starts_itself: bool,
    pub(super) hours: i64,
    pub(super) runs: i64,
    pub(super) level: &'static str,
    pub(super) profile: Option<String>,
    pub(super) after: Option<String>,
}

/// Reads a request; `allowed`: the endpoints that may be named. What is wrong comes with what could be read, since more may be
/// found wrong elsewhere.
pub(super) fn read(said: &Value, allowed: &[String]) -> (Asked, Vec<Fault>) {
    let mut form = Form::of(said, "");
    let ticket = form
        .text("ticket", Text::line(80).must())
        .unwrap_or_default();
    let note = form.text("note", Text::lines(2_000)).unwrap_or_default();
    let language = form.choice("language", &["en", "ja"]);
    let required = methods(&mut form, "required");
    let mode = form.word("mode", &["quick", "thorough"]).to_owned();
    let skip = methods(&mut form, "skip");
    for (at, method) in skip.iter().enumerate() {
        if required.contains(method) {
            form.wrong(&format!("/skip/{at}"), "it is required");
        }
    }
    let endpoints = endpoints(&mut form, allowed);
    if skip.len() == Method::ALL.len() {
        form.wrong("/skip", "nothing is left to try");
    }
    let starts_itself = form.word("start", &["click", "itself"]) == "itself";
    let named = said.get("endpoints").and_then(Value::as_array);
    if starts_itself && named.is_some_and(|named| !named.is_empty()) {
        form.wrong("/start", "only by a click, where endpoints are named");
    }
    let asked = Asked {
        ticket,
        note,
        language,
        test: Test {
            required,
            mode,
            skip,
            endpoints,
        },
        starts_itself,
        hours: form.number("expiresInHours", 1, 2_160, 168),
        runs: form.number("runs", 1, 100, 3),
        level: form.word("level", &["support", "public", "full"]),
        profile: id(&mut form, "profile"),
        after: id(&mut form, "after"),
    };
    (asked, form.faults())
}

fn id(form: &mut Form<'_>, name: &'static str) -> Option<String> {
    let id = form.get(name)?.as_str().unwrap_or_default().to_owned();
    if id.parse::<Id>().is_err() {
        form.wrong(&format!("/{name}"), "an id of 32 digits");
        return None;
    }
    Some(id)
}

/// Words of methods, each once, in the order of a report.
fn methods(form: &mut Form<'_>, name: &'static str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, word) in form.list(name, Method::ALL.len()).iter().enumerate() {
        match word.as_str().and_then(Method::from_word) {
            Some(method) => named.push(method),
            None => form.wrong(&format!("/{name}/{at}"), "a method"),
        }
    }
    named.sort_unstable();
    named.dedup();
    named.iter().map(|one| one.as_str().to_owned()).collect()
}

fn endpoints(form: &mut Form<'_>, allowed: &[String]) -> Vec<Endpoint> {
    let (mut named, mut tried) = (Vec::new(), Vec::new());
    for (at, value) in form.list("endpoints", ENDPOINTS).iter().enumerate() {
        let mut one = Form::of(value, format!("/endpoints/{at}"));
        let method = one.get("method").and_then(Value::as_str);
        let method = method.and_then(Method::from_word);
        match method {
            None if value.is_object() => one.wrong("/method", "a method"),
            Some(Method::Polling) => one.wrong("/method", "polling has no endpoint of its own"),
            Some(method) if tried.contains(&method) => {
                one.wrong("/method", "one endpoint of each method is tried");
            }
            _ => tried.extend(method),
        }
        let protocols = protocols(&mut one);
        if !protocols.is_empty() && method != Some(Method::WebSocket) {
            one.wrong("/protocols", "a WebSocket has them");
        }
        let url = one.text("url", Text::line(URL).must());
        if let Some(url) = url {
            match endpoint(&url, method, allowed) {
                Ok(url) => named.extend(method.map(|method| Endpoint {
                    method: method.as_str().to_owned(),
                    url,
                    protocols,
                })),
                Err(why) => one.wrong("/url", why),
            }
        }
        let faults = one.faults();
        form.also(faults);
    }
    named
}

/// An endpoint's URL as a browser spells it, or why no link names it.
pub(super) fn endpoint(
    url: &str,
    method: Option<Method>,
    allowed: &[String],
) -> Result<String, &'static str> {
    let url = Url::parse(url).map_err(|_| "no URL that a browser can try")?;
    let schemes: &[&str] = match method {
        Some(Method::WebSocket) => &["ws", "wss"],
        Some(_) => &["http", "https"],
        None => &["ws", "wss", "http", "https"],
    };
    if !schemes.contains(&url.scheme()) {
        return Err("its scheme is not one of that method");
    }
    let asked = Address {
        parsed: Some(parsed(&url)),
        endpoints: Some(allowed.to_vec()),
    };
    match admit(&asked) {
        Admission::Yes => {}
        Admission::NoUrl => return Err("no URL that a browser can try"),
        Admission::UserPassword => return Err("it holds user or password"),
        Admission::NotPublic => {
            return Err("it leads into a private network, and --allow-endpoint does not list it");
        }
        Admission::NotListed => return Err("--allow-endpoint does not list it"),
    }
    if url.fragment().is_some() {
        return Err("what stands behind the # is not sent");
    }
    Ok(url.into())
}

/// The attributes that a browser's `URL` has.
fn parsed(url: &Url) -> Parsed {
    let behind = |sign: &str, part: Option<&str>| {
        part.map_or_else(String::new, |part| format!("{sign}{part}"))
    };
    Parsed {
        href: url.as_str().to_owned(),
        protocol: format!("{}:", url.scheme()),
        hostname: url.host_str().unwrap_or_default().to_owned(),
        port: url.port().map(|port| port.to_string()).unwrap_or_default(),
        pathname: url.path().to_owned(),
        search: behind("?", url.query()),
        hash: behind("#", url.fragment()),
        username: url.username().to_owned(),
        password: url.password().unwrap_or_default().to_owned(),
    }
}

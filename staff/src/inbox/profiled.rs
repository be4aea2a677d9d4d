//! What a profile says: read from a request, with all that is wrong in it, and without secrets. Pure.

use pushcheck::method::Method;
use pushcheck_tester::address::{names_a_secret, pieces};
use pushcheck_tester::link::is_secret_protocol;
use serde_json::Value;
use url::Url;

use super::profile::{Pair, Told};
use crate::form::{Form, Text, checked};
use crate::problem::Fault;

/// Name, state and all else; or all faults.
pub(super) fn read(said: &Value) -> Result<(String, &'static str, Told), Vec<Fault>> {
    let mut form = Form::of(said, "");
    let name = form
        .text("name", Text::line(100).must())
        .unwrap_or_default();
    let method = form.choice("method", &Method::ALL.map(Method::as_str));
    if method.is_none() && said.get("method").is_none_or(Value::is_null) && said.is_object() {
        form.wrong("/method", "a method");
    }
    let url = form.text("url", Text::line(2_000).must());
    let url = url.and_then(|url| match address(&url, method) {
        Ok(url) => Some(url),
        Err(why) => {
            form.wrong("/url", why);
            None
        }
    });
    let told = Told {
        url: url.unwrap_or_default(),
        method: method.unwrap_or_default().to_owned(),
        query: query(&mut form),
        protocols: protocols(&mut form),
        first_message: form.text("firstMessage", Text::lines(4_000)),
        expected_reply: form.text("expectedReply", Text::lines(4_000)),
        owner: form.text("owner", Text::line(120)).unwrap_or_default(),
        tags: tags(&mut form),
        notes: form.text("notes", Text::lines(10_000)).unwrap_or_default(),
    };
    let state = form.word("state", &["draft", "active", "retired"]);
    let faults = form.faults();
    match faults.is_empty() {
        true => Ok((name, state, told)),
        false => Err(faults),
    }
}

/// A URL as a browser spells it, or why it is not kept.
fn address(url: &str, method: Option<&str>) -> Result<String, &'static str> {
    let url = Url::parse(url).map_err(|_| "no URL that a browser can try")?;
    let schemes: &[&str] = match method {
        Some("web-socket") => &["ws", "wss"],
        Some(_) => &["http", "https"],
        None => &["ws", "wss", "http", "https"],
    };
    if !schemes.contains(&url.scheme()) {
        return Err("its scheme is not one of that method");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds user or password");
    }
    if url.fragment().is_some() {
        return Err("what stands behind the # is not sent");
    }
    let query = url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    if pieces(&query)
        .iter()
        .any(|one| holds_a_secret(&one.name, &one.value))
    {
        return Err("a parameter of it looks like a secret");
    }
    Ok(url.into())
}

/// Its name says so and there is something, or it looks like a JSON Web Token (RFC 7519 § 3).
fn holds_a_secret(name: &str, value: &str) -> bool {
    let token = value.starts_with("eyJ") && value.matches('.').count() >= 2;
    token || (!value.is_empty() && names_a_secret(name))
}

fn query(form: &mut Form<'_>) -> Vec<Pair> {
    let mut all = Vec::new();
    for (at, value) in form.list("query", 30).iter().enumerate() {
        let mut one = Form::of(value, format!("/query/{at}"));
        let name = one.text("name", Text::line(200).must());
        let value = one.text("value", Text::line(1_000)).unwrap_or_default();
        if let Some(name) = name {
            if holds_a_secret(&name, &value) {
                one.wrong("/value", "it looks like a secret: leave it empty");
            }
            all.push(Pair { name, value });
        }
        let faults = one.faults();
        form.also(faults);
    }
    all
}

/// Texts of a list; `wrong` says what else is wrong with one.
fn texts(
    form: &mut Form<'_>,
    name: &'static str,
    most: usize,
    as_: Text,
    wrong: fn(&str) -> Option<&'static str>,
) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (at, value) in form.list(name, most).iter().enumerate() {
        let place = format!("/{name}/{at}");
        let Some(text) = value.as_str() else {
            form.wrong(&place, "a text");
            continue;
        };
        match checked(text, as_) {
            Ok(kept) => match wrong(&kept) {
                Some(why) => form.wrong(&place, why),
                None if all.contains(&kept) => form.wrong(&place, "it is there already"),
                None => all.push(kept),
            },
            Err(why) => form.wrong(&place, why),
        }
    }
    all
}

/// Subprotocols are tokens, each once (RFC 6455 § 4.1).
pub(super) fn protocols(form: &mut Form<'_>) -> Vec<String> {
    texts(form, "protocols", 10, Text::line(100).must(), |one| {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if one.is_empty() || !one.bytes().all(token) {
            Some("a token (RFC 9110 § 5.6.2)")
        } else if is_secret_protocol(one) {
            Some("it looks like a secret")
        } else {
            None
        }
    })
}

fn tags(form: &mut Form<'_>) -> Vec<String> {
    texts(form, "tags", 20, Text::line(40).must(), |one| {
        one.is_empty().then_some("must not be empty")
    })
}

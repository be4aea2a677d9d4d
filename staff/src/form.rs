//! A JSON object, looked at member by member: all faults are found, each with its place (RFC 6901); and what the document says of
//! its texts. Pure.

use serde_json::{Map, Value};
use utoipa::openapi::Object;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use crate::extract::fault;
use crate::problem::Fault;

/// The object, and what was wrong with it so far.
#[derive(Debug)]
pub(crate) struct Form<'a> {
    object: Option<&'a Map<String, Value>>,
    /// Where the object itself is.
    at: String,
    known: Vec<&'static str>,
    faults: Vec<Fault>,
}

/// What a text may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    /// It must be there, and hold more than blanks.
    must: bool,
    /// Characters.
    most: usize,
    /// It may have more lines than one.
    lines: bool,
}

impl Text {
    /// One line.
    pub(crate) const fn line(most: usize) -> Self {
        Self {
            must: false,
            most,
            lines: false,
        }
    }

    /// One line or more.
    pub(crate) const fn lines(most: usize) -> Self {
        Self {
            lines: true,
            ..Self::line(most)
        }
    }

    /// It must be there.
    pub(crate) const fn must(self) -> Self {
        Self { must: true, ..self }
    }

    /// As the document has it: a pattern of ECMA-262.
    fn described(self) -> Object {
        // Controls, by Unicode's category Cc.
        let (one, kept) = match self.lines {
            false => ("[^\\x00-\\x1f\\x7f-\\x9f]", "[^\\s\\x00-\\x1f\\x7f-\\x9f]"),
            true => (
                "(\\r\\n|[^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f])",
                "[^\\s\\x00-\\x1f\\x7f-\\x9f]",
            ),
        };
        let pattern = match self.must {
            true => format!("^{one}*{kept}{one}*$"),
            false => format!("^{one}*$"),
        };
        let kind = match self.must {
            true => SchemaType::Type(Type::String),
            false => SchemaType::from_iter([Type::String, Type::Null]),
        };
        ObjectBuilder::new()
            .schema_type(kind)
            .min_length(self.must.then_some(1))
            .max_length(Some(self.most))
            .pattern(Some(pattern))
            .build()
    }
}

/// One line, for the document; null where there is none.
pub(crate) fn line<const MOST: usize>() -> Object {
    Text::line(MOST).described()
}

/// One line that must be there, for the document.
pub(crate) fn must_line<const MOST: usize>() -> Object {
    Text::line(MOST).must().described()
}

/// One line or more, for the document; null where there is none.
pub(crate) fn lines<const MOST: usize>() -> Object {
    Text::lines(MOST).described()
}

impl<'a> Form<'a> {
    pub(crate) fn of(value: &'a Value, at: impl Into<String>) -> Self {
        let mut form = Self {
            object: value.as_object(),
            at: at.into(),
            known: Vec::new(),
            faults: Vec::new(),
        };
        if form.object.is_none() {
            form.faults.push(fault(form.at.clone(), "an object"));
        }
        form
    }

    /// What is wrong there.
    pub(crate) fn wrong(&mut self, place: &str, detail: impl Into<String>) {
        self.faults
            .push(fault(format!("{}{place}", self.at), detail));
    }

    /// What was found wrong elsewhere.
    pub(crate) fn also(&mut self, faults: Vec<Fault>) {
        self.faults.extend(faults);
    }

    /// A member; null is as good as none.
    pub(crate) fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object?.get(name).filter(|value| !value.is_null())
    }

    /// A text without blanks around it.
    pub(crate) fn text(&mut self, name: &'static str, as_: Text) -> Option<String> {
        let value = self.get(name);
        let place = format!("/{name}");
        let kept = match value {
            None => String::new(),
            Some(value) => match value.as_str() {
                None => {
                    self.wrong(&place, "a text");
                    return None;
                }
                Some(text) => match checked(text, as_) {
                    Ok(kept) => kept,
                    Err(why) => {
                        self.wrong(&place, why);
                        return None;
                    }
                },
            },
        };
        if kept.is_empty() {
            if as_.must && self.object.is_some() {
                self.wrong(&place, "must not be empty");
            }
            return None;
        }
        Some(kept)
    }

    /// One of these words.
    pub(crate) fn choice(
        &mut self,
        name: &'static str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        let value = self.get(name)?;
        let known = words.iter().find(|word| value.as_str() == Some(**word));
        if known.is_none() {
            self.wrong(&format!("/{name}"), format!("one of {}", words.join(", ")));
        }
        known.copied()
    }

    /// One of these words; the first where there is none.
    pub(crate) fn word(&mut self, name: &'static str, words: &[&'static str]) -> &'static str {
        self.choice(name, words)
            .or_else(|| words.first().copied())
            .unwrap_or_default()
    }

    /// A whole number.
    pub(crate) fn number(&mut self, name: &'static str, least: i64, most: i64, usual: i64) -> i64 {
        let Some(value) = self.get(name) else {
            return usual;
        };
        let number = value.as_i64().filter(|n| (least..=most).contains(n));
        number.unwrap_or_else(|| {
            self.wrong(
                &format!("/{name}"),
                format!("a number from {least} to {most}"),
            );
            usual
        })
    }

    /// A list, at most so long.
    pub(crate) fn list(&mut self, name: &'static str, most: usize) -> &'a [Value] {
        let Some(value) = self.get(name) else {
            return &[];
        };
        match value.as_array() {
            Some(list) if list.len() <= most => list,
            _ => {
                self.wrong(&format!("/{name}"), format!("a list of at most {most}"));
                &[]
            }
        }
    }

    /// All that is wrong; a member that nobody asked for is, too.
    pub(crate) fn faults(mut self) -> Vec<Fault> {
        let unknown = self.object.into_iter().flat_map(Map::keys);
        let unknown = unknown.filter(|name| !self.known.contains(&name.as_str()));
        // A stranger's object may have very many.
        let unknown: Vec<_> = unknown.take(8).map(|name| escaped(name)).collect();
        for name in unknown {
            self.wrong(&format!("/{name}"), "not known");
        }
        self.faults
    }
}

/// A text as it is kept, without blanks around it, or why it is not.
pub(crate) fn checked(text: &str, as_: Text) -> Result<String, String> {
    let text = match as_.lines {
        true => text.replace("\r\n", "\n"),
        false => text.to_owned(),
    };
    if text.chars().count() > as_.most {
        return Err(format!("at most {} characters", as_.most));
    }
    if text
        .chars()
        .any(|one| one.is_control() && !(as_.lines && one == '\n'))
    {
        return Err("no control characters".to_owned());
    }
    Ok(text.trim().to_owned())
}

/// A stranger's name as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    let short: String = name
        .chars()
        .take(40)
        .filter(|one| !one.is_control())
        .collect();
    short.replace('~', "~0").replace('/', "~1")
}

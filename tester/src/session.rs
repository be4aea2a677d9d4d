//! Saved sessions: what the form held, and what came. They lie in the browser's storage or in files, and both are strangers': each
//! is checked whole before any of it is shown, and a damaged one is named with what is wrong.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Kind;
use crate::payload::Format;
use crate::request::Field;

/// The word by which a file is ours.
const WORD: &str = "pushcheck-tester";
/// What this version writes, and the newest that it reads.
const VERSION: u64 = 1;

/// The longest file, in bytes.
pub const LONGEST: usize = 4 * 1024 * 1024;
/// The most sessions in a file.
pub const MOST: usize = 50;
/// The most entries of a timeline in a session.
pub const MOST_ENTRIES: usize = 200;
/// The most of a list: fields, subprotocols, events.
const MOST_LISTED: usize = 64;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 240;
/// The longest URL, subprotocol or field, in bytes.
const LONGEST_LINE: usize = 32 * 1024;
/// The longest payload, in bytes.
const LONGEST_PAYLOAD: usize = 256 * 1024;

/// One session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Session {
    /// What a person called it.
    pub name: String,
    /// When it was saved, in milliseconds since 1970.
    pub saved_at: u64,
    /// A word of [`Kind`].
    pub kind: String,
    /// As it was typed.
    pub url: String,
    /// Subprotocols, in their order.
    pub protocols: Vec<String>,
    /// Names of events to listen for.
    pub events: Vec<String>,
    /// The method.
    pub method: String,
    /// The fields; without values, where those were not to be kept.
    pub headers: Vec<Field>,
    /// `omit`, `same-origin` or `include`.
    pub credentials: String,
    /// A word of [`Format`].
    pub format: String,
    /// What was to be sent.
    pub payload: String,
    /// What had come and gone, the oldest first.
    pub entries: Vec<Entry>,
}

/// One entry of a timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entry {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// `in`, `out` or `note`.
    pub direction: String,
    /// `text`, `binary`, `event`, `chunk`, or a word of the page's.
    pub kind: String,
    /// How many bytes it was; more than are kept, perhaps.
    pub size: u64,
    /// The text, or the beginning of it.
    pub text: String,
    /// Bytes in Base64; empty: it is text.
    pub base64: String,
}

/// What was read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Read {
    /// Those that are whole.
    pub sessions: Vec<Session>,
    /// Why the others are not.
    pub damaged: Vec<Damage>,
}

/// Why something cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// A stable word; texts are found by it.
    pub why: &'static str,
    /// The session's name, where it has one.
    pub name: String,
    /// Where: `sessions[2].url`, or a line and a column.
    pub at: String,
}

/// Reads sessions. What is whole is taken, whatever stands beside it.
pub fn read(text: &str) -> Read {
    let mut out = Read::default();
    let mut all = |why, at: String| {
        out.damaged.push(Damage {
            why,
            name: String::new(),
            at,
        });
    };
    if text.len() > LONGEST {
        all("too-large", String::new());
        return out;
    }
    let file: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(file) => file,
        Err(error) => {
            let why = if error.is_eof() { "cut" } else { "no-json" };
            all(why, format!("{}:{}", error.line(), error.column()));
            return out;
        }
    };
    if file.get("file").and_then(Value::as_str) != Some(WORD) {
        all("not-ours", String::new());
        return out;
    }
    match file.get("version").and_then(Value::as_u64) {
        Some(1..=VERSION) => {}
        Some(_) => {
            all("newer", String::new());
            return out;
        }
        None => {
            all("not-ours", "version".to_owned());
            return out;
        }
    }
    let Some(sessions) = file.get("sessions").and_then(Value::as_array) else {
        all("no-list", "sessions".to_owned());
        return out;
    };
    if sessions.len() > MOST {
        all("too-many", format!("sessions[{MOST}]"));
    }
    for (n, session) in sessions.iter().take(MOST).enumerate() {
        let at = format!("sessions[{n}]");
        let name = session
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match read_session(session, &at) {
            Ok(session) => out.sessions.push(session),
            Err((why, at)) => out.damaged.push(Damage {
                why,
                name: name.chars().take(80).collect(),
                at,
            }),
        }
    }
    out
}

/// Writes sessions, as [`read`] takes them.
pub fn write(sessions: &[Session]) -> String {
    #[derive(Serialize)]
    struct File<'a> {
        file: &'a str,
        version: u64,
        sessions: &'a [Session],
    }
    let file = File {
        file: WORD,
        version: VERSION,
        sessions,
    };
    // Only our own types, without maps: it cannot fail.
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// What is to be put where sessions lie.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// What to put there; `None`: it would not be read again, and nothing is to be put there.
    pub text: Option<String>,
    /// Why not.
    pub damaged: Vec<Damage>,
    /// What lies there now cannot be read whole: it has to be kept elsewhere.
    pub aside: bool,
}

/// Sessions as they are to be saved in place of `present`; empty: nothing lies there.
pub fn keep(sessions: &[Session], present: &str) -> Kept {
    let text = write(sessions);
    let damaged = read(&text).damaged;
    Kept {
        text: damaged.is_empty().then_some(text),
        damaged,
        aside: !present.is_empty() && !read(present).damaged.is_empty(),
    }
}

type Wrong = (&'static str, String);

/// The fields of an object, each looked at.
struct Object<'a> {
    fields: &'a Map<String, Value>,
    at: &'a str,
}

impl<'a> Object<'a> {
    fn of(value: &'a Value, at: &'a str) -> Result<Self, Wrong> {
        let fields = value
            .as_object()
            .ok_or_else(|| ("no-object", at.to_owned()))?;
        Ok(Self { fields, at })
    }

    fn place(&self, name: &str) -> String {
        format!("{}.{name}", self.at)
    }

    fn text(&self, name: &str, longest: usize) -> Result<String, Wrong> {
        match self.fields.get(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) if text.len() <= longest => Ok(text.clone()),
            Some(Value::String(_)) => Err(("too-long", self.place(name))),
            Some(_) => Err(("no-text", self.place(name))),
        }
    }

    fn word(&self, name: &str, is: impl Fn(&str) -> bool) -> Result<String, Wrong> {
        let word = self.text(name, LONGEST_NAME)?;
        match is(&word) {
            true => Ok(word),
            false => Err(("unknown-word", self.place(name))),
        }
    }

    fn number(&self, name: &str) -> Result<u64, Wrong> {
        match self.fields.get(name) {
            None => Ok(0),
            // What a Date can hold (ECMAScript § 21.4.1.1), which is beyond any size.
            Some(value) => value
                .as_u64()
                .filter(|number| *number <= 8_640_000_000_000_000)
                .ok_or_else(|| ("no-number", self.place(name))),
        }
    }

    fn list(&self, name: &str, most: usize) -> Result<&'a [Value], Wrong> {
        match self.fields.get(name) {
            None => Ok(&[]),
            Some(Value::Array(list)) if list.len() <= most => Ok(list),
            Some(Value::Array(_)) => Err(("too-many", self.place(name))),
            Some(_) => Err(("no-list", self.place(name))),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Wrong> {
        let list = self.list(name, MOST_LISTED)?.iter().enumerate();
        list.map(|(n, one)| match one.as_str() {
            Some(text) if text.len() <= LONGEST_LINE => Ok(text.to_owned()),
            Some(_) => Err(("too-long", format!("{}[{n}]", self.place(name)))),
            None => Err(("no-text", format!("{}[{n}]", self.place(name)))),
        })
        .collect()
    }

    fn objects<T>(
        &self,
        name: &str,
        most: usize,
        read: impl Fn(&Object<'_>) -> Result<T, Wrong>,
    ) -> Result<Vec<T>, Wrong> {
        let list = self.list(name, most)?.iter().enumerate();
        list.map(|(n, one)| read(&Object::of(one, &format!("{}[{n}]", self.place(name)))?))
            .collect()
    }
}

fn read_session(value: &Value, at: &str) -> Result<Session, Wrong> {
    let object = Object::of(value, at)?;
    let name = object.text("name", LONGEST_NAME)?;
    if name.trim().is_empty() {
        return Err(("no-name", object.place("name")));
    }
    Ok(Session {
        name,
        saved_at: object.number("savedAt")?,
        kind: object.word("kind", |word| Kind::from_word(word).is_some())?,
        url: object.text("url", LONGEST_LINE)?,
        protocols: object.texts("protocols")?,
        events: object.texts("events")?,
        method: object.text("method", LONGEST_NAME)?,
        headers: object.objects("headers", MOST_LISTED, |field| {
            Ok(Field {
                name: field.text("name", LONGEST_LINE)?,
                value: field.text("value", LONGEST_LINE)?,
            })
        })?,
        credentials: object.word("credentials", |word| {
            matches!(word, "" | "omit" | "same-origin" | "include")
        })?,
        format: object.word("format", |word| {
            word.is_empty() || Format::from_word(word).is_some()
        })?,
        payload: object.text("payload", LONGEST_PAYLOAD)?,
        entries: object.objects("entries", MOST_ENTRIES, read_entry)?,
    })
}

fn read_entry(entry: &Object<'_>) -> Result<Entry, Wrong> {
    let base64 = entry.text("base64", LONGEST_PAYLOAD)?;
    if crate::payload::bytes_of_base64(&base64).is_err() {
        return Err(("no-base64", entry.place("base64")));
    }
    Ok(Entry {
        at: entry.number("at")?,
        direction: entry.word("direction", |word| matches!(word, "in" | "out" | "note"))?,
        kind: entry.text("kind", LONGEST_NAME)?,
        size: entry.number("size")?,
        text: entry.text("text", LONGEST_PAYLOAD)?,
        base64,
    })
}

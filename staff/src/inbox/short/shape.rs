//! How a value is got out of an array that a stranger wrote.

use serde_json::{Map, Value};

use super::NotShort::{self, Damaged, Newer};

/// How a value is got out of the array.
pub(super) enum Shape {
    /// A whole number from 0.
    Number(u64),
    Text(fn(&str) -> bool),
    Yes,
    Word(&'static [&'static str]),
    Maybe(&'static Self),
    List(&'static Self, usize),
    /// Its fields, and what the short form does not tell, as JSON.
    Record(&'static [(&'static str, Self)], &'static str),
}

use Shape::{List, Maybe, Number, Record, Text, Word, Yes};

impl Shape {
    /// The value, or why it is none.
    pub(super) fn get(&self, value: &Value) -> Result<Value, NotShort> {
        match self {
            Number(most) => match value.as_u64() {
                Some(number) if number <= *most => Ok(value.clone()),
                _ => Err(Damaged),
            },
            Text(fits) => match value.as_str() {
                Some(text) if fits(text) => Ok(value.clone()),
                _ => Err(Damaged),
            },
            Yes => match value.as_u64() {
                Some(0) => Ok(Value::Bool(false)),
                Some(1) => Ok(Value::Bool(true)),
                _ => Err(Damaged),
            },
            Word(words) => {
                let at = value.as_u64().ok_or(Damaged)?;
                let word = usize::try_from(at).ok().and_then(|at| words.get(at));
                word.map(|word| Value::from(*word)).ok_or(Newer)
            }
            Maybe(_) if value.is_null() => Ok(Value::Null),
            Maybe(shape) => shape.get(value),
            List(shape, most) => match value.as_array() {
                Some(values) if values.len() <= *most => {
                    values.iter().map(|one| shape.get(one)).collect()
                }
                _ => Err(Damaged),
            },
            Record(fields, rest) => {
                let values = value.as_array().ok_or(Damaged)?;
                if values.len() != fields.len() {
                    return Err(Damaged);
                }
                let mut all: Map<String, Value> =
                    serde_json::from_str(rest).map_err(|_| Damaged)?;
                for ((name, shape), value) in fields.iter().zip(values) {
                    all.insert((*name).to_owned(), shape.get(value)?);
                }
                Ok(Value::Object(all))
            }
        }
    }
}

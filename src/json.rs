//! Any of our own types → JSON text, for `JSON.parse` to make plain objects of.
//!
//! A general serializer costs the visitor fifteen kilobytes; ours only meets integers, booleans, strings, options,
//! sequences, structs and enums without payload or with an inner tag. It cannot fail, so no caller checks: a shape that
//! none of our types has is a panic, which the first native test of that type meets.

use core::fmt::{self, Display, Formatter};

use serde::ser::{self, Impossible, Serialize, SerializeSeq, SerializeStruct};

/// The text of `value`.
///
/// # Errors
/// None, as the type says.
///
/// # Panics
/// When it has a shape that none of our types has.
pub fn to_text(value: &impl Serialize) -> Result<String, NotOurs> {
    let mut writer = Writer {
        text: String::new(),
    };
    value.serialize(&mut writer)?;
    Ok(writer.text)
}

struct Writer {
    text: String,
}

/// The error that never is: without one there is nothing to hand on after each field.
#[derive(Debug)]
pub enum NotOurs {}

impl Display for NotOurs {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl core::error::Error for NotOurs {}

impl ser::Error for NotOurs {
    fn custom<T: Display>(_: T) -> Self {
        not_ours()
    }
}

#[cold]
#[inline(never)]
fn not_ours() -> ! {
    panic!("a shape that none of our types has")
}

impl Writer {
    #[inline(never)]
    fn mark(&mut self, mark: char) {
        self.text.push(mark);
    }

    #[inline(never)]
    fn word(&mut self, word: &str) {
        self.text.push_str(word);
    }

    #[inline(never)]
    fn string(&mut self, text: &str) {
        self.mark('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.mark('\\');
                    self.mark(c);
                }
                '\u{0}'..='\u{1f}' => {
                    self.text.push_str("\\u00");
                    self.text.push(if c < '\u{10}' { '0' } else { '1' });
                    self.text
                        .push(char::from(b"0123456789abcdef"[c as usize & 15]));
                }
                _ => self.mark(c),
            }
        }
        self.mark('"');
    }

    #[inline(never)]
    fn digits(&mut self, number: u64) {
        if number > 9 {
            self.digits(number / 10);
        }
        self.text.push(char::from(b'0' + (number % 10) as u8));
    }

    /// A comma, unless it is the first.
    #[inline(never)]
    fn next(&mut self) {
        if !matches!(self.text.as_bytes().last(), Some(b'{' | b'[')) {
            self.mark(',');
        }
    }

    #[inline(never)]
    fn key(&mut self, key: &str) {
        self.next();
        self.string(key);
        self.mark(':');
    }
}

/// An array that is open.
struct List<'a>(&'a mut Writer);

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = NotOurs;

    #[inline(never)]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotOurs> {
        self.0.next();
        value.serialize(&mut *self.0)
    }

    fn end(self) -> Result<(), NotOurs> {
        self.0.mark(']');
        Ok(())
    }
}

/// An object that is open.
struct Object<'a>(&'a mut Writer);

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = NotOurs;

    #[inline(never)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), NotOurs> {
        self.0.key(key);
        value.serialize(&mut *self.0)
    }

    fn end(self) -> Result<(), NotOurs> {
        self.0.mark('}');
        Ok(())
    }
}

macro_rules! not_ours {
    ($($name:ident: $type:ty),* $(,)?) => {
        $(fn $name(self, _: $type) -> Result<(), NotOurs> {
            not_ours()
        })*
    };
}

impl<'a> ser::Serializer for &'a mut Writer {
    type Ok = ();
    type Error = NotOurs;
    type SerializeSeq = List<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Impossible<(), NotOurs>;
    type SerializeTuple = Impossible<(), NotOurs>;
    type SerializeTupleStruct = Impossible<(), NotOurs>;
    type SerializeTupleVariant = Impossible<(), NotOurs>;
    type SerializeMap = Impossible<(), NotOurs>;

    not_ours!(serialize_f32: f32, serialize_f64: f64, serialize_char: char, serialize_bytes: &[u8],
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);

    fn serialize_bool(self, value: bool) -> Result<(), NotOurs> {
        self.word(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), NotOurs> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), NotOurs> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), NotOurs> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), NotOurs> {
        self.digits(value);
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), NotOurs> {
        self.string(text);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), NotOurs> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotOurs> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NotOurs> {
        self.word("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotOurs> {
        not_ours()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), NotOurs> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotOurs> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NotOurs> {
        not_ours()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, NotOurs> {
        self.mark('[');
        Ok(List(self))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NotOurs> {
        not_ours()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NotOurs> {
        not_ours()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NotOurs> {
        not_ours()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NotOurs> {
        not_ours()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, NotOurs> {
        self.mark('{');
        Ok(Object(self))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NotOurs> {
        not_ours()
    }
}

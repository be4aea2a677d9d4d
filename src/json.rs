//! Any of our own types → JSON text, for `JSON.parse` to make plain objects of.
//!
//! A general serializer costs the visitor fifteen kilobytes; ours only meets integers, booleans, strings, options,
//! sequences, structs and enums without payload or with an inner tag. It cannot fail, so no caller checks: a shape that
//! none of our types has is a panic, which the first native test of that type meets.

use core::fmt::{self, Display, Formatter};

use serde::ser::{
    self, Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeStructVariant,
};

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
    fn string(&mut self, text: &str) {
        self.text.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.text.push('\\');
                    self.text.push(c);
                }
                '\u{0}'..='\u{1f}' => {
                    self.text.push_str("\\u00");
                    self.text.push(if c < '\u{10}' { '0' } else { '1' });
                    self.text
                        .push(char::from(b"0123456789abcdef"[c as usize & 15]));
                }
                _ => self.text.push(c),
            }
        }
        self.text.push('"');
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
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
    }

    #[inline(never)]
    fn key(&mut self, key: &str) {
        self.next();
        self.string(key);
        self.text.push(':');
    }
}

/// An object or array that is open, and what closes it.
struct Open<'a>(&'a mut Writer, char);

impl<'a> Open<'a> {
    fn new(writer: &'a mut Writer, open: char, close: char) -> Self {
        writer.text.push(open);
        Self(writer, close)
    }

    fn close(self) {
        self.0.text.push(self.1);
    }
}

impl SerializeSeq for Open<'_> {
    type Ok = ();
    type Error = NotOurs;

    #[inline(never)]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotOurs> {
        self.0.next();
        value.serialize(&mut *self.0)
    }

    fn end(self) -> Result<(), NotOurs> {
        self.close();
        Ok(())
    }
}

impl SerializeStruct for Open<'_> {
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
        self.close();
        Ok(())
    }
}

impl SerializeStructVariant for Open<'_> {
    type Ok = ();
    type Error = NotOurs;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), NotOurs> {
        SerializeStruct::serialize_field(self, key, value)
    }

    fn end(self) -> Result<(), NotOurs> {
        SerializeStruct::end(self)
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
    type SerializeSeq = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Open<'a>;
    type SerializeTuple = Impossible<(), NotOurs>;
    type SerializeTupleStruct = Impossible<(), NotOurs>;
    type SerializeTupleVariant = Impossible<(), NotOurs>;
    type SerializeMap = Impossible<(), NotOurs>;

    not_ours!(serialize_f32: f32, serialize_f64: f64, serialize_char: char, serialize_bytes: &[u8],
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);

    fn serialize_bool(self, value: bool) -> Result<(), NotOurs> {
        self.text.push_str(if value { "true" } else { "false" });
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
        self.text.push_str("null");
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

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>, NotOurs> {
        Ok(Open::new(self, '[', ']'))
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

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, NotOurs> {
        Ok(Open::new(self, '{', '}'))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Open<'a>, NotOurs> {
        not_ours()
    }
}

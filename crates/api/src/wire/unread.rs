//! Names what a body has and nobody reads: unknown and read-only properties, for `?strict=true` (SEC-119).
//!
//! What may be written is what the structure of the body reads: serde hands over the list of its fields, so that there is no
//! second list to keep. Texts of the person's own (task data, results) are taken as they are and have no such list.

use std::borrow::Cow;
use std::cell::RefCell;

use labelkeep_services::Invalid;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::entries::Entries;

/// The most names that an answer gives.
const MOST: usize = 100;

/// The properties that nobody has read, as `scope.wrte`.
#[derive(Debug, Default)]
pub(super) struct Unread(RefCell<Vec<String>>);

impl Unread {
    /// Notes those keys of an object at `path` that are none of `fields`.
    pub(super) fn compare<'a>(&self, path: &str, keys: impl Iterator<Item = &'a str>, fields: &[&str]) {
        let mut names = self.0.borrow_mut();
        for key in keys.filter(|key| !fields.contains(key)) {
            if names.len() < MOST {
                names.push(if path.is_empty() {
                    key.to_owned()
                } else {
                    format!("{path}.{key}")
                });
            }
        }
    }

    /// The error that names them; none when everything was read.
    pub(super) fn into_error(self) -> Option<Invalid> {
        let names = self.0.into_inner();
        let mut invalid = Invalid::default();
        for name in &names {
            invalid.add(name, UNREAD);
        }
        (!names.is_empty()).then_some(invalid)
    }
}

/// What is said of each.
pub(crate) const UNREAD: &str = "This property is unknown here or cannot be written.";

/// Reads an object or list, noting on the way.
pub(super) struct Noting<'a> {
    pub(super) text: &'a str,
    pub(super) path: String,
    pub(super) unread: &'a Unread,
}

type Result<T> = std::result::Result<T, serde_json::Error>;

impl<'a> Noting<'a> {
    fn plain(&self) -> serde_json::Deserializer<serde_json::de::StrRead<'a>> {
        serde_json::Deserializer::from_str(self.text)
    }

    fn is(&self, first: u8) -> bool {
        self.text.trim_ascii_start().as_bytes().first() == Some(&first)
    }

    fn inside(&self, text: &'a str, name: &str) -> Noting<'a> {
        Noting {
            text,
            path: format!("{}{name}", self.path),
            unread: self.unread,
        }
    }
}

/// The rest of an object or list.
struct Rest<'a, T> {
    of: Noting<'a>,
    items: std::vec::IntoIter<T>,
    place: usize,
    value: Option<(String, &'a str)>,
}

impl<'a, T> Rest<'a, T> {
    fn new(of: Noting<'a>, items: Vec<T>) -> Self {
        Rest {
            of,
            items: items.into_iter(),
            place: 0,
            value: None,
        }
    }
}

impl<'de> MapAccess<'de> for Rest<'de, (Cow<'de, str>, &'de RawValue)> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.items.next() else {
            return Ok(None);
        };
        self.value = Some((format!(".{key}"), value.get()));
        seed.deserialize(de::value::CowStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let (name, text) = self
            .value
            .take()
            .ok_or_else(|| de::Error::custom("a value before its key"))?;
        seed.deserialize(self.of.inside(text, &name))
    }
}

impl<'de> SeqAccess<'de> for Rest<'de, &'de RawValue> {
    type Error = serde_json::Error;

    fn next_element_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<Option<V::Value>> {
        let Some(value) = self.items.next() else {
            return Ok(None);
        };
        let name = format!("[{}]", self.place);
        self.place += 1;
        seed.deserialize(self.of.inside(value.get(), &name)).map(Some)
    }
}

impl<'de> Deserializer<'de> for Noting<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.plain().deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if !self.is(b'{') {
            return self.plain().deserialize_struct(name, fields, visitor);
        }
        let entries: Entries<'de> = serde_json::from_str(self.text)?;
        let keys = entries.0.iter().map(|(key, _)| key.as_ref());
        self.unread.compare(&self.path, keys, fields);
        visitor.visit_map(Rest::new(self, entries.0))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if !self.is(b'{') {
            return self.plain().deserialize_map(visitor);
        }
        let entries: Entries<'de> = serde_json::from_str(self.text)?;
        visitor.visit_map(Rest::new(self, entries.0))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if !self.is(b'[') {
            return self.plain().deserialize_seq(visitor);
        }
        let items: Vec<&'de RawValue> = serde_json::from_str(self.text)?;
        visitor.visit_seq(Rest::new(self, items))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.text == "null" {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        // serde_json's own marker of unread JSON; only its deserializer knows what to do with it.
        if name.starts_with("$serde_json::") {
            return self.plain().deserialize_newtype_struct(name, visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.plain().deserialize_enum(name, variants, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value> {
        self.plain().deserialize_tuple(length, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.plain().deserialize_str(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit unit_struct tuple_struct
        identifier
    }
}

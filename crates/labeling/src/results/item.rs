//! One item of a result: the envelope around `value`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::value::{Facts, ValueSeed};
use crate::json::{Keys, Skip, Text, no_nul};

/// Largest side of a picture, in pixels.
const MAX_SIDE: f64 = 1e6;
/// Largest `item_index`.
const MAX_INDEX: f64 = 1e6;

/// The known fields of an item; what `value` held is in the facts.
#[derive(Debug, Default)]
pub(super) struct Item<'de> {
    pub(super) id: Option<Cow<'de, str>>,
    pub(super) from_name: Option<Cow<'de, str>>,
    pub(super) to_name: Option<Cow<'de, str>>,
    pub(super) result_type: Option<Cow<'de, str>>,
    pub(super) from_id: Option<Cow<'de, str>>,
    pub(super) to_id: Option<Cow<'de, str>>,
    pub(super) direction: Option<Cow<'de, str>>,
    pub(super) original_width: Option<f64>,
    pub(super) original_height: Option<f64>,
    pub(super) has_value: bool,
    /// Labels of a relation.
    pub(super) labels: Vec<Cow<'de, str>>,
    /// The first field of a wrong form.
    pub(super) wrong: Option<(&'static str, &'static str)>,
}

/// Reads an item and fills the facts with its `value`.
pub(super) struct ItemSeed<'a, 'de>(pub(super) &'a mut Facts<'de>);

impl<'de> DeserializeSeed<'de> for ItemSeed<'_, 'de> {
    type Value = Item<'de>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Item<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ItemSeed<'_, 'de> {
    type Value = Item<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object as item of the result")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item<'de>, A::Error> {
        let mut item = Item::default();
        let mut keys = Keys::default();
        self.0.clear();
        while let Some(Text(key)) = map.next_key()? {
            keys.add(key.clone())?;
            match &*key {
                "value" => {
                    map.next_value_seed(ValueSeed(self.0))?;
                    item.has_value = true;
                }
                "labels" => item.relation_labels(map.next_value()?),
                "id" => item.id = item.identifier("id", map.next_value()?),
                "from_id" => item.from_id = item.identifier("from_id", map.next_value()?),
                "to_id" => item.to_id = item.identifier("to_id", map.next_value()?),
                "parentID" => _ = item.identifier("parentID", map.next_value()?),
                "from_name" => item.from_name = item.text("from_name", map.next_value()?),
                "to_name" => item.to_name = item.names("to_name", map.next_value()?),
                "type" => item.result_type = item.text("type", map.next_value()?),
                "direction" => item.direction = item.text("direction", map.next_value()?),
                "origin" => _ = item.text("origin", map.next_value()?),
                "original_width" => {
                    item.original_width = item.number("original_width", map.next_value()?, 0.0, MAX_SIDE);
                }
                "original_height" => {
                    item.original_height = item.number("original_height", map.next_value()?, 0.0, MAX_SIDE);
                }
                "image_rotation" => _ = item.number("image_rotation", map.next_value()?, -1e9, 1e9),
                "original_length" => _ = item.number("original_length", map.next_value()?, 0.0, 1e15),
                "score" => _ = item.number("score", map.next_value()?, f64::MIN, f64::MAX),
                "item_index" => {
                    let index = item.number("item_index", map.next_value()?, 0.0, MAX_INDEX);
                    if index.is_some_and(|i| i.fract() != 0.0) {
                        item.wrong("item_index", "must be a whole number");
                    }
                }
                "readonly" => item.flag("readonly", map.next_value()?),
                "hidden" => item.flag("hidden", map.next_value()?),
                "is_positive" => item.flag("is_positive", map.next_value()?),
                _ => map.next_value_seed(Skip)?,
            }
        }
        Ok(item)
    }
}

impl<'de> Item<'de> {
    fn wrong(&mut self, key: &'static str, message: &'static str) {
        self.wrong.get_or_insert((key, message));
    }

    fn text(&mut self, key: &'static str, value: Plain<'de>) -> Option<Cow<'de, str>> {
        match value {
            Plain::Text(text) => return Some(text),
            Plain::Null => {}
            _ => self.wrong(key, "must be a string"),
        }
        None
    }

    /// A string; scripts also write whole numbers as ids.
    fn identifier(&mut self, key: &'static str, value: Plain<'de>) -> Option<Cow<'de, str>> {
        match value {
            Plain::Number(number) if number.fract() == 0.0 => Some(Cow::Owned(format!("{number:.0}"))),
            other => self.text(key, other),
        }
    }

    /// A string, or a list of strings that is taken as a comma list.
    fn names(&mut self, key: &'static str, value: Plain<'de>) -> Option<Cow<'de, str>> {
        match value {
            Plain::Texts(names) => Some(Cow::Owned(names.join(","))),
            other => self.text(key, other),
        }
    }

    fn number(&mut self, key: &'static str, value: Plain<'de>, least: f64, most: f64) -> Option<f64> {
        match value {
            Plain::Number(number) if (least..=most).contains(&number) => return Some(number),
            Plain::Number(_) => self.wrong(key, "is out of range"),
            Plain::Null => {}
            _ => self.wrong(key, "must be a number"),
        }
        None
    }

    fn flag(&mut self, key: &'static str, value: Plain<'de>) {
        if !matches!(value, Plain::Flag | Plain::Null) {
            self.wrong(key, "must be true or false");
        }
    }

    fn relation_labels(&mut self, value: Plain<'de>) {
        match value {
            Plain::Texts(labels) => self.labels = labels,
            Plain::Null => {}
            _ => self.wrong("labels", "must be a list of strings"),
        }
    }
}

/// A simple value.
enum Plain<'de> {
    Null,
    Flag,
    Number(f64),
    Text(Cow<'de, str>),
    /// A list of strings.
    Texts(Vec<Cow<'de, str>>),
    Other,
}

impl<'de> serde::Deserialize<'de> for Plain<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PlainVisitor;

        impl<'de> Visitor<'de> for PlainVisitor {
            type Value = Plain<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a simple value")
            }

            fn visit_unit<E>(self) -> Result<Plain<'de>, E> {
                Ok(Plain::Null)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Plain<'de>, E> {
                Ok(Plain::Flag)
            }

            fn visit_i64<E>(self, number: i64) -> Result<Plain<'de>, E> {
                Ok(Plain::Number(number as f64))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Plain<'de>, E> {
                Ok(Plain::Number(number as f64))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Plain<'de>, E> {
                Ok(Plain::Number(number))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Plain<'de>, E> {
                Ok(Plain::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Plain<'de>, E> {
                no_nul(text)?;
                Ok(Plain::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Plain<'de>, A::Error> {
                let mut texts = Vec::new();
                let mut all = true;
                while let Some(element) = seq.next_element::<Plain<'de>>()? {
                    match element {
                        Plain::Text(text) => texts.push(text),
                        _ => all = false,
                    }
                }
                Ok(if all { Plain::Texts(texts) } else { Plain::Other })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Plain<'de>, A::Error> {
                Skip.visit_map(map).map(|()| Plain::Other)
            }
        }

        deserializer.deserialize_any(PlainVisitor)
    }
}

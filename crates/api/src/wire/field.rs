//! Reads a typed structure from the fields of a body or a query.
//!
//! Clients send `12`, `"12"`, `true`, `"true"` and `1` for the same thing, in JSON as in forms, and expect errors by
//! field. So each top-level field is read by the type that the structure wants, and an error keeps the field's name.
//! Inside a field (objects, lists) JSON is read strictly.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use labelkeep_services::Invalid;
use serde::Deserialize as _;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::entries::Entries;
use super::strict;
use super::unread::{Noting, Unread};
use crate::ApiError;

/// What becomes of properties that the structure does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extra {
    /// They are ignored: clients send back what they have read.
    Ignored,
    /// They are an error that names them.
    Refused,
}

/// Reads a JSON object.
pub(crate) fn read_object<T: DeserializeOwned>(text: &[u8], extra: Extra) -> Result<T, ApiError> {
    // An empty body is an empty object: clients send POST without one.
    let text = if text.trim_ascii().is_empty() {
        b"{}".as_slice()
    } else {
        text
    };
    strict::check(text).map_err(|error| parse_error(text, &error))?;
    let entries: Entries<'_> = match serde_json::from_slice(text) {
        Ok(entries) => entries,
        Err(_) => {
            let got = match text.trim_ascii_start().first() {
                Some(b'[') => "list",
                Some(b'"') => "str",
                Some(b't' | b'f') => "bool",
                Some(b'n') => "NoneType",
                _ => "int",
            };
            return Err(Invalid::whole(format!("Invalid data. Expected a dictionary, but got {got}.")).into());
        }
    };
    let fields = entries
        .0
        .iter()
        .map(|(key, raw)| (Cow::Borrowed(key.as_ref()), Field::Json(raw.get())))
        .collect();
    Ok(read(fields, extra)?)
}

/// Reads a JSON list; errors are the parser's.
pub(crate) fn read_items<T: DeserializeOwned>(text: &[u8], extra: Extra) -> Result<Vec<T>, ApiError> {
    let text = std::str::from_utf8(text).map_err(|_| ApiError::bad_request("The body is not UTF-8."))?;
    let list = |error: serde_json::Error| Invalid::whole(format!("Expected a list of objects: {error}"));
    if extra == Extra::Ignored {
        return Ok(serde_json::from_str(text).map_err(list)?);
    }
    let unread = Unread::default();
    let items = Vec::<T>::deserialize(Noting {
        text,
        path: String::new(),
        unread: &unread,
    });
    match unread.into_error() {
        Some(error) => Err(error.into()),
        None => Ok(items.map_err(list)?),
    }
}

/// Reads a form or a query; of repeated fields the last counts.
pub(crate) fn read_fields<T: DeserializeOwned>(
    pairs: &[(Cow<'_, str>, Cow<'_, str>)],
    extra: Extra,
) -> Result<T, ApiError> {
    let mut fields: Vec<(Cow<'_, str>, Field<'_>)> = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        if value.contains('\0') || name.contains('\0') {
            return Err(ApiError::field(
                &name.replace('\0', ""),
                "Null characters are not allowed.",
            ));
        }
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = Field::Form(value),
            None => fields.push((Cow::Borrowed(name), Field::Form(value))),
        }
    }
    Ok(read(fields, extra)?)
}

/// `JSON parse error - …` with the place, as clients know it.
pub fn parse_error(text: &[u8], error: &serde_json::Error) -> ApiError {
    let (line, column) = (error.line(), error.column());
    let before: usize = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let message = match message {
        "key must be a string" | "EOF while parsing an object" => "Expecting property name enclosed in double quotes",
        "expected value" | "EOF while parsing a value" | "EOF while parsing a list" => "Expecting value",
        "expected `:`" => "Expecting ':' delimiter",
        "expected `,` or `}`" | "expected `,` or `]`" => "Expecting ',' delimiter",
        "trailing characters" => "Extra data",
        "EOF while parsing a string" => "Unterminated string",
        other => other,
    };
    let position = (before + column).saturating_sub(1);
    ApiError::bad_request(format!(
        "JSON parse error - {message}: line {line} column {column} (char {position})"
    ))
}

fn read<T: DeserializeOwned>(fields: Vec<(Cow<'_, str>, Field<'_>)>, extra: Extra) -> Result<T, Invalid> {
    let current = RefCell::new(None);
    let unread = Unread::default();
    let read = T::deserialize(Fields {
        fields,
        current: &current,
        unread: (extra == Extra::Refused).then_some(&unread),
    });
    if let Some(error) = unread.into_error() {
        return Err(error);
    }
    read.map_err(|error| {
        let text = error.0;
        match text
            .strip_prefix("missing field `")
            .and_then(|rest| rest.strip_suffix('`'))
        {
            Some(name) if current.borrow().is_none() => Invalid::field(name, "This field is required."),
            _ => match current.into_inner() {
                Some(name) => Invalid::field(name, friendly(&text)),
                None => Invalid::whole(text),
            },
        }
    })
}

/// The texts that clients know, for the parser's own.
fn friendly(text: &str) -> String {
    let text = text.split(" at line ").next().unwrap_or_default();
    if text.starts_with("invalid type: null") {
        return "This field may not be null.".to_owned();
    }
    let Some((_, expected)) = text.split_once(", expected ").filter(|_| text.starts_with("invalid ")) else {
        return text.to_owned();
    };
    match expected {
        "a string" | "str" => "Not a valid string.".to_owned(),
        "a boolean" => "Must be a valid boolean.".to_owned(),
        "i64" | "u64" | "i32" | "u32" | "usize" => "A valid integer is required.".to_owned(),
        "f64" | "f32" => "A valid number is required.".to_owned(),
        "a sequence" => "Expected a list of items.".to_owned(),
        "a map" => "Expected a dictionary of items.".to_owned(),
        _ => text.to_owned(),
    }
}

/// An error text on its way out of serde.
#[derive(Debug)]
struct Text(String);

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Text {}

impl de::Error for Text {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Text(message.to_string())
    }
}

impl From<serde_json::Error> for Text {
    fn from(error: serde_json::Error) -> Self {
        Text(error.to_string())
    }
}

struct Fields<'a> {
    fields: Vec<(Cow<'a, str>, Field<'a>)>,
    current: &'a RefCell<Option<String>>,
    unread: Option<&'a Unread>,
}

impl<'de> Deserializer<'de> for Fields<'de> {
    type Error = Text;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        visitor.visit_map(Access {
            fields: self.fields.into_iter(),
            value: None,
            current: self.current,
            unread: self.unread,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Text> {
        if let Some(unread) = self.unread {
            unread.compare("", self.fields.iter().map(|(name, _)| name.as_ref()), known);
        }
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Access<'a> {
    fields: std::vec::IntoIter<(Cow<'a, str>, Field<'a>)>,
    value: Option<Field<'a>>,
    current: &'a RefCell<Option<String>>,
    unread: Option<&'a Unread>,
}

impl<'de> MapAccess<'de> for Access<'de> {
    type Error = Text;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Text> {
        let Some((name, value)) = self.fields.next() else {
            *self.current.borrow_mut() = None;
            return Ok(None);
        };
        self.value = Some(value);
        let key = seed.deserialize(de::value::CowStrDeserializer::<Text>::new(name.clone()))?;
        *self.current.borrow_mut() = Some(name.into_owned());
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Text> {
        let value = self
            .value
            .take()
            .ok_or_else(|| Text("a value before its key".to_owned()))?;
        let read = match (self.unread, value) {
            (Some(unread), Field::Json(text)) if text.starts_with(['{', '[']) => {
                let path = self.current.borrow().clone().unwrap_or_default();
                seed.deserialize(Noting { text, path, unread })?
            }
            _ => seed.deserialize(value)?,
        };
        *self.current.borrow_mut() = None;
        Ok(read)
    }
}

/// One value: JSON text, or the text of a form field.
#[derive(Clone, Copy)]
enum Field<'a> {
    Json(&'a str),
    Form(&'a str),
}

impl<'a> Field<'a> {
    /// The value as plain text: of a form field, a JSON string or number.
    fn plain(self) -> Option<Cow<'a, str>> {
        match self {
            Field::Form(text) => Some(Cow::Borrowed(text)),
            Field::Json(text) => match text.as_bytes().first()? {
                b'"' => serde_json::from_str::<Cow<'a, str>>(text).ok(),
                b'{' | b'[' | b't' | b'f' | b'n' => None,
                _ => Some(Cow::Borrowed(text)),
            },
        }
    }

    /// The value as JSON text; the text of a form field that is not JSON becomes a string.
    fn json(self) -> Cow<'a, str> {
        match self {
            Field::Json(text) => Cow::Borrowed(text),
            Field::Form(text) if strict::check(text.as_bytes()).is_ok() => Cow::Borrowed(text),
            Field::Form(text) => Cow::Owned(serde_json::Value::from(text).to_string()),
        }
    }
}

/// Runs `$call` on a JSON deserializer of the value.
macro_rules! as_json {
    ($field:expr, $json:ident => $call:expr) => {
        match $field.json() {
            Cow::Borrowed(text) => {
                let mut parser = serde_json::Deserializer::from_str(text);
                let $json = &mut parser;
                $call.map_err(Text::from)
            }
            Cow::Owned(text) => {
                let mut parser = serde_json::Deserializer::from_reader(text.as_bytes());
                let $json = &mut parser;
                $call.map_err(Text::from)
            }
        }
    };
}

macro_rules! number {
    ($($method:ident, $type:ty, $visit:ident, $text:literal);+ $(;)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
            if matches!(self, Field::Json("null")) {
                return Err(Text("This field may not be null.".to_owned()));
            }
            let text = self.plain().ok_or_else(|| Text($text.to_owned()))?;
            match text.trim().parse::<$type>() {
                Ok(number) => visitor.$visit(number),
                // 3.0 is an integer to the clients that send it.
                Err(_) => match text.trim().parse::<f64>() {
                    Ok(float) if float.fract() == 0.0 && float.abs() < 9.0e15 && (float as $type) as f64 == float => {
                        visitor.$visit(float as $type)
                    }
                    _ => Err(Text($text.to_owned())),
                },
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Field<'de> {
    type Error = Text;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        match self {
            Field::Form(text) => BorrowedStrDeserializer::<Text>::new(text).deserialize_any(visitor),
            Field::Json(_) => as_json!(self, json => json.deserialize_any(visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        let word = match self {
            Field::Json("null") => return Err(Text("This field may not be null.".to_owned())),
            Field::Json(word @ ("true" | "false")) => Some(Cow::Borrowed(word)),
            _ => self.plain(),
        };
        match word.as_deref().and_then(boolean) {
            Some(value) => visitor.visit_bool(value),
            None => Err(Text("Must be a valid boolean.".to_owned())),
        }
    }

    number! {
        deserialize_i32, i32, visit_i32, "A valid integer is required.";
        deserialize_i64, i64, visit_i64, "A valid integer is required.";
        deserialize_u32, u32, visit_u32, "A valid integer is required.";
        deserialize_u64, u64, visit_u64, "A valid integer is required.";
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        if matches!(self, Field::Json("null")) {
            return Err(Text("This field may not be null.".to_owned()));
        }
        match self
            .plain()
            .and_then(|text| text.trim().parse::<f64>().ok())
            .filter(|number| number.is_finite())
        {
            Some(number) => visitor.visit_f64(number),
            None => Err(Text("A valid number is required.".to_owned())),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        if matches!(self, Field::Json("null")) {
            return Err(Text("This field may not be null.".to_owned()));
        }
        match self.plain() {
            Some(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Some(Cow::Owned(text)) => visitor.visit_string(text),
            None => Err(Text("Not a valid string.".to_owned())),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        match self {
            Field::Json("null") => visitor.visit_none(),
            // An empty field of a query or form is one that was left empty.
            Field::Form("") => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Text> {
        // serde_json's own marker of unread JSON; only its deserializer knows what to do with it.
        if name.starts_with("$serde_json::") {
            return as_json!(self, json => json.deserialize_newtype_struct(name, visitor));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        as_json!(self, json => json.deserialize_seq(visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        as_json!(self, json => json.deserialize_map(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Text> {
        as_json!(self, json => json.deserialize_struct(name, fields, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Text> {
        match self.plain() {
            Some(text) if variants.contains(&text.as_ref()) => {
                visitor.visit_enum(de::value::CowStrDeserializer::<Text>::new(text))
            }
            Some(text) => Err(Text(format!("\"{text}\" is not a valid choice."))),
            None => as_json!(self, json => json.deserialize_enum(name, variants, visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Text> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

/// The words of the reference, in any case: those of its bodies and those of its queries.
fn boolean(word: &str) -> Option<bool> {
    let word = word.trim();
    let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is(&["true", "1", "yes", "on", "t", "y"]) {
        Some(true)
    } else if is(&["false", "0", "no", "off", "not", "f", "n"]) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::value::RawValue;

    use super::*;
    use crate::wire::Patch;

    #[derive(Debug, Deserialize)]
    struct Sample {
        title: String,
        #[serde(default)]
        count: Patch<i64>,
        #[serde(default)]
        open: Option<bool>,
        #[serde(default)]
        data: Option<Box<RawValue>>,
        #[serde(default)]
        ids: Vec<i64>,
    }

    #[test]
    fn forms_and_json_mean_the_same() {
        let json: Sample = read_object(
            br#"{"title":5,"count":"12","open":"Yes","data":{"b":1, "a":2},"ids":[1,2],"x":{}}"#,
            Extra::Ignored,
        )
        .expect("valid");
        let pairs = [
            ("title", "5"),
            ("count", "12"),
            ("open", "on"),
            ("data", r#"{"b":1, "a":2}"#),
            ("ids", "[1,2]"),
        ];
        let form: Sample = read_fields(
            &pairs.map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value))),
            Extra::Ignored,
        )
        .expect("valid");
        for sample in [json, form] {
            assert_eq!(sample.title, "5");
            assert_eq!(sample.count, Patch::Value(12));
            assert_eq!(sample.open, Some(true));
            assert_eq!(sample.data.expect("given").get(), r#"{"b":1, "a":2}"#);
            assert_eq!(sample.ids, [1, 2]);
        }
    }

    #[test]
    fn errors_name_the_field() {
        let error = |text: &str| {
            format!(
                "{:?}",
                read_object::<Sample>(text.as_bytes(), Extra::Ignored).expect_err(text)
            )
        };
        assert!(error("{}").contains(r#""title": Array [String("This field is required.")]"#));
        assert!(error(r#"{"title":null}"#).contains("This field may not be null."));
        assert!(error(r#"{"title":[]}"#).contains("Not a valid string."));
        assert!(
            error(r#"{"title":"a","count":"x"}"#)
                .contains(r#""count": Array [String("A valid integer is required.")]"#)
        );
        assert!(error(r#"{"title":"a","open":"maybe"}"#).contains("Must be a valid boolean."));
        assert!(error(r#"{"title":"a","ids":["x"]}"#).contains("\"ids\""));
        assert!(error("[1]").contains("Expected a dictionary, but got list."));
        assert!(
            error("{title}").contains("Expecting property name enclosed in double quotes: line 1 column 2 (char 1)")
        );
    }

    #[test]
    fn absent_and_null_differ() {
        let sample: Sample = read_object(br#"{"title":"a","count":null}"#, Extra::Ignored).expect("valid");
        assert_eq!(sample.count, Patch::Null);
        let sample: Sample = read_object(br#"{"title":"a"}"#, Extra::Ignored).expect("valid");
        assert_eq!(sample.count, Patch::Absent);
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Nested {
        #[serde(default)]
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default)]
        data: Option<Box<RawValue>>,
        #[serde(default, alias = "also")]
        name: Option<String>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        one: i64,
    }

    #[test]
    fn sec_119_what_nobody_reads_is_named_at_any_depth() {
        let text = br#"{"x":1,"inner":{"one":1,"two":2},"list":[{"one":1},{"one":2,"three":[]}],"data":{"free":1},"also":"n"}"#;
        read_object::<Nested>(text, Extra::Ignored).expect("extras are ignored");
        let error = format!(
            "{:?}",
            read_object::<Nested>(text, Extra::Refused).expect_err("extras are named")
        );
        for name in ["\"x\"", "\"inner.two\"", "\"list[1].three\""] {
            assert!(error.contains(name), "{name} in {error}");
        }
        assert!(
            !error.contains("free") && !error.contains("also") && !error.contains("inner.one"),
            "{error}"
        );
        let proper = br#"{"inner":null,"list":[{"one":1}],"data":[{"free":1}],"name":5}"#;
        let read = read_object::<Nested>(proper, Extra::Refused).expect("nothing is left over");
        assert_eq!(
            (read.list[0].one, read.data.expect("kept").get()),
            (1, r#"[{"free":1}]"#)
        );
        let wrong = format!(
            "{:?}",
            read_object::<Nested>(br#"{"list":{"one":1}}"#, Extra::Refused).expect_err("no list")
        );
        assert!(wrong.contains("Expected a list of items."), "{wrong}");
        let items = |text| format!("{:?}", read_items::<Inner>(str::as_bytes(text), Extra::Refused));
        assert!(items(r#"[{"one":1,"two":2}]"#).contains("[0].two") && items("[{\"one\":1}]").starts_with("Ok"));
    }
}

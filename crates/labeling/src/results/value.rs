//! The `value` of a result item: every known key is checked while it streams by, and what later rules need is kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::rle::Walk;
use crate::json::{Keys, Skip, Text, mark, no_nul};
use crate::registry::registry;

/// Bound of coordinates and counts: far beyond any picture, far below where floating point loses whole numbers.
const COORDINATE: f64 = 1e9;
/// Bound of positions in time (milliseconds since 1970 fit) and text.
const POSITION: f64 = 1e15;

/// What a key must hold. `null` counts as missing everywhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Want {
    Any,
    Number(f64),
    Integer(f64),
    Text,
    /// A string or a list of strings.
    Texts,
    Flag,
    /// A number or a string.
    Offset,
    /// Labels: strings, or paths of strings.
    Names,
    /// A list of things.
    List(&'static Want),
    /// `[x, y]`, or with the second field set also an object with `x` and `y`.
    Pair {
        or_object: bool,
    },
    Record(&'static [(&'static str, Want)]),
    /// An object or a list.
    Container,
    Rle,
}

const RANGE: &[(&str, Want)] = &[("start", Want::Number(COORDINATE)), ("end", Want::Number(COORDINATE))];
const FRAME: &[(&str, Want)] = &[
    ("frame", Want::Integer(COORDINATE)),
    ("time", Want::Number(POSITION)),
    ("x", Want::Number(COORDINATE)),
    ("y", Want::Number(COORDINATE)),
    ("width", Want::Number(COORDINATE)),
    ("height", Want::Number(COORDINATE)),
    ("rotation", Want::Number(COORDINATE)),
    ("enabled", Want::Flag),
    ("vertices", Want::List(&Want::Pair { or_object: true })),
];
const VERTEX: &[(&str, Want)] = &[("x", Want::Number(COORDINATE)), ("y", Want::Number(COORDINATE))];

/// Every key that some result type knows, from the registry, with its mark; sorted by it.
static KEYS: LazyLock<Vec<(u32, &'static str, Want)>> = LazyLock::new(|| {
    let mut keys = BTreeMap::new();
    for (key, field) in registry().shapes().values().flatten() {
        keys.insert(key.as_str(), want_of_field(&field.kind));
    }
    for (_, tag) in registry().tags() {
        if let Some(result) = &tag.result
            && let Some(key) = &result.key
        {
            keys.insert(key.as_str(), want_of_own(&result.value));
        }
    }
    let mut keys: Vec<_> = keys.into_iter().map(|(key, want)| (mark(key), key, want)).collect();
    keys.sort_by_key(|(mark, _, _)| *mark);
    keys
});

fn known(key: &str) -> Option<(&'static str, &'static Want)> {
    let keys: &'static [(u32, &'static str, Want)] = &KEYS;
    let mark = mark(key);
    let from = keys.partition_point(|(other, _, _)| *other < mark);
    let mut same = keys[from..].iter().take_while(|(other, _, _)| *other == mark);
    same.find(|(_, other, _)| *other == key)
        .map(|(_, key, want)| (*key, want))
}

fn want_of_field(kind: &str) -> Want {
    match kind {
        "number" => Want::Number(COORDINATE),
        "integer" => Want::Integer(COORDINATE),
        "string" => Want::Text,
        "text" => Want::Texts,
        "boolean" => Want::Flag,
        "offset" => Want::Offset,
        "points" => Want::List(&Want::Pair { or_object: false }),
        "vertices" => Want::List(&Want::Pair { or_object: true }),
        "sequence" => Want::List(&Want::Record(FRAME)),
        "ranges" => Want::List(&Want::Record(RANGE)),
        "globalOffsets" => Want::Record(RANGE),
        "rle" => Want::Rle,
        "array" => Want::List(&Want::Any),
        _ => Want::Any,
    }
}

fn want_of_own(value: &str) -> Want {
    match value {
        "labels" | "choices" | "paths" => Want::Names,
        "texts" => Want::Texts,
        "string" => Want::Offset,
        "number" => Want::Number(f64::MAX),
        "integer" => Want::Number(COORDINATE),
        "ranker" => Want::Container,
        _ => Want::Any,
    }
}

/// What was seen in one `value`.
#[derive(Debug, Default)]
pub(super) struct Facts<'de> {
    /// Known keys that hold something other than null.
    pub(super) present: Vec<&'static str>,
    /// Numbers directly under known keys.
    pub(super) numbers: Vec<(&'static str, f64)>,
    /// Labels with the key they stand under.
    pub(super) names: Vec<(&'static str, Cow<'de, str>)>,
    /// Smallest and largest coordinate of `points`.
    pub(super) extent: Option<(f64, f64)>,
    /// Values that a run-length code holds.
    pub(super) rle: Option<u64>,
    /// A list of labels was written as a bare string.
    pub(super) bare_name: bool,
    /// The first thing of a wrong form: path inside `value`, and what it should be.
    pub(super) wrong: Option<(String, String)>,
    path: Vec<Segment>,
}

#[derive(Debug, Clone, Copy)]
enum Segment {
    Key(&'static str),
    Index(usize),
}

impl<'de> Facts<'de> {
    pub(super) fn clear(&mut self) {
        self.present.clear();
        self.numbers.clear();
        self.names.clear();
        self.extent = None;
        self.rle = None;
        self.bare_name = false;
        self.wrong = None;
        self.path.clear();
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.present.contains(&key)
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.numbers.iter().find(|(k, _)| *k == key).map(|(_, n)| *n)
    }

    fn wrong(&mut self, message: impl Into<String>) {
        if self.wrong.is_some() {
            return;
        }
        let mut path = String::new();
        for segment in &self.path {
            match segment {
                Segment::Key(key) => path.push_str(&format!(".{key}")),
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        self.wrong = Some((path, message.into()));
    }
}

/// Reads a `value`, which must be an object.
pub(super) struct ValueSeed<'a, 'de>(pub(super) &'a mut Facts<'de>);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object as value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let facts = self.0;
        let mut keys = Keys::default();
        while let Some(Text(key)) = map.next_key()? {
            keys.add(key.clone())?;
            match known(&key) {
                Some((known, want)) => {
                    facts.path.push(Segment::Key(known));
                    let seen = map.next_value_seed(Check {
                        facts: &mut *facts,
                        want,
                    })?;
                    facts.path.pop();
                    if !matches!(seen, Seen::Null) {
                        facts.present.push(known);
                    }
                    if let Seen::Number(number) = seen {
                        facts.numbers.push((known, number));
                    }
                }
                None => map.next_value_seed(Skip)?,
            }
        }
        Ok(())
    }
}

/// What a checked value was.
enum Seen {
    Null,
    Number(f64),
    Other,
}

struct Check<'a, 'de> {
    facts: &'a mut Facts<'de>,
    want: &'static Want,
}

impl<'de> Check<'_, 'de> {
    fn expected(self, what: &str) -> Seen {
        let expected = match self.want {
            Want::Any => return Seen::Other,
            Want::Number(_) => "a number",
            Want::Integer(_) => "a whole number",
            Want::Text => "a string",
            Want::Texts => "a string or a list of strings",
            Want::Flag => "true or false",
            Want::Offset => "a number or a string",
            Want::Names => "a list of strings",
            Want::List(_) => "a list",
            Want::Pair { or_object: false } => "a pair of numbers",
            Want::Pair { or_object: true } => "a point",
            Want::Record(_) => "an object",
            Want::Container => "an object or a list",
            Want::Rle => "a list of bytes",
        };
        self.facts.wrong(format!("must be {expected}, not {what}"));
        Seen::Other
    }

    fn number(mut self, number: f64, whole: bool) -> Seen {
        let limit = match self.want {
            Want::Any => return Seen::Other,
            Want::Number(limit) => *limit,
            Want::Integer(limit) if whole || number.fract() == 0.0 => *limit,
            Want::Offset => POSITION,
            // Choices are sometimes numbers; they are kept as they are written.
            Want::Names => {
                let text = if whole {
                    format!("{number:.0}")
                } else {
                    number.to_string()
                };
                self.name(Cow::Owned(text));
                return Seen::Other;
            }
            _ => return self.expected("a number"),
        };
        if number.abs() > limit {
            self.facts.wrong(format!("must lie between -{limit:e} and {limit:e}"));
        }
        Seen::Number(number)
    }

    fn name(&mut self, name: Cow<'de, str>) {
        if let Some(Segment::Key(key)) = self.facts.path.first() {
            self.facts.names.push((key, name));
        }
    }

    fn text(mut self, text: impl FnOnce() -> Cow<'de, str>) -> Seen {
        match self.want {
            Want::Any | Want::Text | Want::Texts | Want::Offset => {}
            Want::Names => {
                self.facts.bare_name |= self.facts.path.len() == 1;
                self.name(text());
            }
            _ => return self.expected("a string"),
        }
        Seen::Other
    }
}

impl<'de> DeserializeSeed<'de> for Check<'_, 'de> {
    type Value = Seen;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Check<'_, 'de> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(match self.want {
            Want::Flag | Want::Any => Seen::Other,
            _ => self.expected("true or false"),
        })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Seen, E> {
        Ok(self.number(number as f64, true))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Seen, E> {
        Ok(self.number(number as f64, true))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Seen, E> {
        Ok(self.number(number, false))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Seen, E> {
        Ok(self.text(|| Cow::Borrowed(text)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Seen, E> {
        no_nul(text)?;
        Ok(self.text(|| Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        let Check { facts, want } = self;
        let element = match want {
            Want::Any | Want::Container => &Want::Any,
            Want::Names => &Want::Names,
            Want::Texts => &Want::Text,
            Want::List(element) => element,
            Want::Pair { .. } => return pair(facts, seq),
            Want::Rle => return bytes(facts, seq),
            _ => {
                Check { facts, want }.expected("a list");
                while seq.next_element_seed(Skip)?.is_some() {}
                return Ok(Seen::Other);
            }
        };
        if element == &Want::Any {
            while seq.next_element_seed(Skip)?.is_some() {}
            return Ok(Seen::Other);
        }
        for index in 0.. {
            facts.path.push(Segment::Index(index));
            let seen = seq.next_element_seed(Check {
                facts: &mut *facts,
                want: element,
            })?;
            if matches!(seen, Some(Seen::Null)) {
                facts.wrong("must not be null");
            }
            facts.path.pop();
            if seen.is_none() {
                break;
            }
        }
        Ok(Seen::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Seen, A::Error> {
        let fields = match self.want {
            Want::Record(fields) => fields,
            Want::Pair { or_object: true } => VERTEX,
            Want::Any | Want::Container => return Skip.visit_map(map).map(|()| Seen::Other),
            _ => {
                self.expected("an object");
                return Skip.visit_map(map).map(|()| Seen::Other);
            }
        };
        let mut map = map;
        let facts = self.facts;
        let mut keys = Keys::default();
        while let Some(Text(key)) = map.next_key()? {
            keys.add(key.clone())?;
            match fields.iter().find(|(name, _)| *name == key) {
                Some((name, want)) => {
                    facts.path.push(Segment::Key(name));
                    map.next_value_seed(Check {
                        facts: &mut *facts,
                        want,
                    })?;
                    facts.path.pop();
                }
                None => map.next_value_seed(Skip)?,
            }
        }
        Ok(Seen::Other)
    }
}

/// `[x, y]`.
fn pair<'de, A: SeqAccess<'de>>(facts: &mut Facts<'de>, mut seq: A) -> Result<Seen, A::Error> {
    let mut count = 0;
    while let Some(seen) = seq.next_element_seed(Check {
        facts: &mut *facts,
        want: &Want::Number(COORDINATE),
    })? {
        count += 1;
        match seen {
            Seen::Number(n) => {
                let (low, high) = facts.extent.unwrap_or((n, n));
                facts.extent = Some((low.min(n), high.max(n)));
            }
            _ => facts.wrong("must be a pair of numbers"),
        }
    }
    if count != 2 {
        facts.wrong("must be a pair of numbers");
    }
    Ok(Seen::Other)
}

/// A run-length code, walked byte by byte. An empty one counts as missing.
fn bytes<'de, A: SeqAccess<'de>>(facts: &mut Facts<'de>, mut seq: A) -> Result<Seen, A::Error> {
    let mut walk = Walk::default();
    let mut any = false;
    while let Some(Byte(byte)) = seq.next_element()? {
        any = true;
        let step = match byte {
            Some(byte) => walk.push(byte),
            None => Err("must hold whole numbers from 0 to 255".to_owned()),
        };
        if let Err(message) = step {
            facts.wrong(message);
            while seq.next_element_seed(Skip)?.is_some() {}
            return Ok(Seen::Other);
        }
    }
    if !any {
        return Ok(Seen::Null);
    }
    match walk.finish() {
        Ok(total) => facts.rle = Some(total),
        Err(message) => facts.wrong(message),
    }
    Ok(Seen::Other)
}

/// An element of a byte list; `None` for anything else.
struct Byte(Option<u8>);

impl<'de> serde::Deserialize<'de> for Byte {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByteVisitor;

        impl<'de> Visitor<'de> for ByteVisitor {
            type Value = Byte;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a byte")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Byte, E> {
                Ok(Byte(u8::try_from(number).ok()))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Byte, E> {
                Ok(Byte(None))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Byte, E> {
                let fits = number.fract() == 0.0 && (0.0..=255.0).contains(&number);
                Ok(Byte(fits.then_some(number as u8)))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Byte, E> {
                Ok(Byte(None))
            }

            fn visit_unit<E>(self) -> Result<Byte, E> {
                Ok(Byte(None))
            }

            fn visit_str<E>(self, _: &str) -> Result<Byte, E> {
                Ok(Byte(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Byte, A::Error> {
                Skip.visit_seq(seq).map(|()| Byte(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Byte, A::Error> {
                Skip.visit_map(map).map(|()| Byte(None))
            }
        }

        deserializer.deserialize_any(ByteVisitor)
    }
}

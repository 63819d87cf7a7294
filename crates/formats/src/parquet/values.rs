//! Values of a column: from the bytes of a page to JSON.

use serde_json::{Number, Value};

use super::Problem;
use super::packed::{Bytes, Deltas, Hybrid};
use super::schema::Leaf;

const SHORT: Problem = Problem::Damaged("a page ends too early");

/// How values are stored; the numbers are those of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Physical {
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    Bytes = 6,
    Fixed = 7,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Millis,
    Micros,
    Nanos,
}

/// What values stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Numbers as they are; bytes are text.
    Plain,
    Unsigned,
    /// Digits behind the point.
    Decimal(u32),
    Date,
    Time(Unit),
    /// Since 1970-01-01; whether it is UTC, or of no zone.
    Timestamp {
        unit: Unit,
        utc: bool,
    },
    Json,
    Uuid,
    /// A number of 16 bits.
    Half,
}

/// What stands for bytes that are no text: they are left out, and counted.
const NO_TEXT: Value = Value::Null;

/// The values of a page.
pub(super) enum Values {
    Plain {
        bytes: Bytes,
        at: usize,
    },
    /// Bits, the lowest first.
    Bits {
        bytes: Bytes,
        bit: usize,
    },
    /// Truth values in runs.
    Runs(Hybrid),
    /// Places in the dictionary.
    Places(Hybrid),
    Deltas(Deltas),
    /// Texts by their lengths.
    Lengths {
        lengths: Deltas,
        bytes: Bytes,
        at: usize,
    },
    /// Texts by what they share with the one before, and the rest.
    Prefixes {
        shared: Deltas,
        lengths: Deltas,
        bytes: Bytes,
        at: usize,
        last: Vec<u8>,
    },
    /// All first bytes, all second ones, and so on.
    Split {
        bytes: Bytes,
        at: usize,
        next: usize,
        number: usize,
    },
}

impl Values {
    /// Those of a page of an encoding, which begin at `at`.
    pub(super) fn new(leaf: &Leaf, encoding: i64, bytes: &Bytes, at: usize) -> Result<Values, Problem> {
        let bytes = bytes.clone();
        let is_text = matches!(leaf.physical, Physical::Bytes | Physical::Fixed);
        let is_whole = matches!(leaf.physical, Physical::Int32 | Physical::Int64);
        Ok(match (encoding, leaf.physical) {
            (0, Physical::Boolean) => Values::Bits { bit: at * 8, bytes },
            (0, _) => Values::Plain { bytes, at },
            (2 | 8, _) => {
                let width = match bytes.get(at) {
                    Some(width) => usize::from(*width),
                    // A page of nothing but missing values.
                    None => return Ok(Values::Plain { bytes, at }),
                };
                Values::Places(Hybrid::new(&bytes, at + 1, bytes.len(), width)?)
            }
            (3, Physical::Boolean) => {
                let length = little(&bytes, at, 4)? as usize;
                let end = (at + 4).checked_add(length).ok_or(SHORT)?;
                Values::Runs(Hybrid::new(&bytes, at + 4, end, 1)?)
            }
            (5, _) if is_whole => Values::Deltas(Deltas::new(&bytes, at)?),
            (6, Physical::Bytes) => {
                let lengths = Deltas::new(&bytes, at)?;
                let at = lengths.end()?;
                Values::Lengths { lengths, bytes, at }
            }
            (7, _) if is_text => {
                let shared = Deltas::new(&bytes, at)?;
                let lengths = Deltas::new(&bytes, shared.end()?)?;
                let at = lengths.end()?;
                Values::Prefixes {
                    shared,
                    lengths,
                    bytes,
                    at,
                    last: Vec::new(),
                }
            }
            (9, _) if leaf.length > 0 => {
                let number = bytes.len().saturating_sub(at) / leaf.length;
                Values::Split {
                    bytes,
                    at,
                    next: 0,
                    number,
                }
            }
            _ => return Err(Problem::Unknown("the encoding of a column")),
        })
    }

    pub(super) fn next(&mut self, leaf: &Leaf, dictionary: &[Value]) -> Result<Value, Problem> {
        match self {
            Values::Plain { bytes, at } => plain(leaf, bytes, at),
            Values::Bits { bytes, bit } => {
                let byte = *bytes.get(*bit / 8).ok_or(SHORT)?;
                let value = byte >> (*bit % 8) & 1 == 1;
                *bit += 1;
                Ok(Value::Bool(value))
            }
            Values::Runs(runs) => Ok(Value::Bool(runs.next()? == 1)),
            Values::Places(places) => {
                let place = places.next()? as usize;
                let missing = Problem::Damaged("a value is not in the dictionary");
                dictionary.get(place).cloned().ok_or(missing)
            }
            Values::Deltas(deltas) => {
                let number = deltas.next()?;
                let number = if leaf.physical == Physical::Int32 {
                    i64::from(number as i32)
                } else {
                    number
                };
                Ok(whole(leaf, number))
            }
            Values::Lengths { lengths, bytes, at } => {
                let text = piece(bytes, at, lengths.next()?)?;
                Ok(of_bytes(leaf, text))
            }
            Values::Prefixes {
                shared,
                lengths,
                bytes,
                at,
                last,
            } => {
                let shared = usize::try_from(shared.next()?).map_err(|_| SHORT)?;
                if shared > last.len() {
                    return Err(Problem::Damaged("a text shares more than there is"));
                }
                last.truncate(shared);
                last.extend_from_slice(piece(bytes, at, lengths.next()?)?);
                if leaf.physical == Physical::Fixed && last.len() != leaf.length {
                    return Err(SHORT);
                }
                Ok(of_bytes(leaf, last))
            }
            Values::Split {
                bytes,
                at,
                next,
                number,
            } => {
                if next >= number {
                    return Err(SHORT);
                }
                let width = leaf.length;
                let value: Option<Vec<u8>> = (0..width)
                    .map(|byte| bytes.get(*at + byte * *number + *next).copied())
                    .collect();
                *next += 1;
                let value = value.ok_or(SHORT)?;
                plain(leaf, &value, &mut 0)
            }
        }
    }
}

/// The values of a dictionary's page.
pub(super) fn dictionary(leaf: &Leaf, bytes: &Bytes, number: u64) -> Result<Vec<Value>, Problem> {
    // Each has a byte at least, but truth values, which nobody gathers in a dictionary.
    let mut values = Vec::with_capacity(bytes.len().min(usize::try_from(number).unwrap_or(usize::MAX)));
    let mut at = 0;
    if leaf.physical == Physical::Boolean {
        return Err(Problem::Unknown("the encoding of a column"));
    }
    for _ in 0..number {
        values.push(plain(leaf, bytes, &mut at)?);
    }
    Ok(values)
}

fn piece<'a>(bytes: &'a [u8], at: &mut usize, length: i64) -> Result<&'a [u8], Problem> {
    let length = usize::try_from(length).map_err(|_| SHORT)?;
    let text = bytes.get(*at..).and_then(|rest| rest.get(..length)).ok_or(SHORT)?;
    *at += length;
    Ok(text)
}

fn little(bytes: &[u8], at: usize, width: usize) -> Result<u64, Problem> {
    let bytes = bytes.get(at..).and_then(|rest| rest.get(..width)).ok_or(SHORT)?;
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// One value as it is.
fn plain(leaf: &Leaf, bytes: &[u8], at: &mut usize) -> Result<Value, Problem> {
    if leaf.physical == Physical::Bytes {
        let length = little(bytes, *at, 4)?;
        *at += 4;
        return Ok(of_bytes(leaf, piece(bytes, at, length as i64)?));
    }
    let value = piece(bytes, at, leaf.length as i64)?;
    Ok(match leaf.physical {
        Physical::Int32 => whole(leaf, i64::from(little(value, 0, 4)? as u32 as i32)),
        Physical::Int64 => whole(leaf, little(value, 0, 8)? as i64),
        Physical::Float => short_float(f32::from_bits(little(value, 0, 4)? as u32)),
        Physical::Double => float(f64::from_bits(little(value, 0, 8)?)),
        Physical::Int96 => {
            // Nanoseconds of a day, and its Julian number.
            let (nanos, day) = (little(value, 0, 8)? as i64, little(value, 8, 4)? as i64);
            let since = (day - 2_440_588)
                .checked_mul(86_400_000_000_000)
                .and_then(|day| day.checked_add(nanos));
            since.map_or(Value::Null, |nanos| whole(leaf, nanos))
        }
        Physical::Fixed => of_bytes(leaf, value),
        Physical::Boolean | Physical::Bytes => Value::Null,
    })
}

/// What is no number is missing.
fn float(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// With the digits that a number of 32 bits has, not with those of its neighbour of 64.
fn short_float(number: f32) -> Value {
    float(number.to_string().parse().unwrap_or(f64::NAN))
}

fn whole(leaf: &Leaf, number: i64) -> Value {
    match leaf.meaning {
        Meaning::Unsigned if leaf.physical == Physical::Int32 => Value::from(number as u32),
        Meaning::Unsigned => Value::from(number as u64),
        Meaning::Decimal(scale) => decimal(i128::from(number), scale),
        Meaning::Date => moment(number, 86_400, "%Y-%m-%d"),
        Meaning::Time(unit) => time(number, unit),
        Meaning::Timestamp { unit, utc } => timestamp(number, unit, utc),
        _ => Value::from(number),
    }
}

fn of_bytes(leaf: &Leaf, bytes: &[u8]) -> Value {
    match leaf.meaning {
        Meaning::Decimal(scale) if bytes.len() <= 16 => {
            let sign = bytes.first().is_some_and(|byte| *byte >= 0x80);
            let start = if sign { -1_i128 } else { 0 };
            let number = bytes.iter().fold(start, |number, byte| number << 8 | i128::from(*byte));
            decimal(number, scale)
        }
        Meaning::Json => match std::str::from_utf8(bytes) {
            Ok(text) if labelkeep_labeling::check_json(text).is_ok() => {
                serde_json::from_str(text).unwrap_or_else(|_| text.into())
            }
            Ok(text) => text.into(),
            Err(_) => NO_TEXT,
        },
        Meaning::Uuid if bytes.len() == 16 => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| digits.get(part).unwrap_or_default());
            Value::from(parts.join("-"))
        }
        Meaning::Half if bytes.len() == 2 => half(u16::from(bytes[1]) << 8 | u16::from(bytes[0])),
        // A text without NUL: data hold none.
        _ => match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => text.into(),
            _ => NO_TEXT,
        },
    }
}

/// A number with a point, as text: no digit is lost.
fn decimal(number: i128, scale: u32) -> Value {
    let digits = number.unsigned_abs().to_string();
    let scale = scale.min(64) as usize;
    let sign = if number < 0 { "-" } else { "" };
    if scale == 0 {
        return Value::from(format!("{sign}{digits}"));
    }
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (before, behind) = digits.split_at(digits.len() - scale);
    Value::from(format!("{sign}{before}.{behind}"))
}

fn half(bits: u16) -> Value {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    match exponent {
        0 => float(sign * fraction * 2_f64.powi(-24)),
        31 => Value::Null,
        _ => float(sign * (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15)),
    }
}

fn moment(number: i64, seconds: i64, format: &str) -> Value {
    let at = number
        .checked_mul(seconds)
        .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    at.map_or(Value::Null, |at| Value::from(at.format(format).to_string()))
}

/// Seconds, and nanoseconds of a second.
fn split(number: i64, unit: Unit) -> (i64, u32) {
    let (each, nanos) = match unit {
        Unit::Millis => (1_000, 1_000_000),
        Unit::Micros => (1_000_000, 1_000),
        Unit::Nanos => (1_000_000_000, 1),
    };
    (number.div_euclid(each), (number.rem_euclid(each) * nanos) as u32)
}

/// As in Excel: with a fraction only where there is one.
fn timestamp(number: i64, unit: Unit, utc: bool) -> Value {
    let (seconds, nanos) = split(number, unit);
    let Some(at) = chrono::DateTime::from_timestamp(seconds, nanos) else {
        return Value::Null;
    };
    let zone = if utc { "Z" } else { "" };
    Value::from(format!("{}{}{zone}", at.format("%Y-%m-%dT%H:%M:%S"), fraction(nanos)))
}

fn time(number: i64, unit: Unit) -> Value {
    let (seconds, nanos) = split(number, unit);
    if !(0..86_400).contains(&seconds) {
        return Value::Null;
    }
    let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60];
    Value::from(format!(
        "{:02}:{:02}:{:02}{}",
        parts[0],
        parts[1],
        parts[2],
        fraction(nanos)
    ))
}

fn fraction(nanos: u32) -> String {
    match nanos {
        0 => String::new(),
        nanos => {
            let digits = format!(".{nanos:09}");
            digits.trim_end_matches('0').to_owned()
        }
    }
}

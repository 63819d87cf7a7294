//! What one line of a filter asks: the wire's operator and value become a typed predicate of a column, or are refused with a
//! text that says what was expected.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use labelkeep_store::listing::{Column, Comparison, Kind, Number, Predicate};
use labelkeep_store::sqlite_functions::{self, pattern_of};
use serde_json::Value;

use crate::Invalid;

/// Most values of one line, and most characters of one.
const VALUES: usize = 10_000;

/// Something is wrong with the filters.
pub(super) fn wrong(text: impl Into<String>) -> Invalid {
    Invalid::field("filters", text)
}

/// The predicate of an operator and its value.
pub(super) fn predicate(column: &Column, operator: &str, value: &Value) -> Result<Predicate, Invalid> {
    let kind = column.kind();
    if operator == "empty" {
        return Ok(Predicate::Empty(boolean(value)?));
    }
    let (name, negated) = match operator {
        "not_equal" => ("equal", true),
        "not_in" => ("in", true),
        "not_in_list" => ("in_list", true),
        "not_contains" => ("contains", true),
        other => (other, false),
    };
    let comparison = match name {
        "equal" => Some(Comparison::Equal),
        "less" => Some(Comparison::Less),
        "greater" => Some(Comparison::Greater),
        "less_or_equal" => Some(Comparison::LessOrEqual),
        "greater_or_equal" => Some(Comparison::GreaterOrEqual),
        _ => None,
    };
    let scalar = |value: &Value| if kind == Kind::Time { time(value) } else { number(value) };
    Ok(match (kind, name) {
        (Kind::Number | Kind::Time, "in") => {
            let bound = |name: &str| {
                value
                    .get(name)
                    .filter(|bound| !bound.is_null())
                    .map(&scalar)
                    .transpose()
            };
            match (bound("min")?, bound("max")?) {
                (Some(low), Some(high)) => Predicate::Between(low, high, negated),
                (Some(low), None) => Predicate::Compare(Comparison::GreaterOrEqual, low, negated),
                (None, Some(high)) => Predicate::Compare(Comparison::LessOrEqual, high, negated),
                (None, None) => return Err(wrong("value: expected {\"min\", \"max\"}.")),
            }
        }
        (Kind::Number | Kind::Time, "in_list") => {
            Predicate::OneOf(list(value)?.iter().map(scalar).collect::<Result<_, _>>()?, negated)
        }
        (Kind::Number | Kind::Time, _) => match comparison {
            Some(comparison) => Predicate::Compare(comparison, scalar(value)?, negated),
            None => return Err(unknown(operator)),
        },
        (Kind::Boolean, "equal") => Predicate::Is(boolean(value)? != negated),
        (Kind::Text, "contains") => Predicate::Contains(text(value)?, negated),
        (Kind::Text, "equal") => Predicate::Equal(text(value)?, negated),
        (Kind::Text, "in_list") => {
            Predicate::TextOneOf(list(value)?.iter().map(text).collect::<Result<_, _>>()?, negated)
        }
        (Kind::Text | Kind::Results, "regex") => {
            let pattern = text(value)?;
            match pattern_of(&pattern) {
                Some(_) => Predicate::Matches(pattern),
                None => Predicate::Never,
            }
        }
        (Kind::Results, "contains") => Predicate::Contains(text(value)?, negated),
        (Kind::Results, "equal") => {
            let json = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            match serde_json::from_str::<Value>(&json) {
                Ok(_) => Predicate::Equal(json, negated),
                Err(_) => Predicate::Never,
            }
        }
        (Kind::Ids, "contains" | "equal" | "in_list") | (Kind::People, "contains" | "in_list") => {
            Predicate::Has(ids(value)?, negated)
        }
        (Kind::Versions, "contains" | "in_list") => Predicate::HasVersion(texts(value)?, negated),
        (Kind::People | Kind::Versions, "equal") => return Err(wrong("Not supported filter type")),
        _ => return Err(unknown(operator)),
    })
}

fn unknown(operator: &str) -> Invalid {
    wrong(format!(
        "Not supported filter type: \"{operator}\" cannot be asked of this column."
    ))
}

fn boolean(value: &Value) -> Result<bool, Invalid> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Number(number) => Ok(number.as_f64() != Some(0.0)),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            _ => Err(wrong("value: expected true or false.")),
        },
        _ => Err(wrong("value: expected true or false.")),
    }
}

fn number(value: &Value) -> Result<Number, Invalid> {
    let real = |number: f64| {
        // Whole numbers that a double holds exactly.
        if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
            Number::Whole(number as i64)
        } else {
            Number::Real(number)
        }
    };
    match value {
        Value::Number(number) => number.as_i64().map(Number::Whole).or_else(|| number.as_f64().map(real)),
        Value::String(text) => text
            .trim()
            .parse::<i64>()
            .ok()
            .map(Number::Whole)
            .or_else(|| sqlite_functions::number(text.trim()).map(real)),
        _ => None,
    }
    .ok_or_else(|| wrong("value: expected a number."))
}

fn time(value: &Value) -> Result<Number, Invalid> {
    let text = value.as_str().unwrap_or_default().trim();
    let micros = DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp_micros())
        .ok()
        .or_else(|| {
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
                .iter()
                .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
                .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
                .map(|time| time.and_utc().timestamp_micros())
        });
    micros
        .map(Number::Whole)
        .ok_or_else(|| wrong("value: expected a time, as 2021-01-01T00:00:00.000Z."))
}

fn text(value: &Value) -> Result<String, Invalid> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return Err(wrong("value: expected a text.")),
    };
    if text.contains('\0') {
        return Err(wrong("value: a text has no NUL characters."));
    }
    if text.chars().count() > VALUES {
        return Err(wrong(format!("value: at most {VALUES} characters.")));
    }
    Ok(text)
}

fn list(value: &Value) -> Result<&Vec<Value>, Invalid> {
    value
        .as_array()
        .filter(|values| values.len() <= VALUES)
        .ok_or_else(|| wrong(format!("value: expected a list of at most {VALUES} values.")))
}

fn texts(value: &Value) -> Result<Vec<String>, Invalid> {
    match value {
        Value::Array(_) => list(value)?.iter().map(text).collect(),
        one => Ok(vec![text(one)?]),
    }
}

/// One id, several in one text with `,`, `;` or blanks between, or a list.
fn ids(value: &Value) -> Result<Vec<i64>, Invalid> {
    let wrong_id = || wrong("value: expected ids.");
    match value {
        Value::Number(number) => Ok(vec![number.as_i64().ok_or_else(wrong_id)?]),
        Value::String(text) => text
            .split([',', ';', ' '])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(|_| wrong_id()))
            .collect(),
        Value::Array(_) => Ok(list(value)?
            .iter()
            .map(ids)
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect()),
        _ => Err(wrong_id()),
    }
}

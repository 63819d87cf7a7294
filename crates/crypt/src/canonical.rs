//! JSON in the one form that is hashed and signed: RFC 8785 (JSON Canonicalization Scheme).

use serde_json::{Number, Value};

/// The largest whole number that every reader of JSON keeps exactly.
const EXACT: u64 = 1 << 53;

/// Appends the canonical form of a value.
pub fn push(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => push_number(text, number),
        Value::String(string) => push_text(text, string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                push(text, item);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            // By UTF-16 code units, as §3.2.3 asks.
            fields.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            text.push('{');
            for (index, (name, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                push_text(text, name);
                text.push(':');
                push(text, value);
            }
            text.push('}');
        }
    }
}

/// Appends a string in quotes. Only what must be escaped is.
pub fn push_text(text: &mut String, string: &str) {
    use std::fmt::Write as _;
    text.push('"');
    let mut rest = string;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        text.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            0x08 => text.push_str("\\b"),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            0x0c => text.push_str("\\f"),
            b'\r' => text.push_str("\\r"),
            control => {
                let _ = write!(text, "\\u{control:04x}");
            }
        }
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
    text.push('"');
}

/// Numbers are IEEE 754 doubles in ECMAScript's form. Whole ones that a double cannot hold are text, so that two that differ
/// never look alike (appendix D).
fn push_number(text: &mut String, number: &Number) {
    if number.is_i64() || number.is_u64() {
        let digits = number.to_string();
        match digits.trim_start_matches('-').parse::<u64>() {
            Ok(size) if size <= EXACT => text.push_str(&digits),
            _ => push_text(text, &digits),
        }
        return;
    }
    match number.as_f64().filter(|value| value.is_finite()) {
        Some(value) => push_double(text, value),
        None => push_text(text, &number.to_string()),
    }
}

/// `Number::toString` of ECMAScript.
fn push_double(text: &mut String, value: f64) {
    if value == 0.0 {
        return text.push('0');
    }
    if value < 0.0 {
        text.push('-');
    }
    // The shortest digits that lead back to the value, as d.ddde±x.
    let shortest = format!("{:e}", value.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // ECMAScript's n: the value is 0.digits × 10^n.
    let (n, k) = (exponent + 1, i32::try_from(digits.len()).unwrap_or(i32::MAX));
    let zeros = |number: i32| "0".repeat(usize::try_from(number).unwrap_or(0));
    match n {
        _ if k <= n && n <= 21 => {
            text.push_str(&digits);
            text.push_str(&zeros(n - k));
        }
        1..=21 => {
            let (whole, part) = digits.split_at(usize::try_from(n).unwrap_or(0));
            text.push_str(whole);
            text.push('.');
            text.push_str(part);
        }
        -5..=0 => {
            text.push_str("0.");
            text.push_str(&zeros(-n));
            text.push_str(&digits);
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            text.push_str(first);
            if !rest.is_empty() {
                text.push('.');
                text.push_str(rest);
            }
            text.push_str(if n > 0 { "e+" } else { "e-" });
            text.push_str(&(n - 1).abs().to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(json: &str) -> String {
        let mut text = String::new();
        push(&mut text, &serde_json::from_str(json).expect("JSON"));
        text
    }

    #[test]
    fn the_examples_of_rfc_8785_come_out_as_printed() {
        let given = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(canonical(given), expected);
        // §3.2.3: sorting by UTF-16 code units puts the emoji (D83D…) before the last letter of the plane (FB33).
        let sorted = canonical(r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#);
        assert_eq!(
            sorted,
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}"
        );
    }

    #[test]
    fn numbers_are_those_of_ecmascript() {
        for (given, expected) in [
            ("-0.0", "0"),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("295147905179352830000.0", "295147905179352830000"),
            ("1e21", "1e+21"),
            ("9.999999999999997e22", "9.999999999999997e+22"),
            ("0.000001", "0.000001"),
            ("1e-7", "1e-7"),
            ("-1.5", "-1.5"),
            ("123.456", "123.456"),
            ("100.0", "100"),
            ("9007199254740992", "9007199254740992"),
            ("9007199254740993", "\"9007199254740993\""),
        ] {
            assert_eq!(canonical(given), expected, "{given}");
        }
    }
}

//! How Python writes numbers and times: what the files of the reference hold.

use std::fmt::Write as _;

/// `2026-11-23T08:37:37.055702Z` of microseconds since 1970-01-01 UTC. The formatter of the time library takes longer than
/// all the rest of an exported task.
pub(super) fn time(micros: i64) -> String {
    let (year, month, day) = date(micros);
    let second = micros.div_euclid(1_000_000).rem_euclid(86_400);
    let parts = [month, day, second / 3600, second / 60 % 60, second % 60];
    let mut text = String::with_capacity(27);
    push_digits::<4>(&mut text, year);
    for (part, before) in parts.into_iter().zip(['-', '-', 'T', ':', ':']) {
        text.push(before);
        push_digits::<2>(&mut text, part);
    }
    text.push('.');
    push_digits::<6>(&mut text, micros.rem_euclid(1_000_000));
    text.push('Z');
    text
}

/// The year of microseconds since 1970-01-01 UTC.
pub(super) fn year(micros: i64) -> i64 {
    date(micros).0
}

/// Year, month and day in the Gregorian calendar; days are counted from the first of March of the year 0, so that the leap
/// day is the last of its year.
fn date(micros: i64) -> (i64, i64, i64) {
    let days = micros.div_euclid(86_400_000_000) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

fn push_digits<const N: usize>(text: &mut String, number: i64) {
    // A year beyond 9999 loses its upper digits; accounts of such times do not exist.
    let (mut digits, mut rest) = ([b'0'; N], number.unsigned_abs());
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
    }
    text.extend(digits.map(char::from));
}

/// `repr(float)`: shortest digits that read back the same; exponents below 1e-4 and from 1e16 on.
pub(super) fn float(number: f64) -> String {
    if number == 0.0 {
        return if number.is_sign_negative() { "-0.0" } else { "0.0" }.to_owned();
    }
    let magnitude = number.abs();
    if !(1e-4..1e16).contains(&magnitude) {
        // Rust writes 1e-5 and 1.5e16; Python wants a sign and two digits in the exponent.
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent
            .strip_prefix('-')
            .map_or(('+', exponent), |exponent| ('-', exponent));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    // Between these JSON is written like this. The formatter of the language takes several times as long, and of two numbers that are
    // equally near it may choose the other.
    serde_json::to_string(&number).unwrap_or_default()
}

/// A JSON string in ASCII: others as `\u` with four digits, in pairs beyond the first 65,536.
pub(super) fn ascii_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}

/// `str()` of a JSON number; empty for anything else.
pub(super) fn number(value: &serde_json::Value) -> String {
    let serde_json::Value::Number(number) = value else {
        return String::new();
    };
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(number) => float(number),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (number, text) in [
            (0.25, "0.25"),
            (1.0, "1.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1e16, "1e+16"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1e15, "1000000000000000.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0, "-0.0"),
            (1.5e-10, "1.5e-10"),
            (1e100, "1e+100"),
            // As near to .62 as to .63.
            (201_289_222_843_094.0 + 0.625, "201289222843094.62"),
        ] {
            assert_eq!(float(number), text);
        }
    }

    #[test]
    fn ascii_strings_are_those_of_python() {
        assert_eq!(
            ascii_json("a\"\\\n\u{7f}é😀/\u{1}"),
            r#""a\"\\\n\u007f\u00e9\ud83d\ude00/\u0001""#
        );
    }

    #[test]
    fn times_have_six_digits() {
        assert_eq!(time(1_795_423_057_055_702), "2026-11-23T08:37:37.055702Z");
        assert_eq!(time(0), "1970-01-01T00:00:00.000000Z");
        for micros in (-62_135_596_800_000_000_i64..253_402_300_799_999_999).step_by(98_765_432_123_457) {
            let wanted = chrono::DateTime::from_timestamp_micros(micros).expect("in range");
            assert_eq!(time(micros), wanted.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
        }
        assert!([i64::MIN, i64::MAX].map(time).iter().all(|text| text.len() == 27));
    }
}

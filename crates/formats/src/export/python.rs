//! How Python writes numbers and times: what the files of the reference hold.

/// `2026-11-23T08:37:37.055702Z`
pub(super) fn time(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
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
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = format!("{number}");
    if text.contains('.') { text } else { format!("{text}.0") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (number, text) in [
            (0.25, "0.25"), (1.0, "1.0"), (1e-5, "1e-05"), (0.0001, "0.0001"), (1e16, "1e+16"), (123456789012345680.0, "1.2345678901234568e+17"),
            (1e15, "1000000000000000.0"), (0.1 + 0.2, "0.30000000000000004"), (-0.0, "-0.0"), (1.5e-10, "1.5e-10"), (1e100, "1e+100"),
        ] {
            assert_eq!(float(number), text);
        }
    }

    #[test]
    fn times_have_six_digits() {
        assert_eq!(time(1_795_423_057_055_702), "2026-11-23T08:37:37.055702Z");
        assert_eq!(time(0), "1970-01-01T00:00:00.000000Z");
    }
}

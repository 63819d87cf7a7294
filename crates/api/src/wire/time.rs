//! Times as the wire writes them.

use serde::{Serialize, Serializer};

/// Microseconds since 1970-01-01 UTC, written as `2026-11-23T08:37:37.055702Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub i64);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = text(self.0);
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// `2026-11-23T08:37:37.055702Z`: always six digits of a second, always UTC.
pub fn fmt_time(micros: i64) -> String {
    String::from_utf8_lossy(&text(micros)).into_owned()
}

/// What is said of a time that cannot be read.
pub(crate) const WRONG_TIME: &str = "Datetime has wrong format. Use one of these formats instead: \
    YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";

/// Microseconds since 1970-01-01 UTC of an ISO 8601 time as clients write it: seconds, their fraction and the zone (UTC
/// when it is missing) may be left out, and so may the time of day.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
    let text = text.trim();
    let zoned = [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M%#z",
    ]
    .iter()
    .find_map(|format| DateTime::parse_from_str(text, format).ok())
    .or_else(|| DateTime::parse_from_rfc3339(text).ok())
    .map(|time| time.timestamp_micros());
    let utc = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .or_else(|| {
                Some(
                    NaiveDate::parse_from_str(text, "%Y-%m-%d")
                        .ok()?
                        .and_time(NaiveTime::MIN),
                )
            })
            .map(|time| time.and_utc().timestamp_micros())
    };
    zoned.or_else(utc)
}

const MICROS: i64 = 1_000_000;

/// Written by hand: a list of 1,000 annotations has 2,000 of them.
fn text(micros: i64) -> [u8; 27] {
    let seconds = micros.div_euclid(MICROS);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second_of_day = seconds.rem_euclid(86_400);
    let mut out = *b"0000-00-00T00:00:00.000000Z";
    put(&mut out[0..4], year.clamp(0, 9999));
    put(&mut out[5..7], month);
    put(&mut out[8..10], day);
    put(&mut out[11..13], second_of_day / 3600);
    put(&mut out[14..16], second_of_day / 60 % 60);
    put(&mut out[17..19], second_of_day % 60);
    put(&mut out[20..26], micros.rem_euclid(MICROS));
    out
}

fn put(digits: &mut [u8], mut number: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day of a number of days since 1970-01-01 in the Gregorian calendar.
///
/// Counts in years that begin on 1 March, so that the leap day is the last day, and in eras of 400 years, which are
/// 146,097 days long.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // days from 0000-03-01 to 1970-01-01
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// How long ago, in the two largest adjacent units: `1 day, 3 hours`, `0 minutes`.
///
/// A no-break space stands between number and unit: clients have seen it there for years.
pub fn created_ago(created: i64, now: i64) -> String {
    const UNITS: [(&str, i64); 4] = [("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)];
    let part = |number: i64, unit: &str| format!("{number}\u{a0}{unit}{}", if number == 1 { "" } else { "s" });
    let (created, now) = (created.div_euclid(MICROS), now.div_euclid(MICROS));
    if now - created < 60 {
        return part(0, "minute");
    }
    let months = whole_months(created, now);
    let mut parts = vec![(months / 12, "year"), (months % 12, "month")];
    let mut rest = now - add_months(created, months);
    for (unit, seconds) in UNITS {
        parts.push((rest / seconds, unit));
        rest %= seconds;
    }
    let first = parts
        .iter()
        .position(|(number, _)| *number > 0)
        .unwrap_or(parts.len() - 1);
    let shown: Vec<String> = parts[first..]
        .iter()
        .take(2)
        .take_while(|(number, _)| *number > 0)
        .map(|(number, unit)| part(*number, unit))
        .collect();
    shown.join(", ")
}

/// How many whole calendar months lie between two times.
fn whole_months(from: i64, to: i64) -> i64 {
    let (from_year, from_month, _) = civil(from.div_euclid(86_400));
    let (to_year, to_month, _) = civil(to.div_euclid(86_400));
    let months = (to_year - from_year) * 12 + to_month - from_month;
    if add_months(from, months) > to {
        months - 1
    } else {
        months
    }
}

/// The same time of day so many months later, on the month's last day where the day does not exist.
fn add_months(seconds: i64, months: i64) -> i64 {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let month_index = year * 12 + month - 1 + months;
    let (year, month) = (month_index.div_euclid(12), month_index.rem_euclid(12) + 1);
    let length = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    days_of(year, month, day.min(length)) * 86_400 + seconds.rem_euclid(86_400)
}

/// The inverse of [`civil`].
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_six_digits_and_a_z() {
        assert_eq!(fmt_time(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(fmt_time(1_795_423_057_055_702), "2026-11-23T08:37:37.055702Z");
        assert_eq!(fmt_time(951_782_400_000_001), "2000-02-29T00:00:00.000001Z");
        assert_eq!(fmt_time(-1), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn times_are_read_as_clients_write_them() {
        let noon = Some(1_767_268_800_000_000);
        for text in [
            "2026-01-01T12:00:00Z",
            "2026-01-01T12:00:00.000000Z",
            "2026-01-01T14:00:00+02:00",
            "2026-01-01 12:00:00",
            "2026-01-01T12:00",
            "2026-01-01T12:00:00.000",
            "2026-01-01T12:00Z",
        ] {
            assert_eq!(parse_time(text), noon, "{text}");
        }
        assert_eq!(parse_time("2026-01-01"), Some(1_767_225_600_000_000));
        for bad in ["", "x", "2026-13-01", "2026-01-01T25:00", "12:00", "99999999999999"] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_and_dates_are_inverse() {
        for days in (-800_000..800_000).step_by(97) {
            let (year, month, day) = civil(days);
            assert_eq!(days_of(year, month, day), days);
        }
    }

    #[test]
    fn ago_names_the_two_largest_adjacent_units() {
        let now = 1_795_423_057_000_000;
        let ago = |seconds: i64| created_ago(now - seconds * MICROS, now);
        assert_eq!(ago(5), "0\u{a0}minutes");
        assert_eq!(ago(61), "1\u{a0}minute");
        assert_eq!(ago(3 * 3600 + 120), "3\u{a0}hours, 2\u{a0}minutes");
        assert_eq!(ago(86_400), "1\u{a0}day");
        assert_eq!(ago(8 * 86_400), "1\u{a0}week, 1\u{a0}day");
        assert_eq!(ago(86_400 + 60), "1\u{a0}day");
        assert_eq!(ago(400 * 86_400), "1\u{a0}year, 1\u{a0}month");
    }
}

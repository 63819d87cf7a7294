//! Rows of a sheet become tasks: what cells hold, and what numbers mean.

use roxmltree::Node;
use serde_json::value::RawValue;
use serde_json::{Number, Value};

use super::children;
use crate::import::{ImportError, Sink, TaskItem, csv};

/// The text of a shared or inline string: all its runs, without the readings that stand above them.
pub(super) fn plain(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    for part in node.descendants().filter(|part| part.tag_name().name() == "t") {
        let is_reading = part.ancestors().any(|above| above.tag_name().name() == "rPh");
        if !is_reading {
            text.push_str(part.text().unwrap_or_default());
        }
    }
    unescaped(&text)
}

/// `_x000D_` is a character that XML cannot hold; `_x005F_` is an underscore before what would be read as one.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let code = rest
            .get(at + 2..at + 6)
            .filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        let letter = code
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        match letter {
            Some(letter) => {
                // Data hold no NUL.
                if letter != '\0' {
                    out.push(letter);
                }
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The rows of a sheet.
pub(super) struct Table {
    /// Names of the columns; none before the header. A column without a name has none.
    keys: Vec<Option<String>>,
    texts: Vec<Box<str>>,
    dates: Vec<bool>,
    epoch_1904: bool,
    row: u64,
}

impl Table {
    pub(super) fn new(texts: Vec<Box<str>>, dates: Vec<bool>, epoch_1904: bool) -> Table {
        Table {
            keys: Vec::new(),
            texts,
            dates,
            epoch_1904,
            row: 0,
        }
    }

    pub(super) fn take(&mut self, row: Node<'_, '_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        self.row = match row.attribute("r").and_then(|number| number.parse().ok()) {
            Some(number) => number,
            None => self.row + 1,
        };
        let mut cells: Vec<(usize, Value)> = Vec::new();
        let mut next = 0;
        for cell in children(row, "c") {
            let column = match cell.attribute("r") {
                Some(place) => column(place).ok_or_else(|| self.wrong(format!("\"{place}\" is no cell")))?,
                None => next,
            };
            next = column + 1;
            if column >= csv::COLUMNS {
                return Err(self.wrong(format!("more than {} columns", csv::COLUMNS)));
            }
            let value = self.value(cell)?;
            if value != "" {
                cells.push((column, value));
            }
        }
        if cells.is_empty() {
            return Ok(());
        }
        if self.keys.is_empty() {
            return self.header(cells);
        }
        let mut values: Vec<Value> = vec![Value::from(""); self.keys.len()];
        for (column, value) in cells {
            match (self.keys.get(column), values.get_mut(column)) {
                (Some(Some(_)), Some(place)) => *place = value,
                _ => {
                    let text = format!("column {} has a value, but no name in the header", letters(column));
                    return Err(self.wrong(text));
                }
            }
        }
        let mut data = String::from("{");
        for (key, value) in self.keys.iter().zip(values) {
            let Some(key) = key else { continue };
            if data.len() > 1 {
                data.push(',');
            }
            data.push_str(key);
            data.push(':');
            data.push_str(&value.to_string());
        }
        data.push('}');
        let data = RawValue::from_string(data).map_err(|error| self.wrong(error.to_string()))?;
        sink(TaskItem::of_data(data))
    }

    /// Names of the columns as those of CSV, as JSON texts.
    fn header(&mut self, cells: Vec<(usize, Value)>) -> Result<(), ImportError> {
        let names: Vec<String> = cells
            .iter()
            .map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect();
        let names = csv::unique(names.iter().map(String::as_str));
        let width = cells.last().map_or(0, |(column, _)| column + 1);
        self.keys = vec![None; width];
        for ((column, _), name) in cells.into_iter().zip(names) {
            if let Some(key) = self.keys.get_mut(column) {
                *key = Some(Value::from(name).to_string());
            }
        }
        Ok(())
    }

    fn value(&self, cell: Node<'_, '_>) -> Result<Value, ImportError> {
        let own = || {
            children(cell, "v")
                .next()
                .and_then(|value| value.text())
                .unwrap_or_default()
        };
        let text = match cell.attribute("t").unwrap_or("n") {
            "s" => {
                let number = own().trim().parse::<usize>().ok();
                let text = number.and_then(|number| self.texts.get(number));
                text.ok_or_else(|| self.wrong("a text that the workbook does not have".to_owned()))?
                    .to_string()
            }
            "inlineStr" => children(cell, "is").next().map(plain).unwrap_or_default(),
            "b" => return Ok(Value::from(own().trim() == "1")),
            // What a formula could not work out is missing, as in CSV.
            "e" => String::new(),
            "n" => return Ok(self.number(own().trim(), cell)),
            _ => unescaped(own()),
        };
        if text.len() > csv::CELL {
            return Err(self.wrong(format!("a cell is longer than {} bytes", csv::CELL)));
        }
        Ok(Value::from(text))
    }

    fn number(&self, text: &str, cell: Node<'_, '_>) -> Value {
        let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return Value::from(text);
        };
        let style = cell.attribute("s").and_then(|style| style.parse::<usize>().ok());
        if style.and_then(|style| self.dates.get(style)).copied().unwrap_or(false)
            && let Some(text) = moment(number, self.epoch_1904)
        {
            return Value::from(text);
        }
        if number.fract() == 0.0 && number.abs() < 1e15 {
            return Value::from(number as i64);
        }
        Number::from_f64(number).map_or_else(|| Value::from(text), Value::from)
    }

    fn wrong(&self, message: String) -> ImportError {
        ImportError::Row {
            line: self.row,
            message,
        }
    }
}

/// Days since the epoch of the workbook as `2026-11-29`, with a time of day as `2026-11-29T10:00:00`; a time alone as `10:00:00`.
fn moment(days: f64, epoch_1904: bool) -> Option<String> {
    // To the millisecond: a fraction of a day is not exact.
    let milliseconds = (days * 86_400_000.0).round();
    if !(0.0..86_400_000.0 * 3_000_000.0).contains(&milliseconds) {
        return None;
    }
    let (day, time) = (
        (milliseconds / 86_400_000.0).floor() as i64,
        (milliseconds % 86_400_000.0) as i64,
    );
    let clock = |time: i64| {
        let text = format!(
            "{:02}:{:02}:{:02}",
            time / 3_600_000,
            time / 60_000 % 60,
            time / 1_000 % 60
        );
        if time % 1_000 == 0 {
            text
        } else {
            format!("{text}.{:03}", time % 1_000)
        }
    };
    if day == 0 && !epoch_1904 {
        return Some(clock(time));
    }
    // Of 1900 the program thinks that it was a leap year: before its March days count from a day later.
    let before = match (epoch_1904, day < 61) {
        (true, _) => 24_107,
        (false, true) => 25_568,
        (false, false) => 25_569,
    };
    let date = chrono::DateTime::from_timestamp((day - before) * 86_400, 0)?.format("%Y-%m-%d");
    Some(if time == 0 {
        date.to_string()
    } else {
        format!("{date}T{}", clock(time))
    })
}

/// The column of a cell, from 0: `B7` is 1.
fn column(place: &str) -> Option<usize> {
    let letters = place.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut number = 0;
    for letter in letters.bytes() {
        let place = letter
            .to_ascii_uppercase()
            .checked_sub(b'A')
            .filter(|place| *place < 26)?;
        number = number * 26 + usize::from(place) + 1;
    }
    number.checked_sub(1)
}

/// The letters of a column, from 0.
fn letters(column: usize) -> String {
    let mut text = Vec::new();
    let mut number = column + 1;
    while number > 0 {
        let place = (number - 1) % 26;
        text.push(char::from(b'A' + u8::try_from(place).unwrap_or_default()));
        number = (number - 1) / 26;
    }
    text.iter().rev().collect()
}

/// Whether a number format shows a date or a time: it has one of their letters outside of quotes, brackets and escapes.
pub(super) fn shows_date(code: &str) -> bool {
    let mut letters = code.chars();
    let (mut quoted, mut bracketed) = (false, false);
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => {
                letters.next();
            }
            // Hours, minutes and seconds that go on beyond their end stand in brackets, colours and currencies too.
            '[' => bracketed = true,
            ']' => bracketed = false,
            'h' | 'H' | 's' | 'S' | 'm' | 'M' if bracketed => {
                let rest: String = letters.clone().take_while(|letter| *letter != ']').collect();
                if rest.chars().all(|other| other.eq_ignore_ascii_case(&letter)) {
                    return true;
                }
                letters = skipped(letters);
            }
            _ if bracketed => letters = skipped(letters),
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => return true,
            // "General" is none, although other words of its letters might be.
            'G' | 'g' => return false,
            _ => {}
        }
    }
    false
}

/// Up to the end of the bracket.
fn skipped(letters: std::str::Chars<'_>) -> std::str::Chars<'_> {
    let text = letters.as_str();
    text.find(']').map_or("", |end| &text[end..]).chars()
}

#[cfg(test)]
mod tests {
    use super::{column, letters, moment, shows_date, unescaped};

    #[test]
    fn formats_columns_and_moments_are_told_apart() {
        for (code, is_date) in [
            ("General", false),
            ("0.00", false),
            ("\"days\" 0", false),
            ("[Red]0", false),
            ("[$USD] 0", false),
            ("d.m.yy", true),
            ("[h]:mm", true),
            ("0\\d", false),
            ("mmm", true),
        ] {
            assert_eq!(shows_date(code), is_date, "{code}");
        }
        assert_eq!(
            (column("A1"), column("Z9"), column("AA10"), column("7")),
            (Some(0), Some(25), Some(26), None)
        );
        assert_eq!(
            (letters(0), letters(25), letters(26)),
            ("A".into(), "Z".into(), "AA".into())
        );
        assert_eq!(moment(1.0, false).as_deref(), Some("1900-01-01"));
        assert_eq!(
            moment(60.0, false).as_deref(),
            Some("1900-03-01"),
            "a day that there never was"
        );
        assert_eq!(moment(61.0, false).as_deref(), Some("1900-03-01"));
        assert_eq!(moment(0.5, false).as_deref(), Some("12:00:00"));
        assert_eq!(moment(0.0, true).as_deref(), Some("1904-01-01"));
        assert_eq!((moment(-1.0, false), moment(1e12, false)), (None, None));
        assert_eq!(unescaped("a_x005F_x000D_b_x"), "a_x000D_b_x");
    }
}

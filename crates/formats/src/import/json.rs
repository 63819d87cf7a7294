//! JSON: an array is cut into its elements while it comes in, and each is parsed from its own slice.
//!
//! A parser over a reader looks at every byte through a function call (about 100 MB/s); finding the end of an element needs
//! only quotes, backslashes and brackets, and parsing a slice is three times as fast.

use std::io::Read;

use labelkeep_labeling::check_json;

use super::{BUFFER, ImportError, Sink, TaskItem};

/// Largest element, in bytes.
const ELEMENT: usize = 64 * 1024 * 1024;

pub(super) fn import(reader: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut input = Input::new(reader);
    input.skip_mark()?;
    match input.peek()? {
        Some(b'{') => {
            let element = input.element()?;
            sink(item(&mut input, element, 0)?)?;
            match input.peek()? {
                None => Ok(()),
                Some(b'{') => Err(input.syntax(
                    "Trailing data: one JSON document is expected. For one task a line (JSON Lines), put the lines into an array",
                )),
                Some(_) => Err(input.syntax("Trailing data")),
            }
        }
        Some(b'[') => array(&mut input, sink),
        _ => Err(input.syntax("Expected object or value")),
    }
}

/// JSON Lines: a task a line; an array is taken, too.
pub(super) fn lines(reader: impl Read, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut elements = Elements::new(reader);
    while let Some(text) = elements.next() {
        let line = elements.line();
        let item = TaskItem::parse(&text?).map_err(|message| ImportError::Row { line, message })?;
        sink(item)?;
    }
    Ok(())
}

fn array(input: &mut Input<impl Read>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    input.advance(1);
    let mut index = 0;
    loop {
        match input.peek()? {
            Some(b']') if index == 0 => {
                input.advance(1);
                break;
            }
            Some(b'{') => {
                let element = input.element()?;
                let item = item(input, element, index)?;
                sink(item)?;
                index += 1;
            }
            Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                return Err(ImportError::Item {
                    index,
                    message: "a task must be an object".to_owned(),
                });
            }
            _ => return Err(input.syntax("Expecting value")),
        }
        match input.peek()? {
            Some(b',') => input.advance(1),
            Some(b']') => {
                input.advance(1);
                break;
            }
            _ => return Err(input.syntax("Expecting ',' delimiter")),
        }
    }
    match input.peek()? {
        None => Ok(()),
        Some(_) => Err(input.syntax("Trailing data")),
    }
}

/// Parses the element that starts the buffer, and moves behind it.
fn item(input: &mut Input<impl Read>, length: usize, index: u64) -> Result<TaskItem, ImportError> {
    let bytes = &input.buffer[input.start..input.start + length];
    let parsed = match std::str::from_utf8(bytes) {
        Err(_) => Err(ImportError::Item {
            index,
            message: "the text is not UTF-8".to_owned(),
        }),
        Ok(text) => match check_json(text) {
            Err(error) => Err(ImportError::Item {
                index,
                message: error.to_string(),
            }),
            Ok(()) => TaskItem::parse(text).map_err(|message| ImportError::Item { index, message }),
        },
    };
    input.advance(length);
    parsed
}

/// The objects of a JSON array, or of JSON Lines, as text, one after the other; a lone object is one. Each is checked: depth,
/// keys that stand twice, UTF-8.
pub struct Elements<R> {
    input: Input<R>,
    state: State,
    number: u64,
}

#[derive(PartialEq, Eq)]
enum State {
    Start,
    Array,
    Lines,
    End,
}

impl<R: Read> Elements<R> {
    /// Reads from the start of a file.
    pub fn new(reader: R) -> Self {
        Elements {
            input: Input::new(reader),
            state: State::Start,
            number: 0,
        }
    }

    /// How many were given.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The line where the last one began, from 1.
    pub fn line(&self) -> u64 {
        self.input.lines
    }

    fn step(&mut self) -> Result<Option<String>, ImportError> {
        let input = &mut self.input;
        if self.state == State::Start {
            input.skip_mark()?;
            self.state = match input.peek()? {
                Some(b'{') => State::Lines,
                Some(b'[') => {
                    input.advance(1);
                    State::Array
                }
                None => return Ok(None),
                _ => return Err(input.syntax("Expected object or value")),
            };
        }
        if self.state == State::Array {
            match (input.peek()?, self.number) {
                (Some(b']'), _) => {
                    input.advance(1);
                    return match input.peek()? {
                        None => Ok(None),
                        Some(_) => Err(input.syntax("Trailing data")),
                    };
                }
                (Some(b','), 1..) => input.advance(1),
                (_, 1..) => return Err(input.syntax("Expecting ',' delimiter")),
                _ => {}
            }
        }
        match input.peek()? {
            Some(b'{') => {}
            None if self.state == State::Lines => return Ok(None),
            _ => return Err(input.syntax("An object is expected")),
        }
        let length = input.element()?;
        let bytes = &input.buffer[input.start..input.start + length];
        let text = std::str::from_utf8(bytes).map_err(|_| input.syntax("The text is not UTF-8"))?;
        check_json(text).map_err(|error| input.syntax(&error.to_string()))?;
        let text = text.to_owned();
        input.advance(length);
        self.number += 1;
        Ok(Some(text))
    }
}

impl<R: Read> Iterator for Elements<R> {
    type Item = Result<String, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::End {
            return None;
        }
        match self.step() {
            Ok(Some(text)) => Some(Ok(text)),
            Ok(None) => {
                self.state = State::End;
                None
            }
            Err(error) => {
                self.state = State::End;
                Some(Err(error))
            }
        }
    }
}

/// What has been read and not yet used.
struct Input<R> {
    reader: R,
    /// Room for bytes; those from `start` to `end` have been read.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    lines: u64,
    columns: u64,
    ended: bool,
}

impl<R: Read> Input<R> {
    fn new(reader: R) -> Self {
        Input {
            reader,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            lines: 1,
            columns: 1,
            ended: false,
        }
    }

    /// Reads more behind what is there; false at the end.
    fn more(&mut self) -> Result<bool, ImportError> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        // A body comes in small pieces: the room behind them is cleared once, not for each.
        if self.buffer.len() - self.end < BUFFER / 2 {
            self.buffer.resize(self.end + BUFFER, 0);
        }
        let number = self.reader.read(&mut self.buffer[self.end..])?;
        self.end += number;
        self.ended = number == 0;
        Ok(!self.ended)
    }

    /// What has been read and not yet used.
    fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Drops a byte order mark. Spreadsheets and editors write it; the reference refuses such files.
    fn skip_mark(&mut self) -> Result<(), ImportError> {
        while self.end < 3 && self.more()? {}
        if self.unread().starts_with(b"\xef\xbb\xbf") {
            self.start = 3;
        }
        Ok(())
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, ImportError> {
        loop {
            while let Some(byte) = self.unread().first() {
                if !byte.is_ascii_whitespace() {
                    return Ok(Some(*byte));
                }
                self.advance(1);
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    /// Moves on, and keeps count of lines and columns.
    fn advance(&mut self, number: usize) {
        let passed = &self.buffer[self.start..self.start + number];
        match memchr::memrchr(b'\n', passed) {
            Some(last) => {
                self.lines += memchr::memchr_iter(b'\n', passed).count() as u64;
                self.columns = (passed.len() - last) as u64;
            }
            None => self.columns += number as u64,
        }
        self.start += number;
    }

    /// The length of the element that begins here with a brace.
    fn element(&mut self) -> Result<usize, ImportError> {
        let mut depth = 0_usize;
        let mut at = 0;
        let mut in_string = false;
        loop {
            let rest = self.unread();
            while at < rest.len() {
                if in_string {
                    match memchr::memchr2(b'"', b'\\', &rest[at..]) {
                        None => at = rest.len(),
                        Some(found) if rest[at + found] == b'"' => {
                            at += found + 1;
                            in_string = false;
                        }
                        // The escaped byte may not have come in yet.
                        Some(found) if at + found + 1 >= rest.len() => {
                            at += found;
                            break;
                        }
                        Some(found) => at += found + 2,
                    }
                    continue;
                }
                match rest[at] {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Ok(at + 1);
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            if self.unread().len() > ELEMENT {
                return Err(ImportError::TooLarge(format!("A task is larger than {ELEMENT} bytes")));
            }
            if !self.more()? {
                return Err(self.syntax("The JSON ends in the middle of a task that begins here"));
            }
        }
    }

    fn syntax(&self, message: &str) -> ImportError {
        ImportError::Syntax {
            message: message.to_owned(),
            line: self.lines,
            column: self.columns,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives at most `step` bytes at once.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let number = self.1.min(self.0.len()).min(buffer.len());
            buffer[..number].copy_from_slice(&self.0[..number]);
            self.0 = &self.0[number..];
            Ok(number)
        }
    }

    fn read(bytes: &[u8], step: usize) -> Result<Vec<String>, ImportError> {
        let mut items = Vec::new();
        import(&mut Slow(bytes, step), &mut |item| {
            items.push(item.data.get().to_owned());
            Ok(())
        })?;
        Ok(items)
    }

    #[test]
    fn errors_tell_the_place() {
        let text = |bytes: &[u8]| read(bytes, 3).expect_err("wrong").to_string();
        assert_eq!(
            text(b"[{\"a\": 1},\n {\"a\": 2}"),
            "Expecting ',' delimiter: line 2 column 10"
        );
        assert_eq!(text(b"{\"a\": 1}\n{\"a\": 2}").split(':').next(), Some("Trailing data"));
        assert!(text(b"[{\"a\": 1}, 3]").contains("item 1"));
        assert!(text(b"[{\"a\": }]").contains("item 0"));
        assert!(text(b"hello").contains("Expected object or value"));
        assert!(text(b"[{\"a\": {\"b\": 1}").contains("ends in the middle"));
        assert!(text(b"[{\"a\": 1, \"a\": 2}]").contains("item 0"), "duplicate keys");
    }

    #[test]
    fn json_lines_are_tasks_and_errors_name_the_line() {
        let read = |text: &str| {
            let mut items = Vec::new();
            lines(text.as_bytes(), &mut |item: TaskItem| {
                items.push(item.data.get().to_owned());
                Ok(())
            })
            .map(|()| items)
        };
        let found =
            read("\u{feff}{\"text\": \"a\"}\n\n{\"data\": {\"text\": \"b\"}, \"annotations\": [{\"result\": []}]}\r\n")
                .expect("lines");
        assert_eq!(found, ["{\"text\": \"a\"}", "{\"text\": \"b\"}"]);
        assert!(read("").expect("nothing").is_empty());
        let error = read("{\"a\": 1}\n{\"data\": 3}\n").expect_err("wrong").to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(read("{\"a\": 1}\n[1]").is_err());
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_an_empty_array_has_no_items() {
        assert_eq!(read(b"\xef\xbb\xbf[{\"a\": 1}]", 2).expect("valid"), ["{\"a\": 1}"]);
        assert!(read(b" [ ] ", 1).expect("valid").is_empty());
    }

    #[test]
    fn sec_160_a_deep_element_is_refused_and_nothing_crashes() {
        let deep = format!("[{{\"a\":{}{}}}]", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(deep.as_bytes(), 4096).is_err());
    }

    proptest! {
        #[test]
        fn any_cut_of_the_stream_gives_the_same_items(
            items in proptest::collection::vec(("[a-z]{1,6}", "\\PC{0,20}"), 0..20), step in 1_usize..40
        ) {
            let values: Vec<serde_json::Value> =
                items.iter().map(|(key, text)| serde_json::json!({ key: text, "n": [1, {"x": "]}\\"}] })).collect();
            let text = serde_json::to_string_pretty(&values).expect("serializes");
            let read = read(text.as_bytes(), step).expect("valid");
            let read: Vec<serde_json::Value> = read.iter().map(|item| serde_json::from_str(item).expect("an item")).collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), step in 1_usize..20) {
            let _ = read(&bytes, step);
        }
    }
}

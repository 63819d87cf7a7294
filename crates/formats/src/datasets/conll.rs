//! CoNLL: a word and its tag on each line, an empty line between sentences.

use std::io::{BufRead as _, BufReader, Read as _};

use serde_json::{Map, Value, json};

use super::{Dataset, Reading, span};
use crate::import::ImportError;

pub(super) struct Conll;

/// Longest line, in bytes.
const LINE: u64 = 1024 * 1024;

impl Dataset for Conll {
    fn name(&self) -> &'static str {
        "conll"
    }

    fn title(&self) -> &'static str {
        "CoNLL"
    }

    fn files(&self) -> &'static str {
        "text files: a word and, last in its line, the tag (IOB, IOB2, IOBES or BILOU); an empty line between sentences"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        for name in reading.folder.names() {
            let mut lines = BufReader::new(reading.folder.open(&name)?);
            let (mut words, mut bytes, mut number) = (Vec::new(), Vec::new(), 0);
            loop {
                bytes.clear();
                number += 1;
                if lines.by_ref().take(LINE + 1).read_until(b'\n', &mut bytes)? == 0 {
                    break;
                }
                if bytes.len() as u64 > LINE {
                    return Err(Reading::wrong(&name, number, "the line is longer than a megabyte"));
                }
                let line = std::str::from_utf8(&bytes)
                    .map_err(|_| Reading::wrong(&name, number, "the text is not UTF-8"))?
                    .trim_start_matches('\u{feff}')
                    .trim_end_matches(['\n', '\r']);
                if line.trim().is_empty() {
                    sentence(reading, &mut words)?;
                    continue;
                }
                let comment = line.starts_with("# ");
                if comment || line.starts_with("-DOCSTART-") {
                    continue;
                }
                let tabs = line.contains('\t');
                let parts: Vec<&str> = if tabs {
                    line.split('\t').collect()
                } else {
                    line.split(' ').collect()
                };
                match parts[..] {
                    [word, .., tag] if !tag.is_empty() => words.push((word.to_owned(), tag.to_owned())),
                    _ => {
                        return Err(Reading::wrong(
                            &name,
                            number,
                            "a word and a tag are expected, with a tab or a blank between",
                        ));
                    }
                }
            }
            sentence(reading, &mut words)?;
        }
        Ok(())
    }
}

/// The words with one blank between, and a span for each run of tags.
fn sentence(reading: &mut Reading<'_>, words: &mut Vec<(String, String)>) -> Result<(), ImportError> {
    if words.is_empty() {
        return Ok(());
    }
    let mut text: Vec<char> = Vec::new();
    let mut spans: Vec<(usize, usize, String)> = Vec::new();
    let mut open = false;
    for (word, tag) in words.drain(..) {
        if !text.is_empty() {
            text.push(' ');
        }
        let begin = text.len();
        text.extend(word.chars());
        let end = text.len();
        let (prefix, label) = match tag.split_once(['-', '_']) {
            Some((prefix, label)) if prefix.len() == 1 => (prefix, label),
            _ if tag == "O" => ("O", ""),
            _ => ("I", tag.as_str()),
        };
        let goes_on = open && spans.last().is_some_and(|(.., last)| last == label);
        match prefix {
            "O" => open = false,
            "I" | "E" | "L" if goes_on => {
                if let Some(last) = spans.last_mut() {
                    last.1 = end;
                }
                open = prefix == "I";
            }
            _ => {
                spans.push((begin, end, label.to_owned()));
                open = matches!(prefix, "B" | "I");
            }
        }
    }
    let results: Vec<Value> = (1..)
        .zip(&spans)
        .filter_map(|(number, (begin, end, label))| span(reading, &format!("s{number}"), &text, (*begin, *end), label))
        .collect();
    let key = reading.key("Text");
    let text: String = text.into_iter().collect();
    reading.task(Map::from_iter([(key, json!(text))]), results)
}

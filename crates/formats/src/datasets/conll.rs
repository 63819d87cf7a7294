//! CoNLL: a word and its tag on each line, an empty line between sentences; also CoNLL-U with the tag in its last column.

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
        "text files: a word and, last in its line, the tag (IOB, IOB2, IOBES or BILOU), or CoNLL-U with ner= in its last column; an empty line between sentences"
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
                    [number, word, _, _, _, _, _, _, _, more] if tabs && is_number(number) => {
                        // Of "2-3 don't" and its parts "2 do" and "3 n't" the parts have the tags.
                        if !number.contains(['-', '.']) {
                            words.push(Word::universal(word, more));
                        }
                    }
                    [word, .., tag] if !tag.is_empty() => words.push(Word {
                        text: word.to_owned(),
                        tag: tag.to_owned(),
                        glued: false,
                    }),
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

/// The number of a word in CoNLL-U: `1`, of several words `2-3`, of one that is not written `8.1`.
fn is_number(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit())
        && text
            .chars()
            .all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | '.'))
}

struct Word {
    text: String,
    tag: String,
    /// No blank behind it.
    glued: bool,
}

impl Word {
    /// A word of CoNLL-U by its form and its last column.
    fn universal(form: &str, more: &str) -> Word {
        let mut word = Word {
            text: form.to_owned(),
            tag: "O".to_owned(),
            glued: false,
        };
        for part in more.split('|') {
            match part.split_once('=') {
                Some((key, tag)) if key.eq_ignore_ascii_case("ner") || key == "NE" => tag.clone_into(&mut word.tag),
                Some(("SpaceAfter", "No")) => word.glued = true,
                _ => {}
            }
        }
        word
    }
}

/// The words with one blank between, and a span for each run of tags.
fn sentence(reading: &mut Reading<'_>, words: &mut Vec<Word>) -> Result<(), ImportError> {
    if words.is_empty() {
        return Ok(());
    }
    let mut text: Vec<char> = Vec::new();
    let mut spans: Vec<(usize, usize, String)> = Vec::new();
    let (mut open, mut glued) = (false, true);
    for word in words.drain(..) {
        if !glued {
            text.push(' ');
        }
        glued = word.glued;
        let tag = word.tag;
        let begin = text.len();
        text.extend(word.text.chars());
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

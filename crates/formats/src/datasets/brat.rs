//! brat standoff: a text and its `.ann`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::lines::relation;
use super::{Dataset, Reading, SMALL, span};
use crate::import::ImportError;

pub(super) struct Brat;

impl Dataset for Brat {
    fn name(&self) -> &'static str {
        "brat"
    }

    fn title(&self) -> &'static str {
        "brat standoff"
    }

    fn files(&self) -> &'static str {
        "a text file and an .ann file of the same name for each document"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let known: HashSet<String> = reading.files(&[".txt"]).into_iter().collect();
        let mut any = false;
        for name in reading.files(&[".ann"]) {
            let text_name = format!("{}.txt", name.strip_suffix(".ann").unwrap_or(&name));
            if !known.contains(&text_name) {
                return Err(ImportError::whole(format!(
                    "{name} has no text: {text_name} is missing"
                )));
            }
            any = true;
            let text = reading.text(&text_name, SMALL)?;
            let letters: Vec<char> = text.chars().collect();
            let standoff = reading.text(&name, SMALL)?;
            let mut results = Vec::new();
            for (number, line) in (1..).zip(standoff.lines()).filter(|(_, line)| !line.trim().is_empty()) {
                one(reading, &mut results, &letters, line).map_err(|message| Reading::wrong(&name, number, message))?;
            }
            let key = reading.key("Text");
            reading.task(Map::from_iter([(key, json!(text))]), results)?;
        }
        if any {
            Ok(())
        } else {
            Err(ImportError::whole("There is no .ann file."))
        }
    }
}

fn one(reading: &mut Reading<'_>, results: &mut Vec<Value>, letters: &[char], line: &str) -> Result<(), &'static str> {
    let (id, rest) = line.split_once('\t').ok_or("an id and a tab are expected")?;
    let about = rest.split('\t').next().unwrap_or_default();
    let (kind, places) = about.split_once(' ').unwrap_or((about, ""));
    match id.chars().next() {
        Some('T') => {
            let pairs: Option<Vec<(usize, usize)>> = places
                .split(';')
                .map(|pair| {
                    let (begin, end) = pair.trim().split_once(' ')?;
                    Some((begin.parse().ok()?, end.parse().ok()?))
                })
                .collect();
            let pairs = pairs.ok_or("places are two numbers, or several such pairs with ; between")?;
            // Parts of one span: what lies between them is taken in, too.
            let (begin, end) = (
                pairs.iter().map(|pair| pair.0).min(),
                pairs.iter().map(|pair| pair.1).max(),
            );
            let place = begin.zip(end).ok_or("places are missing")?;
            let gap = pairs.windows(2).any(|pair| {
                letters
                    .get(pair[0].1..pair[1].0)
                    .is_none_or(|between| between.iter().any(|letter| !letter.is_whitespace()))
            });
            reading.report.lost("a gap in a span", u64::from(gap));
            match span(reading, id, letters, place, kind) {
                Some(result) => results.push(result),
                None => return Err("the place lies outside of the text"),
            }
        }
        Some('R') => {
            let arguments: Vec<&str> = places
                .split(' ')
                .filter_map(|argument| argument.split_once(':').map(|(_, id)| id))
                .collect();
            match arguments[..] {
                [from, to] => {
                    let result = relation(reading, from, to, Some(kind));
                    results.push(result);
                }
                _ => return Err("a relation has two arguments"),
            }
        }
        Some('E') => reading.report.lost("an event", 1),
        Some('A' | 'M') => reading.report.lost("an attribute", 1),
        Some('N') => reading.report.lost("a normalization", 1),
        Some('#') => reading.report.lost("a note", 1),
        Some('*') => reading.report.lost("an equivalence", 1),
        _ => return Err("the id is of no kind that brat has"),
    }
    Ok(())
}

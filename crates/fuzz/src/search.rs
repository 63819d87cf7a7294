//! The search for input that makes a target fail.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Target;
use crate::mutate::{Numbers, mutated};

/// An input may take this long. Parsers here take microseconds; what takes seconds can be made to take minutes.
const SLOW: Duration = Duration::from_secs(2);
/// Inputs that are mutated further.
const MOST_KEPT: usize = 4_096;

/// What a search found.
#[derive(Debug)]
pub struct Found {
    /// Inputs that were tried.
    pub tried: u64,
    /// Kinds of answers that were heard.
    pub kinds: usize,
    /// The first input that failed, with the reason.
    pub failure: Option<(Vec<u8>, String)>,
}

/// Tries mutations until `enough` says so, from a seed. With `note`, each input is written there before it is tried: what ends the
/// process (a stack that overflows) is found in that file afterwards.
pub fn search(target: &Target, seed: u64, note: Option<&Path>, enough: impl Fn(u64) -> bool) -> Found {
    let mut numbers = Numbers::new(seed);
    let mut heard = HashSet::new();
    let mut inputs: Vec<Vec<u8>> = Vec::new();
    let mut examples = (target.examples)();
    examples.extend(crate::kept(target).into_iter().map(|(_, bytes)| bytes));
    examples.push(Vec::new());
    let mut tried = 0;
    for bytes in examples {
        match attempt(target, &bytes, note) {
            Ok(kind) => {
                heard.insert(kind);
            }
            Err(reason) => return failed(tried, heard.len(), bytes, reason),
        }
        tried += 1;
        inputs.push(bytes);
    }
    while !enough(tried) {
        let one = numbers.below(inputs.len());
        let other = numbers.below(inputs.len());
        let bytes = mutated(&mut numbers, &inputs[one], &inputs[other], target.words);
        match attempt(target, &bytes, note) {
            Ok(kind) => {
                if heard.insert(kind) && inputs.len() < MOST_KEPT {
                    inputs.push(bytes);
                }
            }
            Err(reason) => return failed(tried, heard.len(), bytes, reason),
        }
        tried += 1;
    }
    Found {
        tried,
        kinds: heard.len(),
        failure: None,
    }
}

fn failed(tried: u64, kinds: usize, bytes: Vec<u8>, reason: String) -> Found {
    Found {
        tried,
        kinds,
        failure: Some((bytes, reason)),
    }
}

fn attempt(target: &Target, bytes: &[u8], note: Option<&Path>) -> Result<String, String> {
    if let Some(note) = note {
        let _ = std::fs::write(note, bytes);
    }
    let timed = || {
        let begun = Instant::now();
        (catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))), begun.elapsed())
    };
    let (outcome, mut took) = timed();
    // A machine that is busy with something else is no fault of the parser: what is slow is slow each time.
    for _ in 0..2 {
        if outcome.is_ok() && took > SLOW {
            took = took.min(timed().1);
        }
    }
    match outcome {
        Err(panic) => Err(panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic".to_owned())),
        Ok(_) if took > SLOW => Err(format!("{} bytes took {took:?}", bytes.len())),
        Ok(kind) => Ok(kind),
    }
}

//! Hostile input for every parser: made up from examples by a mutator of our own, on the stable compiler (SEC-245).
//!
//! A [`Target`] takes bytes and says in a few words what came of them: a size, a kind of error. What leads to words that were not
//! heard before is kept and mutated further; that is how the search finds its way behind the first check without instrumentation.
//! A target panics when something is wrong. What made one fail is kept in `corpus/`, and replayed by the tests for ever.
//!
//! `make fuzz` gives each target a minute; `cargo run -p labelkeep-fuzz -- --seconds 600 url` gives one target ten.

mod files;
mod mutate;
mod search;
mod stores;
mod targets;

use std::path::{Path, PathBuf};

pub use search::{Found, search};

/// All targets.
pub fn targets() -> impl Iterator<Item = &'static Target> {
    targets::LANGUAGES.iter().chain(files::FILES).chain(stores::STORES)
}

/// A parser under test.
#[derive(Debug)]
pub struct Target {
    /// Its name, and that of its folder in the corpus.
    pub name: &'static str,
    /// Words of its language, which mutations put in.
    pub words: &'static [&'static str],
    /// Examples to begin with, besides the corpus.
    pub examples: fn() -> Vec<Vec<u8>>,
    /// Reads the bytes; panics when something is wrong. The answer names what came of them.
    pub run: fn(&[u8]) -> String,
}

/// The folder of inputs that have failed once.
pub fn corpus(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name)
}

/// The inputs in the corpus of a target, in the order of their names.
pub fn kept(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(corpus(target))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.path(), std::fs::read(entry.path()).ok()?)))
        .collect();
    all.sort();
    all
}

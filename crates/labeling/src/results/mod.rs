//! Results of annotations, predictions and drafts: their shape, their fit to a configuration, and a summary.
//!
//! A result is checked as text in one streaming pass (SEC-160, SEC-162, SEC-233); no tree is built.

pub(crate) mod fit;
mod item;
mod rle;
mod value;

use std::fmt;

use serde::de::{DeserializeSeed, SeqAccess, Visitor};

use crate::config::Config;
use fit::Collector;
use item::ItemSeed;
use value::Facts;

/// How well a result must fit the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The shape is enforced; unknown controls, objects and labels are kept and reported as warnings.
    Lenient,
    /// Everything must fit the configuration.
    Strict,
}

/// A refused result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultError {
    /// Where: `[3].value.x`; empty for the whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ResultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "result{}: {}", self.path, self.message)
    }
}

impl std::error::Error for ResultError {}

/// How many items have this control, object and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TupleCount {
    /// `from_name`.
    pub from_name: String,
    /// `to_name`.
    pub to_name: String,
    /// `type`, lower case.
    pub result_type: String,
    /// Items.
    pub count: u64,
}

/// How often a control's label is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelCount {
    /// `from_name`.
    pub from_name: String,
    /// Stored name of the label.
    pub label: String,
    /// Uses.
    pub count: u64,
}

/// What a result holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResultSummary {
    /// Distinct region ids (the API's `result_count`).
    pub region_count: u64,
    /// Items, relations included.
    pub item_count: u64,
    /// Control, object and type of the items in order of first appearance; relations, pairwise answers and chat
    /// messages are left out, as in the project summary of the API.
    pub tuples: Vec<TupleCount>,
    /// Labels in order of first appearance.
    pub labels: Vec<LabelCount>,
    /// What does not fit the configuration but is kept, each once, at most 100.
    pub warnings: Vec<String>,
}

/// Checks a result (the text of a JSON array) and summarises it, in one pass.
///
/// Without a configuration only the shape is checked, in both modes. In lenient mode the error is always one of
/// shape: JSON that breaks the rules, fields of a wrong type, numbers out of range, a run-length code that does not
/// deliver what it claims. Shapes that reach out of the picture, missing sizes and extra keys are no errors.
pub fn check_result(result: &str, config: Option<&Config>, mode: Mode) -> Result<ResultSummary, ResultError> {
    let mut collector = Collector::new(config, mode);
    let mut index = None;
    let read = crate::json::read(
        result,
        ListSeed {
            collector: &mut collector,
            index: &mut index,
        },
    );
    if let Some(error) = collector.error.take() {
        return Err(error);
    }
    let path = index.map_or_else(String::new, |i| format!("[{i}]"));
    read.map_err(|e| ResultError {
        path,
        message: e.message,
    })?;
    Ok(collector.summary())
}

/// Reads the list of items.
struct ListSeed<'a, 'c, 'de> {
    collector: &'a mut Collector<'c, 'de>,
    /// The item being read.
    index: &'a mut Option<usize>,
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects as result")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut facts = Facts::default();
        for index in 0.. {
            *self.index = Some(index);
            let Some(item) = seq.next_element_seed(ItemSeed(&mut facts))? else {
                break;
            };
            if let Err(error) = self.collector.take(index, item, &mut facts) {
                let stop = serde::de::Error::custom(&error);
                self.collector.error = Some(error);
                return Err(stop);
            }
        }
        *self.index = None;
        Ok(())
    }
}

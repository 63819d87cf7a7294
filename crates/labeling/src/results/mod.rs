//! Results of annotations, predictions and drafts: shape, limits, summary.
use crate::config::Config;
use std::fmt;
/// How much a result must fit the configuration.
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
pub fn check_result(result: &str, config: Option<&Config>, mode: Mode) -> Result<ResultSummary, ResultError> {
    let _ = (result, config, mode);
    Ok(ResultSummary::default())
}

//! The labeling configuration language and the result model.
//!
//! [`Config`] parses and validates the XML that describes a labeling interface; [`check_result`] checks what
//! annotators, models and imports deliver for it; [`compat`] says whether a changed configuration still fits the
//! annotations that exist. The tags and attributes of the language are data: `schema/tags.json`, read through
//! [`registry`]. Nothing here does input or output, and nothing panics on hostile input.

pub mod color;
pub mod compat;
mod config;
mod data;
mod json;
mod parsed;
mod predict;
pub mod registry;
mod results;
mod sample;
mod tree;
mod validate;

pub use config::{Config, ConfigError, Control, Input, Label, Object};
pub use data::UNDEFINED;
pub use json::{JsonError, MAX_DEPTH, check_json};
pub use predict::expand_prediction;
pub use results::{LabelCount, Mode, ResultError, ResultSummary, TupleCount, check_result};

//! Sample data for previews.
use crate::config::Config;
use serde_json::{Value, json};
impl Config {
    /// A task that the configuration can show: `{"data": {…}}`.
    pub fn sample_task(&self) -> Value {
        json!({"data": {}})
    }
    /// A result that an annotator could have made on [`Config::sample_task`].
    pub fn sample_result(&self) -> Value {
        json!([])
    }
}

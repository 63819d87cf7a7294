//! The rules that refuse a configuration and those that only warn.
use crate::config::{ConfigError, Control};
use crate::tree::Tree;
pub(crate) fn errors(_tree: &Tree) -> Vec<ConfigError> {
    Vec::new()
}
pub(crate) fn warnings(_tree: &Tree, _controls: &[Control]) -> Vec<ConfigError> {
    Vec::new()
}

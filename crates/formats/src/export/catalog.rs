//! What the download dialog offers for a configuration.

use std::collections::BTreeSet;

use labelkeep_labeling::Config;
use serde::Serialize;

use super::exporters;

/// A format as the catalogue shows it.
#[derive(Debug, Clone, Serialize)]
pub struct FormatInfo {
    /// For people.
    pub title: &'static str,
    /// What it is good for.
    pub description: &'static str,
    /// Where to read more: a page of ours.
    pub link: String,
    /// Kinds of data.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tags: &'static [&'static str],
    /// On the wire.
    pub name: &'static str,
    /// True when it cannot say anything about this configuration.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// All formats, the fitting ones first.
pub fn catalog(config: &Config) -> Vec<FormatInfo> {
    let mut formats: Vec<FormatInfo> = exporters()
        .iter()
        .map(|exporter| FormatInfo {
            title: exporter.title(),
            description: exporter.description(),
            link: format!("/docs/formats#{}", exporter.name().to_lowercase()),
            tags: exporter.tags(),
            name: exporter.name(),
            disabled: !exporter.supports(config),
        })
        .collect();
    formats.sort_by_key(|format| format.disabled);
    formats
}

/// The data key of the pictures: that of the first picture, else the first of all.
pub(super) fn picture_key(config: &Config) -> String {
    let mut inputs = config.controls().iter().flat_map(|control| &control.inputs);
    inputs
        .find(|input| input.tag == "Image")
        .map(|input| input.value.trim_start_matches('$').to_owned())
        .or_else(|| config.data_keys().first().cloned())
        .unwrap_or_default()
}

/// Whether the COCO and YOLO families fit.
pub(super) fn boxes_fit(config: &Config) -> bool {
    let controls = config.controls();
    let out: BTreeSet<&str> = controls.iter().map(|control| control.tag.as_str()).collect();
    let inputs = || controls.iter().flat_map(|control| &control.inputs);
    let objects: BTreeSet<&str> = inputs().map(|input| input.tag.as_str()).collect();
    let keys: BTreeSet<&str> = inputs().map(|input| input.value.trim_start_matches('$')).collect();
    if keys.len() > 1 || inputs().any(|input| input.value_list) {
        return false;
    }
    if out.contains("KeyPointLabels") && !out.contains("RectangleLabels") {
        return false;
    }
    let labelled = ["RectangleLabels", "PolygonLabels", "KeyPointLabels"]
        .iter()
        .any(|tag| out.contains(tag));
    let paired = ["Rectangle", "PolygonLabels", "KeyPointLabels"]
        .iter()
        .any(|tag| out.contains(tag));
    objects.contains("Image") && labelled || out.contains("Labels") && paired
}

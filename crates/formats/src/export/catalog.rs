//! What the download dialog offers for a configuration.

use std::collections::BTreeSet;

use labelkeep_labeling::{Config, Input};
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
    pub link: &'static str,
    /// Kinds of data.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tags: &'static [&'static str],
    /// On the wire.
    pub name: &'static str,
    /// Of its file, without a manifest.
    pub extension: &'static str,
    /// What `exact=true` changes, when it changes anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<&'static str>,
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
            link: "/docs/formats",
            tags: exporter.tags(),
            name: exporter.name(),
            extension: exporter.extension(),
            exact: exporter.exact(),
            disabled: !exporter.supports(config),
        })
        .collect();
    formats.sort_by_key(|format| format.disabled);
    formats
}

/// The data key of objects of these tags: that of the first such object, else the first of all.
pub(super) fn data_key(config: &Config, tags: &[&str]) -> String {
    let mut inputs = config.controls().iter().flat_map(|control| &control.inputs);
    inputs
        .find(|input| tags.contains(&input.tag.as_str()))
        .map(|input| key(input).to_owned())
        .or_else(|| config.data_keys().first().cloned())
        .unwrap_or_default()
}

/// The data key of the pictures.
pub(super) fn picture_key(config: &Config) -> String {
    data_key(config, &["Image"])
}

fn key(input: &Input) -> &str {
    input.value.trim_start_matches('$')
}

/// What a configuration is made of: which controls there are, and on what they stand. The rules are those of the
/// reference, accidents included: clients ask for what it offers.
pub(super) struct Fit<'a> {
    controls: BTreeSet<&'a str>,
    objects: BTreeSet<&'a str>,
    /// More than one data key is connected: only general formats fit.
    several_keys: bool,
    /// An object shows a list of items (`valueList`).
    several_items: bool,
}

impl<'a> Fit<'a> {
    pub(super) fn of(config: &'a Config) -> Fit<'a> {
        let controls = config.controls();
        let inputs = || controls.iter().flat_map(|control| &control.inputs);
        let keys: BTreeSet<&str> = inputs().map(key).collect();
        Fit {
            controls: controls.iter().map(|control| control.tag.as_str()).collect(),
            // A text that is fetched from an address is not in the data: nothing can be said about its words.
            objects: inputs()
                .filter(|input| input.tag != "Text" || input.value_type.as_deref() != Some("url"))
                .map(|input| input.tag.as_str())
                .collect(),
            several_keys: keys.len() > 1,
            several_items: inputs().any(|input| input.value_list),
        }
    }

    fn has(&self, tag: &str) -> bool {
        self.controls.contains(tag)
    }

    fn on(&self, tag: &str) -> bool {
        self.objects.contains(tag)
    }

    /// COCO and YOLO: labelled boxes, polygons and poses. Key points alone have no class.
    pub(super) fn boxes(&self) -> bool {
        self.shapes() && (!self.has("KeyPointLabels") || self.has("RectangleLabels"))
    }

    /// YOLO of turned boxes. Offered for key points alone too: an accident of the reference.
    pub(super) fn turned_boxes(&self) -> bool {
        self.shapes() && !(self.on("Video") && self.has("TimelineLabels"))
    }

    fn shapes(&self) -> bool {
        let labelled = ["RectangleLabels", "PolygonLabels", "KeyPointLabels"];
        let paired = ["Rectangle", "PolygonLabels", "KeyPointLabels"];
        let any = |tags: [&str; 3]| tags.iter().any(|tag| self.has(tag));
        !self.several_keys
            && !self.several_items
            && (self.on("Image") && any(labelled) || self.has("Labels") && any(paired))
    }

    /// VOC: labelled boxes on pictures.
    pub(super) fn picture_boxes(&self) -> bool {
        !self.several_keys && !self.several_items && self.on("Image") && self.labelled("RectangleLabels", "Rectangle")
    }

    /// Masks on pictures.
    pub(super) fn brushes(&self) -> bool {
        !self.several_keys && self.on("Image") && self.labelled("BrushLabels", "Brush")
    }

    /// Labelled spans of text.
    pub(super) fn spans(&self) -> bool {
        !self.several_keys && self.on("Text") && self.has("Labels")
    }

    /// Transcripts of sound.
    pub(super) fn transcripts(&self) -> bool {
        !self.several_keys && (self.on("Audio") || self.on("AudioPlus")) && self.has("TextArea")
    }

    /// Anything about pictures.
    pub(super) fn pictures(&self) -> bool {
        self.on("Image")
    }

    /// Choices about pictures.
    pub(super) fn picture_choices(&self) -> bool {
        self.on("Image") && self.has("Choices")
    }

    /// Key points on pictures.
    pub(super) fn poses(&self) -> bool {
        self.on("Image") && self.has("KeyPointLabels")
    }

    /// Spans or classes of text.
    pub(super) fn texts(&self) -> bool {
        self.on("Text") && (self.has("Labels") || self.has("Choices") || self.has("Taxonomy"))
    }

    /// Spans of text, whatever else there is.
    pub(super) fn any_spans(&self) -> bool {
        self.on("Text") && self.has("Labels")
    }

    /// Boxes on videos.
    pub(super) fn tracks(&self) -> bool {
        self.on("Video") && (self.has("VideoRectangle"))
    }

    /// Stretches of sound or video.
    pub(super) fn stretches(&self) -> bool {
        ["Audio", "AudioPlus", "Video"].iter().any(|tag| self.on(tag))
            && ["Labels", "TimelineLabels", "TextArea"].iter().any(|tag| self.has(tag))
    }

    /// Whatever there is.
    pub(super) fn anything(&self) -> bool {
        true
    }

    /// Regions of pictures, spans of text, stretches of sound.
    pub(super) fn places(&self) -> bool {
        self.pictures() || self.any_spans() || self.stretches()
    }

    /// Controls that may hold a whole document; whatever data there is.
    pub(super) fn documents(&self) -> bool {
        ["TextArea", "ReactCode", "CustomInterface"]
            .iter()
            .any(|tag| self.has(tag))
    }

    fn labelled(&self, with_labels: &str, without: &str) -> bool {
        self.has(with_labels) || self.has(without) && self.has("Labels")
    }
}

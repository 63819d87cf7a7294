//! A labeling configuration for what a data set holds.

use std::collections::HashSet;
use std::fmt::Write as _;

/// Kinds of objects and answers, with their labels in the order in which they were met.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    objects: Vec<&'static str>,
    controls: Vec<(&'static str, &'static str, Vec<String>)>,
    /// Classes of regions of pictures that the data set has, met or not: whoever goes on labeling wants them all.
    classes: Vec<String>,
    several_choices: bool,
    relations: Vec<String>,
    related: bool,
}

impl Proposal {
    /// The name of a control of this kind.
    pub(super) fn name(tag: &str) -> &'static str {
        match tag {
            "RectangleLabels" => "box",
            "PolygonLabels" => "polygon",
            "KeyPointLabels" => "point",
            "EllipseLabels" => "ellipse",
            "BrushLabels" => "brush",
            "VectorLabels" => "line",
            "Choices" => "choice",
            "TextArea" => "note",
            _ => "label",
        }
    }

    /// Notes an object.
    pub(super) fn note_object(&mut self, object: &'static str) {
        if !self.objects.contains(&object) {
            self.objects.push(object);
        }
    }

    /// Notes an answer.
    pub(super) fn note(&mut self, tag: &'static str, object: &'static str, label: Option<&str>) {
        self.note_object(object);
        let place = self
            .controls
            .iter()
            .position(|(known, on, _)| (*known, *on) == (tag, object));
        let place = place.unwrap_or_else(|| {
            self.controls.push((tag, object, Vec::new()));
            self.controls.len() - 1
        });
        let labels = &mut self.controls[place].2;
        if let Some(label) = label
            && !labels.iter().any(|known| known == label)
        {
            labels.push(label.to_owned());
        }
    }

    /// Notes a class of regions of pictures; one of that name may be there.
    pub(super) fn declare(&mut self, class: &str) {
        if !class.is_empty() {
            self.classes.push(class.to_owned());
        }
    }

    /// The controls with all their labels. A data set that only has classes so far is one of boxes.
    fn completed(&self) -> Vec<(&'static str, &'static str, Vec<String>)> {
        let takes = |tag: &str| matches!(tag, "RectangleLabels" | "PolygonLabels" | "BrushLabels");
        let mut controls = self.controls.clone();
        if !self.classes.is_empty() && !controls.iter().any(|(tag, ..)| takes(tag)) {
            controls.push(("RectangleLabels", "Image", Vec::new()));
        }
        for (_, _, labels) in controls.iter_mut().filter(|(tag, ..)| takes(tag)) {
            let mut known: HashSet<String> = labels.iter().cloned().collect();
            let more = self.classes.iter().filter(|class| known.insert((*class).clone()));
            labels.extend(more.cloned());
        }
        controls
    }

    /// An item may have several choices at once.
    pub(super) fn several_choices(&mut self) {
        self.several_choices = true;
    }

    /// Notes a relation.
    pub(super) fn relate(&mut self, label: Option<&str>) {
        self.related = true;
        if let Some(label) = label
            && !self.relations.iter().any(|known| known == label)
        {
            self.relations.push(label.to_owned());
        }
    }

    /// The configuration as XML; `None` when nothing was found.
    pub fn label_config(&self) -> Option<String> {
        if self.objects.is_empty() {
            return None;
        }
        let mut xml = "<View>\n".to_owned();
        for object in &self.objects {
            let name = object.to_lowercase();
            let _ = writeln!(xml, "  <{object} name=\"{name}\" value=\"${name}\"/>");
        }
        for (tag, object, labels) in &self.completed() {
            let (name, on) = (Proposal::name(tag), object.to_lowercase());
            let more = if *tag == "Choices" && self.several_choices {
                " choice=\"multiple\""
            } else {
                ""
            };
            let _ = write!(xml, "  <{tag} name=\"{name}\" toName=\"{on}\"{more}");
            if labels.is_empty() {
                xml.push_str("/>\n");
                continue;
            }
            xml.push_str(">\n");
            let child = if *tag == "Choices" { "Choice" } else { "Label" };
            for label in labels {
                let _ = writeln!(xml, "    <{child} value=\"{}\"/>", crate::export::xml_text(label));
            }
            let _ = writeln!(xml, "  </{tag}>");
        }
        if self.related && !self.relations.is_empty() {
            xml.push_str("  <Relations>\n");
            for label in &self.relations {
                let _ = writeln!(xml, "    <Relation value=\"{}\"/>", crate::export::xml_text(label));
            }
            xml.push_str("  </Relations>\n");
        }
        xml.push_str("</View>\n");
        Some(xml)
    }
}

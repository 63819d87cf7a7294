//! The rules over whole items: shape of their type, fit to the configuration, counting.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::item::Item;
use super::value::Facts;
use super::{LabelCount, Mode, ResultError, ResultSummary, TupleCount};
use crate::config::{Config, Control};
use crate::json::quoted;
use crate::registry::{ResultSpec, registry};

const MAX_WARNINGS: usize = 100;

/// Takes items one after the other.
pub(super) struct Collector<'c, 'de> {
    config: Option<&'c Config>,
    mode: Mode,
    /// A refusal, kept here because the reader's own errors carry no path.
    pub(super) error: Option<ResultError>,
    ids: HashSet<Cow<'de, str>>,
    items: u64,
    tuples: HashMap<Tuple<'de>, usize>,
    tuple_counts: Vec<u64>,
    labels: HashMap<Labelled<'de>, usize>,
    label_counts: Vec<u64>,
    warnings: Vec<String>,
    /// The last type and what the registry says about it; items of one type come in rows.
    last_spec: Option<(Cow<'de, str>, Option<&'static ResultSpec>)>,
}

/// Control and label.
type Labelled<'de> = (Cow<'de, str>, Cow<'de, str>);

/// Control, object, type.
type Tuple<'de> = (Cow<'de, str>, Cow<'de, str>, Cow<'de, str>);

/// A complaint before it is decided whether it refuses the result.
struct Complaint {
    path: String,
    message: String,
}

impl<'c, 'de> Collector<'c, 'de> {
    pub(super) fn new(config: Option<&'c Config>, mode: Mode) -> Self {
        Collector {
            config,
            mode,
            error: None,
            ids: HashSet::new(),
            items: 0,
            tuples: HashMap::new(),
            tuple_counts: Vec::new(),
            labels: HashMap::new(),
            label_counts: Vec::new(),
            warnings: Vec::new(),
            last_spec: None,
        }
    }

    fn spec(&mut self, result_type: Cow<'de, str>) -> Option<&'static ResultSpec> {
        match &self.last_spec {
            Some((last, spec)) if *last == result_type => *spec,
            _ => {
                let spec = spec_of(&result_type);
                self.last_spec = Some((result_type, spec));
                spec
            }
        }
    }

    /// Checks one item and counts it.
    pub(super) fn take(
        &mut self,
        index: usize,
        mut item: Item<'de>,
        facts: &mut Facts<'de>,
    ) -> Result<(), ResultError> {
        let refuse = |key: &str, message: &str| ResultError {
            path: format!("[{index}]{key}"),
            message: message.into(),
        };
        self.items += 1;
        if let Some((key, message)) = item.wrong {
            return Err(refuse(&format!(".{key}"), message));
        }
        if item.result_type.as_deref() == Some("relation") {
            return self.relation(index, &item);
        }
        if let Some(id) = item.id.take() {
            self.ids.insert(id);
        }
        let (Some(from_name), Some(to_name), Some(result_type)) =
            (item.from_name.take(), item.to_name.take(), item.result_type.take())
        else {
            return Err(refuse("", "needs from_name, to_name and type"));
        };
        if !item.has_value {
            return Err(refuse(".value", "is missing"));
        }
        let result_type = lower(result_type);
        let spec = self.spec(result_type.clone());
        if let Some(spec) = spec {
            if let Some((path, message)) = facts.wrong.take() {
                return Err(refuse(&format!(".value{path}"), &message));
            }
            for complaint in shape(spec, &item, facts, self.mode) {
                self.complain(index, complaint)?;
            }
        }
        let key: &str = spec.map_or(&*result_type, |s| s.key.as_deref().unwrap_or_default());
        for (under, name) in facts.names.drain(..) {
            if under == key {
                self.label(index, from_name.clone(), name)?;
            }
        }
        self.tuple(index, (from_name, to_name, result_type))
    }

    fn relation(&mut self, index: usize, item: &Item<'de>) -> Result<(), ResultError> {
        if item.from_id.is_none() || item.to_id.is_none() {
            let message = "a relation needs from_id and to_id".to_owned();
            return Err(ResultError {
                path: format!("[{index}]"),
                message,
            });
        }
        if let Some(direction) = &item.direction
            && !matches!(&**direction, "left" | "right" | "bi")
        {
            let message = format!("{} is not left, right or bi", quoted(direction));
            self.complain(
                index,
                Complaint {
                    path: ".direction".into(),
                    message,
                },
            )?;
        }
        if let Some(config) = self.config
            && !item.labels.is_empty()
        {
            let known = config.relation_labels().unwrap_or_default();
            if let Some(label) = item.labels.iter().find(|l| known.iter().all(|k| k.name() != **l)) {
                let message = format!("relation label {} is not in the config", quoted(label));
                self.complain(
                    index,
                    Complaint {
                        path: ".labels".into(),
                        message,
                    },
                )?;
            }
        }
        Ok(())
    }

    /// Counts a tuple; a new one is compared with the configuration.
    fn tuple(&mut self, index: usize, tuple: Tuple<'de>) -> Result<(), ResultError> {
        if let Some(&at) = self.tuples.get(&tuple) {
            self.tuple_counts[at] += 1;
            return Ok(());
        }
        if let Some(message) = self.config.and_then(|c| unfit(c, &tuple)) {
            self.complain(
                index,
                Complaint {
                    path: String::new(),
                    message,
                },
            )?;
        }
        self.tuples.insert(tuple, self.tuple_counts.len());
        self.tuple_counts.push(1);
        Ok(())
    }

    /// Counts a label; a new one is compared with the configuration.
    fn label(&mut self, index: usize, from_name: Cow<'de, str>, label: Cow<'de, str>) -> Result<(), ResultError> {
        let key = (from_name, label);
        if let Some(&at) = self.labels.get(&key) {
            self.label_counts[at] += 1;
            return Ok(());
        }
        if let Some(config) = self.config
            && let Some(control) = config.control(&key.0)
            && !knows_label(config, control, &key.1)
        {
            let message = format!("label {} is not one of control {}", quoted(&key.1), quoted(&key.0));
            self.complain(
                index,
                Complaint {
                    path: ".value".into(),
                    message,
                },
            )?;
        }
        self.labels.insert(key, self.label_counts.len());
        self.label_counts.push(1);
        Ok(())
    }

    fn complain(&mut self, index: usize, complaint: Complaint) -> Result<(), ResultError> {
        if self.mode == Mode::Strict {
            return Err(ResultError {
                path: format!("[{index}]{}", complaint.path),
                message: complaint.message,
            });
        }
        if self.warnings.len() < MAX_WARNINGS && !self.warnings.contains(&complaint.message) {
            self.warnings.push(complaint.message);
        }
        Ok(())
    }

    pub(super) fn summary(self) -> ResultSummary {
        let mut tuples: Vec<(usize, Tuple<'de>)> = self.tuples.into_iter().map(|(t, i)| (i, t)).collect();
        tuples.sort_by_key(|(i, _)| *i);
        let mut labels: Vec<(usize, Labelled<'de>)> = self.labels.into_iter().map(|(l, i)| (i, l)).collect();
        labels.sort_by_key(|(i, _)| *i);
        ResultSummary {
            region_count: self.ids.len() as u64,
            item_count: self.items,
            tuples: tuples
                .into_iter()
                .filter(|(_, (_, _, kind))| !matches!(&**kind, "pairwise" | "chatmessage"))
                .map(|(i, (from_name, to_name, result_type))| TupleCount {
                    from_name: from_name.into_owned(),
                    to_name: to_name.into_owned(),
                    result_type: result_type.into_owned(),
                    count: self.tuple_counts[i],
                })
                .collect(),
            labels: labels
                .into_iter()
                .map(|(i, (from_name, label))| LabelCount {
                    from_name: from_name.into_owned(),
                    label: label.into_owned(),
                    count: self.label_counts[i],
                })
                .collect(),
            warnings: self.warnings,
        }
    }
}

fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.chars().any(char::is_uppercase) {
        true => Cow::Owned(text.to_lowercase()),
        false => text,
    }
}

/// What the registry says about a type; `htmllabels` is an old name.
fn spec_of(result_type: &str) -> Option<&'static ResultSpec> {
    let result_type = match result_type {
        "htmllabels" => "hypertextlabels",
        "magicwand" => "brush",
        other => other,
    };
    registry().result(result_type)
}

/// The geometry and own value that the type promises.
fn shape(spec: &ResultSpec, item: &Item<'_>, facts: &Facts<'_>, mode: Mode) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut complain = |path: &str, message: String| {
        complaints.push(Complaint {
            path: format!(".value{path}"),
            message,
        });
    };
    if let (Some(total), Some(width), Some(height)) = (facts.rle, item.original_width, item.original_height)
        && total as f64 != width * height * 4.0
    {
        complain(
            ".rle",
            format!(
                "rle holds {total} values, a picture of {width}×{height} needs {}",
                width * height * 4.0
            ),
        );
    }
    let shapes = registry().shapes();
    let complete = |name: &String| {
        shapes.get(name).is_some_and(|fields| {
            fields.iter().all(|(key, field)| !field.required || facts.has(key))
                && (name != "brush" || ["rle", "touches", "maskDataURL"].iter().any(|k| facts.has(k)))
        })
    };
    // A label without any geometry classifies the whole object.
    let bare = facts.present.iter().all(|key| Some(*key) == spec.key.as_deref());
    let may_be_bare = spec.key.is_some() && bare;
    if !spec.shapes.is_empty() && !may_be_bare && !spec.shapes.iter().any(complete) {
        complain(
            "",
            format!("{} lacks its geometry ({})", spec.kind, spec.shapes.join(" or ")),
        );
    }
    if let Some(key) = &spec.key
        && spec.shapes.is_empty()
        && !facts.has(key)
    {
        complain("", format!("{} lacks the key {}", spec.kind, quoted(key)));
    }
    if facts.bare_name {
        complain("", format!("{} should hold a list of strings", spec.kind));
    }
    if mode == Mode::Strict {
        for (key, low, high) in limits(spec) {
            if let Some(number) = facts.number(key)
                && !(*low..=*high).contains(&number)
            {
                complain(&format!(".{key}"), format!("{number} is not between {low} and {high}"));
            }
        }
        if spec.shapes.iter().any(|s| s == "polygon")
            && let Some((low, high)) = facts.extent
            && (low < -100.0 || high > 100.0)
        {
            complain(".points", "coordinates must lie between -100 and 100".to_owned());
        }
    }
    complaints
}

/// Strict ranges of percent and degree numbers. Shapes that reach out at the left and top are what editors write.
fn limits(spec: &ResultSpec) -> &'static [(&'static str, f64, f64)] {
    match spec.shapes.as_slice() {
        [shape] => match shape.as_str() {
            "rectangle" => &[
                ("x", -100.0, 100.0),
                ("y", -100.0, 100.0),
                ("width", 0.0, 100.0),
                ("height", 0.0, 100.0),
                ("rotation", -360.0, 360.0),
            ],
            "ellipse" => &[
                ("x", -100.0, 100.0),
                ("y", -100.0, 100.0),
                ("radiusX", 0.0, 50.0),
                ("radiusY", 0.0, 50.0),
                ("rotation", -360.0, 360.0),
            ],
            "keypoint" => &[("x", -100.0, 100.0), ("y", -100.0, 100.0), ("width", 0.0, 100.0)],
            "pageBox" => &[
                ("x", -1.0, 1.0),
                ("y", -1.0, 1.0),
                ("width", 0.0, 1.0),
                ("height", 0.0, 1.0),
            ],
            _ => &[],
        },
        _ => &[],
    }
}

/// Why control, object and type do not belong together.
fn unfit(config: &Config, (from_name, to_name, result_type): &Tuple<'_>) -> Option<String> {
    let Some(control) = config.control(from_name) else {
        // A chat or a component makes results under its own name.
        let own = config
            .object(from_name)
            .and_then(|o| registry().tag(&o.tag)?.result.as_ref());
        if own.is_some_and(|r| r.kind == **result_type) && from_name == to_name {
            return None;
        }
        return Some(format!("control {} is not in the config", quoted(from_name)));
    };
    if !attached(config, control, to_name) {
        return Some(format!(
            "control {} is not attached to {}",
            quoted(from_name),
            quoted(to_name)
        ));
    }
    if !makes(config, control, result_type) {
        let made = control.result_type();
        return Some(format!(
            "control {} makes {made}, not {}",
            quoted(from_name),
            quoted(result_type)
        ));
    }
    None
}

/// True when `to_name` names objects of the control, or the control itself (Pairwise).
pub(crate) fn attached(config: &Config, control: &Control, to_name: &str) -> bool {
    control.matches(to_name)
        || to_name.split(',').map(str::trim).all(|name| {
            control.to_names.iter().any(|own| {
                own == name
                    || crate::config::Pattern::of(own, config.index_flags())
                        .is_some_and(|pattern| pattern.matches(name))
            })
        })
}

/// True when the control writes this type: its own, the tool's without labels, or one of the merged and old names.
pub(crate) fn makes(config: &Config, control: &Control, result_type: &str) -> bool {
    let own = control.result_type();
    if own == result_type || own.strip_suffix("labels") == Some(result_type) {
        return true;
    }
    match (control.tag.as_str(), result_type) {
        ("HyperTextLabels", "htmllabels") | ("Magicwand", "magicwand" | "brushlabels") => true,
        ("VideoVector", "videovectorlabels") => config.controls().iter().any(|c| c.tag == "Labels"),
        _ => false,
    }
}

/// True when the control may carry the label: one of its own, one from outside the configuration, or, for tools that
/// take the labels of another control, one of a control on the same object.
fn knows_label(config: &Config, control: &Control, label: &str) -> bool {
    if control.dynamic_labels || control.has_label(label) {
        return true;
    }
    let borrows = matches!(control.tag.as_str(), "VideoRectangle" | "VideoVector");
    control.extensible()
        || borrows
            && config.controls().iter().any(|other| {
                other.to_names.iter().any(|n| control.to_names.contains(n))
                    && (other.dynamic_labels || other.has_label(label))
            })
}

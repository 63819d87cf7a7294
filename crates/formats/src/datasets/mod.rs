//! Annotated data sets of other tools, read as tasks with annotations or predictions.
//!
//! A data set is a folder of files, or one file. Each reader turns it into tasks whose results fit the project's configuration
//! where that has controls of the kinds that are needed; else it proposes one. What a reader cannot take is counted in a report.

mod brat;
mod coco;
mod coco_file;
mod conll;
mod cvat;
pub(crate) mod elements;
mod folder;
mod ground_truth;
mod labelbox;
mod labelme;
mod lines;
mod proposal;
mod voc;
mod yolo;

use std::collections::HashSet;
use std::io::Read as _;

use labelkeep_labeling::Config;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::export::Report;
use crate::import::{
    CompletedBy, ImportError, ImportedAnnotation, ImportedPrediction, ItemKind, Sink, TaskItem, is_media,
};
pub use folder::{Directory, Folder};
pub use proposal::Proposal;

/// A kind of data set.
pub trait Dataset: Send + Sync {
    /// The name on the wire and on the command line.
    fn name(&self) -> &'static str;
    /// The name for people.
    fn title(&self) -> &'static str;
    /// Which files it is made of.
    fn files(&self) -> &'static str;
    /// Reads all of it.
    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError>;
}

/// All kinds that are read.
pub fn datasets() -> &'static [&'static dyn Dataset] {
    &[
        &coco::Coco,
        &yolo::Yolo { turned: false },
        &yolo::Yolo { turned: true },
        &voc::Voc,
        &conll::Conll,
        &cvat::Cvat,
        &lines::Doccano,
        &labelbox::Labelbox,
        &labelme::LabelMe,
        &brat::Brat,
        &lines::Prodigy,
        &lines::Spacy,
        &ground_truth::GroundTruth,
    ]
}

/// The kind of a name, in any case.
pub fn dataset(name: &str) -> Option<&'static dyn Dataset> {
    let named = |kind: &&&'static dyn Dataset| kind.name().eq_ignore_ascii_case(name);
    datasets().iter().find(named).copied()
}

/// Largest file about one picture or text, in bytes.
const SMALL: u64 = 64 * 1024 * 1024;

/// A data set that is being read.
pub struct Reading<'a> {
    /// Its files.
    pub folder: &'a dyn Folder,
    /// The project's configuration, when it has controls.
    pub config: Option<&'a Config>,
    /// The address that a task gives to a picture, a sound or a video that the data set names.
    pub media: &'a dyn Fn(&str) -> String,
    /// The answers become predictions of this model version; none: annotations.
    pub model_version: Option<String>,
    /// Takes the tasks.
    pub sink: &'a mut Sink<'a>,
    /// What was taken, and what not.
    pub report: Report,
    /// A configuration for what was found.
    pub proposal: Proposal,
    /// The last parts of the names of pictures that came along and have become no task yet.
    silent: HashSet<String>,
}

impl<'a> Reading<'a> {
    /// Begins.
    pub fn new(
        folder: &'a dyn Folder,
        config: Option<&'a Config>,
        media: &'a dyn Fn(&str) -> String,
        sink: &'a mut Sink<'a>,
    ) -> Self {
        let names = folder.names().into_iter().filter(|name| is_media(name));
        Reading {
            silent: names.map(|name| base(&name).to_owned()).collect(),
            folder,
            config,
            media,
            model_version: None,
            sink,
            report: Report::default(),
            proposal: Proposal::default(),
        }
    }

    /// Reads all of it. Pictures of which it tells nothing are counted.
    pub fn read(&mut self, kind: &dyn Dataset) -> Result<(), ImportError> {
        kind.read(self)?;
        let silent = self.silent.len() as u64;
        self.report
            .lost("a picture of which the data set tells nothing", silent);
        Ok(())
    }

    /// Names of the files that end so, in any case.
    fn files(&self, ends: &[&str]) -> Vec<String> {
        let fits = |name: &String| ends.iter().any(|end| name.to_lowercase().ends_with(end));
        self.folder.names().into_iter().filter(fits).collect()
    }

    /// The text of a file, without a byte order mark.
    fn text(&self, name: &str, limit: u64) -> Result<String, ImportError> {
        let mut bytes = Vec::new();
        self.folder.open(name)?.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(ImportError::TooLarge(format!("{name} is larger than {limit} bytes")));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| ImportError::whole(format!("{name} is not UTF-8 text. Save it as UTF-8.")))?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    /// The JSON of a file.
    fn json(&self, name: &str, limit: u64) -> Result<Value, ImportError> {
        let text = self.text(name, limit)?;
        labelkeep_labeling::check_json(&text).map_err(|error| ImportError::whole(format!("{name}: {error}")))?;
        serde_json::from_str(&text).map_err(|error| ImportError::whole(format!("{name}: {error}")))
    }

    /// An error in a line of a file.
    fn wrong(name: &str, line: usize, message: &str) -> ImportError {
        ImportError::whole(format!("{name}, line {line}: {message}"))
    }

    /// The control for answers of this kind about this kind of object; a label is noted for the proposal.
    fn control(&mut self, tag: &'static str, object: &'static str, label: Option<&str>) -> Place {
        self.proposal.note(tag, object, label);
        let mut place = Place {
            from_name: Proposal::name(tag).to_owned(),
            to_name: object.to_lowercase(),
            kind: tag.to_lowercase(),
        };
        let Some(config) = self.config else { return place };
        let fits = |control: &&labelkeep_labeling::Control| {
            control.tag == tag && control.inputs.iter().any(|input| input.tag == object)
        };
        let named = |control: &&labelkeep_labeling::Control| label.is_some_and(|label| control.has_label(label));
        let controls = || config.controls().iter().filter(fits);
        if let Some(control) = controls().find(named).or_else(|| controls().next()) {
            let input = control.inputs.iter().find(|input| input.tag == object);
            place.from_name.clone_from(&control.name);
            place.to_name = input.map_or_else(|| object.to_lowercase(), |input| input.name.clone());
        }
        place
    }

    /// The data key of objects of this kind.
    fn key(&mut self, object: &'static str) -> String {
        self.proposal.note_object(object);
        let known = self.config.and_then(|config| {
            let mut objects = config.objects().iter().filter(|found| found.tag == object);
            objects.find_map(|found| found.value_key.clone())
        });
        known.unwrap_or_else(|| object.to_lowercase())
    }

    /// A task with one set of answers; without answers it has none.
    fn task(&mut self, data: Map<String, Value>, results: Vec<Value>) -> Result<(), ImportError> {
        let raw = |value: &Value| {
            RawValue::from_string(value.to_string()).map_err(|error| ImportError::whole(error.to_string()))
        };
        let mut item = TaskItem {
            data: raw(&Value::Object(data))?.into(),
            meta: None,
            annotations: Vec::new(),
            predictions: Vec::new(),
            allow_skip: true,
            source: ItemKind::TaskRoot,
        };
        if !results.is_empty() {
            let result = raw(&Value::Array(results))?;
            match &self.model_version {
                Some(version) => item.predictions.push(ImportedPrediction {
                    result,
                    score: None,
                    model_version: Some(version.clone()),
                }),
                None => item.annotations.push(ImportedAnnotation {
                    result,
                    completed_by: CompletedBy::Importer,
                    was_cancelled: false,
                    ground_truth: false,
                    lead_time: None,
                    import_id: None,
                }),
            }
        }
        self.report.items_in += 1;
        self.report.items_out += 1;
        (self.sink)(item)
    }

    /// A task of one picture.
    fn picture(&mut self, name: &str, results: Vec<Value>) -> Result<(), ImportError> {
        self.silent.remove(base(name));
        let key = self.key("Image");
        let data = Map::from_iter([(key, json!((self.media)(name)))]);
        self.task(data, results)
    }
}

/// Where a result stands.
struct Place {
    from_name: String,
    to_name: String,
    kind: String,
}

impl Place {
    /// A result of this place.
    fn result(self, id: &str, value: Value) -> Map<String, Value> {
        let Value::Object(result) = json!({
            "id": id, "from_name": self.from_name, "to_name": self.to_name, "type": self.kind, "value": value,
        }) else {
            return Map::new();
        };
        result
    }
}

/// A picture whose regions come in pixels.
struct Canvas {
    width: f64,
    height: f64,
    number: usize,
    results: Vec<Value>,
}

impl Canvas {
    /// `None` when the sizes are none.
    fn new(width: f64, height: f64) -> Option<Canvas> {
        let good = |size: f64| size.is_finite() && size >= 1.0;
        (good(width) && good(height)).then(|| Canvas {
            width,
            height,
            number: 0,
            results: Vec::new(),
        })
    }

    fn x(&self, x: f64) -> f64 {
        x / self.width * 100.0
    }

    fn y(&self, y: f64) -> f64 {
        y / self.height * 100.0
    }

    /// Adds a region; gives its id.
    fn region(&mut self, place: Place, mut value: Value, label: Option<&str>) -> String {
        self.number += 1;
        let id = format!("r{}", self.number);
        if let Some(label) = label {
            value[place.kind.as_str()] = json!([label]);
        }
        let mut result = place.result(&id, value);
        result.insert("original_width".to_owned(), whole(self.width));
        result.insert("original_height".to_owned(), whole(self.height));
        result.insert("image_rotation".to_owned(), json!(0));
        self.results.push(Value::Object(result));
        id
    }

    /// A box by its left, top, width and height, turned clockwise about its top left corner.
    fn rectangle(
        &mut self,
        reading: &mut Reading<'_>,
        label: &str,
        [x, y, width, height]: [f64; 4],
        rotation: f64,
    ) -> String {
        let place = reading.control("RectangleLabels", "Image", Some(label));
        let value = json!({ "x": self.x(x), "y": self.y(y), "width": self.x(width), "height": self.y(height), "rotation": rotation });
        self.region(place, value, Some(label))
    }

    fn polygon(&mut self, reading: &mut Reading<'_>, label: &str, points: &[(f64, f64)]) -> String {
        let place = reading.control("PolygonLabels", "Image", Some(label));
        let points: Vec<Value> = points.iter().map(|(x, y)| json!([self.x(*x), self.y(*y)])).collect();
        self.region(place, json!({ "points": points, "closed": true }), Some(label))
    }

    fn point(&mut self, reading: &mut Reading<'_>, label: &str, (x, y): (f64, f64), parent: Option<&str>) {
        let place = reading.control("KeyPointLabels", "Image", Some(label));
        let value = json!({ "x": self.x(x), "y": self.y(y), "width": 0.5 });
        self.region(place, value, Some(label));
        if let (Some(parent), Some(result)) = (parent, self.results.last_mut()) {
            result["parentID"] = json!(parent);
        }
    }

    fn ellipse(
        &mut self,
        reading: &mut Reading<'_>,
        label: &str,
        [x, y, radius_x, radius_y]: [f64; 4],
        rotation: f64,
    ) -> String {
        let place = reading.control("EllipseLabels", "Image", Some(label));
        let value = json!({
            "x": self.x(x), "y": self.y(y), "radiusX": self.x(radius_x), "radiusY": self.y(radius_y), "rotation": rotation,
        });
        self.region(place, value, Some(label))
    }

    fn line(&mut self, reading: &mut Reading<'_>, label: &str, points: &[(f64, f64)]) -> String {
        let place = reading.control("VectorLabels", "Image", Some(label));
        let id = |number: usize| format!("v{number}");
        let vertices: Vec<Value> = points
            .iter()
            .enumerate()
            .map(|(number, (x, y))| {
                let before = number.checked_sub(1).map(id);
                json!({ "id": id(number), "x": self.x(*x), "y": self.y(*y), "prevPointId": before, "isBezier": false })
            })
            .collect();
        self.region(place, json!({ "vertices": vertices, "closed": false }), Some(label))
    }

    /// A mask of the picture's size, a byte for each pixel.
    fn mask(&mut self, reading: &mut Reading<'_>, label: &str, mask: &[u8]) -> String {
        let place = reading.control("BrushLabels", "Image", Some(label));
        let value = json!({ "format": "rle", "rle": crate::brush::encode(mask) });
        self.region(place, value, Some(label))
    }
}

/// Whole numbers without a point.
fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// The results of an answer without a place: choices, or a text.
fn choices(reading: &mut Reading<'_>, object: &'static str, id: &str, names: &[String]) -> Value {
    for name in names {
        reading.proposal.note("Choices", object, Some(name));
    }
    let place = reading.control("Choices", object, names.first().map(String::as_str));
    if names.len() > 1 {
        reading.proposal.several_choices();
    }
    Value::Object(place.result(id, json!({ "choices": names })))
}

/// A labelled stretch of a text, in code points.
fn span(
    reading: &mut Reading<'_>,
    id: &str,
    letters: &[char],
    (begin, end): (usize, usize),
    label: &str,
) -> Option<Value> {
    let words: String = letters
        .get(begin..end)
        .filter(|words| !words.is_empty())?
        .iter()
        .collect();
    let place = reading.control("Labels", "Text", Some(label));
    let value = json!({ "start": begin, "end": end, "text": words, "labels": [label] });
    Some(Value::Object(place.result(id, value)))
}

/// The last part of a path.
fn base(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// A name without its extension.
fn stem(name: &str) -> &str {
    let name = base(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Endings of pictures.
const PICTURES: [&str; 9] = [
    ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".svg",
];

fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    number.is_finite().then_some(number)
}

fn numbers<const N: usize>(value: &Value) -> Option<[f64; N]> {
    let list: Option<Vec<f64>> = value.as_array()?.iter().map(number).collect();
    list?.try_into().ok()
}

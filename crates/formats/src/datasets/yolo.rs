//! YOLO: a text file of lines for each picture; names in `data.yaml`, `classes.txt`, `obj.names` or `notes.json`.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{Canvas, Dataset, PICTURES, Reading, SMALL, base, stem};
use crate::import::ImportError;

/// Boxes, polygons and poses; with `turned` four points are a turned box.
pub(super) struct Yolo {
    pub(super) turned: bool,
}

impl Dataset for Yolo {
    fn name(&self) -> &'static str {
        if self.turned { "yolo_obb" } else { "yolo" }
    }

    fn title(&self) -> &'static str {
        if self.turned { "YOLO, turned boxes" } else { "YOLO" }
    }

    fn files(&self) -> &'static str {
        "a text file for each picture under labels, the pictures, and data.yaml, classes.txt or notes.json"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let (names, joints) = names(reading)?;
        names.iter().for_each(|name| reading.proposal.declare(name));
        let pictures = reading.files(&PICTURES);
        let by_place: HashMap<String, &String> = pictures.iter().map(|name| (place(name), name)).collect();
        let by_stem: HashMap<&str, &String> = pictures.iter().map(|name| (stem(name), name)).collect();
        let mut unlabeled: BTreeSet<&String> = pictures.iter().collect();
        let mut any = false;
        let lists = [
            "classes.txt",
            "train.txt",
            "val.txt",
            "test.txt",
            "requirements.txt",
            "labels.txt",
        ];
        for name in reading.files(&[".txt"]) {
            if lists.contains(&base(&name)) || name.to_lowercase().contains("readme") {
                continue;
            }
            any = true;
            let picture = by_place
                .get(&place(&name))
                .or_else(|| by_stem.get(stem(&name)))
                .copied();
            if let Some(picture) = picture {
                unlabeled.remove(picture);
            }
            let size = match picture {
                Some(picture) => super::super::picture_size::of(reading.folder.open(picture)?),
                None => None,
            };
            let known = size.is_some();
            let (width, height) = size.unwrap_or((1000, 1000));
            let Some(mut canvas) = Canvas::new(f64::from(width), f64::from(height)) else {
                continue;
            };
            let text = reading.text(&name, SMALL)?;
            for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
                self.line(reading, &mut canvas, (&name, number, line), &names, joints.as_ref())?;
            }
            if !known {
                // Parts of a picture say nothing of its size.
                for result in &mut canvas.results {
                    if let Some(result) = result.as_object_mut() {
                        result.shift_remove("original_width");
                        result.shift_remove("original_height");
                    }
                }
            }
            let shown = picture.cloned().unwrap_or_else(|| format!("{}.jpg", stem(&name)));
            reading.picture(&shown, canvas.results)?;
        }
        if !any {
            return Err(ImportError::whole("There is no text file with labels."));
        }
        // Pictures on which there is nothing need no file of labels.
        unlabeled
            .into_iter()
            .try_for_each(|name| reading.picture(name, Vec::new()))
    }
}

/// Where a file lies among those of its kind: pictures lie under `images` as their labels do under `labels`.
fn place(name: &str) -> String {
    let path = name.rsplit_once('.').map_or(name, |(path, _)| path);
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !matches!(*part, "images" | "labels"))
        .collect();
    parts.join("/")
}

/// How many key points each line has, and how many numbers each of them.
struct Joints {
    number: usize,
    parts: usize,
    names: Vec<String>,
}

impl Yolo {
    fn line(
        &self,
        reading: &mut Reading<'_>,
        canvas: &mut Canvas,
        (name, number, line): (&str, usize, &str),
        names: &[String],
        joints: Option<&Joints>,
    ) -> Result<(), ImportError> {
        let wrong = |message: &str| Reading::wrong(name, number, message);
        let numbers: Vec<f64> = line
            .split_whitespace()
            .map(|part| part.parse::<f64>().ok().filter(|number| number.is_finite()))
            .collect::<Option<_>>()
            .ok_or_else(|| wrong("a class and numbers are expected, with blanks between"))?;
        let (class, parts) = numbers.split_first().ok_or_else(|| wrong("the line is empty"))?;
        if *class < 0.0 || class.fract() != 0.0 {
            return Err(wrong("the class must be a whole number from 0"));
        }
        let label = names
            .get(*class as usize)
            .cloned()
            .unwrap_or_else(|| format!("class {class}"));
        let (width, height) = (canvas.width, canvas.height);
        let place = |pair: &[f64]| (pair[0] * width, pair[1] * height);
        let rectangle = |parts: &[f64]| {
            let [x, y, wide, tall] = [parts[0], parts[1], parts[2], parts[3]];
            [
                (x - wide / 2.0) * width,
                (y - tall / 2.0) * height,
                wide * width,
                tall * height,
            ]
        };
        match parts.len() {
            length if joints.is_some_and(|joints| length == 4 + joints.number * joints.parts) => {
                let parent = canvas.rectangle(reading, &label, rectangle(parts), 0.0);
                let Some(joints) = joints else { return Ok(()) };
                for (index, point) in parts[4..].chunks_exact(joints.parts).enumerate() {
                    if point.get(2).is_some_and(|seen| *seen == 0.0) {
                        continue;
                    }
                    let joint = joints
                        .names
                        .get(index)
                        .cloned()
                        .unwrap_or_else(|| format!("point {index}"));
                    canvas.point(reading, &joint, place(point), Some(&parent));
                }
            }
            // The last one is a score.
            4 | 5 => {
                canvas.rectangle(reading, &label, rectangle(parts), 0.0);
            }
            8 if self.turned => {
                let points: Vec<(f64, f64)> = parts.chunks_exact(2).map(place).collect();
                let side = |a: (f64, f64), b: (f64, f64)| (b.0 - a.0).hypot(b.1 - a.1);
                let rotation = (points[1].1 - points[0].1)
                    .atan2(points[1].0 - points[0].0)
                    .to_degrees();
                let [wide, tall] = [side(points[0], points[1]), side(points[1], points[2])];
                canvas.rectangle(
                    reading,
                    &label,
                    [points[0].0, points[0].1, wide, tall],
                    rotation.rem_euclid(360.0),
                );
            }
            length if length >= 6 && length % 2 == 0 => {
                let points: Vec<(f64, f64)> = parts.chunks_exact(2).map(place).collect();
                canvas.polygon(reading, &label, &points);
            }
            _ => {
                return Err(wrong(
                    "4 numbers make a box, 6 or more in pairs a polygon; this line has another number of them",
                ));
            }
        }
        Ok(())
    }
}

/// The names of the classes by number, and what is known of key points.
fn names(reading: &Reading<'_>) -> Result<(Vec<String>, Option<Joints>), ImportError> {
    if let Some(name) = reading
        .files(&["data.yaml", "dataset.yaml", "data.yml", "dataset.yml"])
        .first()
    {
        let text = reading.text(name, SMALL)?;
        let names = yaml_list(&text, "names");
        let shape: Vec<usize> = yaml_list(&text, "kpt_shape")
            .iter()
            .filter_map(|part| part.parse().ok())
            .collect();
        let joints = match shape[..] {
            [number, parts] if (1..10_000).contains(&number) && (2..=3).contains(&parts) => Some(Joints {
                number,
                parts,
                names: joint_names(&text),
            }),
            _ => None,
        };
        return Ok((names, joints));
    }
    if let Some(name) = reading.files(&["notes.json"]).first() {
        let notes = reading.json(name, SMALL)?;
        let mut names: Vec<String> = Vec::new();
        for category in notes.get("categories").and_then(Value::as_array).into_iter().flatten() {
            let id = category.get("id").and_then(Value::as_u64).filter(|id| *id < 100_000);
            if let (Some(id), Some(label)) = (id, category.get("name").and_then(Value::as_str)) {
                let id = id as usize;
                if names.len() <= id {
                    names.resize_with(id + 1, String::new);
                }
                label.clone_into(&mut names[id]);
            }
        }
        return Ok((names, None));
    }
    if let Some(name) = reading.files(&["classes.txt", "obj.names", "labels.txt"]).first() {
        let text = reading.text(name, SMALL)?;
        return Ok((text.lines().map(|line| line.trim().to_owned()).collect(), None));
    }
    Ok((Vec::new(), None))
}

/// The names of key points, as ours and Ultralytics' files have them.
fn joint_names(text: &str) -> Vec<String> {
    let Some(rest) = text.split("kpt_names:").nth(1) else {
        return Vec::new();
    };
    let line = rest.lines().find(|line| line.contains('[')).unwrap_or_default();
    let inside = line.split_once('[').map_or("", |(_, rest)| rest);
    flow(inside)
}

/// A list under a top-level key of a simple YAML file: `[a, b]`, `- a` lines, or `0: a` lines.
fn yaml_list(text: &str, key: &str) -> Vec<String> {
    let mut lines = text.lines();
    let start = format!("{key}:");
    let Some(first) = lines.by_ref().find_map(|line| line.strip_prefix(start.as_str())) else {
        return Vec::new();
    };
    if let Some(inside) = first.trim().strip_prefix('[') {
        let mut inside = inside.to_owned();
        while !inside.contains(']') {
            let Some(next) = lines.next() else { break };
            inside.push(' ');
            inside.push_str(next);
        }
        return flow(&inside);
    }
    let mut names: Vec<String> = Vec::new();
    for line in lines {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix("- ") {
            names.push(unquoted(name));
        } else if line.starts_with(char::is_whitespace) {
            let Some((number, name)) = trimmed.split_once(':') else {
                break;
            };
            let Some(number) = number.trim().parse::<usize>().ok().filter(|number| *number < 100_000) else {
                break;
            };
            if names.len() <= number {
                names.resize_with(number + 1, String::new);
            }
            names[number] = unquoted(name);
        } else {
            break;
        }
    }
    names
}

/// The parts of a list in brackets; commas may stand in quotes.
fn flow(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut quote, mut escaped) = (None, false);
    for letter in text.chars() {
        match (letter, quote) {
            _ if escaped => escaped = false,
            ('\\', Some('"')) => escaped = true,
            ('"' | '\'', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            (']', None) => break,
            (',', None) => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts
        .iter()
        .map(|part| unquoted(part))
        .filter(|part| !part.is_empty())
        .collect()
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    if text.starts_with('"')
        && let Ok(name) = serde_json::from_str(text)
    {
        return name;
    }
    let inside = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    inside.map_or_else(|| text.to_owned(), |text| text.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::{flow, yaml_list};

    #[test]
    fn names_of_yaml_in_its_three_spellings() {
        for text in [
            "names: [car, \"a, b\"]\n",
            "x: 1\nnames:\n  0: car\n  1: \"a, b\"\nnc: 2\n",
            "names:\n- car\n- 'a, b'\n",
        ] {
            assert_eq!(yaml_list(text, "names"), ["car", "a, b"], "{text}");
        }
        assert_eq!(flow("\"q\\\"q\", 'it''s'"), ["q\"q", "it's"]);
    }
}

//! COCO: instances, key points, captions; also masks as run lengths.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Canvas, Dataset, Reading, WHOLE, number, numbers};
use crate::import::ImportError;

pub(super) struct Coco;

#[derive(Deserialize)]
struct File {
    images: Vec<Image>,
    #[serde(default)]
    annotations: Vec<Annotation>,
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Image {
    id: Value,
    file_name: Option<String>,
    coco_url: Option<String>,
    width: Option<f64>,
    height: Option<f64>,
}

#[derive(Deserialize)]
struct Category {
    id: i64,
    name: String,
    #[serde(default)]
    keypoints: Vec<String>,
}

#[derive(Deserialize)]
struct Annotation {
    image_id: Value,
    category_id: Option<i64>,
    bbox: Option<Value>,
    segmentation: Option<Value>,
    keypoints: Option<Vec<f64>>,
    caption: Option<String>,
}

impl Dataset for Coco {
    fn name(&self) -> &'static str {
        "coco"
    }

    fn title(&self) -> &'static str {
        "COCO"
    }

    fn files(&self) -> &'static str {
        "a JSON file with images, annotations and categories; the pictures may lie beside it"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let mut any = false;
        for name in reading.files(&[".json"]) {
            let text = reading.text(&name, WHOLE)?;
            if !(text.contains("\"images\"") && text.contains("\"annotations\"")) {
                continue;
            }
            labelkeep_labeling::check_json(&text).map_err(|error| ImportError::whole(format!("{name}: {error}")))?;
            let file: File =
                serde_json::from_str(&text).map_err(|error| ImportError::whole(format!("{name}: {error}")))?;
            any = true;
            images(reading, file)?;
        }
        if any {
            Ok(())
        } else {
            Err(ImportError::whole(
                "There is no JSON file with \"images\" and \"annotations\".",
            ))
        }
    }
}

fn images(reading: &mut Reading<'_>, file: File) -> Result<(), ImportError> {
    let categories: HashMap<i64, &Category> = file.categories.iter().map(|category| (category.id, category)).collect();
    let mut by_image: HashMap<String, Vec<&Annotation>> = HashMap::new();
    for annotation in &file.annotations {
        by_image
            .entry(annotation.image_id.to_string())
            .or_default()
            .push(annotation);
    }
    for image in &file.images {
        let Some(name) = image.file_name.as_ref().or(image.coco_url.as_ref()) else {
            reading.report.items_in += 1;
            reading.report.dropped("an image without file_name");
            continue;
        };
        let found = by_image.remove(&image.id.to_string()).unwrap_or_default();
        let size = image
            .width
            .zip(image.height)
            .and_then(|(width, height)| Canvas::new(width, height));
        let Some(mut canvas) = size else {
            reading
                .report
                .lost("an annotation of an image without width and height", found.len() as u64);
            reading.picture(name, Vec::new())?;
            continue;
        };
        for annotation in found {
            one(reading, &mut canvas, annotation, &categories);
        }
        reading.picture(name, canvas.results)?;
    }
    let strays: usize = by_image.values().map(Vec::len).sum();
    reading
        .report
        .lost("an annotation of an image that is not in the file", strays as u64);
    Ok(())
}

fn one(reading: &mut Reading<'_>, canvas: &mut Canvas, annotation: &Annotation, categories: &HashMap<i64, &Category>) {
    if let Some(caption) = &annotation.caption {
        let place = reading.control("TextArea", "Image", None);
        canvas.number += 1;
        let id = format!("r{}", canvas.number);
        canvas
            .results
            .push(Value::Object(place.result(&id, json!({ "text": [caption] }))));
        return;
    }
    let category = annotation.category_id.and_then(|id| categories.get(&id));
    let Some(category) = category else {
        reading
            .report
            .lost("an annotation whose category is not in the file", 1);
        return;
    };
    let label = category.name.as_str();
    let bbox = annotation.bbox.as_ref().and_then(numbers::<4>);
    let points = annotation.keypoints.as_deref().unwrap_or_default();
    let mut parent = None;
    match &annotation.segmentation {
        Some(Value::Array(outlines)) if !outlines.is_empty() => {
            for outline in outlines {
                let flat: Option<Vec<f64>> = outline.as_array().and_then(|list| list.iter().map(number).collect());
                let points: Vec<(f64, f64)> = flat
                    .unwrap_or_default()
                    .chunks_exact(2)
                    .map(|pair| (pair[0], pair[1]))
                    .collect();
                if points.len() < 3 {
                    reading.report.lost("an outline of fewer than three points", 1);
                    continue;
                }
                parent = Some(canvas.polygon(reading, label, &points));
            }
        }
        Some(Value::Object(rle)) => match mask(rle, canvas) {
            Some(mask) => parent = Some(canvas.mask(reading, label, &mask)),
            None => reading.report.lost("a mask whose run lengths do not fit its size", 1),
        },
        _ => match bbox {
            Some(bbox) if points.is_empty() || bbox[2] > 0.0 => {
                parent = Some(canvas.rectangle(reading, label, bbox, 0.0));
            }
            Some(_) => {}
            None => reading
                .report
                .lost("an annotation without box or outline", u64::from(points.is_empty())),
        },
    }
    for (index, point) in points.chunks_exact(3).enumerate() {
        if point[2] == 0.0 {
            continue;
        }
        let joint = category
            .keypoints
            .get(index)
            .cloned()
            .unwrap_or_else(|| format!("{label} {index}"));
        canvas.point(reading, &joint, (point[0], point[1]), parent.as_deref());
    }
}

/// A byte for each pixel of run lengths, column by column.
fn mask(rle: &serde_json::Map<String, Value>, canvas: &Canvas) -> Option<Vec<u8>> {
    let [height, width] = numbers::<2>(rle.get("size")?)?;
    if (width, height) != (canvas.width, canvas.height) || width * height > crate::brush::MAX_PIXELS as f64 {
        return None;
    }
    let counts: Vec<u64> = match rle.get("counts")? {
        Value::Array(list) => list.iter().map(Value::as_u64).collect::<Option<_>>()?,
        Value::String(text) => expanded(text)?,
        _ => return None,
    };
    let (width, height) = (width as usize, height as usize);
    let mut mask = vec![0; width * height];
    let mut at = 0_usize;
    for (index, count) in counts.into_iter().enumerate() {
        let end = at
            .checked_add(usize::try_from(count).ok()?)
            .filter(|end| *end <= mask.len())?;
        if index % 2 == 1 {
            for place in at..end {
                mask[place % height * width + place / height] = 255;
            }
        }
        at = end;
    }
    Some(mask)
}

/// The numbers of COCO's compressed run lengths.
fn expanded(text: &str) -> Option<Vec<u64>> {
    let mut counts: Vec<i64> = Vec::new();
    let mut bytes = text.bytes();
    while let Some(first) = bytes.next() {
        let (mut value, mut shift, mut byte) = (0_i64, 0, first);
        loop {
            let group = i64::from(byte.checked_sub(48)?);
            value |= (group & 0x1f) << shift;
            shift += 5;
            if group & 0x20 == 0 {
                if group & 0x10 != 0 && shift < 63 {
                    value |= -1 << shift;
                }
                break;
            }
            if shift > 55 {
                return None;
            }
            byte = bytes.next()?;
        }
        if counts.len() > 2 {
            value = value.checked_add(counts[counts.len() - 2])?;
        }
        counts.push(value);
    }
    counts.into_iter().map(|count| u64::try_from(count).ok()).collect()
}

//! COCO: instances, key points, captions; also masks as run lengths.

use serde_json::{Value, json};

use super::coco_file::{Annotation, File};
use super::{Canvas, Dataset, Reading, number, numbers};
use crate::import::ImportError;

pub(super) struct Coco;

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
            if let Some(file) = File::read(reading.folder.open(&name)?, &name)? {
                any = true;
                images(reading, file)?;
            }
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

fn images(reading: &mut Reading<'_>, mut file: File) -> Result<(), ImportError> {
    file.classes().for_each(|name| reading.proposal.declare(name));
    for index in 0..file.length() {
        let Some((image, found)) = file.image(index)? else {
            break;
        };
        let Some(name) = image.file_name.as_ref().or(image.coco_url.as_ref()) else {
            reading.report.items_in += 1;
            reading.report.dropped("an image without file_name");
            continue;
        };
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
        for annotation in &found {
            one(reading, &mut canvas, annotation, &file);
        }
        reading.picture(name, canvas.results)?;
    }
    reading.report.lost(
        "an annotation of an image that is not in the file",
        file.strays() as u64,
    );
    Ok(())
}

fn one(reading: &mut Reading<'_>, canvas: &mut Canvas, annotation: &Annotation, file: &File) {
    if let Some(caption) = &annotation.caption {
        let place = reading.control("TextArea", "Image", None);
        canvas.number += 1;
        let id = format!("r{}", canvas.number);
        canvas
            .results
            .push(Value::Object(place.result(&id, json!({ "text": [caption] }))));
        return;
    }
    let category = annotation.category_id.and_then(|id| file.category(id));
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

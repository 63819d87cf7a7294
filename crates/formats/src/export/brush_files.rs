//! Brush masks as files of their own: a NumPy array or a grey picture for each region.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value};
use zip::write::SimpleFileOptions;

use super::archive::{Archive, stored_options, text_options};
use super::catalog::Fit;
use super::flat_png::{self, Colors};
use super::images::entry_name;
use super::item::{Ids, Item, items, labels};
use super::masks::{Mask, annotator};
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct BrushFiles {
    /// Pictures instead of arrays.
    pub(super) png: bool,
}

impl Exporter for BrushFiles {
    fn name(&self) -> &'static str {
        if self.png { "BRUSH_TO_PNG" } else { "BRUSH_TO_NUMPY" }
    }

    fn title(&self) -> &'static str {
        if self.png {
            "Brush masks as PNG"
        } else {
            "Brush masks as NumPy"
        }
    }

    fn description(&self) -> &'static str {
        if self.png {
            "A grey picture for each brush region, as large as the picture that was labelled; 0 is outside."
        } else {
            "A NumPy array of bytes for each brush region, as large as the picture that was labelled; 0 is outside."
        }
    }

    fn tags(&self) -> &'static [&'static str] {
        &["image segmentation"]
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn supports(&self, config: &Config) -> bool {
        Fit::of(config).brushes()
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let mut names = Names::default();
        for task in source() {
            let task = task?;
            for item in items(context.config, &task, Ids::Drop, &mut report) {
                report.items_in += 1;
                if self.add(&mut archive, &item, &mut names, &mut report)? {
                    report.items_out += 1;
                } else {
                    report.dropped("no brush mask");
                }
            }
        }
        archive.finish(&report)?;
        Ok(report)
    }
}

impl BrushFiles {
    /// Adds the masks of an item; false when it has none.
    fn add(
        &self,
        archive: &mut Archive<'_>,
        item: &Item<'_>,
        names: &mut Names,
        report: &mut Report,
    ) -> Result<bool, ExportError> {
        let mut any = false;
        for output in &item.outputs {
            let mut numbers: HashMap<String, u64> = HashMap::new();
            for value in &output.values {
                let Some(labels) = brush_labels(value) else {
                    report.lost("an answer that is no brush mask", 1);
                    continue;
                };
                let name = format!("{}-{labels}", output.from_name);
                let number = numbers.entry(name.clone()).or_default();
                let name = format!("{name}-{number}");
                *number += 1;
                let Some(mask) = Mask::of(value) else {
                    report.lost("a brush mask that is damaged or too large", 1);
                    continue;
                };
                let file = file_name(item, &name);
                self.write(archive, &names.free(&file, self.suffix()), &mask)?;
                any = true;
            }
        }
        Ok(any)
    }

    fn suffix(&self) -> &'static str {
        if self.png { ".png" } else { ".npy" }
    }

    fn write(&self, archive: &mut Archive<'_>, name: &str, mask: &Mask) -> Result<(), ExportError> {
        if self.png {
            archive.start_file(name, stored_options())?;
            return flat_png::write(archive, (mask.width, mask.height), &Colors::Gray, &mask.pixels);
        }
        // Masks are runs of the same byte: the fastest level makes them as small as the others do.
        let options: SimpleFileOptions = text_options().compression_level(Some(1));
        archive.start_file(name, options)?;
        archive.write_all(&npy_header(mask.width, mask.height))?;
        Ok(archive.write_all(&mask.pixels)?)
    }
}

/// The labels of a mask, joined; `None` when the value is none. A mask of a control that should have labels and has none is
/// named so.
fn brush_labels(value: &Map<String, Value>) -> Option<String> {
    let key = match value.get("type")?.as_str()? {
        "BrushLabels" | "brushlabels" => "brushlabels",
        "Labels" | "labels" => "labels",
        _ => return None,
    };
    value.get("rle")?;
    Some(if value.contains_key(key) {
        labels(value, key).join("-")
    } else {
        "no_label".to_owned()
    })
}

fn file_name(item: &Item<'_>, name: &str) -> String {
    let annotation = item
        .annotation
        .map(|annotation| annotation.id.to_string())
        .unwrap_or_default();
    format!(
        "task-{}-annotation-{annotation}-by-{}-{}",
        item.task.id,
        annotator(item).unwrap_or_default(),
        name.replace(['/', '\\'], "-")
    )
}

/// Names that are in the archive.
#[derive(Default)]
struct Names {
    /// Their MD5: a project may have millions.
    taken: HashSet<[u8; 16]>,
}

impl Names {
    /// The name itself, or with a number where control and labels of two regions read the same.
    fn free(&mut self, name: &str, suffix: &str) -> String {
        let name = entry_name(name);
        let mut free = format!("{name}{suffix}");
        let mut number = 2_u64;
        while !self.taken.insert(md5::compute(&free).0) {
            free = format!("{name}-{number}{suffix}");
            number += 1;
        }
        free
    }
}

/// The header of version 1.0 of the format: bytes, row by row. It ends at a multiple of 64 bytes.
fn npy_header(width: u32, height: u32) -> Vec<u8> {
    const BEGIN: &[u8] = b"\x93NUMPY\x01\x00";
    let mut text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({height}, {width}), }}");
    while !(BEGIN.len() + 2 + text.len() + 1).is_multiple_of(64) {
        text.push(' ');
    }
    text.push('\n');
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [BEGIN, &length.to_le_bytes(), text.as_bytes()].concat()
}

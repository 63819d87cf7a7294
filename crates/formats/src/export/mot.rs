//! MOT challenge: the boxes of tracks, a line for each frame.

use std::io::Write;

use serde_json::{Map, Value};

use super::archive::{Archive, text_options};
use super::interpolate::frames;
use super::item::{Ids, items};
use super::pictures::Classes;
use super::shapes::label_names;
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct Mot;

impl Exporter for Mot {
    about! {
        "MOT", "MOT", "zip", tracks, ["object tracking"],
        "gt.txt for each annotation of a video: frame, track, box, class and visibility, with the frames between key frames."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let mut classes = Classes::of(context.config, false);
        for task in source() {
            let task = task?;
            for item in &items(context.config, &task, Ids::Keep, &mut report) {
                report.items_in += 1;
                let mut rows: Vec<(i64, usize, String)> = Vec::new();
                let mut track = 0;
                for value in item.values() {
                    if !value.contains_key("sequence") {
                        report.lost("an answer that is no track of a box", 1);
                        continue;
                    }
                    let size = size(value).unwrap_or_else(|| {
                        report.lost("the size of the video: the boxes of a track are in percent of it", 1);
                        [100.0, 100.0]
                    });
                    track += 1;
                    let names = label_names(value);
                    report.lost("a second label of a track", names.len().saturating_sub(1) as u64);
                    let class = names.first().map_or(-1, |name| classes.id(name) as i64 + 1);
                    for (frame, [x, y, width, height], rotation) in frames(value) {
                        report.lost("the angle of a turned box", u64::from(rotation != 0.0));
                        let [x, width] = [x, width].map(|part| part / 100.0 * size[0]);
                        let [y, height] = [y, height].map(|part| part / 100.0 * size[1]);
                        let line = format!("{frame},{track},{x:.2},{y:.2},{width:.2},{height:.2},1,{class},1\n");
                        rows.push((frame, track, line));
                    }
                }
                if rows.is_empty() {
                    report.dropped("no track of a box");
                    continue;
                }
                rows.sort_by_key(|(frame, track, _)| (*frame, *track));
                let number = item.annotation.map_or(0, |row| row.id);
                archive.start_file(
                    format!("task-{}-annotation-{number}/gt/gt.txt", task.id),
                    text_options(),
                )?;
                for (.., line) in rows {
                    archive.write_all(line.as_bytes())?;
                }
                report.items_out += 1;
            }
        }
        archive.start_file("labels.txt", text_options())?;
        for name in &classes.names {
            writeln!(archive, "{}", name.replace(['\n', '\r'], " "))?;
        }
        archive.finish(&report)?;
        Ok(report)
    }
}

/// Width and height of the video in pixels, where the result tells them.
fn size(value: &Map<String, Value>) -> Option<[f64; 2]> {
    super::item::numbers(value, ["original_width", "original_height"])
        .filter(|[width, height]| *width > 0.0 && *height > 0.0)
}

//! ASR manifest: a line of JSON for each transcript, beside the sounds, as speech models read them.

use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value};

use super::archive::{Archive, large_text_options, text_options};
use super::catalog::{Fit, data_key};
use super::images::{Origin, Picture, Pictures};
use super::item::{Ids, Item, items, numbers};
use super::masks::annotator;
use super::python::{ascii_json, float};
use super::spool::Text;
use super::{Context, ExportError, ExportTask, Exporter, Report, Source, wav};

pub(super) struct AsrManifest;

impl Exporter for AsrManifest {
    fn name(&self) -> &'static str {
        "ASR_MANIFEST"
    }

    fn title(&self) -> &'static str {
        "ASR manifest"
    }

    fn description(&self) -> &'static str {
        "A line for each transcript with its sound and its duration, as NVIDIA NeMo reads them, together with the sounds."
    }

    fn tags(&self) -> &'static [&'static str] {
        &["speech recognition"]
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn exact(&self) -> Option<&'static str> {
        Some(
            "A line for each text, with begin and length of its region, instead of the first text for the whole sound.",
        )
    }

    fn supports(&self, config: &Config) -> bool {
        Fit::of(config).transcripts()
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        archive.add_directory("audio/", text_options())?;
        let mut sounds = Pictures::default();
        let mut report = Report::default();
        let mut manifest = Text::new()?;
        let key = data_key(context.config, &["Audio", "AudioPlus"]);
        for task in source() {
            let task = task?;
            let found = items(context.config, &task, Ids::Drop, &mut report);
            if found.is_empty() {
                continue;
            }
            let sound = sound(context, &key, &task);
            for item in found {
                report.items_in += 1;
                let (sound, seconds) = match &sound {
                    Ok(sound) => sound,
                    Err(reason) => {
                        report.dropped(reason);
                        continue;
                    }
                };
                let transcripts = transcripts(&item, context.exact, &mut report);
                if transcripts.is_empty() {
                    report.dropped("no transcript");
                    continue;
                }
                if context.download_resources && !sounds.add(context, &mut archive, sound)? {
                    report.lost("a sound that could not be read is named, not copied", 1);
                }
                let annotator = annotator(&item).unwrap_or_default();
                for Transcript { text, part } in transcripts {
                    let length = match part {
                        Some((begin, length)) => format!("{}, \"offset\": {}", float(length), float(begin)),
                        None => float(*seconds),
                    };
                    manifest.push(&format!(
                        "{{\"audio_filepath\": {}, \"duration\": {length}, \"text\": {}, \"annotator\": {}}}\n",
                        ascii_json(&sound.path),
                        ascii_json(text),
                        ascii_json(&annotator),
                    ))?;
                }
                report.items_out += 1;
            }
        }
        archive.start_file("manifest.json", large_text_options())?;
        manifest.copy_to(&mut archive)?;
        archive.finish(&report)?;
        Ok(report)
    }
}

/// The sound of a task and its length in seconds, or why there is none.
fn sound(context: &Context<'_>, key: &str, task: &ExportTask) -> Result<(Picture, f64), &'static str> {
    let sound = Picture::of(context, key, task, true).map_err(|_| "the task has no sound")?;
    if sound.origin != Origin::Upload {
        return Err("the sound is not on this server");
    }
    let seconds = context.media.open(&sound.url).and_then(wav::seconds);
    let seconds = seconds.ok_or("the sound is no WAV file, so its length is not known")?;
    let path = sound.path.replacen("images/", "audio/", 1);
    Ok((Picture { path, ..sound }, seconds))
}

/// What was said, and in which part of the sound: begin and length in seconds.
struct Transcript<'a> {
    text: &'a str,
    part: Option<(f64, f64)>,
}

/// The first text of the first control that has texts; all texts of all controls when it is to be exact.
fn transcripts<'a>(item: &'a Item<'_>, exact: bool, report: &mut Report) -> Vec<Transcript<'a>> {
    let others = item.values().filter(|value| texts(value).is_empty()).count();
    if exact {
        report.lost("an answer that is no text", others as u64);
        let all = item.values().flat_map(|value| {
            let part = numbers(value, ["start", "end"]).map(|[start, end]| (start, end - start));
            texts(value).into_iter().map(move |text| Transcript { text, part })
        });
        return all.collect();
    }
    let control = item.outputs.iter().find(|output| output.values[0].contains_key("text"));
    let first = control.and_then(|control| texts(&control.values[0]).first().copied());
    let Some(text) = first else { return Vec::new() };
    let all: usize = item.values().map(|value| texts(value).len()).sum();
    report.lost("a text beside the first", all as u64 - 1);
    report.lost("an answer that is no text", others as u64);
    vec![Transcript { text, part: None }]
}

fn texts(value: &Map<String, Value>) -> Vec<&str> {
    match value.get("text") {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    }
}

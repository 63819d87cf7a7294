//! Stretches of sound and video as subtitles (WebVTT, SubRip) and as tiers of Praat.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use serde_json::Value;

use super::archive::{Archive, text_options};
use super::item::{Ids, Item, items};
use super::shapes::label_names;
use super::{Context, ExportError, Exporter, Report, Source};

/// WebVTT.
pub(super) struct WebVtt;
/// SubRip.
pub(super) struct SubRip;
/// Praat.
pub(super) struct TextGrid;

/// A stretch, in seconds.
struct Stretch<'a> {
    id: Option<&'a str>,
    begin: f64,
    end: f64,
    labels: Vec<&'a str>,
    texts: Vec<&'a str>,
}

impl Stretch<'_> {
    /// What is read: the transcript, else the labels.
    fn words(&self) -> String {
        let words = if self.texts.is_empty() {
            &self.labels
        } else {
            &self.texts
        };
        words.join(" ")
    }
}

fn stretches<'a>(item: &'a Item<'_>, report: &mut Report) -> Vec<Stretch<'a>> {
    let mut found: Vec<Stretch<'a>> = Vec::new();
    for output in &item.outputs {
        for value in &output.values {
            let place = |key| {
                value
                    .get(key)
                    .and_then(Value::as_f64)
                    .filter(|place| place.is_finite() && *place >= 0.0)
            };
            let (Some(begin), Some(end)) = (place("start"), place("end")) else {
                report.lost("an answer that is no stretch of the recording", 1);
                continue;
            };
            let id = value.get("id").and_then(Value::as_str);
            let texts: Vec<&str> = match value.get("text") {
                Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
                Some(Value::String(text)) => vec![text],
                _ => Vec::new(),
            };
            let labels = label_names(value);
            match found.iter_mut().find(|known| id.is_some() && known.id == id) {
                Some(known) => {
                    known.labels.extend(labels);
                    known.texts.extend(texts);
                }
                None => found.push(Stretch {
                    id,
                    begin,
                    end: end.max(begin),
                    labels,
                    texts,
                }),
            }
        }
    }
    found.sort_by(|a, b| a.begin.total_cmp(&b.begin).then(a.end.total_cmp(&b.end)));
    found
}

/// A file for each annotation that has a stretch.
fn files(
    context: &Context<'_>,
    source: &mut Source<'_>,
    out: &mut dyn Write,
    extension: &str,
    of: &dyn Fn(&[Stretch<'_>], &mut Report) -> String,
) -> Result<Report, ExportError> {
    let mut archive = Archive::new(out, context)?;
    let mut report = Report::default();
    for task in source() {
        let task = task?;
        for item in &items(context.config, &task, Ids::Keep, &mut report) {
            report.items_in += 1;
            let found = stretches(item, &mut report);
            if found.is_empty() {
                report.dropped("no stretch of the recording");
                continue;
            }
            let number = item.annotation.map_or(0, |row| row.id);
            archive.start_file(
                format!("task-{}-annotation-{number}.{extension}", task.id),
                text_options(),
            )?;
            archive.write_all(of(&found, &mut report).as_bytes())?;
            report.items_out += 1;
        }
    }
    archive.finish(&report)?;
    Ok(report)
}

/// `hh:mm:ss.mmm`
fn clock(seconds: f64, point: char) -> String {
    let millis = (seconds * 1000.0).round() as u64;
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}{point}{:03}",
        millis / 1000 % 60,
        millis % 1000
    )
}

impl Exporter for WebVtt {
    about! {
        "WEBVTT", "WebVTT", "zip", stretches, ["speech recognition", "subtitles"],
        "A subtitle file for each annotation: transcripts of stretches with their labels as voices, as browsers play them."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        files(context, source, out, "vtt", &|found, report| {
            let mut text = "WEBVTT\n\n".to_owned();
            for (number, stretch) in (1..).zip(found) {
                let escaped = stretch
                    .words()
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;");
                let lines: Vec<&str> = escaped.lines().filter(|line| !line.trim().is_empty()).collect();
                let _ = writeln!(
                    text,
                    "{number}\n{} --> {}",
                    clock(stretch.begin, '.'),
                    clock(stretch.end, '.')
                );
                if let (Some(voice), false) = (stretch.labels.first(), stretch.texts.is_empty()) {
                    let voice: String = voice
                        .chars()
                        .filter(|letter| !matches!(letter, '<' | '>' | '&' | '\n' | '\r'))
                        .collect();
                    let _ = write!(text, "<v {voice}>");
                    report.lost("a second label of a stretch", stretch.labels.len() as u64 - 1);
                }
                let _ = writeln!(text, "{}\n", lines.join("\n"));
            }
            text
        })
    }
}

impl Exporter for SubRip {
    about! {
        "SRT", "SubRip (SRT)", "zip", stretches, ["speech recognition", "subtitles"],
        "A subtitle file for each annotation: the transcripts of stretches, or their labels, as video players read them."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        files(context, source, out, "srt", &|found, report| {
            let mut text = String::new();
            for (number, stretch) in (1..).zip(found) {
                let words = stretch.words();
                let lines: Vec<&str> = words.lines().filter(|line| !line.trim().is_empty()).collect();
                let _ = writeln!(
                    text,
                    "{number}\n{} --> {}",
                    clock(stretch.begin, ','),
                    clock(stretch.end, ',')
                );
                let _ = writeln!(text, "{}\n", lines.join("\n"));
                if !stretch.texts.is_empty() {
                    report.lost(
                        "a label of a stretch that has a transcript",
                        stretch.labels.len() as u64,
                    );
                }
            }
            text
        })
    }
}

impl Exporter for TextGrid {
    about! {
        "TEXTGRID", "Praat TextGrid", "zip", stretches, ["speech recognition", "phonetics"],
        "A TextGrid for each annotation with an interval tier for labels and one for transcripts, as Praat and ELAN open them."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        files(context, source, out, "TextGrid", &|found, _| grid(found))
    }
}

/// Begin and end in seconds, and what is said in between.
type Interval = (f64, f64, String);

/// Intervals of a tier must not lie over each other: what does goes to a tier of the same name with a number.
fn grid(found: &[Stretch<'_>]) -> String {
    let end = found.iter().map(|stretch| stretch.end).fold(0.0, f64::max);
    let mut tiers: BTreeMap<(&str, usize), Vec<Interval>> = BTreeMap::new();
    for stretch in found.iter().filter(|stretch| stretch.end > stretch.begin) {
        for (name, words) in [
            ("labels", stretch.labels.join(", ")),
            ("transcript", stretch.texts.join(" ")),
        ] {
            if words.is_empty() {
                continue;
            }
            let place = (0..)
                .find(|number| {
                    let tier = tiers.get(&(name, *number));
                    tier.and_then(|tier| tier.last())
                        .is_none_or(|last| last.1 <= stretch.begin)
                })
                .unwrap_or_default();
            tiers
                .entry((name, place))
                .or_default()
                .push((stretch.begin, stretch.end, words));
        }
    }
    let mut text = format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = {end}\ntiers? <exists>\nsize = {}\nitem []:\n",
        tiers.len()
    );
    for (number, ((name, place), intervals)) in (1..).zip(&tiers) {
        // The tier is whole: between the stretches are empty intervals.
        let mut whole: Vec<(f64, f64, &str)> = Vec::new();
        let mut at = 0.0;
        for (begin, end, words) in intervals {
            if *begin > at {
                whole.push((at, *begin, ""));
            }
            whole.push((*begin, *end, words));
            at = *end;
        }
        if end > at {
            whole.push((at, end, ""));
        }
        let name = if *place == 0 {
            (*name).to_owned()
        } else {
            format!("{name} {}", place + 1)
        };
        let _ = write!(
            text,
            "    item [{number}]:\n        class = \"IntervalTier\"\n        name = \"{name}\"\n        xmin = 0\n        xmax = {end}\n        intervals: size = {}\n",
            whole.len()
        );
        for (index, (begin, end, words)) in (1..).zip(whole) {
            let words = words.replace('"', "\"\"");
            let _ = write!(
                text,
                "        intervals [{index}]:\n            xmin = {begin}\n            xmax = {end}\n            text = \"{words}\"\n"
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn clocks_have_hours_and_thousandths() {
        assert_eq!(clock(0.0005, '.'), "00:00:00.001");
        assert_eq!(clock(3_661.25, ','), "01:01:01,250");
        assert_eq!(clock(360_000.0, '.'), "100:00:00.000");
    }
}

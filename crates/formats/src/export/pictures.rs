//! What all formats of labelled pictures beyond the reference's do alike: walk over the items, copy the pictures, name the
//! files, number the classes.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::Value;

use super::archive::{Archive, text_options};
use super::catalog::picture_key;
use super::images::{Picture, Pictures, entry_name, last_part};
use super::item::{Ids, items};
use super::shapes::{Regions, regions};
use super::{Context, ExportError, Report, Source};

/// An item with its picture.
pub(super) struct Labelled<'a> {
    pub(super) picture: &'a Picture,
    /// The last part of the picture's path.
    pub(super) file_name: String,
    /// A name for files about this item, without extension; no two items share one.
    pub(super) stem: String,
    /// Width and height in whole pixels.
    pub(super) size: (u32, u32),
    pub(super) regions: Regions<'a>,
}

/// Whether a format needs the size of the picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sized {
    Needed,
    Unknown,
}

/// Writes an archive with a JSON document for each picture, named as it with this extension.
pub(super) fn documents(
    context: &Context<'_>,
    source: &mut Source<'_>,
    out: &mut dyn Write,
    extension: &str,
    document: fn(&Labelled<'_>, &mut Report) -> Value,
) -> Result<Report, ExportError> {
    let mut archive = Archive::new(out, context)?;
    let mut report = Report::default();
    each(
        context,
        source,
        &mut archive,
        &mut report,
        Sized::Needed,
        &mut |labelled, archive, report| {
            let document = document(labelled, report);
            archive.start_file(format!("{}.{extension}", labelled.stem), text_options())?;
            serde_json::to_writer_pretty(&mut *archive, &document)?;
            Ok(None)
        },
    )?;
    archive.finish(&report)?;
    Ok(report)
}

/// Why nothing of an item is in the file; `None`: something is.
pub(super) type Dropped = Option<&'static str>;

/// Calls with each item whose picture has a size, or with all. Pictures of ours are copied into the archive when the context
/// says so.
pub(super) fn each(
    context: &Context<'_>,
    source: &mut Source<'_>,
    archive: &mut Archive<'_>,
    report: &mut Report,
    sized: Sized,
    with: &mut dyn FnMut(&Labelled<'_>, &mut Archive<'_>, &mut Report) -> Result<Dropped, ExportError>,
) -> Result<(), ExportError> {
    let key = picture_key(context.config);
    let mut pictures = Pictures::default();
    let mut used: HashSet<[u8; 16]> = HashSet::new();
    for task in source() {
        let task = task?;
        let found = items(context.config, &task, Ids::Keep, report);
        if found.is_empty() {
            continue;
        }
        let picture = Picture::of(context, &key, &task, true);
        for item in &found {
            report.items_in += 1;
            let picture = match &picture {
                Ok(picture) => picture,
                Err(reason) => {
                    report.dropped(reason);
                    continue;
                }
            };
            let regions = regions(item, picture.size, report);
            let size = match regions.size.and_then(whole) {
                Some(size) => size,
                None if sized == Sized::Unknown => (0, 0),
                None => {
                    report.dropped("the size of the picture is not known");
                    continue;
                }
            };
            if context.download_resources && sized == Sized::Needed && !pictures.add(context, archive, picture)? {
                report.lost("a picture that is not on this server is named, not copied", 1);
            }
            let mut stem = picture.stem();
            // Further annotations of a picture have files of their own.
            if !used.insert(md5::compute(stem.as_bytes()).0) {
                let number = item.annotation.map_or(item.task.id, |row| row.id);
                stem = format!("{stem}-{number}");
                while !used.insert(md5::compute(stem.as_bytes()).0) {
                    stem.push('_');
                }
            }
            let labelled = Labelled {
                picture,
                file_name: entry_name(last_part(&picture.path)),
                stem,
                size,
                regions,
            };
            match with(&labelled, archive, report)? {
                None => report.items_out += 1,
                Some(reason) => report.dropped(reason),
            }
        }
    }
    Ok(())
}

/// Sizes that a picture can have.
fn whole([width, height]: [f64; 2]) -> Option<(u32, u32)> {
    let whole = |size: f64| (1.0..=65_535.0).contains(&size).then_some(size.round() as u32);
    Some((whole(width)?, whole(height)?))
}

/// The pictures that a file has so far. Tools want each once: what further annotations say of a picture belongs to the same entry.
#[derive(Default)]
pub(super) struct Entries {
    /// By the MD5 of the path: a project may have millions.
    numbers: HashMap<[u8; 16], u64>,
}

impl Entries {
    /// The number of the picture, from 0, and whether it is new.
    pub(super) fn number(&mut self, picture: &Picture) -> (u64, bool) {
        let next = self.numbers.len() as u64;
        let number = *self.numbers.entry(md5::compute(&picture.path).0).or_insert(next);
        (number, number == next)
    }
}

/// Classes in the order of the configuration; labels that it does not have come behind.
pub(super) struct Classes {
    pub(super) names: Vec<String>,
}

impl Classes {
    /// Labels of controls that mark something; choices count when `choices` says so.
    pub(super) fn of(config: &Config, choices: bool) -> Classes {
        let mut names: Vec<String> = Vec::new();
        let controls = config.controls().iter();
        for label in controls
            .filter(|control| (control.tag == "Choices") == choices)
            .flat_map(|control| &control.labels)
        {
            if !names.iter().any(|name| name == label.name()) {
                names.push(label.name().to_owned());
            }
        }
        Classes { names }
    }

    /// The number of a label, from 0.
    pub(super) fn id(&mut self, label: &str) -> usize {
        match self.names.iter().position(|name| name == label) {
            Some(id) => id,
            None => {
                self.names.push(label.to_owned());
                self.names.len() - 1
            }
        }
    }
}

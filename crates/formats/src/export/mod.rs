//! Exporters: a stream of tasks becomes a file, with flat memory where the format allows it.

/// What a format says of itself: name on the wire, name for people, extension, what it fits, kinds of data, what it is good for.
macro_rules! about {
    ($name:literal, $title:literal, $extension:literal, $fits:ident, [$($tag:literal),*], $description:literal) => {
        fn name(&self) -> &'static str {
            $name
        }

        fn title(&self) -> &'static str {
            $title
        }

        fn description(&self) -> &'static str {
            $description
        }

        fn tags(&self) -> &'static [&'static str] {
            &[$($tag),*]
        }

        fn extension(&self) -> &'static str {
            $extension
        }

        fn supports(&self, config: &labelkeep_labeling::Config) -> bool {
            $crate::export::catalog::Fit::of(config).$fits()
        }
    };
}

mod archive;
mod asr;
mod brat;
mod brush_coco;
mod brush_files;
mod catalog;
mod categories;
mod channels;
mod coco;
mod coco_more;
mod conll;
mod conll_tags;
mod contours;
mod convert;
mod cvat;
mod datumaro;
mod doclang;
mod doclang_find;
mod flat_png;
mod geojson;
mod hugging_face;
mod images;
mod interpolate;
mod item;
mod json;
mod json_min;
mod jsonl;
mod labelme;
mod masks;
mod mot;
mod nlp;
mod parquet;
mod pictures;
mod python;
mod rectangle;
mod shapes;
mod spool;
mod stored;
mod table;
mod task;
mod texts;
mod timed;
mod treebank;
mod ultralytics;
mod voc;
mod voc_masks;
mod w3c;
mod wav;
mod yolo;

use std::io::{Read, Write};

use labelkeep_labeling::Config;

pub use archive::Manifest;
pub use catalog::{FormatInfo, catalog};
pub use convert::Kept;
pub(crate) use cvat::text as xml_text;
pub use stored::{StoredTasks, write_rest, write_tasks};
pub use task::{Annotator, ExportAnnotation, ExportTask};

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The tasks could not be read.
    #[error("reading tasks: {0}")]
    Source(String),
    /// The file could not be written (the reader has gone, the disk is full).
    #[error("writing: {0}")]
    Write(#[from] std::io::Error),
    /// The archive could not be written.
    #[error("writing the archive: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// JSON could not be written.
    #[error("writing JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Tasks in id order.
pub type Tasks<'a> = Box<dyn Iterator<Item = Result<ExportTask, ExportError>> + 'a>;

/// Gives the tasks, as often as it is asked: tables need all their columns before the first row.
pub type Source<'a> = dyn FnMut() -> Tasks<'a> + 'a;

/// Files that tasks refer to.
pub trait Media {
    /// Natural width and height in pixels, if the picture is ours and can be read.
    fn size(&self, url: &str) -> Option<(u32, u32)>;
    /// The bytes, if the file is ours.
    fn open(&self, url: &str) -> Option<Box<dyn Read>>;
}

/// No files at all.
#[derive(Debug)]
pub struct NoMedia;

impl Media for NoMedia {
    fn size(&self, _: &str) -> Option<(u32, u32)> {
        None
    }

    fn open(&self, _: &str) -> Option<Box<dyn Read>> {
        None
    }
}

/// What an exporter knows besides the tasks.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The project's configuration.
    pub config: &'a Config,
    /// Now, in microseconds since 1970-01-01 UTC.
    pub now: i64,
    /// Files that tasks refer to.
    pub media: &'a dyn Media,
    /// Whether files go into the archive.
    pub download_resources: bool,
    /// Whether text that a spreadsheet would run as a formula gets an apostrophe (SEC-168).
    pub formula_escape: bool,
    /// Whether what the reference loses or bends is kept, where the format can hold it (see [`Exporter::exact`]).
    pub exact: bool,
    /// Whether tracks of boxes on video get the frames between their key frames (`interpolate_key_frames`).
    pub interpolate: bool,
    /// What the archive's `labelkeep-manifest.json` says; none: there is none.
    pub manifest: Option<&'a Manifest>,
}

/// What came of an export: items in = items out + drops.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// Tasks, or annotations where the format has an item for each.
    pub items_in: u64,
    /// Of these, what is in the file.
    pub items_out: u64,
    /// Why others are not, and how many.
    pub drops: Vec<(String, u64)>,
    /// What is missing of items that are in the file (regions, pictures), and how often.
    pub losses: Vec<(String, u64)>,
}

impl Report {
    /// Counts an item that is not in the file.
    pub(crate) fn dropped(&mut self, reason: &str) {
        add(&mut self.drops, reason, 1);
    }

    /// Counts what another report counts, too.
    fn add(&mut self, other: Report) {
        self.items_in += other.items_in;
        self.items_out += other.items_out;
        for (reason, number) in other.drops {
            add(&mut self.drops, &reason, number);
        }
        for (reason, number) in other.losses {
            add(&mut self.losses, &reason, number);
        }
    }

    /// Counts parts that are missing of an item that is in the file.
    pub(crate) fn lost(&mut self, reason: &str, number: u64) {
        if number > 0 {
            add(&mut self.losses, reason, number);
        }
    }
}

fn add(counts: &mut Vec<(String, u64)>, reason: &str, number: u64) {
    match counts.iter_mut().find(|(known, _)| known == reason) {
        Some((_, known)) => *known += number,
        None => counts.push((reason.to_owned(), number)),
    }
}

/// One format.
pub trait Exporter: Send + Sync {
    /// The name on the wire.
    fn name(&self) -> &'static str;
    /// The name for people.
    fn title(&self) -> &'static str;
    /// What it is good for.
    fn description(&self) -> &'static str;
    /// Kinds of data for which it is known.
    fn tags(&self) -> &'static [&'static str] {
        &[]
    }
    /// `json`, `csv`, `conll` or `zip`, and the like.
    fn extension(&self) -> &'static str;
    /// What [`Context::exact`] changes, for people; `None` when it changes nothing.
    fn exact(&self) -> Option<&'static str> {
        None
    }
    /// Whether it can say anything about tasks of this configuration.
    fn supports(&self, config: &Config) -> bool;
    /// Writes the file.
    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError>;
}

/// All formats in the order of the catalogue.
pub fn exporters() -> &'static [&'static dyn Exporter] {
    &[
        &json::Json,
        &json_min::JsonMin,
        &table::Table::CSV,
        &table::Table::TSV,
        &conll::Conll,
        &coco::Coco { with_images: false },
        &coco::Coco { with_images: true },
        &voc::Voc,
        &yolo::Yolo {
            turned: false,
            with_images: false,
        },
        &yolo::Yolo {
            turned: false,
            with_images: true,
        },
        &yolo::Yolo {
            turned: true,
            with_images: false,
        },
        &yolo::Yolo {
            turned: true,
            with_images: true,
        },
        &brush_files::BrushFiles { png: false },
        &brush_files::BrushFiles { png: true },
        &asr::AsrManifest,
        &brush_coco::BrushCoco,
        &doclang::DocLang,
        // Beyond the reference.
        &jsonl::JsonLines,
        &parquet::Parquet,
        &hugging_face::HuggingFace,
        &nlp::SpacyLines,
        &nlp::ProdigyLines,
        &conll_tags::Tagged::IOB,
        &conll_tags::Tagged::IOBES,
        &conll_tags::Tagged::UNIVERSAL,
        &conll_tags::Tagged::UNIVERSAL_IOBES,
        &brat::Brat,
        &coco_more::CocoKeypoints,
        &coco_more::CocoPanoptic,
        &ultralytics::Segment,
        &ultralytics::Pose,
        &ultralytics::Classify,
        &voc_masks::VocMasks,
        &cvat::Cvat,
        &datumaro::Datumaro,
        &labelme::LabelMe,
        &geojson::GeoJson,
        &mot::Mot,
        &timed::WebVtt,
        &timed::SubRip,
        &timed::TextGrid,
        &w3c::WebAnnotation,
    ]
}

/// The format of a name.
pub fn exporter(name: &str) -> Option<&'static dyn Exporter> {
    exporters().iter().copied().find(|exporter| exporter.name() == name)
}

/// The extension of the file that [`write`] makes: with a manifest every format is an archive.
pub fn extension(exporter: &dyn Exporter, manifest: bool) -> &'static str {
    if manifest { "zip" } else { exporter.extension() }
}

/// Writes the file, in an archive with its manifest when the context has one.
pub fn write(
    exporter: &dyn Exporter,
    context: &Context<'_>,
    source: &mut Source<'_>,
    out: &mut dyn Write,
) -> Result<Report, ExportError> {
    if !context.interpolate {
        return write_tasks_of(exporter, context, source, out);
    }
    let unfilled = interpolate::Unfilled::default();
    let mut filled = || -> Tasks<'_> {
        unfilled.reset();
        Box::new(source().map(|task| task.map(|task| interpolate::fill(task, &unfilled))))
    };
    let mut report = write_tasks_of(exporter, context, &mut filled, out)?;
    unfilled.tell(&mut report);
    Ok(report)
}

fn write_tasks_of(
    exporter: &dyn Exporter,
    context: &Context<'_>,
    source: &mut Source<'_>,
    out: &mut dyn Write,
) -> Result<Report, ExportError> {
    if context.manifest.is_none() || exporter.extension() == "zip" {
        return exporter.export(context, source, out);
    }
    let mut archive = archive::Archive::new(out, context)?;
    archive.start_file(
        format!("result.{}", exporter.extension()),
        archive::large_text_options(),
    )?;
    let bare = Context {
        manifest: None,
        ..*context
    };
    let report = exporter.export(&bare, source, &mut archive)?;
    archive.finish(&report)?;
    Ok(report)
}

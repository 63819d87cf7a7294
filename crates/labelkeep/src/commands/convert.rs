//! `labelkeep convert`: data sets and exports from one format to another, without any server.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use labelkeep_formats::datasets::{self, Directory, Reading};
use labelkeep_formats::export::{self, Context, Exporter, Kept, Manifest, Media, Report, StoredTasks, Tasks};
use labelkeep_formats::import::{Limits, TaskItem, is_archive, unpack};
use labelkeep_labeling::Config;
use labelkeep_services::Progress;

use super::bar::Bar;

/// The grammar.
pub(crate) fn grammar() -> Command {
    let kinds: Vec<&str> = datasets::datasets().iter().map(|kind| kind.name()).collect();
    let formats: Vec<String> = export::exporters()
        .iter()
        .map(|format| format.name().to_lowercase())
        .collect();
    Command::new("convert")
        .about("Convert annotated data from one format to another, without a server")
        .after_help(format!(
            "From: json (an export of tasks, also JSON Lines), {}\nTo: {}",
            kinds.join(", "),
            formats.join(", ")
        ))
        .arg(
            Arg::new("in")
                .value_name("IN")
                .required(true)
                .value_parser(clap::value_parser!(PathBuf))
                .help("A file, a folder, or an archive (zip, tar, tgz, gz)"),
        )
        .arg(Arg::new("from").long("from").value_name("FORMAT").required(true))
        .arg(Arg::new("to").long("to").value_name("FORMAT").required(true))
        .arg(
            Arg::new("out")
                .short('o')
                .long("out")
                .value_name("OUT")
                .required(true)
                .value_parser(clap::value_parser!(PathBuf))
                .help("The file that is made; it must not be there yet"),
        )
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("XML")
                .value_parser(clap::value_parser!(PathBuf))
                .help("The labeling configuration; without it, one for what the data hold"),
        )
        .arg(
            Arg::new("force")
                .long("force")
                .action(ArgAction::SetTrue)
                .help("Replace a file that is there"),
        )
        .arg(
            Arg::new("exact")
                .long("exact")
                .action(ArgAction::SetTrue)
                .help("Keep what the format can hold although other programs lose or bend it"),
        )
        .arg(
            Arg::new("interpolate-key-frames")
                .long("interpolate-key-frames")
                .action(ArgAction::SetTrue)
                .help("Give tracks of boxes on video all frames, not their key frames alone"),
        )
        .arg(
            Arg::new("manifest")
                .long("manifest")
                .action(ArgAction::SetTrue)
                .help("Put labelkeep-manifest.json beside the files"),
        )
}

/// Runs it. What is lost is said on standard error.
pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let (input, out) = (
        path("in").context("IN is missing")?,
        path("out").context("OUT is missing")?,
    );
    let exporter = export::exporter(&text("to").to_uppercase()).with_context(|| {
        format!(
            "--to {}: there is no such format; see labelkeep convert --help",
            text("to")
        )
    })?;
    if out.exists() && !matches.get_flag("force") {
        bail!("{} is there already; --force replaces it", out.display());
    }
    let config = path("config").map(|path| read_config(&path)).transpose()?;
    let scratch = Scratch::new()?;
    let (folder, from) = (open(&input, &scratch)?, text("from").to_lowercase());
    let (tasks, config) = if from == "json" || from == "jsonl" {
        let name = datasets::Folder::names(&folder)
            .into_iter()
            .next()
            .context("IN holds no file")?;
        let config =
            config.context("--from json needs --config: an export does not hold the labeling configuration")?;
        (
            Input::Stored(folder.path(&name).context("IN holds no file")?.to_owned()),
            config,
        )
    } else {
        // Formats of pictures copy what has an address here; an export of tasks keeps the names.
        let ours = exporter.extension() == "zip";
        let known = config.as_ref().map(|(_, config)| config);
        let (kept, report, proposal) = read(&from, &folder, known, ours)?;
        say("in", &report);
        let config = match config {
            Some(config) => config,
            None => parsed(proposal.context("The data set holds nothing")?)?,
        };
        (Input::Kept(RefCell::new(kept)), config)
    };
    if !exporter.supports(&config.1) {
        bail!(
            "--to {}: it cannot hold what the data set has; docs/formats.md says what fits which setup",
            text("to")
        );
    }
    let report = write(exporter, &tasks, &folder, &config, &out, matches)?;
    say("out", &report);
    println!(
        "{} of {} items are in {}",
        report.items_out,
        report.items_in,
        out.display()
    );
    Ok(())
}

/// The text and what it means.
type Configuration = (String, Config);

fn parsed(text: String) -> anyhow::Result<Configuration> {
    let config = Config::parse(&text).map_err(|errors| {
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the labeling configuration: {}", texts.join("; "))
    })?;
    Ok((text, config))
}

fn read_config(path: &Path) -> anyhow::Result<Configuration> {
    parsed(std::fs::read_to_string(path).with_context(|| path.display().to_string())?)
}

enum Input {
    /// Tasks of a data set.
    Kept(RefCell<Kept>),
    /// An export.
    Stored(PathBuf),
}

/// A folder that goes when the program is done.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Scratch> {
        let path = std::env::temp_dir().join(format!("labelkeep-convert-{}", std::process::id()));
        std::fs::create_dir(&path).with_context(|| path.display().to_string())?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(input: &Path, scratch: &Scratch) -> anyhow::Result<Directory> {
    let name = input
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    if input.is_file() && is_archive(&name) {
        let file = File::open(input).with_context(|| input.display().to_string())?;
        return Ok(unpack(file, &name, &scratch.0, Limits::default())?);
    }
    Directory::of(input).with_context(|| input.display().to_string())
}

fn read(
    from: &str,
    folder: &Directory,
    config: Option<&Config>,
    ours: bool,
) -> anyhow::Result<(Kept, Report, Option<String>)> {
    let kind = datasets::dataset(from)
        .with_context(|| format!("--from {from}: there is no such format; see labelkeep convert --help"))?;
    let mut kept = Kept::new()?;
    let progress = Progress::default();
    let bar = Bar::show("read", &progress);
    let mut failure = None;
    let beside = Beside { folder };
    let media = |name: &str| match beside.find(name) {
        Some(_) if ours => format!("{ADDRESS}{}", name.replace('%', "%25")),
        _ => name.to_owned(),
    };
    let mut sink = |item: TaskItem| {
        kept.put(item).map_err(|error| {
            failure = Some(error);
            labelkeep_formats::import::ImportError::Stopped
        })?;
        progress.step();
        Ok(())
    };
    let (outcome, report, proposal) = {
        let mut reading = Reading::new(folder, config, &media, &mut sink);
        let outcome = reading.read(kind);
        (outcome, reading.report, reading.proposal.label_config())
    };
    if let Some(error) = failure {
        return Err(error.into());
    }
    outcome?;
    bar.end();
    Ok((kept, report, proposal))
}

fn write(
    exporter: &dyn Exporter,
    tasks: &Input,
    folder: &Directory,
    (text, config): &Configuration,
    out: &Path,
    matches: &ArgMatches,
) -> anyhow::Result<Report> {
    let manifest = matches.get_flag("manifest").then(|| Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        format: exporter.name().to_owned(),
        project: serde_json::Value::Null,
        label_config: text.clone(),
        filter: serde_json::json!({ "exact": matches.get_flag("exact") }),
    });
    let media = Beside { folder };
    let context = Context {
        config,
        now: chrono::Utc::now().timestamp_micros(),
        media: &media,
        download_resources: true,
        formula_escape: false,
        exact: matches.get_flag("exact"),
        interpolate: matches.get_flag("interpolate-key-frames"),
        manifest: manifest.as_ref(),
    };
    // The file has its name when it is whole.
    let part = out.with_extension("part");
    let mut file = BufWriter::with_capacity(
        256 * 1024,
        File::create(&part).with_context(|| part.display().to_string())?,
    );
    let progress = Progress::default();
    let bar = Bar::show("written", &progress);
    let source = || -> Tasks<'_> {
        progress.set_done(0);
        match tasks {
            Input::Kept(kept) => {
                let mut kept = kept.borrow_mut();
                progress.set_total(kept.number().unsigned_abs());
                kept.tasks()
            }
            Input::Stored(path) => match File::open(path) {
                Ok(file) => Box::new(StoredTasks::new(BufReader::with_capacity(256 * 1024, file))),
                Err(error) => Box::new(std::iter::once(Err(error.into()))),
            },
        }
    };
    let mut counted = || -> Tasks<'_> { Box::new(source().inspect(|_| progress.step())) };
    let outcome = export::write(exporter, &context, &mut counted, &mut file).and_then(|report| {
        file.flush()?;
        Ok(report)
    });
    match outcome {
        Ok(report) => {
            bar.end();
            std::fs::rename(&part, out).with_context(|| out.display().to_string())?;
            Ok(report)
        }
        Err(error) => {
            drop(bar);
            let _ = std::fs::remove_file(&part);
            Err(error.into())
        }
    }
}

/// Pictures of the data set, by their name or by the end of their path.
struct Beside<'a> {
    folder: &'a Directory,
}

/// What stands before the name of a picture that lies in the data set.
const ADDRESS: &str = "/data/upload/0/";

impl Beside<'_> {
    fn path(&self, url: &str) -> Option<&Path> {
        self.find(&url.strip_prefix(ADDRESS)?.replace("%25", "%"))
    }

    fn find(&self, url: &str) -> Option<&Path> {
        let base = url.rsplit('/').next()?;
        ["", "images/", "JPEGImages/", "train/", "data/"]
            .iter()
            .find_map(|before| {
                self.folder
                    .path(&format!("{before}{url}"))
                    .or_else(|| self.folder.path(&format!("{before}{base}")))
            })
    }
}

impl Media for Beside<'_> {
    fn size(&self, url: &str) -> Option<(u32, u32)> {
        labelkeep_formats::picture_size(File::open(self.path(url)?).ok()?)
    }

    fn open(&self, url: &str) -> Option<Box<dyn Read>> {
        File::open(self.path(url)?)
            .ok()
            .map(|file| Box::new(file) as Box<dyn Read>)
    }
}

/// What is left out, and how often.
fn say(way: &str, report: &Report) {
    for (text, number) in report.drops.iter().chain(&report.losses) {
        eprintln!("left out on the way {way}: {number} × {text}");
    }
}

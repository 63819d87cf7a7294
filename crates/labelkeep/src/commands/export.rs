//! `labelkeep export`: a project of the data folder into a file, whether a server runs on it or not.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use labelkeep::options::{self, Values};
use labelkeep::{Config, open_beside};
use labelkeep_services::access::{self, Action};
use labelkeep_services::data_manager::views;
use labelkeep_services::export::{self, Options, Report, Selection};
use labelkeep_services::{Progress, Services};

use super::bar::Bar;
use super::{DATA, in_the_name_of, missing_project, plain, project, reason, runtime, stops, why};

/// The grammar.
pub(crate) fn grammar() -> Command {
    let formats: Vec<String> = labelkeep_formats::export::exporters()
        .iter()
        .map(|format| format.name().to_lowercase())
        .collect();
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("export")
        .about("Write a project's annotated data to a file, beside a running server or without one")
        .after_help(format!("Formats: {}", formats.join(", ")))
        .args(options::arguments(&DATA))
        .arg(project())
        .arg(in_the_name_of())
        .arg(why())
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .default_value("json")
                .help("See below; docs/formats.md says what each holds"),
        )
        .arg(
            Arg::new("out")
                .short('o')
                .long("out")
                .value_name("OUT")
                .value_parser(clap::value_parser!(PathBuf))
                .help("The file that is made, - for standard output; without it, a name that tells project and time"),
        )
        .arg(switch("force", "Replace a file that is there"))
        .arg(switch("all-tasks", "Tasks without annotations, too"))
        .arg(
            Arg::new("tasks")
                .long("tasks")
                .value_name("ID,ID,…")
                .value_delimiter(',')
                .value_parser(clap::value_parser!(i64))
                .help("Only these tasks"),
        )
        .arg(
            Arg::new("view")
                .long("view")
                .value_name("ID")
                .value_parser(clap::value_parser!(i64))
                .help("Only tasks that this view of the data manager shows"),
        )
        .arg(switch("no-media", "Leave pictures and sounds out of archives"))
        .arg(switch(
            "exact",
            "Keep what the format can hold although other programs lose or bend it",
        ))
        .arg(switch(
            "interpolate-key-frames",
            "Give tracks of boxes on video all frames, not their key frames alone",
        ))
        .arg(switch(
            "formula-escape",
            "Put an apostrophe before cells that a spreadsheet would run",
        ))
        .arg(switch("manifest", "Put labelkeep-manifest.json beside the files"))
}

/// Runs it. What the format leaves out is said on standard error.
pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let format = matches.get_one::<String>("format").cloned().unwrap_or_default();
    if labelkeep_formats::export::exporter(&format.to_uppercase()).is_none() {
        bail!("--format {format}: there is no such format; see labelkeep export --help");
    }
    let out = matches.get_one::<PathBuf>("out");
    if let Some(out) = out
        && out.exists()
        && !matches.get_flag("force")
        && !is_standard_output(out)
    {
        bail!("{} is there already; --force replaces it", out.display());
    }
    let config = Config::for_commands(&Values::collect(matches, std::env::vars_os())?)?;
    runtime()?.block_on(async {
        let beside = open_beside(config, false).await?;
        let outcome = work(&beside.services, matches, format.to_uppercase()).await;
        beside.close().await;
        outcome
    })
}

async fn work(services: &Services, matches: &ArgMatches, format: String) -> anyhow::Result<()> {
    let id = matches.get_one::<i64>("project").copied().unwrap_or_default();
    let email = matches.get_one::<String>("as").map(String::as_str);
    let project = access::console_project(services, email, id, Action::Export, reason(matches))
        .await
        .map_err(|error| missing_project(error, id))?;
    let fits = export::catalog(services, &project).map_err(plain)?;
    if fits.iter().any(|one| one.name == format && one.disabled) {
        let names: Vec<String> = fits
            .iter()
            .filter(|one| !one.disabled)
            .map(|one| one.name.to_lowercase())
            .collect();
        bail!(
            "--format {}: it cannot hold what this project labels; these can: {}",
            format.to_lowercase(),
            names.join(", ")
        );
    }
    let view = match matches.get_one::<i64>("view") {
        Some(number) => {
            let (of, view) = views::find(services, project.actor().clone(), *number)
                .await
                .map_err(plain)?;
            if of.row().id != id {
                bail!("--view {number}: it is no view of project {id}");
            }
            Some(view.wanted().to_json())
        }
        None => None,
    };
    let options = Options {
        format,
        all_tasks: matches.get_flag("all-tasks"),
        ids: matches.get_many::<i64>("tasks").map(|ids| ids.copied().collect()),
        download_resources: !matches.get_flag("no-media"),
        formula_escape: matches.get_flag("formula-escape"),
        exact: matches.get_flag("exact"),
        manifest: matches.get_flag("manifest"),
        selection: Selection {
            view,
            interpolate: matches.get_flag("interpolate-key-frames"),
            ..Selection::default()
        },
    };
    let progress = Progress::default();
    let bar = Bar::show("written", &progress);
    let mut target = Target::default();
    let given = matches.get_one::<PathBuf>("out").cloned();
    let opened = |name: &str| target.open(given.unwrap_or_else(|| PathBuf::from(name)));
    let work = export::write_to(services, project, options, opened, &progress);
    let outcome = stops(&progress, work).await;
    match outcome {
        Ok(report) => {
            bar.end();
            let place = target.keep()?;
            say(&report);
            eprintln!("{} of {} items are in {place}", report.items_out, report.items_in);
            Ok(())
        }
        Err(error) => {
            drop(bar);
            target.forget();
            Err(plain(error))
        }
    }
}

/// What is left out, and how often.
fn say(report: &Report) {
    for (text, number) in report.drops.iter().chain(&report.losses) {
        eprintln!("left out: {number} × {text}");
    }
}

fn is_standard_output(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file that has its name when it is whole.
#[derive(Default)]
struct Target {
    paths: Option<(PathBuf, PathBuf)>,
}

impl Target {
    fn open(&mut self, out: PathBuf) -> std::io::Result<Box<dyn Write + Send>> {
        if is_standard_output(&out) {
            return Ok(Box::new(BufWriter::with_capacity(256 * 1024, std::io::stdout())));
        }
        let mut part = out.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part)?;
        self.paths = Some((part, out));
        Ok(Box::new(BufWriter::with_capacity(256 * 1024, file)))
    }

    fn keep(self) -> anyhow::Result<String> {
        let Some((part, out)) = self.paths else {
            return Ok("standard output".to_owned());
        };
        std::fs::rename(&part, &out).with_context(|| out.display().to_string())?;
        Ok(out.display().to_string())
    }

    fn forget(self) {
        if let Some((part, _)) = self.paths {
            let _ = std::fs::remove_file(part);
        }
    }
}

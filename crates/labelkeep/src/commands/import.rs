//! `labelkeep import`: files into a project of the data folder, whether a server runs on it or not.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use labelkeep::options::{self, Values};
use labelkeep::{Config, open_beside};
use labelkeep_formats::datasets::{self, Directory, Folder as _};
use labelkeep_services::access::{self, Action};
use labelkeep_services::import::{self, Options, Source, Summary};
use labelkeep_services::uploads::{self, Incoming};
use labelkeep_services::{Progress, Services};

use super::bar::{Bar, grouped};
use super::{DATA, in_the_name_of, missing_project, plain, project, reason, runtime, stops, why};

/// The grammar.
pub(crate) fn grammar() -> Command {
    let kinds: Vec<&str> = datasets::datasets().iter().map(|kind| kind.name()).collect();
    Command::new("import")
        .about("Read files into a project as if they had been picked in the browser, beside a running server or without one")
        .after_help(format!(
            "Formats of annotated data sets: {}.\nWithout --format each file is read by its extension, archives file by file. \
             All of it comes in, or nothing: what fails or is interrupted is taken back.",
            kinds.join(", ")
        ))
        .args(options::arguments(&DATA))
        .arg(project())
        .arg(
            Arg::new("files")
                .value_name("FILES")
                .required(true)
                .num_args(1..)
                .value_parser(clap::value_parser!(PathBuf))
                .help("Files, archives, and folders with all that is in them"),
        )
        .arg(in_the_name_of())
        .arg(why())
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .help("The files are one annotated data set of this kind"),
        )
        .arg(
            Arg::new("as-predictions")
                .long("as-predictions")
                .value_name("VERSION")
                .requires("format")
                .help("Its answers become predictions of this model version, not annotations"),
        )
        .arg(
            Arg::new("preannotated-from-fields")
                .long("preannotated-from-fields")
                .value_name("KEY,KEY,…")
                .value_delimiter(',')
                .help("Data keys that become a prediction"),
        )
        .arg(
            Arg::new("files-as-tasks")
                .long("files-as-tasks")
                .action(ArgAction::SetTrue)
                .help("A CSV, TSV or TXT file is one task (a time series, a document), not a list of tasks"),
        )
}

/// Runs it.
pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let format = matches.get_one::<String>("format").map(|format| format.to_lowercase());
    if let Some(format) = &format
        && datasets::dataset(format).is_none()
    {
        bail!("--format {format}: there is no such format; see labelkeep import --help");
    }
    let mut files = Vec::new();
    for path in matches.get_many::<PathBuf>("files").into_iter().flatten() {
        files.extend(found(path)?);
    }
    if files.is_empty() {
        bail!("there is no file in what was named");
    }
    let config = Config::for_commands(&Values::collect(matches, std::env::vars_os())?)?;
    runtime()?.block_on(async {
        let beside = open_beside(config, false).await?;
        let outcome = work(&beside.services, matches, format, files).await;
        let server_runs = beside.server_runs;
        beside.close().await;
        told(&outcome?, server_runs);
        Ok(())
    })
}

/// The files of a path, by the names that a data set gives them.
fn found(path: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    if !path.exists() {
        bail!("{}: there is no such file", path.display());
    }
    let folder = Directory::of(path).with_context(|| path.display().to_string())?;
    let place = |name: String| folder.path(&name).map(|path| (name.clone(), path.to_owned()));
    Ok(folder.names().into_iter().filter_map(place).collect())
}

async fn work(
    services: &Services,
    matches: &ArgMatches,
    format: Option<String>,
    files: Vec<(String, PathBuf)>,
) -> anyhow::Result<Summary> {
    let id = matches.get_one::<i64>("project").copied().unwrap_or_default();
    let email = matches.get_one::<String>("as").map(String::as_str);
    let project = access::console_project(services, email, id, Action::Import, reason(matches))
        .await
        .map_err(|error| missing_project(error, id))?;
    let texts = |name: &str| -> Vec<String> {
        let values = matches.get_many::<String>(name).into_iter().flatten();
        values.map(|text| text.trim().to_owned()).collect()
    };
    let options = Options {
        dataset: format,
        as_predictions: matches.get_one::<String>("as-predictions").cloned(),
        preannotated_from_fields: texts("preannotated-from-fields"),
        files_as_tasks_list: !matches.get_flag("files-as-tasks"),
        ..Options::default()
    };
    let services_in = services.clone();
    let copied = tokio::task::spawn_blocking(move || -> anyhow::Result<Vec<Incoming>> {
        let mut incoming = Vec::with_capacity(files.len());
        for (name, path) in files {
            let file = uploads::copied(&services_in, &name, &path).map_err(plain);
            incoming.push(file.with_context(|| path.display().to_string())?);
        }
        Ok(incoming)
    });
    let incoming = copied.await??;
    let progress = Progress::default();
    let bar = Bar::show("read", &progress);
    let outcome = stops(
        &progress,
        import::watched(services, project, Source::Files(incoming), options, &progress),
    )
    .await;
    match outcome {
        Ok(summary) => {
            progress.set_done(summary.task_count);
            bar.end();
            Ok(summary)
        }
        Err(error) => {
            drop(bar);
            Err(plain(error))
        }
    }
}

/// What came in, and what was noticed.
fn told(summary: &Summary, server_runs: bool) {
    for (text, number) in &summary.warnings {
        eprintln!("{number} × {text}");
    }
    println!(
        "{} tasks, {} annotations and {} predictions came in.",
        grouped(summary.task_count),
        grouped(summary.annotation_count),
        grouped(summary.prediction_count)
    );
    if let Some(config) = &summary.proposed_config {
        println!("A labeling configuration for what the data set holds:\n{config}");
    }
    if server_runs {
        println!("The running server shows them now.");
    }
}

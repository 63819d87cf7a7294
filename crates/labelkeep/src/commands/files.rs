//! `labelkeep files …`

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use labelkeep::Config;
use labelkeep::options::{self, Values};
use labelkeep_services::{Progress, files};

use super::{runtime, stops};

/// The grammar.
pub(crate) fn grammar() -> Command {
    Command::new("files")
        .about("Where uploads, snapshots of exports and pictures of people lie")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("move")
                .about("Copy the files of the data folder into the bucket of STORAGE_TYPE; done twice it does no harm")
                .args(options::arguments(&["BASE_DATA_DIR"]))
                .arg(
                    Arg::new("remove")
                        .long("remove")
                        .action(ArgAction::SetTrue)
                        .help("Remove each from the data folder when it is in the bucket"),
                ),
        )
}

/// Runs it.
pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(("move", matches)) = matches.subcommand() else {
        bail!("name a command; see labelkeep files --help");
    };
    let config = Config::for_commands(&Values::collect(matches, std::env::vars_os())?)?;
    let files = config.services.files;
    let removes = matches.get_flag("remove");
    runtime()?.block_on(async {
        files
            .check()
            .await
            .context("the bucket of STORAGE_TYPE cannot be used")?;
        let progress = Progress::default();
        let moved = stops(&progress, files::move_in(&files, removes, &progress)).await?;
        println!("{} files with {} bytes are in the bucket.", moved.files, moved.bytes);
        if progress.is_cancelled() {
            bail!("stopped before the end; begin again to go on");
        }
        Ok(())
    })
}

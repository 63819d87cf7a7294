//! What the command line can do besides serving.

mod bar;
pub(crate) mod convert;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod user;

use std::future::Future;

use clap::{Arg, ArgMatches};
use labelkeep_services::{Progress, ServiceError};
use tokio::signal::unix::{SignalKind, signal};

/// Settings that say where the data is.
const DATA: [&str; 2] = ["BASE_DATA_DIR", "DATABASE_NAME"];

/// The number of a project.
fn project() -> Arg {
    Arg::new("project")
        .value_name("PROJECT")
        .required(true)
        .value_parser(clap::value_parser!(i64))
        .help("The project's number, as in its address")
}

/// Who a command works as.
fn in_the_name_of() -> Arg {
    Arg::new("as")
        .long("as")
        .value_name("EMAIL")
        .help("In the name of this member and with their rights; without it, in that of an owner")
}

/// Why a command reaches for what belongs to others.
fn why() -> Arg {
    Arg::new("reason")
        .long("reason")
        .value_name("TEXT")
        .help("Why; needed where the project is not of the organization whose server it is. Its owners are told")
}

fn reason(matches: &ArgMatches) -> Option<&str> {
    matches.get_one::<String>("reason").map(String::as_str)
}

/// Waits for more than one thing at a time, as long work does: it reads, writes and looks at the clock.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}

/// Does the work; the first signal cancels it, and it takes back what it has done. The second ends the program.
async fn stops<T>(progress: &Progress, work: impl Future<Output = T>) -> T {
    let watch = async {
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return std::future::pending().await;
        };
        let mut first = true;
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if !std::mem::take(&mut first) {
                std::process::exit(130);
            }
            progress.cancel();
        }
    };
    tokio::select! {
        done = work => done,
        () = watch => unreachable!("the watch has no end"),
    }
}

/// The error in one line; fields are known by the command.
fn plain(error: ServiceError) -> anyhow::Error {
    match error {
        ServiceError::Invalid(invalid) => {
            let texts: Vec<&str> = invalid
                .fields
                .iter()
                .flat_map(|(_, texts)| texts.iter().map(String::as_str))
                .collect();
            anyhow::anyhow!(texts.join(" "))
        }
        error => error.into(),
    }
}

/// The same where a project was looked for.
fn missing_project(error: ServiceError, id: i64) -> anyhow::Error {
    match error {
        ServiceError::NotFound("Project") => anyhow::anyhow!("there is no project {id}"),
        error => plain(error),
    }
}

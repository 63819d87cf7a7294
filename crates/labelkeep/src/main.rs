//! The command line. What it can do is in `commands`; what can be set is in the options table of the library.

#![allow(clippy::print_stdout, clippy::print_stderr)] // This is the one place that talks to a person at a terminal.

mod commands;

use std::path::PathBuf;
use std::process::ExitCode;

use labelkeep::certificates::Report;
use labelkeep::options::{self, Values};
use labelkeep::{Config, begin_logging, start};
use tokio::signal::unix::{SignalKind, signal};

// The system's allocator stays. Measured on one machine: idle 15 MiB, and 18 MiB a second after a sign-in, whose password
// hash takes 64 MiB for a moment; with mimalloc 25 MiB, and 97 MiB until later requests make it give the block back.
fn main() -> ExitCode {
    let matches = options::command()
        .subcommand(commands::user::grammar())
        .subcommand(commands::convert::grammar())
        .subcommand(commands::export::grammar())
        .subcommand(commands::files::grammar())
        .subcommand(commands::health::grammar())
        .subcommand(commands::import::grammar())
        .subcommand(commands::keys::grammar())
        .get_matches_from(options::normalize(std::env::args()));
    let outcome = match matches.subcommand() {
        Some(("start", matches)) => Values::collect(matches, std::env::vars_os()).and_then(serve),
        Some(("audit", matches)) => return audit(matches),
        Some(("security", matches)) => security(matches),
        Some(("user", matches)) => commands::user::run(matches),
        Some(("convert", matches)) => commands::convert::run(matches),
        Some(("export", matches)) => commands::export::run(matches),
        Some(("files", matches)) => commands::files::run(matches),
        Some(("health", matches)) => commands::health::run(matches),
        Some(("import", matches)) => commands::import::run(matches),
        Some(("certificate", matches)) => Values::collect(matches, std::env::vars_os()).and_then(certificate),
        Some(("keys", matches)) => commands::keys::run(matches),
        Some(("options", _)) => {
            print!("{}", options::markdown());
            Ok(())
        }
        Some(("permissions", _)) => {
            print!("{}", labelkeep::permissions::markdown());
            Ok(())
        }
        _ => {
            println!(
                "Labelkeep {}, compatible with Label Studio 1.23.2",
                env!("CARGO_PKG_VERSION")
            );
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line: what was wrong, and where.
            eprintln!("labelkeep: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// `labelkeep audit …`: 0 when nothing is wrong, 1 when the log was tampered with, 2 when that cannot be said.
fn audit(matches: &clap::ArgMatches) -> ExitCode {
    let outcome = match matches.subcommand() {
        Some(("verify", matches)) => Values::collect(matches, std::env::vars_os()).and_then(|values| {
            let file = matches.get_one::<String>("checkpoints").map(PathBuf::from);
            let (report, ok) = labelkeep::audit::verify(&values, file, matches.get_flag("json"))?;
            print!("{report}");
            Ok(ok)
        }),
        Some(("export", matches)) => Values::collect(matches, std::env::vars_os()).and_then(|values| {
            let organization = matches.get_one::<i64>("organization").copied();
            labelkeep::audit::export(&values, organization, &mut std::io::stdout().lock())?;
            Ok(true)
        }),
        _ => Ok(false),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("labelkeep: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// `labelkeep certificate`: what the server shows, or would show at its start.
fn certificate(values: Values) -> anyhow::Result<()> {
    let config = Config::read(&values)?;
    print!(
        "{}",
        Report::read(&config.listening, &config.data_folder, &config.roots)?
    );
    Ok(())
}

/// `labelkeep security report`
fn security(matches: &clap::ArgMatches) -> anyhow::Result<()> {
    if let Some(("report", matches)) = matches.subcommand() {
        print!(
            "{}",
            labelkeep::report::words(&Values::collect(matches, std::env::vars_os())?)?
        );
    }
    Ok(())
}

fn serve(values: Values) -> anyhow::Result<()> {
    // Whatever the server writes is its owner's alone (SEC-253); before there is a second thread.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let config = Config::read(&values)?;
    begin_logging(&config.log);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            // Before anything is said: who reads that the server is ready may end it at once.
            let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            let data = config.data_summary();
            let running = start(config).await?;
            greet(&running, &data);
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            // A second signal does not wait for open requests.
            tokio::select! {
                () = running.stop() => {}
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            Ok(())
        })
}

fn greet(running: &labelkeep::Running, data: &str) {
    println!("Labelkeep {} is ready: {}", env!("CARGO_PKG_VERSION"), running.url);
    if let Some(fingerprint) = &running.fingerprint {
        println!(
            "Its certificate is generated: browsers ask before they trust it. SHA-256 fingerprint to compare: {fingerprint}"
        );
    }
    println!("Listens on {}. Data: {data}", ports(running));
    if let Some(link) = &running.first_account_link {
        println!("Nobody has an account yet. The first one is made with this link, within an hour: {link}");
    } else if running.needs_first_account {
        println!(
            "Nobody has an account yet: open {}/user/signup/ and make the first one. It owns this installation.",
            running.url
        );
    }
}

/// Every open port, and what is there (SEC-012).
fn ports(running: &labelkeep::Running) -> String {
    let product = if running.encrypted { "HTTPS" } else { "HTTP" };
    let mut ports = vec![format!("{} ({product})", running.address)];
    ports.extend(
        running
            .redirect
            .map(|address| format!("{address} (HTTP, leads to HTTPS)")),
    );
    ports.extend(
        running
            .monitoring
            .map(|address| format!("{address} (health and metrics)")),
    );
    ports.join(", ")
}

//! `labelkeep health`: what a container asks that has no other program in it.

use anyhow::{Context as _, bail};
use clap::{ArgMatches, Command};
use labelkeep::listening::Listening;
use labelkeep::options::Values;
use labelkeep_net::own_health;

/// The grammar.
pub(crate) fn grammar() -> Command {
    Command::new("health")
        .about("Ask the server beside it, at LABELKEEP_MONITORING_PORT, whether it is well (exit 1 if not)")
}

/// Reads the settings of the server, and asks it.
pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let listening = Listening::read(&Values::collect(matches, std::env::vars_os())?)?;
    let port = listening
        .monitoring
        .context("LABELKEEP_MONITORING_PORT is missing: health is asked at that port")?;
    let (status, body) = own_health::ask(port).with_context(|| format!("the server does not answer at {port}"))?;
    if status != 200 {
        bail!("the server is not well: {status} {body}");
    }
    println!("{body}");
    Ok(())
}

//! `labelkeep keys …`

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use labelkeep::options::{self, Values};
use labelkeep::{Config, rotation};

/// Settings whose flags are the same here: where the data is.
const FLAGS: [&str; 2] = ["BASE_DATA_DIR", "DATABASE_NAME"];

/// The grammar.
pub(crate) fn grammar() -> Command {
    let command =
        |name: &'static str, about: &'static str| Command::new(name).about(about).args(options::arguments(&FLAGS));
    Command::new("keys")
        .about(
            "Master keys that seal secrets in the database, and keys that sign tokens, whether the server runs or not",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(command(
            "status",
            "Which keys there are, and how much each has sealed or signed",
        ))
        .subcommand(command("rotate", "Make a new key and seal everything again with it"))
        .subcommand(
            command("rotate-signing", "Make a new key that signs personal access tokens").arg(
                Arg::new("end-tokens")
                    .long("end-tokens")
                    .action(ArgAction::SetTrue)
                    .help("End all tokens of the old keys: somebody else may have one"),
            ),
        )
        .subcommand(command(
            "retire",
            "Remove keys that open nothing any more, and those whose tokens are over",
        ))
}

/// Runs one of them.
pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (name, matches) = matches
        .subcommand()
        .context("name a command; see labelkeep keys --help")?;
    let config = Config::for_commands(&Values::collect(matches, std::env::vars_os())?)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            match name {
                "status" => print!("{}", rotation::status(config).await?),
                "rotate" => rotation::rotate(config, &mut |text| println!("{text}")).await?,
                "rotate-signing" => {
                    println!(
                        "{}",
                        rotation::rotate_signing(config, matches.get_flag("end-tokens")).await?
                    );
                }
                "retire" => {
                    let gone = rotation::retire(config).await?;
                    if gone.is_empty() {
                        println!("every key is in use");
                    }
                    for id in gone {
                        println!("key {id} is removed");
                    }
                }
                other => bail!("{other} is not a command; see labelkeep keys --help"),
            }
            Ok(())
        })
}

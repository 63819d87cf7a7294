//! `labelkeep user …`: accounts from the command line, whether the server runs or not.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::pin::pin;

use anyhow::{Context as _, bail};
use chrono::{DateTime, SecondsFormat};
use clap::{Arg, ArgAction, ArgMatches, Command};
use futures_util::StreamExt as _;
use labelkeep::options::{self, Values};
use labelkeep::{Config, open_beside};
use labelkeep_crypt::Secret;
use labelkeep_services::Services;
use labelkeep_services::access::Role;
use labelkeep_services::accounts::{self, ConsolePerson, OneTimeLink, RoleChange};

use super::plain;

/// Settings whose flags are the same here: where the data is, and what links begin with.
const FLAGS: [&str; 4] = ["BASE_DATA_DIR", "DATABASE_NAME", "HOST", "PORT"];

/// The grammar.
pub(crate) fn grammar() -> Command {
    let email = || Arg::new("email").value_name("EMAIL").required(true);
    let command =
        |name: &'static str, about: &'static str| Command::new(name).about(about).args(options::arguments(&FLAGS));
    let role = Arg::new("role")
        .value_name("ROLE")
        .help("owner, administrator, manager, reviewer, annotator or member");
    Command::new("user")
        .about("Manage accounts; a running server notices within 5 seconds")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            command(
                "create",
                "Make an account; without a password it prints a one-time link to set one",
            )
            .arg(email())
            .arg(role.clone().long("role"))
            .arg(
                Arg::new("password-stdin")
                    .long("password-stdin")
                    .action(ArgAction::SetTrue)
                    .help("Read the password from standard input"),
            )
            .arg(
                Arg::new("password-file")
                    .long("password-file")
                    .value_name("FILE")
                    .conflicts_with("password-stdin")
                    .help("Read the password from a file"),
            )
            // Known only to be refused with a reason (SEC-066).
            .arg(Arg::new("password").long("password").num_args(0..=1).hide(true)),
        )
        .subcommand(
            command("list", "List accounts").arg(
                Arg::new("json")
                    .long("json")
                    .action(ArgAction::SetTrue)
                    .help("As a JSON array"),
            ),
        )
        .subcommand(
            command(
                "deactivate",
                "Keep somebody out: ends their sessions and revokes their tokens; their work stays",
            )
            .arg(email()),
        )
        .subcommand(command("activate", "Let somebody in again, with the role of before").arg(email()))
        .subcommand(
            command(
                "reset-password",
                "Print a one-time link by which somebody sets a new password",
            )
            .arg(email()),
        )
        .subcommand(
            command(
                "reset-factors",
                "Remove somebody's passkeys, authenticator apps and recovery codes, and end their sessions",
            )
            .arg(email()),
        )
        .subcommand(
            command(
                "erase",
                "Take away everything that says who somebody is, for good; their work stays, as that of nobody known",
            )
            .arg(email()),
        )
        .subcommand(
            command(
                "export",
                "Print all that is kept of somebody, and their work: a JSON object a line",
            )
            .arg(email()),
        )
        .subcommand(
            command("role", "Give somebody a role")
                .arg(email())
                .arg(role.required(true)),
        )
        .subcommand(command("make-owner", "Make somebody an owner; the other owners stay").arg(email()))
}

/// Runs one of them.
pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (name, matches) = matches
        .subcommand()
        .context("name a command; see labelkeep user --help")?;
    // Before anything is opened: what cannot be read needs no database.
    let password = match name {
        "create" => password(matches)?,
        _ => None,
    };
    let role = matches.try_get_one::<String>("role").ok().flatten();
    let role = role.map(|text| self::role(text)).transpose()?;
    let config = Config::for_commands(&Values::collect(matches, std::env::vars_os())?)?;
    let url = config.services.public_url.clone();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let beside = open_beside(config, name == "create").await?;
            let email = matches.try_get_one::<String>("email").ok().flatten();
            let wish = Wish {
                services: &beside.services,
                email: email.map(String::as_str).unwrap_or_default(),
                role,
                url: &url,
            };
            let outcome = match name {
                "create" => wish.create(password).await,
                "list" => wish.list(matches.get_flag("json")).await,
                "deactivate" => wish.change(RoleChange::To(Role::Deactivated)).await,
                "activate" => wish.change(RoleChange::Back).await,
                "reset-password" => wish.reset().await,
                "reset-factors" => wish.reset_factors().await,
                "erase" => wish.erase().await,
                "export" => wish.export().await,
                "role" => wish.change(RoleChange::To(role.unwrap_or(Role::Annotator))).await,
                "make-owner" => wish.change(RoleChange::To(Role::Owner)).await,
                other => bail!("{other} is not a command; see labelkeep user --help"),
            };
            let notices = outcome.is_ok() && !matches!(name, "list" | "export") && beside.server_runs;
            beside.close().await;
            outcome?;
            if notices {
                println!("The running server notices within 5 seconds.");
            }
            Ok(())
        })
}

/// What a command was given.
struct Wish<'a> {
    services: &'a Services,
    email: &'a str,
    role: Option<Role>,
    url: &'a str,
}

impl Wish<'_> {
    async fn create(&self, password: Option<Secret>) -> anyhow::Result<()> {
        let needs_link = password.is_none();
        let made = accounts::console_create(self.services, self.email, self.role, password).await;
        let (account, role) = made.map_err(plain)?;
        println!("{} is here as {}.", account.email, role.word());
        if needs_link {
            let link = accounts::console_link(self.services, &account.email)
                .await
                .map_err(plain)?;
            self.show(&link);
        }
        Ok(())
    }

    async fn list(&self, json: bool) -> anyhow::Result<()> {
        let people = accounts::console_list(self.services).await.map_err(plain)?;
        if json {
            let rows: Vec<_> = people.iter().map(row).collect();
            println!("{}", serde_json::to_string_pretty(&rows)?);
            return Ok(());
        }
        // Addresses hold no control characters; names could, so that they are left to --json.
        let width = people.iter().map(|person| person.account.email.chars().count()).max();
        for person in &people {
            println!(
                "{:width$}  {:13}  {}",
                person.account.email,
                person.role.word(),
                time(person.account.last_activity),
                width = width.unwrap_or_default()
            );
        }
        Ok(())
    }

    async fn change(&self, change: RoleChange) -> anyhow::Result<()> {
        let (before, now) = accounts::console_role(self.services, self.email, change)
            .await
            .map_err(plain)?;
        if before == now {
            println!("{} is {} already.", self.email, now.word());
        } else {
            println!("{} was {} and is {} now.", self.email, before.word(), now.word());
        }
        Ok(())
    }

    async fn reset_factors(&self) -> anyhow::Result<()> {
        let removed = accounts::console_reset_factors(self.services, self.email)
            .await
            .map_err(plain)?;
        match removed {
            0 => println!("{} had no second factor.", self.email),
            1 => println!(
                "The factor of {} is gone: the password is enough until they set one up.",
                self.email
            ),
            many => println!(
                "The {many} factors of {} are gone: the password is enough until they set one up.",
                self.email
            ),
        }
        Ok(())
    }

    async fn erase(&self) -> anyhow::Result<()> {
        let id = accounts::console_erase(self.services, self.email)
            .await
            .map_err(plain)?;
        println!("{} is erased. Their work is that of user {id} now.", self.email);
        Ok(())
    }

    async fn export(&self) -> anyhow::Result<()> {
        let lines = accounts::console_portrait(self.services, self.email)
            .await
            .map_err(plain)?;
        let mut lines = pin!(lines);
        let mut out = std::io::stdout().lock();
        while let Some(text) = lines.next().await {
            out.write_all(text.map_err(plain)?.as_bytes())?;
        }
        Ok(out.flush()?)
    }

    async fn reset(&self) -> anyhow::Result<()> {
        let link = accounts::console_link(self.services, self.email).await.map_err(plain)?;
        self.show(&link);
        Ok(())
    }

    fn show(&self, link: &OneTimeLink) {
        println!(
            "This link sets a password. It works once, until {}:",
            time(link.expires_at)
        );
        println!("{}{}", self.url, accounts::reset_path(&link.token));
    }
}

fn role(text: &str) -> anyhow::Result<Role> {
    let role = Role::ALL
        .into_iter()
        .find(|role| role.word() == text || role.code() == text)
        .filter(|role| *role != Role::Deactivated);
    role.with_context(|| format!("\"{text}\" is not one of owner, administrator, manager, reviewer, annotator, member"))
}

/// The password, from where others on the machine cannot read it (SEC-066).
fn password(matches: &ArgMatches) -> anyhow::Result<Option<Secret>> {
    if matches.contains_id("password") {
        bail!(
            "a password is not given as an argument, where everybody on the machine can read it; use --password-stdin or \
             --password-file FILE"
        );
    }
    let text = if matches.get_flag("password-stdin") {
        let mut text = String::new();
        std::io::stdin()
            .take(16 * 1024)
            .read_to_string(&mut text)
            .context("the password on standard input is not text")?;
        text
    } else if let Some(path) = matches.get_one::<String>("password-file").map(PathBuf::from) {
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?
    } else {
        return Ok(None);
    };
    // The end of the line is not part of it; anything else is.
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        bail!("the password is empty");
    }
    Ok(Some(Secret::new(text.to_owned())))
}

fn row(person: &ConsolePerson) -> serde_json::Value {
    serde_json::json!({
        "id": person.account.id,
        "email": person.account.email,
        "first_name": person.account.first_name,
        "last_name": person.account.last_name,
        "role": person.role.word(),
        "active": person.active,
        "last_activity": time(person.account.last_activity),
        "date_joined": time(person.account.date_joined),
    })
}

fn time(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
        .unwrap_or_default()
}

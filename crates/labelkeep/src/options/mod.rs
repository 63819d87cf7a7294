//! Settings as data: flags, environment variables, help and the page `docs/configuration.md` come from one table.
//!
//! A setting `X` is read from its flag, else from `LABEL_STUDIO_X`, `HEARTEX_X`, `X` in this order, so that existing
//! deployments work as they are. Our own start with `LABELKEEP_`, and an unknown name of that kind is an error: it is a typing mistake.

mod docs;
mod table;

use std::collections::BTreeMap;
use std::ffi::OsString;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};

pub use docs::markdown;
pub use table::{OPTIONS, Opt, Section};

/// The command line's grammar.
pub fn command() -> Command {
    let start = with_flags(Command::new("start").about("Start the server"));
    let audit = Command::new("audit")
        .about("Verify or export the audit log, also beside a server that runs")
        .subcommand_required(true)
        .subcommand(with_flags(
            Command::new("verify")
                .about("Find the first entry that was altered, removed, inserted or swapped (exit 1 if there is one)")
                .arg(
                    Arg::new("json")
                        .long("json")
                        .action(ArgAction::SetTrue)
                        .help("Print the report as JSON"),
                )
                .arg(
                    Arg::new("checkpoints")
                        .long("checkpoints")
                        .value_name("FILE")
                        .help("Checkpoints that were sent out, instead of LABELKEEP_AUDIT_CHECKPOINT_FILE"),
                ),
        ))
        .subcommand(with_flags(
            Command::new("export")
                .about("Print the audit log as NDJSON, oldest first")
                .arg(
                    Arg::new("organization")
                        .long("organization")
                        .value_name("ID")
                        .value_parser(clap::value_parser!(i64))
                        .help("Of this organization only; 0 for entries that belong to none"),
                ),
        ));
    Command::new("labelkeep")
        .about("A secure data labeling platform")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(start)
        .subcommand(audit)
        .subcommand(with_flags(
            Command::new("certificate").about("Print the fingerprint and the end of the server's certificate"),
        ))
        .subcommand(
            Command::new("security")
                .about("Look at how this installation is protected")
                .subcommand_required(true)
                .subcommand(with_flags(
                    Command::new("report").about("What the settings leave weaker than it could be, by requirement"),
                )),
        )
        .subcommand(Command::new("version").about("Print the version"))
        .subcommand(
            Command::new("options")
                .hide(true)
                .about("Print the documentation of all settings")
                .arg(Arg::new("markdown").long("markdown").action(ArgAction::SetTrue)),
        )
        .subcommand(
            Command::new("permissions")
                .hide(true)
                .about("Print the documentation of roles, permissions and routes"),
        )
}

/// The command with the flags of all settings.
fn with_flags(command: Command) -> Command {
    command.args(OPTIONS.iter().filter_map(argument))
}

/// The flags of these settings, for a command that needs them too.
pub fn arguments(names: &[&str]) -> Vec<Arg> {
    OPTIONS
        .iter()
        .filter(|option| names.contains(&option.name))
        .filter_map(argument)
        .collect()
}

fn argument(option: &Opt) -> Option<Arg> {
    let mut argument = Arg::new(option.name).long(option.flag?).help(option.help);
    if let Some(short) = option.short {
        argument = argument.short(short);
    }
    Some(match option.value {
        Some(value) => argument.value_name(value).action(ArgAction::Set),
        None => argument.action(ArgAction::SetTrue),
    })
}

/// Scripts leave `start` out, and write `-db` for `--database`.
pub fn normalize(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let mut arguments: Vec<String> = arguments
        .map(|argument| {
            if argument == "-db" {
                "--database".to_owned()
            } else {
                argument
            }
        })
        .collect();
    let general = ["-h", "--help", "-V", "--version"];
    if arguments
        .get(1)
        .is_none_or(|first| first.starts_with('-') && !general.contains(&first.as_str()))
    {
        arguments.insert(1.min(arguments.len()), "start".to_owned());
    }
    arguments
}

/// What was set, by whom.
#[derive(Debug, Default)]
pub struct Values {
    values: BTreeMap<&'static str, Value>,
    /// `fflag_…`, `ff_…`
    flags: Vec<(String, String)>,
}

#[derive(Debug)]
struct Value {
    text: String,
    /// The flag or variable, for error messages.
    source: String,
}

impl Values {
    /// Reads flags and environment. The secrets' `…_FILE` forms are read here too (SEC-205).
    pub fn collect(
        matches: &ArgMatches,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> anyhow::Result<Values> {
        let mut variables = BTreeMap::new();
        for (name, value) in environment {
            let Ok(name) = name.into_string() else { continue };
            variables.insert(name, value);
        }
        for name in variables.keys().filter(|name| name.starts_with("LABELKEEP_")) {
            let known = |option: &&Opt| {
                option.name == name
                    || (option.secret && name.strip_suffix("_FILE").is_some_and(|base| base == option.name))
            };
            if !OPTIONS.iter().any(|option| known(&option)) {
                bail!("{name} is not a setting of this program; see `labelkeep options --markdown`");
            }
        }
        let mut values = Values::default();
        for option in OPTIONS {
            if let Some(value) =
                from_flag(matches, option).map_or_else(|| from_variables(&variables, option), |v| Ok(Some(v)))?
            {
                values.values.insert(option.name, value);
            }
        }
        for (name, value) in &variables {
            if (name.starts_with("fflag_") || name.starts_with("ff_"))
                && let Some(value) = value.to_str()
            {
                values.flags.push((name.clone(), value.to_owned()));
            }
        }
        Ok(values)
    }

    /// Values given by hand, for tests.
    pub fn of(pairs: &[(&'static str, &str)]) -> Values {
        let value = |name: &str, text: &str| Value {
            text: text.to_owned(),
            source: name.to_owned(),
        };
        Values {
            values: pairs.iter().map(|(name, text)| (*name, value(name, text))).collect(),
            flags: Vec::new(),
        }
    }

    /// The text, or the table's default; none when both are empty.
    pub fn text(&self, name: &'static str) -> Option<&str> {
        debug_assert!(table::find(name).is_some(), "{name} is not in the table");
        let given = self.values.get(name).map(|value| value.text.as_str());
        given
            .or_else(|| table::find(name).and_then(|option| option.default))
            .filter(|text| !text.is_empty())
    }

    /// Whether somebody set it.
    pub fn is_set(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.text.is_empty())
    }

    /// A boolean: `true yes on 1`, `false no off 0` in any case.
    pub fn boolean(&self, name: &'static str) -> anyhow::Result<bool> {
        let text = self.text(name).unwrap_or("false");
        boolean(text).with_context(|| format!("{}: \"{text}\" is neither true nor false", self.source(name)))
    }

    /// A whole number within limits.
    pub fn number(&self, name: &'static str, least: i64, most: i64) -> anyhow::Result<i64> {
        let text = self.text(name).unwrap_or_default();
        match text.trim().parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => bail!(
                "{}: \"{text}\" is not a whole number from {least} to {most}",
                self.source(name)
            ),
        }
    }

    /// A list, separated by commas.
    pub fn list(&self, name: &'static str) -> Vec<String> {
        let parts = self.text(name).unwrap_or_default().split(',').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// Where the value comes from, for error messages.
    pub fn source(&self, name: &str) -> String {
        self.values
            .get(name)
            .map_or_else(|| name.to_owned(), |value| value.source.clone())
    }

    /// Feature flags of the environment.
    pub fn feature_flags(&self) -> anyhow::Result<Vec<(String, bool)>> {
        let read = |(name, text): &(String, String)| {
            let on = boolean(text).with_context(|| format!("{name}: \"{text}\" is neither true nor false"))?;
            Ok((name.clone(), on))
        };
        self.flags.iter().map(read).collect()
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "not" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn from_flag(matches: &ArgMatches, option: &Opt) -> Option<Value> {
    let flag = option.flag?;
    // A command knows the flags that it needs; the others are no error.
    let text = match option.value {
        Some(_) => matches.try_get_one::<String>(option.name).ok()??.clone(),
        None => {
            let set = matches.try_get_one::<bool>(option.name).ok().flatten();
            set.filter(|set| **set).map(|_| "true".to_owned())?
        }
    };
    Some(Value {
        text,
        source: format!("--{flag}"),
    })
}

fn from_variables(variables: &BTreeMap<String, OsString>, option: &Opt) -> anyhow::Result<Option<Value>> {
    for name in option.variables() {
        if let Some(value) = variables.get(&name) {
            let text = value
                .to_str()
                .with_context(|| format!("{name} is not text"))?
                .to_owned();
            return Ok(Some(Value { text, source: name }));
        }
        let file_name = format!("{name}_FILE");
        if option.secret
            && let Some(path) = variables.get(&file_name)
        {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{file_name}: {} cannot be read", path.display()))?;
            return Ok(Some(Value {
                text: text.trim_end_matches(['\r', '\n']).to_owned(),
                source: file_name,
            }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;

//! `labelkeep keys …`: other master keys, and other keys that sign tokens, while the server runs (SEC-201).

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::bail;
use labelkeep_services::{accounts, keys as values};
use labelkeep_store::DbSettings;
use serde_json::json;

use crate::config::Config;
use crate::{Beside, keys, open_beside};

/// Longer than a server takes to notice a changed key file.
const NOTICED: Duration = Duration::from_millis(keys::FOLLOW.as_millis() as u64 * 2 + 500);

/// Which keys there are, how many values each has sealed, and how many living tokens each has signed.
pub async fn status(config: Config) -> anyhow::Result<String> {
    let beside = open_beside(config, false).await?;
    let counts = values::count(&beside.services).await;
    let signing = accounts::signing_keys(&beside.services).await;
    let ids = beside.services.keys.ids();
    beside.close().await;
    let (counts, signing) = (counts?, signing?);
    let mut text = String::new();
    for (index, id) in ids.iter().enumerate() {
        let what = if index == 0 { "seals" } else { "opens" };
        let number = counts.get(id).copied().unwrap_or_default();
        let _ = writeln!(text, "{id}  {what}  {number} values");
    }
    for (id, number) in counts.iter().filter(|(id, _)| !ids.contains(id)) {
        let _ = writeln!(text, "{id}  MISSING  {number} values that no key of the file opens");
    }
    for (index, key) in signing.iter().enumerate() {
        let what = if index == 0 { "signs" } else { "verifies" };
        let _ = writeln!(text, "{}  {what}  {} tokens", key.id, key.tokens);
    }
    Ok(text)
}

/// A new key, and everything sealed again with it. `say` is told how it goes.
pub async fn rotate(config: Config, say: &mut dyn FnMut(String)) -> anyhow::Result<()> {
    let path = config.key_file.clone();
    let alone = matches!(config.database, DbSettings::Sqlite(_));
    let beside = open_beside(config, false).await?;
    let wait = !alone || beside.server_runs;
    let outcome = rotated(&beside, &path, wait, say).await;
    beside.close().await;
    outcome
}

async fn rotated(
    beside: &Beside,
    path: &std::path::Path,
    wait: bool,
    say: &mut dyn FnMut(String),
) -> anyhow::Result<()> {
    let services = &beside.services;
    let new = services.keys.with_new_key();
    if wait {
        // Known to every server before one seals with it.
        keys::replace(path, &new.with_first_at_the_end())?;
        say(format!(
            "key {} is in the file; waiting until running servers know it",
            new.current_id()
        ));
        tokio::time::sleep(NOTICED).await;
    }
    keys::replace(path, &new)?;
    services.keys.take(&new);
    say(format!("key {} seals from now on", new.current_id()));
    let mut number = seal_again(beside, say).await?;
    if wait {
        // A server may have sealed with the old key until it noticed.
        tokio::time::sleep(NOTICED).await;
        number += seal_again(beside, say).await?;
    }
    values::record(
        services,
        "keys.rotate",
        json!({ "key": new.current_id(), "values": number }),
    )
    .await?;
    say(format!(
        "{number} values are sealed again; `labelkeep keys retire` removes keys that open nothing any more"
    ));
    Ok(())
}

async fn seal_again(beside: &Beside, say: &mut dyn FnMut(String)) -> anyhow::Result<u64> {
    let mut progress = |number: u64| {
        if number.is_multiple_of(1_000) {
            say(format!("{number} values"));
        }
    };
    Ok(values::seal_again(&beside.services, &mut progress).await?)
}

/// Another key signs personal access tokens. Tokens of the old ones go on, unless `end_tokens`.
pub async fn rotate_signing(config: Config, end_tokens: bool) -> anyhow::Result<String> {
    let beside = open_beside(config, false).await?;
    let outcome = accounts::rotate_signing_key(&beside.services, end_tokens).await;
    beside.close().await;
    let (id, ended) = outcome?;
    Ok(match end_tokens {
        true => {
            format!("key {id} signs within five seconds; {ended} tokens are ended, and whoever had one makes a new one")
        }
        false => format!(
            "key {id} signs within five seconds; tokens of older keys go on until they end, and `labelkeep keys retire` \
             removes keys whose tokens are over"
        ),
    })
}

/// Takes keys out of the file that open nothing any more, and removes keys whose tokens are over; gives their ids.
pub async fn retire(config: Config) -> anyhow::Result<Vec<String>> {
    let path = config.key_file.clone();
    let beside = open_beside(config, false).await?;
    let outcome = retired(&beside, &path).await;
    beside.close().await;
    outcome
}

async fn retired(beside: &Beside, path: &std::path::Path) -> anyhow::Result<Vec<String>> {
    let services = &beside.services;
    let counts = values::count(services).await?;
    if let Some(id) = counts.keys().find(|id| !services.keys.ids().contains(id)) {
        bail!("key {id}, which has sealed values, is not in the key file; put it back first");
    }
    let kept = services.keys.without(|id| counts.contains_key(id));
    let mut gone: Vec<String> = services
        .keys
        .ids()
        .into_iter()
        .filter(|id| !kept.ids().contains(id))
        .collect();
    if !gone.is_empty() {
        keys::replace(path, &kept)?;
        values::record(services, "keys.retire", json!({ "keys": gone })).await?;
    }
    gone.extend(accounts::retire_signing_keys(services).await?);
    Ok(gone)
}

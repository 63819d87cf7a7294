//! `labelkeep audit`: verifies and exports the log without a server, or beside one.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use labelkeep_net::{Client, Policy, PolicySettings, Roots};
use labelkeep_services::Services;
use labelkeep_services::audit::{self, Filter, Report, Verified};
use labelkeep_store::Db;

use crate::config::Stored;
use crate::keys;
use crate::options::Values;

/// Verifies every chain; gives the report as text or JSON, and whether nothing is wrong.
///
/// # Errors
/// When the database, the key file or the file of checkpoints cannot be read.
pub fn verify(values: &Values, checkpoints: Option<PathBuf>, json: bool) -> anyhow::Result<(String, bool)> {
    runtime()?.block_on(async {
        let services = open(values).await?;
        let file = checkpoints.or_else(|| services.settings.checkpoint_file.clone());
        let sent = file.as_deref().map(read).transpose()?;
        let verified = audit::verify(&services, sent.as_deref()).await?;
        let report = if json {
            serde_json::to_string_pretty(&verified)? + "\n"
        } else {
            words(&verified)
        };
        Ok((report, verified.ok))
    })
}

/// Writes the log as NDJSON, oldest first.
///
/// # Errors
/// When the database cannot be read or `out` cannot be written.
pub fn export(values: &Values, organization: Option<i64>, out: &mut dyn Write) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let services = open(values).await?;
        let filter = Filter {
            organization_id: organization.unwrap_or(0),
            ..Filter::default()
        };
        audit::lines(&services, filter, organization.is_none(), |text| {
            out.write_all(text.as_bytes())
        })
        .await?;
        out.flush()?;
        Ok(())
    })
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn open(values: &Values) -> anyhow::Result<Services> {
    let stored = Stored::read(values)?;
    let keys = keys::existing(&stored.key_file)?;
    let db = Db::open_to_read(&stored.database)
        .await
        .context("the database cannot be opened")?;
    // Nothing goes out; the services want to be whole.
    let policy = PolicySettings::default();
    let net = Client::new(Policy::new(&policy)?, &Roots::with_files("")?);
    Ok(Services::new(db, stored.services, keys, net))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("checkpoints {}", path.display()))
}

fn words(verified: &Verified) -> String {
    let mut text = String::new();
    for report in &verified.organizations {
        let Report {
            organization,
            first,
            last,
            checkpoints,
            signed_to,
            pending,
            problem,
            last_hash,
        } = report;
        let _ = match problem {
            Some(problem) => writeln!(text, "organization {organization}: {}", problem.text),
            None => writeln!(
                text,
                "organization {organization}: entries {first} to {last} are as they were written; {checkpoints} checkpoints, \
                 signed to entry {signed_to}; {pending} not chained yet; last hash {last_hash}"
            ),
        };
    }
    for (id, key) in &verified.keys {
        let _ = writeln!(text, "checkpoint key {id}: {key}");
    }
    text.push_str(if verified.ok {
        "The log is intact.\n"
    } else {
        "THE LOG WAS TAMPERED WITH.\n"
    });
    text
}

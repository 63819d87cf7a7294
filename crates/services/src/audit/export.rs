//! The log as NDJSON: a line an entry, with the canonical record as it was hashed, so that others can verify the chain, and
//! beside it the personal details that the record names (`client`, `personal`), as long as they are not erased.

use bytes::Bytes;
use labelkeep_crypt::chain::hex;
use labelkeep_store::audit::list::{self as store, Filter, ListedRow, Order, Stretch};
use labelkeep_store::audit::{self, AuditRow, chain};
use tokio::sync::mpsc;

use super::entry::push_entry;
use super::{catch_up, list, personal};
use crate::access::{self, Granted};
use crate::{Result, Services};

/// Numbers of the chain that are read at once.
const STRETCH: i64 = 1_000;
/// Pieces that wait for the client.
const AHEAD: usize = 4;

/// An export that goes out.
#[derive(Debug)]
pub struct Export {
    /// Name of the file.
    pub name: String,
    /// Its bytes; an error ends the download.
    pub pieces: mpsc::Receiver<std::io::Result<Bytes>>,
}

/// Begins an export of the organization's log, oldest first. The log has it before the first byte goes out.
pub async fn export(services: &Services, organization: &Granted<i64>, mut filter: Filter) -> Result<Export> {
    filter.organization_id = *organization.row();
    let (origin, now) = (access::origin(organization.actor()), services.now());
    let object = format!("organization:{}", filter.organization_id);
    services
        .db
        .write(move |tx| Box::pin(async move { audit::record(tx, &origin, "audit.export", &object, "{}", now).await }))
        .await?;
    catch_up(services).await?;
    let (sender, pieces) = mpsc::channel(AHEAD);
    let (services, id) = (services.clone(), filter.organization_id);
    let time = chrono::DateTime::from_timestamp_micros(now)
        .unwrap_or_default()
        .format("%Y-%m-%d-%H-%M");
    tokio::spawn(async move {
        if let Err(error) = send(&services, &filter, &sender).await {
            tracing::error!(%error, "an export of the audit log broke off");
            let _ = sender.send(Err(std::io::Error::other("the export broke off"))).await;
        }
    });
    Ok(Export {
        name: format!("audit-{id}-at-{time}.ndjson"),
        pieces,
    })
}

async fn send(services: &Services, filter: &Filter, sender: &mpsc::Sender<std::io::Result<Bytes>>) -> Result<()> {
    let (mut whole, mut filter) = (list::span(services, filter).await?, filter.clone());
    list::find_clients(services, &mut filter).await?;
    while let Some(text) = piece(services, &filter, &mut whole).await? {
        if !text.is_empty() && sender.send(Ok(text.into())).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// The lines of the next stretch; `rest` becomes what is behind it. None at the end.
async fn piece(services: &Services, filter: &Filter, rest: &mut Stretch) -> Result<Option<String>> {
    if rest.from + 1 >= rest.before {
        return Ok(None);
    }
    let stretch = Stretch {
        from: rest.from,
        before: rest.before.min(rest.from + 1 + STRETCH),
    };
    let rows = store::read(&services.db, filter, stretch, Order::OldestFirst, 0, STRETCH).await?;
    rest.from = stretch.before - 1;
    let mut text = String::with_capacity(rows.len() * 512);
    let mut shown: Vec<AuditRow> = rows.iter().map(|row| row.entry.clone()).collect();
    let mut entries: Vec<&mut AuditRow> = shown.iter_mut().collect();
    personal::reveal(services, &mut entries).await?;
    for (row, shown) in rows.iter().zip(&shown) {
        push_line(&mut text, row, shown);
    }
    Ok(Some(text))
}

/// Calls `line` with pieces of whole lines of every chain that is asked for; for the command line.
///
/// # Errors
/// Those of the database, and those of `line`.
pub async fn lines(
    services: &Services,
    filter: Filter,
    all: bool,
    mut out: impl FnMut(&str) -> std::io::Result<()>,
) -> Result<()> {
    let organizations = if all {
        chain::organizations(&services.db).await?
    } else {
        vec![filter.organization_id]
    };
    for organization_id in organizations {
        let filter = Filter {
            organization_id,
            ..filter.clone()
        };
        let mut rest = list::span(services, &filter).await?;
        while let Some(text) = piece(services, &filter, &mut rest).await? {
            out(&text)?;
        }
    }
    Ok(())
}

fn push_line(text: &mut String, row: &ListedRow, shown: &AuditRow) {
    use std::fmt::Write as _;
    text.push('{');
    if row.entry.address != shown.address {
        let client = serde_json::json!({ "address": shown.address, "agent": shown.agent });
        let _ = write!(text, "\"client\":{client},");
    }
    if row.entry.detail != shown.detail {
        let _ = write!(text, "\"personal\":{},", shown.detail);
    }
    let _ = write!(
        text,
        "\"hash\":\"{}\",\"sequence\":{},\"record\":",
        hex(&row.hash),
        row.sequence
    );
    push_entry(text, &row.entry);
    text.push_str("}\n");
}

//! The one-time link that makes the first account of a server for many (SEC-054): whoever reads the console owns the
//! installation, not the stranger who is faster.

use labelkeep_store::Tx;
use labelkeep_store::accounts::links::{self as rows, LinkRow};

use super::links::{self, Kind, OneTimeLink};
use crate::{Result, ServiceError, Services};

const LIFE: i64 = 3_600 * 1_000_000;

/// Makes the link, an hour long; an older one fails from now on.
pub async fn first_account_link(services: &Services) -> Result<OneTimeLink> {
    if super::any(services).await? {
        return Err(ServiceError::Conflict("There is an account already.".to_owned()));
    }
    let (row, link) = links::make(services, Kind::Setup, None, "", false, LIFE);
    services
        .db
        .write(move |tx| Box::pin(async move { rows::replace(tx, &row).await }))
        .await?;
    Ok(link)
}

/// Whether the token is that of the link.
pub(super) async fn opens(services: &Services, token: &str) -> Result<bool> {
    let row = rows::find(&services.db, Kind::Setup.word(), &links::hash(token), services.now()).await?;
    Ok(row.is_some())
}

/// Uses the link up.
pub(super) async fn take(tx: &mut Tx, token_hash: &[u8], now: i64) -> Result<Option<LinkRow>> {
    Ok(rows::take(tx, Kind::Setup.word(), token_hash, now).await?)
}

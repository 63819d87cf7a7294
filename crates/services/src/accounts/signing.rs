//! The keys that sign personal access tokens: made at the first use, sealed in the database (SEC-099, SEC-202).

use std::sync::{Arc, PoisonError};

use labelkeep_crypt::jwt::{TokenError, VerifiedToken};
use labelkeep_crypt::{Place, SigningKey, SigningKeys};
use labelkeep_store::accounts::signing_keys as store;

use crate::{Result, ServiceError, Services};

/// The keys, from memory when they were read before.
pub(super) async fn keys(services: &Services) -> Result<Arc<SigningKeys>> {
    let known = services
        .cache
        .signing
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    match known {
        Some(keys) => Ok(keys),
        None => load(services).await,
    }
}

/// Runs a verification. A key that is not known may have been made by another node: the keys are read again.
pub(super) async fn verify(
    services: &Services,
    check: impl Fn(&SigningKeys) -> Result<VerifiedToken, TokenError>,
) -> Result<Option<VerifiedToken>> {
    match check(&*keys(services).await?) {
        Ok(verified) => Ok(Some(verified)),
        Err(TokenError::UnknownKey) => Ok(check(&*load(services).await?).ok()),
        Err(_) => Ok(None),
    }
}

async fn load(services: &Services) -> Result<Arc<SigningKeys>> {
    let mut rows = store::all(&services.db).await?;
    if rows.is_empty() {
        let key = SigningKey::generate();
        let (id, sealed) = (key.id().to_owned(), services.keys.seal(place(key.id()), key.to_pkcs8()));
        let now = services.now();
        services
            .db
            .write(move |tx| Box::pin(async move { store::insert_first(tx, &id, &sealed, now).await }))
            .await?;
        rows = store::all(&services.db).await?;
    }
    let mut keys = Vec::with_capacity(rows.len());
    for (id, sealed) in rows {
        let pkcs8 = services
            .keys
            .open(place(&id), &sealed)
            .map_err(|error| ServiceError::Internal(format!("signing key {id}: {error}")))?;
        keys.push(SigningKey::from_pkcs8(id, &pkcs8).map_err(|error| ServiceError::Internal(error.to_string()))?);
    }
    let mut keys = keys.into_iter();
    let first = keys
        .next()
        .ok_or_else(|| ServiceError::Internal("no signing key".to_owned()))?;
    let keys = Arc::new(SigningKeys::new(first, keys));
    *services.cache.signing.write().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
    Ok(keys)
}

fn place(id: &str) -> Place<'_> {
    Place {
        organization: 0,
        table: "signing_key",
        column: "sealed",
        row: id,
    }
}

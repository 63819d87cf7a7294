//! The values that master keys have sealed: how many each, and sealing them again with the newest (SEC-201).

use std::collections::BTreeMap;

use labelkeep_crypt::{KeyRing, Place};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::sealed::{self, COLUMNS};

use crate::{Result, ServiceError, Services};

/// How many values each key has sealed, by the key's id.
pub async fn count(services: &Services) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    for column in COLUMNS {
        for row in sealed::rows(&services.db, column).await? {
            // What is no sealed value would be lost by a rotation that does not see it.
            let id = KeyRing::id_of(&row.value).ok_or_else(|| {
                ServiceError::Internal(format!(
                    "{}.{} of {} is not sealed",
                    column.table, column.column, row.name
                ))
            })?;
            *counts.entry(id).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Seals again what an older key has sealed; gives the number of values. Broken off, it goes on where it was.
///
/// # Errors
/// A value that no key opens; those before it are sealed anew.
pub async fn seal_again(services: &Services, progress: &mut dyn FnMut(u64)) -> Result<u64> {
    let mut number = 0;
    for column in COLUMNS {
        for row in sealed::rows(&services.db, column).await? {
            if services.keys.is_current(&row.value) {
                continue;
            }
            let place = Place {
                organization: row.organization_id,
                table: column.table,
                column: column.column,
                row: &row.name,
            };
            let opened = services.keys.open(place, &row.value).map_err(|error| {
                ServiceError::Internal(format!("{}.{} of {}: {error}", column.table, column.column, row.name))
            })?;
            let again = services.keys.seal(place, &opened);
            let replaced: Result<bool> = services
                .db
                .write(move |tx| {
                    Box::pin(async move { Ok(sealed::replace(tx, column, &row.name, &row.value, &again).await?) })
                })
                .await;
            // What somebody has changed in between was sealed by who changed it.
            if replaced? {
                number += 1;
                progress(number);
            }
        }
    }
    Ok(number)
}

/// Puts a change of the keys on record.
pub async fn record(services: &Services, action: &'static str, detail: serde_json::Value) -> Result<()> {
    let (origin, now) = (
        Origin {
            address: "console".to_owned(),
            ..Origin::default()
        },
        services.now(),
    );
    services
        .db
        .write(move |tx| {
            Box::pin(async move { Ok(audit::record(tx, &origin, action, "", &detail.to_string(), now).await?) })
        })
        .await
}

//! Settings of providers in the database: JSON, with the secret sealed beside it.

use labelkeep_crypt::{Place, Secret};
use labelkeep_store::accounts::identities::{self as store, ProviderRow};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Result, ServiceError, Services};

/// The settings of an organization's provider and its secret; the defaults where there are none.
pub(crate) async fn load<T: DeserializeOwned + Default>(
    services: &Services,
    organization_id: i64,
    kind: &'static str,
) -> Result<(T, Option<Secret>)> {
    let wrong = |error: &dyn std::fmt::Display| ServiceError::Internal(format!("identity provider {kind}: {error}"));
    let Some(row) = store::provider(&services.db, organization_id, kind).await? else {
        return Ok((T::default(), None));
    };
    let settings = serde_json::from_str(&row.settings).map_err(|error| wrong(&error))?;
    let secret = match row.secret {
        Some(sealed) => {
            let name = format!("{organization_id}/{kind}");
            let opened = services.keys.open(place(organization_id, &name), &sealed);
            let bytes = opened.map_err(|error| wrong(&error))?;
            Some(Secret::new(String::from_utf8_lossy(&bytes).into_owned()))
        }
        None => None,
    };
    Ok((settings, secret))
}

/// The row that keeps them.
pub(crate) fn row<T: Serialize>(
    services: &Services,
    organization_id: i64,
    kind: &'static str,
    settings: &T,
    secret: Option<&Secret>,
) -> Result<ProviderRow> {
    let name = format!("{organization_id}/{kind}");
    Ok(ProviderRow {
        organization_id,
        kind: kind.to_owned(),
        settings: serde_json::to_string(settings).map_err(|error| ServiceError::Internal(error.to_string()))?,
        secret: secret.map(|secret| {
            services
                .keys
                .seal(place(organization_id, &name), secret.expose().as_bytes())
        }),
        updated_at: services.now(),
    })
}

fn place(organization: i64, row: &str) -> Place<'_> {
    Place {
        organization,
        table: "identity_provider",
        column: "secret",
        row,
    }
}

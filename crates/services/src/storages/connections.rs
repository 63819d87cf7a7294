//! Connections: keys that an organization keeps once (SEC-194). Administrators make and change them; who sets up a project picks one
//! by its name and never sees the keys. A connection says where its keys go, and may say for which buckets they are; what uses it
//! says the rest.

use labelkeep_blob::{Field, Provider, Purpose, SERVER_CREDENTIALS, Values, covers};
use labelkeep_crypt::Place as Sealed;
use labelkeep_policy::Action;
use labelkeep_store::audit;
use labelkeep_store::projects::ProjectRow;
pub use labelkeep_store::storages::connections::ConnectionRow;
use labelkeep_store::storages::connections::{self as rows, ConnectionFields};

use super::{opened, provider, purpose_of};
use crate::access::{self, Granted};
use crate::{Invalid, Result, ServiceError, Services, names, outbound};

/// Longest title, in characters.
const TITLE_MAX: usize = 256;
/// Most buckets that one connection lists.
const PLACES_MAX: usize = 1_000;
/// Longest value of a field, in bytes.
const VALUE_MAX: usize = 16 * 1024;
/// Storages that are tried with new keys before these are kept.
const TRIED: i64 = 5;

/// Changes of a connection; `None` leaves a field as it is. Also what a new one is made of.
#[derive(Debug, Clone, Default)]
pub struct ConnectionChange {
    /// Its name for people.
    pub title: Option<String>,
    /// The workspace whose projects alone use it; `Some(None)`: all projects of the organization.
    pub workspace: Option<Option<i64>>,
    /// Buckets, or `bucket/prefix`, that it may be used for; empty: whatever the keys open.
    pub places: Option<Vec<String>>,
    /// Fields of the provider; `None` empties one.
    pub values: Vec<(String, Option<String>)>,
}

/// The fields of a provider that a connection holds; none: it has no connections.
pub fn fields(provider: &dyn Provider) -> Vec<&'static Field> {
    let mut fields = provider.fields(Purpose::Source);
    // The installation's own credentials need no connection: it has said itself what they are for.
    fields.retain(|field| field.is_of_connection && field.name != SERVER_CREDENTIALS.name);
    if fields.iter().any(|field| field.kind.is_secret()) {
        fields
    } else {
        Vec::new()
    }
}

/// What of a connection is no secret, by the names of the provider's fields.
pub fn settings_of(row: &ConnectionRow) -> Vec<(String, String)> {
    let settings = opened::values(&row.settings);
    settings
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The buckets that it may be used for.
pub fn places_of(row: &ConnectionRow) -> Vec<String> {
    serde_json::from_str(&row.places).unwrap_or_default()
}

/// All of the organization, each with how many storages use it.
pub async fn list(services: &Services, organization: &Granted<i64>) -> Result<Vec<(ConnectionRow, i64)>> {
    Ok(rows::list(&services.db, *organization.row()).await?)
}

/// Those that a project may use.
pub async fn of_project(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<ConnectionRow>> {
    let row = project.row();
    Ok(rows::usable(&services.db, row.organization_id, row.workspace_id).await?)
}

/// The connection of this number, for a project's storage of this kind.
pub(super) async fn usable(services: &Services, project: &ProjectRow, kind: &str, id: i64) -> Result<ConnectionRow> {
    let row = rows::find(&services.db, project.organization_id, id).await?;
    row.filter(|row| row.kind == kind)
        .filter(|row| row.workspace_id.is_none() || row.workspace_id == project.workspace_id)
        .ok_or_else(|| Invalid::field("connection", "There is no such connection for this project and type.").into())
}

/// The connection of a storage that has one.
pub(super) async fn of_storage(services: &Services, storage_id: i64) -> Result<ConnectionRow> {
    rows::of_storage(&services.db, storage_id).await?.ok_or_else(|| {
        Invalid::field(
            "connection",
            "The connection of this storage is not for its project any more.",
        )
        .into()
    })
}

/// Puts what a connection says over what a storage says.
pub(super) fn over(services: &Services, row: &ConnectionRow, values: &mut Values) -> Result<()> {
    for field in fields(provider(&row.kind)?) {
        values.set(field.name, "");
    }
    for (name, value) in opened::values(&row.settings)
        .iter()
        .chain(secrets(services, row)?.iter())
    {
        values.set(name, value);
    }
    Ok(())
}

/// Refuses a bucket or prefix that the connection is not for.
pub(super) fn check_place(row: &ConnectionRow, provider: &dyn Provider, values: &Values) -> Result<()> {
    let places = places_of(row);
    if places.is_empty() {
        return Ok(());
    }
    let fields = provider.fields(Purpose::Source);
    let Some(field) = fields.iter().find(|field| field.is_place && !field.is_of_connection) else {
        let text = format!(
            "The connection \"{}\" lists buckets, and what it leads to has none.",
            row.title
        );
        return Err(Invalid::whole(text).into());
    };
    let bucket = values.get(field.name).unwrap_or_default();
    let prefix = values.get("prefix").unwrap_or_default();
    if places.iter().any(|place| covers(place, bucket, prefix)) {
        return Ok(());
    }
    let text = format!("The connection \"{}\" is for {} only.", row.title, places.join(", "));
    Err(Invalid::field(field.name, text).into())
}

fn secrets(services: &Services, row: &ConnectionRow) -> Result<Values> {
    let Some(sealed) = &row.secrets else {
        return Ok(Values::default());
    };
    let id = row.id.to_string();
    let text = services
        .keys
        .open(seal_place(row.organization_id, &id), sealed)
        .map_err(|error| ServiceError::Internal(format!("the secrets of connection {id}: {error}")))?;
    Ok(opened::values(&String::from_utf8_lossy(&text)))
}

fn sealed(services: &Services, organization_id: i64, id: i64, secrets: &Values) -> Result<Option<Vec<u8>>> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let (text, id) = (opened::written(secrets)?, id.to_string());
    Ok(Some(
        services.keys.seal(seal_place(organization_id, &id), text.as_bytes()),
    ))
}

fn seal_place(organization: i64, row: &str) -> Sealed<'_> {
    Sealed {
        organization,
        table: "storage_connection",
        column: "secrets",
        row,
    }
}

/// A connection as it is to be, checked.
#[derive(Clone)]
struct Wanted {
    provider: &'static dyn Provider,
    workspace_id: Option<i64>,
    title: String,
    places: Vec<String>,
    settings: Values,
    secrets: Values,
}

impl Wanted {
    fn changed(mut self, change: ConnectionChange) -> Result<Wanted> {
        let mut invalid = Invalid::default();
        let fields = fields(self.provider);
        let moved = change.values.iter().any(|(name, value)| {
            let field = fields.iter().find(|field| field.name == name);
            field.is_some_and(|field| field.moves(value.as_deref(), &self.settings, &self.secrets))
        });
        // Keys go to nobody but the one that they were given for (SEC-150).
        if moved {
            self.secrets = Values::default();
        }
        for (name, value) in &change.values {
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                continue;
            };
            let text = value.as_deref().unwrap_or_default();
            if text.len() > VALUE_MAX || text.contains('\0') {
                invalid.add(name, "This value is too long, or has characters that it cannot have.");
            }
            if let Err(text) = field.put(value.as_deref(), &mut self.settings, &mut self.secrets) {
                invalid.add(name, text);
            }
        }
        for field in fields.iter().filter(|field| field.is_required) {
            let values = if field.kind.is_secret() {
                &self.secrets
            } else {
                &self.settings
            };
            if values.get(field.name).is_none() {
                invalid.add(field.name, "This field is required.");
            }
        }
        if let Some(title) = change.title {
            self.title = names::plain(&title);
        }
        if self.title.is_empty() || self.title.chars().count() > TITLE_MAX {
            invalid.add("title", "A connection has a name of 1 to 256 characters.");
        }
        if let Some(places) = change.places {
            self.places = places
                .iter()
                .map(|place| place.trim().to_owned())
                .filter(|place| !place.is_empty())
                .collect();
        }
        if self.places.len() > PLACES_MAX || self.places.iter().any(|place| place.len() > 2_048) {
            invalid.add(
                "places",
                format!("At most {PLACES_MAX} buckets, each of at most 2048 bytes."),
            );
        }
        self.workspace_id = change.workspace.unwrap_or(self.workspace_id);
        invalid.into_result()?;
        Ok(self)
    }

    fn fields(&self) -> Result<ConnectionFields> {
        Ok(ConnectionFields {
            workspace_id: self.workspace_id,
            title: self.title.clone(),
            settings: opened::written(&self.settings)?,
            places: serde_json::to_string(&self.places).map_err(|error| ServiceError::Internal(error.to_string()))?,
        })
    }
}

/// The workspace of a connection has to be one that the actor sees.
async fn check_workspace(services: &Services, organization: &Granted<i64>, change: &ConnectionChange) -> Result<()> {
    let Some(Some(id)) = change.workspace else {
        return Ok(());
    };
    let found = access::workspace(services, organization.actor().clone(), id, Action::WorkspaceView).await;
    found.map(drop).map_err(|error| match error {
        ServiceError::NotFound(_) => Invalid::field("workspace", "There is no such workspace.").into(),
        other => other,
    })
}

/// Makes a connection.
pub async fn create(
    services: &Services,
    organization: Granted<i64>,
    kind: &str,
    change: ConnectionChange,
) -> Result<(ConnectionRow, i64)> {
    let provider = labelkeep_blob::provider(kind)
        .filter(|provider| {
            !fields(*provider).is_empty() && provider.is_offered(&opened::world(services, *organization.row()))
        })
        .ok_or_else(|| Invalid::field("type", "There are no connections of this type."))?;
    check_workspace(services, &organization, &change).await?;
    let empty = Wanted {
        provider,
        workspace_id: None,
        title: String::new(),
        places: Vec::new(),
        settings: Values::default(),
        secrets: Values::default(),
    };
    let wanted = empty.changed(change)?;
    let (actor, organization_id) = organization.into_parts();
    let (services_in, now) = (services.clone(), services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let kind = provider.kind();
                let id = rows::insert(tx, organization_id, kind, wanted.fields()?, actor.account_id, now).await?;
                rows::set_secrets(tx, id, sealed(&services_in, organization_id, id, &wanted.secrets)?).await?;
                let detail = serde_json::json!({ "type": kind }).to_string();
                let object = format!("storage_connection:{id}");
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "storage_connection.create",
                    &object,
                    &detail,
                    now,
                )
                .await?;
                let row = rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Connection"))?;
                Ok((row, 0))
            })
        })
        .await
}

/// Changes a connection, if the storages that use it can still be connected to. Keys that are not sent stay, unless the place
/// changes to which they go.
pub async fn update(
    services: &Services,
    connection: Granted<ConnectionRow>,
    change: ConnectionChange,
) -> Result<(ConnectionRow, i64)> {
    let row = connection.row();
    let organization = access::organization(connection.actor().clone(), Action::OrganizationChange)?;
    check_workspace(services, &organization, &change).await?;
    let known = Wanted {
        provider: provider(&row.kind)?,
        workspace_id: row.workspace_id,
        title: row.title.clone(),
        places: places_of(row),
        settings: opened::values(&row.settings),
        secrets: secrets(services, row)?,
    };
    let is_new = !change.values.is_empty();
    let wanted = known.changed(change)?;
    if is_new {
        check_uses(services, &connection, &wanted).await?;
    }
    let (actor, known) = connection.into_parts();
    let (services_in, now) = (services.clone(), services.now());
    let row = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let id = known.id;
                rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Connection"))?;
                rows::update(tx, id, wanted.fields()?, now).await?;
                rows::set_secrets(
                    tx,
                    id,
                    sealed(&services_in, known.organization_id, id, &wanted.secrets)?,
                )
                .await?;
                let detail = serde_json::json!({ "type": known.kind, "keys": is_new }).to_string();
                let object = format!("storage_connection:{id}");
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "storage_connection.update",
                    &object,
                    &detail,
                    now,
                )
                .await?;
                rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Connection"))
            })
        })
        .await?;
    let uses = rows::storages(&services.db, row.id, i64::MAX).await?.len() as i64;
    Ok((row, uses))
}

/// Tries new keys with some of the storages that use them: what would stop working is said before, not found out later.
async fn check_uses(services: &Services, connection: &Granted<ConnectionRow>, wanted: &Wanted) -> Result<()> {
    for storage in rows::storages(&services.db, connection.row().id, TRIED).await? {
        let mut values = opened::settings(&storage);
        for (name, value) in wanted.settings.iter().chain(wanted.secrets.iter()) {
            values.set(name, value);
        }
        let outcome = match wanted.provider.open(
            &values,
            purpose_of(&storage),
            &opened::world(services, storage.organization_id),
        ) {
            Ok(bucket) => {
                let _turn = outbound::turn(services, connection.actor()).await?;
                let never = labelkeep_store::projects::never_touches_media(&services.db, storage.project_id).await?;
                super::tried(&*bucket, never && !storage.is_target).await
            }
            Err(error) => Err(error),
        };
        let Err(error) = outcome else { continue };
        return Err(match super::told(services, connection.actor(), error).await {
            ServiceError::Invalid(invalid) => {
                let texts: Vec<_> = invalid.fields.into_iter().flat_map(|(_, texts)| texts).collect();
                let name = super::untouched::name_of(&storage);
                let text = format!(
                    "The storage {name} of project {} uses it: {}",
                    storage.project_id,
                    texts.join(" ")
                );
                Invalid::whole(text).into()
            }
            other => other,
        });
    }
    Ok(())
}

/// Removes a connection that no storage uses.
pub async fn delete(services: &Services, connection: Granted<ConnectionRow>) -> Result<()> {
    let (actor, known) = connection.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !rows::delete(tx, known.id).await? {
                    let text = "Storages use this connection. Give them another one, or disconnect them first.";
                    return Err(ServiceError::Conflict(text.to_owned()));
                }
                let detail = serde_json::json!({ "type": known.kind }).to_string();
                let object = format!("storage_connection:{}", known.id);
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "storage_connection.delete",
                    &object,
                    &detail,
                    now,
                )
                .await?;
                Ok(())
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use labelkeep_blob::covers;

    #[test]
    fn sec_194_a_place_covers_what_lies_below_it_alone() {
        for (place, bucket, prefix) in [
            ("data", "data", ""),
            ("data", "data", "a/b"),
            ("data/a", "data", "a"),
            ("data/a/", "data", "a/b"),
            ("data/a", "data", "a//"),
        ] {
            assert!(covers(place, bucket, prefix), "{place} {bucket} {prefix}");
        }
        for (place, bucket, prefix) in [
            ("data", "data2", ""),
            ("data/a", "data", ""),
            ("data/a", "data", "ab"),
            ("data/a", "other", "a"),
            ("", "data", ""),
        ] {
            assert!(!covers(place, bucket, prefix), "{place} {bucket} {prefix}");
        }
    }
}

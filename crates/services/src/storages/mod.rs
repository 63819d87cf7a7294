//! Storages of projects: object stores whose objects become tasks (sources), or to which annotations are written (targets).
//!
//! [`sync`] reads sources, [`target`] writes to targets, [`media`] shows objects to those who label. What a store is and how it is
//! spoken to is `labelkeep_blob`'s business; here is whose it is, and what is done with it.

pub mod begin;
mod body;
mod change;
pub mod connections;
pub mod events;
mod known;
pub(crate) mod links;
pub mod local;
pub mod media;
mod opened;
mod progress;
mod state;
pub mod sync;
pub mod target;
pub(crate) mod untouched;

use labelkeep_blob::{BlobError, Bucket, Fault, PROVIDERS, Position, Right};
pub use labelkeep_blob::{Field, Kind, Provider, Purpose};
use labelkeep_policy::{Action, Actor};
use labelkeep_store::audit;
use labelkeep_store::projects::{self, ProjectRow};
use labelkeep_store::storages::objects::NotedObject;
use labelkeep_store::storages::{self as rows, NewStorage, StorageRow, objects, work};
use labelkeep_store::work::last_log_id;

use crate::access::{self, Granted};
use crate::{Invalid, Result, ServiceError, Services, outbound};
pub use change::Change;
use change::Wanted;
use connections::ConnectionRow;
pub use labelkeep_blob::{
    Ambient, Application, Aws, BlobError as StorageError, Container, Content, Entra, Google, Grant, Installation,
    RedisInstallation, SERVER_CREDENTIALS, WebIdentity,
};
pub use links::{Links, names_objects};
pub(crate) use opened::Buckets;

/// Whether an organization may use the installation's own credentials for a kind of store, for some bucket.
pub fn has_server_credentials(services: &Services, actor: &Actor, provider: &dyn Provider) -> bool {
    let grants = opened::world(services, actor.organization_id).grants;
    let scheme = provider.scheme().unwrap_or_default();
    grants.iter().any(|grant| grant.is_for(scheme))
}

/// The providers that can be used here.
pub fn offered(services: &Services, actor: &Actor) -> Vec<&'static dyn Provider> {
    let world = opened::world(services, actor.organization_id);
    let mut providers = PROVIDERS.to_vec();
    providers.retain(|provider| provider.is_offered(&world));
    providers
}

/// The provider of this name; its storages may be there although it is not offered any more.
///
/// # Errors
/// [`ServiceError::NotFound`].
pub fn provider(kind: &str) -> Result<&'static dyn Provider> {
    labelkeep_blob::provider(kind).ok_or(ServiceError::NotFound("storage type"))
}

/// What a storage is for.
pub fn purpose_of(row: &StorageRow) -> Purpose {
    if row.is_target {
        Purpose::Target
    } else {
        Purpose::Source
    }
}

/// The settings of a storage that are no secrets, by the names of the provider's fields.
pub fn settings_of(row: &StorageRow) -> Vec<(String, String)> {
    opened::settings(row)
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The storages of a project.
pub async fn list(services: &Services, project: &Granted<ProjectRow>, purpose: Purpose) -> Result<Vec<StorageRow>> {
    let (project_id, is_target) = (project.row().id, purpose == Purpose::Target);
    let found = rows::list(&services.db, project_id, is_target).await?;
    let mut was_left = false;
    for row in found.iter().filter(|row| row.status == "in_progress") {
        was_left |= begin::give_up(services, row.id).await?;
    }
    if was_left {
        return Ok(rows::list(&services.db, project_id, is_target).await?);
    }
    Ok(found)
}

/// Who may connect what lies on the server's own machine: those who administer the first organization, which is whose server it is
/// (SEC-151).
async fn check_local(services: &Services, actor: &Actor, provider: &dyn Provider) -> Result<()> {
    if !provider.is_local() {
        return Ok(());
    }
    let first = labelkeep_store::accounts::organizations::first(&services.db).await?;
    let is_first = first.is_some_and(|first| first.id == actor.organization_id);
    if is_first && actor.may(Action::OrganizationChange) {
        Ok(())
    } else {
        Err(ServiceError::Forbidden(
            "Only an administrator of this server connects its folders.".to_owned(),
        ))
    }
}

/// Makes a storage, if it can be connected to.
pub async fn create(
    services: &Services,
    project: Granted<ProjectRow>,
    kind: &str,
    purpose: Purpose,
    change: Change,
) -> Result<StorageRow> {
    let provider = provider(kind)?;
    check_local(services, project.actor(), provider).await?;
    let connection = connection(services, project.row(), kind, None, &change).await?;
    let wanted = Wanted::new(provider, purpose, connection, change)?;
    check(services, project.actor(), project.row(), &wanted).await?;
    let (actor, project) = project.into_parts();
    let now = services.now();
    let new = NewStorage {
        organization_id: project.organization_id,
        project_id: project.id,
        kind: kind.to_owned(),
        is_target: purpose == Purpose::Target,
        // What is older is written when somebody asks for all of it.
        log_mark: last_log_id(&services.db).await?,
        created_by: actor.account_id,
    };
    let organization_id = project.organization_id;
    let services_in = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let id = rows::insert(tx, new, wanted.fields()?, now).await?;
                let sealed = opened::sealed(&services_in, organization_id, id, &wanted.secrets)?;
                rows::set_secrets(tx, id, sealed).await?;
                let detail = serde_json::json!({ "project": project.id, "type": provider.kind() }).to_string();
                let object = format!("storage:{id}");
                audit::record(tx, &access::origin(&actor), "storage.create", &object, &detail, now).await?;
                rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Storage"))
            })
        })
        .await
}

/// Changes a storage, if it can still be connected to. Secrets that are not sent stay, unless the place changes to which they go.
pub async fn update(services: &Services, storage: Granted<StorageRow>, change: Change) -> Result<StorageRow> {
    let provider = provider(&storage.row().kind)?;
    check_local(services, storage.actor(), provider).await?;
    let row = storage.row();
    let project = projects::find_for_job(&services.db, row.project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    let connection = connection(services, &project, &row.kind, row.connection_id, &change).await?;
    let wanted = Wanted::of(services, provider, row, connection, change)?;
    let is_elsewhere = wanted.reads_elsewhere(row);
    check(services, storage.actor(), &project, &wanted).await?;
    let (actor, known) = storage.into_parts();
    let now = services.now();
    let services_in = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let id = known.id;
                rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Storage"))?;
                rows::update(tx, id, wanted.fields()?, now).await?;
                if is_elsewhere {
                    rows::set_resume(tx, id, None, None).await?;
                }
                let sealed = opened::sealed(&services_in, known.organization_id, id, &wanted.secrets)?;
                rows::set_secrets(tx, id, sealed).await?;
                let detail = serde_json::json!({ "project": known.project_id, "type": known.kind }).to_string();
                let object = format!("storage:{id}");
                audit::record(tx, &access::origin(&actor), "storage.update", &object, &detail, now).await?;
                rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Storage"))
            })
        })
        .await
}

/// Removes a storage. Tasks and objects stay; addresses of its objects are not resolved any more.
pub async fn delete(services: &Services, storage: Granted<StorageRow>) -> Result<()> {
    let (actor, known) = storage.into_parts();
    let (now, id) = (services.now(), known.id);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::delete(tx, known.id).await?;
                let detail = serde_json::json!({ "project": known.project_id, "type": known.kind }).to_string();
                let object = format!("storage:{}", known.id);
                audit::record(tx, &access::origin(&actor), "storage.delete", &object, &detail, now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    crate::thumbnails::forget_storage(services, id).await;
    Ok(())
}

/// What is to be connected to: fields of a form, or those over a storage that is there already.
async fn asked(
    services: &Services,
    project: &Granted<ProjectRow>,
    kind: &str,
    purpose: Purpose,
    id: Option<i64>,
    change: Change,
) -> Result<Wanted> {
    let provider = provider(kind)?;
    check_local(services, project.actor(), provider).await?;
    let Some(id) = id else {
        let connection = connection(services, project.row(), kind, None, &change).await?;
        return Wanted::new(provider, purpose, connection, change);
    };
    let storage = access::storage(services, project.actor().clone(), id, Action::ProjectChange).await?;
    let row = storage.row();
    if row.project_id != project.row().id || row.kind != kind || purpose_of(row) != purpose {
        return Err(ServiceError::NotFound("Storage"));
    }
    let connection = connection(services, project.row(), kind, row.connection_id, &change).await?;
    Wanted::of(services, provider, row, connection, change)
}

/// The connection that a storage is to have: the one that the change names, else the one that it has.
async fn connection(
    services: &Services,
    project: &ProjectRow,
    kind: &str,
    known: Option<i64>,
    change: &Change,
) -> Result<Option<ConnectionRow>> {
    match change.connection.unwrap_or(known) {
        Some(id) => connections::usable(services, project, kind, id).await.map(Some),
        None => Ok(None),
    }
}

/// Sees whether a storage could be connected to, without keeping it. What the fields leave out, the storage `id` fills in. Gives a hint
/// where its keys may do more than they have to (SEC-196).
pub async fn validate(
    services: &Services,
    project: &Granted<ProjectRow>,
    kind: &str,
    purpose: Purpose,
    id: Option<i64>,
    change: Change,
) -> Result<Option<String>> {
    let wanted = asked(services, project, kind, purpose, id, change).await?;
    let bucket = check(services, project.actor(), project.row(), &wanted).await?;
    if project.row().never_touches_media && wanted.is_source() {
        return Ok(None);
    }
    let _turn = outbound::turn(services, project.actor()).await?;
    let looked = tokio::time::timeout(HINT, bucket.beyond()).await;
    let mut beyond = looked.unwrap_or_default();
    beyond.retain(|right| *right != Right::Delete || !wanted.deletes());
    Ok(labelkeep_blob::hint(purpose, beyond))
}

/// How long rights are looked at.
const HINT: std::time::Duration = std::time::Duration::from_secs(10);

async fn check(services: &Services, actor: &Actor, project: &ProjectRow, wanted: &Wanted) -> Result<Box<dyn Bucket>> {
    wanted.check_untouched(project)?;
    let bucket = match wanted.open(services, project.organization_id)? {
        Ok(bucket) => bucket,
        Err(error) => return Err(told(services, actor, error).await),
    };
    let _turn = outbound::turn(services, actor).await?;
    match tried(&*bucket, project.never_touches_media && wanted.is_source()).await {
        Ok(()) => Ok(bucket),
        Err(error) => Err(told(services, actor, error).await),
    }
}

/// Sees whether a bucket does what it is for. Where the server never touches media, looking at the list has to do.
async fn tried(bucket: &dyn Bucket, is_untouched: bool) -> Result<(), BlobError> {
    if is_untouched {
        bucket.list(&Position::default(), true, 1).await.map(drop)
    } else {
        bucket.check().await
    }
}

/// An error of an object store as an answer; what the guard refused is put on record.
async fn told(services: &Services, actor: &Actor, error: BlobError) -> ServiceError {
    match error.fault {
        Fault::Guard(refused) => outbound::told(services, actor, refused).await,
        Fault::Input(Some(field)) => Invalid::field(field, error.text).into(),
        _ => Invalid::whole(error.text).into(),
    }
}

/// Objects that a storage would take.
#[derive(Debug, Default)]
pub struct Preview {
    /// In the order of keys.
    pub objects: Vec<labelkeep_blob::Object>,
    /// Whether there are more, or there was no time for more.
    pub is_cut: bool,
}

/// How long a preview looks.
const PREVIEW: std::time::Duration = std::time::Duration::from_secs(30);

/// Which objects a source would take, up to `limit`.
pub async fn preview(
    services: &Services,
    project: &Granted<ProjectRow>,
    kind: &str,
    id: Option<i64>,
    change: Change,
    limit: usize,
) -> Result<Preview> {
    let wanted = asked(services, project, kind, Purpose::Source, id, change).await?;
    let bucket = match wanted.open(services, project.row().organization_id)? {
        Ok(bucket) => bucket,
        Err(error) => return Err(told(services, project.actor(), error).await),
    };
    let _turn = outbound::turn(services, project.actor()).await?;
    let until = tokio::time::Instant::now() + PREVIEW;
    let filter = wanted.filter()?;
    let mut preview = Preview::default();
    let mut position = Position::default();
    loop {
        let page = match tokio::time::timeout_at(until, bucket.list(&position, wanted.recursive_scan, 1_000)).await {
            Err(_) => {
                preview.is_cut = true;
                return Ok(preview);
            }
            Ok(Err(error)) => return Err(told(services, project.actor(), error).await),
            Ok(Ok(page)) => page,
        };
        for object in page.objects {
            if !filter.takes(&object.key) {
                continue;
            }
            if preview.objects.len() >= limit {
                preview.is_cut = true;
                return Ok(preview);
            }
            preview.objects.push(object);
        }
        match page.next {
            Some(next) => position = next,
            None => return Ok(preview),
        }
    }
}

/// What there is to say about a storage: what waits, and what did not work.
#[derive(Debug, Default)]
pub struct Notes {
    /// Annotations that a target still has to be given.
    pub waiting: i64,
    /// Those of them whose writing failed at least once.
    pub failed: i64,
    /// Some of these, with the reason.
    pub failures: Vec<(i64, String)>,
    /// Objects of which no tasks came, or that have changed since.
    pub objects: Vec<NotedObject>,
}

/// What is listed at most.
const NOTED: i64 = 100;

/// What there is to say about a storage.
pub async fn notes(services: &Services, storage: &Granted<StorageRow>) -> Result<Notes> {
    let row = storage.row();
    if !row.is_target {
        return Ok(Notes {
            objects: objects::noted(&services.db, row.id, NOTED).await?,
            ..Notes::default()
        });
    }
    let (waiting, failed) = work::waiting(&services.db, row.id).await?;
    Ok(Notes {
        waiting,
        failed,
        failures: work::failed(&services.db, row.id, NOTED).await?,
        objects: Vec::new(),
    })
}

/// The storage as it is now.
pub async fn read(services: &Services, storage: &Granted<StorageRow>) -> Result<StorageRow> {
    rows::find(&services.db, &storage.actor().viewer(), storage.row().id)
        .await?
        .ok_or(ServiceError::NotFound("Storage"))
}

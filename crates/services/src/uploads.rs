//! Files that people upload: received into a folder of this machine, kept under random names, served by their public ones.

use std::path::{Path, PathBuf};

use futures_util::{StreamExt as _, stream};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::uploads::{self as rows, UploadRow};
use labelkeep_store::{Tx, audit};
use percent_encoding::percent_decode_str;
use tokio::io::AsyncWriteExt as _;

use crate::access::{self, Granted};
use crate::files::{Shelf, StoredFile};
use crate::{Invalid, Result, ServiceError, Services, naming};

/// 32 hexadecimal characters that nobody can guess.
fn random_name() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// A file on its way in. It is removed again unless it is kept.
#[derive(Debug)]
pub struct Incoming {
    /// The name that its owner gave it; data, never a path.
    pub name: String,
    /// Bytes received.
    pub size: u64,
    path: PathBuf,
    kept: bool,
}

impl Incoming {
    /// A file that lies there already; it is removed again unless it is kept.
    pub(crate) fn at(name: String, path: PathBuf, size: u64) -> Incoming {
        Incoming {
            name,
            size,
            path,
            kept: false,
        }
    }

    /// Where it lies now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// It stays where it is when this is dropped.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }

    /// The same with the number of bytes that were written.
    pub(crate) fn of_size(mut self, size: u64) -> Self {
        self.size = size;
        self
    }

    /// What comes after the last dot of the name, in lower case, without the dot.
    pub fn extension(&self) -> String {
        extension(&self.name)
    }
}

/// What comes after the last dot of a name, in lower case, without the dot.
pub(crate) fn extension(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default()
}

/// The address by which tasks name an upload.
pub(crate) fn url(project_id: i64, name: &str) -> String {
    let name = percent_encoding::utf8_percent_encode(name, PATH);
    format!("/data/upload/{project_id}/{name}")
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Receives the bytes of one file.
pub struct Receiver {
    incoming: Incoming,
    file: tokio::io::BufWriter<tokio::fs::File>,
    room: u64,
    limit: u64,
    svg_cleanup: bool,
}

/// Largest SVG picture that is cleaned, in bytes; it is read as a whole.
const SVG_MAX_BYTES: u64 = 16 * 1024 * 1024;

impl Receiver {
    /// Opens a file for a body that is no upload; `limit` is how many bytes it may have.
    pub async fn of_body(services: &Services, name: &str, limit: u64) -> Result<Receiver> {
        let receiver = Receiver::open(services, name, 0).await?;
        Ok(Receiver {
            room: limit,
            limit,
            ..receiver
        })
    }

    /// Opens a file for an upload of which `received` bytes have come in with other files already.
    pub async fn open(services: &Services, name: &str, received: u64) -> Result<Receiver> {
        let folder = services.settings.files.uploads.folder().to_owned();
        let path = folder.join(format!("incoming-{}", random_name()));
        let opened = path.clone();
        let file = tokio::task::spawn_blocking(move || {
            private_folder(&folder)?;
            create_private(&opened)
        })
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))??;
        let limit = services.settings.upload_max_bytes;
        Ok(Receiver {
            incoming: Incoming {
                name: name.to_owned(),
                size: 0,
                path,
                kept: false,
            },
            file: tokio::io::BufWriter::with_capacity(256 * 1024, tokio::fs::File::from_std(file)),
            room: limit.saturating_sub(received),
            limit,
            svg_cleanup: services.settings.svg_cleanup,
        })
    }

    /// Takes the next bytes; refuses what is over the limit before it is written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.incoming.size += bytes.len() as u64;
        if self.incoming.size > self.room {
            return Err(ServiceError::TooLarge(format!(
                "Maximum total size of all files is {} bytes",
                self.limit
            )));
        }
        Ok(self.file.write_all(bytes).await?)
    }

    /// The whole file. An SVG picture is cleaned (SEC-165).
    ///
    /// # Errors
    /// An SVG picture that cannot be read as one.
    pub async fn finish(mut self) -> Result<Incoming> {
        self.file.flush().await?;
        if !self.svg_cleanup || self.incoming.extension() != "svg" {
            return Ok(self.incoming);
        }
        let incoming = self.incoming;
        tokio::task::spawn_blocking(move || clean_svg(incoming))
            .await
            .map_err(|error| ServiceError::Internal(error.to_string()))?
    }
}

fn clean_svg(incoming: Incoming) -> Result<Incoming> {
    let refused = |text: String| Invalid::whole(format!("{}: {text}", incoming.name));
    if incoming.size > SVG_MAX_BYTES {
        return Err(refused(format!("an SVG picture may have {SVG_MAX_BYTES} bytes at most")).into());
    }
    let text =
        String::from_utf8(std::fs::read(&incoming.path)?).map_err(|_| refused("it is not UTF-8 text".to_owned()))?;
    let cleaned = labelkeep_formats::clean_svg(&text).map_err(refused)?;
    // In place: the file is private and has no row yet.
    std::fs::write(&incoming.path, &cleaned)?;
    Ok(incoming.of_size(cleaned.len() as u64))
}

pub(crate) fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

pub(crate) fn create_private(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(path)
}

/// A file that has its final place, but no row yet. Removed again unless [`Placed::insert`] succeeds and is committed. Until this is
/// dropped it lies on this machine, too.
pub(crate) struct Placed {
    pub(crate) name: String,
    stored_as: String,
    services: Services,
    path: PathBuf,
    size: i64,
    quotas: Quotas,
    keep: bool,
}

/// How many bytes uploaded files may take together; none: as many as there is room for (SEC-154).
#[derive(Debug, Clone, Copy, Default)]
pub struct Quotas {
    /// Of a project (`LABELKEEP_PROJECT_QUOTA`).
    pub project: Option<i64>,
    /// Of all projects of an organization (`LABELKEEP_ORGANIZATION_QUOTA`).
    pub organization: Option<i64>,
}

impl Quotas {
    /// Refuses what has come to be too much in this transaction.
    async fn check(&self, tx: &mut Tx, project_id: i64) -> Result<()> {
        let full = |whose: &str, most: i64| {
            ServiceError::TooLarge(format!(
                "The files of this {whose} may take {most} bytes. Remove some, or ask whoever runs the server."
            ))
        };
        if let Some(most) = self.project
            && rows::bytes_of_project(tx, project_id).await? > most
        {
            return Err(full("project", most));
        }
        if let Some(most) = self.organization
            && rows::bytes_of_organization(tx, project_id).await? > most
        {
            return Err(full("organization", most));
        }
        Ok(())
    }
}

impl Placed {
    /// The address by which tasks name the file.
    pub(crate) fn url(&self, project_id: i64) -> String {
        url(project_id, &self.name)
    }

    /// Adds the row.
    pub(crate) async fn insert(&self, tx: &mut Tx, project_id: i64, account_id: i64, now: i64) -> Result<UploadRow> {
        let row = rows::insert(tx, project_id, account_id, &self.name, &self.stored_as, self.size, now).await?;
        self.shelf().named(tx, &self.stored_as).await?;
        self.quotas.check(tx, project_id).await?;
        Ok(row)
    }

    fn shelf(&self) -> &Shelf {
        &self.services.settings.files.uploads
    }

    /// Where the bytes lie.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The row is committed: the file stays.
    pub(crate) fn keep(mut self) {
        self.keep = true;
    }
}

impl std::fmt::Debug for Placed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Placed")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        if self.keep {
            self.shelf().put_away(&self.stored_as);
            return;
        }
        let _ = std::fs::remove_file(&self.path);
        // In a bucket it was announced, so that it goes in any case; here it goes at once.
        if self.shelf().is_remote()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let (services, name) = (self.services.clone(), self.stored_as.clone());
            runtime.spawn(async move {
                let shelf = services.settings.files.uploads.clone();
                shelf.clear(&services, vec![name]).await;
            });
        }
    }
}

/// Characters that a path segment may hold as they are.
const PATH: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// How many files are on their way into a bucket at the same time.
const AT_ONCE: usize = 4;

/// Gives received files their final places: random names where they lie, `<8 hex>-<cleaned name>` for people (SEC-156). Each is there
/// as a whole before a row says so; what a fault leaves behind was announced, and goes.
pub(crate) async fn place_all(services: &Services, incoming: Vec<Incoming>) -> Result<Vec<Placed>> {
    let shelf = &services.settings.files.uploads;
    let named: Vec<(String, Incoming)> = incoming.into_iter().map(|file| (random_name(), file)).collect();
    let names = named.iter().map(|(name, _)| name.clone()).collect();
    shelf.announce(services, names).await?;
    let services_in = services.clone();
    let placed = tokio::task::spawn_blocking(move || -> Result<Vec<Placed>> {
        let place = |(stored_as, file)| Ok(place(&services_in, stored_as, file)?);
        named.into_iter().map(place).collect()
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))??;
    if shelf.is_remote() {
        let names: Vec<String> = placed.iter().map(|file| file.stored_as.clone()).collect();
        let mut puts = stream::iter(names)
            .map(|name| {
                let shelf = shelf.clone();
                async move { shelf.put(&name).await }
            })
            .buffer_unordered(AT_ONCE);
        while let Some(put) = puts.next().await {
            put?;
        }
    }
    Ok(placed)
}

fn place(services: &Services, stored_as: String, mut incoming: Incoming) -> std::io::Result<Placed> {
    let path = services.settings.files.uploads.path(&stored_as);
    let file = std::fs::File::open(&incoming.path)?;
    // The bytes are on disk before a row says that they are.
    file.sync_all()?;
    std::fs::rename(&incoming.path, &path)?;
    incoming.kept = true;
    let name = format!(
        "{}-{}",
        &random_name()[..8],
        labelkeep_formats::clean_file_name(&incoming.name)
    );
    Ok(Placed {
        name,
        stored_as,
        services: services.clone(),
        path,
        size: incoming.size as i64,
        quotas: services.settings.quotas,
        keep: false,
    })
}

/// The caller's own uploads of a project; `ids` narrows them when given.
pub async fn list(services: &Services, project: &Granted<ProjectRow>, ids: Option<&[i64]>) -> Result<Vec<UploadRow>> {
    Ok(rows::list(&services.db, project.row().id, project.actor().account_id, ids).await?)
}

/// The upload that is served as `/data/upload/{project}/{name}`, and its bytes. Who is shown some tasks alone gets what they
/// name: a file that tasks were read from has them all (SEC-117).
pub async fn open(services: &Services, project: &Granted<ProjectRow>, name: &str) -> Result<(UploadRow, StoredFile)> {
    let found = stored(services, project.row().id, name).await?;
    // Both addresses of an upload end so.
    let end = format!("upload/{}/{name}", project.row().id);
    let leads_there = |address: &str| percent_decode_str(address).decode_utf8_lossy().ends_with(&end);
    if project.assigned_only().is_some() && !naming::is_named(services, project, "upload/", name, leads_there).await? {
        return Err(ServiceError::NotFound("FileUpload"));
    }
    Ok(found)
}

/// The same, for who has asked for rights already.
pub(crate) async fn stored(services: &Services, project_id: i64, name: &str) -> Result<(UploadRow, StoredFile)> {
    let row = rows::by_name(&services.db, project_id, name)
        .await?
        .ok_or(ServiceError::NotFound("FileUpload"))?;
    let file = services.settings.files.uploads.stored(&row.stored_as, row.size);
    Ok((row, file))
}

/// Removes the caller's own uploads of a project: those of these that are there, or all; gives their number.
pub async fn delete(services: &Services, project: Granted<ProjectRow>, ids: Option<Vec<i64>>) -> Result<usize> {
    let (actor, project) = project.into_parts();
    let found = rows::list(&services.db, project.id, actor.account_id, ids.as_deref()).await?;
    let now = services.now();
    let gone: Vec<i64> = found.iter().map(|row| row.id).collect();
    let number = gone.len();
    let shelf = services.settings.files.uploads.clone();
    let names: Vec<String> = found.into_iter().map(|row| row.stored_as).collect();
    let (shelf_in, names_in) = (shelf.clone(), names.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::delete(tx, &gone).await?;
                shelf_in.let_go(tx, &names_in, now).await?;
                let object = format!("project:{}", project.id);
                audit::record(tx, &access::origin(&actor), "upload.delete", &object, "{}", now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    shelf.clear(services, names).await;
    Ok(number)
}

/// Removes files that were coming in when the program was ended, but those that an import in the background still reads.
pub(crate) async fn clean_up(services: &Services) -> Result<()> {
    let mut old = services.settings.files.uploads.untouched().await?;
    old.retain(|name| name.starts_with("incoming-"));
    if old.is_empty() {
        return Ok(());
    }
    let wanted = labelkeep_store::jobs::parameters_of_unfinished(&services.db, "import").await?;
    for name in old {
        if !wanted.iter().any(|parameters| parameters.contains(&name)) {
            let path = services.settings.files.uploads.path(&name);
            let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
        }
    }
    Ok(())
}

/// A copy of a file that lies on this machine, for commands: it is read as if it had been uploaded. The limit of uploads is that of requests.
pub fn copied(services: &Services, name: &str, path: &Path) -> Result<Incoming> {
    let (incoming, mut file) = incoming(services, name)?;
    let size = std::io::copy(&mut std::fs::File::open(path)?, &mut file)?;
    let incoming = incoming.of_size(size);
    if services.settings.svg_cleanup && incoming.extension() == "svg" {
        return clean_svg(incoming);
    }
    Ok(incoming)
}

/// A new incoming file of ours, and where its bytes go.
pub(crate) fn incoming(services: &Services, name: &str) -> std::io::Result<(Incoming, std::fs::File)> {
    let folder = services.settings.files.uploads.folder();
    private_folder(folder)?;
    let path = folder.join(format!("incoming-{}", random_name()));
    let file = create_private(&path)?;
    Ok((
        Incoming {
            name: name.to_owned(),
            size: 0,
            path,
            kept: false,
        },
        file,
    ))
}

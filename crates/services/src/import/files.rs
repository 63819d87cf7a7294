//! The files of an import: archives are unpacked, what is shown gets its place among the uploads, and what a data set only tells
//! is read and forgotten.

use std::path::Path;

use labelkeep_formats::import::{self as formats, Limits};
use labelkeep_policy::Actor;
use labelkeep_store as store;
use labelkeep_store::projects::ProjectRow;
use serde::{Deserialize, Serialize};

use super::read;
use crate::files::LocalFile;
use crate::storages::untouched;
use crate::uploads::{Incoming, Placed};
use crate::{Invalid, Result, ServiceError, Services};

/// Rows of uploads that are written at once.
const ROWS: usize = 500;

/// A file of an import. What is not kept at its end goes again.
pub(super) struct Stored {
    /// Where it lies, as the archive or the person called it.
    name: String,
    extension: String,
    place: Place,
}

enum Place {
    /// An upload with its row and address.
    Upload { id: i64, url: String, placed: Placed },
    /// A part of a data set that is read only.
    Read(Incoming),
}

/// A file of an import that is a job, in its parameters.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HandedOver {
    /// Of the upload; none for a part of a data set that is read only.
    pub(super) upload: Option<i64>,
    name: String,
    url: String,
    extension: String,
    /// Its name in the folder of uploads.
    stored_as: String,
}

impl HandedOver {
    /// What is read, from this machine: a copy where the files lie elsewhere.
    pub(super) async fn input(&self, services: &Services) -> Result<(read::FileInput, LocalFile)> {
        let local = services.settings.files.uploads.local(&self.stored_as).await?;
        let input = read::FileInput {
            id: self.upload,
            name: self.name.clone(),
            url: self.url.clone(),
            extension: self.extension.clone(),
            path: local.path().to_owned(),
        };
        Ok((input, local))
    }

    /// Removes those that nobody needs any more: the parts of data sets, and after an import that brought nothing all.
    pub(super) async fn forget(services: &Services, files: &[HandedOver], all: bool) -> Result<()> {
        let ids: Vec<i64> = files.iter().filter(|_| all).filter_map(|file| file.upload).collect();
        let gone = files.iter().filter(|file| all || file.upload.is_none());
        let names: Vec<String> = gone.map(|file| file.stored_as.clone()).collect();
        if names.is_empty() {
            return Ok(());
        }
        let shelf = services.settings.files.uploads.clone();
        let (shelf_in, names_in, now) = (shelf.clone(), names.clone(), services.now());
        services
            .db
            .write(move |tx| {
                Box::pin(async move {
                    store::uploads::delete(tx, &ids).await?;
                    shelf_in.let_go(tx, &names_in, now).await
                })
            })
            .await?;
        shelf.clear(services, names).await;
        Ok(())
    }
}

/// The same before it has a row.
enum Ready {
    Upload(Placed),
    Read(Incoming),
}

impl Stored {
    /// Gives each file its place. Of a data set only what is shown becomes an upload.
    pub(super) async fn keep_all(
        services: &Services,
        project: &ProjectRow,
        actor: &Actor,
        incoming: Vec<Incoming>,
        dataset: bool,
    ) -> Result<Vec<Stored>> {
        if incoming.is_empty() {
            return Err(Invalid::whole("No data found in body or in files").into());
        }
        let (services_in, project_in) = (services.clone(), project.clone());
        let sorted = tokio::task::spawn_blocking(move || sort_out(&services_in, &project_in, incoming, dataset))
            .await
            .map_err(|error| ServiceError::Internal(error.to_string()))??;
        let ready = place_all(services, sorted).await?;
        let (project_id, account_id, now) = (project.id, actor.account_id, services.now());
        let mut files = Vec::with_capacity(ready.len());
        let mut ready = ready.into_iter().peekable();
        while ready.peek().is_some() {
            let part: Vec<_> = ready.by_ref().take(ROWS).collect();
            let written = services.db.write(move |tx| {
                Box::pin(async move {
                    let mut files = Vec::with_capacity(part.len());
                    for (name, ready) in part {
                        let place = match ready {
                            Ready::Read(file) => Place::Read(file),
                            Ready::Upload(placed) => Place::Upload {
                                id: placed.insert(tx, project_id, account_id, now).await?.id,
                                url: placed.url(project_id),
                                placed,
                            },
                        };
                        let extension = crate::uploads::extension(&name);
                        files.push(Stored { name, extension, place });
                    }
                    Ok::<_, ServiceError>(files)
                })
            });
            match written.await {
                Ok(part) => files.extend(part),
                Err(error) => {
                    Stored::forget_all(services, files).await;
                    return Err(error);
                }
            }
        }
        Ok(files)
    }

    /// A JSON body that was received as a file: it is read, and not kept.
    pub(super) fn body(received: Incoming) -> Stored {
        Stored {
            name: received.name.clone(),
            extension: "json".to_owned(),
            place: Place::Read(received),
        }
    }

    pub(super) fn input(&self) -> read::FileInput {
        let (id, url, path) = match &self.place {
            Place::Upload { id, url, placed } => (Some(*id), url.clone(), placed.path()),
            Place::Read(file) => (None, String::new(), file.path()),
        };
        read::FileInput {
            id,
            name: self.name.clone(),
            url,
            extension: self.extension.clone(),
            path: path.to_owned(),
        }
    }

    /// The number of the upload, which stays.
    pub(super) fn keep(self) -> Option<i64> {
        match self.place {
            Place::Upload { id, placed, .. } => {
                placed.keep();
                Some(id)
            }
            Place::Read(_) => None,
        }
    }

    /// What a job needs to read the file, which stays as long as the job wants it.
    pub(super) fn hand_over(&self) -> HandedOver {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (upload, url, path) = match &self.place {
            Place::Upload { id, url, placed } => (Some(*id), url.clone(), name(placed.path())),
            Place::Read(file) => (None, String::new(), name(file.path())),
        };
        HandedOver {
            upload,
            name: self.name.clone(),
            url,
            extension: self.extension.clone(),
            stored_as: path,
        }
    }

    /// The files stay when this is dropped, for a job that reads them: on a machine of its own, perhaps.
    pub(super) fn stay(self, services: &Services) {
        match self.place {
            Place::Upload { placed, .. } => placed.keep(),
            // The copy in the bucket is the one that stays, where there is a bucket.
            Place::Read(file) if services.settings.files.uploads.is_remote() => drop(file),
            Place::Read(file) => file.keep(),
        }
    }

    /// Puts what is read only where a job finds it, whatever machine does it.
    pub(super) async fn share(services: &Services, files: &[Stored]) -> Result<()> {
        let shelf = &services.settings.files.uploads;
        if !shelf.is_remote() {
            return Ok(());
        }
        let read_only = files.iter().map(Stored::hand_over).filter(|file| file.upload.is_none());
        let names: Vec<String> = read_only.map(|file| file.stored_as).collect();
        shelf.announce(services, names.clone()).await?;
        for name in names {
            shelf.put(&name).await?;
        }
        Ok(())
    }

    /// The files go when they are dropped; their rows go here.
    pub(super) async fn forget_all(services: &Services, files: Vec<Stored>) {
        let gone: Vec<HandedOver> = files.iter().map(Stored::hand_over).collect();
        let gone = HandedOver::forget(services, &gone, true).await;
        if let Err(error) = gone {
            tracing::warn!(%error, "the rows of refused files could not be removed");
        }
    }
}

/// The files of an import with archives unpacked, and whether each is only read.
fn sort_out(
    services: &Services,
    project: &ProjectRow,
    incoming: Vec<Incoming>,
    dataset: bool,
) -> Result<Vec<(Incoming, bool)>> {
    let mut files = Vec::with_capacity(incoming.len());
    for file in incoming {
        if formats::is_archive(&file.name) {
            unpack(services, &file, &mut files)?;
        } else {
            files.push(file);
        }
    }
    for file in &files {
        untouched::check_file(project, &file.name)?;
    }
    let read_only = |file: &Incoming| dataset && !formats::is_media(&file.name);
    for file in files.iter().filter(|file| !read_only(file)) {
        read::check_file(file)?;
    }
    let sorted = files.into_iter().map(|file| {
        let is_read_only = read_only(&file);
        (file, is_read_only)
    });
    Ok(sorted.collect())
}

/// What is shown gets its place; the files keep their order.
async fn place_all(services: &Services, sorted: Vec<(Incoming, bool)>) -> Result<Vec<(String, Ready)>> {
    let names: Vec<(String, bool)> = sorted
        .iter()
        .map(|(file, is_read)| (file.name.clone(), *is_read))
        .collect();
    let (read, shown): (Vec<_>, Vec<_>) = sorted.into_iter().partition(|(_, is_read)| *is_read);
    let shown = shown.into_iter().map(|(file, _)| file).collect();
    let mut placed = crate::uploads::place_all(services, shown).await?.into_iter();
    let mut read = read.into_iter();
    let ready = names.into_iter().map_while(|(name, is_read)| {
        let ready = if is_read {
            Ready::Read(read.next()?.0)
        } else {
            Ready::Upload(placed.next()?)
        };
        Some((name, ready))
    });
    Ok(ready.collect())
}

/// The files of an archive, each on its own (SEC-158).
fn unpack(services: &Services, archive: &Incoming, files: &mut Vec<Incoming>) -> Result<()> {
    let upload_folder = services.settings.files.uploads.folder();
    let folder = upload_folder.join(format!("incoming-{}", uuid::Uuid::new_v4().simple()));
    crate::uploads::private_folder(&folder)?;
    let unpacked = std::fs::File::open(archive.path())
        .map_err(ServiceError::from)
        .and_then(|file| {
            formats::unpack(file, &archive.name, &folder, Limits::default()).map_err(|error| match error {
                formats::ImportError::TooLarge(text) => ServiceError::TooLarge(text),
                formats::ImportError::Read(error) => ServiceError::File(error),
                other => Invalid::whole(other.to_string()).into(),
            })
        });
    let outcome = unpacked.and_then(|found| {
        for name in labelkeep_formats::datasets::Folder::names(&found) {
            let Some(path) = found.path(&name) else { continue };
            // Out of the folder, which goes.
            let path_out = upload_folder.join(format!("incoming-{}", uuid::Uuid::new_v4().simple()));
            std::fs::rename(path, &path_out)?;
            let size = std::fs::metadata(&path_out)
                .map(|facts| facts.len())
                .unwrap_or_default();
            files.push(Incoming::at(name, path_out, size));
        }
        Ok(())
    });
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

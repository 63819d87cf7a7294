//! The files of an import: archives are unpacked, what is shown gets its place among the uploads, and what a data set only tells
//! is read and forgotten.

use std::path::{Path, PathBuf};

use labelkeep_formats::import::{self as formats, Limits};
use labelkeep_policy::Actor;
use labelkeep_store as store;
use labelkeep_store::projects::ProjectRow;
use serde::{Deserialize, Serialize};

use super::read;
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
    pub(super) fn input(&self, services: &Services) -> read::FileInput {
        read::FileInput {
            id: self.upload,
            name: self.name.clone(),
            url: self.url.clone(),
            extension: self.extension.clone(),
            path: self.path(services),
        }
    }

    fn path(&self, services: &Services) -> PathBuf {
        services.settings.upload_folder.join(&self.stored_as)
    }

    /// Removes those that nobody needs any more: the parts of data sets, and after an import that brought nothing all.
    pub(super) async fn forget(services: &Services, files: &[HandedOver], all: bool) -> Result<()> {
        let ids: Vec<i64> = files.iter().filter(|_| all).filter_map(|file| file.upload).collect();
        if !ids.is_empty() {
            services
                .db
                .write(move |tx| Box::pin(async move { store::uploads::delete(tx, &ids).await }))
                .await?;
        }
        for file in files.iter().filter(|file| all || file.upload.is_none()) {
            let _ = std::fs::remove_file(file.path(services));
        }
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
        let ready = tokio::task::spawn_blocking(move || place_all(&services_in, &project_in, incoming, dataset))
            .await
            .map_err(|error| ServiceError::Internal(error.to_string()))??;
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

    /// The files stay when this is dropped.
    pub(super) fn stay(self) {
        match self.place {
            Place::Upload { placed, .. } => placed.keep(),
            Place::Read(file) => file.keep(),
        }
    }

    /// The files go when they are dropped; their rows go here.
    pub(super) async fn forget_all(services: &Services, files: Vec<Stored>) {
        let ids: Vec<i64> = files.iter().filter_map(|file| file.input().id).collect();
        if ids.is_empty() {
            return;
        }
        let gone = services
            .db
            .write(move |tx| Box::pin(async move { store::uploads::delete(tx, &ids).await }))
            .await;
        if let Err(error) = gone {
            tracing::warn!(%error, "the rows of refused files could not be removed");
        }
    }
}

fn place_all(
    services: &Services,
    project: &ProjectRow,
    incoming: Vec<Incoming>,
    dataset: bool,
) -> Result<Vec<(String, Ready)>> {
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
    let mut ready = Vec::with_capacity(files.len());
    for file in files {
        let name = file.name.clone();
        let place = if read_only(&file) {
            Ready::Read(file)
        } else {
            Ready::Upload(crate::uploads::place(services, file)?)
        };
        ready.push((name, place));
    }
    Ok(ready)
}

/// The files of an archive, each on its own (SEC-158).
fn unpack(services: &Services, archive: &Incoming, files: &mut Vec<Incoming>) -> Result<()> {
    let upload_folder = &services.settings.upload_folder;
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

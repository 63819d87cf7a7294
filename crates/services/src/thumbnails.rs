//! Small pictures of the pictures that tasks show, for lists of them: where the bytes go through the server in any case.
//!
//! They are made when they are first asked for, and kept in a folder of this machine. Rights are asked of the original each time, and
//! it is looked at each time, so that one that is gone or changed has no thumbnail; what nobody asked for in 30 days goes (SEC-193).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use labelkeep_formats::{THUMBNAIL_BYTES, Thumbnail};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::files::StoredFile;
use crate::storages::media::{Found, Range};
use crate::{Result, ServiceError, Services, background};

/// Pixels of the longer side: of a row of a table, and of a card.
pub const SIDES: [usize; 2] = [240, 640];
/// How many are made at the same time: each takes up to 48 MiB for the file and some 110 MB for its pixels.
const AT_ONCE: usize = 2;
/// How much they may take together, in bytes.
const ROOM: u64 = 512 * 1024 * 1024;
/// What may come in before it is looked whether they take too much, in bytes.
const LOOK: u64 = 64 * 1024 * 1024;
/// How long one is kept that nobody asks for.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How old a note of use may be before it is written again.
const NOTED: Duration = Duration::from_secs(24 * 3_600);

/// Those of this process.
#[derive(Debug)]
pub(crate) struct Thumbnails {
    turns: Semaphore,
    /// Bytes that came in since the folder was looked at.
    new: AtomicU64,
}

impl Default for Thumbnails {
    fn default() -> Self {
        Thumbnails {
            turns: Semaphore::new(AT_ONCE),
            new: AtomicU64::new(0),
        }
    }
}

/// A small picture, and what names its content.
#[derive(Debug)]
pub struct Small {
    /// The picture.
    pub picture: Thumbnail,
    /// Differs when the original does.
    pub tag: String,
}

/// The size that is asked for, in the words of an address; none when there is no such one.
pub fn side(text: &str) -> Option<usize> {
    let side = text.parse().ok()?;
    SIDES.contains(&side).then_some(side)
}

/// Of an upload; none where the original is to be shown: it is small itself, or of a kind that is not decoded.
pub async fn of_upload(services: &Services, file: &StoredFile, side: usize) -> Result<Option<Small>> {
    let size = file.size().await?;
    // An upload never changes, and its name is used once.
    let tag = file.name().to_owned();
    let read = async || match size {
        0..=THUMBNAIL_BYTES => whole(file.read(0, size).await?).await,
        _ => Ok(None),
    };
    small(services, &format!("u-{tag}"), tag, side, read).await
}

/// Of an object of a storage; none as [`of_upload`].
///
/// # Errors
/// The store does not give the object.
pub async fn of_object(
    services: &Services,
    found: &Found,
    side: usize,
) -> Result<Option<Small>, labelkeep_blob::BlobError> {
    let first = Range {
        first: 0,
        last: Some(0),
    };
    let looked = found.read(Some(first)).await?;
    let size = looked.part.map_or(u64::MAX, |(_, _, size)| size);
    let tag = hexadecimal(&Sha256::digest(format!("{}\0{}", found.key(), looked.etag)));
    let read = async || match size {
        0..=THUMBNAIL_BYTES => {
            let content = found.read(None).await?.bytes(THUMBNAIL_BYTES).await?;
            Ok(Some(content))
        }
        _ => Ok(None),
    };
    small(
        services,
        &format!("{}{tag}", of_storage(found.storage_id())),
        tag,
        side,
        read,
    )
    .await
    .map_err(|error| match error {
        ServiceError::Files(error) => error,
        other => {
            tracing::error!(error = %other, "a thumbnail could not be made");
            labelkeep_blob::BlobError {
                fault: labelkeep_blob::Fault::Later,
                text: "The server could not make a small picture of it".to_owned(),
            }
        }
    })
}

fn of_storage(id: i64) -> String {
    format!("o{id}-")
}

/// The kept one, or a new one. What cannot be made is kept as an empty file.
async fn small(
    services: &Services,
    name: &str,
    tag: String,
    side: usize,
    read: impl AsyncFnOnce() -> Result<Option<Vec<u8>>>,
) -> Result<Option<Small>> {
    let path = services.settings.files.thumbnails().join(format!("{name}-{side}"));
    if let Some(kept) = kept(&path).await {
        return Ok(kept.map(|picture| Small { picture, tag }));
    }
    // Whoever waits here reads nothing into memory yet.
    let closed = |_| ServiceError::Internal("the thumbnails are closed".to_owned());
    let _turn = services.thumbnails.turns.acquire().await.map_err(closed)?;
    if let Some(kept) = self::kept(&path).await {
        return Ok(kept.map(|picture| Small { picture, tag }));
    }
    let made = match read().await? {
        None => None,
        Some(original) => background::run(move || {
            let made = labelkeep_formats::thumbnail(&original, side)?;
            (made.bytes.len() < original.len()).then_some(made)
        })
        .await
        .unwrap_or_default(),
    };
    let bytes = made.as_ref().map_or(Vec::new(), |made| made.bytes.clone());
    keep(services, path, bytes).await?;
    Ok(made.map(|picture| Small { picture, tag }))
}

/// What is kept: nothing, that there is none, or one. That it was used is noted.
async fn kept(path: &Path) -> Option<Option<Thumbnail>> {
    let bytes = tokio::fs::read(path).await.ok()?;
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let is_old = age(&path).is_some_and(|age| age > NOTED);
        if is_old && let Ok(file) = std::fs::File::options().append(true).open(path) {
            let _ = file.set_modified(SystemTime::now());
        }
    });
    if bytes.is_empty() {
        return Some(None);
    }
    let content_type = if bytes.starts_with(b"\x89PNG") {
        "image/png"
    } else {
        "image/jpeg"
    };
    Some(Some(Thumbnail { bytes, content_type }))
}

/// A file that nobody sees half of.
async fn keep(services: &Services, path: PathBuf, bytes: Vec<u8>) -> Result<()> {
    // An empty one takes a block, too.
    let size = bytes.len() as u64 + 4_096;
    tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        crate::uploads::private_folder(folder)?;
        let beside = folder.join(format!("new-{}", uuid::Uuid::new_v4().simple()));
        let written = crate::uploads::create_private(&beside)
            .and_then(|mut file| std::io::Write::write_all(&mut file, &bytes))
            .and_then(|()| std::fs::rename(&beside, &path));
        if written.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        written
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))??;
    let new = &services.thumbnails.new;
    if new.fetch_add(size, Ordering::Relaxed) + size > LOOK {
        new.store(0, Ordering::Relaxed);
        tidy(services).await?;
    }
    Ok(())
}

async fn whole(mut pieces: crate::files::Pieces) -> Result<Option<Vec<u8>>> {
    use futures_util::StreamExt as _;
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(Some(bytes))
}

fn age(path: &Path) -> Option<Duration> {
    std::fs::metadata(path).ok()?.modified().ok()?.elapsed().ok()
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Removes those of an upload that goes.
pub(crate) fn forget_upload(folder: &Path, name: &str) {
    for side in SIDES {
        let _ = std::fs::remove_file(folder.join(format!("u-{name}-{side}")));
    }
}

/// Removes those of the objects of a storage that goes.
pub(crate) async fn forget_storage(services: &Services, id: i64) {
    let (folder, prefix) = (services.settings.files.thumbnails().to_owned(), of_storage(id));
    let _ = tokio::task::spawn_blocking(move || {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    })
    .await;
}

/// Removes what nobody asked for in a long time, and of the rest what was not asked for longest until there is room.
pub(crate) async fn tidy(services: &Services) -> Result<()> {
    let folder = services.settings.files.thumbnails().to_owned();
    tokio::task::spawn_blocking(move || {
        let mut kept = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            let age = facts
                .modified()
                .ok()
                .and_then(|time| time.elapsed().ok())
                .unwrap_or_default();
            if age > UNUSED {
                let _ = std::fs::remove_file(entry.path());
            } else {
                kept.push((age, facts.len() + 4_096, entry.path()));
            }
        }
        let mut taken: u64 = kept.iter().map(|(_, size, _)| size).sum();
        kept.sort_by_key(|(age, ..)| std::cmp::Reverse(*age));
        for (_, size, path) in kept {
            if taken <= ROOM {
                break;
            }
            let _ = std::fs::remove_file(path);
            taken -= size;
        }
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))
}

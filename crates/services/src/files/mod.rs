//! Where the files of the installation lie: uploads, snapshots of exports, pictures of people. In folders of this machine, or in a
//! bucket (`STORAGE_TYPE`); nothing else knows which.
//!
//! Files have random names and are never changed. In a bucket an object is written by one request, as a whole or not at all; what
//! is on its way in or is being read lies in a folder of this machine meanwhile, so that memory stays small.

mod move_in;
mod tidy;

use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use labelkeep_blob::{Bucket, FileContent, Purpose, Range, World};
pub use labelkeep_blob::{Grant, Installation, Values};
use labelkeep_store::{Tx, strays};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use crate::{Result, ServiceError, Services};

pub use move_in::{Moved, move_in};
pub(crate) use tidy::{forget_project, tidy};

/// Bytes read at once.
const BUFFER: usize = 128 * 1024;
/// How long a file may have its place before a row names it, in microseconds: a day. Then it is taken for one that was broken off.
const ON_ITS_WAY: i64 = 86_400_000_000;

/// All of them.
#[derive(Debug, Clone)]
pub struct Files {
    /// Uploads.
    pub uploads: Shelf,
    /// Snapshots of exports.
    pub exports: Shelf,
    /// Pictures that people show of themselves.
    pub portraits: Shelf,
    /// The folders of an installation without a bucket: what lay there before there was one.
    before: Option<PathBuf>,
    thumbnails: PathBuf,
}

impl Files {
    /// In folders below the data folder.
    pub fn in_folder(data: &Path) -> Files {
        let shelf = |kind: &'static str| Shelf {
            kind,
            folder: data.join(kind),
            thumbnails: data.join(THUMBNAILS),
            bucket: None,
        };
        Files {
            uploads: shelf(UPLOADS),
            exports: shelf(EXPORTS),
            portraits: shelf(PORTRAITS),
            before: None,
            thumbnails: data.join(THUMBNAILS),
        }
    }

    /// In a bucket, which the installation's own credentials open where there is a grant. Nothing is asked of it yet.
    ///
    /// # Errors
    /// Values that are missing or wrong, by the name of the provider's field.
    pub fn in_bucket(
        data: &Path,
        provider: &str,
        values: &Values,
        net: labelkeep_net::Client,
        installation: Installation,
        grant: Option<Grant>,
    ) -> Result<Files, labelkeep_blob::BlobError> {
        let world = World {
            net,
            local_root: None,
            installation: Arc::new(installation),
            grants: grant.into_iter().collect(),
        };
        let provider = labelkeep_blob::provider(provider).expect("a provider that is in the registry");
        let bucket: Arc<dyn Bucket> = provider.open(values, Purpose::Target, &world)?.into();
        let shelf = |kind: &'static str| Shelf {
            kind,
            folder: data.join("work").join(kind),
            thumbnails: data.join(THUMBNAILS),
            bucket: Some(bucket.clone()),
        };
        Ok(Files {
            uploads: shelf(UPLOADS),
            exports: shelf(EXPORTS),
            portraits: shelf(PORTRAITS),
            before: Some(data.to_owned()),
            thumbnails: data.join(THUMBNAILS),
        })
    }

    /// Writes, reads and removes an object, where there is a bucket.
    ///
    /// # Errors
    /// The bucket is not there, or the keys may not do one of these.
    pub async fn check(&self) -> Result<(), labelkeep_blob::BlobError> {
        let Some(bucket) = &self.uploads.bucket else {
            return Ok(());
        };
        let key = bucket.key_for(&format!("check-{}", uuid::Uuid::new_v4().simple()));
        bucket.write(&key, b"{}".to_vec()).await?;
        let read = bucket.read(&key, None).await?.bytes(16).await;
        bucket.delete(&key).await?;
        read.map(drop)
    }

    /// The folder of this machine in which small pictures of pictures are kept.
    pub(crate) fn thumbnails(&self) -> &Path {
        &self.thumbnails
    }

    fn shelf(&self, kind: &str) -> Option<&Shelf> {
        [&self.uploads, &self.exports, &self.portraits]
            .into_iter()
            .find(|shelf| shelf.kind == kind)
    }
}

const UPLOADS: &str = "uploads";
const EXPORTS: &str = "exports";
const PORTRAITS: &str = "avatars";
const THUMBNAILS: &str = "thumbnails";
/// How long a file that no row knows may still be one that comes in.
const UNTOUCHED: Duration = Duration::from_secs(24 * 3_600);

/// Files of one kind.
#[derive(Clone)]
pub struct Shelf {
    kind: &'static str,
    folder: PathBuf,
    thumbnails: PathBuf,
    bucket: Option<Arc<dyn Bucket>>,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shelf")
            .field("folder", &self.folder)
            .field("bucket", &self.bucket.as_ref().map(|bucket| bucket.address("")))
            .finish()
    }
}

/// Bytes as they come.
pub type Pieces = Pin<Box<dyn Stream<Item = std::io::Result<Bytes>> + Send>>;

impl Shelf {
    /// The folder of this machine in which the files lie, or are worked on.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Names of files of this machine that nobody has written to for a day: what a stop of the server broke off may be among them.
    pub(crate) async fn untouched(&self) -> Result<Vec<String>> {
        let folder = self.folder.clone();
        let names = tokio::task::spawn_blocking(move || -> Vec<String> {
            let Ok(entries) = std::fs::read_dir(folder) else {
                return Vec::new();
            };
            let is_old = |entry: &std::fs::DirEntry| {
                let changed = entry.metadata().and_then(|facts| facts.modified()).ok();
                changed
                    .and_then(|time| time.elapsed().ok())
                    .is_some_and(|age| age > UNTOUCHED)
            };
            let names = entries.flatten().filter(is_old);
            names.filter_map(|entry| entry.file_name().into_string().ok()).collect()
        });
        names.await.map_err(|error| ServiceError::Internal(error.to_string()))
    }

    /// Whether the files lie elsewhere.
    pub(crate) fn is_remote(&self) -> bool {
        self.bucket.is_some()
    }

    /// Where a file of this name lies on this machine, or is made.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn key(&self, bucket: &dyn Bucket, name: &str) -> String {
        bucket.key_for(&format!("{}/{name}", self.kind))
    }

    /// Takes a file that was made at [`Shelf::path`]: it is in the bucket when this returns, where there is one. The copy on this
    /// machine stays.
    pub(crate) async fn put(&self, name: &str) -> Result<()> {
        let Some(bucket) = &self.bucket else { return Ok(()) };
        let content = FileContent::of(&self.path(name)).await?;
        Ok(bucket.write_file(&self.key(&**bucket, name), &content).await?)
    }

    /// The copy of this machine is needed no more.
    pub(crate) fn put_away(&self, name: &str) {
        if self.is_remote() {
            let _ = std::fs::remove_file(self.path(name));
        }
    }

    /// Removes a file, wherever it lies; one that is not there is no error.
    pub(crate) async fn remove(&self, name: &str) -> Result<()> {
        if self.kind == UPLOADS {
            crate::thumbnails::forget_upload(&self.thumbnails, name);
        }
        match tokio::fs::remove_file(self.path(name)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let Some(bucket) = &self.bucket else { return Ok(()) };
        Ok(bucket.delete(&self.key(&**bucket, name)).await?)
    }

    /// Notes in a transaction that no row names these files any more.
    pub(crate) async fn let_go(&self, tx: &mut Tx, names: &[String], now: i64) -> Result<()> {
        Ok(strays::note(tx, self.kind, names, now).await?)
    }

    /// Notes that these files get their place: unless a row comes to name them, they go again.
    pub(crate) async fn announce(&self, services: &Services, names: Vec<String>) -> Result<()> {
        let (kind, due) = (self.kind, services.now() + ON_ITS_WAY);
        services
            .db
            .write(move |tx| Box::pin(async move { Ok(strays::note(tx, kind, &names, due).await?) }))
            .await
    }

    /// A row that is written in this transaction names the file.
    pub(crate) async fn named(&self, tx: &mut Tx, name: &str) -> Result<()> {
        Ok(strays::forget(tx, self.kind, name).await?)
    }

    /// Removes files that [`Shelf::let_go`] noted. What cannot be removed now is tried again every hour.
    pub(crate) async fn clear(&self, services: &Services, names: Vec<String>) {
        let mut gone = Vec::with_capacity(names.len());
        for name in names {
            match self.remove(&name).await {
                Ok(()) => gone.push(name),
                Err(error) => {
                    tracing::warn!(%error, file = name, "a file cannot be removed now; tried again within an hour");
                }
            }
        }
        let kind = self.kind;
        let noted = services.db.write(move |tx| {
            Box::pin(async move {
                for name in &gone {
                    strays::forget(tx, kind, name).await?;
                }
                Ok::<_, ServiceError>(())
            })
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "removed files are removed once more within an hour");
        }
    }

    /// A file that can be read in parts; `size` is what its row says of it.
    pub(crate) fn stored(&self, name: &str, size: i64) -> StoredFile {
        StoredFile {
            shelf: self.clone(),
            name: name.to_owned(),
            size: size.unsigned_abs(),
        }
    }

    /// The file as one of this machine, for what reads it more than once.
    pub(crate) async fn local(&self, name: &str) -> Result<LocalFile> {
        let Some(bucket) = &self.bucket else {
            return Ok(LocalFile {
                path: self.path(name),
                is_copy: false,
            });
        };
        crate::uploads::private_folder(&self.folder)?;
        let copy = LocalFile {
            path: self.folder.join(format!("copy-{}", uuid::Uuid::new_v4().simple())),
            is_copy: true,
        };
        let mut file = tokio::fs::File::from_std(crate::uploads::create_private(&copy.path)?);
        let mut content = bucket.read(&self.key(&**bucket, name), None).await?;
        let mut length = 0;
        while let Some(bytes) = content.body.next().await {
            let bytes = bytes?;
            length += bytes.len() as u64;
            file.write_all(&bytes).await?;
        }
        file.flush().await?;
        if content.length.is_some_and(|expected| expected != length) {
            return Err(ServiceError::Internal(format!("the file {name} came in part")));
        }
        Ok(copy)
    }

    /// The first bytes of a file, up to `limit`.
    pub(crate) async fn head(&self, name: &str, limit: u64) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        let mut pieces = self.read(name, 0, limit).await?;
        while let Some(bytes) = pieces.next().await {
            head.extend_from_slice(&bytes?);
        }
        Ok(head)
    }

    /// Up to `length` bytes of a file from `first` on.
    pub(crate) async fn read(&self, name: &str, first: u64, length: u64) -> Result<Pieces> {
        if length == 0 {
            return Ok(Box::pin(stream::empty()));
        }
        let Some(bucket) = &self.bucket else {
            let mut file = tokio::fs::File::open(self.path(name)).await?;
            file.seek(std::io::SeekFrom::Start(first)).await?;
            return Ok(Box::pin(pieces(file.take(length))));
        };
        let range = Range {
            first,
            last: Some(first + (length - 1)),
        };
        let content = bucket.read(&self.key(&**bucket, name), Some(range)).await?;
        Ok(Box::pin(content.body.map(|bytes| bytes.map_err(std::io::Error::other))))
    }
}

fn pieces(file: tokio::io::Take<tokio::fs::File>) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file, async |mut file| {
        let mut buffer = BytesMut::with_capacity(BUFFER);
        let number = file.read_buf(&mut buffer).await?;
        Ok((number > 0).then(|| (buffer.freeze(), file)))
    })
}

/// A file of this machine; a copy is gone with this value.
#[derive(Debug)]
pub(crate) struct LocalFile {
    path: PathBuf,
    is_copy: bool,
}

impl LocalFile {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LocalFile {
    fn drop(&mut self) {
        if self.is_copy {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A file that somebody may read.
#[derive(Debug, Clone)]
pub struct StoredFile {
    shelf: Shelf,
    name: String,
    size: u64,
}

impl StoredFile {
    /// Its random name, which no other file ever has.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of the whole.
    pub async fn size(&self) -> Result<u64> {
        if self.shelf.is_remote() {
            return Ok(self.size);
        }
        Ok(tokio::fs::metadata(self.shelf.path(&self.name)).await?.len())
    }

    /// `length` bytes from `first` on.
    pub async fn read(&self, first: u64, length: u64) -> Result<Pieces> {
        self.shelf.read(&self.name, first, length).await
    }
}

/// A picture that somebody shows of themselves, of at most a mebibyte; none when there is no such file.
pub async fn portrait(services: &Services, name: &str) -> Result<Option<Vec<u8>>> {
    const MOST: u64 = 1024 * 1024;
    match services.settings.files.portraits.head(name, MOST).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ServiceError::File(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(ServiceError::Files(error)) if error.fault == labelkeep_blob::Fault::Missing => Ok(None),
        Err(error) => Err(error),
    }
}

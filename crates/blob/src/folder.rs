//! A folder of the server's own machine, below the one root that its configuration names (SEC-151).
//!
//! Paths are resolved once, links and all, and have to lie below the root; then each part is opened from the one before without
//! following links, so that a link that somebody makes in between leads nowhere.

mod walk;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rustix::fs::{AtFlags, Mode, OFlags};
use walk::Walk;

use crate::{
    BlobError, Bucket, Content, Fault, Field, Object, Page, Position, Provider, Purpose, Range, SignedHeaders, Values,
    World,
};

/// The provider.
pub(crate) struct Folder;

static PATH: Field = Field::text("path", "Absolute local path")
    .required()
    .place()
    .such_as("/data/files/dataset1")
    .help("A folder below LOCAL_FILES_DOCUMENT_ROOT on the server.");

/// Bytes read at once.
const BUFFER: usize = 512 * 1024;
/// How the addresses of its files begin.
const ADDRESS: &str = "/data/local-files/?d=";
/// What stands in an address as it is.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

impl Provider for Folder {
    fn kind(&self) -> &'static str {
        "localfiles"
    }

    fn title(&self) -> &'static str {
        "Local files"
    }

    fn fields(&self, _purpose: Purpose) -> Vec<&'static Field> {
        vec![&PATH]
    }

    fn is_local(&self) -> bool {
        true
    }

    fn has_folders(&self) -> bool {
        false
    }

    fn is_offered(&self, world: &World) -> bool {
        world.local_root.is_some()
    }

    fn open(&self, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError> {
        let wrong = |text: String| BlobError::new(Fault::Input(None), text);
        let root = world.local_root.as_deref().ok_or_else(|| {
            wrong(
                "Serving local files is switched off. Whoever runs this server has to set LOCAL_FILES_SERVING_ENABLED=true and \
                 LOCAL_FILES_DOCUMENT_ROOT, the folder below which the data lies."
                    .to_owned(),
            )
        })?;
        let path = values
            .get(PATH.name)
            .ok_or_else(|| BlobError::field(PATH.name, "This field is required."))?;
        let folder = PathBuf::from(path.trim_end_matches('/'));
        let plain = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
        let below = folder
            .strip_prefix(root)
            .ok()
            .filter(|rest| !rest.as_os_str().is_empty());
        if !folder.components().all(plain) || path.contains('\0') || below.is_none() {
            let root = root.display();
            return Err(wrong(format!(
                "Absolute local path \"{path}\" must be a subdirectory of LOCAL_FILES_DOCUMENT_ROOT=\"{root}\" by security \
                 reasons. For example: \"{root}/dataset1\"."
            )));
        }
        Ok(Box::new(FolderBucket(Arc::new(Inner {
            root: root.to_owned(),
            folder,
            purpose,
            walk: Mutex::default(),
        }))))
    }
}

struct FolderBucket(Arc<Inner>);

struct Inner {
    root: PathBuf,
    folder: PathBuf,
    purpose: Purpose,
    /// Where a list was left.
    walk: Mutex<Option<Walk>>,
}

fn io(error: &std::io::Error, path: &str) -> BlobError {
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            BlobError::missing(format!("Path {path} does not exist"))
        }
        std::io::ErrorKind::PermissionDenied => {
            BlobError::new(Fault::Denied, format!("The server may not read or write {path}"))
        }
        _ => {
            tracing::warn!(%error, path, "a file of a local storage");
            BlobError::later(format!("{path} could not be read or written"))
        }
    }
}

impl Inner {
    /// The place of a path below the root, with links followed, as parts that are opened one by one.
    fn resolved(&self, path: &Path) -> Result<(PathBuf, PathBuf), BlobError> {
        let shown = path.display().to_string();
        let root = self.root.canonicalize().map_err(|error| io(&error, &shown))?;
        let folder = self.folder.canonicalize().map_err(|error| io(&error, &shown))?;
        let real = path.canonicalize().map_err(|error| io(&error, &shown))?;
        let outside = || BlobError::missing(format!("Path {shown} does not exist"));
        if !folder.starts_with(&root) || !real.starts_with(&folder) {
            return Err(outside());
        }
        let rest = real.strip_prefix(&root).map_err(|_| outside())?.to_owned();
        Ok((root, rest))
    }

    fn open(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, BlobError> {
        let (root, rest) = self.resolved(path)?;
        let parts: Vec<_> = rest.iter().collect();
        let walk = || -> rustix::io::Result<OwnedFd> {
            let mut at = rustix::fs::open(&root, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
            for (index, part) in parts.iter().enumerate() {
                let last = index + 1 == parts.len();
                let how = if last { flags } else { OFlags::DIRECTORY };
                let how = how | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
                at = rustix::fs::openat(&at, *part, how, Mode::empty())?;
            }
            Ok(at)
        };
        walk().map_err(|error| io(&error.into(), &path.display().to_string()))
    }

    fn file(&self, key: &str) -> Result<(File, std::fs::Metadata), BlobError> {
        let path = self.path(key)?;
        let file = File::from(self.open(&path, OFlags::RDONLY)?);
        let metadata = file.metadata().map_err(|error| io(&error, key))?;
        if metadata.is_file() {
            Ok((file, metadata))
        } else {
            Err(BlobError::missing(format!("Path {key} is not a file")))
        }
    }

    /// The path of a key; nothing outside of the folder has one.
    fn path(&self, key: &str) -> Result<PathBuf, BlobError> {
        let path = PathBuf::from(key);
        let plain = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
        if path.components().all(plain) && path.starts_with(&self.folder) && !key.contains('\0') {
            Ok(path)
        } else {
            Err(BlobError::missing(format!("Path {key} does not exist")))
        }
    }

    fn page(&self, from: &Position, limit: usize) -> Result<Page, BlobError> {
        let walks = || self.walk.lock().unwrap_or_else(PoisonError::into_inner);
        let left = walks().take();
        let mut walk = match left {
            // The one that this list was left with; another list may have begun since.
            Some(walk) if from.token.is_some() && walk.last == from.after => walk,
            _ => {
                // The folder itself has to be one that may be read.
                self.open(&self.folder, OFlags::DIRECTORY)?;
                let shown = self.folder.display().to_string();
                Walk::behind(&self.folder, &from.after).map_err(|error| io(&error, &shown))?
            }
        };
        let mut page = Page::default();
        for _ in 0..limit.max(1) {
            let Some(key) = walk.next() else { break };
            // What is gone since, or leads out of the folder, is no file of it.
            if let Ok((_, metadata)) = self.file(&key) {
                page.objects.push(object(&key, &metadata));
            }
        }
        if walk.has_more() {
            page.next = Some(Position {
                after: walk.last.clone(),
                token: Some("walked".to_owned()),
            });
            *walks() = Some(walk);
        }
        Ok(page)
    }

    fn write(&self, key: &str, content: &[u8]) -> Result<(), BlobError> {
        let path = self.path(key)?;
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(BlobError::missing(format!("Path {key} does not exist")));
        };
        let folder = self.open(folder, OFlags::DIRECTORY)?;
        let mut new = name.to_owned();
        new.push(".labelkeep-new");
        let write = || -> std::io::Result<()> {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let mode = Mode::from_raw_mode(0o640);
            let mut file = File::from(rustix::fs::openat(&folder, &new, flags, mode)?);
            // For those of the operator's group who take them from there, though the server keeps what is its own to itself.
            rustix::fs::fchmod(&file, mode)?;
            file.write_all(content)?;
            file.sync_data()?;
            // The old content or the new one, never half of it.
            rustix::fs::renameat(&folder, &new, &folder, name)?;
            Ok(())
        };
        write().map_err(|error| io(&error, key))
    }

    fn delete(&self, key: &str) -> Result<(), BlobError> {
        let path = self.path(key)?;
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(());
        };
        let folder = self.open(folder, OFlags::DIRECTORY)?;
        match rustix::fs::unlinkat(&folder, name, AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(error) => Err(io(&error.into(), key)),
        }
    }

    fn check(&self) -> Result<(), BlobError> {
        self.open(&self.folder, OFlags::DIRECTORY)?;
        if self.purpose == Purpose::Target {
            let key = self.folder.join("labelkeep-write-test").display().to_string();
            self.write(&key, b"{}")?;
            self.delete(&key)?;
        }
        Ok(())
    }
}

fn object(key: &str, metadata: &std::fs::Metadata) -> Object {
    Object {
        key: key.to_owned(),
        size: metadata.len(),
        modified: Some(metadata.mtime() * 1_000_000 + metadata.mtime_nsec() / 1_000),
        etag: etag(metadata),
    }
}

fn etag(metadata: &std::fs::Metadata) -> String {
    format!("{}.{}-{}", metadata.mtime(), metadata.mtime_nsec(), metadata.len())
}

fn content(mut file: File, metadata: &std::fs::Metadata, range: Option<Range>) -> Result<Content, BlobError> {
    let size = metadata.len();
    let (first, last) = match range {
        Some(range) => (range.first, range.last.unwrap_or(u64::MAX).min(size.saturating_sub(1))),
        None => (0, size.saturating_sub(1)),
    };
    if range.is_some() && (first >= size || last < first) {
        return Err(BlobError::new(Fault::Range, "The range is outside of the file"));
    }
    let length = if size == 0 { 0 } else { last - first + 1 };
    file.seek(SeekFrom::Start(first))
        .map_err(|error| io(&error, "The file"))?;
    let pieces = stream::try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let wanted = left.min(BUFFER as u64) as usize;
        let read = tokio::task::spawn_blocking(move || {
            let mut buffer = BytesMut::zeroed(wanted);
            let number = file.read(&mut buffer)?;
            buffer.truncate(number);
            Ok::<(Bytes, File), std::io::Error>((buffer.freeze(), file))
        });
        let (bytes, file) = read
            .await
            .map_err(|_| BlobError::later("The server stops"))?
            .map_err(|error| io(&error, "The file"))?;
        if bytes.is_empty() {
            return Err(BlobError::later("The file became shorter while it was read"));
        }
        let left = left - bytes.len() as u64;
        Ok(Some((bytes, (file, left))))
    });
    Ok(Content {
        length: Some(length),
        part: range.map(|_| (first, last, size)),
        etag: etag(metadata),
        body: Box::pin(pieces),
    })
}

/// Files are read in a thread that may wait.
async fn blocking<T: Send + 'static>(
    inner: &Arc<Inner>,
    work: impl FnOnce(&Inner) -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    let inner = inner.clone();
    tokio::task::spawn_blocking(move || work(&inner))
        .await
        .map_err(|_| BlobError::later("The server stops"))?
}

impl Bucket for FolderBucket {
    fn list<'a>(
        &'a self,
        from: &'a Position,
        _recursive: bool,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, BlobError>> {
        let from = from.clone();
        Box::pin(blocking(&self.0, move |inner| inner.page(&from, limit)))
    }

    fn read<'a>(&'a self, key: &'a str, range: Option<Range>) -> BoxFuture<'a, Result<Content, BlobError>> {
        let key = key.to_owned();
        Box::pin(blocking(&self.0, move |inner| {
            let (file, metadata) = inner.file(&key)?;
            content(file, &metadata, range)
        }))
    }

    fn write<'a>(&'a self, key: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<(), BlobError>> {
        let key = key.to_owned();
        Box::pin(blocking(&self.0, move |inner| inner.write(&key, &content)))
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        let key = key.to_owned();
        Box::pin(blocking(&self.0, move |inner| inner.delete(&key)))
    }

    fn check(&self) -> BoxFuture<'_, Result<(), BlobError>> {
        Box::pin(blocking(&self.0, Inner::check))
    }

    fn sign<'a>(
        &'a self,
        _key: &'a str,
        _seconds: u32,
        _headers: SignedHeaders<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, BlobError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn address(&self, key: &str) -> String {
        let below = Path::new(key).strip_prefix(&self.0.root).ok().and_then(Path::to_str);
        let below = utf8_percent_encode(below.unwrap_or_default(), IN_ADDRESS);
        format!("{ADDRESS}{below}")
    }

    fn key_of(&self, address: &str) -> Option<String> {
        let (_, below) = address.split_once(ADDRESS)?;
        let below = percent_decode_str(below).decode_utf8().ok()?;
        let key = self.0.root.join(below.trim_start_matches('/'));
        let key = key.to_str()?.to_owned();
        self.0.path(&key).ok().map(|_| key)
    }

    fn key_for(&self, name: &str) -> String {
        self.0.folder.join(name).display().to_string()
    }

    fn writes_indented(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;

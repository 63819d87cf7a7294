//! Files that exported tasks refer to.

use std::io::{self, Read};

use bytes::Bytes;
use futures_util::StreamExt as _;
use labelkeep_formats::export::Media;
use labelkeep_store as store;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::uploads::UploadRow;

use crate::Services;
use crate::files::Pieces;

/// Bytes of a picture that nearly always say its size; some have whole previews before it.
const HEADS: [u64; 2] = [64 * 1024, 4 * 1024 * 1024];

/// Uploads of the exported project. Files of other projects are not found, whoever exports (SEC-170).
pub(super) struct Uploads {
    pub(super) services: Services,
    pub(super) project: ProjectRow,
    pub(super) runtime: tokio::runtime::Handle,
}

impl Uploads {
    fn find(&self, url: &str) -> Option<UploadRow> {
        let project = self.project.id;
        // Label Studio names uploads so when they lie in a bucket.
        let name = url
            .strip_prefix(&format!("/data/upload/{project}/"))
            .or_else(|| url.strip_prefix(&format!("/storage-data/uploaded/?filepath=upload/{project}/")))?;
        let name = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
        let found = store::uploads::by_name(&self.services.db, project, &name);
        self.runtime.block_on(found).ok().flatten()
    }
}

impl Media for Uploads {
    fn size(&self, url: &str) -> Option<(u32, u32)> {
        let row = self.find(url)?;
        let shelf = &self.services.settings.files.uploads;
        let size = if shelf.is_remote() {
            let head = |limit| self.runtime.block_on(shelf.head(&row.stored_as, limit)).ok();
            HEADS
                .into_iter()
                .find_map(|limit| imagesize::blob_size(&head(limit)?).ok())?
        } else {
            imagesize::size(shelf.path(&row.stored_as)).ok()?
        };
        Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
    }

    fn open(&self, url: &str) -> Option<Box<dyn Read>> {
        let row = self.find(url)?;
        let shelf = &self.services.settings.files.uploads;
        if !shelf.is_remote() {
            let file = std::fs::File::open(shelf.path(&row.stored_as)).ok()?;
            return Some(Box::new(file));
        }
        let pieces = shelf.read(&row.stored_as, 0, row.size.unsigned_abs());
        let pieces = self.runtime.block_on(pieces).ok()?;
        Some(Box::new(Arriving {
            pieces,
            rest: Bytes::new(),
            runtime: self.runtime.clone(),
        }))
    }
}

/// A file that arrives while it is read, by a thread that may wait.
struct Arriving {
    pieces: Pieces,
    rest: Bytes,
    runtime: tokio::runtime::Handle,
}

impl Read for Arriving {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.runtime.block_on(self.pieces.next()) {
                Some(bytes) => self.rest = bytes?,
                None => return Ok(0),
            }
        }
        let number = self.rest.len().min(buffer.len());
        buffer[..number].copy_from_slice(&self.rest.split_to(number));
        Ok(number)
    }
}

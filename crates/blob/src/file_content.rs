//! A file of ours that becomes an object: it is read twice, once for its digest and once for the store, and never as a whole.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt as _;

use crate::{BlobError, Fault};

/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

/// The content of an object, in a file that nobody writes to meanwhile.
#[derive(Debug, Clone)]
pub struct FileContent {
    pub(crate) path: PathBuf,
    pub(crate) length: u64,
    /// SHA-256, in hexadecimal digits: stores that are told it refuse what arrived otherwise.
    pub(crate) digest: String,
}

impl FileContent {
    /// Reads the file for its digest.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn of(path: &Path) -> Result<FileContent, BlobError> {
        let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let (mut digest, mut length) = (Sha256::new(), 0);
        let mut buffer = vec![0; BUFFER];
        loop {
            let number = file.read(&mut buffer).await.map_err(unreadable)?;
            if number == 0 {
                break;
            }
            digest.update(&buffer[..number]);
            length += number as u64;
        }
        let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(FileContent {
            path: path.to_owned(),
            length,
            digest,
        })
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// The file is ours: what is wrong with it is nothing of the store's.
pub(crate) fn unreadable(error: std::io::Error) -> BlobError {
    BlobError::new(
        Fault::Unknown,
        format!("a file of this server cannot be read: {}", error.kind()),
    )
}

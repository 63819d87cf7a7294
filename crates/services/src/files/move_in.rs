//! Brings the files of an installation that had folders into its bucket.

use std::path::Path;

use labelkeep_blob::FileContent;

use super::{Files, Shelf};
use crate::{Progress, Result, ServiceError};

/// What was moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Files.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
}

/// Copies the files of the folders into the bucket, those with a name as the server gives them; done twice it does no harm. With
/// `removes` each goes from its folder when it is in the bucket.
///
/// # Errors
/// There is no bucket, or it does not take a file: those before it have been moved.
pub async fn move_in(files: &Files, removes: bool, progress: &Progress) -> Result<Moved> {
    let Some(data) = &files.before else {
        return Err(
            crate::Invalid::whole("The settings name no bucket: STORAGE_TYPE says where files are to lie.").into(),
        );
    };
    let mut moved = Moved::default();
    for shelf in [&files.uploads, &files.exports, &files.portraits] {
        let folder = data.join(shelf.kind);
        for name in names(&folder)? {
            if progress.is_cancelled() {
                return Ok(moved);
            }
            let path = folder.join(&name);
            moved.bytes += one(shelf, &name, &path).await?;
            moved.files += 1;
            if removes {
                tokio::fs::remove_file(&path).await?;
            }
            progress.step();
        }
    }
    Ok(moved)
}

async fn one(shelf: &Shelf, name: &str, path: &Path) -> Result<u64> {
    let Some(bucket) = &shelf.bucket else { return Ok(0) };
    let content = FileContent::of(path).await?;
    bucket.write_file(&shelf.key(&**bucket, name), &content).await?;
    Ok(content.length())
}

/// The server's own names in a folder, in their order: 32 hexadecimal digits, and of pictures an extension.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(ServiceError::from)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let stem = name.split_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let is_ours = stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_ours && entry.file_type()?.is_file() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

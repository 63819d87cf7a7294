//! The master keys' file: made at the first start, readable by its owner alone (SEC-200, SEC-202).

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use labelkeep_crypt::KeyRing;
use labelkeep_store::{Db, accounts::signing_keys};

/// The keys of the file. Without one a new key is made, unless the database already holds what an old one sealed.
pub(crate) async fn open(path: &Path, db: &Db) -> anyhow::Result<KeyRing> {
    match std::fs::read_to_string(path) {
        Ok(content) => parse(path, &content),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if signing_keys::anything_sealed(db).await? {
                bail!(
                    "key file {} is missing, but the database holds secrets that it opens; put the file back",
                    path.display()
                );
            }
            create(path).with_context(|| format!("key file {}", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("key file {}", path.display())),
    }
}

/// The keys of a file that must be there.
pub(crate) fn existing(path: &Path) -> anyhow::Result<KeyRing> {
    let content = std::fs::read_to_string(path).with_context(|| format!("key file {}", path.display()))?;
    parse(path, &content)
}

fn parse(path: &Path, content: &str) -> anyhow::Result<KeyRing> {
    let mode = std::fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("key file {}: others can read it; run chmod 600 on it", path.display());
    }
    KeyRing::from_file_content(content).with_context(|| format!("key file {}", path.display()))
}

fn create(path: &Path) -> anyhow::Result<KeyRing> {
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let keys = KeyRing::generate();
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(keys.to_file_content().as_bytes())?;
    // On disk before anything is sealed with it.
    file.sync_all()?;
    Ok(keys)
}

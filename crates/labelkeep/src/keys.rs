//! The master keys' file: made at the first start, readable by its owner alone (SEC-200, SEC-202).

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use labelkeep_crypt::KeyRing;
use labelkeep_store::{Db, sealed};

use crate::certificates::is_open;

/// The keys of the file. Without one a new key is made, unless the database already holds what an old one sealed.
pub(crate) async fn open(path: &Path, db: &Db) -> anyhow::Result<KeyRing> {
    match std::fs::read_to_string(path) {
        Ok(content) => parse(path, &content),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if sealed::any(db).await? {
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

/// Puts other keys in the place of those of the file: whoever reads it finds the old ones or the new ones.
pub(crate) fn replace(path: &Path, keys: &KeyRing) -> anyhow::Result<()> {
    let write = || -> anyhow::Result<()> {
        let folder = path.parent().context("it has no folder")?;
        let beside = path.with_added_extension("new");
        let _ = std::fs::remove_file(&beside);
        write_new(&beside, keys)?;
        std::fs::rename(&beside, path)?;
        std::fs::File::open(folder)?.sync_all()?;
        Ok(())
    };
    write().with_context(|| format!("key file {}", path.display()))
}

/// How often a server looks whether its key file was changed.
pub(crate) const FOLLOW: Duration = Duration::from_secs(2);

/// Takes changed keys of the file, as a rotation makes them (SEC-201). A file that cannot be read changes nothing.
pub(crate) async fn follow(path: PathBuf, keys: KeyRing) {
    let stamp = || {
        std::fs::metadata(&path)
            .and_then(|known| Ok((known.modified()?, known.len())))
            .ok()
    };
    let mut seen = stamp();
    loop {
        tokio::time::sleep(FOLLOW).await;
        let now = stamp();
        if now == seen || now.is_none() {
            continue;
        }
        seen = now;
        match existing(&path) {
            Ok(changed) => {
                keys.take(&changed);
                tracing::warn!(keys = ?keys.ids(), "the master keys were changed");
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "the changed key file is not taken"),
        }
    }
}

/// The keys of a file that must be there.
pub(crate) fn existing(path: &Path) -> anyhow::Result<KeyRing> {
    let content = std::fs::read_to_string(path).with_context(|| format!("key file {}", path.display()))?;
    parse(path, &content)
}

fn parse(path: &Path, content: &str) -> anyhow::Result<KeyRing> {
    if is_open(&std::fs::metadata(path)?) {
        bail!("key file {}: others can read it; run chmod 600 on it", path.display());
    }
    KeyRing::from_file_content(content).with_context(|| format!("key file {}", path.display()))
}

fn create(path: &Path) -> anyhow::Result<KeyRing> {
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let keys = KeyRing::generate();
    write_new(path, &keys)?;
    Ok(keys)
}

fn write_new(path: &Path, keys: &KeyRing) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(keys.to_file_content().as_bytes())?;
    // On disk before anything is sealed with it.
    file.sync_all()?;
    Ok(())
}

//! The operator's own files (`TLS_CERT_FILE`, `TLS_KEY_FILE`), read again when they change.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::{Certificate, check_mode};

pub(crate) struct Files {
    chain: PathBuf,
    key: PathBuf,
    /// What was read last, whether it could be used or not: a broken pair is complained of once.
    seen: Mutex<[u8; 32]>,
}

impl Files {
    pub(super) fn new(chain: &Path, key: &Path) -> Files {
        Files {
            chain: chain.to_owned(),
            key: key.to_owned(),
            seen: Mutex::default(),
        }
    }

    pub(super) fn read(&self) -> anyhow::Result<Certificate> {
        let (chain, key) = self.contents()?;
        self.note(&chain, &key);
        self.parse(&chain, &key)
    }

    /// The pair, if it is another than at the last look.
    pub(super) fn newer(&mut self) -> anyhow::Result<Option<Certificate>> {
        let (chain, key) = match self.contents() {
            Ok(contents) => contents,
            Err(error) => {
                // Once: the next look finds the same.
                let first = self.note(b"", b"");
                return if first { Err(error) } else { Ok(None) };
            }
        };
        if !self.note(&chain, &key) {
            return Ok(None);
        }
        self.parse(&chain, &key).map(Some)
    }

    fn parse(&self, chain: &[u8], key: &[u8]) -> anyhow::Result<Certificate> {
        let files = || {
            format!(
                "TLS_CERT_FILE {}, TLS_KEY_FILE {}",
                self.chain.display(),
                self.key.display()
            )
        };
        Certificate::from_pem(chain, key).with_context(files)
    }

    fn contents(&self) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
        let chain = std::fs::read(&self.chain)
            .with_context(|| format!("TLS_CERT_FILE: {} cannot be read", self.chain.display()))?;
        check_mode(&self.key).context("TLS_KEY_FILE")?;
        let key =
            std::fs::read(&self.key).with_context(|| format!("TLS_KEY_FILE: {} cannot be read", self.key.display()))?;
        Ok((chain, key))
    }

    /// Whether this is new.
    fn note(&self, chain: &[u8], key: &[u8]) -> bool {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(chain)
            .chain_update([0])
            .chain_update(key)
            .finalize()
            .into();
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_new = *seen != digest;
        *seen = digest;
        is_new
    }
}

//! The trusted roots of every outgoing TLS connection (SEC-017, SEC-018, SEC-019).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

/// Why a file of certificates is not taken. It stops the start.
#[derive(Debug, Error)]
pub enum RootsError {
    #[error("CUSTOM_CA_CERTS: {} cannot be read: {error}", file.display())]
    Read { file: PathBuf, error: std::io::Error },
    #[error("CUSTOM_CA_CERTS: {} holds no certificate in PEM form", file.display())]
    Empty { file: PathBuf },
    #[error("CUSTOM_CA_CERTS: certificate {number} in {} is damaged", file.display())]
    Damaged { file: PathBuf, number: usize },
}

/// The public roots and those that the installation adds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Roots {
    store: Arc<RootCertStore>,
    added: Arc<[CertificateDer<'static>]>,
}

impl Default for Roots {
    fn default() -> Self {
        Roots {
            store: Arc::new(RootCertStore {
                roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            }),
            added: Arc::default(),
        }
    }
}

impl Roots {
    /// The public roots and those of `CUSTOM_CA_CERTS`: PEM files separated by commas, spaces around them do not count,
    /// each with one certificate or more.
    ///
    /// # Errors
    /// The first file that is missing, empty, or holds something else.
    pub fn with_files(list: &str) -> Result<Self, RootsError> {
        let mut store = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let mut added = Vec::new();
        for file in list.split(',').map(str::trim).filter(|file| !file.is_empty()) {
            add(&mut store, &mut added, Path::new(file))?;
        }
        Ok(Roots {
            store: Arc::new(store),
            added: added.into(),
        })
    }

    /// The certificates that the installation adds to the public roots, for clients that take them one by one.
    pub fn added(&self) -> &[CertificateDer<'static>] {
        &self.added
    }

    /// The roots, for clients that take rustls' store.
    pub fn store(&self) -> Arc<RootCertStore> {
        self.store.clone()
    }

    /// Settings for a TLS client: TLS 1.3 and 1.2, chain and name verified.
    pub fn client_config(&self) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has cipher suites for TLS 1.2 and 1.3")
            .with_root_certificates(self.store.clone())
            .with_no_client_auth()
    }
}

/// The same settings for a protocol that names itself in no handshake.
pub(crate) fn without_protocols(config: &ClientConfig) -> ClientConfig {
    let mut config = config.clone();
    config.alpn_protocols.clear();
    config
}

fn add(store: &mut RootCertStore, added: &mut Vec<CertificateDer<'static>>, file: &Path) -> Result<(), RootsError> {
    let content = std::fs::read(file).map_err(|error| RootsError::Read {
        file: file.to_owned(),
        error,
    })?;
    let mut number = 0;
    for certificate in CertificateDer::pem_slice_iter(&content) {
        number += 1;
        let damaged = || RootsError::Damaged {
            file: file.to_owned(),
            number,
        };
        let certificate = certificate.map_err(|_| damaged())?.into_owned();
        store.add(certificate.clone()).map_err(|_| damaged())?;
        added.push(certificate);
    }
    if number == 0 {
        return Err(RootsError::Empty { file: file.to_owned() });
    }
    Ok(())
}

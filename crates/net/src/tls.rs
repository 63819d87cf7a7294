//! The trusted roots of every outgoing TLS connection (SEC-017, SEC-018, SEC-019), and the one addition to how rustls
//! checks a server's certificate (SEC-020).

use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use thiserror::Error;

use crate::certificate::Validity;

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
    /// The files of the added ones, one after the other, for clients that read PEM.
    pem: Arc<[u8]>,
}

impl Default for Roots {
    fn default() -> Self {
        Roots {
            store: Arc::new(public()),
            added: Arc::default(),
            pem: Arc::default(),
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
        let mut store = public();
        let (mut added, mut pem) = (Vec::new(), Vec::new());
        for file in list.split(',').map(str::trim).filter(|file| !file.is_empty()) {
            pem.extend(add(&mut store, &mut added, Path::new(file))?);
            pem.push(b'\n');
        }
        Ok(Roots {
            store: Arc::new(store),
            added: added.into(),
            pem: pem.into(),
        })
    }

    /// The certificates that the installation adds to the public roots, for clients that take them one by one.
    pub fn added(&self) -> &[CertificateDer<'static>] {
        &self.added
    }

    /// The same in PEM form; empty without any.
    pub fn added_pem(&self) -> &[u8] {
        &self.pem
    }

    /// The roots, for clients that take rustls' store.
    pub fn store(&self) -> Arc<RootCertStore> {
        self.store.clone()
    }

    /// Settings for a TLS client: TLS 1.3 and 1.2, chain and name verified.
    pub fn client_config(&self) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(self.store.clone(), provider.clone())
            .build()
            .expect("the public roots are there");
        ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has cipher suites for TLS 1.2 and 1.3")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier {
                usual: verifier,
                added: self.added.clone(),
            }))
            .with_no_client_auth()
    }
}

/// The usual check, and one addition. A server that shows a certificate of its own which is marked as an authority (as
/// `openssl req -x509` makes them) is refused by the usual check even when that very certificate is trusted. Here it is
/// accepted when it is byte for byte one that the installation added; name and time are checked all the same.
#[derive(Debug)]
struct Verifier {
    usual: Arc<WebPkiServerVerifier>,
    added: Arc<[CertificateDer<'static>]>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let usual = self
            .usual
            .verify_server_cert(end_entity, intermediates, name, ocsp, now);
        let listed = || self.added.iter().any(|added| added.as_ref() == end_entity.as_ref());
        match usual {
            // Of the usual check's words, those that say "not by an authority that I know, or not as a server".
            Err(Error::InvalidCertificate(
                CertificateError::Other(_) | CertificateError::UnknownIssuer | CertificateError::InvalidPurpose,
            )) if listed() => {
                rustls::client::verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
                let validity = Validity::of(end_entity).ok_or(CertificateError::BadEncoding)?;
                let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
                match (validity.begins..=validity.ends).contains(&now) {
                    true => Ok(ServerCertVerified::assertion()),
                    false if now < validity.begins => Err(CertificateError::NotValidYet.into()),
                    false => Err(CertificateError::Expired.into()),
                }
            }
            usual => usual,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Why TLS did not come about, in words for the operator's log; none when the failure was another.
pub(crate) fn refusal(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<Error>() {
            return Some(tls.to_string());
        }
        // An error of the system hides the one inside it from `source`.
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// The same settings for a protocol that names itself in no handshake.
pub(crate) fn without_protocols(config: &ClientConfig) -> ClientConfig {
    let mut config = config.clone();
    config.alpn_protocols.clear();
    config
}

fn public() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}

/// Gives the file's content back.
fn add(
    store: &mut RootCertStore,
    added: &mut Vec<CertificateDer<'static>>,
    file: &Path,
) -> Result<Vec<u8>, RootsError> {
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
    Ok(content)
}

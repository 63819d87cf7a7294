//! The trusted roots of every outgoing TLS connection (SEC-017, SEC-018, SEC-019), those of S3 alone (SEC-021), and the one
//! addition to how rustls checks a server's certificate (SEC-020).

use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use thiserror::Error;

use crate::certificate::Validity;
use crate::policy::Consumer;

/// Why a file of certificates is not taken. It stops the start.
#[derive(Debug, Error)]
pub enum RootsError {
    #[error("{setting}: {} cannot be read: {error}", file.display())]
    Read {
        setting: &'static str,
        file: PathBuf,
        error: std::io::Error,
    },
    #[error("{setting}: {} holds no certificate in PEM form", file.display())]
    Empty { setting: &'static str, file: PathBuf },
    #[error("{setting}: certificate {number} in {} is damaged", file.display())]
    Damaged {
        setting: &'static str,
        file: PathBuf,
        number: usize,
    },
}

/// A certificate and its private key, both in PEM form. Its debug output shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, and those between it and an authority.
    pub certificate: String,
    /// The key.
    pub key: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Identity")
    }
}

/// How TLS is spoken on one connection.
#[derive(Debug, Clone, Default)]
pub struct TlsChoice {
    /// Authorities in PEM form that are trusted besides the others.
    pub authorities: Option<String>,
    /// What is shown to a server that asks for a certificate.
    pub identity: Option<Identity>,
    /// Whether any certificate is taken. The installation alone may say this (SEC-017).
    pub is_unverified: bool,
}

/// What of a [`TlsChoice`] cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdentityError {
    #[error("This is no certificate of an authority in PEM form.")]
    Authorities,
    #[error("This is no certificate in PEM form.")]
    Certificate,
    #[error("This is no private key in PEM form.")]
    Key,
    #[error("The private key does not belong to the certificate.")]
    Pair,
}

/// The public roots and those that the installation adds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Roots {
    all: Trusted,
    /// Those, and the ones of `AWS_CA_BUNDLE`.
    s3: Trusted,
    verified: bool,
}

/// Authorities, and certificates that are taken for what they are.
#[derive(Debug, Clone)]
struct Trusted {
    store: Arc<RootCertStore>,
    added: Arc<[CertificateDer<'static>]>,
    /// The files of the added ones, one after the other, for clients that read PEM.
    pem: Arc<[u8]>,
}

impl Default for Roots {
    fn default() -> Self {
        let all = Trusted {
            store: Arc::new(public()),
            added: Arc::default(),
            pem: Arc::default(),
        };
        Roots {
            s3: all.clone(),
            all,
            verified: true,
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
        let all = Roots::default().all.with("CUSTOM_CA_CERTS", list)?;
        Ok(Roots {
            s3: all.clone(),
            all,
            verified: true,
        })
    }

    /// With the authorities of one more PEM file for S3 and its token service alone (`AWS_CA_BUNDLE`, SEC-021); none when
    /// the name is empty.
    ///
    /// # Errors
    /// As [`Roots::with_files`].
    pub fn with_s3_bundle(self, file: &str) -> Result<Self, RootsError> {
        // One name: a comma may be part of it.
        let s3 = match file.trim() {
            "" => self.all.clone(),
            file => self.all.with_file("AWS_CA_BUNDLE", Path::new(file))?,
        };
        Ok(Roots { s3, ..self })
    }

    /// Takes any certificate where an address is not that of sign-in or mail (`VERIFY_SSL_CERTS=false`). The installation
    /// alone may say this; no person or organization can (SEC-017).
    #[must_use]
    pub fn unverified(self) -> Self {
        Roots {
            verified: false,
            ..self
        }
    }

    /// The certificates that the installation adds to the public roots, for clients that take them one by one.
    pub fn added(&self) -> &[CertificateDer<'static>] {
        &self.all.added
    }

    /// The same in PEM form; empty without any.
    pub fn added_pem(&self) -> &[u8] {
        &self.all.pem
    }

    /// The roots, for clients that take rustls' store.
    pub fn store(&self) -> Arc<RootCertStore> {
        self.all.store.clone()
    }

    /// Settings for a TLS client: TLS 1.3 and 1.2, chain and name verified in any case.
    pub fn client_config(&self) -> ClientConfig {
        self.all.client_config()
    }

    /// Settings for one connection with authorities and a certificate of its own.
    ///
    /// # Errors
    /// A text that is not what it should be, in PEM form.
    pub fn client_config_with(&self, choice: &TlsChoice) -> Result<ClientConfig, IdentityError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &choice.authorities {
            _ if choice.is_unverified || !self.verified => Arc::new(Unverified),
            None => Arc::new(self.all.verifier()),
            Some(pem) => {
                let mut trusted = self.all.clone();
                let mut store = (*trusted.store).clone();
                let mut added = trusted.added.to_vec();
                let number = read(&mut store, &mut added, pem.as_bytes()).map_err(|_| IdentityError::Authorities)?;
                if number == 0 {
                    return Err(IdentityError::Authorities);
                }
                (trusted.store, trusted.added) = (Arc::new(store), added.into());
                Arc::new(trusted.verifier())
            }
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has cipher suites for TLS 1.2 and 1.3")
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let Some(identity) = &choice.identity else {
            return Ok(builder.with_no_client_auth());
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(identity.certificate.as_bytes()).collect();
        let chain = chain
            .ok()
            .filter(|chain| !chain.is_empty())
            .ok_or(IdentityError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).map_err(|_| IdentityError::Key)?;
        builder
            .with_client_auth_cert(chain, key)
            .map_err(|_| IdentityError::Pair)
    }

    /// The same for one who asks for addresses that people give: as the installation says.
    pub fn client_config_for(&self, consumer: Consumer) -> ClientConfig {
        match consumer {
            // Passwords go there.
            Consumer::SignIn => self.all.client_config(),
            _ if !self.verified => config_with(Arc::new(Unverified)),
            Consumer::S3 => self.s3.client_config(),
            _ => self.all.client_config(),
        }
    }
}

impl Trusted {
    fn with(&self, setting: &'static str, list: &str) -> Result<Trusted, RootsError> {
        let mut trusted = self.clone();
        for file in list.split(',').map(str::trim).filter(|file| !file.is_empty()) {
            trusted = trusted.with_file(setting, Path::new(file))?;
        }
        Ok(trusted)
    }

    fn with_file(&self, setting: &'static str, file: &Path) -> Result<Trusted, RootsError> {
        let mut store = (*self.store).clone();
        let (mut added, mut pem) = (self.added.to_vec(), self.pem.to_vec());
        pem.extend(add(&mut store, &mut added, setting, file)?);
        pem.push(b'\n');
        Ok(Trusted {
            store: Arc::new(store),
            added: added.into(),
            pem: pem.into(),
        })
    }

    fn client_config(&self) -> ClientConfig {
        config_with(Arc::new(self.verifier()))
    }

    fn verifier(&self) -> Verifier {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let usual = WebPkiServerVerifier::builder_with_provider(self.store.clone(), provider)
            .build()
            .expect("the public roots are there");
        Verifier {
            usual,
            added: self.added.clone(),
        }
    }
}

fn config_with(verifier: Arc<dyn ServerCertVerifier>) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has cipher suites for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth()
}

/// Takes every certificate whose key the server has. What is sent can be read by whoever stands on the way.
#[derive(Debug)]
struct Unverified;

impl Unverified {
    fn algorithms() -> rustls::crypto::WebPkiSupportedAlgorithms {
        rustls::crypto::ring::default_provider().signature_verification_algorithms
    }
}

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &Self::algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &Self::algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        Self::algorithms().supported_schemes()
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

/// Adds the certificates of a PEM text; gives their number, or that of the first that is damaged.
fn read(store: &mut RootCertStore, added: &mut Vec<CertificateDer<'static>>, pem: &[u8]) -> Result<usize, usize> {
    let mut number = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        number += 1;
        let certificate = certificate.map_err(|_| number)?.into_owned();
        store.add(certificate.clone()).map_err(|_| number)?;
        added.push(certificate);
    }
    Ok(number)
}

/// Gives the file's content back.
fn add(
    store: &mut RootCertStore,
    added: &mut Vec<CertificateDer<'static>>,
    setting: &'static str,
    file: &Path,
) -> Result<Vec<u8>, RootsError> {
    let content = std::fs::read(file).map_err(|error| RootsError::Read {
        setting,
        file: file.to_owned(),
        error,
    })?;
    let number = read(store, added, &content).map_err(|number| RootsError::Damaged {
        setting,
        file: file.to_owned(),
        number,
    })?;
    if number == 0 {
        return Err(RootsError::Empty {
            setting,
            file: file.to_owned(),
        });
    }
    Ok(content)
}

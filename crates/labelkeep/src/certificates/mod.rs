//! The certificate that the server shows: where it comes from, and how a new one takes its place while it runs.
//! A handshake reads [`Shown`]; what is in it is exchanged whole, so that open connections stay (SEC-005).

#[cfg(feature = "acme")]
pub mod acme;
mod files;
mod generated;

#[cfg(feature = "acme")]
use std::collections::HashMap;
use std::fmt;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use labelkeep_api::metrics::Metrics;
use labelkeep_api::server::Challenges;
use labelkeep_net::{Roots, Validity};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};
use tokio::signal::unix::{SignalKind, signal};

use crate::listening::{Listening, TlsMode};

/// How often the source is looked at. Reading two small files costs less than watching a folder, and works where a whole
/// folder is exchanged, as with secrets of Kubernetes.
const LOOK: Duration = Duration::from_secs(10);

/// A certificate with its chain and key, that was checked.
#[derive(Debug, Clone)]
pub struct Certificate {
    key: Arc<CertifiedKey>,
    /// In seconds since 1970.
    begins: i64,
    /// In seconds since 1970.
    ends: i64,
    /// SHA-256 of the DER form, as browsers show it.
    pub fingerprint: String,
}

impl Certificate {
    /// Reads a chain and its key from PEM. A pair that does not match, or is out of its time, is an error (SEC-005).
    fn from_pem(chain: &[u8], key: &[u8]) -> anyhow::Result<Certificate> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .context("the certificate is damaged")?;
        let Some(first) = chain.first() else {
            bail!("there is no certificate in PEM form");
        };
        let validity = Validity::of(first).context("the certificate cannot be read")?;
        let now = seconds_now();
        if now < validity.begins {
            bail!("the certificate is not valid yet");
        }
        if now > validity.ends {
            bail!("the certificate has expired");
        }
        let fingerprint = fingerprint(first);
        let key = PrivateKeyDer::from_pem_slice(key)
            .ok()
            .context("there is no private key in PEM form")?;
        let key =
            CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()).map_err(
                |error| match error {
                    rustls::Error::InconsistentKeys(_) => {
                        anyhow::anyhow!("the private key is not that of the certificate")
                    }
                    other => anyhow::anyhow!("the pair cannot be used: {other}"),
                },
            )?;
        Ok(Certificate {
            key: Arc::new(key),
            begins: validity.begins,
            ends: validity.ends,
            fingerprint,
        })
    }
}

/// The certificate that handshakes show now.
#[derive(Debug)]
pub(crate) struct Shown {
    now: RwLock<Certificate>,
    /// While an ACME server checks names of ours: what proves each.
    #[cfg(feature = "acme")]
    challenges: RwLock<HashMap<String, Arc<CertifiedKey>>>,
}

impl Shown {
    fn new(first: Certificate) -> Arc<Shown> {
        Arc::new(Shown {
            now: RwLock::new(first),
            #[cfg(feature = "acme")]
            challenges: RwLock::default(),
        })
    }

    pub(crate) fn certificate(&self) -> Certificate {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[cfg(feature = "acme")]
    fn add_challenge(&self, name: String, proof: Arc<CertifiedKey>) {
        let mut challenges = self.challenges.write().unwrap_or_else(PoisonError::into_inner);
        challenges.insert(name, proof);
    }

    #[cfg(feature = "acme")]
    fn end_challenges(&self) {
        self.challenges.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn exchange(&self, certificate: Certificate) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = certificate;
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        #[cfg(feature = "acme")]
        if hello
            .alpn()
            .is_some_and(|mut protocols| protocols.any(|protocol| protocol == labelkeep_api::server::ACME_TLS_ALPN))
        {
            let challenges = self.challenges.read().unwrap_or_else(PoisonError::into_inner);
            return challenges.get(hello.server_name()?).cloned();
        }
        let _ = hello;
        Some(self.now.read().unwrap_or_else(PoisonError::into_inner).key.clone())
    }
}

/// Where certificates come from.
pub(crate) enum Source {
    Files(files::Files),
    Generated(generated::Generated),
    #[cfg(feature = "acme")]
    Acme(Box<acme::Acme>),
}

impl Source {
    /// The source that the settings name; none with plain HTTP.
    pub(crate) fn of(listening: &Listening, data_folder: &Path, roots: &Roots) -> Option<Source> {
        let _ = roots;
        match &listening.tls {
            TlsMode::Plain => None,
            TlsMode::Files(chain, key) => Some(Source::Files(files::Files::new(chain, key))),
            TlsMode::Generated => Some(Source::Generated(generated::Generated::new(
                data_folder,
                listening.public_names(),
            ))),
            #[cfg(feature = "acme")]
            TlsMode::Acme(settings) => Some(Source::Acme(Box::new(acme::Acme::new(
                settings.clone(),
                data_folder,
                listening.public_names(),
                roots,
            )))),
        }
    }

    /// What an ACME server asks for over plain HTTP.
    pub(crate) fn challenges(&self) -> Challenges {
        match self {
            #[cfg(feature = "acme")]
            Source::Acme(acme) => acme.challenges().clone(),
            _ => Challenges::default(),
        }
    }

    /// Whether the port with TLS answers an ACME server.
    pub(crate) fn answers_acme(&self) -> bool {
        match self {
            #[cfg(feature = "acme")]
            Source::Acme(_) => true,
            _ => false,
        }
    }

    /// The certificate to begin with. An error stops the start.
    pub(crate) fn first(&self) -> anyhow::Result<Arc<Shown>> {
        Ok(Shown::new(match self {
            Source::Files(files) => files.read()?,
            Source::Generated(generated) => generated.current()?,
            #[cfg(feature = "acme")]
            Source::Acme(acme) => acme.first()?,
        }))
    }

    /// What people are told about the certificate at the start.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Source::Files(_) => "from files",
            Source::Generated(_) => "generated",
            #[cfg(feature = "acme")]
            Source::Acme(_) => "by ACME",
        }
    }

    /// Looks for a newer certificate for as long as the server runs, and at once on SIGHUP. One that cannot be used is
    /// logged and counted, and the old one stays.
    pub(crate) async fn keep(mut self, shown: Arc<Shown>, metrics: Arc<Metrics>) {
        let mut hangup = signal(SignalKind::hangup()).ok();
        metrics.certificate(shown.certificate().ends);
        loop {
            self.look(&shown, &metrics).await;
            let asked = async {
                match &mut hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = asked => {}
            }
        }
    }

    async fn look(&mut self, shown: &Shown, metrics: &Metrics) {
        let newer = match self {
            Source::Files(files) => files.newer(),
            Source::Generated(generated) => generated.newer(&shown.certificate()),
            #[cfg(feature = "acme")]
            Source::Acme(acme) => acme.newer(shown).await,
        };
        match newer {
            Ok(None) => {}
            Ok(Some(certificate)) => {
                tracing::warn!(
                    fingerprint = certificate.fingerprint,
                    "another certificate is shown from now on"
                );
                metrics.certificate(certificate.ends);
                shown.exchange(certificate);
            }
            Err(error) => {
                metrics.renewal_failed();
                tracing::error!("the certificate stays as it is: {error:#}");
            }
        }
    }
}

/// A private key is its owner's alone (SEC-006).
pub(crate) fn check_mode(key: &Path) -> anyhow::Result<()> {
    let file = std::fs::metadata(key).with_context(|| format!("the private key {} cannot be read", key.display()))?;
    if is_open(&file) {
        bail!(
            "the private key {} can be read by others; run chmod 600 on it",
            key.display()
        );
    }
    Ok(())
}

/// Whether others can read or change a file that holds a secret. One of root may be readable by its group: so orchestrators
/// hand secrets to a process that is not root; the same exception that PostgreSQL makes.
pub(crate) fn is_open(file: &std::fs::Metadata) -> bool {
    let open = match file.uid() == 0 && !rustix::process::geteuid().is_root() {
        true => 0o037,
        false => 0o077,
    };
    file.permissions().mode() & open != 0
}

fn fingerprint(certificate: &[u8]) -> String {
    let bytes: Vec<String> = Sha256::digest(certificate)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    bytes.join(":")
}

fn seconds_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// What `labelkeep certificate` prints.
#[derive(Debug)]
pub struct Report {
    kind: &'static str,
    certificate: Certificate,
}

impl Report {
    /// Reads the configured certificate; a generated one that is not there yet is made.
    pub fn read(listening: &Listening, data_folder: &Path, roots: &Roots) -> anyhow::Result<Report> {
        let source = Source::of(listening, data_folder, roots)
            .context("TLS is the work of a proxy: there is no certificate here")?;
        let certificate = source.first()?.certificate();
        Ok(Report {
            kind: source.kind(),
            certificate,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = |seconds| {
            chrono::DateTime::from_timestamp(seconds, 0)
                .unwrap_or_default()
                .format("%Y-%m-%d %H:%M UTC")
        };
        let (begins, ends) = (date(self.certificate.begins), date(self.certificate.ends));
        writeln!(
            formatter,
            "The certificate is {}, valid from {begins} to {ends}.",
            self.kind
        )?;
        writeln!(formatter, "SHA-256 fingerprint: {}", self.certificate.fingerprint)
    }
}

//! Certificates made for a test: an authority, and what it signs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;

/// An authority with a folder for its files.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A certificate and its key, in files.
#[derive(Debug, Clone)]
pub struct Pair {
    /// PEM file of the certificate.
    pub certificate: PathBuf,
    /// PEM file of its private key, readable by its owner alone.
    pub key: PathBuf,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

impl Default for Authority {
    fn default() -> Self {
        Authority::new()
    }
}

impl Authority {
    /// A new one, that nobody trusts yet.
    pub fn new() -> Authority {
        let mut params = CertificateParams::new([]).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Authorities of one name would be taken for each other, as far as the signature.
        let folder = tempfile::tempdir().expect("a folder");
        let name = format!("A test authority in {}", folder.path().display());
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let authority = Authority {
            issuer: CertifiedIssuer::self_signed(params, key).expect("an authority"),
            folder,
        };
        std::fs::write(authority.path("ca.pem"), authority.issuer.pem()).expect("a file");
        authority
    }

    /// Its own certificate, as `CUSTOM_CA_CERTS` takes it.
    pub fn file(&self) -> String {
        self.path("ca.pem").to_str().expect("a path of text").to_owned()
    }

    /// A certificate for this name, valid now.
    pub fn issue(&self, name: &str) -> Pair {
        self.signed(name, |_| {})
    }

    /// One that ended yesterday.
    pub fn expired(&self, name: &str) -> Pair {
        self.signed(name, |params| {
            let now = SystemTime::now();
            params.not_before = (now - 30 * DAY).into();
            params.not_after = (now - DAY).into();
        })
    }

    fn signed(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let mut params = CertificateParams::new([name.to_owned()]).expect("parameters");
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        self.write(&certificate.pem(), &key.serialize_pem())
    }

    /// A certificate that vouches for itself, marked as an authority or as none.
    pub fn self_signed(&self, name: &str, is_authority: bool) -> Pair {
        let mut params = CertificateParams::new([name.to_owned()]).expect("parameters");
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = match is_authority {
            true => IsCa::Ca(BasicConstraints::Unconstrained),
            false => IsCa::ExplicitNoCa,
        };
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        self.write(&certificate.pem(), &key.serialize_pem())
    }

    fn write(&self, certificate: &str, key: &str) -> Pair {
        let folder = tempfile::Builder::new()
            .tempdir_in(self.folder.path())
            .expect("a folder")
            .keep();
        let pair = Pair {
            certificate: folder.join("certificate.pem"),
            key: folder.join("key.pem"),
        };
        std::fs::write(&pair.certificate, certificate).expect("a file");
        std::fs::write(&pair.key, key).expect("a file");
        set_mode(&pair.key, 0o600);
        pair
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Settings of a TLS server with this pair; with `asks` only clients with a certificate of this authority get in.
    pub fn server_config(&self, pair: &Pair, asks: bool) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = if asks {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone()).expect("an authority");
            let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let chain = CertificateDer::from_pem_file(&pair.certificate).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(&pair.key).expect("a key");
        Arc::new(builder.with_single_cert(vec![chain], key).expect("a pair"))
    }
}

/// Sets the mode of a file.
pub fn set_mode(file: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

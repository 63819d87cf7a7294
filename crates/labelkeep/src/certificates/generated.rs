//! A certificate of our own making, for first steps (SEC-003): nobody vouches for it, so that people compare its
//! fingerprint with the one that the server prints.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};

use super::{Certificate, check_mode, seconds_now};

const DAY: u64 = 24 * 3_600;
/// As long as browsers accept one at most, with a day to spare.
const LIFE: u64 = 397 * DAY;
/// How long before its end it is renewed, in seconds.
const EARLY: i64 = 30 * DAY as i64;

pub(crate) struct Generated {
    folder: PathBuf,
    names: Vec<String>,
}

impl Generated {
    pub(super) fn new(data_folder: &Path, mut names: Vec<String>) -> Generated {
        names.retain(|name| name != "localhost");
        names.push("localhost".to_owned());
        Generated {
            folder: data_folder.join("tls"),
            names,
        }
    }

    /// The stored one, while it is for these names and has time left; else a new one.
    pub(super) fn current(&self) -> anyhow::Result<Certificate> {
        match self.stored() {
            Some(stored) if !is_due(&stored) => Ok(stored),
            _ => self
                .make()
                .with_context(|| format!("a certificate cannot be made in {}", self.folder.display())),
        }
    }

    pub(super) fn newer(&self, shown: &Certificate) -> anyhow::Result<Option<Certificate>> {
        if is_due(shown) {
            self.current().map(Some)
        } else {
            Ok(None)
        }
    }

    fn stored(&self) -> Option<Certificate> {
        let names = std::fs::read_to_string(self.folder.join("names")).ok()?;
        if names != self.names.join("\n") {
            return None;
        }
        let key = self.folder.join("server.key");
        check_mode(&key).ok()?;
        let chain = std::fs::read(self.folder.join("server.pem")).ok()?;
        Certificate::from_pem(&chain, &std::fs::read(key).ok()?).ok()
    }

    fn make(&self) -> anyhow::Result<Certificate> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::new(self.names.clone())?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params
            .distinguished_name
            .push(DnType::CommonName, self.names[0].clone());
        // Clocks of others may be a little behind.
        let begins = SystemTime::now() - Duration::from_secs(300);
        params.not_before = begins.into();
        params.not_after = (begins + Duration::from_secs(LIFE)).into();
        let certificate = params.self_signed(&key)?.pem();
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        // The names last: a pair that is not whole is not taken for one.
        let _ = std::fs::remove_file(self.folder.join("names"));
        let key = key.serialize_pem();
        self.write("server.key", &key)?;
        self.write("server.pem", &certificate)?;
        self.write("names", &self.names.join("\n"))?;
        Certificate::from_pem(certificate.as_bytes(), key.as_bytes())
    }

    fn write(&self, name: &str, content: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        let _ = std::fs::remove_file(&path);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(content.as_bytes())?;
        Ok(())
    }
}

fn is_due(certificate: &Certificate) -> bool {
    certificate.ends - seconds_now() < EARLY
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use x509_parser::prelude::{FromDer as _, X509Certificate};

    use super::*;

    #[test]
    fn sec_003_sec_006_a_generated_certificate_is_for_its_names_and_its_key_for_nobody_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = Generated::new(folder.path(), vec!["labels.example".to_owned()]);
        let made = source.current().expect("made");
        let der = made.key.end_entity_cert().expect("one").to_vec();
        let (_, parsed) = X509Certificate::from_der(&der).expect("a certificate");
        let days = parsed.validity().not_after.timestamp() - parsed.validity().not_before.timestamp();
        assert_eq!(days, LIFE as i64);
        assert!(
            !parsed.is_ca() && parsed.basic_constraints().expect("readable").is_some(),
            "CA:FALSE is said"
        );
        let names = parsed
            .subject_alternative_name()
            .expect("readable")
            .expect("there")
            .value;
        assert_eq!(
            format!("{:?}", names.general_names),
            "[DNSName(\"labels.example\"), DNSName(\"localhost\")]"
        );
        let curve = parsed
            .public_key()
            .algorithm
            .parameters
            .as_ref()
            .and_then(|any| any.as_oid().ok());
        assert_eq!(curve.expect("a curve").to_id_string(), "1.2.840.10045.3.1.7", "P-256");
        for file in ["server.key", "server.pem"] {
            let mode = std::fs::metadata(folder.path().join("tls").join(file))
                .expect("there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        // The same one again, another for another name.
        assert_eq!(source.current().expect("there").fingerprint, made.fingerprint);
        let other = Generated::new(folder.path(), vec!["other.example".to_owned()]);
        assert_ne!(other.current().expect("made").fingerprint, made.fingerprint);
    }

    #[test]
    fn sec_003_it_is_renewed_before_it_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = Generated::new(folder.path(), Vec::new());
        let mut made = source.current().expect("made");
        assert!(source.newer(&made).expect("fine").is_none());
        made.ends = seconds_now() + EARLY - 60;
        // What is stored has its time: in life it is the one that is shown.
        std::fs::remove_file(folder.path().join("tls/names")).expect("gone");
        let newer = source.newer(&made).expect("fine").expect("a new one");
        assert_ne!(newer.fingerprint, made.fingerprint);
    }
}

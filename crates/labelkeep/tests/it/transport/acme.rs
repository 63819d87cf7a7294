//! A certificate from a real ACME authority (`e2e/acme/authority.py`), by both proofs (SEC-004).

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use labelkeep_testkit::Value;
use tempfile::TempDir;

use super::certificates::{connect, is_up};
use crate::program::{Started, program};

/// An authority that is gone with this value.
struct Acme {
    process: Child,
    directory: String,
    file: String,
    _folder: TempDir,
}

impl Drop for Acme {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Acme {
    /// Starts one that asks for proofs at this port; none where its package is not installed (`scripts/setup acme`).
    fn start(proofs: u16) -> Option<Acme> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = root.join(".venv-acme/bin/python");
        if !python.exists() {
            let _ = writeln!(std::io::stderr(), "SKIPPED: no ACME authority; run scripts/setup acme");
            return None;
        }
        let folder = TempDir::new().expect("a folder");
        let mut process = Command::new(python)
            .arg(root.join("e2e/acme/authority.py"))
            .arg(folder.path())
            .arg(proofs.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
        output.read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let text = |name: &str| said[name].as_str().expect("text").to_owned();
        Some(Acme {
            process,
            directory: text("directory"),
            file: text("authority"),
            _folder: folder,
        })
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}

/// A certificate and its key, as PEM, that began 40 days ago and ends in five.
fn old_pair(names: &[&str]) -> (Vec<u8>, Vec<u8>) {
    use chrono::{Datelike as _, Days, Utc};
    let today = Utc::now().date_naive();
    let date = |date: chrono::NaiveDate| rcgen::date_time_ymd(date.year(), date.month() as u8, date.day() as u8);
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names).expect("names");
    params.not_before = date(today - Days::new(40));
    params.not_after = date(today + Days::new(5));
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.pem().into_bytes(), key.serialize_pem().into_bytes())
}

/// Starts the program and waits until it shows a certificate of the authority, for a name that is not loopback's.
fn obtains(by_http: bool) {
    let (port, redirect) = (free_port(), free_port());
    let Some(acme) = Acme::start(if by_http { redirect } else { port }) else {
        return;
    };
    let folder = TempDir::new().expect("a folder");
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_labelkeep"));
        command
            .env_clear()
            .args(["start", "--data-dir"])
            .arg(folder.path().join("data"))
            .env("PORT", port.to_string())
            .env("INTERNAL_HOST", "127.0.0.1")
            .env("TLS_MODE", "acme")
            .env("LABEL_STUDIO_HOST", "https://labels.example")
            .env("MEDIA_ORIGIN", "https://files.labels.example")
            .env("LABELKEEP_ACME_DIRECTORY", &acme.directory)
            .env("LABELKEEP_ACME_CONTACT", "mailto:operator@example.org")
            .env("LABELKEEP_REDIRECT_PORT", redirect.to_string())
            .env(
                "LABELKEEP_ACME_CHALLENGE",
                if by_http { "http-01" } else { "tls-alpn-01" },
            )
            .env("CUSTOM_CA_CERTS", &acme.file);
        Started::with_tls(&mut command)
    };
    let started = start();
    let begun = Instant::now();
    let mut connection = loop {
        let attempt = connect(port, "labels.example", &acme.file);
        if let Ok(connection) = attempt {
            break connection;
        }
        if begun.elapsed() > Duration::from_secs(60) {
            panic!("no certificate: {}", started.terminate().1);
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(is_up(&mut connection));
    drop(connection);
    connect(port, "files.labels.example", &acme.file).expect("the host of files is on the certificate");
    let (orderly, log) = started.terminate();
    assert!(orderly && log.contains("another certificate is shown"), "{log}");
    // It is stored: shown from the first connection of the next start on.
    let started = start();
    assert!(is_up(
        &mut connect(port, "labels.example", &acme.file).expect("the stored one")
    ));
    let (orderly, log) = started.terminate();
    assert!(orderly && log.is_empty(), "{log}");
    // One of which two thirds are over is renewed, by the account that is there.
    let stored = folder.path().join("data/tls/acme");
    let account = std::fs::read(stored.join("accounts.json")).expect("an account");
    let old = old_pair(&["labels.example", "files.labels.example"]);
    std::fs::write(stored.join("certificate.pem"), &old.0).expect("written");
    std::fs::write(stored.join("key.pem"), &old.1).expect("written");
    let started = start();
    let begun = Instant::now();
    while connect(port, "labels.example", &acme.file).is_err() {
        if begun.elapsed() > Duration::from_secs(60) {
            panic!("not renewed: {}", started.terminate().1);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let (orderly, log) = started.terminate();
    assert!(orderly && log.contains("another certificate is shown"), "{log}");
    assert_ne!(
        std::fs::read(stored.join("key.pem")).expect("a key"),
        old.1,
        "the key is a new one, too"
    );
    assert_eq!(
        std::fs::read(stored.join("accounts.json")).expect("an account"),
        account
    );
    use std::os::unix::fs::PermissionsExt as _;
    for name in ["key.pem", "accounts.json"] {
        let file = std::fs::metadata(folder.path().join("data/tls/acme").join(name)).expect("there");
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn sec_004_a_name_is_proved_over_tls() {
    obtains(false);
}

#[test]
fn sec_004_a_name_is_proved_over_http() {
    obtains(true);
}

#[test]
fn sec_004_an_authority_that_is_away_leaves_the_server_running() {
    let folder = TempDir::new().expect("a folder");
    let mut command = program(&folder);
    command
        .env("INTERNAL_HOST", "127.0.0.1")
        .env("TLS_MODE", "acme")
        .env("LABEL_STUDIO_HOST", "https://labels.example")
        .env(
            "LABELKEEP_ACME_DIRECTORY",
            format!("https://localhost:{}/directory", free_port()),
        );
    let started = Started::with_tls(&mut command);
    let own = folder.path().join("data/tls/server.pem");
    let mut connection = connect(started.port(), "labels.example", own.to_str().expect("text")).expect("a connection");
    assert!(is_up(&mut connection));
    drop(connection);
    let (orderly, log) = started.terminate();
    assert!(orderly && log.contains("no certificate for labels.example"), "{log}");
}

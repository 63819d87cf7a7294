//! Where the server's certificate comes from, seen at the program: what stops the start, what is exchanged while it runs.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use labelkeep_testkit::{Authority, Pair, set_mode};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use crate::program::{Started, program};

pub(super) type Connection = StreamOwned<ClientConnection, TcpStream>;

/// A client that trusts this authority, with a connection to a server of this name that stays open.
pub(super) fn connect(port: u16, name: &str, authority: &str) -> Result<Connection, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(authority).expect("a certificate"))
        .expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut stream = StreamOwned::new(client, stream);
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(stream)
}

/// Asks for the health on an open connection; whether it is well.
pub(super) fn is_up(connection: &mut Connection) -> bool {
    connection
        .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("sent");
    let mut answer = [0; 4096];
    let read = connection.read(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 200")
}

fn shown(connection: &Connection) -> Vec<u8> {
    connection.conn.peer_certificates().expect("a certificate")[0].to_vec()
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "one clear line: {text}");
    text
}

fn with_files(folder: &TempDir, pair: &Pair) -> Command {
    let mut command = program(folder);
    command.arg("--cert").arg(&pair.certificate).arg("--key").arg(&pair.key);
    command
}

fn replace(pair: &Pair, by: &Pair) {
    for (old, new) in [(&pair.key, &by.key), (&pair.certificate, &by.certificate)] {
        // As tools of certificates do: a new file takes the place of the old one.
        let beside = old.with_extension("new");
        std::fs::copy(new, &beside).expect("copied");
        std::fs::rename(&beside, old).expect("moved");
    }
}

fn hang_up(started: &Started) {
    let status = Command::new("kill").args(["-HUP", &started.id().to_string()]).status();
    assert!(status.expect("kill").success());
}

/// Waits until the server shows this certificate.
fn wait_for(port: u16, authority: &str, certificate: &Path) {
    let expected = CertificateDer::from_pem_file(certificate).expect("a certificate");
    let begun = Instant::now();
    while shown(&connect(port, "localhost", authority).expect("a connection")) != expected.to_vec() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the new certificate is never shown"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn sec_005_files_are_exchanged_without_dropping_a_connection() {
    let (folder, authority) = (TempDir::new().expect("a folder"), Authority::new());
    let (pair, second, third) = (
        authority.issue("localhost"),
        authority.issue("localhost"),
        authority.issue("localhost"),
    );
    let started = Started::with_tls(&mut with_files(&folder, &pair));
    let port = started.port();
    let mut open = connect(port, "localhost", &authority.file()).expect("a connection");
    assert!(is_up(&mut open));
    replace(&pair, &second);
    hang_up(&started);
    wait_for(port, &authority.file(), &second.certificate);
    assert!(is_up(&mut open), "the connection from before goes on");
    // A pair that does not match, and one that has expired: the old one stays.
    std::fs::copy(&third.key, &pair.key).expect("copied");
    hang_up(&started);
    started.wait_for_log("the private key is not that of the certificate");
    wait_for(port, &authority.file(), &second.certificate);
    replace(&pair, &authority.expired("localhost"));
    hang_up(&started);
    started.wait_for_log("the certificate has expired");
    wait_for(port, &authority.file(), &second.certificate);
    // Without a signal the files are looked at all the same.
    replace(&pair, &third);
    wait_for(port, &authority.file(), &third.certificate);
    assert!(is_up(&mut open));
    drop(open);
    let (orderly, log) = started.terminate();
    assert!(orderly, "{log}");
}

#[test]
fn sec_005_sec_006_a_pair_that_cannot_be_used_stops_the_start() {
    let (folder, authority) = (TempDir::new().expect("a folder"), Authority::new());
    let good = authority.issue("localhost");
    let start = |pair: &Pair| refusal(&with_files(&folder, pair).output().expect("the program"));
    let with = |certificate: &Path, key: &Path| Pair {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
    };
    let none = folder.path().join("none.pem");
    let line = start(&with(&none, &good.key));
    assert!(line.contains("TLS_CERT_FILE") && line.contains("none.pem"), "{line}");
    let line = start(&with(&good.certificate, &none));
    assert!(line.contains("TLS_KEY_FILE") && line.contains("none.pem"), "{line}");
    let line = start(&authority.expired("localhost"));
    assert!(line.contains("has expired"), "{line}");
    let line = start(&with(&good.certificate, &authority.issue("localhost").key));
    assert!(line.contains("not that of the certificate"), "{line}");
    let line = start(&with(&good.key, &good.key));
    assert!(line.contains("no certificate"), "{line}");
    for mode in [0o640, 0o604] {
        set_mode(&good.key, mode);
        let line = start(&good);
        let name = good.key.to_str().expect("text");
        assert!(line.contains(name) && line.contains("can be read by others"), "{line}");
    }
}

#[test]
fn sec_002_sec_003_sec_012_without_settings_a_certificate_is_made_and_its_fingerprint_said() {
    let folder = TempDir::new().expect("a folder");
    let started = Started::with_tls(&mut program(&folder));
    assert!(
        started.lines()[0].contains("is ready: https://localhost:"),
        "{:?}",
        started.lines()
    );
    let said = started.lines()[1].rsplit(' ').next().expect("a fingerprint").to_owned();
    assert_eq!(said.len(), 32 * 3 - 1, "{said}");
    let listens = started.lines().last().expect("a line");
    assert!(
        listens.starts_with(&format!("Listens on 127.0.0.1:{} (HTTPS). Data: ", started.port())),
        "{listens}"
    );
    let own = folder.path().join("data/tls/server.pem");
    let mut connection = connect(started.port(), "localhost", own.to_str().expect("text")).expect("a connection");
    assert!(is_up(&mut connection));
    let digest = fingerprint(&shown(&connection));
    assert_eq!(digest, said, "what is said is what is shown");
    drop(connection);
    // The command says the same, beside the server.
    let output = Command::new(env!("CARGO_BIN_EXE_labelkeep"))
        .env_clear()
        .args(["certificate", "--data-dir"])
        .arg(folder.path().join("data"))
        .output()
        .expect("the program");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains(&said) && text.contains("generated, valid from "),
        "{text}"
    );
    let (orderly, log) = started.terminate();
    assert!(orderly && log.is_empty(), "{log}");
    // It is the same one after a new start: people trusted it.
    let again = Started::with_tls(&mut program(&folder));
    assert!(again.lines()[1].ends_with(&said), "{:?}", again.lines());
    assert!(again.terminate().0);
}

fn fingerprint(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let bytes: Vec<String> = sha2::Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    bytes.join(":")
}

#[test]
fn sec_009_plain_http_on_an_open_address_is_refused_in_one_line() {
    let folder = TempDir::new().expect("a folder");
    let mut command = program(&folder);
    command.args(["--internal-host", "0.0.0.0"]).env("TLS_MODE", "proxy");
    let line = refusal(&command.output().expect("the program"));
    for word in ["0.0.0.0", "TLS_CERT_FILE", "TRUSTED_PROXIES"] {
        assert!(line.contains(word), "{word} in {line}");
    }
    let mut command = program(&folder);
    let line = refusal(
        &command
            .args(["--local", "--internal-host", "0.0.0.0"])
            .output()
            .expect("the program"),
    );
    assert!(line.contains("loopback"), "{line}");
}

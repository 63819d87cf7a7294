//! What other servers show: the right certificate is accepted, every wrong one refused, and the log names the reason
//! (SEC-017, SEC-019, SEC-020). HTTP and SMTP; the database and directories have tests of their own.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use labelkeep_net::smtp::{Letter, Mailer, SmtpSecurity, SmtpSettings};
use labelkeep_net::{Client, DirectoryQuestion, NetError, Policy, PolicySettings, Roots};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tracing_subscriber::fmt::MakeWriter;

use crate::{Names, limits, ok};

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// Certificate and key as PEM.
type Pair = (String, String);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "An authority of a test");
        let authority = Authority {
            issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap(),
            folder: tempfile::tempdir().unwrap(),
        };
        authority.write("ca.pem", &authority.issuer.pem());
        authority
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn roots(&self) -> Roots {
        Roots::with_files(self.folder.path().join("ca.pem").to_str().unwrap()).unwrap()
    }

    fn issue(&self, name: &str, days: std::ops::Range<i64>) -> Pair {
        let key = KeyPair::generate().unwrap();
        let certificate = params(name, days).signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Settings of a server; with `asks` it wants a certificate of this authority.
    fn server(&self, pair: &Pair, asks: bool) -> TlsAcceptor {
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if asks {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![CertificateDer::from_pem_slice(pair.0.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(pair.1.as_bytes()).unwrap();
        TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()))
    }
}

fn params(name: &str, days: std::ops::Range<i64>) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    let at = |days: i64| {
        let distance = Duration::from_secs(days.unsigned_abs() * 24 * 3_600);
        match days < 0 {
            true => SystemTime::now() - distance,
            false => SystemTime::now() + distance,
        }
    };
    (params.not_before, params.not_after) = (at(days.start).into(), at(days.end).into());
    params
}

fn self_signed(name: &str, days: std::ops::Range<i64>, is_authority: bool) -> Pair {
    let key = KeyPair::generate().unwrap();
    let mut params = params(name, days);
    params.is_ca = match is_authority {
        true => IsCa::Ca(BasicConstraints::Unconstrained),
        false => IsCa::ExplicitNoCa,
    };
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

async fn serve_http(acceptor: TlsAcceptor) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut socket) = acceptor.accept(socket).await else {
                continue;
            };
            if socket.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
                let _ = socket.write_all(ok("here").as_bytes()).await;
                let _ = socket.shutdown().await;
            }
        }
    });
    port
}

/// The log of one thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Log;

    fn make_writer(&'w self) -> Log {
        self.clone()
    }
}

/// Fetches from a server that shows this pair; gives the outcome and what an operator reads at the usual level.
async fn fetch(authority: &Authority, pair: &Pair, asks: bool, roots: &Roots) -> (Result<Vec<u8>, NetError>, String) {
    let port = serve_http(authority.server(pair, asks)).await;
    let names = Names::new(&[("files.example", &[&["127.0.0.1"]])]);
    let settings = PolicySettings {
        protection: false,
        ..PolicySettings::default()
    };
    let client = Client::with_resolver(Policy::new(&settings).unwrap(), roots, names);
    let (log, guard) = captured();
    let outcome = match client.fetch(&format!("https://files.example:{port}/"), limits()).await {
        Ok(fetched) => fetched.body.bytes().await,
        Err(error) => Err(error),
    };
    drop(guard);
    (outcome, log.text())
}

/// What an operator reads at the usual level from here on, as far as it comes from this thread.
fn captured() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[tokio::test]
async fn sec_017_every_wrong_certificate_is_refused_and_the_log_says_why() {
    let authority = Authority::new();
    let right = authority.issue("files.example", -1..30);
    let (outcome, log) = fetch(&authority, &right, false, &authority.roots()).await;
    assert_eq!((outcome.unwrap(), log.as_str()), (b"here".to_vec(), ""));
    for (what, pair, asks, roots, reason) in [
        (
            "no authority that is known",
            right.clone(),
            false,
            Roots::default(),
            "UnknownIssuer",
        ),
        (
            "another name",
            authority.issue("other.example", -1..30),
            false,
            authority.roots(),
            "not valid for name",
        ),
        (
            "over",
            authority.issue("files.example", -30..-1),
            false,
            authority.roots(),
            "expired",
        ),
        (
            "not begun",
            authority.issue("files.example", 1..30),
            false,
            authority.roots(),
            "not valid yet",
        ),
        (
            "self-signed",
            self_signed("files.example", -1..30, false),
            false,
            authority.roots(),
            "UnknownIssuer",
        ),
        (
            "no client certificate",
            right,
            true,
            authority.roots(),
            "CertificateRequired",
        ),
    ] {
        let (outcome, log) = fetch(&authority, &pair, asks, &roots).await;
        // The person who gave the address learns nothing of it (SEC-143).
        assert_eq!(outcome.unwrap_err(), NetError::Unreachable, "{what}");
        assert!(
            log.contains("files.example") && log.contains(reason),
            "{what}: {reason} in {log}"
        );
    }
}

#[tokio::test]
async fn sec_020_a_listed_certificate_of_the_server_itself_is_accepted_with_name_and_time() {
    let authority = Authority::new();
    let listed = |pair: &Pair| Roots::with_files(authority.write("own.pem", &pair.0).to_str().unwrap()).unwrap();
    for is_authority in [true, false] {
        let own = self_signed("files.example", -1..30, is_authority);
        let (outcome, log) = fetch(&authority, &own, false, &listed(&own)).await;
        assert_eq!(outcome.unwrap(), b"here", "CA:{is_authority} {log}");
        for (pair, reason) in [
            (self_signed("other.example", -1..30, is_authority), "not valid for name"),
            (self_signed("files.example", -30..-1, is_authority), "expired"),
            (self_signed("files.example", 1..30, is_authority), "not valid yet"),
        ] {
            let (outcome, log) = fetch(&authority, &pair, false, &listed(&pair)).await;
            assert_eq!(outcome.unwrap_err(), NetError::Unreachable);
            assert!(log.contains(reason), "CA:{is_authority} {reason} in {log}");
        }
        // The same name and another key: not the one that is listed.
        let twin = self_signed("files.example", -1..30, is_authority);
        assert!(fetch(&authority, &twin, false, &listed(&own)).await.0.is_err());
    }
}

#[tokio::test]
async fn sec_017_a_directory_with_a_wrong_certificate_is_refused_and_the_log_says_why() {
    let authority = Authority::new();
    for (pair, roots, reason) in [
        (
            authority.issue("files.example", -1..30),
            Roots::default(),
            "UnknownIssuer",
        ),
        (
            authority.issue("other.example", -1..30),
            authority.roots(),
            "not valid for name",
        ),
        (authority.issue("files.example", -30..-1), authority.roots(), "expired"),
    ] {
        let port = serve_http(authority.server(&pair, false)).await;
        let names = Names::new(&[("files.example", &[&["127.0.0.1"]])]);
        let settings = PolicySettings {
            protection: false,
            ..PolicySettings::default()
        };
        let client = Client::with_resolver(Policy::new(&settings).unwrap(), &roots, names);
        let (log, guard) = captured();
        let answer = client
            .ask_directory(DirectoryQuestion {
                url: format!("ldaps://files.example:{port}"),
                start_tls: false,
                reader: ("cn=reader".to_owned(), "a marked secret".to_owned()),
                base: "dc=example".to_owned(),
                filter: "(uid=ada)".to_owned(),
                attributes: Vec::new(),
                password: None,
            })
            .await;
        drop(guard);
        assert!(answer.is_err());
        let text = log.text();
        assert!(text.contains(reason) && !text.contains("secret"), "{reason} in {text}");
    }
}

/// A mail server that speaks TLS from the first byte, or after STARTTLS.
async fn serve_smtp(acceptor: TlsAcceptor, start_tls: bool) -> SocketAddr {
    async fn converse<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(
        stream: S,
        greet: bool,
        offers: bool,
    ) -> std::io::Result<Option<S>> {
        let mut stream = BufReader::new(stream);
        if greet {
            stream.write_all(b"220 mail.example ESMTP\r\n").await?;
        }
        let (mut line, mut in_mail) = (String::new(), false);
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
            let answer: &[u8] = match line.trim_end() {
                "." if in_mail => {
                    in_mail = false;
                    b"250 taken\r\n"
                }
                _ if in_mail => continue,
                "DATA" => {
                    in_mail = true;
                    b"354 go on\r\n"
                }
                "STARTTLS" => {
                    stream.write_all(b"220 go on\r\n").await?;
                    return Ok(Some(stream.into_inner()));
                }
                text if text.starts_with("EHLO") && offers => b"250-mail.example\r\n250 STARTTLS\r\n",
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await?;
                    return Ok(None);
                }
                _ => b"250 fine\r\n",
            };
            stream.write_all(answer).await?;
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let socket = match start_tls {
                    true => converse(socket, true, true).await.ok().flatten(),
                    false => Some(socket),
                };
                if let Some(socket) = socket
                    && let Ok(stream) = acceptor.accept(socket).await
                {
                    let _ = converse(stream, !start_tls, false).await;
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn sec_017_sec_019_mail_goes_to_the_right_server_only() {
    let authority = Authority::new();
    let send = async |pair: &Pair, host: &str, roots: &Roots, start_tls: bool, asks: bool, identity| {
        let address = serve_smtp(authority.server(pair, asks), start_tls).await;
        let settings = SmtpSettings {
            host: host.to_owned(),
            port: address.port(),
            security: if start_tls {
                SmtpSecurity::StartTls
            } else {
                SmtpSecurity::Tls
            },
            identity,
            login: None,
            timeout: Duration::from_secs(5),
            from: "Labelkeep <labels@example.org>".to_owned(),
        };
        let letter = Letter {
            id: "x1".to_owned(),
            to: "ada@example.org".to_owned(),
            subject: "Hello".to_owned(),
            text: "Hello".to_owned(),
            at: SystemTime::now(),
        };
        let sent = Mailer::new(&settings, roots).unwrap().send(letter).await;
        sent.map_err(|error| error.to_string())
    };
    let right = authority.issue("localhost", -1..30);
    let trusted = authority.roots();
    for start_tls in [true, false] {
        assert_eq!(
            send(&right, "localhost", &trusted, start_tls, false, None).await,
            Ok(())
        );
        for (what, pair, host, roots, reason) in [
            ("unknown", &right, "localhost", &Roots::default(), "UnknownIssuer"),
            ("another name", &right, "127.0.0.1", &trusted, "not valid for name"),
            (
                "over",
                &authority.issue("localhost", -30..-1),
                "localhost",
                &trusted,
                "expired",
            ),
        ] {
            let error = send(pair, host, roots, start_tls, false, None).await.unwrap_err();
            assert!(error.contains(reason), "{what}: {reason} in {error}");
        }
        // A server that asks who we are.
        let error = send(&right, "localhost", &trusted, start_tls, true, None)
            .await
            .unwrap_err();
        assert!(error.contains("CertificateRequired"), "{error}");
        let own = authority.issue("labelkeep", -1..30);
        let files = (authority.write("c.pem", &own.0), authority.write("c.key", &own.1));
        assert_eq!(
            send(&right, "localhost", &trusted, start_tls, true, Some(files)).await,
            Ok(())
        );
    }
}

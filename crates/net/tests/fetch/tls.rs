//! TLS with a private authority that the test makes (SEC-017, SEC-018, SEC-021).

use std::sync::Arc;

use labelkeep_net::{
    Client, Consumer, Exchange, HeaderMap, Method, NetError, Policy, PolicySettings, Roots, RootsError,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::{Names, limits, ok, redirect};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Starts a server for `name`; it answers every request with `answer`. Gives its port.
    async fn serve(&self, name: &str, answer: String) -> u16 {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()])
            .unwrap()
            .signed_by(&key, &self.0)
            .unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                // A client that does not trust the certificate ends the handshake.
                let Ok(mut socket) = acceptor.accept(socket).await else {
                    continue;
                };
                let read = socket.read(&mut [0; 4096]).await.unwrap_or(0);
                if read > 0 {
                    let _ = socket.write_all(answer.as_bytes()).await;
                    let _ = socket.shutdown().await;
                }
            }
        });
        port
    }
}

fn client(roots: &Roots) -> Client {
    let names = Names::new(&[
        ("files.example", &[&["127.0.0.1"]]),
        ("other.example", &[&["127.0.0.1"]]),
    ]);
    let settings = PolicySettings {
        protection: false,
        ml_block_local: false,
        ..PolicySettings::default()
    };
    Client::with_resolver(Policy::new(&settings).unwrap(), roots, names)
}

#[tokio::test]
async fn sec_018_a_private_authority_works_with_its_file_and_fails_without() {
    let authority = Authority::new();
    let port = authority.serve("files.example", ok("private")).await;
    let folder = tempfile::tempdir().unwrap();
    let (file, foreign) = (folder.path().join("own.pem"), folder.path().join("foreign.pem"));
    std::fs::write(&file, authority.0.pem()).unwrap();
    std::fs::write(&foreign, Authority::new().0.pem()).unwrap();
    let url = format!("https://files.example:{port}/");

    let both = Roots::with_files(&format!(" {} , {} ", foreign.display(), file.display())).unwrap();
    let fetched = client(&both).fetch(&url, limits()).await.unwrap();
    assert_eq!(fetched.body.bytes().await.unwrap(), b"private");
    assert!(
        both.store().len() > Roots::default().store().len() + 1,
        "added to the public roots"
    );

    for roots in [Roots::default(), Roots::with_files(foreign.to_str().unwrap()).unwrap()] {
        assert_eq!(
            client(&roots).fetch(&url, limits()).await.unwrap_err(),
            NetError::Unreachable
        );
    }
    // Trusted, but for another name.
    let other = format!("https://other.example:{port}/");
    assert_eq!(
        client(&both).fetch(&other, limits()).await.unwrap_err(),
        NetError::Unreachable
    );
}

/// Asks as one who uses an address that people give.
async fn ask(roots: &Roots, consumer: Consumer, url: &str) -> Result<u16, NetError> {
    let request = Exchange {
        method: Method::GET,
        url: url.to_owned(),
        headers: HeaderMap::new(),
        body: Vec::new(),
    };
    let answer = client(roots).exchange(consumer, request, limits()).await?;
    Ok(answer.status)
}

const ALL: [Consumer; 6] = [
    Consumer::Import,
    Consumer::Ml,
    Consumer::Storage,
    Consumer::S3,
    Consumer::Webhook,
    Consumer::SignIn,
];

#[tokio::test]
async fn sec_021_authorities_of_s3_count_for_s3_alone() {
    let (general, bucket) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let (ca, bundle) = (folder.path().join("ca.pem"), folder.path().join("s3, and more.pem"));
    std::fs::write(&ca, general.0.pem()).unwrap();
    std::fs::write(&bundle, bucket.0.pem()).unwrap();
    let roots = Roots::with_files(ca.to_str().unwrap()).unwrap();
    let roots = roots.with_s3_bundle(bundle.to_str().unwrap()).unwrap();
    let of_bucket = bucket.serve("files.example", ok("bucket")).await;
    let of_general = general.serve("files.example", ok("general")).await;
    for consumer in ALL {
        let outcome = ask(&roots, consumer, &format!("https://files.example:{of_bucket}/")).await;
        match consumer {
            Consumer::S3 => assert_eq!(outcome, Ok(200)),
            _ => assert_eq!(outcome, Err(NetError::Unreachable), "{consumer:?}"),
        }
        // What the installation trusts everywhere, S3 trusts too.
        let outcome = ask(&roots, consumer, &format!("https://files.example:{of_general}/")).await;
        assert_eq!(outcome, Ok(200), "{consumer:?}");
        let other = ask(&roots, consumer, &format!("https://other.example:{of_bucket}/")).await;
        assert_eq!(other, Err(NetError::Unreachable), "{consumer:?}: the name counts");
    }
    let missing = roots.with_s3_bundle("/nowhere/s3.pem").unwrap_err().to_string();
    assert!(missing.starts_with("AWS_CA_BUNDLE: /nowhere/s3.pem"), "{missing}");
}

#[tokio::test]
async fn sec_017_where_the_installation_turns_verification_off_sign_in_keeps_it() {
    let port = Authority::new().serve("files.example", ok("anybody")).await;
    let url = format!("https://files.example:{port}/");
    for consumer in ALL {
        let verified = ask(&Roots::default(), consumer, &url).await;
        assert_eq!(verified, Err(NetError::Unreachable), "{consumer:?}");
        let outcome = ask(&Roots::default().unverified(), consumer, &url).await;
        match consumer {
            Consumer::SignIn => assert_eq!(outcome, Err(NetError::Unreachable)),
            _ => assert_eq!(outcome, Ok(200), "{consumer:?}"),
        }
    }
}

#[tokio::test]
async fn sec_137_a_redirect_from_https_to_http_is_refused() {
    let authority = Authority::new();
    let port = authority
        .serve("files.example", redirect("http://files.example/"))
        .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.pem");
    std::fs::write(&file, authority.0.pem()).unwrap();
    let roots = Roots::with_files(file.to_str().unwrap()).unwrap();
    let error = client(&roots)
        .fetch(&format!("https://files.example:{port}/"), limits())
        .await
        .unwrap_err();
    assert_eq!(error, NetError::InsecureRedirect);
}

#[test]
fn sec_018_files_that_are_no_certificates_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("empty.pem"), "").unwrap();
    std::fs::write(path("text.pem"), "no certificate").unwrap();
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(path("damaged.pem"), format!("{}{damaged}", Authority::new().0.pem())).unwrap();
    let read = |name: &str| Roots::with_files(path(name).to_str().unwrap()).unwrap_err();
    assert!(matches!(read("missing.pem"), RootsError::Read { .. }));
    assert!(matches!(read("empty.pem"), RootsError::Empty { .. }));
    assert!(matches!(read("text.pem"), RootsError::Empty { .. }));
    let error = read("damaged.pem");
    assert!(matches!(error, RootsError::Damaged { number: 2, .. }));
    assert!(error.to_string().contains("damaged.pem"));
    assert!(Roots::with_files(" , ").is_ok());
}

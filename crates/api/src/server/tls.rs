//! TLS of a listener (SEC-001): 1.3 and 1.2, forward-secret AEAD suites (rustls has no others), no renegotiation, no
//! early data. Which certificate is shown is asked anew for each handshake, so that a renewed one serves from the next
//! connection on and open ones stay.

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::server::ResolvesServerCert;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Redirect;
use crate::metrics::Metrics;

/// How long a handshake may take, from the connection on.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What an ACME server speaks when it checks that a name is ours (RFC 8737).
pub const ACME_TLS_ALPN: &[u8] = b"acme-tls/1";

/// How a listener speaks TLS. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    redirect: Redirect,
    metrics: Arc<Metrics>,
}

/// A connection that has begun.
pub(super) enum Accepted {
    Encrypted(Box<TlsStream<TcpStream>>),
    /// Somebody who speaks plain HTTP to this port: told where to go.
    Plain(TcpStream),
}

impl Tls {
    /// TLS with these certificates. Whoever speaks plain HTTP gets `redirect`. With `acme` the checks of an ACME server
    /// are answered too.
    pub fn new(
        certificates: Arc<dyn ResolvesServerCert>,
        redirect: Redirect,
        metrics: Arc<Metrics>,
        acme: bool,
    ) -> Result<Tls, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(certificates);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        if acme {
            config.alpn_protocols.push(ACME_TLS_ALPN.to_vec());
        }
        Ok(Tls {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            redirect,
            metrics,
        })
    }

    pub(super) fn redirect(&self) -> &Redirect {
        &self.redirect
    }

    /// The handshake; none when it failed or took too long.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<Accepted> {
        let accepted = tokio::time::timeout(HANDSHAKE, self.begin(stream)).await;
        let failure = match accepted {
            Ok(Ok(accepted)) => return accepted,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it took too long".to_owned(),
        };
        self.metrics.handshake(false);
        tracing::debug!(failure, "a TLS handshake failed");
        None
    }

    async fn begin(&self, stream: TcpStream) -> std::io::Result<Option<Accepted>> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Ok(None);
        }
        // A handshake begins with 22; the methods of HTTP with a capital letter.
        if first[0].is_ascii_uppercase() {
            return Ok(Some(Accepted::Plain(stream)));
        }
        let mut stream = self.acceptor.accept(stream).await?;
        self.metrics.handshake(true);
        if stream.get_ref().1.alpn_protocol() == Some(ACME_TLS_ALPN) {
            // The certificate was the answer; nothing is said after it.
            let _ = stream.shutdown().await;
            return Ok(None);
        }
        Ok(Some(Accepted::Encrypted(Box::new(stream))))
    }
}

//! The listeners: HTTP/1.1 over TLS or plain TCP, bounded in everything a stranger can make long (SEC-224), with an
//! orderly end. What is answered is a [`Site`]; how the bytes travel is a [`Transport`]. All else is the same for all.

mod monitoring;
mod redirect;
mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderValue, header};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use monitoring::Monitoring;
pub(crate) use redirect::elsewhere;
pub use redirect::{Challenges, Redirect};
pub use tls::{ACME_TLS_ALPN, Tls};

use crate::App;
use crate::entry::Entry;
use crate::metrics::Metrics;
use crate::middleware::head_watch::{HeadWatched, Watch};
use crate::middleware::pace::{Paced, Taken};
use crate::middleware::unread::lend;
use crate::middleware::{head, request_id, response_headers};

/// How long a connection may rest between two requests; also the outer bound of a head.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Also the piece in which bodies are read: with less, an import spends its time in small reads.
const READ_BUFFER: usize = 64 * 1024;
const HEADERS: usize = 100;
/// How long the other end may take nothing of an answer.
const NOT_TAKEN: Duration = Duration::from_secs(120);
/// How long open requests may take after the signal to end.
const FAREWELL: Duration = Duration::from_secs(25);

/// One open port.
pub struct Listener {
    /// Where connections come in.
    pub tcp: TcpListener,
    /// How the bytes travel.
    pub transport: Transport,
    /// What is answered.
    pub site: Site,
    /// Where connections are counted.
    pub metrics: Arc<Metrics>,
}

/// How the bytes travel.
#[derive(Clone)]
pub enum Transport {
    /// As they are.
    Plain,
    /// Encrypted.
    Tls(Tls),
}

/// What a port answers.
#[derive(Clone)]
pub enum Site {
    /// The product.
    Product(Entry),
    /// The way to the port with TLS.
    Redirect(Redirect),
    /// Health and metrics.
    Monitoring(Monitoring),
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Whether the connection is TLS.
    pub encrypted: bool,
}

impl Site {
    async fn answer(&self, request: Request, peer: Peer) -> Response {
        let mut response = match self {
            Site::Product(entry) => return entry.answer(request, peer).await,
            Site::Redirect(redirect) => redirect.answer(&request),
            Site::Monitoring(monitoring) => monitoring.answer(request).await,
        };
        response_headers::complete(&mut response, &request_id::fresh());
        response
    }
}

/// Serves until `end` is ready, then lets the open requests finish.
pub async fn serve(listener: Listener, end: impl Future<Output = ()>) {
    let Listener {
        tcp,
        transport,
        site,
        metrics,
    } = listener;
    let (ending, ended) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut end = pin!(end);
    loop {
        tokio::select! {
            accepted = tcp.accept() => match accepted {
                Ok((stream, peer)) => {
                    let open = metrics.connection();
                    let (transport, site, ended) = (transport.clone(), site.clone(), ended.clone());
                    connections.spawn(async move {
                        connection(stream, peer, transport, site, ended).await;
                        drop(open);
                    });
                }
                Err(error) => {
                    // Out of file handles, most likely: give the others time to go.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = &mut end => break,
        }
    }
    drop(tcp);
    let _ = ending.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, all).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    transport: Transport,
    site: Site,
    mut ended: watch::Receiver<bool>,
) {
    // Answers are small and written at once: waiting for more to send would add 40 ms to them.
    let _ = stream.set_nodelay(true);
    let address = plain(peer.ip());
    let peer = |encrypted| Peer { address, encrypted };
    let Transport::Tls(tls) = transport else {
        return speak(stream, peer(false), site, ended).await;
    };
    let accepted = tokio::select! {
        accepted = tls.accept(stream) => accepted,
        _ = ended.wait_for(|ended| *ended) => return,
    };
    match accepted {
        Some(tls::Accepted::Encrypted(stream)) => speak(*stream, peer(true), site, ended).await,
        Some(tls::Accepted::Plain(stream)) => {
            let redirect = Site::Redirect(tls.redirect().clone());
            speak(stream, peer(false), redirect, ended).await;
        }
        None => {}
    }
}

/// Goes with each request: answers that last end when the server does.
#[derive(Clone)]
pub(crate) struct Farewell(Option<watch::Receiver<bool>>);

crate::routes::asks_nothing!(Farewell);

impl FromRequestParts<App> for Farewell {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        // Without a server around it nothing is ever said.
        Ok(parts
            .extensions
            .get::<Farewell>()
            .cloned()
            .unwrap_or_else(|| Farewell(None)))
    }
}

impl Farewell {
    /// Waits until the server is asked to end.
    pub(crate) async fn said(&mut self) {
        match &mut self.0 {
            Some(ended) => drop(ended.wait_for(|ended| *ended).await),
            None => std::future::pending().await,
        }
    }
}

/// Answers the requests of one connection until it ends.
async fn speak<S>(stream: S, peer: Peer, site: Site, mut ended: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let watch = Arc::new(Watch::default());
    let stream = HeadWatched::new(Taken::new(stream, NOT_TAKEN), watch.clone());
    let farewell = Farewell(Some(ended.clone()));
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let (site, watch, farewell) = (site.clone(), watch.clone(), farewell.clone());
        async move {
            let two_lengths = watch.begin();
            // After a chunked body the connection ends: nothing that stands behind it is read as a request.
            let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
            // Who waits to be asked for the body has not sent it.
            let waits = request.headers().contains_key(header::EXPECT);
            let (mut parts, body) = request.into_parts();
            parts.extensions.insert(farewell);
            let (body, unread) = lend(Paced::new(body));
            let mut response = if two_lengths {
                drop(body);
                head::two_lengths().into_response()
            } else {
                site.answer(hyper::Request::from_parts(parts, Body::new(body)), peer)
                    .await
            };
            let settled = if waits {
                unread.is_empty()
            } else {
                unread.settle().await
            };
            if chunked || !settled {
                response
                    .headers_mut()
                    .insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            watch.end();
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(KEEP_ALIVE)
        .max_headers(HEADERS)
        .max_buf_size(READ_BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        result = &mut connection => {
            if let Err(error) = result {
                tracing::debug!(%error, "a connection ended with an error");
            }
            return;
        }
        _ = ended.wait_for(|ended| *ended) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// IPv4 that comes as IPv6 is IPv4.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

//! Many requests to one place: an object store. Connections are kept and used again for that place alone (SEC-131).

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use futures_util::stream;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::client::{Body, Client, Deadline, Exchange, Limits, Reading, check_head, unreachable};
use crate::error::NetError;
use crate::policy::Consumer;
use crate::target::Target;

/// How long addresses count as checked: then the name is looked up again.
const CHECKED: Duration = Duration::from_secs(30);
/// Connections that wait for the next request.
const IDLE: usize = 16;
/// How long a content may stand still (SEC-190).
const STANDSTILL: Duration = Duration::from_secs(20);
/// Bytes of a file that are read at once.
const BUFFER: usize = 256 * 1024;

/// A place that is asked often. It checks as every request does, only not each time.
pub struct Origin {
    client: Client,
    consumer: Consumer,
    target: Target,
    limits: Limits,
    kept: Mutex<Option<(Instant, reqwest::Client)>>,
}

/// An answer, whatever its status, with the content as it arrives.
#[derive(Debug)]
pub struct Streamed {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The content.
    pub body: Body,
}

impl Client {
    /// The place to which a URL leads. Nothing is asked yet.
    ///
    /// # Errors
    /// [`NetError::InvalidUrl`].
    pub fn origin(&self, consumer: Consumer, url: &str) -> Result<Origin, NetError> {
        Ok(Origin {
            client: self.clone(),
            consumer,
            target: Target::parse(url)?,
            limits: Limits {
                connect: Duration::from_secs(5),
                first_byte: Duration::from_secs(15),
                total: Duration::from_secs(60),
                max_bytes: 0,
                redirects: 0,
            },
            kept: Mutex::new(None),
        })
    }
}

impl Origin {
    /// Sends a request and gives the answer with up to `max_bytes` of content. No redirect is followed (SEC-137).
    ///
    /// # Errors
    /// See [`NetError`]. A URL that leads elsewhere is [`NetError::InvalidUrl`].
    pub async fn send(&self, request: Exchange, max_bytes: u64) -> Result<Streamed, NetError> {
        self.deliver(request, None, max_bytes).await
    }

    /// The same with the first `length` bytes of a file as its content, which is never in memory as a whole; what the request has
    /// itself is not sent. It may take as long as bytes go out.
    ///
    /// # Errors
    /// As [`Origin::send`].
    pub async fn send_file(
        &self,
        request: Exchange,
        file: File,
        length: u64,
        max_bytes: u64,
    ) -> Result<Streamed, NetError> {
        self.deliver(request, Some((file, length)), max_bytes).await
    }

    async fn deliver(
        &self,
        request: Exchange,
        file: Option<(File, u64)>,
        max_bytes: u64,
    ) -> Result<Streamed, NetError> {
        let url = Url::parse(&request.url).map_err(|_| NetError::InvalidUrl {
            reason: "it cannot be read",
        })?;
        if url.origin() != self.target.url().origin() || !url.username().is_empty() || url.password().is_some() {
            return Err(NetError::InvalidUrl {
                reason: "it leads to another place",
            });
        }
        let connector = self.connector().await?;
        let sent = Arc::new(AtomicU64::new(0));
        let sending = connector
            .request(request.method, url)
            .headers(request.headers)
            .header(ACCEPT_ENCODING, "identity");
        let sending = match file {
            None => sending.body(request.body),
            Some((file, length)) => sending.header(CONTENT_LENGTH, length).body(pieces(file, length, &sent)),
        };
        let mut sending = pin!(sending.send());
        let patience = self.limits.connect + self.limits.first_byte;
        let mut seen = 0;
        let response = loop {
            match timeout(patience, &mut sending).await {
                Err(_) => {
                    let now = sent.load(Ordering::Relaxed);
                    if now == seen {
                        return Err(NetError::TimedOut);
                    }
                    seen = now;
                }
                Ok(Err(error)) => return Err(unreachable(&self.target, error)),
                Ok(Ok(response)) => break response,
            }
        };
        check_head(response.headers())?;
        Ok(Streamed {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Body::new(Reading {
                response,
                left: max_bytes,
                limit: max_bytes,
                deadline: Deadline::Standstill(STANDSTILL),
            }),
        })
    }

    /// The connections of this place; made anew when its addresses have to be checked again.
    async fn connector(&self) -> Result<reqwest::Client, NetError> {
        let mut kept = self.kept.lock().await;
        if let Some((since, client)) = &*kept
            && since.elapsed() < CHECKED
        {
            return Ok(client.clone());
        }
        let checked = self
            .client
            .checked_addresses(self.consumer, &self.target, self.limits)
            .await;
        if let Err(error) = &checked
            && error.is_forbidden()
        {
            tracing::warn!(?error, "an outgoing request was refused");
        }
        let checked = checked?;
        let proxy = self.client.proxy_addresses(self.limits).await?;
        let made = self
            .client
            .connector(self.consumer, &self.target, &checked, &proxy, self.limits.connect, IDLE)
            .map_err(|error| {
                tracing::error!(%error, "the HTTP client cannot be made");
                NetError::Unreachable
            })?;
        *kept = Some((Instant::now(), made.clone()));
        Ok(made)
    }
}

/// The first bytes of a file as they go out; how many have gone is in `sent`.
fn pieces(file: File, length: u64, sent: &Arc<AtomicU64>) -> reqwest::Body {
    let sent = sent.clone();
    let pieces = stream::try_unfold(file.take(length), move |mut file| {
        let sent = sent.clone();
        async move {
            let mut buffer = BytesMut::with_capacity(BUFFER);
            let number = file.read_buf(&mut buffer).await?;
            sent.fetch_add(number as u64, Ordering::Relaxed);
            Ok::<_, std::io::Error>((number > 0).then(|| (buffer.freeze(), file)))
        }
    });
    reqwest::Body::wrap_stream(pieces)
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Origin")
            .field("host", &self.target.host().to_string())
            .finish_non_exhaustive()
    }
}

//! Requests to URLs that people give.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, RequestBuilder, Response, redirect, retry};
use rustls::ClientConfig;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::egress::EgressProxy;
use crate::error::NetError;
use crate::file_name::file_name;
use crate::policy::{Consumer, Policy};
use crate::resolve::{Resolver, SystemResolver};
use crate::target::{Target, TargetHost};
use crate::tls::{self, Roots};

/// The most addresses that a name may have (SEC-130).
const MAX_ADDRESSES: usize = 20;
/// The most bytes of headers in an answer (SEC-142).
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// How much time and how many bytes a request may take (SEC-142).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Looking the name up, and then connecting, may each take this long.
    pub connect: Duration,
    /// From the connection to the head of the answer, for each hop.
    pub first_byte: Duration,
    /// Everything together, redirects and content included.
    pub total: Duration,
    /// The content, in bytes, counted as they arrive.
    pub max_bytes: u64,
    /// How many redirects are followed.
    pub redirects: usize,
}

impl Limits {
    /// The limits of an import by URL of at most `max_bytes`.
    pub fn import(max_bytes: u64) -> Self {
        Limits {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(15),
            total: Duration::from_secs(600),
            max_bytes,
            redirects: 5,
        }
    }
}

impl Limits {
    /// The limits of a conversation with an identity provider: short documents, one hop.
    pub fn sign_in() -> Self {
        Limits {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(5),
            total: Duration::from_secs(10),
            max_bytes: 1024 * 1024,
            redirects: 0,
        }
    }
}

/// A short request with everything in memory, for conversations with other services.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The content.
    pub body: Vec<u8>,
}

/// What came back for an [`Exchange`], whatever the status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The content.
    pub body: Vec<u8>,
}

impl Answer {
    /// The whole answer, within the limits.
    pub(crate) async fn read(response: Response, limits: Limits, deadline: Instant) -> Result<Answer, NetError> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let reading = Reading {
            response,
            left: limits.max_bytes,
            limit: limits.max_bytes,
            deadline: Deadline::Whole(deadline),
        };
        Ok(Answer {
            status,
            headers,
            body: Body::new(reading).bytes().await?,
        })
    }
}

/// The guarded way out. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Parts>);

struct Parts {
    policy: Policy,
    roots: Roots,
    tls: Tls,
    resolver: Arc<dyn Resolver>,
    proxy: Option<EgressProxy>,
    attempts: AtomicU64,
}

/// How TLS is spoken, by who asks.
struct Tls {
    sign_in: ClientConfig,
    s3: ClientConfig,
    others: ClientConfig,
}

impl Tls {
    fn new(roots: &Roots) -> Tls {
        let config = |consumer| {
            let mut config = roots.client_config_for(consumer);
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            config
        };
        Tls {
            sign_in: config(Consumer::SignIn),
            s3: config(Consumer::S3),
            others: config(Consumer::Import),
        }
    }

    fn of(&self, consumer: Consumer) -> &ClientConfig {
        match consumer {
            Consumer::SignIn => &self.sign_in,
            Consumer::S3 => &self.s3,
            Consumer::Import | Consumer::Ml | Consumer::Storage | Consumer::Redis | Consumer::Webhook => &self.others,
        }
    }
}

/// A file that is being fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Where it was found, after redirects.
    pub final_url: Url,
    /// Its name, without folders: from the answer's `Content-Disposition`, else the last part of the URL's path, else
    /// `download`.
    pub file_name: String,
    /// The `Content-Type` as sent.
    pub content_type: Option<String>,
    /// The length in bytes that the server promises. The content is bounded and counted all the same.
    pub content_length: Option<u64>,
    /// The content.
    pub body: Body,
}

/// The content of a [`Fetched`] file as it arrives: a stream that ends after the first error. What came before an error is
/// then not the whole content.
pub struct Body(Pin<Box<dyn Stream<Item = Result<Bytes, NetError>> + Send>>);

impl Client {
    /// A client that asks the operating system for addresses.
    pub fn new(policy: Policy, roots: &Roots) -> Self {
        Self::behind(policy, roots, None)
    }

    /// The same, whose requests go out by a proxy if there is one, those to directories as well. Mail goes to the one server that the
    /// installation names, and goes there directly.
    pub fn behind(policy: Policy, roots: &Roots, proxy: Option<EgressProxy>) -> Self {
        Self::with(policy, roots, Arc::new(SystemResolver), proxy)
    }

    /// A client with another source of addresses.
    pub fn with_resolver(policy: Policy, roots: &Roots, resolver: Arc<dyn Resolver>) -> Self {
        Self::with(policy, roots, resolver, None)
    }

    /// All parts.
    pub fn with(policy: Policy, roots: &Roots, resolver: Arc<dyn Resolver>, proxy: Option<EgressProxy>) -> Self {
        let tls = Tls::new(roots);
        Client(Arc::new(Parts {
            policy,
            roots: roots.clone(),
            tls,
            resolver,
            proxy,
            attempts: AtomicU64::new(0),
        }))
    }

    /// How often anybody has asked to go out, whether it was allowed or not: with the defaults nobody does by itself (SEC-234).
    pub fn attempts(&self) -> u64 {
        self.0.attempts.load(Ordering::Relaxed)
    }

    /// Fetches a file for an import, following redirects to destinations that are allowed too.
    ///
    /// # Errors
    /// See [`NetError`]. A content that is cut short or too long shows while the body is read.
    pub async fn fetch(&self, url: &str, limits: Limits) -> Result<Fetched, NetError> {
        let deadline = Instant::now() + limits.total;
        let fetched = timeout_at(deadline, self.follow(url, limits))
            .await
            .unwrap_or(Err(NetError::TimedOut));
        if let Err(error) = &fetched
            && error.is_forbidden()
        {
            // The URL itself may hold secrets in its query; host and address are in the error's fields.
            tracing::warn!(?error, "an outgoing request was refused");
        }
        let (target, response) = fetched?;
        let content_length = response.content_length();
        if content_length.is_some_and(|length| length > limits.max_bytes) {
            return Err(NetError::TooLarge {
                limit: limits.max_bytes,
            });
        }
        let text = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(String::from)
        };
        // Header values are bytes; many servers put UTF-8 there, which `to_str` refuses.
        let disposition = response.headers().get(CONTENT_DISPOSITION);
        let disposition = disposition.map(|value| String::from_utf8_lossy(value.as_bytes()));
        Ok(Fetched {
            file_name: file_name(disposition.as_deref(), target.url()).unwrap_or_else(|| "download".to_owned()),
            content_type: text(CONTENT_TYPE),
            content_length,
            final_url: target.url().clone(),
            body: Body::new(Reading {
                response,
                left: limits.max_bytes,
                limit: limits.max_bytes,
                deadline: Deadline::Whole(deadline),
            }),
        })
    }

    /// Counts that somebody asks to go out.
    pub(crate) fn count(&self) {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// Sends one request and reads its answer. No redirect is followed: secrets that a request carries stay with the host
    /// that they are for.
    ///
    /// # Errors
    /// See [`NetError`]; a status that is no success is an answer, not an error.
    pub async fn exchange(&self, consumer: Consumer, request: Exchange, limits: Limits) -> Result<Answer, NetError> {
        let deadline = Instant::now() + limits.total;
        let target = Target::parse(&request.url)?;
        let sending = self.send(consumer, &target, limits, move |client, url| {
            client
                .request(request.method, url)
                .headers(request.headers)
                .body(request.body)
        });
        let response = timeout_at(deadline, sending).await.unwrap_or(Err(NetError::TimedOut));
        if let Err(error) = &response
            && error.is_forbidden()
        {
            tracing::warn!(?error, "an outgoing request was refused");
        }
        Answer::read(response?, limits, deadline).await
    }

    async fn follow(&self, url: &str, limits: Limits) -> Result<(Target, Response), NetError> {
        let mut target = Target::parse(url)?;
        for _ in 0..=limits.redirects {
            let response = self.request(&target, limits).await?;
            let status = response.status();
            if status.is_success() {
                return Ok((target, response));
            }
            if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Err(NetError::Status {
                    status: status.as_u16(),
                });
            }
            let location = response
                .headers()
                .get(LOCATION)
                .and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
            target = target.redirected(location.ok_or(NetError::InvalidRedirect)?)?;
        }
        Err(NetError::TooManyRedirects {
            limit: limits.redirects,
        })
    }

    /// What is trusted.
    pub(crate) fn roots(&self) -> &Roots {
        &self.0.roots
    }

    /// How TLS is spoken with services of sign-in.
    pub(crate) fn tls(&self) -> &ClientConfig {
        self.0.tls.of(Consumer::SignIn)
    }

    /// One hop of an import.
    async fn request(&self, target: &Target, limits: Limits) -> Result<Response, NetError> {
        self.send(Consumer::Import, target, limits, |client, url| client.get(url))
            .await
    }

    /// One hop: check, connect to a checked address, read the head of the answer.
    async fn send(
        &self,
        consumer: Consumer,
        target: &Target,
        limits: Limits,
        request: impl FnOnce(&reqwest::Client, Url) -> RequestBuilder,
    ) -> Result<Response, NetError> {
        let addresses = self.checked_addresses(consumer, target, limits).await?;
        let proxy = self.proxy_addresses(limits).await?;
        let client = self
            .connector(consumer, target, &addresses, &proxy, limits.connect, 0)
            .map_err(|error| {
                tracing::error!(%error, "the HTTP client cannot be made");
                NetError::Unreachable
            })?;
        let sending = request(&client, target.url().clone())
            .header(ACCEPT_ENCODING, "identity")
            .send();
        let response = match timeout(limits.connect + limits.first_byte, sending).await {
            Err(_) => return Err(NetError::TimedOut),
            Ok(Err(error)) => return Err(unreachable(target, error)),
            Ok(Ok(response)) => response,
        };
        check_head(response.headers())?;
        Ok(response)
    }

    /// The addresses of the target, looked up once. All must be allowed.
    pub(crate) async fn checked_addresses(
        &self,
        consumer: Consumer,
        target: &Target,
        limits: Limits,
    ) -> Result<Vec<IpAddr>, NetError> {
        let Parts { policy, .. } = &*self.0;
        self.count();
        policy.check_name(target)?;
        let addresses = match target.host() {
            TargetHost::Address(address) => vec![*address],
            TargetHost::Name(name) => self.look_up(name, limits).await?,
        };
        let mut own = Vec::new();
        for name in policy.own_names(target.port()) {
            // A service of ours whose name is unknown at the moment has no address that could be reached.
            own.extend(self.look_up(name, limits).await.unwrap_or_default());
        }
        for address in &addresses {
            policy.check_address(consumer, target, *address, &own)?;
        }
        Ok(addresses)
    }

    pub(crate) fn proxy(&self) -> Option<&EgressProxy> {
        self.0.proxy.as_ref()
    }

    /// The addresses of the proxy, where it has a name. The installation has chosen it: nothing is checked.
    pub(crate) async fn proxy_addresses(&self, limits: Limits) -> Result<Vec<IpAddr>, NetError> {
        match self.0.proxy.as_ref().and_then(EgressProxy::name) {
            Some(name) => self.look_up(name, limits).await,
            None => Ok(Vec::new()),
        }
    }

    pub(crate) async fn look_up(&self, name: &str, limits: Limits) -> Result<Vec<IpAddr>, NetError> {
        let answer = timeout(limits.connect, self.0.resolver.resolve(name)).await;
        match answer {
            Ok(Ok(addresses)) if (1..=MAX_ADDRESSES).contains(&addresses.len()) => Ok(addresses),
            Ok(Ok(addresses)) => {
                tracing::info!(name, count = addresses.len(), "a name has no address, or too many");
                Err(NetError::Unreachable)
            }
            Ok(Err(error)) => {
                tracing::info!(name, %error, "a name could not be looked up");
                Err(NetError::Unreachable)
            }
            Err(_) => Err(NetError::Unreachable),
        }
    }

    /// A client that can reach the checked addresses of one target and nothing else, and keeps up to `idle` connections.
    ///
    /// Without these it is made for one request: a connection of its pool can never serve another check. Making it costs
    /// little, because roots and TLS settings are shared.
    pub(crate) fn connector(
        &self,
        consumer: Consumer,
        target: &Target,
        addresses: &[IpAddr],
        proxy_addresses: &[IpAddr],
        connect: Duration,
        idle: usize,
    ) -> reqwest::Result<reqwest::Client> {
        let mut builder = self.builder(consumer, connect, idle);
        if let Some(proxy) = &self.0.proxy {
            builder = builder.proxy(proxy.for_client()?);
            if let Some(name) = proxy.name() {
                builder = builder.resolve_to_addrs(name, &proxy.at(proxy_addresses));
            }
        } else if let TargetHost::Name(name) = target.host() {
            let addresses: Vec<_> = addresses.iter().map(|&ip| SocketAddr::new(ip, target.port())).collect();
            builder = builder.resolve_to_addrs(name, &addresses);
        }
        builder.build()
    }

    /// What all connections have in common: no name is looked up behind the check, and nothing is done twice or elsewhere.
    pub(crate) fn builder(&self, consumer: Consumer, connect: Duration, idle: usize) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .tls_backend_preconfigured(self.0.tls.of(consumer).clone())
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .user_agent("Labelkeep")
            .connect_timeout(connect)
            .pool_max_idle_per_host(idle)
            .dns_resolver(Arc::new(NoResolver))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("policy", &self.0.policy)
            .finish_non_exhaustive()
    }
}

/// Behind the checked addresses there is no second look-up.
struct NoResolver;

impl reqwest::dns::Resolve for NoResolver {
    fn resolve(&self, _name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err(io::Error::other("names are looked up before the request").into()) })
    }
}

/// What the person learns: no more than that it failed (SEC-143). The operator needs the reason.
pub(crate) fn unreachable(target: &Target, error: reqwest::Error) -> NetError {
    let error = error.without_url();
    match tls::refusal(&error) {
        Some(reason) => tracing::warn!(host = %target.host(), reason, "TLS was refused"),
        None => tracing::info!(host = %target.host(), ?error, "an outgoing request failed"),
    }
    NetError::Unreachable
}

pub(crate) fn check_head(headers: &HeaderMap) -> Result<(), NetError> {
    // Name, value, colon, space and line end.
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let encoded = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if bytes > MAX_HEADER_BYTES || encoded {
        return Err(NetError::UnsupportedAnswer);
    }
    Ok(())
}

/// Where the reading of a content stands.
pub(crate) struct Reading {
    pub(crate) response: Response,
    pub(crate) left: u64,
    pub(crate) limit: u64,
    pub(crate) deadline: Deadline,
}

/// How long a content may take.
pub(crate) enum Deadline {
    /// Until then, as a whole.
    Whole(Instant),
    /// So long without a byte. The time that a slow receiver takes does not count.
    Standstill(Duration),
}

impl Reading {
    async fn chunk(&mut self) -> Result<Option<Bytes>, NetError> {
        let deadline = match self.deadline {
            Deadline::Whole(until) => until,
            Deadline::Standstill(patience) => Instant::now() + patience,
        };
        let chunk = match timeout_at(deadline, self.response.chunk()).await {
            Err(_) => return Err(NetError::TimedOut),
            Ok(Err(_)) => return Err(NetError::Interrupted),
            Ok(Ok(chunk)) => chunk,
        };
        if let Some(chunk) = &chunk {
            let length = chunk.len() as u64;
            self.left = self
                .left
                .checked_sub(length)
                .ok_or(NetError::TooLarge { limit: self.limit })?;
        }
        Ok(chunk)
    }
}

impl Body {
    pub(crate) fn new(reading: Reading) -> Self {
        Body(Box::pin(stream::unfold(Some(reading), |reading| async move {
            let mut reading = reading?;
            match reading.chunk().await {
                Ok(Some(chunk)) => Some((Ok(chunk), Some(reading))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })))
    }

    /// The whole content in memory; for small files.
    ///
    /// # Errors
    /// [`NetError::TooLarge`], [`NetError::TimedOut`] or [`NetError::Interrupted`].
    pub async fn bytes(mut self) -> Result<Vec<u8>, NetError> {
        let mut content = Vec::new();
        while let Some(chunk) = self.next().await {
            content.extend_from_slice(&chunk?);
        }
        Ok(content)
    }
}

impl Stream for Body {
    type Item = Result<Bytes, NetError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Body")
    }
}

//! Requests to one bucket.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use labelkeep_net::{Exchange, HeaderMap, Method, NetError, Origin, Streamed};

use super::sign::{self, Asked, Credentials, Scope};
use super::{Place, answer};
use crate::{BlobError, Bucket, Content, Page, Position, Purpose, Range};

/// How often a request is made when the store is busy; pauses double from the first.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);
/// The most keys of one list.
const LIST_MAX: usize = 1_000;
/// Bytes of an error that are read.
const ERROR_MAX: u64 = 64 * 1024;

pub(super) struct S3Bucket {
    origin: Origin,
    place: Place,
    bucket: String,
    /// With one slash at the end; empty: everything.
    prefix: String,
    /// As it was given, without slashes at the end.
    shown_prefix: String,
    region: String,
    credentials: Credentials,
    sse_key: Option<String>,
    purpose: Purpose,
    /// By how many seconds the store's clock is ahead of ours.
    skew: AtomicI64,
}

/// A request that is to be made, perhaps more than once.
struct Wanted<'a> {
    method: Method,
    key: Option<&'a str>,
    query: Vec<(&'a str, String)>,
    headers: Vec<(&'a str, String)>,
    body: Vec<u8>,
    max_bytes: u64,
}

impl<'a> Wanted<'a> {
    fn of(method: Method, key: Option<&'a str>) -> Self {
        Wanted {
            method,
            key,
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            max_bytes: answer::MAX_XML,
        }
    }
}

impl S3Bucket {
    #[allow(clippy::too_many_arguments)] // the fields of the form, once
    pub(super) fn new(
        origin: Origin,
        place: Place,
        bucket: &str,
        prefix: &str,
        region: &str,
        credentials: Credentials,
        sse_key: Option<String>,
        purpose: Purpose,
    ) -> Self {
        let shown_prefix = prefix.trim_end_matches('/').to_owned();
        S3Bucket {
            origin,
            place,
            bucket: bucket.to_owned(),
            prefix: if shown_prefix.is_empty() {
                String::new()
            } else {
                format!("{shown_prefix}/")
            },
            shown_prefix,
            region: region.to_owned(),
            credentials,
            sse_key,
            purpose,
            skew: AtomicI64::new(0),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            region: &self.region,
            at: Utc::now() + TimeDelta::seconds(self.skew.load(Ordering::Relaxed)),
        }
    }

    fn path(&self, key: Option<&str>) -> Result<String, BlobError> {
        let key = key.unwrap_or_default();
        // URLs know no such parts: they would lead to another object, or out of the bucket.
        if key.split('/').any(|part| part == "." || part == "..") {
            return Err(BlobError::missing(format!(
                "{} cannot be read: URLs have no parts \".\" and \"..\"",
                self.address(key)
            )));
        }
        Ok(format!("{}{}", self.place.path, sign::in_path(key)))
    }

    /// Makes a request until it succeeds, or fails for a reason that will not pass.
    async fn call(&self, wanted: Wanted<'_>) -> Result<Streamed, BlobError> {
        let mut attempt = 1;
        let mut knows_clock = false;
        loop {
            let error = match self.once(&wanted).await {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) => {
                    let (status, headers) = (answer.status, answer.headers.clone());
                    let code = failure(answer).await;
                    if code == "RequestTimeTooSkewed" && !knows_clock && self.learn_clock(&headers) {
                        knows_clock = true;
                        continue;
                    }
                    let subject = self.address(wanted.key.unwrap_or(&self.shown_prefix));
                    answer::error(status, &code, &self.bucket, &subject)
                }
                Err(error) => error,
            };
            if !error.may_pass() || attempt >= ATTEMPTS {
                return Err(error);
            }
            tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
            attempt += 1;
        }
    }

    async fn once(&self, wanted: &Wanted<'_>) -> Result<Streamed, BlobError> {
        let path = self.path(wanted.key)?;
        let asked = Asked {
            method: wanted.method.as_str(),
            host: &self.place.host,
            path: &path,
            query: wanted.query.clone(),
        };
        let signed = sign::headers(&asked, &wanted.headers, &wanted.body, &self.scope(), &self.credentials);
        let mut headers = HeaderMap::new();
        for (name, value) in signed {
            let name = name.parse::<labelkeep_net::HeaderName>().ok();
            let value = value.parse::<labelkeep_net::HeaderValue>().ok();
            if let (Some(name), Some(value)) = (name, value) {
                headers.insert(name, value);
            }
        }
        let query = sign::encoded(&asked.query);
        let mark = if query.is_empty() { "" } else { "?" };
        let exchange = Exchange {
            method: wanted.method.clone(),
            url: format!("{}{path}{mark}{query}", self.place.base),
            headers,
            body: wanted.body.clone(),
        };
        Ok(self.origin.send(exchange, wanted.max_bytes).await?)
    }

    /// Takes the time from an answer that says that ours is wrong.
    fn learn_clock(&self, headers: &HeaderMap) -> bool {
        let date = headers.get("date").and_then(|value| value.to_str().ok());
        let Some(theirs) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) else {
            return false;
        };
        let ahead = theirs.signed_duration_since(Utc::now()).num_seconds();
        self.skew.store(ahead, Ordering::Relaxed);
        true
    }

    async fn page(&self, from: &Position, recursive: bool, limit: usize) -> Result<Page, BlobError> {
        let mut wanted = Wanted::of(Method::GET, None);
        wanted.query = vec![
            ("list-type", "2".to_owned()),
            ("encoding-type", "url".to_owned()),
            ("max-keys", limit.clamp(1, LIST_MAX).to_string()),
        ];
        if !self.prefix.is_empty() {
            wanted.query.push(("prefix", self.prefix.clone()));
        }
        if !recursive {
            wanted.query.push(("delimiter", "/".to_owned()));
        }
        if let Some(token) = &from.token {
            wanted.query.push(("continuation-token", token.clone()));
        } else if !from.after.is_empty() {
            wanted.query.push(("start-after", from.after.clone()));
        }
        let answer = self.call(wanted).await?;
        let mut xml = Vec::new();
        let mut body = answer.body;
        while let Some(bytes) = body.next().await {
            xml.extend_from_slice(&bytes?);
        }
        let list = answer::list(&xml)?;
        let next = list.is_truncated.then(|| Position {
            after: list.last.max(from.after.clone()),
            token: list.token,
        });
        let stands_still = |next: &Position| next.token.is_none() && next.after == from.after;
        if next.as_ref().is_some_and(stands_still) {
            return Err(BlobError::new(
                crate::Fault::Unknown,
                "The storage's list does not come to an end",
            ));
        }
        let mut objects = list.objects;
        // Keys of folders; and a store that knows no order or no prefix would be read for ever.
        objects.retain(|object| {
            !object.key.ends_with('/') && object.key.starts_with(&self.prefix) && object.key > from.after
        });
        Ok(Page { objects, next })
    }

    async fn check_source(&self) -> Result<(), BlobError> {
        let missing = || BlobError::missing(format!("{} not found.", self.address(&self.shown_prefix)));
        let page = self.page(&Position::default(), true, 2).await?;
        let Some(first) = page.objects.first() else {
            // A bucket may be empty, a folder is not there unless something is in it.
            return if self.prefix.is_empty() || page.next.is_some() {
                Ok(())
            } else {
                Err(missing())
            };
        };
        let range = (first.size > 0).then_some(Range {
            first: 0,
            last: Some(0),
        });
        self.read(&first.key, range).await?.bytes(u64::MAX).await.map(drop)
    }

    async fn check_target(&self) -> Result<(), BlobError> {
        let key = self.key_for("labelkeep-write-test");
        self.write(&key, b"{}".to_vec()).await?;
        // The right to delete is not needed unless somebody asks for deletion.
        let _ = self.delete(&key).await;
        Ok(())
    }
}

async fn failure(answer: Streamed) -> String {
    let mut body = answer.body;
    let mut text = Vec::new();
    while let Some(Ok(bytes)) = body.next().await {
        text.extend_from_slice(&bytes);
        if text.len() as u64 > ERROR_MAX {
            return String::new();
        }
    }
    answer::code(&text).unwrap_or_default()
}

/// `bytes 0-9/100`
fn part(text: &str) -> Option<(u64, u64, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?, size.parse().ok()?))
}

impl Bucket for S3Bucket {
    fn list<'a>(&'a self, from: &'a Position, recursive: bool, limit: usize) -> BoxFuture<'a, Result<Page, BlobError>> {
        Box::pin(self.page(from, recursive, limit))
    }

    fn read<'a>(&'a self, key: &'a str, range: Option<Range>) -> BoxFuture<'a, Result<Content, BlobError>> {
        Box::pin(async move {
            let mut wanted = Wanted::of(Method::GET, Some(key));
            wanted.max_bytes = u64::MAX;
            if let Some(Range { first, last }) = range {
                let last = last.map(|last| last.to_string()).unwrap_or_default();
                wanted.headers.push(("range", format!("bytes={first}-{last}")));
            }
            let answer = self.call(wanted).await?;
            let text = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
            Ok(Content {
                length: text("content-length").and_then(|length| length.parse().ok()),
                part: text("content-range").filter(|_| answer.status == 206).and_then(part),
                etag: text("etag").unwrap_or_default().trim_matches('"').to_owned(),
                body: Box::pin(answer.body.map(|bytes| bytes.map_err(|error: NetError| error.into()))),
            })
        })
    }

    fn write<'a>(&'a self, key: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            let mut wanted = Wanted::of(Method::PUT, Some(key));
            wanted.headers.push(("content-type", "application/json".to_owned()));
            if let Some(id) = &self.sse_key {
                wanted
                    .headers
                    .push(("x-amz-server-side-encryption", "aws:kms".to_owned()));
                wanted
                    .headers
                    .push(("x-amz-server-side-encryption-aws-kms-key-id", id.clone()));
            }
            wanted.body = content;
            self.call(wanted).await.map(drop)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            match self.call(Wanted::of(Method::DELETE, Some(key))).await {
                Err(error) if error.fault == crate::Fault::Missing && !error.text.contains("bucket") => Ok(()),
                other => other.map(drop),
            }
        })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), BlobError>> {
        Box::pin(async move {
            match self.purpose {
                Purpose::Source => self.check_source().await,
                Purpose::Target => self.check_target().await,
            }
        })
    }

    fn sign(&self, key: &str, seconds: u32, content_type: &str) -> Option<String> {
        let path = self.path(Some(key)).ok()?;
        let asked = Asked {
            method: "GET",
            host: &self.place.host,
            path: &path,
            query: vec![("response-content-type", content_type.to_owned())],
        };
        let query = sign::query(&asked, seconds, &self.scope(), &self.credentials);
        Some(format!("{}{path}?{query}", self.place.base))
    }

    fn address(&self, key: &str) -> String {
        if key.is_empty() {
            format!("s3://{}", self.bucket)
        } else {
            format!("s3://{}/{key}", self.bucket)
        }
    }

    fn key_of(&self, address: &str) -> Option<String> {
        let (bucket, key) = address.strip_prefix("s3://")?.split_once('/')?;
        (bucket == self.bucket && !key.is_empty() && key.starts_with(&self.prefix)).then(|| key.to_owned())
    }

    fn key_for(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

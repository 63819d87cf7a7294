//! Requests to one bucket.

use futures_util::future::BoxFuture;
use labelkeep_net::{Client, Consumer, Exchange, Limits, Method, Origin, Streamed};

use super::role::Keys;
use super::sign::{self, Asked, Scope};
use super::{Place, SCHEME, answer};
use crate::web::{self, Clock, Prefix, Store, Wanted};
use crate::{BlobError, Bucket, Content, FileContent, Page, Position, Purpose, Range, Right, SignedHeaders};

/// The most keys of one list.
const LIST_MAX: usize = 1_000;

pub(super) struct S3Bucket {
    pub(super) origin: Origin,
    pub(super) net: Client,
    pub(super) place: Place,
    pub(super) bucket: String,
    pub(super) prefix: Prefix,
    pub(super) region: String,
    pub(super) keys: Keys,
    pub(super) sse_key: Option<String>,
    pub(super) purpose: Purpose,
    pub(super) clock: Clock,
}

impl S3Bucket {
    fn scope(&self) -> Scope<'_> {
        Scope {
            region: &self.region,
            service: "s3",
            at: self.clock.now(),
        }
    }

    fn path(&self, key: Option<&str>) -> Result<String, BlobError> {
        let key = key.unwrap_or_default();
        web::check_key(key, &self.address(key))?;
        Ok(format!("{}{}", self.place.path, sign::in_path(key)))
    }

    async fn send(&self, wanted: &Wanted<'_>) -> Result<Streamed, BlobError> {
        let path = self.path(wanted.key)?;
        let asked = Asked {
            method: wanted.method.as_str(),
            host: &self.place.host,
            path: &path,
            query: wanted.query.clone(),
        };
        let credentials = self.keys.get(&self.clock).await?;
        let digest = match wanted.file {
            Some(file) => file.digest.clone(),
            None => sign::digest(&wanted.body),
        };
        let signed = sign::headers(&asked, &wanted.headers, &digest, &self.scope(), &credentials);
        let query = sign::encoded(&asked.query);
        let mark = if query.is_empty() { "" } else { "?" };
        let exchange = Exchange {
            method: wanted.method.clone(),
            url: format!("{}{path}{mark}{query}", self.place.base),
            headers: web::headers(&signed),
            body: wanted.body.clone(),
        };
        web::send(&self.origin, exchange, wanted).await
    }

    async fn ask(&self, wanted: &Wanted<'_>) -> Result<Streamed, BlobError> {
        let mut may_learn = true;
        loop {
            let answer = self.send(wanted).await?;
            if (200..300).contains(&answer.status) {
                return Ok(answer);
            }
            let code = answer::code(&web::failure(answer.body).await).unwrap_or_default();
            if code == "RequestTimeTooSkewed" && may_learn && self.clock.learn(&answer.headers) {
                may_learn = false;
                continue;
            }
            if code == "ExpiredToken" && may_learn && self.keys.forget().await {
                may_learn = false;
                continue;
            }
            let subject = self.address(wanted.key.unwrap_or(self.prefix.shown()));
            return Err(answer::error(answer.status, &code, &self.bucket, &subject));
        }
    }

    async fn page(&self, from: &Position, recursive: bool, limit: usize) -> Result<Page, BlobError> {
        let mut wanted = Wanted::of(Method::GET, None);
        wanted.query = vec![
            ("list-type", "2".to_owned()),
            ("encoding-type", "url".to_owned()),
            ("max-keys", limit.clamp(1, LIST_MAX).to_string()),
        ];
        if !self.prefix.as_str().is_empty() {
            wanted.query.push(("prefix", self.prefix.as_str().to_owned()));
        }
        if !recursive {
            wanted.query.push(("delimiter", "/".to_owned()));
        }
        if let Some(token) = &from.token {
            wanted.query.push(("continuation-token", token.clone()));
        } else if !from.after.is_empty() {
            wanted.query.push(("start-after", from.after.clone()));
        }
        answer::list(&web::call_whole(self, wanted).await?)?.page(from, &self.prefix)
    }

    async fn signed(&self, key: &str, seconds: u32, headers: SignedHeaders<'_>) -> Result<Option<String>, BlobError> {
        let path = self.path(Some(key))?;
        let asked = Asked {
            method: "GET",
            host: &self.place.host,
            path: &path,
            query: vec![
                ("response-content-disposition", headers.disposition.to_owned()),
                ("response-content-type", headers.content_type.to_owned()),
            ],
        };
        let credentials = self.keys.get(&self.clock).await?;
        let query = sign::query(&asked, seconds, &self.scope(), &credentials);
        Ok(Some(format!("{}{path}?{query}", self.place.base)))
    }

    /// A part for an upload that nobody began: it takes the right to write, and writes nothing.
    async fn may_write(&self) -> bool {
        let key = self.prefix.key_for(web::UNKNOWN);
        let mut wanted = Wanted::of(Method::PUT, Some(&key));
        wanted.query = vec![("partNumber", "1".to_owned()), ("uploadId", web::UNKNOWN.to_owned())];
        web::is_allowed(self, &wanted).await
    }

    async fn may_list_buckets(&self) -> bool {
        let Ok(credentials) = self.keys.get(&self.clock).await else {
            return false;
        };
        let asked = Asked {
            method: "GET",
            host: &self.place.service,
            path: "/",
            query: Vec::new(),
        };
        let signed = sign::headers(&asked, &[], &sign::digest(b""), &self.scope(), &credentials);
        let scheme = self.place.base.split("://").next().unwrap_or_default();
        let exchange = Exchange {
            method: Method::GET,
            url: format!("{scheme}://{}/", self.place.service),
            headers: web::headers(&signed),
            body: Vec::new(),
        };
        let answer = self.net.exchange(Consumer::S3, exchange, Limits::sign_in()).await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    async fn found_beyond(&self) -> Vec<Right> {
        let mut rights = match self.purpose {
            Purpose::Source if self.may_write().await => vec![Right::Write],
            Purpose::Source => Vec::new(),
            Purpose::Target => web::beyond_writing(self).await,
        };
        if self.may_list_buckets().await {
            rights.push(Right::Buckets);
        }
        rights
    }
}

impl S3Bucket {
    fn new_object<'a>(&self, key: &'a str, content_type: &str) -> Wanted<'a> {
        let mut wanted = Wanted::of(Method::PUT, Some(key));
        wanted.headers.push(("content-type", content_type.to_owned()));
        if let Some(id) = &self.sse_key {
            let encrypted = "x-amz-server-side-encryption";
            wanted.headers.push((encrypted, "aws:kms".to_owned()));
            wanted
                .headers
                .push(("x-amz-server-side-encryption-aws-kms-key-id", id.clone()));
        }
        wanted
    }
}

impl Store for S3Bucket {
    fn once<'a>(&'a self, wanted: &'a Wanted<'_>) -> BoxFuture<'a, Result<Streamed, BlobError>> {
        Box::pin(self.ask(wanted))
    }
}

impl Bucket for S3Bucket {
    fn list<'a>(&'a self, from: &'a Position, recursive: bool, limit: usize) -> BoxFuture<'a, Result<Page, BlobError>> {
        Box::pin(self.page(from, recursive, limit))
    }

    fn read<'a>(&'a self, key: &'a str, range: Option<Range>) -> BoxFuture<'a, Result<Content, BlobError>> {
        Box::pin(async move {
            let answer = web::call(self, Wanted::content(key, "range", range)).await?;
            Ok(web::content(answer))
        })
    }

    fn write<'a>(&'a self, key: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            let mut wanted = self.new_object(key, "application/json");
            wanted.body = content;
            web::call(self, wanted).await.map(drop)
        })
    }

    fn write_file<'a>(&'a self, key: &'a str, content: &'a FileContent) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            let mut wanted = self.new_object(key, "application/octet-stream");
            wanted.file = Some(content);
            web::call(self, wanted).await.map(drop)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            match web::call(self, Wanted::of(Method::DELETE, Some(key))).await {
                Err(error) if error.fault == crate::Fault::Missing && !error.text.contains("bucket") => Ok(()),
                other => other.map(drop),
            }
        })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), BlobError>> {
        Box::pin(web::check(self, &self.prefix, self.purpose))
    }

    fn beyond(&self) -> BoxFuture<'_, Vec<Right>> {
        Box::pin(self.found_beyond())
    }

    fn sign<'a>(
        &'a self,
        key: &'a str,
        seconds: u32,
        headers: SignedHeaders<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, BlobError>> {
        Box::pin(self.signed(key, seconds, headers))
    }

    fn links_at(&self) -> Option<String> {
        Some(self.place.base.clone())
    }

    fn address(&self, key: &str) -> String {
        web::address(SCHEME, &self.bucket, key)
    }

    fn key_of(&self, address: &str) -> Option<String> {
        web::key_of(SCHEME, &self.bucket, &self.prefix, address)
    }

    fn key_for(&self, name: &str) -> String {
        self.prefix.key_for(name)
    }
}

//! Requests to one bucket.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use labelkeep_net::{Client, Exchange, Method, Origin, Streamed, Url};
use percent_encoding::utf8_percent_encode;

use super::account::{Account, Asked, in_path};
use super::{SCHEME, answer};
use crate::web::{self, Clock, Kept, Prefix, Store, UNRESERVED, Wanted};
use crate::{
    BlobError, Bucket, Content, Fault, FileContent, Installation, Page, Position, Purpose, Range, Right, SignedHeaders,
};

/// The most keys of one list.
const LIST_MAX: usize = 1_000;
/// Of a list, what is read.
const LIST_FIELDS: &str = "nextPageToken,prefixes,items(name,size,updated,generation,md5Hash)";

/// Rights at a bucket, by their names at Google.
const RIGHTS: [(&str, Right); 5] = [
    ("storage.objects.list", Right::List),
    ("storage.objects.get", Right::Read),
    ("storage.objects.create", Right::Write),
    ("storage.objects.delete", Right::Delete),
    ("storage.buckets.setIamPolicy", Right::Everything),
];

pub(super) struct GcsBucket {
    pub(super) origin: Origin,
    pub(super) net: Client,
    /// Scheme, host and port, without a slash at the end.
    pub(super) base: String,
    pub(super) bucket: String,
    pub(super) prefix: Prefix,
    pub(super) holder: Holder,
    pub(super) purpose: Purpose,
    pub(super) clock: Clock,
}

/// Who asks: whoever filled in the form, or the installation itself.
pub(super) enum Holder {
    /// With the token that serves at the moment.
    Form(Box<Account>, Kept<String>),
    Server(Arc<Installation>),
}

impl GcsBucket {
    async fn token(&self) -> Result<String, BlobError> {
        match &self.holder {
            Holder::Form(account, token) => {
                let asked = account.token(&self.net, self.scope(), &self.clock);
                token.get(asked).await
            }
            Holder::Server(installation) => {
                let endpoint = installation.google_endpoint.as_deref();
                installation
                    .ambient
                    .google
                    .token(&self.net, endpoint, &self.clock)
                    .await
            }
        }
    }

    async fn forget(&self) {
        match &self.holder {
            Holder::Form(_, token) => token.forget().await,
            Holder::Server(installation) => installation.ambient.google.forget().await,
        }
    }

    /// What tokens are for: no more than the storage is.
    fn scope(&self) -> &'static str {
        match self.purpose {
            Purpose::Source => "https://www.googleapis.com/auth/devstorage.read_only",
            Purpose::Target => "https://www.googleapis.com/auth/devstorage.read_write",
        }
    }

    /// The list is asked of the bucket, and so is a new object, whose name is in the query.
    fn path(&self, wanted: &Wanted<'_>) -> String {
        match wanted.key {
            None => format!("/storage/v1/b/{}/o", self.bucket),
            Some(_) if wanted.method == Method::POST => format!("/upload/storage/v1/b/{}/o", self.bucket),
            Some(key) => {
                let key = utf8_percent_encode(key, UNRESERVED);
                format!("/storage/v1/b/{}/o/{key}", self.bucket)
            }
        }
    }

    async fn send(&self, wanted: &Wanted<'_>) -> Result<Streamed, BlobError> {
        let token = self.token().await?;
        let mut headers = wanted.headers.clone();
        headers.push(("authorization", format!("Bearer {token}")));
        let query: Vec<_> = wanted
            .query
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let query = web::form(&query);
        let mark = if query.is_empty() { "" } else { "?" };
        let exchange = Exchange {
            method: wanted.method.clone(),
            url: format!("{}{}{mark}{query}", self.base, self.path(wanted)),
            headers: web::headers(&headers),
            body: wanted.body.clone(),
        };
        web::send(&self.origin, exchange, wanted).await
    }

    async fn ask(&self, wanted: &Wanted<'_>) -> Result<Streamed, BlobError> {
        if let Some(key) = wanted.key {
            web::check_key(key, &self.address(key))?;
        }
        let mut may_renew = true;
        loop {
            let answer = self.send(wanted).await?;
            let status = answer.status;
            if (200..300).contains(&status) {
                return Ok(answer);
            }
            if status == 401 && may_renew {
                // A token that was taken back before its end.
                self.forget().await;
                may_renew = false;
                continue;
            }
            let reason = answer::reason(&web::failure(answer.body).await);
            let object = wanted.key.map(|key| self.address(key));
            return Err(answer::error(status, &reason, &self.bucket, object.as_deref()));
        }
    }

    async fn page(&self, from: &Position, recursive: bool, limit: usize) -> Result<Page, BlobError> {
        let mut wanted = Wanted::of(Method::GET, None);
        wanted.query = vec![
            ("maxResults", limit.clamp(1, LIST_MAX).to_string()),
            ("fields", LIST_FIELDS.to_owned()),
        ];
        if !self.prefix.as_str().is_empty() {
            wanted.query.push(("prefix", self.prefix.as_str().to_owned()));
        }
        if !recursive {
            wanted.query.push(("delimiter", "/".to_owned()));
        }
        if let Some(token) = &from.token {
            wanted.query.push(("pageToken", token.clone()));
        } else if !from.after.is_empty() {
            wanted.query.push(("startOffset", from.after.clone()));
        }
        answer::list(&web::call_whole(self, wanted).await?)?.page(from, &self.prefix)
    }

    async fn signed(&self, key: &str, seconds: u32, headers: SignedHeaders<'_>) -> Result<Option<String>, BlobError> {
        web::check_key(key, &self.address(key))?;
        let host = Url::parse(&self.base).ok().and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(match url.port() {
                Some(port) => format!("{host}:{port}"),
                None => host,
            })
        });
        let path = format!("/{}/{}", self.bucket, in_path(key));
        let host = host.unwrap_or_default();
        let asked = Asked {
            host: &host,
            path: &path,
            seconds,
            headers,
            at: self.clock.now(),
        };
        let query = match &self.holder {
            Holder::Form(account, _) => Some(account.link(&asked)?),
            Holder::Server(installation) => {
                let endpoint = installation.google_endpoint.as_deref();
                let google = &installation.ambient.google;
                google.link(&self.net, endpoint, &self.clock, &asked).await?
            }
        };
        Ok(query.map(|query| format!("{}{path}?{query}", self.base)))
    }

    /// Google says which of some rights somebody has.
    async fn found_beyond(&self) -> Vec<Right> {
        let query: Vec<_> = RIGHTS.iter().map(|(name, _)| ("permissions", *name)).collect();
        let Ok(token) = self.token().await else {
            return Vec::new();
        };
        let exchange = Exchange {
            method: Method::GET,
            url: format!(
                "{}/storage/v1/b/{}/iam/testPermissions?{}",
                self.base,
                self.bucket,
                web::form(&query)
            ),
            headers: web::headers(&[("authorization", format!("Bearer {token}"))]),
            body: Vec::new(),
        };
        let Ok(answer) = self.origin.send(exchange, web::ANSWER_MAX).await else {
            return Vec::new();
        };
        if answer.status != 200 {
            return Vec::new();
        }
        let held = answer::permissions(&answer.body.bytes().await.unwrap_or_default());
        RIGHTS
            .iter()
            .filter(|(name, right)| held.iter().any(|held| held == name) && !right.is_needed(self.purpose))
            .map(|(_, right)| *right)
            .collect()
    }
}

fn new_object<'a>(key: &'a str, content_type: &str) -> Wanted<'a> {
    let mut wanted = Wanted::of(Method::POST, Some(key));
    wanted.query = vec![("uploadType", "media".to_owned()), ("name", key.to_owned())];
    wanted.headers.push(("content-type", content_type.to_owned()));
    wanted
}

impl GcsBucket {
    async fn make(&self, wanted: Wanted<'_>) -> Result<(), BlobError> {
        match web::call(self, wanted).await {
            // What is missing is not the object, which is new.
            Err(error) if error.fault == Fault::Missing => Err(answer::error(404, "", &self.bucket, None)),
            other => other.map(drop),
        }
    }
}

impl Store for GcsBucket {
    fn once<'a>(&'a self, wanted: &'a Wanted<'_>) -> BoxFuture<'a, Result<Streamed, BlobError>> {
        Box::pin(self.ask(wanted))
    }
}

impl Bucket for GcsBucket {
    fn list<'a>(&'a self, from: &'a Position, recursive: bool, limit: usize) -> BoxFuture<'a, Result<Page, BlobError>> {
        Box::pin(self.page(from, recursive, limit))
    }

    fn read<'a>(&'a self, key: &'a str, range: Option<Range>) -> BoxFuture<'a, Result<Content, BlobError>> {
        Box::pin(async move {
            let mut wanted = Wanted::content(key, "range", range);
            wanted.query.push(("alt", "media".to_owned()));
            Ok(web::content(web::call(self, wanted).await?))
        })
    }

    fn write<'a>(&'a self, key: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            let mut wanted = new_object(key, "application/json");
            wanted.body = content;
            self.make(wanted).await
        })
    }

    fn write_file<'a>(&'a self, key: &'a str, content: &'a FileContent) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            let mut wanted = new_object(key, "application/octet-stream");
            wanted.file = Some(content);
            self.make(wanted).await
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            match web::call(self, Wanted::of(Method::DELETE, Some(key))).await {
                Err(error) if error.fault == Fault::Missing => Ok(()),
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
        Some(self.base.clone())
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

//! Requests to one container.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use labelkeep_net::{Exchange, HeaderMap, Method, Origin, Streamed};
use percent_encoding::utf8_percent_encode;
use tokio::sync::Mutex;

use super::sign::{self, Asked, Delegation, Signer, VERSION};
use super::{Access, Place, SCHEME, answer, principal};
use crate::web::{self, Clock, IN_PATH, Prefix, Store, Wanted};
use crate::{
    BlobError, Bucket, Content, Fault, FileContent, Object, Page, Position, Purpose, Range, Right, SignedHeaders,
};

/// The most keys of one list.
const LIST_MAX: usize = 5_000;
/// The most objects of an account with real folders: they are all in memory, to be sorted.
const TREE_MAX: usize = 2_000_000;

pub(super) struct AzureBucket {
    pub(super) origin: Origin,
    pub(super) place: Place,
    pub(super) account: String,
    pub(super) container: String,
    pub(super) prefix: Prefix,
    pub(super) access: Access,
    pub(super) purpose: Purpose,
    pub(super) clock: Clock,
    /// What an account with real folders lists, in the order of bytes, from the beginning of a list to its end.
    pub(super) tree: Mutex<Arc<Vec<Object>>>,
}

impl AzureBucket {
    fn path(&self, key: Option<&str>) -> Result<String, BlobError> {
        let key = key.unwrap_or_default();
        web::check_key(key, &self.address(key))?;
        let slash = if key.is_empty() { "" } else { "/" };
        let key = utf8_percent_encode(key, IN_PATH);
        Ok(format!("{}/{}{slash}{key}", self.place.path, self.container))
    }

    fn with(&self) -> answer::With {
        match self.access {
            Access::Key(_) => answer::With::Key,
            Access::Sas(_) => answer::With::Sas,
            Access::Principal(_) => answer::With::Principal,
        }
    }

    async fn send(&self, path: &str, wanted: &Wanted<'_>) -> Result<Streamed, BlobError> {
        let mut headers = wanted.headers.clone();
        headers.push(("x-ms-version", VERSION.to_owned()));
        let date = self.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        headers.push(("x-ms-date", date));
        let query: Vec<_> = wanted
            .query
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut query = web::form(&query);
        match &self.access {
            Access::Key(key) => {
                let asked = Asked {
                    method: wanted.method.as_str(),
                    account: &self.account,
                    path,
                    query: &wanted.query,
                    headers: &headers,
                    length: wanted.length(),
                };
                let value = sign::authorization(&asked, key);
                headers.push(("authorization", value));
            }
            Access::Sas(sas) => {
                if !query.is_empty() {
                    query.push('&');
                }
                query.push_str(sas);
            }
            Access::Principal(principal) => {
                let token = principal.token().await?;
                headers.push(("authorization", format!("Bearer {token}")));
            }
        }
        let mark = if query.is_empty() { "" } else { "?" };
        let exchange = Exchange {
            method: wanted.method.clone(),
            url: format!("{}{path}{mark}{query}", self.place.base),
            headers: web::headers(&headers),
            body: wanted.body.clone(),
        };
        web::send(&self.origin, exchange, wanted).await
    }

    async fn ask(&self, path: &str, wanted: &Wanted<'_>) -> Result<Streamed, BlobError> {
        let mut may_learn = true;
        loop {
            let answer = self.send(path, wanted).await?;
            if (200..300).contains(&answer.status) {
                return Ok(answer);
            }
            let code = code(&answer.headers);
            if may_learn && matches!(answer.status, 401 | 403) && self.learns(&answer.headers).await {
                may_learn = false;
                continue;
            }
            let subject = self.address(wanted.key.unwrap_or(self.prefix.shown()));
            return Err(answer::error(
                answer.status,
                &code,
                &self.container,
                &subject,
                self.with(),
            ));
        }
    }

    /// Whether a request that was refused may be taken with another date or token.
    async fn learns(&self, headers: &HeaderMap) -> bool {
        match &self.access {
            Access::Key(_) => self.clock.learn(headers),
            Access::Sas(_) => false,
            Access::Principal(principal) => {
                // A token that was taken back before its end.
                let expired = code(headers) == "InvalidAuthenticationInfo";
                if expired {
                    principal.token.forget().await;
                }
                expired
            }
        }
    }

    async fn fetch(&self, from: &Position, recursive: bool, limit: usize) -> Result<(web::Listed, bool), BlobError> {
        let mut wanted = Wanted::of(Method::GET, None);
        wanted.query = vec![
            ("restype", "container".to_owned()),
            ("comp", "list".to_owned()),
            ("maxresults", limit.clamp(1, LIST_MAX).to_string()),
        ];
        if !self.prefix.as_str().is_empty() {
            wanted.query.push(("prefix", self.prefix.as_str().to_owned()));
        }
        if !recursive {
            wanted.query.push(("delimiter", "/".to_owned()));
        }
        if let Some(token) = &from.token {
            wanted.query.push(("marker", token.clone()));
        }
        answer::list(&web::call_whole(self, wanted).await?)
    }

    async fn page(&self, from: &Position, recursive: bool, limit: usize) -> Result<Page, BlobError> {
        if from.token.as_deref() == Some(IN_MEMORY) {
            let tree = self.tree.lock().await.clone();
            if !tree.is_empty() {
                return Ok(self.part(&tree, from, limit).await);
            }
        }
        let mut from = from.clone();
        from.token.take_if(|token| token.as_str() == IN_MEMORY);
        let (list, is_tree) = self.fetch(&from, recursive, limit).await?;
        if is_tree && from.token.is_none() {
            let tree = Arc::new(self.whole_tree(list, recursive).await?);
            *self.tree.lock().await = tree.clone();
            return Ok(self.part(&tree, &from, limit).await);
        }
        // The store goes on only where it said so itself: behind a key, what is listed again is left out.
        list.page(&from, &self.prefix)
    }

    /// All objects of an account with real folders. These come in the order of a walk, in which "a/b" stands before "a-b": pages
    /// of them cannot be laid beside what is known.
    async fn whole_tree(&self, mut list: web::Listed, recursive: bool) -> Result<Vec<Object>, BlobError> {
        let mut all = Vec::new();
        loop {
            all.append(&mut list.objects);
            if all.len() > TREE_MAX {
                return Err(BlobError::new(
                    Fault::Unknown,
                    format!(
                        "More than {TREE_MAX} files lie below {}. Choose a prefix.",
                        self.address(self.prefix.shown())
                    ),
                ));
            }
            let Some(token) = list.token.take() else { break };
            let from = Position {
                after: String::new(),
                token: Some(token),
            };
            list = self.fetch(&from, recursive, LIST_MAX).await?.0;
        }
        all.retain(|object| !object.key.ends_with('/') && self.prefix.holds(&object.key));
        all.sort_by(|one, other| one.key.cmp(&other.key));
        all.dedup_by(|one, other| one.key == other.key);
        Ok(all)
    }

    async fn part(&self, tree: &[Object], from: &Position, limit: usize) -> Page {
        let begin = tree.partition_point(|object| object.key <= from.after);
        let end = (begin + limit.max(1)).min(tree.len());
        let next = (end < tree.len()).then(|| Position {
            after: tree[end - 1].key.clone(),
            token: Some(IN_MEMORY.to_owned()),
        });
        if next.is_none() {
            *self.tree.lock().await = Arc::default();
        }
        Page {
            objects: tree[begin..end].to_vec(),
            next,
        }
    }

    /// A key of the principal to sign links with.
    async fn delegated(&self) -> Result<(DateTime<Utc>, Delegation), BlobError> {
        let now = self.clock.now();
        let mut wanted = Wanted::of(Method::POST, None);
        wanted.query = vec![
            ("restype", "service".to_owned()),
            ("comp", "userdelegationkey".to_owned()),
        ];
        wanted.headers.push(("content-type", "application/xml".to_owned()));
        let (begins, ends) = (
            now - TimeDelta::minutes(5),
            now + TimeDelta::hours(principal::DELEGATION_HOURS),
        );
        wanted.body = principal::key_info(begins, ends).into_bytes();
        let answer = self.ask(&format!("{}/", self.place.path), &wanted).await;
        let answer = answer.map_err(|error| match error.fault {
            Fault::Denied => BlobError::new(
                Fault::Denied,
                "The service principal lacks the role Storage Blob Delegator, without which no links can be signed.",
            ),
            _ => error,
        })?;
        principal::delegation(&answer.body.bytes().await?).ok_or_else(|| {
            BlobError::new(
                Fault::Unknown,
                "The storage answered something that is no key to sign with",
            )
        })
    }

    async fn signed(&self, key: &str, seconds: u32, headers: SignedHeaders<'_>) -> Result<Option<String>, BlobError> {
        let path = self.path(Some(key))?;
        let delegation;
        let signer = match &self.access {
            Access::Key(key) => Signer::Account(key),
            // What people are given must open one object: a SAS token opens more, and cannot be narrowed.
            Access::Sas(_) => return Ok(None),
            Access::Principal(principal) => {
                delegation = principal.delegation.get(self.delegated()).await?;
                Signer::Delegated(&delegation)
            }
        };
        let ends = self.clock.now() + TimeDelta::seconds(seconds.into());
        let https_only = self.place.base.starts_with("https:");
        let query = sign::link(&self.account, &self.container, key, ends, https_only, headers, &signer);
        Ok(Some(format!("{}{path}?{query}", self.place.base)))
    }
}

impl AzureBucket {
    async fn found_beyond(&self) -> Vec<Right> {
        match &self.access {
            Access::Key(_) => vec![Right::Everything],
            Access::Sas(sas) => rights_of(sas, self.purpose),
            Access::Principal(_) if self.purpose == Purpose::Target => web::beyond_writing(self).await,
            Access::Principal(_) => {
                // The lease of an object that is not there cannot be broken; who may try may write.
                let key = self.prefix.key_for(web::UNKNOWN);
                let mut wanted = Wanted::of(Method::PUT, Some(&key));
                wanted.query = vec![("comp", "lease".to_owned())];
                wanted.headers.push(("x-ms-lease-action", "break".to_owned()));
                match web::is_allowed(self, &wanted).await {
                    true => vec![Right::Write],
                    false => Vec::new(),
                }
            }
        }
    }
}

/// The rights that a SAS token says it has, and that are not needed.
pub(super) fn rights_of(sas: &str, purpose: Purpose) -> Vec<Right> {
    let said = sas
        .split('&')
        .find_map(|pair| pair.strip_prefix("sp="))
        .unwrap_or_default();
    let right = |letter: char| match letter {
        'l' | 'f' => Some(Right::List),
        'r' => Some(Right::Read),
        'a' | 'c' | 'w' => Some(Right::Write),
        'd' | 'x' | 'y' => Some(Right::Delete),
        'p' | 'o' => Some(Right::Everything),
        _ => None,
    };
    let rights = said.chars().filter_map(right);
    rights.filter(|right| !right.is_needed(purpose)).collect()
}

/// The token of a list that is in memory.
const IN_MEMORY: &str = "in memory";

/// The code of an error, `ContainerNotFound`.
pub(super) fn code(headers: &HeaderMap) -> String {
    let code = headers.get("x-ms-error-code").and_then(|value| value.to_str().ok());
    let is_code = |code: &&str| code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    code.filter(is_code).unwrap_or_default().to_owned()
}

fn new_object<'a>(key: &'a str, content_type: &str) -> Wanted<'a> {
    let mut wanted = Wanted::of(Method::PUT, Some(key));
    wanted.headers.push(("content-type", content_type.to_owned()));
    wanted.headers.push(("x-ms-blob-type", "BlockBlob".to_owned()));
    wanted
}

impl Store for AzureBucket {
    fn once<'a>(&'a self, wanted: &'a Wanted<'_>) -> BoxFuture<'a, Result<Streamed, BlobError>> {
        Box::pin(async move { self.ask(&self.path(wanted.key)?, wanted).await })
    }
}

impl Bucket for AzureBucket {
    fn list<'a>(&'a self, from: &'a Position, recursive: bool, limit: usize) -> BoxFuture<'a, Result<Page, BlobError>> {
        Box::pin(self.page(from, recursive, limit))
    }

    fn read<'a>(&'a self, key: &'a str, range: Option<Range>) -> BoxFuture<'a, Result<Content, BlobError>> {
        Box::pin(async move {
            let answer = web::call(self, Wanted::content(key, "x-ms-range", range)).await?;
            Ok(web::content(answer))
        })
    }

    fn write<'a>(&'a self, key: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            let mut wanted = new_object(key, "application/json");
            wanted.body = content;
            web::call(self, wanted).await.map(drop)
        })
    }

    fn write_file<'a>(&'a self, key: &'a str, content: &'a FileContent) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            let mut wanted = new_object(key, "application/octet-stream");
            wanted.file = Some(content);
            web::call(self, wanted).await.map(drop)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            let mut wanted = Wanted::of(Method::DELETE, Some(key));
            wanted.headers.push(("x-ms-delete-snapshots", "include".to_owned()));
            match web::call(self, wanted).await {
                Err(error) if error.fault == Fault::Missing && !error.text.contains("container") => Ok(()),
                other => other.map(drop),
            }
        })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), BlobError>> {
        Box::pin(async move {
            web::check(self, &self.prefix, self.purpose).await?;
            // A principal that may read but not delegate would show nothing to those who label.
            if self.purpose == Purpose::Source
                && let Access::Principal(principal) = &self.access
            {
                principal.delegation.get(self.delegated()).await?;
            }
            Ok(())
        })
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
        (!matches!(self.access, Access::Sas(_))).then(|| self.place.base.clone())
    }

    fn address(&self, key: &str) -> String {
        web::address(SCHEME, &self.container, key)
    }

    fn key_of(&self, address: &str) -> Option<String> {
        web::key_of(SCHEME, &self.container, &self.prefix, address)
    }

    fn key_for(&self, name: &str) -> String {
        self.prefix.key_for(name)
    }
}

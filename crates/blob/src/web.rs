//! What object stores that are asked over HTTP have in common.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use labelkeep_net::{Body, Exchange, HeaderMap, HeaderName, HeaderValue, Method, NetError, Origin, Streamed};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::Mutex;

use crate::file_content::unreadable;
use crate::{BlobError, Bucket, Content, Fault, Field, FileContent, Position, Purpose, Range, Right, Values};

/// The most bytes of an answer that is read as a whole: a thousand keys of the greatest length, encoded.
pub(crate) const ANSWER_MAX: u64 = 8 * 1024 * 1024;
/// How often a request is made when the store is busy; pauses double from the first.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);
/// Bytes of an error that are read.
const ERROR_MAX: u64 = 64 * 1024;
/// Clocks that differ by less are taken to agree, in seconds.
const SKEW: i64 = 60;
/// The farthest that one may be away, in seconds: a century.
const SKEW_MAX: i64 = 100 * 366 * 86_400;
/// How long before its end something temporary is asked for anew, in seconds.
const EARLY: i64 = 300;

/// What URLs take as it is (RFC 3986 §2.3).
pub(crate) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, in a path.
pub(crate) const IN_PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// A request that is to be made, perhaps more than once.
pub(crate) struct Wanted<'a> {
    pub(crate) method: Method,
    pub(crate) key: Option<&'a str>,
    /// Names and values that are not encoded yet.
    pub(crate) query: Vec<(&'a str, String)>,
    /// Names in lower case.
    pub(crate) headers: Vec<(&'a str, String)>,
    pub(crate) body: Vec<u8>,
    /// In place of the body.
    pub(crate) file: Option<&'a FileContent>,
    pub(crate) max_bytes: u64,
}

impl<'a> Wanted<'a> {
    pub(crate) fn of(method: Method, key: Option<&'a str>) -> Self {
        Wanted {
            method,
            key,
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            file: None,
            max_bytes: ANSWER_MAX,
        }
    }

    /// Bytes of its content.
    pub(crate) fn length(&self) -> u64 {
        self.file.map_or(self.body.len() as u64, |file| file.length)
    }

    /// An object, or a part of it; `header` names the part.
    pub(crate) fn content(key: &'a str, header: &'a str, range: Option<Range>) -> Self {
        let mut wanted = Wanted::of(Method::GET, Some(key));
        wanted.max_bytes = u64::MAX;
        if let Some(Range { first, last }) = range {
            let last = last.map(|last| last.to_string()).unwrap_or_default();
            wanted.headers.push((header, format!("bytes={first}-{last}")));
        }
        wanted
    }
}

/// A store that answers requests.
pub(crate) trait Store: Sync {
    /// Makes a request once; an answer that is no success is an error.
    fn once<'a>(&'a self, wanted: &'a Wanted<'_>) -> BoxFuture<'a, Result<Streamed, BlobError>>;
}

/// Sends a request to where it belongs, with what it carries.
pub(crate) async fn send(origin: &Origin, exchange: Exchange, wanted: &Wanted<'_>) -> Result<Streamed, BlobError> {
    let Some(content) = wanted.file else {
        return Ok(origin.send(exchange, wanted.max_bytes).await?);
    };
    let file = tokio::fs::File::open(&content.path).await.map_err(unreadable)?;
    Ok(origin
        .send_file(exchange, file, content.length, wanted.max_bytes)
        .await?)
}

/// Makes a request until it succeeds, or fails for a reason that will not pass.
pub(crate) async fn call(store: &dyn Store, wanted: Wanted<'_>) -> Result<Streamed, BlobError> {
    let mut attempt = 1;
    loop {
        match store.once(&wanted).await {
            Err(error) if error.may_pass() && attempt < ATTEMPTS => {
                tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
                attempt += 1;
            }
            other => return other,
        }
    }
}

/// The same, with the whole answer.
pub(crate) async fn call_whole(store: &dyn Store, wanted: Wanted<'_>) -> Result<Vec<u8>, BlobError> {
    Ok(call(store, wanted).await?.body.bytes().await?)
}

/// The text of an answer that is an error; nothing when it is long or breaks off.
pub(crate) async fn failure(mut body: Body) -> Vec<u8> {
    let mut text = Vec::new();
    while let Some(Ok(bytes)) = body.next().await {
        text.extend_from_slice(&bytes);
        if text.len() as u64 > ERROR_MAX {
            return Vec::new();
        }
    }
    text
}

/// Headers as they are sent; what cannot be one is left out.
pub(crate) fn headers<N: AsRef<str>>(pairs: &[(N, String)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = name.as_ref().parse::<HeaderName>().ok();
        let value = value.parse::<HeaderValue>().ok();
        if let (Some(name), Some(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    headers
}

/// A query, or a form, in the order that is given.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let parts: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    parts.join("&")
}

/// The object of an answer.
pub(crate) fn content(answer: Streamed) -> Content {
    let text = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
    Content {
        length: text("content-length").and_then(|length| length.parse().ok()),
        part: text("content-range").filter(|_| answer.status == 206).and_then(part),
        etag: text("etag").unwrap_or_default().trim_matches('"').to_owned(),
        body: Box::pin(answer.body.map(|bytes| bytes.map_err(|error: NetError| error.into()))),
    }
}

/// `bytes 0-9/100`
fn part(text: &str) -> Option<(u64, u64, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?, size.parse().ok()?))
}

/// A folder of a bucket, or all of it.
#[derive(Debug, Clone)]
pub(crate) struct Prefix(String);

impl Prefix {
    pub(crate) fn new(text: &str) -> Prefix {
        let text = text.trim_end_matches('/');
        Prefix(if text.is_empty() {
            String::new()
        } else {
            format!("{text}/")
        })
    }

    /// With one slash at the end; empty: everything.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Without it.
    pub(crate) fn shown(&self) -> &str {
        self.0.trim_end_matches('/')
    }

    pub(crate) fn holds(&self, key: &str) -> bool {
        key.starts_with(&self.0)
    }

    pub(crate) fn key_for(&self, name: &str) -> String {
        format!("{}{name}", self.0)
    }
}

/// URLs know no parts "." and "..": they would lead to another object, or out of the bucket.
pub(crate) fn check_key(key: &str, address: &str) -> Result<(), BlobError> {
    if key.split('/').any(|part| part == "." || part == "..") {
        return Err(BlobError::missing(format!(
            "{address} cannot be read: URLs have no parts \".\" and \"..\""
        )));
    }
    Ok(())
}

/// The key of an address `scheme://bucket/key`, if it lies in this bucket below the prefix.
pub(crate) fn key_of(scheme: &str, bucket: &str, prefix: &Prefix, address: &str) -> Option<String> {
    let (of, key) = address.strip_prefix(scheme)?.split_once('/')?;
    (of == bucket && !key.is_empty() && prefix.holds(key)).then(|| key.to_owned())
}

/// `scheme://bucket/key`, or the bucket's when there is no key.
pub(crate) fn address(scheme: &str, bucket: &str, key: &str) -> String {
    if key.is_empty() {
        format!("{scheme}{bucket}")
    } else {
        format!("{scheme}{bucket}/{key}")
    }
}

/// Sees whether a source can be listed and read.
async fn check_source(bucket: &dyn Bucket, prefix: &Prefix) -> Result<(), BlobError> {
    let page = bucket.list(&Position::default(), true, 2).await?;
    let Some(first) = page.objects.first() else {
        // A bucket may be empty, a folder is not there unless something is in it.
        return if prefix.as_str().is_empty() || page.next.is_some() {
            Ok(())
        } else {
            Err(BlobError::missing(format!(
                "{} not found.",
                bucket.address(prefix.shown())
            )))
        };
    };
    let range = (first.size > 0).then_some(Range {
        first: 0,
        last: Some(0),
    });
    let mut content = bucket.read(&first.key, range).await?;
    // The first bytes say enough.
    content.body.next().await.transpose().map(drop)
}

/// Sees whether a target can be written to.
async fn check_target(bucket: &dyn Bucket) -> Result<(), BlobError> {
    let key = bucket.key_for("labelkeep-write-test");
    bucket.write(&key, b"{}".to_vec()).await?;
    // The right to delete is not needed unless somebody asks for deletion.
    let _ = bucket.delete(&key).await;
    Ok(())
}

/// Sees whether the keys do what the storage is for.
pub(crate) async fn check(bucket: &dyn Bucket, prefix: &Prefix, purpose: Purpose) -> Result<(), BlobError> {
    match purpose {
        Purpose::Source => check_source(bucket, prefix).await,
        Purpose::Target => check_target(bucket).await,
    }
}

/// The name of an object that is asked for to see what happens, and that is not there.
pub(crate) const UNKNOWN: &str = "labelkeep-rights-test";

/// Whether a request was refused for another reason than a lack of rights: what it was about is not there.
pub(crate) async fn is_allowed(store: &dyn Store, wanted: &Wanted<'_>) -> bool {
    matches!(store.once(wanted).await, Err(error) if error.fault == Fault::Missing)
}

/// Which of the rights to list and to read the keys of a target have.
pub(crate) async fn beyond_writing(bucket: &dyn Bucket) -> Vec<Right> {
    let Ok(page) = bucket.list(&Position::default(), true, 1).await else {
        return Vec::new();
    };
    let mut rights = vec![Right::List];
    if let Some(first) = page.objects.first()
        && bucket.read(&first.key, None).await.is_ok()
    {
        rights.push(Right::Read);
    }
    rights
}

/// The time of a store whose clock may differ from ours.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// By how many seconds it is ahead.
    skew: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.skew.load(Ordering::Relaxed))
    }

    /// Takes the time from an answer that may say that ours is wrong; whether it differed from what was used.
    pub(crate) fn learn(&self, headers: &HeaderMap) -> bool {
        let date = headers.get("date").and_then(|value| value.to_str().ok());
        let Some(theirs) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) else {
            return false;
        };
        let ahead = theirs.signed_duration_since(Utc::now()).num_seconds();
        // A clock that was never set stands at 1970. What is further away is no clock, and no time could be reckoned with it.
        let differs = (ahead - self.skew.load(Ordering::Relaxed)).abs() > SKEW && ahead.abs() < SKEW_MAX;
        if differs {
            self.skew.store(ahead, Ordering::Relaxed);
        }
        differs
    }
}

/// Something temporary, such as a token, that is asked for once and serves until shortly before its end.
pub(crate) struct Kept<T>(Mutex<Option<(DateTime<Utc>, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept(Mutex::new(None))
    }
}

impl<T: Clone> Kept<T> {
    /// What is kept, or what `made` gives with the time until which it serves.
    pub(crate) async fn get(
        &self,
        made: impl Future<Output = Result<(DateTime<Utc>, T), BlobError>>,
    ) -> Result<T, BlobError> {
        let mut kept = self.0.lock().await;
        if let Some((until, value)) = &*kept
            && *until > Utc::now()
        {
            return Ok(value.clone());
        }
        let (ends, value) = made.await?;
        *kept = Some((ends - TimeDelta::seconds(EARLY), value.clone()));
        Ok(value)
    }

    /// Forgets it: the store does not take it any more.
    pub(crate) async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

/// The value of a field that cannot be left out.
pub(crate) fn needed<'a>(values: &'a Values, field: &Field) -> Result<&'a str, BlobError> {
    values
        .get(field.name)
        .ok_or_else(|| BlobError::field(field.name, "This field is required."))
}

/// What goes into a header or an address: no spaces and no control characters.
pub(crate) fn token(text: &str, field: &Field) -> Result<String, BlobError> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(BlobError::field(field.name, "It has characters that it cannot have."))
    }
}

/// A part of a store's list.
pub(crate) struct Listed {
    pub(crate) objects: Vec<crate::Object>,
    /// The last key or folder in it.
    pub(crate) last: String,
    /// What the store gave to go on with.
    pub(crate) token: Option<String>,
    pub(crate) is_truncated: bool,
}

impl Listed {
    /// As it is given on: without folders, and without what a store lists that knows no order or no prefix.
    ///
    /// # Errors
    /// A list that would be read for ever.
    pub(crate) fn page(mut self, from: &Position, prefix: &Prefix) -> Result<crate::Page, BlobError> {
        // Databases keep no zero in a text: such an object cannot be named, and a place in the list is before it.
        if let Some(zero) = self.last.find('\0') {
            self.last.truncate(zero);
        }
        for object in &mut self.objects {
            object.etag.retain(|character| character != '\0');
        }
        let next = self.is_truncated.then(|| Position {
            after: self.last.max(from.after.clone()),
            token: self.token,
        });
        let stands_still = |next: &Position| next.token == from.token && next.after == from.after;
        if next.as_ref().is_some_and(stands_still) {
            return Err(BlobError::new(
                Fault::Unknown,
                "The storage's list does not come to an end",
            ));
        }
        self.objects.retain(|object| {
            !object.key.ends_with('/')
                && !object.key.contains('\0')
                && prefix.holds(&object.key)
                && object.key > from.after
        });
        Ok(crate::Page {
            objects: self.objects,
            next,
        })
    }
}

/// A folder in a list as a place: behind everything in it, since no key goes on with a higher character.
pub(crate) fn behind_folder(folder: &str) -> String {
    format!("{folder}\u{10FFFF}")
}

/// The answer is not what such a store answers.
pub(crate) fn no_list() -> BlobError {
    BlobError::new(
        Fault::Unknown,
        "The storage answered something that is no list of objects",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_does_not_move_is_an_error() {
        let listed = |last: &str, token: Option<&str>| Listed {
            objects: Vec::new(),
            last: last.to_owned(),
            token: token.map(str::to_owned),
            is_truncated: true,
        };
        let from = Position {
            after: "b".to_owned(),
            token: Some("t".to_owned()),
        };
        let prefix = Prefix::new("");
        assert!(listed("a", Some("t")).page(&from, &prefix).is_err());
        assert!(listed("c", Some("t")).page(&from, &prefix).is_ok());
        assert!(listed("a", Some("u")).page(&from, &prefix).is_ok());
    }

    #[test]
    fn keys_that_no_database_keeps_are_left_out() {
        let object = |key: &str| crate::Object {
            key: key.to_owned(),
            size: 1,
            modified: None,
            etag: "e\0".to_owned(),
        };
        let listed = Listed {
            objects: vec![object("a"), object("b\0c"), object("d")],
            last: "d\0e".to_owned(),
            token: Some("t".to_owned()),
            is_truncated: true,
        };
        let page = listed.page(&Position::default(), &Prefix::new("")).expect("a page");
        let found: Vec<_> = page
            .objects
            .iter()
            .map(|object| (object.key.as_str(), object.etag.as_str()))
            .collect();
        assert_eq!(found, [("a", "e"), ("d", "e")]);
        assert_eq!(page.next.expect("more").after, "d");
    }

    #[test]
    fn the_clock_of_a_store_is_believed_within_reason() {
        let clock = Clock::default();
        let dated = |date: &str| headers(&[("date", date.to_owned())]);
        assert!(clock.learn(&dated("Thu, 01 Jan 1970 00:00:00 GMT")));
        assert!(clock.now().timestamp().abs() < 3_600);
        for far in [
            "Fri, 31 Dec 262142 23:59:59 GMT",
            "Sat, 01 Jan 9000 00:00:00 GMT",
            "yesterday",
            "",
        ] {
            assert!(!clock.learn(&dated(far)), "{far}");
        }
        assert!(clock.now().timestamp().abs() < 3_600);
    }

    #[test]
    fn an_address_is_of_one_bucket_and_below_its_prefix() {
        let prefix = Prefix::new("a//");
        assert_eq!((prefix.as_str(), prefix.shown()), ("a/", "a"));
        let key = |address| key_of("gs://", "ours", &prefix, address);
        assert_eq!(key("gs://ours/a/b c").as_deref(), Some("a/b c"));
        for other in [
            "gs://ours/ab",
            "gs://theirs/a/b",
            "s3://ours/a/b",
            "gs://ours",
            "gs://ours/",
        ] {
            assert_eq!(key(other), None, "{other}");
        }
    }
}

//! An S3 server in memory with one bucket, for tests: it checks signatures, pages its lists, and fails when it is told to.
//!
//! It is written after the documentation of the protocol and shares no code with the client.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

/// The name of its bucket.
pub const BUCKET: &str = "our-data";
/// The keys that it takes.
pub const KEY_ID: &str = "AKIATESTKEY";
/// And the secret.
pub const SECRET: &str = "a-secret-of-the-tests";
/// The role that these keys may take on, with this external ID.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/labels";
/// What its trust policy asks for.
pub const EXTERNAL_ID: &str = "organization-7";
/// The secret of its temporary keys.
const SECRET_OF_ROLE: &str = "a-secret-for-an-hour";

/// The server; gone with this value.
pub struct S3Server {
    address: String,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    faults: Mutex<VecDeque<(u16, &'static str)>>,
    lasting: Mutex<Option<(String, u16, &'static str)>>,
    seen: Mutex<Vec<String>>,
    clock: Mutex<i64>,
    lies: Mutex<Option<Lie>>,
    /// How often the role was taken on; the keys of the last time count.
    roles: Mutex<u32>,
}

/// How the server lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Its list never ends, and never goes on.
    Endless,
    /// All objects of its list are one byte long.
    Small,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl S3Server {
    /// Starts one on a free port.
    pub async fn start() -> S3Server {
        Self::serve(None).await
    }

    /// One that is reached by TLS, as `localhost`.
    pub async fn start_with_tls(config: Arc<rustls::ServerConfig>) -> S3Server {
        Self::serve(Some(TlsAcceptor::from(config))).await
    }

    async fn serve(tls: Option<TlsAcceptor>) -> S3Server {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let bound = listener.local_addr().expect("bound");
        let address = match &tls {
            Some(_) => format!("https://localhost:{}", bound.port()),
            None => format!("http://{bound}"),
        };
        let state = Arc::new(State::default());
        let serving = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let state = state.clone();
                        async move { Ok::<_, Infallible>(state.answer(request).await) }
                    });
                    let http = hyper::server::conn::http1::Builder::new();
                    match tls {
                        None => {
                            let _ = http.serve_connection(TokioIo::new(stream), service).await;
                        }
                        Some(tls) => {
                            // Whoever does not trust the certificate goes away.
                            if let Ok(stream) = tls.accept(stream).await {
                                let _ = http.serve_connection(TokioIo::new(stream), service).await;
                            }
                        }
                    }
                });
            }
        });
        S3Server { address, state, task }
    }

    /// Its endpoint.
    pub fn endpoint(&self) -> &str {
        &self.address
    }

    /// Puts an object there.
    pub fn put(&self, key: &str, content: impl Into<Vec<u8>>) {
        lock(&self.state.objects).insert(key.to_owned(), content.into());
    }

    /// Takes an object away.
    pub fn remove(&self, key: &str) {
        lock(&self.state.objects).remove(key);
    }

    /// An object.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        lock(&self.state.objects).get(key).cloned()
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        lock(&self.state.objects).keys().cloned().collect()
    }

    /// Answers the next request with an error, after those that it was told before.
    pub fn fail(&self, status: u16, code: &'static str) {
        lock(&self.state.faults).push_back((status, code));
    }

    /// Answers every request with this in its line (`GET /bucket/key?query`) with an error, until it heals.
    pub fn fail_where(&self, part: &str, status: u16, code: &'static str) {
        *lock(&self.state.lasting) = Some((part.to_owned(), status, code));
    }

    /// Does not fail any more.
    pub fn heal(&self) {
        *lock(&self.state.lasting) = None;
        lock(&self.state.faults).clear();
    }

    /// Sets its clock forward, in seconds.
    pub fn set_clock(&self, ahead: i64) {
        *lock(&self.state.clock) = ahead;
    }

    /// Makes it lie, or not.
    pub fn lie(&self, lie: Option<Lie>) {
        *lock(&self.state.lies) = lie;
    }

    /// Lets the temporary keys of the role end before their time.
    pub fn expire_roles(&self) {
        *lock(&self.state.roles) += 1;
    }

    /// The requests so far, `GET /bucket/key`.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.state.seen).clone()
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Answer = Response<Full<Bytes>>;

fn answer(status: u16, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

fn error(status: u16, code: &str) -> Answer {
    let text =
        format!("<Error><Code>{code}</Code><Message>The server says {code} of our-data-secret-text</Message></Error>");
    answer(status, text)
}

impl State {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let now = Utc::now() + TimeDelta::seconds(*lock(&self.clock));
        let mut response = self.answered(request, now).await;
        let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        response.headers_mut().insert("date", date.parse().expect("a header"));
        response
    }

    async fn answered(&self, request: Request<Incoming>, now: DateTime<Utc>) -> Answer {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let line = format!("{} {}", parts.method, parts.uri);
        lock(&self.seen).push(line.clone());
        if let Some((part, status, code)) = &*lock(&self.lasting)
            && line.contains(part)
        {
            return error(*status, code);
        }
        if let Some((status, code)) = lock(&self.faults).pop_front() {
            return error(status, code);
        }
        if let Err(code) = checked(&parts, &body, now, *lock(&self.roles)) {
            return error(403, code);
        }
        if parts.method == Method::POST && parts.uri.path() == "/" {
            return self.assume(&String::from_utf8_lossy(&body), now);
        }
        let decoded = percent_decode_str(parts.uri.path()).decode_utf8_lossy().into_owned();
        let path = decoded.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        if path.is_empty() && parts.method == Method::GET {
            return answer(200, "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>");
        }
        if bucket != BUCKET {
            return error(404, "NoSuchBucket");
        }
        let query = pairs(parts.uri.query().unwrap_or_default());
        let mut objects = lock(&self.objects);
        match (parts.method, key) {
            (Method::GET, "") => match *lock(&self.lies) {
                Some(Lie::Endless) => listed("<NextContinuationToken>more</NextContinuationToken>", true),
                lie => list(&objects, &query, lie),
            },
            (Method::GET, key) => match objects.get(key) {
                Some(content) => {
                    let range = parts.headers.get("range").and_then(|value| value.to_str().ok());
                    let mut answer = read(content, range, query.get("response-content-type").map(String::as_str));
                    let disposition = query
                        .get("response-content-disposition")
                        .and_then(|text| text.parse().ok());
                    if let Some(disposition) = disposition {
                        answer.headers_mut().insert("content-disposition", disposition);
                    }
                    answer
                }
                None => error(404, "NoSuchKey"),
            },
            (Method::PUT, _) if query.contains_key("uploadId") => error(404, "NoSuchUpload"),
            (Method::PUT, key) => {
                objects.insert(key.to_owned(), body.to_vec());
                answer(200, "")
            }
            (Method::DELETE, key) => {
                objects.remove(key);
                answer(204, "")
            }
            _ => error(405, "MethodNotAllowed"),
        }
    }
}

impl State {
    /// `AssumeRole`
    fn assume(&self, form: &str, now: DateTime<Utc>) -> Answer {
        let form = pairs(form);
        let of = |name: &str| form.get(name).map(String::as_str);
        let is_ours = of("RoleArn") == Some(ROLE) && of("ExternalId") == Some(EXTERNAL_ID);
        if of("Action") != Some("AssumeRole") || !is_ours {
            return answer(
                403,
                "<ErrorResponse><Error><Code>AccessDenied</Code><Message>our-data-secret-text</Message></Error></ErrorResponse>",
            );
        }
        let mut roles = lock(&self.roles);
        *roles += 1;
        let ends = (now + TimeDelta::hours(1)).format("%Y-%m-%dT%H:%M:%SZ");
        answer(
            200,
            format!(
                "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
                 <AccessKeyId>ASIA{roles}</AccessKeyId><SecretAccessKey>{SECRET_OF_ROLE}</SecretAccessKey>\
                 <SessionToken>token/{roles}</SessionToken><Expiration>{ends}</Expiration></Credentials></AssumeRoleResult>\
                 </AssumeRoleResponse>"
            ),
        )
    }
}

fn pairs(query: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn etag(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))[..32].to_owned()
}

fn read(content: &[u8], range: Option<&str>, content_type: Option<&str>) -> Answer {
    let size = content.len();
    let range = range.and_then(|text| text.strip_prefix("bytes=")?.split_once('-'));
    let mut response = match range {
        None => answer(200, content.to_vec()),
        Some((first, last)) => {
            let first: usize = first.parse().unwrap_or(0);
            let last = last.parse().unwrap_or(usize::MAX).min(size.saturating_sub(1));
            if first >= size {
                return error(416, "InvalidRange");
            }
            let mut response = answer(206, content[first..=last].to_vec());
            let value = format!("bytes {first}-{last}/{size}");
            response
                .headers_mut()
                .insert("content-range", value.parse().expect("a header"));
            response
        }
    };
    let out = response.headers_mut();
    out.insert("etag", format!("\"{}\"", etag(content)).parse().expect("a header"));
    out.insert(
        "content-type",
        content_type.unwrap_or("binary/octet-stream").parse().expect("a header"),
    );
    response
}

fn list(objects: &BTreeMap<String, Vec<u8>>, query: &BTreeMap<String, String>, lie: Option<Lie>) -> Answer {
    let text = |name: &str| query.get(name).cloned().unwrap_or_default();
    let (prefix, delimiter) = (text("prefix"), text("delimiter"));
    let most: usize = text("max-keys").parse().unwrap_or(1_000);
    let after = match query.get("continuation-token") {
        Some(token) => token.trim_start_matches("t:").to_owned(),
        None => text("start-after"),
    };
    let encode = |key: &str| {
        utf8_percent_encode(key, NON_ALPHANUMERIC)
            .to_string()
            .replace("%20", "+")
    };
    let (mut contents, mut folders) = (String::new(), BTreeSet::new());
    let (mut number, mut last, mut is_cut) = (0, String::new(), false);
    for (key, content) in objects.range(after.clone()..) {
        if *key <= after || !key.starts_with(&prefix) {
            continue;
        }
        let below = &key[prefix.len()..];
        let folder = below
            .find(&delimiter)
            .filter(|_| !delimiter.is_empty())
            .map(|at| &key[..prefix.len() + at + 1]);
        if folder.is_some_and(|folder| folders.contains(folder) || after.starts_with(folder)) {
            last.clone_from(key);
            continue;
        }
        if number == most {
            is_cut = true;
            break;
        }
        number += 1;
        last.clone_from(key);
        match folder {
            Some(folder) => {
                folders.insert(folder.to_owned());
            }
            None => {
                let _ = write!(
                    contents,
                    "<Contents><Key>{}</Key><LastModified>2026-11-23T08:38:09.000Z</LastModified><ETag>&quot;{}&quot;</ETag><Size>{}</Size></Contents>",
                    encode(key),
                    etag(content),
                    if lie == Some(Lie::Small) { 1 } else { content.len() }
                );
            }
        }
    }
    for folder in folders {
        let _ = write!(
            contents,
            "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
            encode(&folder)
        );
    }
    let token = if is_cut {
        format!("<NextContinuationToken>t:{last}</NextContinuationToken>")
    } else {
        String::new()
    };
    listed(&(token + &contents), is_cut)
}

fn listed(contents: &str, is_cut: bool) -> Answer {
    answer(
        200,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Name>{BUCKET}</Name><EncodingType>url</EncodingType><IsTruncated>{is_cut}</IsTruncated>{contents}</ListBucketResult>"
        ),
    )
}

/// Whether a request is signed, by header or in its query, with the keys, and now.
fn checked(
    parts: &hyper::http::request::Parts,
    body: &[u8],
    now: DateTime<Utc>,
    roles: u32,
) -> Result<(), &'static str> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let query = pairs(parts.uri.query().unwrap_or_default());
    let in_query = query.contains_key("X-Amz-Signature");
    let (credential, names, signature, date) = if in_query {
        let of = |name: &str| query.get(name).cloned().unwrap_or_default();
        (
            of("X-Amz-Credential"),
            of("X-Amz-SignedHeaders"),
            of("X-Amz-Signature"),
            of("X-Amz-Date"),
        )
    } else {
        let text = header("authorization")
            .and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 "))
            .ok_or("AccessDenied")?;
        let of = |name: &str| {
            let part = text
                .split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
            part.unwrap_or_default().to_owned()
        };
        (
            of("Credential"),
            of("SignedHeaders"),
            of("Signature"),
            header("x-amz-date").unwrap_or_default().to_owned(),
        )
    };
    let mut scope = credential.splitn(2, '/');
    let token = match in_query {
        true => query.get("X-Amz-Security-Token").map(String::as_str),
        false => header("x-amz-security-token"),
    };
    let secret = match scope.next().unwrap_or_default() {
        KEY_ID => SECRET,
        temporary => match temporary.strip_prefix("ASIA") {
            Some(number) if token != Some(&format!("token/{number}")) => return Err("InvalidToken"),
            Some(number) if number.parse() != Ok(roles) => return Err("ExpiredToken"),
            Some(_) => SECRET_OF_ROLE,
            None => return Err("InvalidAccessKeyId"),
        },
    };
    let scope = scope.next().unwrap_or_default();
    let at = NaiveDateTime::parse_from_str(&date, "%Y%m%dT%H%M%SZ")
        .map_err(|_| "AccessDenied")?
        .and_utc();
    let age = (now - at).num_seconds();
    let life = query
        .get("X-Amz-Expires")
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(900);
    if in_query && age > life {
        return Err("AccessDenied");
    }
    if age.abs() > 900 {
        return Err("RequestTimeTooSkewed");
    }
    let mut sorted: Vec<&str> = parts
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .collect();
    sorted.retain(|pair| !pair.starts_with("X-Amz-Signature="));
    sorted.sort_unstable();
    let mut canonical = format!("{}\n{}\n{}\n", parts.method, parts.uri.path(), sorted.join("&"));
    for name in names.split(';') {
        let _ = writeln!(canonical, "{name}:{}", header(name).unwrap_or_default().trim());
    }
    let hash = if in_query {
        "UNSIGNED-PAYLOAD".to_owned()
    } else {
        hexadecimal(&Sha256::digest(body))
    };
    if !in_query && header("x-amz-content-sha256") != Some(hash.as_str()) {
        return Err("XAmzContentSHA256Mismatch");
    }
    let _ = write!(canonical, "\n{names}\n{hash}");
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        hexadecimal(&Sha256::digest(&canonical))
    );
    let key = scope
        .split('/')
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part));
    if hexadecimal(&mac(&key, &text)) == signature {
        Ok(())
    } else {
        Err("SignatureDoesNotMatch")
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

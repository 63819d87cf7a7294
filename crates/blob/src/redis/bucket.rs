//! Values of one database.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream;
use labelkeep_net::{Client, Consumer, NetError, Protection};
use tokio::sync::Mutex;

use super::wire::{Command, Connection, Reply};
use crate::{BlobError, Bucket, Content, Fault, Object, Page, Position, Purpose, Range, Right, SignedHeaders};

/// Connections that wait for the next command.
const IDLE: usize = 8;
/// Keys that one step of a list looks at.
const STEP: &[u8] = b"1000";
/// The most keys of a list: Redis has them in no order, so they are all in memory to be sorted.
const KEYS_MAX: usize = 2_000_000;
/// The most steps of a list: a thousand million keys of all kinds. Who answers without an end is no Redis.
const STEPS_MAX: usize = 1_000_000;

/// Where Redis is, and as whom it is asked.
pub(super) struct Server {
    pub(super) net: Client,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protection: Protection,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: u32,
}

impl Server {
    async fn connect(&self) -> Result<Connection, BlobError> {
        let stream = self
            .net
            .dial(Consumer::Redis, &self.host, self.port, &self.protection)
            .await
            .map_err(|error| self.unreached(error))?;
        let mut connection = Connection::new(stream);
        let database = self.database.to_string();
        let mut commands: Vec<Command<'_>> = Vec::new();
        if let Some(password) = &self.password {
            let mut command: Command<'_> = vec![b"AUTH"];
            command.extend(self.user.iter().map(|user| user.as_bytes()));
            command.push(password.as_bytes());
            commands.push(command);
        }
        if self.database != 0 {
            commands.push(vec![b"SELECT", database.as_bytes()]);
        }
        if commands.is_empty() {
            return Ok(connection);
        }
        // One that speaks TLS alone hangs up on plain text, and with TLS 1.3 says only after the handshake that it misses our
        // certificate.
        let replies = connection.ask_all(&commands).await;
        let replies = replies.map_err(|error| match error.may_pass() {
            true => self.unreached(NetError::Unreachable),
            false => error,
        })?;
        for reply in replies {
            if let Reply::Error(text) = reply {
                return Err(refused(&text));
            }
        }
        Ok(connection)
    }

    fn unreached(&self, error: NetError) -> BlobError {
        match error {
            NetError::Unreachable => BlobError::later(match self.protection {
                Protection::Plain { .. } => {
                    "Can't connect to Redis server. Look at host and port, and whether it asks for TLS."
                }
                Protection::Tls(_) => {
                    "Can't connect to Redis server. Look at host, port and authority, and whether it asks for a client certificate."
                }
            }),
            NetError::Unencrypted => BlobError::field(
                "tls",
                "Redis on another machine is reached with TLS only. Whoever runs this server can allow more (REDIS_ALLOW_PLAINTEXT).",
            ),
            NetError::InvalidUrl { .. } => BlobError::field("host", "This is no host: a name or an address alone."),
            other => other.into(),
        }
    }
}

/// An error of Redis in plain words; its own texts may quote what is stored.
fn refused(text: &str) -> BlobError {
    let code = text.split(' ').next().unwrap_or_default();
    let denied = |text: &str| BlobError::new(Fault::Denied, text);
    let bad_keys = |text: &str| BlobError::new(Fault::Keys, text);
    match code {
        "WRONGPASS" => bad_keys("The user or the password is wrong."),
        "NOAUTH" => bad_keys("Redis asks for a password."),
        "NOPERM" => denied("The user lacks the right to a command or to these keys."),
        "LOADING" | "BUSY" | "TRYAGAIN" | "CLUSTERDOWN" | "MASTERDOWN" => {
            BlobError::later("Redis is busy. It is tried again later.")
        }
        "OOM" => BlobError::later("The memory of Redis is full. It is tried again later."),
        "READONLY" => denied("This Redis is a copy that cannot be written to."),
        "MOVED" | "ASK" | "CROSSSLOT" => denied("This Redis is a cluster, which is not supported."),
        "WRONGTYPE" => BlobError::new(Fault::Unknown, "The value is no text"),
        "ERR" if text.contains("DB index") || text.contains("SELECT is not allowed") => {
            BlobError::field("db", "Redis has no database of this number.")
        }
        "ERR" if text.contains("AUTH") || text.contains("invalid password") || text.contains("no password") => {
            denied("The user or the password is wrong, or Redis asks for none.")
        }
        _ => BlobError::new(Fault::Unknown, "Redis refused a command"),
    }
}

pub(super) struct RedisBucket {
    server: Server,
    path: String,
    purpose: Purpose,
    idle: Mutex<Vec<Connection>>,
    /// The keys, in the order of their bytes, from the beginning of a list to its end.
    keys: Mutex<Arc<Vec<String>>>,
}

impl RedisBucket {
    pub(super) fn new(server: Server, path: &str, purpose: Purpose) -> RedisBucket {
        RedisBucket {
            server,
            path: path.to_owned(),
            purpose,
            idle: Mutex::default(),
            keys: Mutex::default(),
        }
    }

    /// Asks on a connection that waits, or on a new one. All that is asked here may be asked twice.
    async fn ask_all(&self, commands: &[Command<'_>]) -> Result<Vec<Reply>, BlobError> {
        // One that waited may have been closed meanwhile.
        let waiting = self.idle.lock().await.pop();
        if let Some(mut connection) = waiting
            && let Ok(replies) = connection.ask_all(commands).await
        {
            self.keep(connection).await;
            return Ok(replies);
        }
        let mut connection = self.server.connect().await?;
        let replies = connection
            .ask_all(commands)
            .await
            .map_err(|error| match error.may_pass() {
                true => self.server.unreached(NetError::Unreachable),
                false => error,
            })?;
        self.keep(connection).await;
        Ok(replies)
    }

    async fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().await;
        if idle.len() < IDLE {
            idle.push(connection);
        }
    }

    async fn ask(&self, command: Command<'_>) -> Result<Reply, BlobError> {
        let mut replies = self.ask_all(&[command]).await?;
        match replies.pop() {
            Some(Reply::Error(text)) => Err(refused(&text)),
            Some(reply) => Ok(reply),
            None => Err(odd()),
        }
    }

    /// A step through all keys: those that it found, and the place where the next one begins; none at the end.
    async fn step(&self, cursor: &[u8]) -> Result<(Vec<String>, Option<Vec<u8>>), BlobError> {
        let pattern = pattern(&self.path);
        let reply = self
            .ask(vec![b"SCAN", cursor, b"MATCH", pattern.as_bytes(), b"COUNT", STEP])
            .await?;
        let Reply::List(mut parts) = reply else {
            return Err(odd());
        };
        let (Some(Reply::List(found)), Some(Reply::Value(Some(next)))) = (parts.pop(), parts.pop()) else {
            return Err(odd());
        };
        let mut keys = Vec::with_capacity(found.len());
        for key in found {
            let Reply::Value(Some(key)) = key else {
                return Err(odd());
            };
            // What is no text cannot be named, and databases keep no zero in one.
            if let Ok(key) = String::from_utf8(key)
                && key.starts_with(&self.path)
                && !key.contains('\0')
            {
                keys.push(key);
            }
        }
        Ok((keys, (next != b"0").then_some(next)))
    }

    async fn all_keys(&self) -> Result<Vec<String>, BlobError> {
        let mut all = Vec::new();
        let mut cursor = Some(b"0".to_vec());
        let mut steps = 0;
        while let Some(at) = cursor {
            steps += 1;
            let (mut found, next) = self.step(&at).await?;
            all.append(&mut found);
            // A place twice: what answers goes round in circles.
            if all.len() > KEYS_MAX || steps > STEPS_MAX || next.as_ref() == Some(&at) {
                let text = format!("Redis has more than {KEYS_MAX} such keys. Choose a longer prefix.");
                return Err(BlobError::new(Fault::Unknown, text));
            }
            cursor = next;
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    async fn page(&self, from: &Position, limit: usize) -> Result<Page, BlobError> {
        let mut keys = self.keys.lock().await.clone();
        if from.token.is_none() || keys.is_empty() {
            keys = Arc::new(self.all_keys().await?);
        }
        let begin = keys.partition_point(|key| *key <= from.after);
        let end = (begin + limit.max(1)).min(keys.len());
        let part = keys.get(begin..end).unwrap_or_default();
        let commands: Vec<Command<'_>> = part.iter().map(|key| vec![&b"STRLEN"[..], key.as_bytes()]).collect();
        let sizes = if commands.is_empty() {
            Vec::new()
        } else {
            self.ask_all(&commands).await?
        };
        let objects = part.iter().zip(sizes).filter_map(|(key, size)| match size {
            Reply::Number(size) => Some(object(key, u64::try_from(size).unwrap_or(0))),
            // Sets, lists and the like are no tasks.
            Reply::Error(text) if text.starts_with("WRONGTYPE") => None,
            _ => Some(object(key, 0)),
        });
        let page = Page {
            objects: objects.collect(),
            next: (end < keys.len()).then(|| Position {
                after: keys[end - 1].clone(),
                token: Some("sorted".to_owned()),
            }),
        };
        *self.keys.lock().await = if page.next.is_some() { keys } else { Arc::default() };
        Ok(page)
    }

    async fn value(&self, key: &str, range: Option<Range>) -> Result<Content, BlobError> {
        let missing = || BlobError::missing(format!("There is no key {key} in Redis."));
        let Some(range) = range else {
            let Reply::Value(value) = self.ask(vec![b"GET", key.as_bytes()]).await? else {
                return Err(odd());
            };
            let value = value.ok_or_else(missing)?;
            return Ok(content(value, None));
        };
        let (first, last) = (
            range.first.to_string(),
            range.last.map_or("-1".to_owned(), |last| last.to_string()),
        );
        let commands = [
            vec![&b"STRLEN"[..], key.as_bytes()],
            vec![&b"GETRANGE"[..], key.as_bytes(), first.as_bytes(), last.as_bytes()],
        ];
        let mut replies = self.ask_all(&commands).await?.into_iter();
        match (replies.next(), replies.next()) {
            (Some(Reply::Number(0)), _) => Err(missing()),
            (Some(Reply::Number(size)), Some(Reply::Value(Some(value)))) => {
                let size = u64::try_from(size).unwrap_or(0);
                let last = (range.first + value.len() as u64).checked_sub(1);
                match last {
                    Some(last) if !value.is_empty() => Ok(content(value, Some((range.first, last, size)))),
                    _ => Err(BlobError::new(Fault::Range, "The range is outside of the value")),
                }
            }
            (Some(Reply::Error(text)), _) | (_, Some(Reply::Error(text))) => Err(refused(&text)),
            _ => Err(odd()),
        }
    }

    async fn check_source(&self) -> Result<(), BlobError> {
        let mut cursor = Some(b"0".to_vec());
        let mut steps = 0;
        while let Some(at) = cursor {
            steps += 1;
            let (found, next) = self.step(&at).await?;
            for key in found {
                match self
                    .value(
                        &key,
                        Some(Range {
                            first: 0,
                            last: Some(0),
                        }),
                    )
                    .await
                {
                    // Of another kind, or gone meanwhile.
                    Err(error) if matches!(error.fault, Fault::Unknown | Fault::Missing | Fault::Range) => {}
                    other => return other.map(drop),
                }
            }
            cursor = next.filter(|next| *next != at && steps < STEPS_MAX);
        }
        if self.path.is_empty() {
            return Ok(());
        }
        Err(BlobError::missing(format!(
            "No key in Redis begins with {}.",
            self.path
        )))
    }
}

/// A pattern of Redis that takes what begins with a text.
fn pattern(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len() + 1);
    for character in path.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\' | '^' | '-') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('*');
    pattern
}

fn odd() -> BlobError {
    BlobError::new(Fault::Unknown, "Redis answered something else than was asked for")
}

fn object(key: &str, size: u64) -> Object {
    Object {
        key: key.to_owned(),
        size,
        modified: None,
        // Redis keeps no other sign of a change.
        etag: size.to_string(),
    }
}

fn content(value: Vec<u8>, part: Option<(u64, u64, u64)>) -> Content {
    Content {
        length: Some(value.len() as u64),
        part,
        etag: String::new(),
        body: Box::pin(stream::iter([Ok(Bytes::from(value))])),
    }
}

impl Bucket for RedisBucket {
    fn list<'a>(
        &'a self,
        from: &'a Position,
        _recursive: bool,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, BlobError>> {
        Box::pin(self.page(from, limit))
    }

    fn read<'a>(&'a self, key: &'a str, range: Option<Range>) -> BoxFuture<'a, Result<Content, BlobError>> {
        Box::pin(async move {
            if !key.starts_with(&self.path) {
                return Err(BlobError::missing(format!("There is no key {key} in Redis.")));
            }
            self.value(key, range).await
        })
    }

    fn write<'a>(&'a self, key: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move { self.ask(vec![b"SET", key.as_bytes(), &content]).await.map(drop) })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move { self.ask(vec![b"DEL", key.as_bytes()]).await.map(drop) })
    }

    fn beyond(&self) -> BoxFuture<'_, Vec<Right>> {
        Box::pin(async move {
            let key = self.key_for(crate::web::UNKNOWN);
            match self.purpose {
                // A value that is only set where there is one already, which there is not.
                Purpose::Source => match self.ask(vec![b"SET", key.as_bytes(), b"", b"XX"]).await {
                    Ok(_) => vec![Right::Write],
                    Err(_) => Vec::new(),
                },
                Purpose::Target => match self.ask(vec![b"GET", key.as_bytes()]).await {
                    Ok(_) => vec![Right::Read],
                    Err(_) => Vec::new(),
                },
            }
        })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), BlobError>> {
        Box::pin(async move {
            match self.purpose {
                Purpose::Source => self.check_source().await,
                Purpose::Target => {
                    let key = self.key_for("labelkeep-write-test");
                    self.write(&key, b"{}".to_vec()).await?;
                    // The right to delete is not needed unless somebody asks for deletion.
                    let _ = self.delete(&key).await;
                    Ok(())
                }
            }
        })
    }

    fn sign<'a>(
        &'a self,
        _key: &'a str,
        _seconds: u32,
        _headers: SignedHeaders<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, BlobError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn address(&self, key: &str) -> String {
        key.to_owned()
    }

    fn key_of(&self, _address: &str) -> Option<String> {
        None
    }

    fn key_for(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path if path.ends_with([':', '/']) => format!("{path}{name}"),
            path => format!("{path}/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_no_pattern() {
        assert_eq!(pattern(""), "*");
        assert_eq!(pattern("tasks:*[a-z]?\\"), "tasks:\\*\\[a\\-z\\]\\?\\\\*");
    }

    #[test]
    fn sec_143_errors_are_in_plain_words_and_quote_nothing() {
        for text in [
            "WRONGPASS invalid username-password pair",
            "NOAUTH Authentication required.",
            "NOPERM this user has no permissions",
            "ERR unknown command 'secret', with args beginning with: 'secret'",
            "ERR DB index is out of range",
            "",
        ] {
            let error = refused(text);
            assert!(
                !error.text.contains("secret") && !error.text.is_empty(),
                "{text}: {}",
                error.text
            );
        }
        assert!(refused("LOADING Redis is loading").may_pass());
    }
}

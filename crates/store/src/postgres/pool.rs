//! Connections to PostgreSQL that are kept.
//!
//! One that is given back is there for the next statement at once, and the one used last is taken first: what a person's request asks
//! goes over one connection, which has prepared its statements. (The pool of sqlx asks the server behind each use whether the
//! connection is well. That is a second way to the server for every statement, and the next one takes another connection meanwhile.)
//! One that is not given back, because its user was broken off or met an error, is first brought into order.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Result;

/// How long is waited for a connection, the making of one included.
const WAIT: Duration = Duration::from_secs(10);
/// How long a connection is used.
const LIFETIME: Duration = Duration::from_secs(1800);
/// How long one is kept that nobody uses.
const UNUSED: Duration = Duration::from_secs(600);
/// How long is waited between tries to reach a server that starts.
const AGAIN: Duration = Duration::from_millis(100);
/// How long a connection that was not given back may take to come into order: longer than any statement.
const ORDER: Duration = Duration::from_secs(40);

/// Connections that are kept. Cheap to clone.
#[derive(Clone)]
pub(super) struct Connections(Arc<Inner>);

struct Inner {
    options: PgConnectOptions,
    /// Milliseconds that a statement may take on a connection that is new.
    limit: u64,
    most: u32,
    places: Arc<Semaphore>,
    /// The one used last is last.
    free: Mutex<VecDeque<Live>>,
    /// When it was last noticed that what connections have prepared is out of date.
    outdated: Mutex<Option<Instant>>,
}

struct Live {
    connection: PgConnection,
    /// Milliseconds that a statement may take.
    limit: u64,
    made: Instant,
    used: Instant,
}

/// A connection, for one user.
pub(super) struct Lent {
    live: Option<Live>,
    from: Connections,
    place: Option<OwnedSemaphorePermit>,
}

impl Connections {
    /// None yet; at most so many at once. `limit` is the time in milliseconds that the options give a statement.
    pub(super) fn new(options: PgConnectOptions, limit: u64, most: u32) -> Connections {
        Connections(Arc::new(Inner {
            options,
            limit,
            most,
            places: Arc::new(Semaphore::new(most as usize)),
            free: Mutex::default(),
            outdated: Mutex::default(),
        }))
    }

    /// How many there are at most.
    pub(super) fn most(&self) -> u32 {
        self.0.most
    }

    /// One whose statements may take as long as the options say.
    pub(super) async fn take(&self) -> Result<Lent> {
        self.take_with(self.0.limit).await
    }

    /// One whose statements may take so many milliseconds: if there is one, one to which that was said before.
    pub(super) async fn take_with(&self, limit: u64) -> Result<Lent> {
        let until = Instant::now() + WAIT;
        let place = tokio::time::timeout(WAIT, self.0.places.clone().acquire_owned()).await;
        let place = match place {
            Ok(place) => place.map_err(|_| sqlx::Error::PoolClosed)?,
            Err(_) => return Err(sqlx::Error::PoolTimedOut.into()),
        };
        loop {
            let free = self.free(limit);
            let is_new = free.is_none();
            let mut live = match free {
                Some(live) => live,
                None => self.connect(until).await?,
            };
            match live.limit(limit).await {
                Ok(()) => {
                    return Ok(Lent {
                        live: Some(live),
                        from: self.clone(),
                        place: Some(place),
                    });
                }
                Err(error) if is_new => return Err(error.into()),
                // It went away while it was kept.
                Err(_) => {}
            }
        }
    }

    /// A free one that may be used; what is too old, or was not used for long, is closed.
    fn free(&self, limit: u64) -> Option<Live> {
        let outdated = *self.0.outdated.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.0.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.retain(|live| {
            live.made.elapsed() < LIFETIME
                && live.used.elapsed() < UNUSED
                && outdated.is_none_or(|outdated| live.made > outdated)
        });
        let same = free.iter().rposition(|live| live.limit == limit);
        let place = same.or_else(|| free.len().checked_sub(1))?;
        free.remove(place)
    }

    /// A new one. A server that starts is waited for.
    async fn connect(&self, until: Instant) -> Result<Live> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let error = match tokio::time::timeout(left, PgConnection::connect_with(&self.0.options)).await {
                Ok(Ok(connection)) => {
                    return Ok(Live {
                        connection,
                        limit: self.0.limit,
                        made: Instant::now(),
                        used: Instant::now(),
                    });
                }
                Ok(Err(error)) => error,
                Err(_) => return Err(sqlx::Error::PoolTimedOut.into()),
            };
            if !is_starting(&error) {
                return Err(error.into());
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// What connections from before now have prepared is not to be trusted: they are not used any more.
    pub(super) fn are_outdated(&self) {
        *self.0.outdated.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Closes all, each when its user has given it back; nobody is given one any more.
    pub(super) async fn close(&self) {
        let all = self.0.places.acquire_many(self.0.most).await;
        self.0.places.close();
        drop(all);
        let free = std::mem::take(&mut *self.0.free.lock().unwrap_or_else(PoisonError::into_inner));
        for live in free {
            let _ = live.connection.close().await;
        }
    }
}

/// Whether the server is not there yet, or has no place for another connection now.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| matches!(&*code, "57P03" | "53300")),
        _ => false,
    }
}

impl Live {
    /// Says how many milliseconds a statement may take.
    async fn limit(&mut self, limit: u64) -> Result<(), sqlx::Error> {
        if self.limit != limit {
            // A placeholder cannot stand in SET.
            let text = format!("SET statement_timeout = {limit}");
            sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut self.connection).await?;
            self.limit = limit;
        }
        Ok(())
    }
}

impl Lent {
    /// Gives it back: its last statement has come to its end, and no transaction is open.
    pub(super) fn give_back(mut self) {
        let Some(mut live) = self.live.take() else { return };
        live.used = Instant::now();
        let mut free = self.from.0.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push_back(live);
    }

    /// Gives it back after this outcome of its last statement, outside of a transaction.
    pub(super) fn done<T>(self, outcome: &Result<T>) {
        match outcome {
            Ok(_) => self.give_back(),
            Err(error) if error.is_unreachable() || error.is_out_of_date() => self.discard(),
            // Brought into order.
            Err(_) => drop(self),
        }
    }

    /// It is not used any more.
    pub(super) fn discard(mut self) {
        self.live = None;
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.live.as_ref().expect("there until it is given back").connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.live.as_mut().expect("there until it is given back").connection
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(live) = self.live.take() else { return };
        let (from, place) = (self.from.clone(), self.place.take());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            let mut lent = Lent {
                live: Some(live),
                from,
                place,
            };
            // Reads what is left of an answer, and ends the transaction if one is open.
            let ended = tokio::time::timeout(ORDER, sqlx::raw_sql("ROLLBACK").execute(&mut *lent)).await;
            match ended {
                Ok(Ok(_)) => lent.give_back(),
                _ => lent.discard(),
            }
        });
    }
}

//! PostgreSQL: how it is reached, and how statements run.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Postgres, Transaction};

use crate::args::{self, Args};
use crate::builder::{BulkInsert, Sql};
use crate::db::{Dialect, Found, PostgresSettings, SslMode};
use crate::row::{Columns, Row};
use crate::{Result, StoreError};

/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 20;

/// Connections that are kept. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pool {
    pub(crate) connections: PgPool,
    plans: Plans,
}

/// When it was last noticed that a migration, made by another process, has changed what a prepared statement gives. What
/// connections from before then have prepared is not to be trusted: they are not used any more.
#[derive(Clone, Default)]
struct Plans(Arc<Mutex<Option<Instant>>>);

impl Plans {
    fn noticed(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a statement whose plan is out of date.
    fn note<T>(&self, outcome: Result<T>) -> Result<T> {
        if outcome.as_ref().is_err_and(StoreError::is_out_of_date) {
            tracing::info!("the schema was changed by another process: connections are made anew");
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        outcome
    }

    fn are_good(&self, age: Duration) -> bool {
        self.noticed().is_none_or(|noticed| age < noticed.elapsed())
    }
}

pub(crate) async fn open(settings: &PostgresSettings) -> Result<Pool> {
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(&settings.host)
        .port(settings.port)
        .username(&settings.user)
        .database(&settings.name)
        .application_name("labelkeep")
        .ssl_mode(match settings.ssl_mode {
            SslMode::Disable => PgSslMode::Disable,
            SslMode::Require => PgSslMode::Require,
            SslMode::VerifyCa => PgSslMode::VerifyCa,
            SslMode::VerifyFull => PgSslMode::VerifyFull,
        })
        .statement_cache_capacity(256)
        // SEC-210
        .options([
            ("statement_timeout", "30s"),
            ("lock_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "60s"),
        ])
        .log_statements(tracing::log::LevelFilter::Off);
    if let Some(password) = &settings.password {
        options = options.password(password);
    }
    let roots = roots(settings)?;
    if !roots.is_empty() {
        options = options.ssl_root_cert_from_pem(roots);
    }
    if let Some((certificate, key)) = &settings.ssl_identity {
        // Read for each connection: a certificate that is renewed needs no new start.
        options = options.ssl_client_cert(certificate).ssl_client_key(key);
    }
    let plans = Plans::default();
    let known = plans.clone();
    let connections = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(Duration::from_secs(10))
        .max_lifetime(Duration::from_secs(1800))
        .test_before_acquire(false)
        .before_acquire(move |_, connection| {
            let good = known.are_good(connection.age);
            Box::pin(async move { Ok(good) })
        })
        .connect_with(options)
        .await?;
    Ok(Pool { connections, plans })
}

/// What is trusted besides the public authorities.
fn roots(settings: &PostgresSettings) -> Result<Vec<u8>> {
    let mut roots = settings.further_roots.clone();
    if let Some(file) = &settings.ssl_root_cert {
        roots.push(b'\n');
        roots.extend(read(file)?);
    }
    Ok(roots)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|source| StoreError::File {
        path: file.display().to_string(),
        source,
    })
}

/// The rows that are found within a time, or within the one that the server gives every statement. The statement is not kept
/// prepared: which plan is good depends on its values, and the texts of lists are too many to be kept.
pub(crate) async fn found_within<T: Row>(
    pool: &Pool,
    sql: Sql,
    args: Args,
    within: Option<Duration>,
) -> Result<Found<T>> {
    let mut transaction = begin(pool).await?;
    if let Some(within) = within {
        // Milliseconds; a parameter cannot stand in SET.
        sqlx::query("SELECT set_config('statement_timeout', $1, true)")
            .bind(within.as_millis().max(1).to_string())
            .execute(&mut *transaction.transaction)
            .await?;
    }
    let mut rows = Vec::new();
    let outcome = take_all(&mut transaction.transaction, sql, args, &mut rows).await;
    transaction.rollback().await?;
    let is_whole = match outcome {
        // query_canceled
        Err(StoreError::Postgres(error))
            if within.is_some()
                && error
                    .as_database_error()
                    .is_some_and(|error| error.code().as_deref() == Some("57014")) =>
        {
            false
        }
        outcome => outcome.map(|()| true)?,
    };
    Ok(Found { rows, is_whole })
}

/// Takes rows as they come: those that came before an error are there.
async fn take_all<T: Row>(connection: &mut PgConnection, sql: Sql, args: Args, found: &mut Vec<T>) -> Result<()> {
    let statement = sqlx::query_with(AssertSqlSafe(sql.text(Dialect::Postgres)), args::postgres(args)?);
    let mut rows = statement.persistent(false).fetch(connection);
    while let Some(row) = rows.try_next().await? {
        found.push(T::read(&mut Columns::postgres(&row))?);
    }
    Ok(())
}

/// All rows of a read that belongs to no transaction.
pub(crate) async fn read_all<T: Row>(pool: &Pool, sql: Sql, args: Args) -> Result<Vec<T>> {
    let mut kept = Kept::default();
    loop {
        let mut connection = pool.connections.acquire().await?;
        let outcome = pool.plans.note(all(&mut connection, sql.clone(), args.clone()).await);
        if !kept.is_stale(&outcome) {
            return outcome;
        }
        connection.close_on_drop();
    }
}

/// The first row of a read that belongs to no transaction, if there is one.
pub(crate) async fn read_optional<T: Row>(pool: &Pool, sql: Sql, args: Args) -> Result<Option<T>> {
    let mut kept = Kept::default();
    loop {
        let mut connection = pool.connections.acquire().await?;
        let outcome = pool
            .plans
            .note(optional(&mut connection, sql.clone(), args.clone()).await);
        if !kept.is_stale(&outcome) {
            return outcome;
        }
        connection.close_on_drop();
    }
}

/// Begins a transaction.
pub(crate) async fn begin(pool: &Pool) -> Result<Running> {
    let mut kept = Kept::default();
    loop {
        // What does not begin leaves no connection in the pool.
        let outcome = pool.connections.begin().await.map_err(StoreError::from);
        if !kept.is_stale(&outcome) {
            return outcome.map(|transaction| Running {
                transaction,
                plans: pool.plans.clone(),
            });
        }
    }
}

/// A transaction that runs.
pub struct Running {
    transaction: Transaction<'static, Postgres>,
    plans: Plans,
}

impl Running {
    pub(crate) async fn commit(self) -> Result<()> {
        Ok(self.transaction.commit().await?)
    }

    pub(crate) async fn rollback(self) -> Result<()> {
        Ok(self.transaction.rollback().await?)
    }

    pub(crate) async fn all<T: Row>(&mut self, sql: Sql, args: Args) -> Result<Vec<T>> {
        self.plans.note(all(&mut self.transaction, sql, args).await)
    }

    pub(crate) async fn optional<T: Row>(&mut self, sql: Sql, args: Args) -> Result<Option<T>> {
        self.plans.note(optional(&mut self.transaction, sql, args).await)
    }

    pub(crate) async fn execute(&mut self, sql: Sql, args: Args) -> Result<u64> {
        self.plans.note(execute(&mut self.transaction, sql, args).await)
    }

    // Inserts are not kept prepared, so that nothing of theirs is ever out of date.

    pub(crate) async fn insert(&mut self, rows: BulkInsert) -> Result<()> {
        insert(&mut self.transaction, rows).await
    }

    pub(crate) async fn insert_ids(&mut self, rows: BulkInsert) -> Result<Vec<i64>> {
        insert_ids(&mut self.transaction, rows).await
    }

    pub(crate) async fn insert_rows<T: Row>(&mut self, rows: BulkInsert, returning: &'static str) -> Result<Vec<T>> {
        insert_rows(&mut self.transaction, rows, returning).await
    }
}

/// Connections that were kept while the server went away, or while a migration changed what a statement gives, fail at
/// their first use, before anything was done: the next one is tried. Testing each before its use would cost every
/// statement a second way to the server.
#[derive(Default)]
struct Kept {
    tried: u32,
}

impl Kept {
    fn is_stale<T>(&mut self, outcome: &Result<T>) -> bool {
        let Err(error) = outcome else { return false };
        self.tried += 1;
        let stale = match error {
            // All were in use, and time was given to it.
            StoreError::Postgres(sqlx::Error::PoolTimedOut) => false,
            error => error.is_out_of_date() || error.is_unreachable(),
        };
        stale && self.tried <= CONNECTIONS
    }
}

/// All rows.
async fn all<T: Row>(connection: &mut PgConnection, sql: Sql, args: Args) -> Result<Vec<T>> {
    let rows = sqlx::query_with(AssertSqlSafe(sql.text(Dialect::Postgres)), args::postgres(args)?)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| T::read(&mut Columns::postgres(row))).collect()
}

/// The first row, if there is one.
async fn optional<T: Row>(connection: &mut PgConnection, sql: Sql, args: Args) -> Result<Option<T>> {
    let row = sqlx::query_with(AssertSqlSafe(sql.text(Dialect::Postgres)), args::postgres(args)?)
        .fetch_optional(connection)
        .await?;
    row.map(|row| T::read(&mut Columns::postgres(&row))).transpose()
}

/// Runs a statement; gives the number of rows that it changed.
async fn execute(connection: &mut PgConnection, sql: Sql, args: Args) -> Result<u64> {
    let done = sqlx::query_with(AssertSqlSafe(sql.text(Dialect::Postgres)), args::postgres(args)?)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

/// Inserts rows.
async fn insert(connection: &mut PgConnection, insert: BulkInsert) -> Result<()> {
    let (text, args) = insert.whole("");
    // Its text depends on the number of rows: kept prepared it would fill the server's memory.
    sqlx::query_with(AssertSqlSafe(text), args::postgres(args)?)
        .persistent(false)
        .execute(connection)
        .await?;
    Ok(())
}

/// Inserts rows; gives them as stored, in the order of their ids.
async fn insert_rows<T: Row>(
    connection: &mut PgConnection,
    insert: BulkInsert,
    returning: &'static str,
) -> Result<Vec<T>> {
    let (text, args) = insert.whole(returning);
    let rows = sqlx::query_with(AssertSqlSafe(text), args::postgres(args)?)
        .persistent(false)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| T::read(&mut Columns::postgres(row))).collect()
}

/// Inserts rows; gives their ids in order.
async fn insert_ids(connection: &mut PgConnection, insert: BulkInsert) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = insert_rows(connection, insert, "RETURNING id").await?;
    let mut ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    // RETURNING promises no order; ids are given in the order of the rows.
    ids.sort_unstable();
    Ok(ids)
}

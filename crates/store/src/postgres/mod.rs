//! PostgreSQL: how it is reached, and how statements run.

mod people;
mod pool;

use std::path::Path;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use self::people::{People, UnderWay};
use self::pool::{Connections, Lent};
use crate::args::{self, Args};
use crate::builder::{BulkInsert, Sql};
use crate::db::{Dialect, Found, PostgresSettings, SslMode};
use crate::group_commit::Manner;
use crate::row::{Columns, Row};
use crate::{Result, StoreError};

/// Connections for statements whose texts are known.
const CONNECTIONS: u32 = 20;
/// Connections for reads of lists: whoever searches keeps nobody from saving.
const FOR_LISTS: u32 = 8;
/// Milliseconds that a statement may take (SEC-210).
const LIMIT: u64 = 30_000;

/// Connections that are kept. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pool {
    connections: Connections,
    lists: Connections,
    people: People,
}

/// Prepares connections; the first one is made, so that a server that cannot be reached is known at once.
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
        // SEC-210
        .options([
            ("statement_timeout", "30s"),
            ("lock_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "60s"),
            // To compile a statement takes longer than what it saves: the largest reads some hundred milliseconds.
            ("jit", "off"),
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
    // Which plan of a list is good depends on its values. Its texts are many: few of them are kept prepared.
    let for_lists = options
        .clone()
        .options([
            ("plan_cache_mode", "force_custom_plan"),
            // To start helpers for some milliseconds of reading costs more than the reading.
            ("max_parallel_workers_per_gather", "0"),
        ])
        .statement_cache_capacity(64);
    let pool = Pool {
        connections: Connections::new(options.statement_cache_capacity(256), LIMIT, CONNECTIONS),
        lists: Connections::new(for_lists, LIMIT, FOR_LISTS),
        people: People::default(),
    };
    pool.connections.take().await?.give_back();
    Ok(pool)
}

impl Pool {
    /// Brings the schema up to date.
    pub(crate) async fn migrate(&self, migrator: &sqlx::migrate::Migrator) -> Result<()> {
        let mut connection = self.connections.take().await?;
        let outcome = migrator.run(&mut *connection).await.map_err(StoreError::from);
        // What was prepared before is out of date.
        connection.discard();
        outcome
    }

    /// Runs a statement without arguments, outside of a transaction.
    pub(crate) async fn run(&self, text: &'static str) -> Result<()> {
        let mut connection = self.connections.take().await?;
        let outcome = simple(&mut connection, text).await;
        connection.done(&outcome);
        outcome
    }

    /// Closes all connections when they have done their work.
    pub(crate) async fn close(&self) {
        self.lists.close().await;
        self.connections.close().await;
    }

    /// Takes note of a statement whose plan is out of date: a migration, made by another process, has changed what it gives.
    fn note<T>(&self, outcome: Result<T>) -> Result<T> {
        if outcome.as_ref().is_err_and(StoreError::is_out_of_date) {
            tracing::info!("the schema was changed by another process: connections are made anew");
            self.connections.are_outdated();
            self.lists.are_outdated();
        }
        outcome
    }
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

/// The rows that are found within a time, or within the one that the server gives every statement.
pub(crate) async fn found_within<T: Row>(
    pool: &Pool,
    sql: Sql,
    args: Args,
    within: Option<Duration>,
) -> Result<Found<T>> {
    let limit = within.map_or(LIMIT, limit);
    let mut kept = Kept::of(&pool.lists);
    loop {
        let mut connection = pool.lists.take_with(limit).await?;
        let mut rows = Vec::new();
        let outcome = take_all(&mut connection, sql.clone(), args.clone(), &mut rows).await;
        let outcome = pool.note(outcome);
        connection.done(&outcome);
        if kept.is_stale(&outcome) {
            continue;
        }
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
        return Ok(Found { rows, is_whole });
    }
}

/// Milliseconds that a statement is given for a time: the next larger of few numbers, so that connections are found to which that
/// was said before.
fn limit(within: Duration) -> u64 {
    let wanted = u64::try_from(within.as_millis()).unwrap_or(LIMIT).clamp(1, LIMIT);
    let steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
    steps.into_iter().find(|step| *step >= wanted).unwrap_or(LIMIT)
}

/// Takes rows as they come: those that came before an error are there.
async fn take_all<T: Row>(connection: &mut PgConnection, sql: Sql, args: Args, found: &mut Vec<T>) -> Result<()> {
    let statement = sqlx::query_with(AssertSqlSafe(sql.text(Dialect::Postgres)), args::postgres(args)?);
    let mut rows = statement.fetch(connection);
    while let Some(row) = rows.try_next().await? {
        found.push(T::read(&mut Columns::postgres(&row))?);
    }
    Ok(())
}

/// All rows of a read that belongs to no transaction.
pub(crate) async fn read_all<T: Row>(pool: &Pool, sql: Sql, args: Args) -> Result<Vec<T>> {
    let mut kept = Kept::of(&pool.connections);
    loop {
        let mut connection = pool.connections.take().await?;
        let outcome = pool.note(all(&mut connection, sql.clone(), args.clone()).await);
        connection.done(&outcome);
        if !kept.is_stale(&outcome) {
            return outcome;
        }
    }
}

/// The first row of a read that belongs to no transaction, if there is one.
pub(crate) async fn read_optional<T: Row>(pool: &Pool, sql: Sql, args: Args) -> Result<Option<T>> {
    let mut kept = Kept::of(&pool.connections);
    loop {
        let mut connection = pool.connections.take().await?;
        let outcome = pool.note(optional(&mut connection, sql.clone(), args.clone()).await);
        connection.done(&outcome);
        if !kept.is_stale(&outcome) {
            return outcome;
        }
    }
}

/// Begins a transaction.
pub(crate) async fn begin(pool: &Pool, manner: Manner) -> Result<Running> {
    let under_way = if manner == Manner::Step {
        pool.people.wait(people::WAIT).await;
        None
    } else {
        Some(pool.people.begin())
    };
    let text = match manner {
        Manner::Disk => "BEGIN",
        Manner::System | Manner::Step => "BEGIN; SET LOCAL synchronous_commit = off",
    };
    let mut kept = Kept::of(&pool.connections);
    loop {
        let mut connection = pool.connections.take().await?;
        let outcome = simple(&mut connection, text).await;
        if let Err(error) = outcome {
            connection.discard();
            let outcome = Err(error);
            if !kept.is_stale(&outcome) {
                return outcome;
            }
            continue;
        }
        return Ok(Running {
            connection,
            pool: pool.clone(),
            has_failed: false,
            _under_way: under_way,
        });
    }
}

/// A transaction that runs. One that is dropped is rolled back.
pub struct Running {
    connection: Lent,
    pool: Pool,
    /// A statement has failed: PostgreSQL takes everything back, also when it is asked for a commit.
    has_failed: bool,
    _under_way: Option<UnderWay>,
}

impl Running {
    pub(crate) async fn commit(mut self) -> Result<()> {
        if self.has_failed {
            self.rollback().await?;
            return Err(StoreError::Aborted);
        }
        let outcome = simple(&mut self.connection, "COMMIT").await;
        self.connection.done(&outcome);
        outcome
    }

    pub(crate) async fn rollback(mut self) -> Result<()> {
        let outcome = simple(&mut self.connection, "ROLLBACK").await;
        self.connection.done(&outcome);
        outcome
    }

    fn note<T>(&mut self, outcome: Result<T>) -> Result<T> {
        self.has_failed |= outcome.is_err();
        self.pool.note(outcome)
    }

    pub(crate) async fn all<T: Row>(&mut self, sql: Sql, args: Args) -> Result<Vec<T>> {
        let outcome = all(&mut self.connection, sql, args).await;
        self.note(outcome)
    }

    pub(crate) async fn optional<T: Row>(&mut self, sql: Sql, args: Args) -> Result<Option<T>> {
        let outcome = optional(&mut self.connection, sql, args).await;
        self.note(outcome)
    }

    pub(crate) async fn execute(&mut self, sql: Sql, args: Args) -> Result<u64> {
        let outcome = execute(&mut self.connection, sql, args).await;
        self.note(outcome)
    }

    pub(crate) async fn insert(&mut self, rows: BulkInsert) -> Result<()> {
        let outcome = insert(&mut self.connection, rows).await;
        self.note(outcome)
    }

    pub(crate) async fn insert_ids(&mut self, rows: BulkInsert) -> Result<Vec<i64>> {
        let outcome = insert_ids(&mut self.connection, rows).await;
        self.note(outcome)
    }

    pub(crate) async fn insert_rows<T: Row>(&mut self, rows: BulkInsert, returning: &'static str) -> Result<Vec<T>> {
        let outcome = insert_rows(&mut self.connection, rows, returning).await;
        self.note(outcome)
    }
}

/// Connections that were kept while the server went away, or while a migration changed what a statement gives, fail at
/// their first use, before anything was done: the next one is tried. Testing each before its use would cost every
/// statement a second way to the server.
struct Kept {
    tried: u32,
    most: u32,
}

impl Kept {
    fn of(connections: &Connections) -> Kept {
        Kept {
            tried: 0,
            most: connections.most(),
        }
    }

    fn is_stale<T>(&mut self, outcome: &Result<T>) -> bool {
        let Err(error) = outcome else { return false };
        self.tried += 1;
        let stale = match error {
            // All were in use, and time was given to it.
            StoreError::Postgres(sqlx::Error::PoolTimedOut) => false,
            error => error.is_out_of_date() || error.is_unreachable(),
        };
        stale && self.tried <= self.most
    }
}

/// Runs a statement that has no arguments and gives nothing: one way to the server, whatever is in it.
async fn simple(connection: &mut PgConnection, text: &'static str) -> Result<()> {
    sqlx::raw_sql(text).execute(connection).await?;
    Ok(())
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
    let is_single = insert.is_single();
    let (text, args) = insert.whole("");
    // Otherwise its text depends on the number of rows: kept prepared it would fill the server's memory.
    sqlx::query_with(AssertSqlSafe(text), args::postgres(args)?)
        .persistent(is_single)
        .execute(connection)
        .await?;
    Ok(())
}

/// Inserts rows; gives them as stored, in the order of their ids. It is not kept prepared: what a migration of another process adds to
/// the rows must not break off a transaction.
async fn insert_rows<T: Row>(
    connection: &mut PgConnection,
    insert: BulkInsert,
    returning: &'static str,
) -> Result<Vec<T>> {
    returned(connection, insert, returning, false).await
}

/// Inserts rows; gives their ids in order.
async fn insert_ids(connection: &mut PgConnection, insert: BulkInsert) -> Result<Vec<i64>> {
    let is_single = insert.is_single();
    let rows: Vec<(i64,)> = returned(connection, insert, "RETURNING id", is_single).await?;
    let mut ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    // RETURNING promises no order; ids are given in the order of the rows.
    ids.sort_unstable();
    Ok(ids)
}

async fn returned<T: Row>(
    connection: &mut PgConnection,
    insert: BulkInsert,
    returning: &'static str,
    persistent: bool,
) -> Result<Vec<T>> {
    let (text, args) = insert.whole(returning);
    let rows = sqlx::query_with(AssertSqlSafe(text), args::postgres(args)?)
        .persistent(persistent)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| T::read(&mut Columns::postgres(row))).collect()
}

//! Connections: a read pool, and writes that end in one durable commit.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::args::Args;
use crate::builder::Sql;
use crate::group_commit::GroupCommit;
use crate::tx::{self, Row, Tx};
use crate::{BoxFuture, Result, StoreError, migrate};

/// Which database serves; asked only where a statement's text differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded one.
    Sqlite,
    /// The production engine.
    Postgres,
}

/// Where the data lies.
#[derive(Debug, Clone)]
pub enum DbSettings {
    /// One file (`…-wal` and `…-shm` appear beside it).
    Sqlite(PathBuf),
    /// A server.
    Postgres(PostgresSettings),
}

/// How to reach PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresSettings {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Role.
    pub user: String,
    /// Password; none where the server asks for none.
    pub password: Option<String>,
    /// Database.
    pub name: String,
    /// Protection of the connection.
    pub ssl_mode: SslMode,
    /// PEM file of the authority that signed the server's certificate.
    pub ssl_root_cert: Option<PathBuf>,
}

/// libpq's words. Whether a weak one is allowed for a host is decided by the options table, not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// Plain text.
    Disable,
    /// Encrypted, not verified.
    Require,
    /// The chain is verified.
    VerifyCa,
    /// Chain and host name are verified.
    VerifyFull,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

enum Inner {
    Sqlite { read: SqlitePool, write: GroupCommit },
    Postgres(PgPool),
}

/// Readers of SQLite. More than this many only contend for the two cores that the product is sized for.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 20;

impl Db {
    /// Opens the database, brings its schema up to date, and starts the writer.
    pub async fn open(settings: &DbSettings) -> Result<Db> {
        match settings {
            DbSettings::Sqlite(path) => open_sqlite(path).await,
            DbSettings::Postgres(settings) => open_postgres(settings).await,
        }
    }

    /// Which database serves.
    pub fn dialect(&self) -> Dialect {
        match &*self.0 {
            Inner::Sqlite { .. } => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// All rows, from a read connection.
    pub async fn all<T: Row>(&self, sql: impl Into<Sql>, args: Args) -> Result<Vec<T>> {
        match &*self.0 {
            Inner::Sqlite { read, .. } => tx::sqlite_all(&mut *read.acquire().await?, sql.into(), args).await,
            Inner::Postgres(pool) => tx::postgres_all(&mut *pool.acquire().await?, sql.into(), args).await,
        }
    }

    /// The first row, if there is one.
    pub async fn optional<T: Row>(&self, sql: impl Into<Sql>, args: Args) -> Result<Option<T>> {
        match &*self.0 {
            Inner::Sqlite { read, .. } => tx::sqlite_optional(&mut *read.acquire().await?, sql.into(), args).await,
            Inner::Postgres(pool) => tx::postgres_optional(&mut *pool.acquire().await?, sql.into(), args).await,
        }
    }

    /// The one row that the statement always gives.
    pub async fn one<T: Row>(&self, sql: impl Into<Sql>, args: Args) -> Result<T> {
        self.optional(sql, args)
            .await?
            .ok_or(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// Runs `work` in a write transaction: an `Ok` is on disk when this returns, an `Err` has changed nothing.
    ///
    /// The work runs in a task of its own, so that a client that disconnects never leaves half of it, and a
    /// cancelled `BEGIN` cannot poison a pooled connection (a fault of sqlx 0.9.0 on PostgreSQL).
    /// On SQLite the commits of concurrent callers are grouped into one `fsync`.
    pub async fn write<R, E, F>(&self, work: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    {
        match &*self.0 {
            Inner::Sqlite { write, .. } => write.run(work).await,
            Inner::Postgres(pool) => {
                let pool = pool.clone();
                tokio::spawn(async move {
                    let mut tx = Tx::Postgres(pool.begin().await.map_err(StoreError::from)?);
                    let outcome = work(&mut tx).await;
                    let Tx::Postgres(transaction) = tx else {
                        unreachable!("opened as PostgreSQL above")
                    };
                    match outcome {
                        Ok(value) => transaction
                            .commit()
                            .await
                            .map(|()| value)
                            .map_err(|error| StoreError::from(error).into()),
                        Err(error) => {
                            transaction.rollback().await.map_err(StoreError::from)?;
                            Err(error)
                        }
                    }
                })
                .await
                .unwrap_or_else(|_| Err(StoreError::Aborted.into()))
            }
        }
    }

    /// Refreshes the planner's statistics; after an import, where the sizes have changed most.
    pub async fn analyze(&self) -> Result<()> {
        match &*self.0 {
            // SQLite's own heuristic: looks at what has changed, and is bounded by analysis_limit.
            Inner::Sqlite { .. } => {
                self.write(|tx| Box::pin(async { tx.execute("PRAGMA optimize", vec![]).await.map(|_| ()) }))
                    .await
            }
            Inner::Postgres(pool) => {
                sqlx::query("ANALYZE task, annotation, prediction")
                    .execute(pool)
                    .await?;
                Ok(())
            }
        }
    }

    /// Ends the writer after what it has been given, and closes the connections.
    pub async fn close(&self) {
        match &*self.0 {
            Inner::Sqlite { read, write } => {
                write.close().await;
                read.close().await;
            }
            Inner::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(path: &std::path::Path) -> Result<Db> {
    create_private(path).map_err(|source| StoreError::File {
        path: path.display().to_string(),
        source,
    })?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit is in the log on disk before it is answered. NORMAL would lose the newest ones on power loss.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(256)
        .pragma("trusted_schema", "OFF")
        .pragma("analysis_limit", "400")
        // 8 MiB of pages for the writer, 2 MiB for each reader: the file system's cache does the rest.
        .pragma("cache_size", "-8192")
        .log_statements(tracing::log::LevelFilter::Off);
    let mut writer = sqlx::SqliteConnection::connect_with(&options).await?;
    migrate::sqlite(&mut writer).await?;
    let read = SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(SQLITE_READERS)
        .test_before_acquire(false)
        .idle_timeout(Duration::from_secs(600))
        .connect_with(options.read_only(true).pragma("cache_size", "-2048"))
        .await?;
    Ok(Db(Arc::new(Inner::Sqlite {
        read,
        write: GroupCommit::start(writer),
    })))
}

/// The file and its folder are readable by their owner alone (SEC-211).
fn create_private(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

async fn open_postgres(settings: &PostgresSettings) -> Result<Db> {
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
    if let Some(certificate) = &settings.ssl_root_cert {
        options = options.ssl_root_cert(certificate);
    }
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(10))
        .max_lifetime(Duration::from_secs(1800))
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    migrate::postgres(&pool).await?;
    Ok(Db(Arc::new(Inner::Postgres(pool))))
}

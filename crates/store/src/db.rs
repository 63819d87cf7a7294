//! Connections: reads, and writes that end in one durable commit.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::args::Args;
use crate::builder::{Parts, Sql};
use crate::group_commit::{GroupCommit, Manner};
use crate::row::{Ids, Row};
use crate::sqlite::Readers;
use crate::tx::Tx;
use crate::{BoxFuture, Result, StoreError, args, audit, migrate, postgres, sqlite};

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
    /// Further trusted authorities, in PEM form.
    pub further_roots: Vec<u8>,
    /// PEM files of a certificate and its key, by which we prove who we are.
    pub ssl_identity: Option<(PathBuf, PathBuf)>,
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

/// Rows that a statement has given.
#[derive(Debug)]
pub(crate) struct Found<T> {
    /// The first ones.
    pub(crate) rows: Vec<T>,
    /// Whether there are no others: the statement has come to its end.
    pub(crate) is_whole: bool,
}

/// Ids that may be many.
#[derive(Debug)]
pub(crate) enum Few {
    /// They are few.
    These(Vec<i64>),
    /// There are more.
    More,
    /// They were not found in time.
    TooSlow,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

enum Inner {
    Sqlite {
        read: Readers,
        /// None: only to be read, beside the server that writes.
        write: Option<GroupCommit>,
    },
    Postgres(postgres::Pool),
}

impl std::fmt::Display for SslMode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            SslMode::Disable => "disable",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        })
    }
}

impl Db {
    /// Opens the database, brings its schema up to date, and starts the writer.
    pub async fn open(settings: &DbSettings) -> Result<Db> {
        match settings {
            DbSettings::Sqlite(path) => {
                let mut writer = sqlite::open_writer(path)?;
                migrate::sqlite(&mut writer)?;
                Ok(Db(Arc::new(Inner::Sqlite {
                    read: Readers::open(path)?,
                    write: Some(GroupCommit::start(writer, path)?),
                })))
            }
            DbSettings::Postgres(settings) => {
                let pool = postgres::open(settings).await?;
                migrate::postgres(&pool).await?;
                Ok(Db(Arc::new(Inner::Postgres(pool))))
            }
        }
    }

    /// Opens the database as it is, to read it beside a server that runs. SQLite refuses to write then.
    pub async fn open_to_read(settings: &DbSettings) -> Result<Db> {
        Ok(Db(Arc::new(match settings {
            DbSettings::Sqlite(path) => Inner::Sqlite {
                read: Readers::open(path)?,
                write: None,
            },
            DbSettings::Postgres(settings) => Inner::Postgres(postgres::open(settings).await?),
        })))
    }

    /// Opens an embedded database that another process uses; its schema is left alone, and one that this program does not
    /// know is an error.
    pub async fn open_as_it_is(settings: &DbSettings) -> Result<Db> {
        let DbSettings::Sqlite(path) = settings else {
            return Db::open(settings).await;
        };
        let writer = sqlite::open_writer(path)?;
        migrate::check_sqlite(&writer)?;
        Ok(Db(Arc::new(Inner::Sqlite {
            read: Readers::open(path)?,
            write: Some(GroupCommit::start(writer, path)?),
        })))
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
            Inner::Sqlite { read, .. } => read.with(|connection| sqlite::all(connection, sql.into(), &args)),
            Inner::Postgres(pool) => postgres::read_all(pool, sql.into(), args).await,
        }
    }

    /// All rows of a statement that may have to read much: away from the threads that answer, and broken off when it takes longer
    /// than `within`, which gives none.
    pub async fn all_beside<T: Row>(
        &self,
        sql: impl Into<Sql>,
        args: Args,
        within: Option<Duration>,
    ) -> Result<Option<Vec<T>>> {
        let found = self.found_beside(sql, args, within).await?;
        Ok(found.is_whole.then_some(found.rows))
    }

    /// The ids that a statement gives, when there are at most `most` of them. PostgreSQL sends them in one row, and none where there
    /// are more: a row for each costs it more than to find it.
    pub(crate) async fn few_beside(&self, mut ids: Parts, most: i64, within: Duration) -> Result<Few> {
        ids.push(" LIMIT ?", args![most + 1]);
        let is_sqlite = self.dialect() == Dialect::Sqlite;
        if !is_sqlite {
            ids.put_before("SELECT COALESCE(array_agg(found.id), '{}') FROM (");
            ids.push(") AS found (id) HAVING COUNT(*) <= ?", args![most]);
        }
        let (sql, args) = ids.finish();
        let found = if is_sqlite {
            let rows: Option<Vec<(i64,)>> = self.all_beside(sql, args, Some(within)).await?;
            rows.map(|rows| rows.into_iter().map(|(id,)| id).collect())
        } else {
            let rows: Option<Vec<Ids>> = self.all_beside(sql, args, Some(within)).await?;
            match rows.map(|rows| rows.into_iter().next()) {
                Some(None) => return Ok(Few::More),
                rows => rows.flatten().map(|Ids(ids)| ids),
            }
        };
        Ok(match found {
            Some(ids) if ids.len() as i64 > most => Few::More,
            Some(ids) => Few::These(ids),
            None => Few::TooSlow,
        })
    }

    /// As [`Db::all_beside`], with the rows that were found before it was broken off.
    pub(crate) async fn found_beside<T: Row>(
        &self,
        sql: impl Into<Sql>,
        args: Args,
        within: Option<Duration>,
    ) -> Result<Found<T>> {
        let sql = sql.into();
        match &*self.0 {
            Inner::Sqlite { .. } => {
                let inner = self.0.clone();
                let work = move || {
                    let Inner::Sqlite { read, .. } = &*inner else {
                        return Err(StoreError::Aborted);
                    };
                    read.with(|connection| sqlite::found_within(connection, sql, &args, within))
                };
                tokio::task::spawn_blocking(work)
                    .await
                    .unwrap_or(Err(StoreError::Aborted))
            }
            Inner::Postgres(pool) => postgres::found_within(pool, sql, args, within).await,
        }
    }

    /// The first row, if there is one.
    pub async fn optional<T: Row>(&self, sql: impl Into<Sql>, args: Args) -> Result<Option<T>> {
        match &*self.0 {
            Inner::Sqlite { read, .. } => read.with(|connection| sqlite::optional(connection, sql.into(), &args)),
            Inner::Postgres(pool) => postgres::read_optional(pool, sql.into(), args).await,
        }
    }

    /// The one row that the statement always gives.
    pub async fn one<T: Row>(&self, sql: impl Into<Sql>, args: Args) -> Result<T> {
        self.optional(sql, args).await?.ok_or(StoreError::NoRow)
    }

    /// As [`Db::write`], but an `Ok` is only with the operating system or the database server when this returns: for what a
    /// power cut may take back without harm, such as the reservation of a task or the time of a last visit. It saves the wait
    /// for the disk. A later [`Db::write`] brings it to the disk, too.
    pub async fn write_unsynced<R, E, F>(&self, work: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    {
        self.run(Manner::System, work).await
    }

    /// As [`Db::write_unsynced`], for a step of long work such as a chunk of an import: writes of people go before it, and on
    /// SQLite its commit goes to the disk beside the writer. What ends the work (makes it visible, says that it is done) is a
    /// [`Db::write`]: it brings all steps before it to the disk. A step should take some 10 ms, for which people wait.
    pub async fn write_step<R, E, F>(&self, work: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    {
        self.run(Manner::Step, work).await
    }

    /// Runs `work` in a write transaction: an `Ok` is on disk when this returns, an `Err` has changed nothing.
    ///
    /// The work runs in a task of its own (on SQLite in the writer's thread), so that a client that disconnects never leaves
    /// half of it. It waits for nothing but its statements: on SQLite, work that does is broken off, as it would keep everybody from writing.
    /// On SQLite the commits of concurrent callers are grouped into one `fsync`.
    pub async fn write<R, E, F>(&self, work: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    {
        self.run(Manner::Disk, work).await
    }

    /// The request that is being answered goes with the work: the entries that it writes to the log name it.
    async fn run<R, E, F>(&self, manner: Manner, work: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    {
        let request = audit::current();
        let inner = request.clone();
        let outcome = self
            .carry_out(manner, move |tx| Box::pin(audit::inside(inner, work(tx))))
            .await;
        if let Some(request) = request {
            request.ended(outcome.is_ok());
        }
        outcome
    }

    async fn carry_out<R, E, F>(&self, manner: Manner, work: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    {
        match &*self.0 {
            Inner::Sqlite { write: Some(write), .. } => write.run(manner, work).await,
            Inner::Sqlite { write: None, .. } => Err(StoreError::Aborted.into()),
            Inner::Postgres(pool) => {
                let pool = pool.clone();
                tokio::spawn(async move {
                    let mut tx = Tx::Postgres(postgres::begin(&pool, manner).await?);
                    let outcome = work(&mut tx).await;
                    let Tx::Postgres(transaction) = tx else {
                        unreachable!("opened as PostgreSQL above")
                    };
                    match outcome {
                        Ok(value) => Ok(transaction.commit().await.map(|()| value)?),
                        Err(error) => {
                            transaction.rollback().await?;
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
                self.write_step(|tx| Box::pin(async { tx.execute("PRAGMA optimize", vec![]).await.map(|_| ()) }))
                    .await
            }
            Inner::Postgres(pool) => pool.run("ANALYZE task, annotation, prediction").await,
        }
    }

    /// The same after an index of lists was filled. On PostgreSQL what comes into a GIN index waits in a list that every search
    /// reads, until it is taken in.
    pub async fn analyze_indexes(&self) -> Result<()> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        self.write(|tx| {
            Box::pin(async {
                let _: Vec<(i64,)> = tx
                    .all(
                        "SELECT gin_clean_pending_list(pg_class.oid) FROM pg_class JOIN pg_am ON pg_am.oid = pg_class.relam
                         WHERE pg_am.amname = 'gin' AND pg_class.relname IN ('task_text_content', 'result_text_content')
                            AND pg_table_is_visible(pg_class.oid)",
                        vec![],
                    )
                    .await?;
                tx.execute("ANALYZE task_text, result_text, task_field", vec![]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Ends the writer after what it has been given, and closes the connections.
    pub async fn close(&self) {
        match &*self.0 {
            Inner::Sqlite { read, write } => {
                if let Some(write) = write {
                    write.close().await;
                }
                read.close();
            }
            Inner::Postgres(pool) => pool.close().await,
        }
    }
}

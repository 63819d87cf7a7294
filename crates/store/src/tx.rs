//! A running transaction, and what may be asked of it.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, SqliteConnection, Transaction};

use crate::args::{self, Args};
use crate::builder::Sql;
use crate::db::Dialect;
use crate::{Result, StoreError};

/// A type that can be read from a row of either database; `#[derive(sqlx::FromRow)]` gives it.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

/// A write transaction. It is committed by [`crate::Db::write`], never by its user.
pub enum Tx {
    /// The one writer of SQLite; several callers may share its transaction, each behind a savepoint.
    Sqlite(SqliteConnection),
    /// A transaction of its own.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Which database this is, for the few statements whose text differs.
    pub fn dialect(&self) -> Dialect {
        match self {
            Tx::Sqlite(_) => Dialect::Sqlite,
            Tx::Postgres(_) => Dialect::Postgres,
        }
    }

    /// All rows.
    pub async fn all<T: Row>(&mut self, sql: impl Into<Sql>, args: Args) -> Result<Vec<T>> {
        match self {
            Tx::Sqlite(connection) => sqlite_all(connection, sql.into(), args).await,
            Tx::Postgres(transaction) => postgres_all(transaction, sql.into(), args).await,
        }
    }

    /// The first row, if there is one.
    pub async fn optional<T: Row>(&mut self, sql: impl Into<Sql>, args: Args) -> Result<Option<T>> {
        match self {
            Tx::Sqlite(connection) => sqlite_optional(connection, sql.into(), args).await,
            Tx::Postgres(transaction) => postgres_optional(transaction, sql.into(), args).await,
        }
    }

    /// The one row that the statement always gives (an aggregate, `RETURNING`).
    pub async fn one<T: Row>(&mut self, sql: impl Into<Sql>, args: Args) -> Result<T> {
        self.optional(sql, args)
            .await?
            .ok_or(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// Runs a statement; gives the number of rows that it changed.
    pub async fn execute(&mut self, sql: impl Into<Sql>, args: Args) -> Result<u64> {
        match self {
            Tx::Sqlite(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.into().0), args::sqlite(args)?);
                Ok(query.execute(connection).await?.rows_affected())
            }
            Tx::Postgres(transaction) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.into().0), args::postgres(args)?);
                Ok(query.execute(&mut **transaction).await?.rows_affected())
            }
        }
    }
}

pub(crate) async fn sqlite_all<T: Row>(connection: &mut SqliteConnection, sql: Sql, args: Args) -> Result<Vec<T>> {
    Ok(sqlx::query_as_with(AssertSqlSafe(sql.0), args::sqlite(args)?)
        .fetch_all(connection)
        .await?)
}

pub(crate) async fn sqlite_optional<T: Row>(
    connection: &mut SqliteConnection,
    sql: Sql,
    args: Args,
) -> Result<Option<T>> {
    Ok(sqlx::query_as_with(AssertSqlSafe(sql.0), args::sqlite(args)?)
        .fetch_optional(connection)
        .await?)
}

pub(crate) async fn postgres_all<T: Row>(connection: &mut PgConnection, sql: Sql, args: Args) -> Result<Vec<T>> {
    Ok(sqlx::query_as_with(AssertSqlSafe(sql.0), args::postgres(args)?)
        .fetch_all(connection)
        .await?)
}

pub(crate) async fn postgres_optional<T: Row>(
    connection: &mut PgConnection,
    sql: Sql,
    args: Args,
) -> Result<Option<T>> {
    Ok(sqlx::query_as_with(AssertSqlSafe(sql.0), args::postgres(args)?)
        .fetch_optional(connection)
        .await?)
}

//! A running transaction, and what may be asked of it.

use crate::args::Args;
use crate::builder::{BulkInsert, Sql};
use crate::db::Dialect;
use crate::row::Row;
use crate::{Result, StoreError, postgres, sqlite};

/// A write transaction. It is committed by [`crate::Db::write`], never by its user.
pub enum Tx {
    /// The one writer of SQLite; several callers may share its transaction, each behind a savepoint.
    Sqlite(rusqlite::Connection),
    /// A transaction of its own.
    Postgres(postgres::Running),
}

impl Tx {
    /// Which database this is, for the few statements whose text differs.
    pub fn dialect(&self) -> Dialect {
        match self {
            Tx::Sqlite(_) => Dialect::Sqlite,
            Tx::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Whether the database has ended the transaction by itself: SQLite does so where it has no room left.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Tx::Sqlite(connection) => connection.is_autocommit(),
            Tx::Postgres(_) => false,
        }
    }

    /// All rows.
    pub async fn all<T: Row>(&mut self, sql: impl Into<Sql>, args: Args) -> Result<Vec<T>> {
        match self {
            Tx::Sqlite(connection) => sqlite::all(connection, sql.into(), &args),
            Tx::Postgres(transaction) => transaction.all(sql.into(), args).await,
        }
    }

    /// The first row, if there is one.
    pub async fn optional<T: Row>(&mut self, sql: impl Into<Sql>, args: Args) -> Result<Option<T>> {
        match self {
            Tx::Sqlite(connection) => sqlite::optional(connection, sql.into(), &args),
            Tx::Postgres(transaction) => transaction.optional(sql.into(), args).await,
        }
    }

    /// The one row that the statement always gives (an aggregate, `RETURNING`).
    pub async fn one<T: Row>(&mut self, sql: impl Into<Sql>, args: Args) -> Result<T> {
        self.optional(sql, args).await?.ok_or(StoreError::NoRow)
    }

    /// Runs a statement; gives the number of rows that it changed.
    pub async fn execute(&mut self, sql: impl Into<Sql>, args: Args) -> Result<u64> {
        match self {
            Tx::Sqlite(connection) => sqlite::execute(connection, sql.into(), &args),
            Tx::Postgres(transaction) => transaction.execute(sql.into(), args).await,
        }
    }

    /// Inserts rows.
    pub async fn insert(&mut self, rows: BulkInsert) -> Result<()> {
        match self {
            Tx::Sqlite(connection) => sqlite::insert(connection, &rows),
            Tx::Postgres(transaction) => transaction.insert(rows).await,
        }
    }

    /// Inserts rows; gives their ids in order.
    pub async fn insert_ids(&mut self, rows: BulkInsert) -> Result<Vec<i64>> {
        match self {
            Tx::Sqlite(connection) => sqlite::insert_ids(connection, &rows),
            Tx::Postgres(transaction) => transaction.insert_ids(rows).await,
        }
    }

    /// Inserts one row; gives it as stored.
    pub async fn insert_one<T: Row>(&mut self, row: BulkInsert) -> Result<T> {
        let rows = match self {
            Tx::Sqlite(connection) => sqlite::insert_rows(connection, &row)?,
            Tx::Postgres(transaction) => transaction.insert_rows(row, "RETURNING *").await?,
        };
        rows.into_iter().next().ok_or(StoreError::NoRow)
    }
}

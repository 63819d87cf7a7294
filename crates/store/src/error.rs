//! The one error of this room.

use rusqlite::ffi;

/// What went wrong between us and the database. Its text is for the log, never for a client (SEC-212).
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// PostgreSQL refused a statement or could not be reached.
    #[error("database: {0}")]
    Postgres(#[from] sqlx::Error),
    /// SQLite refused a statement.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A statement that always gives a row has given none.
    #[error("the statement gave no row")]
    NoRow,
    /// A row has no column of this name.
    #[error("the row has no column {0}")]
    NoColumn(String),
    /// A statement has a placeholder without a value.
    #[error("the statement has no argument {0}")]
    NoArgument(usize),
    /// A write was not carried out because its task panicked or the process is stopping.
    #[error("the write was aborted")]
    Aborted,
    /// There was no room for a commit that others were part of.
    #[error("there is no room left")]
    Full,
    /// A file of the database could not be prepared.
    #[error("{path}: {source}")]
    File {
        /// The file's path.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
}

impl StoreError {
    /// Whether the database could not be reached: it is away, or all connections are in use for longer than is waited.
    pub fn is_unreachable(&self) -> bool {
        match self {
            StoreError::Postgres(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
            StoreError::Postgres(sqlx::Error::Database(error)) => error
                .code()
                // Connection exceptions, and: shut down, crashed, starting up.
                .is_some_and(|code| code.starts_with("08") || matches!(&*code, "57P01" | "57P02" | "57P03")),
            _ => false,
        }
    }

    /// Whether a statement was prepared before a migration of another process changed what it gives. Nothing was done, and the
    /// same again succeeds: connections from before are not used any more.
    pub fn is_out_of_date(&self) -> bool {
        let StoreError::Postgres(sqlx::Error::Database(error)) = self else {
            return false;
        };
        // feature_not_supported, “cached plan must not change result type”; texts are in the server's language, names of
        // routines are not.
        error.code().as_deref() == Some("0A000")
            && error
                .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
                .is_some_and(|error| error.routine() == Some("RevalidateCachedQuery"))
    }

    /// Whether there is no room left for what was to be written.
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Postgres(sqlx::Error::Database(error)) => error.code().is_some_and(|code| code == "53100"),
            StoreError::Sqlite(error) => error.sqlite_error_code() == Some(ffi::ErrorCode::DiskFull),
            StoreError::Full => true,
            _ => false,
        }
    }

    /// Whether a unique index refused the row.
    pub fn is_unique_violation(&self) -> bool {
        match self {
            StoreError::Postgres(sqlx::Error::Database(error)) => error.is_unique_violation(),
            StoreError::Sqlite(error) => error.sqlite_error().is_some_and(|error| {
                matches!(
                    error.extended_code,
                    ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                )
            }),
            _ => false,
        }
    }
}

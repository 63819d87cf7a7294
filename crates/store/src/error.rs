//! The one error of this room.

/// What went wrong between us and the database. Its text is for the log, never for a client (SEC-212).
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused a statement or could not be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A write was not carried out because its task panicked or the process is stopping.
    #[error("the write was aborted")]
    Aborted,
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
    /// Whether a unique index refused the row.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, StoreError::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}

//! SQL for SQLite and PostgreSQL: one facade ([`Db`]), one SQL text for both, one module of queries for each table.
//!
//! The facade knows connections, transactions and arguments. The query modules know tables and
//! columns. Neither knows what the product does with a row: that is `services`.
//!
//! Rules that hold here:
//! * Static SQL is a `&'static str`; [`builder`] alone may assemble text, from constants and placeholders only.
//! * Times are microseconds since 1970-01-01 UTC; JSON documents are text and are never parsed here.
//! * A write runs to its end even when the caller goes away (see [`Db::write`]).

mod args;
mod beside;
pub mod builder;
mod db;
mod error;
mod group_commit;
mod migrate;
mod postgres;
mod row;
mod sqlite;
pub mod sqlite_functions;
mod turns;
mod tx;
mod visible;

pub mod accounts;
pub mod annotations;
pub mod assignments;
pub mod audit;
pub mod drafts;
pub mod exports;
pub mod imports;
pub mod jobs;
pub mod listing;
pub mod mail;
pub mod members;
pub mod notifications;
pub mod people;
pub mod predictions;
pub mod projects;
pub mod queue;
pub mod result_index;
pub mod roles;
pub mod scim;
pub mod sealed;
pub mod statistics;
pub mod storages;
pub mod strays;
pub mod summary;
pub mod task_fields;
pub mod tasks;
pub mod text_index;
pub mod trash;
pub mod uploads;
pub mod views;
pub mod work;
pub mod workspaces;

pub use args::{Arg, Args};
pub use db::{Db, DbSettings, Dialect, PostgresSettings, SslMode};
pub use error::StoreError;
pub use futures_util::future::BoxFuture;
pub use row::{Columns, Row, Value};
pub use tx::Tx;

/// Result of a query.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

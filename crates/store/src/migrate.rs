//! Brings the schema up to date at the start. Migrations are embedded; on PostgreSQL an advisory lock keeps replicas
//! apart, on SQLite the one writer has the file for itself.

use std::collections::HashMap;
use std::time::Instant;

use rusqlite::Connection;
use sqlx::migrate::{MigrateError, Migrator};

use crate::Result;
use crate::postgres::Pool;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Runs the migrations that the file does not have yet, each in a transaction, and notes them in the table that sqlx uses on
/// PostgreSQL.
pub(crate) fn sqlite(connection: &mut Connection) -> Result<()> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
            version BIGINT PRIMARY KEY,
            description TEXT NOT NULL,
            installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
            success BOOLEAN NOT NULL,
            checksum BLOB NOT NULL,
            execution_time BIGINT NOT NULL
        )",
    )?;
    let mut applied = applied(connection)?;
    for migration in SQLITE.iter() {
        match applied.remove(&migration.version) {
            Some(checksum) if checksum == *migration.checksum => continue,
            Some(_) => return Err(MigrateError::VersionMismatch(migration.version).into()),
            None => {}
        }
        let started = Instant::now();
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration.sql.as_str())?;
        transaction.execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (?1, ?2, TRUE, ?3, ?4)",
            (
                migration.version,
                &migration.description,
                &migration.checksum,
                i64::try_from(started.elapsed().as_nanos()).unwrap_or(i64::MAX),
            ),
        )?;
        transaction.commit()?;
    }
    // A newer version of the program has been here.
    match applied.into_keys().next() {
        Some(version) => Err(MigrateError::VersionMissing(version).into()),
        None => Ok(()),
    }
}

/// Whether the file has exactly the migrations that this program knows.
pub(crate) fn check_sqlite(connection: &Connection) -> Result<()> {
    let mut applied = applied(connection)?;
    for migration in SQLITE.iter() {
        match applied.remove(&migration.version) {
            Some(checksum) if checksum == *migration.checksum => {}
            _ => return Err(MigrateError::VersionMismatch(migration.version).into()),
        }
    }
    match applied.into_keys().next() {
        Some(version) => Err(MigrateError::VersionMissing(version).into()),
        None => Ok(()),
    }
}

fn applied(connection: &Connection) -> Result<HashMap<i64, Vec<u8>>> {
    Ok(connection
        .prepare("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}

pub(crate) async fn postgres(pool: &Pool) -> Result<()> {
    pool.migrate(&POSTGRES).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_migrations() {
        let names = |migrator: &Migrator| {
            migrator
                .iter()
                .map(|m| (m.version, m.description.to_string()))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&SQLITE), names(&POSTGRES));
    }

    #[test]
    fn migrations_run_once_and_a_changed_or_unknown_one_is_refused() {
        let mut connection = Connection::open_in_memory().expect("in memory");
        sqlite(&mut connection).expect("first start");
        sqlite(&mut connection).expect("second start");
        let changed = "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1";
        connection.execute_batch("SAVEPOINT before").expect("open");
        connection.execute_batch(changed).expect("changed");
        assert!(sqlite(&mut connection).is_err());
        connection
            .execute_batch("ROLLBACK TO before; RELEASE before")
            .expect("back");
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (9999, 'newer', TRUE, x'00', 0)";
        connection.execute_batch(newer).expect("newer");
        assert!(sqlite(&mut connection).is_err());
    }
}

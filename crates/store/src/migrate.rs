//! Brings the schema up to date at the start. Migrations are embedded; on PostgreSQL an advisory lock keeps replicas apart.

use sqlx::migrate::Migrator;
use sqlx::{PgPool, SqliteConnection};

use crate::Result;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

pub(crate) async fn sqlite(connection: &mut SqliteConnection) -> Result<()> {
    Ok(SQLITE.run(connection).await?)
}

pub(crate) async fn postgres(pool: &PgPool) -> Result<()> {
    Ok(POSTGRES.run(pool).await?)
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
}

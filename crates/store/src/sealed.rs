//! Every column that holds what a master key has sealed: for the rotation of keys, and for the start of the server.

use crate::{Db, Result, Tx, args, row};

/// A column of sealed values. Table, column and the name of a row are those of the place that a value is sealed for.
#[derive(Debug)]
pub struct SealedColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// Organization (0 for none), name of the row, value.
    select: &'static str,
    /// $1 new value, $2 name of the row, $3 old value.
    update: &'static str,
}

row! {
    /// A sealed value.
    #[derive(Debug)]
    #[allow(missing_docs)]
    pub struct SealedRow {
        pub organization_id: i64,
        pub name: String,
        pub value: Vec<u8>,
    }
}

/// All of them. A test seals something in each, and finds no other value of an old key in the database afterwards.
pub const COLUMNS: &[SealedColumn] = &[
    SealedColumn {
        table: "signing_key",
        column: "sealed",
        select: "SELECT CAST(0 AS BIGINT) AS organization_id, id AS name, sealed AS value FROM signing_key",
        update: "UPDATE signing_key SET sealed = $1 WHERE id = $2 AND sealed = $3",
    },
    SealedColumn {
        table: "audit_key",
        column: "sealed",
        select: "SELECT CAST(0 AS BIGINT) AS organization_id, id AS name, sealed AS value FROM audit_key",
        update: "UPDATE audit_key SET sealed = $1 WHERE id = $2 AND sealed = $3",
    },
    SealedColumn {
        table: "audit_person",
        column: "sealed",
        select: "SELECT CAST(0 AS BIGINT) AS organization_id, subject AS name, sealed AS value FROM audit_person",
        update: "UPDATE audit_person SET sealed = $1 WHERE subject = $2 AND sealed = $3",
    },
    SealedColumn {
        table: "organization",
        column: "invite_link",
        select: "SELECT id AS organization_id, CAST(id AS TEXT) AS name, invite_link AS value FROM organization WHERE invite_link IS NOT NULL",
        update: "UPDATE organization SET invite_link = $1 WHERE id = CAST(CAST($2 AS TEXT) AS BIGINT) AND invite_link = $3",
    },
    SealedColumn {
        table: "project",
        column: "task_data_password",
        select: "SELECT organization_id AS organization_id, CAST(id AS TEXT) AS name, task_data_password AS value FROM project WHERE task_data_password IS NOT NULL",
        update: "UPDATE project SET task_data_password = $1 WHERE id = CAST(CAST($2 AS TEXT) AS BIGINT) AND task_data_password = $3",
    },
    SealedColumn {
        table: "factor",
        column: "data",
        select: "SELECT CAST(0 AS BIGINT) AS organization_id, CAST(id AS TEXT) AS name, data AS value FROM factor WHERE kind = 'totp'",
        update: "UPDATE factor SET data = $1 WHERE id = CAST(CAST($2 AS TEXT) AS BIGINT) AND data = $3",
    },
    SealedColumn {
        table: "identity_provider",
        column: "secret",
        select: "SELECT organization_id AS organization_id, CAST(organization_id AS TEXT) || '/' || kind AS name, secret AS value FROM identity_provider WHERE secret IS NOT NULL",
        update: "UPDATE identity_provider SET secret = $1 WHERE CAST(organization_id AS TEXT) || '/' || kind = $2 AND secret = $3",
    },
    SealedColumn {
        table: "storage",
        column: "secrets",
        select: "SELECT organization_id AS organization_id, CAST(id AS TEXT) AS name, secrets AS value FROM storage WHERE secrets IS NOT NULL",
        update: "UPDATE storage SET secrets = $1 WHERE id = CAST(CAST($2 AS TEXT) AS BIGINT) AND secrets = $3",
    },
    SealedColumn {
        table: "storage_connection",
        column: "secrets",
        select: "SELECT organization_id AS organization_id, CAST(id AS TEXT) AS name, secrets AS value FROM storage_connection WHERE secrets IS NOT NULL",
        update: "UPDATE storage_connection SET secrets = $1 WHERE id = CAST(CAST($2 AS TEXT) AS BIGINT) AND secrets = $3",
    },
    SealedColumn {
        table: "mail",
        column: "content",
        select: "SELECT COALESCE(organization_id, 0) AS organization_id, id AS name, content AS value FROM mail",
        update: "UPDATE mail SET content = $1 WHERE id = $2 AND content = $3",
    },
];

/// The values of a column.
pub async fn rows(db: &Db, column: &SealedColumn) -> Result<Vec<SealedRow>> {
    db.all(column.select, args![]).await
}

/// Puts a value in the place of another one; false when somebody else has changed it.
pub async fn replace(tx: &mut Tx, column: &SealedColumn, name: &str, old: &[u8], new: &[u8]) -> Result<bool> {
    Ok(tx.execute(column.update, args![new, name, old]).await? > 0)
}

/// Whether there is anything that a master key has sealed.
pub async fn any(db: &Db) -> Result<bool> {
    for column in COLUMNS {
        if !rows(db, column).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

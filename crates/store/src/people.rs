//! Names of people, as tasks and annotations show them.

use crate::builder::over;
use crate::{Db, Result, Tx, args, row};

row! {
    /// What others see of a person.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct PersonRow {
        pub id: i64,
        pub email: String,
        pub username: String,
        pub first_name: String,
        pub last_name: String,
        pub avatar: Option<String>,
    }
}

/// These people, whatever their membership is now: their work stays theirs.
pub async fn find(db: &Db, ids: &[i64]) -> Result<Vec<PersonRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, args) = over(
        "SELECT id, email, username, first_name, last_name, avatar FROM account WHERE id IN ",
        ids,
        " ORDER BY id",
    );
    db.all(sql, args).await
}

/// One person, inside a write.
pub async fn read_in(tx: &mut Tx, id: i64) -> Result<Option<PersonRow>> {
    tx.optional(
        "SELECT id, email, username, first_name, last_name, avatar FROM account WHERE id = $1",
        args![id],
    )
    .await
}

/// Ids and e-mail addresses of the members of an organization.
pub async fn members(db: &Db, organization_id: i64) -> Result<Vec<(i64, String)>> {
    db.all(
        "SELECT account.id, account.email FROM membership JOIN account ON account.id = membership.account_id
         WHERE membership.organization_id = $1 AND membership.deleted_at IS NULL",
        args![organization_id],
    )
    .await
}

/// Whether the person is a member of the organization.
pub async fn is_member(tx: &mut Tx, organization_id: i64, account_id: i64) -> Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT account_id FROM membership WHERE organization_id = $1 AND account_id = $2 AND deleted_at IS NULL",
            args![organization_id, account_id],
        )
        .await?;
    Ok(row.is_some())
}

//! What has ended while the person was elsewhere.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A notification. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct NotificationRow {
        pub id: i64,
        pub account_id: i64,
        pub organization_id: i64,
        pub project_id: Option<i64>,
        pub kind: String,
        pub state: String,
        pub title: String,
        pub text: String,
        pub link: String,
        pub created_at: i64,
        pub read_at: Option<i64>,
    }
}

/// One that is to be kept.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewNotification {
    pub account_id: i64,
    pub organization_id: i64,
    pub project_id: Option<i64>,
    pub kind: &'static str,
    pub state: String,
    pub title: String,
    pub text: String,
    pub link: String,
}

/// Keeps one.
pub async fn insert(tx: &mut Tx, new: &NewNotification, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO notification (account_id, organization_id, project_id, kind, state, title, text, link, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            new.account_id,
            new.organization_id,
            new.project_id,
            new.kind,
            &new.state,
            &new.title,
            &new.text,
            &new.link,
            at
        ],
    )
    .await?;
    Ok(())
}

/// The newest of a person in an organization.
pub async fn newest(db: &Db, account_id: i64, organization_id: i64, limit: i64) -> Result<Vec<NotificationRow>> {
    db.all(
        "SELECT * FROM notification WHERE account_id = $1 AND organization_id = $2 ORDER BY id DESC LIMIT $3",
        args![account_id, organization_id, limit],
    )
    .await
}

/// All of a person, oldest first: they go after a month.
pub async fn of_person(db: &Db, account_id: i64) -> Result<Vec<NotificationRow>> {
    db.all(
        "SELECT * FROM notification WHERE account_id = $1 ORDER BY id",
        args![account_id],
    )
    .await
}

/// Notes that the person has seen those up to `last`.
pub async fn mark_read(tx: &mut Tx, account_id: i64, organization_id: i64, last: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE notification SET read_at = $4
         WHERE account_id = $1 AND organization_id = $2 AND id <= $3 AND read_at IS NULL",
        args![account_id, organization_id, last, at],
    )
    .await?;
    Ok(())
}

/// Whether the person wants mail, too.
pub async fn by_mail(db: &Db, account_id: i64) -> Result<bool> {
    let row: Option<(bool,)> = db
        .optional(
            "SELECT by_mail FROM notification_choice WHERE account_id = $1",
            args![account_id],
        )
        .await?;
    Ok(row.is_some_and(|(by_mail,)| by_mail))
}

/// Sets whether the person wants mail, too.
pub async fn choose(tx: &mut Tx, account_id: i64, by_mail: bool) -> Result<()> {
    tx.execute(
        "INSERT INTO notification_choice (account_id, by_mail) VALUES ($1, $2)
         ON CONFLICT (account_id) DO UPDATE SET by_mail = excluded.by_mail",
        args![account_id, by_mail],
    )
    .await?;
    Ok(())
}

/// The address of a person who wants mail and may still sign in.
pub async fn address(tx: &mut Tx, account_id: i64) -> Result<Option<String>> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT account.email FROM account JOIN notification_choice ON notification_choice.account_id = account.id
             WHERE account.id = $1 AND account.is_active AND notification_choice.by_mail",
            args![account_id],
        )
        .await?;
    Ok(row.map(|(email,)| email))
}

/// Removes those that are older than `before`.
pub async fn purge(tx: &mut Tx, before: i64) -> Result<()> {
    tx.execute("DELETE FROM notification WHERE created_at < $1", args![before])
        .await?;
    Ok(())
}

//! What the log says of persons, apart from it: the keys that hide it, and from where and with what somebody came.

use crate::builder::Parts;
use crate::{Db, Result, Row, Tx, args, row};

row! {
    /// The key of a person.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct KeyRow {
        pub subject: String,
        pub sealed: Vec<u8>,
    }
}

row! {
    /// From where and with what somebody came.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct ClientRow {
        pub id: String,
        pub account_id: i64,
        pub hidden: Vec<u8>,
    }
}

/// The person's sealed key; `new` becomes it when there is none.
pub async fn key(tx: &mut Tx, subject: &str, new: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>> {
    let find = "SELECT sealed FROM audit_person WHERE subject = $1";
    if let Some((sealed,)) = tx.optional::<(Vec<u8>,)>(find, args![subject]).await? {
        return Ok(sealed);
    }
    tx.execute(
        "INSERT INTO audit_person (subject, sealed) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING",
        args![subject, new()],
    )
    .await?;
    // Another one may have been faster.
    let (sealed,): (Vec<u8>,) = tx.one(find, args![subject]).await?;
    Ok(sealed)
}

/// The keys of these persons, as far as they are there.
pub async fn keys(db: &Db, subjects: &[String]) -> Result<Vec<KeyRow>> {
    one_of(
        db,
        "SELECT subject, sealed FROM audit_person WHERE subject IN (",
        subjects,
    )
    .await
}

/// How many clients of the account are known.
pub async fn client_count(tx: &mut Tx, account_id: i64) -> Result<i64> {
    let (count,) = tx
        .one(
            "SELECT COUNT(*) FROM audit_client WHERE account_id = $1",
            args![account_id],
        )
        .await?;
    Ok(count)
}

/// Notes that the client was there at a time, in microseconds since 1970-01-01 UTC.
pub async fn seen(tx: &mut Tx, id: &str, account_id: i64, hidden: &[u8], at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO audit_client (id, account_id, hidden, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
        args![id, account_id, hidden, at],
    )
    .await?;
    Ok(())
}

/// Whether the client is known.
pub async fn is_known(tx: &mut Tx, id: &str) -> Result<bool> {
    let row: Option<(String,)> = tx
        .optional("SELECT id FROM audit_client WHERE id = $1", args![id])
        .await?;
    Ok(row.is_some())
}

/// These clients, as far as they are there.
pub async fn clients(db: &Db, ids: &[String]) -> Result<Vec<ClientRow>> {
    one_of(db, "SELECT id, account_id, hidden FROM audit_client WHERE id IN (", ids).await
}

/// Texts in one statement.
const AT_ONCE: usize = 1_000;

async fn one_of<T: Row>(db: &Db, sql: &'static str, texts: &[String]) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for texts in texts.chunks(AT_ONCE) {
        let mut parts = Parts::new(sql, args![]);
        for (index, text) in texts.iter().enumerate() {
            parts.push(if index == 0 { "?" } else { ", ?" }, args![text]);
        }
        parts.push(")", args![]);
        let (sql, args) = parts.finish();
        all.extend(db.all::<T>(sql, args).await?);
    }
    Ok(all)
}

/// Clients of the organization's people, those of today first.
pub async fn clients_in(db: &Db, organization_id: i64, limit: i64) -> Result<Vec<ClientRow>> {
    db.all(
        "SELECT id, account_id, hidden FROM audit_client
         WHERE account_id IN (SELECT account_id FROM membership WHERE organization_id = $1)
         ORDER BY seen_at DESC, id LIMIT $2",
        args![organization_id, limit],
    )
    .await
}

/// Removes clients that nobody has come with since; entries that name them are gone then.
pub async fn forget_clients(tx: &mut Tx, before: i64) -> Result<u64> {
    tx.execute("DELETE FROM audit_client WHERE seen_at < $1", args![before])
        .await
}

/// Destroys the keys of a person, and what they have hidden.
pub async fn destroy(tx: &mut Tx, account_id: i64, subjects: &[String]) -> Result<()> {
    for subject in subjects {
        tx.execute("DELETE FROM audit_person WHERE subject = $1", args![subject])
            .await?;
    }
    tx.execute("DELETE FROM audit_client WHERE account_id = $1", args![account_id])
        .await?;
    Ok(())
}

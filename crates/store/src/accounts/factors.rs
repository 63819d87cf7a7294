//! Second factors, recovery codes, and sign-ins that wait for their second step.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A factor. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct FactorRow {
        pub id: i64,
        pub account_id: i64,
        /// `totp` or `passkey`.
        pub kind: String,
        pub name: String,
        /// Of `totp` the sealed secret; of `passkey` its public key.
        pub data: Vec<u8>,
        /// A passkey's id.
        pub credential: Option<Vec<u8>>,
        /// The last TOTP step that was used.
        pub last_step: i64,
        pub created_at: i64,
        /// In force from then on.
        pub confirmed_at: Option<i64>,
        pub last_used_at: Option<i64>,
        /// Signatures that a passkey's authenticator has counted.
        pub sign_count: i64,
        /// A passkey may be copied to other devices.
        pub backup_eligible: bool,
        /// It is.
        pub backed_up: bool,
        /// How a passkey is reached: words separated by blanks.
        pub transports: String,
    }
}

/// A passkey that was just made.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct NewPasskey {
    pub account_id: i64,
    pub name: String,
    pub credential: Vec<u8>,
    pub public_key: Vec<u8>,
    pub sign_count: i64,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub transports: String,
    pub at: i64,
}

row! {
    /// A sign-in between its two steps.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct StepRow {
        pub id_hash: Vec<u8>,
        pub account_id: i64,
        pub persistent: bool,
        pub created_at: i64,
        pub expires_at: i64,
        /// The organization whose provider did the first step; none: it was a password.
        pub organization_id: Option<i64>,
    }
}

/// The factors of an account that are in force, oldest first.
pub async fn confirmed(db: &Db, account_id: i64) -> Result<Vec<FactorRow>> {
    db.all(
        "SELECT * FROM factor WHERE account_id = $1 AND confirmed_at IS NOT NULL ORDER BY id",
        args![account_id],
    )
    .await
}

/// Whether an account has a factor in force; in the transaction that relies on it.
pub async fn any_in(tx: &mut Tx, account_id: i64) -> Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM factor WHERE account_id = $1 AND confirmed_at IS NOT NULL LIMIT 1",
            args![account_id],
        )
        .await?;
    Ok(row.is_some())
}

/// A factor of the account, whether in force or not.
pub async fn find(db: &Db, account_id: i64, id: i64) -> Result<Option<FactorRow>> {
    db.optional(
        "SELECT * FROM factor WHERE id = $2 AND account_id = $1",
        args![account_id, id],
    )
    .await
}

/// The factor of a kind that the account began to set up and has not confirmed.
pub async fn pending(db: &Db, account_id: i64, kind: &'static str) -> Result<Option<FactorRow>> {
    db.optional(
        "SELECT * FROM factor WHERE account_id = $1 AND kind = $2 AND confirmed_at IS NULL ORDER BY id DESC LIMIT 1",
        args![account_id, kind],
    )
    .await
}

/// Adds a factor that is not in force yet, in place of others of its kind that never were; gives its id.
pub async fn insert(tx: &mut Tx, account_id: i64, kind: &'static str, name: &str, at: i64) -> Result<i64> {
    tx.execute(
        "DELETE FROM factor WHERE account_id = $1 AND kind = $2 AND confirmed_at IS NULL",
        args![account_id, kind],
    )
    .await?;
    let (id,) = tx
        .one(
            "INSERT INTO factor (account_id, kind, name, data, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            args![account_id, kind, name, Vec::<u8>::new(), at],
        )
        .await?;
    Ok(id)
}

/// Sets what a factor is verified with.
pub async fn set_data(tx: &mut Tx, id: i64, data: &[u8]) -> Result<()> {
    tx.execute("UPDATE factor SET data = $2 WHERE id = $1", args![id, data])
        .await?;
    Ok(())
}

/// Puts a factor in force; says whether it was not yet.
pub async fn confirm(tx: &mut Tx, id: i64, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE factor SET confirmed_at = $2, last_used_at = $2 WHERE id = $1 AND confirmed_at IS NULL",
            args![id, at],
        )
        .await?;
    Ok(changed > 0)
}

/// Uses up a TOTP step; says whether no later or equal one was used before.
pub async fn use_step(tx: &mut Tx, id: i64, step: i64, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE factor SET last_step = $2, last_used_at = $3 WHERE id = $1 AND last_step < $2",
            args![id, step, at],
        )
        .await?;
    Ok(changed > 0)
}

/// Adds a passkey, in force at once; a unique violation means that somebody has its credential.
pub async fn insert_passkey(tx: &mut Tx, new: &NewPasskey) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO factor (account_id, kind, name, data, credential, sign_count, backup_eligible, backed_up,
                transports, created_at, confirmed_at)
             VALUES ($1, 'passkey', $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING id",
            args![
                new.account_id,
                new.name.as_str(),
                new.public_key.as_slice(),
                new.credential.as_slice(),
                new.sign_count,
                new.backup_eligible,
                new.backed_up,
                new.transports.as_str(),
                new.at
            ],
        )
        .await?;
    Ok(id)
}

/// The passkey with this credential, whosever it is.
pub async fn passkey(db: &Db, credential: &[u8]) -> Result<Option<FactorRow>> {
    db.optional("SELECT * FROM factor WHERE credential = $1", args![credential])
        .await
}

/// Notes a use of a passkey; says whether its counter has grown since (or never counts).
pub async fn use_passkey(tx: &mut Tx, id: i64, sign_count: i64, backed_up: bool, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE factor SET sign_count = $2, backed_up = $3, last_used_at = $4
             WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))",
            args![id, sign_count, backed_up, at],
        )
        .await?;
    Ok(changed > 0)
}

/// The handle by which authenticators know the account; none before it began to make a passkey.
pub async fn handle(db: &Db, account_id: i64) -> Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = db
        .optional(
            "SELECT handle FROM passkey_user WHERE account_id = $1",
            args![account_id],
        )
        .await?;
    Ok(row.map(|(handle,)| handle))
}

/// Gives the account this handle, unless it has one.
pub async fn set_handle(tx: &mut Tx, account_id: i64, handle: &[u8]) -> Result<()> {
    tx.execute(
        "INSERT INTO passkey_user (account_id, handle) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING",
        args![account_id, handle],
    )
    .await?;
    Ok(())
}

/// Uses up a challenge until it is worth nothing by itself; says whether nobody has before.
pub async fn spend(tx: &mut Tx, hash: &[u8], expires_at: i64, now: i64) -> Result<bool> {
    tx.execute("DELETE FROM spent_challenge WHERE expires_at < $1", args![now])
        .await?;
    let changed = tx
        .execute(
            "INSERT INTO spent_challenge (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
            args![hash, expires_at],
        )
        .await?;
    Ok(changed > 0)
}

/// Renames a factor of the account; says whether there is one.
pub async fn rename(tx: &mut Tx, account_id: i64, id: i64, name: &str) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE factor SET name = $3 WHERE id = $2 AND account_id = $1",
            args![account_id, id, name],
        )
        .await?;
    Ok(changed > 0)
}

/// Removes a factor of the account; says whether there was one.
pub async fn remove(tx: &mut Tx, account_id: i64, id: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "DELETE FROM factor WHERE id = $2 AND account_id = $1",
            args![account_id, id],
        )
        .await?;
    Ok(changed > 0)
}

/// Removes all factors of an account; says how many there were.
pub async fn remove_all(tx: &mut Tx, account_id: i64) -> Result<u64> {
    tx.execute("DELETE FROM factor WHERE account_id = $1", args![account_id])
        .await
}

/// How many recovery codes of the account are unused.
pub async fn recovery_left(db: &Db, account_id: i64) -> Result<i64> {
    let (count,) = db
        .one(
            "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1 AND used_at IS NULL",
            args![account_id],
        )
        .await?;
    Ok(count)
}

/// Replaces the recovery codes of an account; with none they are just gone.
pub async fn set_recovery(tx: &mut Tx, account_id: i64, hashes: &[[u8; 32]], at: i64) -> Result<()> {
    tx.execute("DELETE FROM recovery_code WHERE account_id = $1", args![account_id])
        .await?;
    for hash in hashes {
        tx.execute(
            "INSERT INTO recovery_code (account_id, code_hash, created_at) VALUES ($1, $2, $3)",
            args![account_id, *hash, at],
        )
        .await?;
    }
    Ok(())
}

/// Whether the account has an unused recovery code.
pub async fn has_recovery(tx: &mut Tx, account_id: i64) -> Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT account_id FROM recovery_code WHERE account_id = $1 AND used_at IS NULL LIMIT 1",
            args![account_id],
        )
        .await?;
    Ok(row.is_some())
}

/// Uses up a recovery code; says whether it was there and unused.
pub async fn use_recovery(tx: &mut Tx, account_id: i64, hash: &[u8], at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE recovery_code SET used_at = $3 WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL",
            args![account_id, hash, at],
        )
        .await?;
    Ok(changed > 0)
}

/// Adds a sign-in that waits for its second step; forgets those that are over.
pub async fn insert_step(tx: &mut Tx, step: &StepRow) -> Result<()> {
    tx.execute("DELETE FROM sign_in_step WHERE expires_at < $1", args![step.created_at])
        .await?;
    tx.execute(
        "INSERT INTO sign_in_step (id_hash, account_id, persistent, created_at, expires_at, organization_id)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![
            step.id_hash.as_slice(),
            step.account_id,
            step.persistent,
            step.created_at,
            step.expires_at,
            step.organization_id
        ],
    )
    .await?;
    Ok(())
}

/// A sign-in that waits for its second step and is not over.
pub async fn step(db: &Db, id_hash: &[u8], now: i64) -> Result<Option<StepRow>> {
    db.optional(
        "SELECT * FROM sign_in_step WHERE id_hash = $1 AND expires_at > $2",
        args![id_hash, now],
    )
    .await
}

/// Ends a waiting sign-in; says whether it still waited, so that each serves once.
pub async fn end_step(tx: &mut Tx, id_hash: &[u8]) -> Result<bool> {
    let changed = tx
        .execute("DELETE FROM sign_in_step WHERE id_hash = $1", args![id_hash])
        .await?;
    Ok(changed > 0)
}

/// Ends all waiting sign-ins of an account.
pub async fn end_steps(tx: &mut Tx, account_id: i64) -> Result<()> {
    tx.execute("DELETE FROM sign_in_step WHERE account_id = $1", args![account_id])
        .await?;
    Ok(())
}

/// Notes that a factor was proven in the session.
pub async fn mark_session(tx: &mut Tx, id_hash: &[u8], factor: &str) -> Result<()> {
    tx.execute(
        "UPDATE session SET factor = $2 WHERE id_hash = $1",
        args![id_hash, factor],
    )
    .await?;
    Ok(())
}

/// The words of the roles that need a factor in the organization, separated by blanks.
pub async fn required_roles(db: &Db, organization_id: i64) -> Result<String> {
    let row: Option<(String,)> = db
        .optional(
            "SELECT factor_roles FROM organization WHERE id = $1",
            args![organization_id],
        )
        .await?;
    Ok(row.map(|(roles,)| roles).unwrap_or_default())
}

/// Sets the roles that need a factor.
pub async fn set_required_roles(tx: &mut Tx, organization_id: i64, roles: &str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET factor_roles = $2, updated_at = $3 WHERE id = $1",
        args![organization_id, roles, at],
    )
    .await?;
    Ok(())
}

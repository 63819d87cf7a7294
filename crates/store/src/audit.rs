//! The audit trail: one row in the transaction of each action that is worth knowing (SEC-216, SEC-217).

use crate::{Result, Tx, args};

/// Who acted, from where, on whose behalf.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The tenant.
    pub organization_id: Option<i64>,
    /// The acting account; none for attempts to sign in.
    pub account_id: Option<i64>,
    /// The API token, if one was used.
    pub token_id: Option<i64>,
    /// The client's address.
    pub address: String,
}

/// Appends one row. `object` is `kind:id`; `detail` is a JSON object without secrets or task data.
pub async fn record(tx: &mut Tx, origin: &Origin, action: &str, object: &str, detail: &str, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO audit (organization_id, account_id, token_id, address, action, object, detail, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            origin.organization_id,
            origin.account_id,
            origin.token_id,
            &origin.address,
            action,
            object,
            detail,
            at
        ],
    )
    .await?;
    Ok(())
}

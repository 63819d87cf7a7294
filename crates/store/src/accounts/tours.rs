//! Progress of interface tours.

use crate::{Db, Result, Tx, args};

/// State and interaction data (JSON) of a tour.
pub async fn find(db: &Db, account_id: i64, name: &str) -> Result<Option<(String, String)>> {
    db.optional(
        "SELECT state, interaction_data FROM product_tour WHERE account_id = $1 AND name = $2",
        args![account_id, name],
    )
    .await
}

/// Sets it.
pub async fn set(tx: &mut Tx, account_id: i64, name: &str, state: &str, data: &str, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO product_tour (account_id, name, state, interaction_data, updated_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id, name) DO UPDATE SET state = excluded.state,
            interaction_data = excluded.interaction_data, updated_at = excluded.updated_at",
        args![account_id, name, state, data, at],
    )
    .await?;
    Ok(())
}

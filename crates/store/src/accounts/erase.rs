//! Taking away everything that says who somebody is.

use super::AccountRow;
use crate::{Result, Tx, args};

/// What is only there for the person: it goes with them.
const OWN: [&str; 17] = [
    "DELETE FROM session WHERE account_id = $1",
    "DELETE FROM token WHERE account_id = $1",
    "DELETE FROM factor WHERE account_id = $1",
    "DELETE FROM recovery_code WHERE account_id = $1",
    "DELETE FROM sign_in_step WHERE account_id = $1",
    "DELETE FROM passkey_user WHERE account_id = $1",
    "DELETE FROM identity WHERE account_id = $1",
    "DELETE FROM oidc_flow WHERE account_id = $1",
    "DELETE FROM account_link WHERE account_id = $1",
    "DELETE FROM product_tour WHERE account_id = $1",
    "DELETE FROM notification WHERE account_id = $1",
    "DELETE FROM notification_choice WHERE account_id = $1",
    "DELETE FROM scim_user WHERE account_id = $1",
    "DELETE FROM scim_group_member WHERE account_id = $1",
    "DELETE FROM workspace_member WHERE account_id = $1",
    "DELETE FROM project_member WHERE account_id = $1",
    "DELETE FROM task_assignment WHERE account_id = $1",
];

/// Leaves of an account a number that work can be attributed to. What the person has made stays.
pub async fn erase(tx: &mut Tx, account: &AccountRow, now: i64) -> Result<()> {
    for sql in OWN {
        tx.execute(sql, args![account.id]).await?;
    }
    for (sql, argument) in [
        ("DELETE FROM invitation WHERE email = $1", account.email.clone()),
        ("DELETE FROM mail WHERE recipient = $1", account.email.clone()),
        (
            "DELETE FROM login_attempt WHERE subject = $1",
            format!("account:{}", account.email),
        ),
    ] {
        tx.execute(sql, args![argument]).await?;
    }
    tx.execute(
        "UPDATE membership SET deleted_at = $2 WHERE account_id = $1 AND deleted_at IS NULL",
        args![account.id, now],
    )
    .await?;
    tx.execute(
        "UPDATE account SET email = $2, username = '', first_name = '', last_name = '', phone = '', password_hash = NULL,
            is_active = FALSE, avatar = NULL, custom_hotkeys = '{}', allow_newsletters = NULL, active_organization = NULL,
            email_verified_at = NULL
         WHERE id = $1",
        args![account.id, erased_address(account.id)],
    )
    .await?;
    Ok(())
}

/// The address of an erased account: in a domain that never is one (RFC 6761).
pub fn erased_address(account_id: i64) -> String {
    format!("erased-{account_id}@erased.invalid")
}

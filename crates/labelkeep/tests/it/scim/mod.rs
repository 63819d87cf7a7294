//! Provisioning by SCIM, as identity providers do it.

mod bulk;
mod filters;
mod groups;
mod tokens;
mod users;

use labelkeep_testkit::{Client, Kit, PASSWORD, Value, json};

/// A provider of the person's organization.
pub(crate) async fn provider(kit: &Kit, owner: &Client) -> Client {
    let made = owner
        .post("/api/scim/tokens/", json!({ "ttl_days": 30 }))
        .await
        .expect(201)
        .json();
    kit.anonymous().bearer(made["token"].as_str().expect("a token"))
}

/// The owner of another organization, signed in there.
async fn other_owner(kit: &Kit, owner: &Client) -> Client {
    kit.member(owner, "boss@other.example").await;
    let moved = kit.services().db.write(move |tx| {
        Box::pin(async move {
            let other = labelkeep_store::accounts::organizations::insert(tx, "Another", false, 1).await?;
            for sql in [
                "UPDATE membership SET organization_id = $1, role = 'owner'
                 WHERE account_id = (SELECT id FROM account WHERE email = 'boss@other.example')",
                "UPDATE account SET active_organization = $1 WHERE email = 'boss@other.example'",
            ] {
                tx.execute(sql, labelkeep_store::args![other]).await?;
            }
            Ok::<_, labelkeep_store::StoreError>(())
        })
    });
    moved.await.expect("moved");
    let person = kit.anonymous();
    person.sign_in("boss@other.example", PASSWORD).await.expect(302);
    person
}

/// Makes a person; gives the answer.
pub(crate) async fn add(provider: &Client, email: &str) -> Value {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": email,
        "name": {"givenName": "Ada", "familyName": "Lovelace"}, "active": true,
    });
    provider.post("/scim/v2/Users", body).await.expect(201).json()
}

/// Id, role and source of the role of a member of the first organization.
async fn member(kit: &Kit, email: &str) -> (i64, String, String) {
    let sql = "SELECT account.id, membership.role, membership.role_source FROM membership
               JOIN account ON account.id = membership.account_id
               WHERE account.email = $1 AND membership.organization_id = 1 AND membership.deleted_at IS NULL";
    kit.services()
        .db
        .one(sql, labelkeep_store::args![email])
        .await
        .expect("a member")
}

fn operations(list: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list })
}

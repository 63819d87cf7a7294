//! What this server can do, and which attributes it keeps (RFC 7643 §5 to §7).

use axum::extract::Path;
use http::StatusCode;
use serde_json::{Value, json};

use super::wire::{self, ScimAnswer, ScimFailure};
use super::{bulk, wire::MAX_BODY};
use crate::extract::{Provisioning, PublicUrl};

/// The schemas of people and groups.
const SCHEMAS: &str = include_str!("schemas.json");

/// `GET /scim/v2/ServiceProviderConfig`
pub(crate) async fn configuration(_: Provisioning, base: PublicUrl) -> ScimAnswer {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": true, "maxOperations": bulk::MOST, "maxPayloadSize": MAX_BODY },
        "filter": { "supported": true, "maxResults": wire::MOST },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token that an administrator makes under Organization, Security, Provisioning.",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/scim/v2/ServiceProviderConfig", base.origin),
        },
    });
    Ok(wire::json(StatusCode::OK, &body))
}

fn types(base: &PublicUrl) -> Vec<Value> {
    let one = |name: &str, endpoint: &str, schema: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name,
            "name": name,
            "endpoint": endpoint,
            "schema": schema,
            "meta": {
                "resourceType": "ResourceType",
                "location": format!("{}/scim/v2/ResourceTypes/{name}", base.origin),
            },
        })
    };
    vec![
        one("User", "/Users", labelkeep_services::scim::USER_SCHEMA),
        one("Group", "/Groups", labelkeep_services::scim::GROUP_SCHEMA),
    ]
}

/// `GET /scim/v2/ResourceTypes`
pub(crate) async fn resource_types(_: Provisioning, base: PublicUrl) -> ScimAnswer {
    let list = types(&base);
    wire::list(list.len() as i64, 1, list)
}

/// `GET /scim/v2/ResourceTypes/{name}`
pub(crate) async fn resource_type(_: Provisioning, base: PublicUrl, Path(name): Path<String>) -> ScimAnswer {
    one(types(&base), &name)
}

fn described(base: &PublicUrl) -> Vec<Value> {
    let mut list: Vec<Value> = serde_json::from_str(SCHEMAS).unwrap_or_default();
    for schema in &mut list {
        let location = format!(
            "{}/scim/v2/Schemas/{}",
            base.origin,
            schema["id"].as_str().unwrap_or_default()
        );
        schema["meta"] = json!({ "resourceType": "Schema", "location": location });
    }
    list
}

/// `GET /scim/v2/Schemas`
pub(crate) async fn schemas(_: Provisioning, base: PublicUrl) -> ScimAnswer {
    let list = described(&base);
    wire::list(list.len() as i64, 1, list)
}

/// `GET /scim/v2/Schemas/{id}`
pub(crate) async fn schema(_: Provisioning, base: PublicUrl, Path(id): Path<String>) -> ScimAnswer {
    one(described(&base), &id)
}

fn one(list: Vec<Value>, id: &str) -> ScimAnswer {
    match list.into_iter().find(|entry| entry["id"] == id) {
        Some(entry) => Ok(wire::json(StatusCode::OK, &entry)),
        None => Err(ScimFailure::new(StatusCode::NOT_FOUND, "There is no such resource.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_describe_both_resources() {
        let base = PublicUrl {
            origin: "http://localhost".to_owned(),
        };
        let ids: Vec<Value> = described(&base)
            .into_iter()
            .map(|schema| schema["id"].clone())
            .collect();
        assert_eq!(
            ids,
            [
                labelkeep_services::scim::USER_SCHEMA,
                labelkeep_services::scim::GROUP_SCHEMA
            ]
        );
    }
}

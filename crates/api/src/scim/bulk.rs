//! Several changes in one request (RFC 7644 §3.7): each is done by itself, in an order in which what one makes is there for
//! those that name it by its `bulkId`.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::Services;
use labelkeep_services::scim::{self, GroupChange, IfVersion, Provisioner, Reason, UserChange};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{self, ScimAnswer, ScimBody, ScimFailure};
use super::{groups, users};
use crate::extract::{Provisioning, PublicUrl};

/// Most operations of one request (SEC-085).
pub(super) const MOST: usize = 1_000;
const MARK: &str = "bulkId:";

#[derive(Deserialize)]
struct BulkIn {
    #[serde(rename = "failOnErrors")]
    fail_on_errors: Option<u64>,
    #[serde(rename = "Operations")]
    operations: Vec<OperationIn>,
}

#[derive(Deserialize)]
struct OperationIn {
    method: String,
    path: String,
    #[serde(rename = "bulkId")]
    bulk_id: Option<String>,
    version: Option<String>,
    #[serde(default)]
    data: Value,
}

#[derive(Serialize)]
struct BulkOut {
    schemas: [&'static str; 1],
    #[serde(rename = "Operations")]
    operations: Vec<OperationOut>,
}

#[derive(Serialize)]
struct OperationOut {
    method: String,
    #[serde(rename = "bulkId", skip_serializing_if = "Option::is_none")]
    bulk_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Value>,
}

/// What was done by one operation.
struct Done {
    status: StatusCode,
    location: Option<String>,
    version: Option<String>,
}

/// `POST /scim/v2/Bulk`
pub(crate) async fn bulk(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    ScimBody(body): ScimBody,
) -> ScimAnswer {
    let wish: BulkIn = serde_json::from_value(body).map_err(|error| {
        ScimFailure::from(Reason::InvalidSyntax.refuse(format!("The body cannot be read: {error}.")))
    })?;
    if wish.operations.len() > MOST {
        return Err(Reason::TooLarge
            .refuse(format!("At most {MOST} operations are taken at once."))
            .into());
    }
    let mut run = Run {
        services,
        who,
        base,
        made: HashMap::new(),
    };
    let results = run.all(wish.operations, wish.fail_on_errors.unwrap_or(u64::MAX)).await;
    let out = BulkOut {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
        operations: results,
    };
    let body = serde_json::to_value(out).unwrap_or_default();
    Ok::<Response, _>(wire::json(StatusCode::OK, &body))
}

struct Run {
    services: Services,
    who: Provisioner,
    base: PublicUrl,
    /// Ids of what was made, by `bulkId`.
    made: HashMap<String, i64>,
}

impl Run {
    /// Does the operations; results are in the order of the request, those that were not begun are left out.
    async fn all(&mut self, operations: Vec<OperationIn>, most_errors: u64) -> Vec<OperationOut> {
        let mut waiting: Vec<(usize, OperationIn)> = operations.into_iter().enumerate().collect();
        let mut results: Vec<(usize, OperationOut)> = Vec::new();
        let mut errors = 0;
        loop {
            // Each round does what waits for nothing; without one that does, those that are left name what nobody makes.
            let (ready, later): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|(_, operation)| self.is_ready(operation));
            let stuck = ready.is_empty();
            for (index, operation) in if stuck { &later } else { &ready } {
                if errors >= most_errors {
                    break;
                }
                let done = if stuck {
                    let text = "A bulkId is named that no operation of this request has made.";
                    Err(Reason::InvalidValue.refuse(text).into())
                } else {
                    self.one(operation).await
                };
                errors += u64::from(done.is_err());
                results.push((*index, result(operation, done)));
            }
            if stuck || errors >= most_errors || later.is_empty() {
                break;
            }
            waiting = later;
        }
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    fn is_ready(&self, operation: &OperationIn) -> bool {
        let known = |text: &str| text.strip_prefix(MARK).is_none_or(|name| self.made.contains_key(name));
        operation.path.split('/').all(known) && texts(&operation.data, &known)
    }

    async fn one(&mut self, operation: &OperationIn) -> Result<Done, ScimFailure> {
        let mut data = operation.data.clone();
        self.resolve(&mut data);
        let mut parts = operation.path.trim_start_matches('/').split('/');
        let (kind, id) = (parts.next().unwrap_or_default(), parts.next());
        let id = id.map(|id| match id.strip_prefix(MARK) {
            Some(name) => self.made.get(name).copied().unwrap_or(0),
            None => wire::id(id),
        });
        let wrong =
            || ScimFailure::from(Reason::InvalidPath.refuse("A path is /Users or /Groups, with an id behind it."));
        if parts.next().is_some() {
            return Err(wrong());
        }
        let method = operation.method.to_ascii_uppercase();
        let version = IfVersion(operation.version.clone());
        match (kind, method.as_str(), id) {
            ("Users", "POST", None) => {
                let user = users::create_from(&self.services, &self.who, &data).await?;
                Ok(self.made(
                    operation,
                    user.row.id,
                    user.version(),
                    users::location(&self.base, user.row.id),
                ))
            }
            ("Groups", "POST", None) => {
                let group = groups::create_from(&self.services, &self.who, &data).await?;
                let version = group.version().unwrap_or_default();
                Ok(self.made(
                    operation,
                    group.row.id,
                    version,
                    groups::location(&self.base, group.row.id),
                ))
            }
            ("Users", "PUT" | "PATCH", Some(id)) => {
                let change = if method == "PUT" {
                    UserChange::of_resource(&data)?
                } else {
                    UserChange::of_operations(&data)?
                };
                let user = scim::update_user(&self.services, &self.who, id, version, change).await?;
                Ok(changed(Some(user.version()), users::location(&self.base, id)))
            }
            ("Groups", "PUT" | "PATCH", Some(id)) => {
                let change = if method == "PUT" {
                    GroupChange::of_resource(&data, true)?
                } else {
                    GroupChange::of_operations(&data)?
                };
                scim::update_group(&self.services, &self.who, id, version, change).await?;
                Ok(changed(None, groups::location(&self.base, id)))
            }
            ("Users", "DELETE", Some(id)) => {
                scim::remove_user(&self.services, &self.who, id, version).await?;
                Ok(removed(users::location(&self.base, id)))
            }
            ("Groups", "DELETE", Some(id)) => {
                scim::remove_group(&self.services, &self.who, id, version).await?;
                Ok(removed(groups::location(&self.base, id)))
            }
            _ => Err(wrong()),
        }
    }

    fn made(&mut self, operation: &OperationIn, id: i64, version: String, location: String) -> Done {
        if let Some(name) = &operation.bulk_id {
            self.made.insert(name.clone(), id);
        }
        Done {
            status: StatusCode::CREATED,
            location: Some(location),
            version: Some(version),
        }
    }

    /// Puts ids in the place of `bulkId:…`.
    fn resolve(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(id) = text.strip_prefix(MARK).and_then(|name| self.made.get(name)) {
                    *text = id.to_string();
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.resolve(value)),
            Value::Object(entries) => entries.values_mut().for_each(|value| self.resolve(value)),
            _ => {}
        }
    }
}

fn changed(version: Option<String>, location: String) -> Done {
    Done {
        status: StatusCode::OK,
        location: Some(location),
        version,
    }
}

fn removed(location: String) -> Done {
    Done {
        status: StatusCode::NO_CONTENT,
        location: Some(location),
        version: None,
    }
}

fn result(operation: &OperationIn, done: Result<Done, ScimFailure>) -> OperationOut {
    let (status, location, version, response) = match done {
        Ok(done) => (done.status, done.location, done.version, None),
        Err(failure) => (failure.status(), None, None, Some(failure.body())),
    };
    OperationOut {
        method: operation.method.clone(),
        bulk_id: operation.bulk_id.clone(),
        location,
        version,
        status: status.as_u16().to_string(),
        response,
    }
}

/// Whether all texts in a value are fine.
fn texts(value: &Value, is_fine: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_fine(text),
        Value::Array(list) => list.iter().all(|value| texts(value, is_fine)),
        Value::Object(entries) => entries.values().all(|value| texts(value, is_fine)),
        _ => true,
    }
}

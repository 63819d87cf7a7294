//! What the JSON API answers, read: lists and errors.

use chrono::DateTime;
use serde::Deserialize;

use crate::web::{Listed, behind_folder, no_list};
use crate::{BlobError, Fault, Object};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListOut {
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    prefixes: Vec<String>,
    next_page_token: Option<String>,
}

/// Numbers are texts here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    name: String,
    size: Option<String>,
    updated: Option<String>,
    /// Differs when the content does; the tag of the API differs with the metadata, too.
    generation: Option<String>,
    md5_hash: Option<String>,
}

/// Reads a list.
pub(crate) fn list(json: &[u8]) -> Result<Listed, BlobError> {
    let list: ListOut = serde_json::from_slice(json).map_err(|_| no_list())?;
    let token = list.next_page_token.filter(|token| !token.is_empty());
    let folders = list.prefixes.iter().map(|folder| behind_folder(folder));
    let keys = list.items.iter().map(|item| item.name.clone());
    let last = keys.chain(folders).max().unwrap_or_default();
    let mut objects: Vec<_> = list
        .items
        .into_iter()
        .map(|item| Object {
            size: item.size.and_then(|size| size.parse().ok()).unwrap_or(0),
            modified: item
                .updated
                .and_then(|at| DateTime::parse_from_rfc3339(&at).ok())
                .map(|at| at.timestamp_micros()),
            etag: item.generation.or(item.md5_hash).unwrap_or_default(),
            key: item.name,
        })
        .collect();
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(Listed {
        objects,
        last,
        is_truncated: token.is_some(),
        token,
    })
}

#[derive(Deserialize)]
struct ErrorOut {
    error: Reasons,
}

#[derive(Deserialize)]
struct Reasons {
    #[serde(default)]
    errors: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

/// The first reason of an error, `notFound`.
pub(crate) fn reason(json: &[u8]) -> String {
    let read: Option<ErrorOut> = serde_json::from_slice(json).ok();
    let reason = read.and_then(|out| out.error.errors.into_iter().next());
    reason.map(|reason| reason.reason).unwrap_or_default()
}

#[derive(Deserialize)]
struct PermissionsOut {
    #[serde(default)]
    permissions: Vec<String>,
}

/// The rights that somebody has, of those that were asked for.
pub(super) fn permissions(json: &[u8]) -> Vec<String> {
    let read: Option<PermissionsOut> = serde_json::from_slice(json).ok();
    read.map(|out| out.permissions).unwrap_or_default()
}

/// An error in plain words. `object` is the address of one, when it is about one.
pub(crate) fn error(status: u16, reason: &str, bucket: &str, object: Option<&str>) -> BlobError {
    let denied = |text: String| BlobError::new(Fault::Denied, text);
    match (reason, status) {
        ("rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded", _) | (_, 429) => {
            BlobError::later("The storage asks for fewer requests. It is tried again later.")
        }
        ("userProjectMissing" | "required", 400) => denied(format!(
            "The bucket {bucket} lets those who read it pay for it, which is not supported."
        )),
        ("accountDisabled" | "accountDelinquent", _) => {
            denied(format!("The account of the bucket {bucket} is closed."))
        }
        (_, 401) => BlobError::new(
            Fault::Keys,
            "Google Cloud Storage does not take the tokens of this service account.",
        ),
        (_, 403) => {
            let place = object.map_or(format!("the bucket {bucket}"), str::to_owned);
            denied(format!(
                "Access to {place} was denied: the service account lacks the right."
            ))
        }
        (_, 404) => match object {
            Some(address) => BlobError::missing(format!("{address} not found.")),
            None => BlobError::missing(format!("Cannot find bucket {bucket} in Google Cloud Storage")),
        },
        (_, 416) => BlobError::new(Fault::Range, "The range is outside of the object"),
        (_, 408 | 500..) => BlobError::later("The storage has a fault of its own. It is tried again later."),
        _ => BlobError::new(Fault::Unknown, format!("The storage answered with status {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let json = "{\"items\": [{\"name\": \"b\", \"size\": \"12\", \"updated\": \"2026-11-23T08:38:09Z\", \"generation\": \"7\"},\
            {\"name\": \"a é\", \"md5Hash\": \"x\"}], \"prefixes\": [\"c/\"], \"nextPageToken\": \"t\"}";
        let list = list(json.as_bytes()).expect("a list");
        assert_eq!(
            (list.objects[0].key.as_str(), list.objects[0].etag.as_str()),
            ("a é", "x")
        );
        assert_eq!((list.objects[1].size, list.objects[1].etag.as_str()), (12, "7"));
        assert!(list.is_truncated && list.last.starts_with("c/"));
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        assert!(list(b"{}").expect("an empty bucket").objects.is_empty());
        for bad in [
            &b""[..],
            b"[]x",
            b"<html>",
            b"\xff",
            b"{\"items\": 7}",
            b"{\"items\": [{}]}",
        ] {
            assert!(list(bad).is_err());
        }
    }

    #[test]
    fn sec_143_errors_are_in_plain_words() {
        let json = b"{\"error\": {\"code\": 403, \"message\": \"secret\", \"errors\": [{\"reason\": \"forbidden\"}]}}";
        assert_eq!(reason(json), "forbidden");
        assert_eq!(reason(b"<html>"), "");
        assert_eq!(
            error(404, "notFound", "b", None).text,
            "Cannot find bucket b in Google Cloud Storage"
        );
        assert_eq!(
            error(404, "notFound", "b", Some("gs://b/x")).text,
            "gs://b/x not found."
        );
        assert!(error(403, "rateLimitExceeded", "b", None).may_pass());
        assert!(error(503, "", "b", None).may_pass());
    }
}

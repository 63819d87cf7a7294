//! What Azure answers, read: lists and errors. An endpoint may lead anywhere, so they are hostile.

use chrono::DateTime;
use percent_encoding::percent_decode_str;
use roxmltree::{Document, Node, ParsingOptions};

use crate::web::{Listed, behind_folder, no_list};
use crate::{BlobError, Fault, Object};

fn parsed(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: 1_000_000,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text.trim_start_matches('\u{feff}'), options).ok()
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text()
}

/// A name; one that XML cannot hold is encoded.
fn name(node: Node<'_, '_>) -> Option<String> {
    let node = child(node, "Name")?;
    let text = node.text()?;
    if node
        .attribute("Encoded")
        .is_some_and(|is| is.eq_ignore_ascii_case("true"))
    {
        percent_decode_str(text).decode_utf8().ok().map(String::from)
    } else {
        Some(text.to_owned())
    }
}

/// A list, and whether the account keeps objects in real folders: then it is in another order.
pub(crate) fn list(xml: &[u8]) -> Result<(Listed, bool), BlobError> {
    let document = std::str::from_utf8(xml).ok().and_then(parsed).ok_or_else(no_list)?;
    let root = document.root_element();
    if root.tag_name().name() != "EnumerationResults" {
        return Err(no_list());
    }
    let token = text(root, "NextMarker").filter(|marker| !marker.is_empty());
    let mut list = Listed {
        objects: Vec::new(),
        last: String::new(),
        token: token.map(str::to_owned),
        is_truncated: token.is_some(),
    };
    let mut is_tree = false;
    for node in child(root, "Blobs").iter().flat_map(Node::children) {
        match node.tag_name().name() {
            "Blob" => {
                let key = name(node).ok_or_else(no_list)?;
                list.last = list.last.max(key.clone());
                let properties = child(node, "Properties");
                let of = |name: &str| properties.and_then(|node| text(node, name));
                let kind = of("ResourceType");
                is_tree |= kind.is_some();
                if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("directory")) {
                    continue;
                }
                list.objects.push(Object {
                    size: of("Content-Length").and_then(|size| size.parse().ok()).unwrap_or(0),
                    modified: of("Last-Modified")
                        .and_then(|at| DateTime::parse_from_rfc2822(at).ok())
                        .map(|at| at.timestamp_micros()),
                    etag: of("Etag").unwrap_or_default().trim_matches('"').to_owned(),
                    key,
                });
            }
            "BlobPrefix" => {
                let folder = name(node).unwrap_or_default();
                list.last = list.last.max(behind_folder(&folder));
            }
            _ => {}
        }
    }
    list.objects.sort_by(|one, other| one.key.cmp(&other.key));
    Ok((list, is_tree))
}

/// What somebody who was refused has entered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum With {
    Key,
    Sas,
    Principal,
}

/// An error in plain words. `subject` is the container, or the object's address.
pub(crate) fn error(status: u16, code: &str, container: &str, subject: &str, with: With) -> BlobError {
    let denied = |text: String| BlobError::new(Fault::Denied, text);
    let bad_keys = |text: String| BlobError::new(Fault::Keys, text);
    match (code, status) {
        ("AuthenticationFailed" | "InvalidAuthenticationInfo" | "NoAuthenticationInformation", _) | ("", 401 | 403) => {
            bad_keys(match with {
                With::Key => "The account key does not fit the account name.".to_owned(),
                With::Sas => "The SAS token is not valid or has expired. Enter a new one.".to_owned(),
                With::Principal => "The storage does not take the tokens of this service principal.".to_owned(),
            })
        }
        // Wrong signatures, too, say some servers.
        ("AuthorizationFailure", _) => bad_keys(format!(
            "{}, or the account's firewall keeps this server out.",
            match with {
                With::Key => "The account key does not fit the account name",
                With::Sas => "The SAS token is not valid or has expired",
                With::Principal => "The service principal lacks the role",
            }
        )),
        (
            "AuthorizationPermissionMismatch"
            | "AuthorizationResourceTypeMismatch"
            | "AuthorizationServiceMismatch"
            | "InsufficientAccountPermissions",
            _,
        ) => denied(format!(
            "Access to {subject} was denied: these credentials lack the right."
        )),
        ("AuthorizationProtocolMismatch" | "AccountRequiresHttps", _) => {
            denied("The account is reached by https only.".to_owned())
        }
        ("AuthorizationSourceIPMismatch", _) => {
            denied("The SAS token does not count for the address of this server.".to_owned())
        }
        ("KeyBasedAuthenticationNotPermitted", _) => {
            denied("The account takes neither keys nor SAS tokens. Connect it with a service principal.".to_owned())
        }
        ("AccountIsDisabled", _) => denied("The account is disabled.".to_owned()),
        ("ContainerNotFound" | "ContainerBeingDeleted" | "ContainerDisabled", _) => {
            BlobError::missing(format!("Cannot find container {container} in Azure"))
        }
        ("BlobArchived" | "BlobBeingRehydrated", _) => BlobError::new(
            Fault::Unknown,
            format!("{subject} lies in the archive and cannot be read before it is rehydrated."),
        ),
        ("BlobImmutableDueToPolicy" | "LeaseIdMissing" | "SnapshotsPresent", _) => {
            denied(format!("{subject} is locked in the storage."))
        }
        ("BlobNotFound" | "ResourceNotFound", _) | (_, 404) => BlobError::missing(format!("{subject} not found.")),
        (_, 401 | 403) => denied(format!("Access to {subject} was denied.")),
        (_, 416) => BlobError::new(Fault::Range, "The range is outside of the object"),
        ("ServerBusy", _) | (_, 429) => {
            BlobError::later("The storage asks for fewer requests. It is tried again later.")
        }
        (_, 500..) => BlobError::later("The storage has a fault of its own. It is tried again later."),
        ("", _) => BlobError::new(Fault::Unknown, format!("The storage answered with status {status}")),
        _ => BlobError::new(
            Fault::Unknown,
            format!("The storage answered with status {status} ({code})"),
        ),
    }
}

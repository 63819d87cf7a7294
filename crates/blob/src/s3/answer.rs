//! What S3 answers, read: lists and errors. Answers come from wherever an endpoint leads, so they are hostile.

use chrono::DateTime;
use percent_encoding::percent_decode_str;
use roxmltree::{Document, Node, ParsingOptions};

use crate::web::{Listed, behind_folder, no_list};
use crate::{BlobError, Fault, Object};

fn parsed(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: 100_000,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).ok()
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.children().find(|child| child.tag_name().name() == name)?.text()
}

/// Reads a list of version 2.
pub(crate) fn list(xml: &[u8]) -> Result<Listed, BlobError> {
    let wrong = no_list;
    let document = std::str::from_utf8(xml).ok().and_then(parsed).ok_or_else(wrong)?;
    let root = document.root_element();
    if root.tag_name().name() != "ListBucketResult" {
        return Err(wrong());
    }
    let is_encoded = text(root, "EncodingType").is_some_and(|kind| kind.eq_ignore_ascii_case("url"));
    let decode = |text: &str| {
        if is_encoded {
            // Spaces come as plus signs, and those as %2B.
            let text = text.replace('+', " ");
            percent_decode_str(&text)
                .decode_utf8()
                .map(String::from)
                .map_err(|_| wrong())
        } else {
            Ok(text.to_owned())
        }
    };
    let mut list = Listed {
        objects: Vec::new(),
        last: String::new(),
        token: text(root, "NextContinuationToken").map(str::to_owned),
        is_truncated: text(root, "IsTruncated") == Some("true"),
    };
    for node in root.children() {
        match node.tag_name().name() {
            "Contents" => {
                let key = decode(text(node, "Key").ok_or_else(wrong)?)?;
                list.last = list.last.max(key.clone());
                let size = text(node, "Size").and_then(|size| size.parse().ok()).unwrap_or(0);
                let modified = text(node, "LastModified")
                    .and_then(|at| DateTime::parse_from_rfc3339(at).ok())
                    .map(|at| at.timestamp_micros());
                let etag = match text(node, "ETag").unwrap_or_default().trim_matches('"') {
                    // Some stores give none in lists: another content shows by these then.
                    "" => format!("{size}-{}", modified.unwrap_or_default()),
                    etag => etag.to_owned(),
                };
                list.objects.push(Object {
                    key,
                    size,
                    modified,
                    etag,
                });
            }
            "CommonPrefixes" => {
                let folder = decode(text(node, "Prefix").unwrap_or_default())?;
                list.last = list.last.max(behind_folder(&folder));
            }
            _ => {}
        }
    }
    list.objects.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(list)
}

/// The code of an error, `NoSuchBucket`.
pub(crate) fn code(xml: &[u8]) -> Option<String> {
    let document = std::str::from_utf8(xml).ok().and_then(parsed)?;
    // S3 has it in the root, the token service one level below.
    let code = document
        .descendants()
        .find(|node| node.tag_name().name() == "Code")?
        .text()?;
    (code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| code.to_owned())
}

/// An error in plain words. `subject` is the bucket, or the object's address.
pub(crate) fn error(status: u16, code: &str, bucket: &str, subject: &str) -> BlobError {
    let because = |fault: Fault, reason: &str| {
        let text = format!("Cannot connect to S3 {bucket} with specified AWS credentials: {reason}");
        BlobError::new(fault, text)
    };
    let bad_keys = |reason: &str| because(Fault::Keys, reason);
    let denied = |reason: &str| because(Fault::Denied, reason);
    match (code, status) {
        ("InvalidAccessKeyId", _) => bad_keys("the storage does not know this access key ID."),
        ("SignatureDoesNotMatch", _) => bad_keys("the secret access key does not fit the access key ID."),
        ("ExpiredToken" | "TokenRefreshRequired", _) => {
            bad_keys("the session token has expired. Enter new credentials.")
        }
        ("InvalidToken", _) => bad_keys("the session token is not valid."),
        ("RequestTimeTooSkewed", _) => bad_keys("the clock of this server and that of the storage differ too much."),
        ("NoSuchBucket", _) => BlobError::missing(format!("Cannot find bucket {bucket} in S3")),
        ("NoSuchKey", _) | (_, 404) => BlobError::missing(format!("{subject} not found.")),
        ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _)
        | (_, 301 | 307) => BlobError::new(Fault::Denied, format!("The bucket {bucket} is in another region.")),
        ("AccessDenied" | "AllAccessDisabled" | "AccountProblem", _) | (_, 401 | 403) => {
            denied(&format!("access to {subject} was denied."))
        }
        (_, 416) => BlobError::new(Fault::Range, "The range is outside of the object"),
        ("SlowDown" | "Throttling" | "RequestTimeout", _) | (_, 429) => {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_decoded() {
        let xml = b"<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>\
            <IsTruncated>true</IsTruncated><NextContinuationToken>t==</NextContinuationToken>\
            <Contents><Key>a/b+c%2B%C3%A9.jpg</Key><LastModified>2026-11-23T08:38:09.000Z</LastModified><ETag>&quot;abc&quot;</ETag>\
            <Size>12</Size></Contents><CommonPrefixes><Prefix>a/d/</Prefix></CommonPrefixes></ListBucketResult>";
        let list = list(xml).expect("a list");
        assert_eq!(list.objects[0].key, "a/b c+é.jpg");
        assert_eq!((list.objects[0].size, list.objects[0].etag.as_str()), (12, "abc"));
        assert_eq!(list.token.as_deref(), Some("t=="));
        assert!(list.is_truncated && list.last.starts_with("a/d/"));
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        for xml in [
            &b""[..],
            b"<html>",
            b"<Error><Code>X</Code></Error>",
            b"<ListBucketResult><Contents/></ListBucketResult>",
            b"\xff\xfe",
            b"<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult>&b;</ListBucketResult>",
        ] {
            assert!(list(xml).is_err());
        }
    }

    #[test]
    fn sec_143_errors_say_what_is_wrong_and_nothing_of_the_answer() {
        assert_eq!(
            code(b"<Error><Code>NoSuchBucket</Code><Message>secret</Message></Error>").as_deref(),
            Some("NoSuchBucket")
        );
        assert_eq!(code(b"<Error><Code>a b</Code></Error>"), None);
        assert_eq!(
            error(404, "NoSuchBucket", "b", "s3://b").text,
            "Cannot find bucket b in S3"
        );
        assert!(error(403, "InvalidAccessKeyId", "b", "").text.contains("access key ID"));
        assert!(error(503, "SlowDown", "b", "").may_pass());
        assert!(error(502, "", "b", "").may_pass());
    }
}

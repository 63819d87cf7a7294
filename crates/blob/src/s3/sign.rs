//! AWS Signature Version 4: by header for requests, in the query for links. Own code, because a signed link has to fix the content
//! type, and keys with empty parts, spaces or percent signs have to reach the store as they are.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::utf8_percent_encode;
use sha2::{Digest, Sha256};

use crate::web::{IN_PATH, UNRESERVED};

/// What keys a request is signed with.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) key_id: String,
    pub(super) secret: String,
    pub(super) token: Option<String>,
}

/// Where and when a signature counts.
pub(super) struct Scope<'a> {
    pub(super) region: &'a str,
    /// `s3`, or `sts`.
    pub(super) service: &'a str,
    pub(super) at: DateTime<Utc>,
}

/// A request as it is signed.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) host: &'a str,
    /// Encoded.
    pub(super) path: &'a str,
    /// Names and values that are not encoded yet.
    pub(super) query: Vec<(&'a str, String)>,
}

/// A key as part of a path.
pub(super) fn in_path(key: &str) -> String {
    utf8_percent_encode(key, IN_PATH).to_string()
}

/// A query in the order in which it is signed.
pub(super) fn encoded(query: &[(&str, String)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let mut parts: Vec<_> = query
        .iter()
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    parts.sort();
    let parts: Vec<_> = parts
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parts.join("&")
}

/// The SHA-256 of a body, as it is signed.
pub(super) fn digest(body: &[u8]) -> String {
    hexadecimal(&Sha256::digest(body))
}

/// The headers that sign a request; `more` are signed with it, and so is the digest of its body. Names are in lower case.
pub(super) fn headers(
    asked: &Asked<'_>,
    more: &[(&str, String)],
    hash: &str,
    scope: &Scope<'_>,
    credentials: &Credentials,
) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    headers.push(("x-amz-content-sha256".to_owned(), hash.to_owned()));
    headers.push(("x-amz-date".to_owned(), stamp(scope)));
    if let Some(token) = &credentials.token {
        headers.push(("x-amz-security-token".to_owned(), token.clone()));
    }
    let mut signed = headers.clone();
    signed.push(("host".to_owned(), asked.host.to_owned()));
    signed.sort();
    let names: Vec<_> = signed.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let mut canonical = format!("{}\n{}\n{}\n", asked.method, asked.path, encoded(&asked.query));
    for (name, value) in &signed {
        let _ = writeln!(canonical, "{name}:{}", value.trim());
    }
    let _ = write!(canonical, "\n{names}\n{hash}");
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={names},Signature={}",
        credentials.key_id,
        place(scope),
        signature(&canonical, scope, &credentials.secret)
    );
    headers.push(("authorization".to_owned(), value));
    headers
}

/// The query of a link that works for `seconds`.
pub(super) fn query(asked: &Asked<'_>, seconds: u32, scope: &Scope<'_>, credentials: &Credentials) -> String {
    let mut query = asked.query.clone();
    query.extend([
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
        ("X-Amz-Credential", format!("{}/{}", credentials.key_id, place(scope))),
        ("X-Amz-Date", stamp(scope)),
        ("X-Amz-Expires", seconds.to_string()),
        ("X-Amz-SignedHeaders", "host".to_owned()),
    ]);
    if let Some(token) = &credentials.token {
        query.push(("X-Amz-Security-Token", token.clone()));
    }
    let encoded = encoded(&query);
    let canonical = format!(
        "{}\n{}\n{encoded}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD",
        asked.method, asked.path, asked.host
    );
    format!(
        "{encoded}&X-Amz-Signature={}",
        signature(&canonical, scope, &credentials.secret)
    )
}

fn stamp(scope: &Scope<'_>) -> String {
    scope.at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn place(scope: &Scope<'_>) -> String {
    format!(
        "{}/{}/{}/aws4_request",
        scope.at.format("%Y%m%d"),
        scope.region,
        scope.service
    )
}

fn signature(canonical: &str, scope: &Scope<'_>, secret: &str) -> String {
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{}\n{}",
        stamp(scope),
        place(scope),
        digest(canonical.as_bytes())
    );
    let day = scope.at.format("%Y%m%d").to_string();
    let key = [day.as_str(), scope.region, scope.service, "aws4_request"]
        .iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part));
    hexadecimal(&mac(&key, &text))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    // The examples of the signature's specification.
    fn example() -> (Credentials, Scope<'static>) {
        let credentials = Credentials {
            // The key of the published examples; in two parts, since whole it looks like somebody's.
            key_id: concat!("AK", "IAIOSFODNN7EXAMPLE").to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            token: None,
        };
        let scope = Scope {
            region: "us-east-1",
            service: "s3",
            at: Utc.with_ymd_and_hms(2013, 5, 24, 0, 0, 0).single().expect("a time"),
        };
        (credentials, scope)
    }

    fn authorization(asked: &Asked<'_>, more: &[(&str, String)]) -> String {
        let (credentials, scope) = example();
        let headers = headers(asked, more, &digest(b""), &scope, &credentials);
        headers
            .into_iter()
            .find(|(name, _)| name == "authorization")
            .expect("signed")
            .1
    }

    #[test]
    fn requests_are_signed_as_the_specification_does() {
        let mut asked = Asked {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            query: Vec::new(),
        };
        let signed = authorization(&asked, &[("range", "bytes=0-9".to_owned())]);
        assert!(
            signed.ends_with("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
            "{signed}"
        );
        asked.path = "/";
        asked.query = vec![("prefix", "J".to_owned()), ("max-keys", "2".to_owned())];
        let signed = authorization(&asked, &[]);
        assert!(
            signed.ends_with("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
            "{signed}"
        );
    }

    #[test]
    fn links_are_signed_as_the_specification_does() {
        let (credentials, scope) = example();
        let asked = Asked {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            query: Vec::new(),
        };
        let query = query(&asked, 86_400, &scope, &credentials);
        assert!(
            query.ends_with("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"),
            "{query}"
        );
    }

    #[test]
    fn keys_keep_every_character() {
        assert_eq!(in_path("a b/#?%25+é"), "a%20b/%23%3F%2525%2B%C3%A9");
        assert_eq!(encoded(&[("b", "x/y".to_owned()), ("a", String::new())]), "a=&b=x%2Fy");
    }
}

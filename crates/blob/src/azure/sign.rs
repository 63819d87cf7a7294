//! How requests and links are signed: with the account's key ("Shared Key"), and with keys that are delegated to somebody.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::utf8_percent_encode;
use sha2::Sha256;

use crate::SignedHeaders;
use crate::web::UNRESERVED;

/// The version of the protocol that is spoken.
pub(super) const VERSION: &str = "2022-11-02";

/// A request as it is signed.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) account: &'a str,
    /// Encoded.
    pub(super) path: &'a str,
    pub(super) query: &'a [(&'a str, String)],
    /// All of them, names in lower case.
    pub(super) headers: &'a [(&'a str, String)],
    pub(super) length: u64,
}

/// The value of the header that signs a request.
pub(super) fn authorization(asked: &Asked<'_>, key: &[u8]) -> String {
    let of = |name: &str| {
        let found = asked.headers.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let length = if asked.length == 0 {
        String::new()
    } else {
        asked.length.to_string()
    };
    let mut text = format!("{}\n", asked.method);
    for name in ["content-encoding", "content-language"] {
        let _ = writeln!(text, "{}", of(name));
    }
    let _ = writeln!(text, "{length}");
    for name in [
        "content-md5",
        "content-type",
        "date",
        "if-modified-since",
        "if-match",
        "if-none-match",
        "if-unmodified-since",
        "range",
    ] {
        let _ = writeln!(text, "{}", of(name));
    }
    let mut own: Vec<_> = asked
        .headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-ms-"))
        .collect();
    own.sort();
    for (name, value) in own {
        let _ = writeln!(text, "{name}:{}", value.trim());
    }
    let _ = write!(text, "/{}{}", asked.account, asked.path);
    let mut query: Vec<_> = asked.query.iter().collect();
    query.sort();
    for (name, value) in query {
        let _ = write!(text, "\n{name}:{value}");
    }
    format!("SharedKey {}:{}", asked.account, signature(&text, key))
}

/// A key that was delegated to a principal, and what has to be said of it.
#[derive(Clone)]
pub(super) struct Delegation {
    pub(super) object: String,
    pub(super) tenant: String,
    pub(super) begins: String,
    pub(super) ends: String,
    pub(super) service: String,
    pub(super) version: String,
    pub(super) key: Vec<u8>,
}

/// Whose key signs a link.
pub(super) enum Signer<'a> {
    Account(&'a [u8]),
    Delegated(&'a Delegation),
}

/// The query of a link that reads one object until `ends`, which is answered with these headers.
pub(super) fn link(
    account: &str,
    container: &str,
    key: &str,
    ends: DateTime<Utc>,
    https_only: bool,
    headers: SignedHeaders<'_>,
    signer: &Signer<'_>,
) -> String {
    let ends = ends.to_rfc3339_opts(SecondsFormat::Secs, true);
    let resource = format!("/blob/{account}/{container}/{key}");
    let protocol = if https_only { "https" } else { "https,http" };
    let mut query: Vec<(&str, &str)> = vec![
        ("sp", "r"),
        ("se", &ends),
        ("spr", protocol),
        ("sv", VERSION),
        ("sr", "b"),
        ("rscd", headers.disposition),
        ("rsct", headers.content_type),
    ];
    // Fields that are empty stand here, too: identifier, address, snapshot, scope, and further headers of the answer.
    let answer = format!("b\n\n\n\n{}\n\n\n{}", headers.disposition, headers.content_type);
    let (text, key) = match signer {
        Signer::Account(key) => (
            format!("r\n\n{ends}\n{resource}\n\n\n{protocol}\n{VERSION}\n{answer}"),
            *key,
        ),
        Signer::Delegated(of) => {
            query.extend([
                ("skoid", of.object.as_str()),
                ("sktid", &of.tenant),
                ("skt", &of.begins),
                ("ske", &of.ends),
                ("sks", &of.service),
                ("skv", &of.version),
            ]);
            let whose = [&of.object, &of.tenant, &of.begins, &of.ends, &of.service, &of.version]
                .map(String::as_str)
                .join("\n");
            (
                format!("r\n\n{ends}\n{resource}\n{whose}\n\n\n\n\n{protocol}\n{VERSION}\n{answer}"),
                of.key.as_slice(),
            )
        }
    };
    let signature = signature(&text, key);
    query.push(("sig", &signature));
    let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let parts: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    parts.join("&")
}

fn signature(text: &str, key: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    BASE64.encode(mac.finalize().into_bytes())
}

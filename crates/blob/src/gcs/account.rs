//! Service accounts: a key that signs, for tokens and for links.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use labelkeep_net::{Client, Consumer, Exchange, Limits, Method};
use percent_encoding::utf8_percent_encode;
use rustls::SignatureScheme;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::SigningKey;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::web::{self, Clock, IN_PATH};
use crate::{BlobError, Fault, SignedHeaders};

/// Hosts of Google that give tokens (SEC-147).
const TOKEN_HOSTS: [&str; 3] = ["oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"];
/// How long a token is asked for, in seconds: the longest that there is.
const LIFE: i64 = 3_600;

/// A service account, with its key.
pub(super) struct Account {
    email: String,
    key_id: String,
    key: Arc<dyn SigningKey>,
    token_uri: String,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: i64,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl Account {
    /// Reads the file that Google gives out for a key. Files of other kinds name addresses, files or programs, and are refused
    /// (SEC-147). Tokens come from Google, or from where the installation says that its store is.
    pub(super) fn read(text: &str, endpoint: Option<&str>) -> Result<Account, String> {
        let file: Value = serde_json::from_str(text).map_err(|_| "This is not the JSON file of a key.".to_owned())?;
        let of = |name: &str| file.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        match of("type") {
            Some("service_account") => {}
            Some(_) => {
                return Err("Only keys of service accounts are taken, whose type is service_account.".to_owned());
            }
            None => return Err(missing(&["type"])),
        }
        let names = ["token_uri", "client_email", "private_key"];
        let absent: Vec<_> = names.into_iter().filter(|name| of(name).is_none()).collect();
        let (Some(token_uri), Some(email), Some(pem)) = (of("token_uri"), of("client_email"), of("private_key")) else {
            return Err(missing(&absent));
        };
        if !is_token_address(token_uri, endpoint) {
            return Err("The token_uri of this file is no address of Google.".to_owned());
        }
        if !is_email(email) {
            return Err("The client_email of this file is no address of a service account.".to_owned());
        }
        let broken = || "The private_key of this file cannot be read.".to_owned();
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| broken())?;
        let key = rustls::crypto::ring::sign::any_supported_type(&key).map_err(|_| broken())?;
        key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])
            .ok_or_else(broken)?;
        Ok(Account {
            email: email.to_owned(),
            key_id: of("private_key_id").unwrap_or_default().to_owned(),
            key,
            token_uri: token_uri.to_owned(),
        })
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, BlobError> {
        let failed = || BlobError::new(Fault::Unknown, "The key of the service account cannot sign");
        let signer = self
            .key
            .choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])
            .ok_or_else(failed)?;
        signer.sign(text.as_bytes()).map_err(|_| failed())
    }

    /// A token for the store, by a statement that the account signs (RFC 7523).
    pub(super) async fn token(
        &self,
        net: &Client,
        scope: &str,
        clock: &Clock,
    ) -> Result<(DateTime<Utc>, String), BlobError> {
        let mut may_learn = true;
        loop {
            let now = clock.now().timestamp();
            let head = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
            let claims = json!({
                "iss": self.email,
                "scope": scope,
                "aud": self.token_uri,
                "iat": now,
                "exp": now + LIFE,
            });
            let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
            let text = format!("{}.{}", encode(&head), encode(&claims));
            let assertion = format!("{text}.{}", URL_SAFE_NO_PAD.encode(self.sign(&text)?));
            let form = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", &assertion),
            ];
            let exchange = Exchange {
                method: Method::POST,
                url: self.token_uri.clone(),
                headers: web::headers(&[("content-type", "application/x-www-form-urlencoded".to_owned())]),
                body: web::form(&form).into_bytes(),
            };
            let answer = net.exchange(Consumer::Storage, exchange, Limits::sign_in()).await?;
            if (200..300).contains(&answer.status) {
                return granted(&answer.body);
            }
            if may_learn && clock.learn(&answer.headers) {
                may_learn = false;
                continue;
            }
            let code = serde_json::from_slice::<Refused>(&answer.body).map(|refused| refused.error);
            return Err(refused(answer.status, code.as_deref().unwrap_or_default()));
        }
    }

    /// The query of a link.
    pub(super) fn link(&self, asked: &Asked<'_>) -> Result<String, BlobError> {
        let (query, text) = asked.unsigned(&self.email);
        Ok(signed(&query, &self.sign(&text)?))
    }
}

/// What a link is to lead to.
pub(super) struct Asked<'a> {
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    /// How long it works.
    pub(super) seconds: u32,
    pub(super) headers: SignedHeaders<'a>,
    pub(super) at: DateTime<Utc>,
}

impl Asked<'_> {
    /// The query without its signature, and what is signed for it by the account of this address.
    pub(super) fn unsigned(&self, email: &str) -> (String, String) {
        let stamp = self.at.format("%Y%m%dT%H%M%SZ").to_string();
        let scope = format!("{}/auto/storage/goog4_request", self.at.format("%Y%m%d"));
        let mut query = [
            ("X-Goog-Algorithm", "GOOG4-RSA-SHA256".to_owned()),
            ("X-Goog-Credential", format!("{email}/{scope}")),
            ("X-Goog-Date", stamp.clone()),
            ("X-Goog-Expires", self.seconds.to_string()),
            ("X-Goog-SignedHeaders", "host".to_owned()),
            ("response-content-disposition", self.headers.disposition.to_owned()),
            ("response-content-type", self.headers.content_type.to_owned()),
        ];
        query.sort();
        let pairs: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let encoded = web::form(&pairs);
        let canonical = format!(
            "GET\n{}\n{encoded}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD",
            self.path, self.host
        );
        let hash = hexadecimal(&Sha256::digest(canonical.as_bytes()));
        (encoded, format!("GOOG4-RSA-SHA256\n{stamp}\n{scope}\n{hash}"))
    }
}

/// A query with its signature.
pub(super) fn signed(query: &str, signature: &[u8]) -> String {
    format!("{query}&X-Goog-Signature={}", hexadecimal(signature))
}

/// The token in an answer of a token service, and until when it serves.
pub(super) fn granted(json: &[u8]) -> Result<(DateTime<Utc>, String), BlobError> {
    let wrong = || BlobError::new(Fault::Unknown, "Google answered something that is no token");
    let granted: Granted = serde_json::from_slice(json).map_err(|_| wrong())?;
    if !granted.access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong());
    }
    let life = TimeDelta::seconds(granted.expires_in.clamp(0, LIFE));
    Ok((Utc::now() + life, granted.access_token))
}

/// Whether this can be the address of a service account.
pub(super) fn is_email(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_".contains(&byte);
    !text.is_empty() && text.len() <= 320 && text.bytes().all(known)
}

fn missing(names: &[&str]) -> String {
    format!(
        "Service account info was not in the expected format, missing fields {}.",
        names.join(", ")
    )
}

fn is_token_address(text: &str, endpoint: Option<&str>) -> bool {
    let Ok(url) = labelkeep_net::Url::parse(text) else {
        return false;
    };
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let at_google = url.scheme() == "https"
        && url.port().is_none()
        && url.host_str().is_some_and(|host| TOKEN_HOSTS.contains(&host));
    let of_installation = endpoint
        .and_then(|endpoint| labelkeep_net::Url::parse(endpoint).ok())
        .is_some_and(|endpoint| endpoint.origin() == url.origin());
    plain && (at_google || of_installation)
}

fn refused(status: u16, code: &str) -> BlobError {
    let denied = |text: &str| BlobError::new(Fault::Keys, text);
    match (code, status) {
        (_, 429 | 500..) => BlobError::later("Google's token service has a fault of its own. It is tried again later."),
        ("invalid_grant" | "invalid_client" | "unauthorized_client", _) => {
            denied("Google does not take this key: it was deleted or disabled, or its service account was.")
        }
        _ => denied("Google gave no token for this key."),
    }
}

pub(super) fn in_path(key: &str) -> String {
    utf8_percent_encode(key, IN_PATH).to_string()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Account::read(text, Some("http://127.0.0.1:9")).err().expect("refused")
    }

    #[test]
    fn sec_147_only_keys_of_service_accounts_with_tokens_of_google_are_taken() {
        for kind in [
            "external_account",
            "authorized_user",
            "impersonated_service_account",
            "gdch_service_account",
        ] {
            let file =
                format!("{{\"type\": \"{kind}\", \"credential_source\": {{\"url\": \"http://169.254.169.254/\"}}}}");
            assert!(refusal(&file).contains("Only keys of service accounts"), "{kind}");
        }
        assert_eq!(
            refusal("{\"type\": \"service_account\", \"private_key\": \"x\"}"),
            "Service account info was not in the expected format, missing fields token_uri, client_email."
        );
        for text in ["", "[]", "7", "{}", "{\"type\": 1}", "/etc/passwd"] {
            refusal(text);
        }
        for (address, is_taken) in [
            ("https://oauth2.googleapis.com/token", true),
            ("http://127.0.0.1:9/token", true),
            ("http://oauth2.googleapis.com/token", false),
            ("https://oauth2.googleapis.com.evil.example/token", false),
            ("https://evil.example/oauth2.googleapis.com", false),
            ("https://oauth2.googleapis.com:8443/token", false),
            ("https://user@oauth2.googleapis.com/token", false),
            ("http://169.254.169.254/token", false),
            ("http://127.0.0.1:10/token", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(
                is_token_address(address, Some("http://127.0.0.1:9")),
                is_taken,
                "{address}"
            );
        }
        assert!(!is_token_address("http://127.0.0.1:9/token", None));
    }
}

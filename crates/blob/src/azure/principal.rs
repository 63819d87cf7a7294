//! Service principals: an application of a directory (Entra ID) that gets tokens for a secret, and keys to sign links with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use labelkeep_net::{Client, Consumer, Exchange, Limits, Method};
use roxmltree::Document;
use serde::Deserialize;

use super::sign::Delegation;
use crate::web::{self, Kept};
use crate::{BlobError, Fault};

/// What tokens are for.
const SCOPE: &str = "https://storage.azure.com/.default";
/// How long a key that signs links serves, in hours; it may be up to seven days.
pub(super) const DELEGATION_HOURS: i64 = 6;

pub(super) struct Principal {
    pub(super) net: Client,
    pub(super) authority: String,
    pub(super) tenant: String,
    pub(super) client: String,
    pub(super) secret: String,
    pub(super) token: Kept<String>,
    pub(super) delegation: Kept<Delegation>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl Principal {
    /// A token, asked for when there is none that serves.
    pub(super) async fn token(&self) -> Result<String, BlobError> {
        self.token.get(self.granted()).await
    }

    /// The grant of RFC 6749 §4.4.
    async fn granted(&self) -> Result<(DateTime<Utc>, String), BlobError> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.client.as_str()),
            ("client_secret", self.secret.as_str()),
            ("scope", SCOPE),
        ];
        let exchange = Exchange {
            method: Method::POST,
            url: format!("{}/{}/oauth2/v2.0/token", self.authority, self.tenant),
            headers: web::headers(&[("content-type", "application/x-www-form-urlencoded".to_owned())]),
            body: web::form(&form).into_bytes(),
        };
        let answer = self
            .net
            .exchange(Consumer::Storage, exchange, Limits::sign_in())
            .await?;
        if !(200..300).contains(&answer.status) {
            let code = serde_json::from_slice::<Refused>(&answer.body).map(|refused| refused.error);
            return Err(refused(answer.status, code.as_deref().unwrap_or_default()));
        }
        let granted: Granted = serde_json::from_slice(&answer.body).map_err(|_| no_token())?;
        if !granted.access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(no_token());
        }
        let life = TimeDelta::seconds(granted.expires_in.clamp(0, 86_400));
        Ok((Utc::now() + life, granted.access_token))
    }
}

fn no_token() -> BlobError {
    BlobError::new(
        Fault::Unknown,
        "Microsoft's directory answered something that is no token",
    )
}

fn refused(status: u16, code: &str) -> BlobError {
    let denied = |text: &str| BlobError::new(Fault::Keys, text);
    match (code, status) {
        ("invalid_client", _) => {
            denied("The client secret is wrong or has expired, or belongs to another application.")
        }
        ("unauthorized_client", _) => {
            denied("The directory of this tenant does not know the application with this client ID.")
        }
        ("invalid_request" | "invalid_tenant", _) | (_, 404) => denied("There is no directory with this tenant ID."),
        (_, 429 | 500..) => BlobError::later("Microsoft's directory has a fault of its own. It is tried again later."),
        _ => denied("Microsoft's directory gave no token for these credentials."),
    }
}

/// What is sent to ask for a key that signs links.
pub(super) fn key_info(begins: DateTime<Utc>, ends: DateTime<Utc>) -> String {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>{}</Start><Expiry>{}</Expiry></KeyInfo>",
        text(begins),
        text(ends)
    )
}

/// The key in the answer, and until when it serves.
pub(super) fn delegation(xml: &[u8]) -> Option<(DateTime<Utc>, Delegation)> {
    let text = std::str::from_utf8(xml).ok()?;
    let document = Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let root = document.root_element();
    let of = |name: &str| {
        let text = root.children().find(|child| child.tag_name().name() == name)?.text()?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        is_plain.then(|| text.to_owned())
    };
    let ends = of("SignedExpiry")?;
    Some((
        DateTime::parse_from_rfc3339(&ends).ok()?.with_timezone(&Utc),
        Delegation {
            object: of("SignedOid")?,
            tenant: of("SignedTid")?,
            begins: of("SignedStart")?,
            ends,
            service: of("SignedService")?,
            version: of("SignedVersion")?,
            key: BASE64.decode(of("Value")?).ok()?,
        },
    ))
}

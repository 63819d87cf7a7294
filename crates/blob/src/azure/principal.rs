//! Service principals: an application of a directory (Entra ID) that gets tokens for a secret, and keys to sign links with. It may be
//! the installation itself.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use labelkeep_net::{Client, Consumer, Exchange, Limits, Method};
use roxmltree::Document;
use serde::Deserialize;
use serde_json::Value;

use super::sign::Delegation;
use crate::web::{self, Kept};
use crate::{BlobError, Fault, Installation, ambient};

/// What tokens are for.
const SCOPE: &str = "https://storage.azure.com/.default";
/// The same, as machines name it.
const RESOURCE: &str = "https://storage.azure.com/";
/// How long a key that signs links serves, in hours; it may be up to seven days.
pub(super) const DELEGATION_HOURS: i64 = 6;

pub(super) struct Principal {
    pub(super) net: Client,
    pub(super) authority: String,
    pub(super) proof: Proof,
    pub(super) token: Kept<String>,
    pub(super) delegation: Kept<Delegation>,
}

/// How a principal shows who it is.
pub(super) enum Proof {
    /// An application, by what the form says.
    Form(Application, String),
    /// The installation itself.
    Server(Arc<Installation>),
}

/// An application of a directory.
#[derive(Debug, Clone)]
pub struct Application {
    /// The directory.
    pub tenant: String,
    /// The application in it.
    pub client: String,
}

/// Where the installation's own credentials for Azure come from, in this order. What is not set is not asked.
#[derive(Default)]
pub struct Entra {
    /// The account of `AZURE_BLOB_ACCOUNT_NAME`, and its key in base64.
    pub key: Option<(String, String)>,
    /// The application of `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`.
    pub application: Option<Application>,
    /// The file with a token of the platform's identity provider that stands for the application (workload identity).
    pub token_file: Option<PathBuf>,
    /// The application's secret.
    pub secret: Option<String>,
    /// Where the metadata service of the machine is, without a slash at the end; none: it is not asked.
    pub metadata: Option<String>,
}

impl std::fmt::Debug for Entra {
    /// Without keys.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Entra")
            .field("application", &self.application)
            .field("token_file", &self.token_file)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// Seconds; machines give it as a text.
    expires_in: Value,
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

    async fn granted(&self) -> Result<(DateTime<Utc>, String), BlobError> {
        let installation = match &self.proof {
            Proof::Form(application, secret) => {
                return self.of_application(application, ("client_secret", secret)).await;
            }
            Proof::Server(installation) => installation,
        };
        let entra = &installation.ambient.azure;
        match (&entra.application, &entra.token_file, &entra.secret, &entra.metadata) {
            (Some(application), Some(path), _, _) => {
                let token = ambient::file(path).await?;
                self.of_application(application, ("client_assertion", token.trim()))
                    .await
            }
            (Some(application), None, Some(secret), _) => {
                self.of_application(application, ("client_secret", secret)).await
            }
            (application, _, _, Some(base)) => {
                let client = application.as_ref().map(|application| application.client.as_str());
                self.of_machine(base, client).await
            }
            _ => Err(ambient::none("none are configured for Azure.")),
        }
    }

    /// The managed identity of the machine; of several, the one of this client.
    async fn of_machine(&self, base: &str, client: Option<&str>) -> Result<(DateTime<Utc>, String), BlobError> {
        let mut query = vec![("api-version", "2018-02-01"), ("resource", RESOURCE)];
        query.extend(client.map(|client| ("client_id", client)));
        let url = format!("{base}/metadata/identity/oauth2/token?{}", web::form(&query));
        let headers = web::headers(&[("metadata", "true".to_owned())]);
        let answer = ambient::platform(&self.net, Method::GET, url, headers).await?;
        granted(&answer.body)
    }

    /// The grant of RFC 6749 §4.4, with a secret or with another provider's statement (RFC 7523).
    async fn of_application(
        &self,
        application: &Application,
        (name, proof): (&str, &str),
    ) -> Result<(DateTime<Utc>, String), BlobError> {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", application.client.as_str()),
            ("scope", SCOPE),
            (name, proof),
        ];
        if name == "client_assertion" {
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            form.push(("client_assertion_type", kind));
        }
        let exchange = Exchange {
            method: Method::POST,
            url: format!("{}/{}/oauth2/v2.0/token", self.authority, application.tenant),
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
        granted(&answer.body)
    }
}

fn granted(json: &[u8]) -> Result<(DateTime<Utc>, String), BlobError> {
    let granted: Granted = serde_json::from_slice(json).map_err(|_| no_token())?;
    let seconds = match &granted.expires_in {
        Value::String(text) => text.parse().ok(),
        number => number.as_i64(),
    };
    let is_plain = granted.access_token.bytes().all(|byte| byte.is_ascii_graphic());
    match seconds {
        Some(seconds) if is_plain => {
            let life = TimeDelta::seconds(seconds.clamp(0, 86_400));
            Ok((Utc::now() + life, granted.access_token))
        }
        _ => Err(no_token()),
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

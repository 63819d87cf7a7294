//! The installation's own credentials for Google Cloud Storage, from where Google's tools take them (application default
//! credentials): a file that the installation names, or the metadata service of the machine. Such a file may be the key of a service
//! account, or say how a token of another identity provider is exchanged (workload identity federation, RFC 8693); users may give
//! the first kind alone (SEC-147).

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use labelkeep_net::{Answer, Client, Consumer, Exchange, Limits, Method, Url};
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::{Account, Asked, granted, is_email};
use crate::web::{self, Clock, Kept};
use crate::{BlobError, Fault, ambient};

/// What tokens of an account whose key is here are for: it signs links by itself.
const STORAGE_SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";
/// What tokens of others are for, by which they let Google sign, too; the rights are those of the account.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// Where accounts sign without giving their key away.
const IAM: &str = "https://iamcredentials.googleapis.com";
/// How long a file counts as read, in minutes.
const FILE_LIFE: i64 = 10;

/// Where the credentials may come from. What is not set is not asked.
#[derive(Default)]
pub struct Google {
    /// The file of `GOOGLE_APPLICATION_CREDENTIALS`.
    pub file: Option<PathBuf>,
    /// Where the metadata service of the machine is, without a slash at the end; none: it is not asked.
    pub metadata: Option<String>,
    source: Kept<Source>,
    token: Kept<String>,
    email: Kept<String>,
}

impl std::fmt::Debug for Google {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Google")
            .field("file", &self.file)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Source {
    Account(Arc<Account>),
    Federated(Arc<Federated>),
    /// The machine, by its metadata service.
    Machine(String),
}

/// A token of another identity provider, and where it is exchanged for one of Google.
#[derive(Deserialize)]
struct Federated {
    audience: String,
    subject_token_type: String,
    token_url: String,
    #[serde(default)]
    service_account_impersonation_url: Option<String>,
    credential_source: TokenSource,
}

#[derive(Deserialize)]
struct TokenSource {
    #[serde(default)]
    file: Option<PathBuf>,
    #[serde(default)]
    format: Option<Format>,
}

#[derive(Deserialize)]
struct Format {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    subject_token_field_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Impersonated {
    access_token: String,
    expire_time: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    signed_blob: String,
}

impl Google {
    async fn source(&self, endpoint: Option<&str>) -> Result<Source, BlobError> {
        self.source.get(self.found(endpoint)).await
    }

    async fn found(&self, endpoint: Option<&str>) -> Result<(DateTime<Utc>, Source), BlobError> {
        let source = match (&self.file, &self.metadata) {
            (Some(path), _) => of_file(&ambient::file(path).await?, endpoint).map_err(|reason| {
                tracing::error!(reason, "GOOGLE_APPLICATION_CREDENTIALS cannot be used");
                ambient::none("the file of its Google credentials cannot be used.")
            })?,
            (None, Some(base)) => Source::Machine(base.clone()),
            (None, None) => return Err(ambient::none("none are configured for Google.")),
        };
        Ok((Utc::now() + TimeDelta::minutes(FILE_LIFE), source))
    }

    /// A token, asked for when there is none that serves. `endpoint` is where the installation's store and its token service are, when
    /// that is not Google.
    pub(super) async fn token(&self, net: &Client, endpoint: Option<&str>, clock: &Clock) -> Result<String, BlobError> {
        let asked = async {
            match self.source(endpoint).await? {
                Source::Account(account) => account.token(net, STORAGE_SCOPE, clock).await,
                Source::Federated(federated) => federated.token(net).await,
                Source::Machine(base) => {
                    let answer = of_machine(net, &base, "token").await?;
                    granted(&answer.body)
                }
            }
        };
        self.token.get(asked).await
    }

    /// Forgets the token: the store does not take it any more.
    pub(super) async fn forget(&self) {
        self.token.forget().await;
    }

    /// The query of a link; none where no service account signs.
    pub(super) async fn link(
        &self,
        net: &Client,
        endpoint: Option<&str>,
        clock: &Clock,
        asked: &Asked<'_>,
    ) -> Result<Option<String>, BlobError> {
        let email = match self.source(endpoint).await? {
            Source::Account(account) => return account.link(asked).map(Some),
            Source::Federated(federated) => match federated.email() {
                Some(email) => email.to_owned(),
                None => return Ok(None),
            },
            Source::Machine(base) => {
                let found = async {
                    let answer = of_machine(net, &base, "email").await?;
                    let email = String::from_utf8_lossy(&answer.body).trim().to_owned();
                    if !is_email(&email) {
                        return Err(ambient::none("the machine has no service account."));
                    }
                    Ok((Utc::now() + TimeDelta::minutes(FILE_LIFE), email))
                };
                self.email.get(found).await?
            }
        };
        let token = self.token(net, endpoint, clock).await?;
        let (query, text) = asked.unsigned(&email);
        let base = endpoint.unwrap_or(IAM);
        let url = format!("{base}/v1/projects/-/serviceAccounts/{email}:signBlob");
        let body = json!({ "payload": BASE64.encode(text) });
        let answer = post(net, url, &token, &body).await?;
        if matches!(answer.status, 401 | 403) {
            return Err(BlobError::new(
                Fault::Denied,
                "The server's own account may not sign links: it lacks the role Service Account Token Creator for itself. \
                 Without signed links files go through this server.",
            ));
        }
        let signed: Signed = read(&answer)?;
        let signature = BASE64.decode(signed.signed_blob).map_err(|_| unreadable())?;
        Ok(Some(super::account::signed(&query, &signature)))
    }
}

/// What a file of the installation says.
fn of_file(text: &str, endpoint: Option<&str>) -> Result<Source, String> {
    let file: Value = serde_json::from_str(text).map_err(|_| "it is not JSON".to_owned())?;
    match file.get("type").and_then(Value::as_str) {
        Some("service_account") => Ok(Source::Account(Arc::new(Account::read(text, endpoint)?))),
        Some("external_account") => {
            let federated: Federated = serde_json::from_value(file).map_err(|error| error.to_string())?;
            if federated.credential_source.file.is_none() {
                return Err("its credential_source names no file; others are not taken".to_owned());
            }
            for address in [
                Some(&federated.token_url),
                federated.service_account_impersonation_url.as_ref(),
            ] {
                if address.is_some_and(|address| !is_of_google(address, endpoint)) {
                    return Err("an address in it is not one of Google".to_owned());
                }
            }
            Ok(Source::Federated(Arc::new(federated)))
        }
        _ => Err("its type is neither service_account nor external_account".to_owned()),
    }
}

fn is_of_google(address: &str, endpoint: Option<&str>) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let at_google = url.scheme() == "https"
        && url.port().is_none()
        && url.host_str().is_some_and(|host| host.ends_with(".googleapis.com"));
    let of_installation = endpoint
        .and_then(|endpoint| Url::parse(endpoint).ok())
        .is_some_and(|endpoint| endpoint.origin() == url.origin());
    url.username().is_empty() && (at_google || of_installation)
}

impl Federated {
    /// The account in whose name it acts.
    fn email(&self) -> Option<&str> {
        let (_, rest) = self
            .service_account_impersonation_url
            .as_deref()?
            .rsplit_once("/serviceAccounts/")?;
        rest.split(':').next().filter(|email| is_email(email))
    }

    async fn token(&self, net: &Client) -> Result<(DateTime<Utc>, String), BlobError> {
        let Some(path) = &self.credential_source.file else {
            return Err(unreadable());
        };
        let text = ambient::file(path).await?;
        let subject = self
            .credential_source
            .token(&text)
            .ok_or_else(|| ambient::none("the file of its identity token holds none."))?;
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", &self.audience),
            ("scope", SCOPE),
            ("subject_token", &subject),
            ("subject_token_type", &self.subject_token_type),
        ];
        let exchange = Exchange {
            method: Method::POST,
            url: self.token_url.clone(),
            headers: web::headers(&[("content-type", "application/x-www-form-urlencoded".to_owned())]),
            body: web::form(&form).into_bytes(),
        };
        let answer = net.exchange(Consumer::Storage, exchange, Limits::sign_in()).await?;
        check(&answer, "Google does not take its identity token.")?;
        let (ends, token) = granted(&answer.body)?;
        let Some(url) = &self.service_account_impersonation_url else {
            return Ok((ends, token));
        };
        let body = json!({ "scope": [SCOPE], "lifetime": "3600s" });
        let answer = post(net, url.clone(), &token, &body).await?;
        check(&answer, "it may not act for the service account of its configuration.")?;
        let found: Impersonated = read(&answer)?;
        if !found.access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unreadable());
        }
        Ok((found.expire_time, found.access_token))
    }
}

impl TokenSource {
    /// The token in the file, which is it, or JSON with it.
    fn token(&self, text: &str) -> Option<String> {
        let token = match &self.format {
            Some(format) if format.kind == "json" => {
                let json: Value = serde_json::from_str(text).ok()?;
                json.get(format.subject_token_field_name.as_deref()?)?
                    .as_str()?
                    .to_owned()
            }
            _ => text.trim().to_owned(),
        };
        (!token.is_empty()).then_some(token)
    }
}

async fn of_machine(net: &Client, base: &str, what: &str) -> Result<Answer, BlobError> {
    let headers = web::headers(&[("metadata-flavor", "Google".to_owned())]);
    let url = format!("{base}/computeMetadata/v1/instance/service-accounts/default/{what}");
    ambient::platform(net, Method::GET, url, headers).await
}

async fn post(net: &Client, url: String, token: &str, body: &Value) -> Result<Answer, BlobError> {
    let headers = [
        ("authorization", format!("Bearer {token}")),
        ("content-type", "application/json".to_owned()),
    ];
    let exchange = Exchange {
        method: Method::POST,
        url,
        headers: web::headers(&headers),
        body: body.to_string().into_bytes(),
    };
    Ok(net.exchange(Consumer::Storage, exchange, Limits::sign_in()).await?)
}

fn check(answer: &Answer, refused: &str) -> Result<(), BlobError> {
    match answer.status {
        200..300 => Ok(()),
        429 | 500.. => Err(BlobError::later(
            "Google's token service has a fault of its own. It is tried again later.",
        )),
        _ => Err(ambient::none(refused)),
    }
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, BlobError> {
    check(answer, "Google refuses it.")?;
    serde_json::from_slice(&answer.body).map_err(|_| unreadable())
}

fn unreadable() -> BlobError {
    BlobError::new(Fault::Unknown, "Google answered something that is no token")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn federated(change: &Value) -> Value {
        let mut file = json!({
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": "https://sts.googleapis.com/v1/token",
            "service_account_impersonation_url":
                "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken",
            "credential_source": { "file": "/var/run/token" },
        });
        if let (Some(file), Some(change)) = (file.as_object_mut(), change.as_object()) {
            file.extend(change.clone());
        }
        file
    }

    #[test]
    fn sec_147_files_of_the_installation_lead_to_google_and_run_nothing() {
        let Ok(Source::Federated(read)) = of_file(&federated(&json!({})).to_string(), None) else {
            panic!("it is taken");
        };
        assert_eq!(read.email(), Some("a@p.iam.gserviceaccount.com"));
        for bad in [
            json!({ "type": "authorized_user" }),
            json!({ "token_url": "https://sts.googleapis.com.evil.example/v1/token" }),
            json!({ "token_url": "http://sts.googleapis.com/v1/token" }),
            json!({ "service_account_impersonation_url": "http://169.254.169.254/serviceAccounts/a:x" }),
            json!({ "credential_source": { "executable": { "command": "/bin/sh" } } }),
            json!({ "credential_source": { "url": "http://169.254.169.254/" } }),
            json!({ "credential_source": {} }),
            json!({ "audience": 7 }),
        ] {
            assert!(of_file(&federated(&bad).to_string(), None).is_err(), "{bad}");
        }
        for bad in ["", "[]", "7", "{}"] {
            assert!(of_file(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn identity_tokens_are_a_text_or_in_json() {
        let source = |format: Value| -> TokenSource {
            serde_json::from_value(json!({ "file": "/x", "format": format })).expect("a source")
        };
        assert_eq!(source(Value::Null).token("abc\n").as_deref(), Some("abc"));
        assert_eq!(source(json!({ "type": "text" })).token(" "), None);
        let json = source(json!({ "type": "json", "subject_token_field_name": "id" }));
        assert_eq!(json.token("{\"id\": \"abc\"}").as_deref(), Some("abc"));
        assert_eq!(json.token("{\"id\": 7}"), None);
    }
}

//! The installation's own credentials for S3, from where Amazon's tools take them, in their order: variables, a web identity, a
//! file, a container, the machine.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use labelkeep_net::{Client, Consumer, Exchange, Limits, Method};
use serde::Deserialize;

use super::role;
use super::sign::{self, Credentials};
use super::{answer, domain};
use crate::web::{self, Kept};
use crate::{BlobError, ambient};

/// How long a file of keys counts as read, in minutes; somebody may write others to it.
const FILE_LIFE: i64 = 10;
/// How long a token of the machine's metadata service is asked for, in seconds.
const METADATA_TOKEN: &str = "300";

/// Where the credentials may come from. What is not set is not asked.
#[derive(Default)]
pub struct Aws {
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary ones, `AWS_SESSION_TOKEN`.
    pub keys: Option<(String, String, Option<String>)>,
    /// A token of the platform's identity provider, for a role.
    pub web_identity: Option<WebIdentity>,
    /// The file of `AWS_SHARED_CREDENTIALS_FILE`, and the part of it that counts.
    pub file: Option<(PathBuf, String)>,
    /// Where a container's credentials are.
    pub container: Option<Container>,
    /// Where the metadata service of the machine is, without a slash at the end; none: it is not asked.
    pub metadata: Option<String>,
    /// Whose token service is asked, `eu-central-1`.
    pub region: String,
    pub(super) kept: Kept<Credentials>,
}

/// A token that a role is taken on with (`AssumeRoleWithWebIdentity`).
#[derive(Debug, Clone)]
pub struct WebIdentity {
    /// The file with the token; the platform writes new ones to it.
    pub token_file: PathBuf,
    /// The role.
    pub role_arn: String,
    /// How the session is called in Amazon's records.
    pub session_name: String,
}

/// Where a container's credentials are.
#[derive(Debug, Clone)]
pub struct Container {
    /// The address.
    pub url: String,
    /// What it is shown, as a text or in a file.
    pub authorization: Option<String>,
    /// The file.
    pub authorization_file: Option<PathBuf>,
}

impl std::fmt::Debug for Aws {
    /// Without keys.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Aws")
            .field("web_identity", &self.web_identity)
            .field("file", &self.file)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

/// What containers and machines answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Given {
    access_key_id: String,
    secret_access_key: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    expiration: Option<String>,
}

impl Aws {
    /// The credentials, asked for when there are none that serve. `endpoint` is where the installation's store and its token service
    /// are, when that is not Amazon.
    pub(super) async fn get(&self, net: &Client, endpoint: Option<&str>) -> Result<Credentials, BlobError> {
        if let Some((key_id, secret, token)) = &self.keys {
            return Ok(Credentials {
                key_id: key_id.clone(),
                secret: secret.clone(),
                token: token.clone(),
            });
        }
        self.kept.get(self.asked(net, endpoint)).await
    }

    async fn asked(&self, net: &Client, endpoint: Option<&str>) -> Result<(DateTime<Utc>, Credentials), BlobError> {
        if let Some(identity) = &self.web_identity {
            return self.assumed(net, identity, endpoint).await;
        }
        if let Some((path, profile)) = &self.file
            && tokio::fs::try_exists(path).await.unwrap_or(false)
        {
            return of_file(path, profile).await;
        }
        if let Some(container) = &self.container {
            return of_container(net, container).await;
        }
        match &self.metadata {
            Some(base) => of_machine(net, base).await,
            None => Err(ambient::none("none are configured for S3.")),
        }
    }

    /// `AssumeRoleWithWebIdentity` of the token service's API of 2011-06-15; its proof is the token, not a signature.
    async fn assumed(
        &self,
        net: &Client,
        identity: &WebIdentity,
        endpoint: Option<&str>,
    ) -> Result<(DateTime<Utc>, Credentials), BlobError> {
        let base = match endpoint {
            Some(endpoint) => endpoint.to_owned(),
            None => format!("https://sts.{}.{}", self.region, domain(&self.region)),
        };
        let form = [
            ("Action", "AssumeRoleWithWebIdentity".to_owned()),
            ("Version", "2011-06-15".to_owned()),
            ("RoleArn", identity.role_arn.clone()),
            ("RoleSessionName", identity.session_name.clone()),
            (
                "WebIdentityToken",
                ambient::file(&identity.token_file).await?.trim().to_owned(),
            ),
        ];
        let exchange = Exchange {
            method: Method::POST,
            url: format!("{base}/"),
            headers: web::headers(&[("content-type", "application/x-www-form-urlencoded".to_owned())]),
            body: sign::encoded(&form).into_bytes(),
        };
        let answer = net.exchange(Consumer::S3, exchange, Limits::sign_in()).await?;
        if (200..300).contains(&answer.status) {
            return role::credentials(&answer.body)
                .ok_or_else(|| ambient::none("the token service answered something that is no credentials."));
        }
        let code = answer::code(&answer.body).unwrap_or_default();
        tracing::error!(
            status = answer.status,
            code,
            "the web identity of the server was not taken"
        );
        Err(match answer.status {
            429 | 500.. => BlobError::later("The token service has a fault of its own. It is tried again later."),
            _ => ambient::none("Amazon does not take its web identity for the role that it is configured with."),
        })
    }
}

/// Keys of a file as Amazon's tools keep them: parts in brackets, lines `name = value`.
async fn of_file(path: &Path, profile: &str) -> Result<(DateTime<Utc>, Credentials), BlobError> {
    let text = ambient::file(path).await?;
    let credentials =
        profile_of(&text, profile).ok_or_else(|| ambient::none("the file of its keys has none for its profile."))?;
    Ok((Utc::now() + TimeDelta::minutes(FILE_LIFE), credentials))
}

fn profile_of(text: &str, profile: &str) -> Option<Credentials> {
    let mut is_ours = false;
    let (mut key_id, mut secret, mut token) = (None, None, None);
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            is_ours = name.trim() == profile;
        } else if is_ours
            && !line.starts_with(['#', ';'])
            && let Some((name, value)) = line.split_once('=')
        {
            let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
            match name.trim().to_ascii_lowercase().as_str() {
                "aws_access_key_id" => key_id = value,
                "aws_secret_access_key" => secret = value,
                "aws_session_token" => token = value,
                _ => {}
            }
        }
    }
    Some(Credentials {
        key_id: key_id?,
        secret: secret?,
        token,
    })
}

async fn of_container(net: &Client, container: &Container) -> Result<(DateTime<Utc>, Credentials), BlobError> {
    let authorization = match &container.authorization_file {
        Some(path) => Some(ambient::file(path).await?.trim().to_owned()),
        None => container.authorization.clone(),
    };
    let headers: Vec<_> = authorization.map(|text| ("authorization", text)).into_iter().collect();
    let answer = ambient::platform(net, Method::GET, container.url.clone(), web::headers(&headers)).await?;
    given(&answer.body)
}

/// The metadata service of a machine, in its second version: a token first, which only a program on the machine gets.
async fn of_machine(net: &Client, base: &str) -> Result<(DateTime<Utc>, Credentials), BlobError> {
    let life = [("x-aws-ec2-metadata-token-ttl-seconds", METADATA_TOKEN.to_owned())];
    let url = format!("{base}/latest/api/token");
    let token = ambient::platform(net, Method::PUT, url, web::headers(&life)).await?;
    let token = web::headers(&[("x-aws-ec2-metadata-token", plain(&token.body)?)]);
    let roles = format!("{base}/latest/meta-data/iam/security-credentials/");
    let names = ambient::platform(net, Method::GET, roles.clone(), token.clone()).await?;
    let role = plain(&names.body)?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if role.is_empty() || !role.bytes().all(known) {
        return Err(ambient::none("the machine has no role."));
    }
    let answer = ambient::platform(net, Method::GET, format!("{roles}{role}"), token).await?;
    given(&answer.body)
}

/// The first line of an answer.
fn plain(body: &[u8]) -> Result<String, BlobError> {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let line = text.lines().next().unwrap_or_default();
    if line.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(line.to_owned())
    } else {
        Err(unreadable())
    }
}

fn unreadable() -> BlobError {
    ambient::none("the platform answered something that is no credentials.")
}

fn given(json: &[u8]) -> Result<(DateTime<Utc>, Credentials), BlobError> {
    let given: Given = serde_json::from_slice(json).map_err(|_| unreadable())?;
    let is_plain = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_whole = [&given.access_key_id, &given.secret_access_key]
        .into_iter()
        .chain(&given.token)
        .all(is_plain);
    if !is_whole {
        return Err(unreadable());
    }
    let ends = match &given.expiration {
        Some(text) => DateTime::parse_from_rfc3339(text).map_err(|_| unreadable())?.into(),
        None => Utc::now() + TimeDelta::minutes(FILE_LIFE),
    };
    Ok((
        ends,
        Credentials {
            key_id: given.access_key_id,
            secret: given.secret_access_key,
            token: given.token,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_keys_is_read_by_profile() {
        let text = "# keys\n[default]\naws_access_key_id = one\naws_secret_access_key=s=1\n\n[ work ]\n  AWS_ACCESS_KEY_ID=two\n\
                    ; aws_secret_access_key = old\naws_secret_access_key = s2\naws_session_token = t\n[empty]\naws_access_key_id=\n";
        let found = profile_of(text, "default").expect("keys");
        assert_eq!(
            (found.key_id.as_str(), found.secret.as_str(), found.token),
            ("one", "s=1", None)
        );
        let found = profile_of(text, "work").expect("keys");
        assert_eq!(
            (found.key_id.as_str(), found.secret.as_str(), found.token.as_deref()),
            ("two", "s2", Some("t"))
        );
        assert!(profile_of(text, "empty").is_none() && profile_of(text, "other").is_none());
    }

    #[test]
    fn answers_of_platforms_are_read_strictly() {
        let good = br#"{"AccessKeyId": "A", "SecretAccessKey": "s", "Token": "t", "Expiration": "2026-11-29T12:00:00Z", "Code": "Success"}"#;
        let (ends, found) = given(good).expect("credentials");
        assert_eq!((ends.timestamp(), found.token.as_deref()), (1_795_953_600, Some("t")));
        for bad in [
            &b""[..],
            b"[]",
            b"{}",
            br#"{"AccessKeyId": "", "SecretAccessKey": "s"}"#,
            br#"{"AccessKeyId": "A", "SecretAccessKey": "s\ns"}"#,
            br#"{"AccessKeyId": "A", "SecretAccessKey": "s", "Expiration": "soon"}"#,
        ] {
            assert!(given(bad).is_err());
        }
        assert!(plain(b"a b").is_err() && plain(b"\xff").is_ok_and(|text| text.is_empty()));
    }
}

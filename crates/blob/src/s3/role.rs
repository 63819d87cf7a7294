//! Whose keys requests are signed with: those of the form or of the installation, or temporary ones of a role that these may take on
//! (STS).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use labelkeep_net::{Client, Consumer, Exchange, Limits, Method};
use roxmltree::Document;

use super::answer;
use super::sign::{self, Asked, Credentials, Scope};
use crate::web::{self, Clock, Kept};
use crate::{BlobError, Fault, Installation};

/// How long the keys of a role serve, in seconds: the shortest limit that a role can have.
const LIFE: u32 = 3_600;

/// The keys of a bucket.
pub(super) enum Keys {
    Of(Holder),
    Role(Box<Role>),
}

impl Keys {
    pub(super) async fn get(&self, clock: &Clock) -> Result<Credentials, BlobError> {
        match self {
            Keys::Of(holder) => holder.get().await,
            Keys::Role(role) => role.kept.get(role.assume(clock)).await,
        }
    }

    /// Forgets keys that the store says are over; whether there may be others.
    pub(super) async fn forget(&self) -> bool {
        match self {
            Keys::Of(holder) => holder.forget().await,
            Keys::Role(role) => {
                role.kept.forget().await;
                // Those that the role is taken on with may be over, too.
                role.holder.forget().await;
                true
            }
        }
    }
}

/// Who has keys: whoever filled in the form, or the installation itself.
pub(super) enum Holder {
    Form(Credentials),
    Server(Client, Arc<Installation>),
}

impl Holder {
    async fn get(&self) -> Result<Credentials, BlobError> {
        match self {
            Holder::Form(credentials) => Ok(credentials.clone()),
            Holder::Server(net, installation) => {
                let endpoint = installation.s3_endpoint.as_deref();
                installation.ambient.aws.get(net, endpoint).await
            }
        }
    }

    async fn forget(&self) -> bool {
        match self {
            Holder::Form(_) => false,
            Holder::Server(_, installation) => {
                installation.ambient.aws.kept.forget().await;
                true
            }
        }
    }
}

/// A role, and who takes it on.
pub(super) struct Role {
    pub(super) net: Client,
    /// Scheme, host and port of the token service.
    pub(super) base: String,
    /// As the `Host` header says it.
    pub(super) host: String,
    pub(super) region: String,
    pub(super) holder: Holder,
    pub(super) arn: String,
    pub(super) external_id: Option<String>,
    pub(super) kept: Kept<Credentials>,
}

impl Role {
    /// `AssumeRole` of the token service's API of 2011-06-15.
    async fn assume(&self, clock: &Clock) -> Result<(DateTime<Utc>, Credentials), BlobError> {
        let mut form = vec![
            ("Action", "AssumeRole".to_owned()),
            ("Version", "2011-06-15".to_owned()),
            ("RoleArn", self.arn.clone()),
            ("RoleSessionName", "labelkeep".to_owned()),
            ("DurationSeconds", LIFE.to_string()),
        ];
        form.extend(self.external_id.iter().map(|id| ("ExternalId", id.clone())));
        let body = sign::encoded(&form).into_bytes();
        let mut may_learn = true;
        let keys = self.holder.get().await?;
        loop {
            let asked = Asked {
                method: "POST",
                host: &self.host,
                path: "/",
                query: Vec::new(),
            };
            let scope = Scope {
                region: &self.region,
                service: "sts",
                at: clock.now(),
            };
            let more = [(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
            )];
            let signed = sign::headers(&asked, &more, &sign::digest(&body), &scope, &keys);
            let exchange = Exchange {
                method: Method::POST,
                url: format!("{}/", self.base),
                headers: web::headers(&signed),
                body: body.clone(),
            };
            let answer = self.net.exchange(Consumer::S3, exchange, Limits::sign_in()).await?;
            if (200..300).contains(&answer.status) {
                return credentials(&answer.body).ok_or_else(|| {
                    BlobError::new(
                        Fault::Unknown,
                        "The token service answered something that is no credentials",
                    )
                });
            }
            let code = answer::code(&answer.body).unwrap_or_default();
            if may_learn && clock.learn(&answer.headers) {
                may_learn = false;
                continue;
            }
            return Err(error(answer.status, &code, &self.arn));
        }
    }
}

pub(super) fn credentials(xml: &[u8]) -> Option<(DateTime<Utc>, Credentials)> {
    let text = std::str::from_utf8(xml).ok()?;
    let document = Document::parse(text).ok()?;
    let node = document
        .descendants()
        .find(|node| node.tag_name().name() == "Credentials")?;
    let of = |name: &str| {
        let text = node.children().find(|child| child.tag_name().name() == name)?.text()?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        is_plain.then(|| text.to_owned())
    };
    let ends = DateTime::parse_from_rfc3339(&of("Expiration")?).ok()?;
    Some((
        ends.with_timezone(&Utc),
        Credentials {
            key_id: of("AccessKeyId")?,
            secret: of("SecretAccessKey")?,
            token: Some(of("SessionToken")?),
        },
    ))
}

fn error(status: u16, code: &str, arn: &str) -> BlobError {
    let denied = |reason: String| BlobError::new(Fault::Keys, reason);
    match (code, status) {
        ("InvalidClientTokenId" | "UnrecognizedClientException", _) => {
            denied("AWS does not know this access key ID, so the role cannot be taken on.".to_owned())
        }
        ("SignatureDoesNotMatch", _) => denied("The secret access key does not fit the access key ID.".to_owned()),
        ("ExpiredToken" | "ExpiredTokenException", _) => {
            denied("The session token has expired. Enter new credentials.".to_owned())
        }
        ("AccessDenied", _) | (_, 401 | 403) => denied(format!(
            "These keys may not take on the role {arn}. Its trust policy has to name them, with this external ID."
        )),
        ("ValidationError" | "ValidationException" | "MalformedPolicyDocument", _) => denied(format!(
            "{arn} cannot be taken on: its name or the external ID is not valid."
        )),
        (_, 429 | 500..) => BlobError::later("The token service has a fault of its own. It is tried again later."),
        _ => BlobError::new(
            Fault::Unknown,
            format!("The token service answered with status {status}"),
        ),
    }
}

/// Whether this is a name such as `arn:aws:iam::123456789012:role/labeling`.
pub(super) fn is_arn(text: &str) -> bool {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts[..] else {
        return false;
    };
    arn == "arn"
        && partition.starts_with("aws")
        && service == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
        && text.len() <= 2_048
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-/:".contains(&byte))
}

/// Whether this can be an external ID: 2 to 1,224 of these characters.
pub(super) fn is_external_id(text: &str) -> bool {
    (2..=1_224).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@:/_-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_external_ids_are_checked() {
        for good in [
            "arn:aws:iam::123456789012:role/labeling",
            "arn:aws-us-gov:iam::123456789012:role/team/labels-1",
        ] {
            assert!(is_arn(good), "{good}");
        }
        for bad in [
            "",
            "labeling",
            "arn:aws:iam::123456789012:user/x",
            "arn:aws:iam::12345:role/x",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::123456789012:role/a b",
        ] {
            assert!(!is_arn(bad), "{bad}");
        }
        assert!(is_external_id("org-7/x") && !is_external_id("x") && !is_external_id("a b"));
    }

    #[test]
    fn answers_of_the_token_service_are_read() {
        let xml =
            b"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
            <AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
            <Expiration>2026-11-29T12:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
        let (ends, found) = credentials(xml).expect("credentials");
        assert_eq!(ends.to_rfc3339(), "2026-11-29T12:00:00+00:00");
        assert_eq!((found.key_id.as_str(), found.token.as_deref()), ("ASIA1", Some("t")));
        for bad in [
            &b""[..],
            b"<a/>",
            b"\xff",
            b"<a><Credentials><AccessKeyId>x</AccessKeyId></Credentials></a>",
        ] {
            assert!(credentials(bad).is_none());
        }
        assert!(error(403, "AccessDenied", "arn:x").text.contains("trust policy"));
    }
}

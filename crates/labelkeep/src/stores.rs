//! What the configuration says of object stores.

pub(crate) mod ambient;

use anyhow::{Context as _, bail};
use labelkeep_net::{Identity, Roots, TlsChoice, Url};
use labelkeep_services::storages::{Ambient, Installation, RedisInstallation};

use crate::options::Values;

/// Reads all of it.
pub(crate) fn read(values: &Values) -> anyhow::Result<Installation> {
    let grants = ambient::grants(values)?;
    Ok(Installation {
        azure_authority: place(values, "AZURE_AUTHORITY_HOST")?.unwrap_or_default(),
        google_endpoint: place(values, "GCS_ENDPOINT")?,
        s3_endpoint: place(values, "S3_ENDPOINT")?,
        azure_endpoint: azure_endpoint(values)?,
        // What nobody may use is not even read: such variables may stand for other programs.
        ambient: if grants.is_empty() {
            Ambient::default()
        } else {
            ambient::read(values)?
        },
        grants,
        redis: redis(values)?,
    })
}

/// How storages reach Redis (SEC-015, SEC-016).
fn redis(values: &Values) -> anyhow::Result<RedisInstallation> {
    let file = |name: &'static str| {
        let Some(path) = values.text(name) else { return Ok(None) };
        let text = std::fs::read_to_string(path).with_context(|| format!("{}: {path}", values.source(name)));
        text.map(Some)
    };
    let is_unverified = match values.text("REDIS_SSL_CERTS_REQS").unwrap_or_default() {
        // A server always shows one, so what is optional is verified.
        "required" | "optional" => false,
        "none" => true,
        other => bail!(
            "{}: {other} is neither required nor none",
            values.source("REDIS_SSL_CERTS_REQS")
        ),
    };
    let identity = match (file("REDIS_SSL_CERTFILE")?, file("REDIS_SSL_KEYFILE")?) {
        (Some(certificate), Some(key)) => Some(Identity { certificate, key }),
        (None, None) => None,
        _ => bail!("REDIS_SSL_CERTFILE, REDIS_SSL_KEYFILE: a certificate and its key are given together"),
    };
    let authorities = file("REDIS_SSL_CA_CERTS")?;
    let choice = TlsChoice {
        authorities: authorities.clone(),
        identity: identity.clone(),
        is_unverified,
    };
    Roots::default()
        .client_config_with(&choice)
        .context("REDIS_SSL_CA_CERTS, REDIS_SSL_CERTFILE, REDIS_SSL_KEYFILE")?;
    Ok(RedisInstallation {
        authorities,
        identity,
        is_unverified,
        allows_plaintext: values.boolean("REDIS_ALLOW_PLAINTEXT")?,
    })
}

/// Where containers are, with a place for the account in it.
fn azure_endpoint(values: &Values) -> anyhow::Result<Option<String>> {
    const NAME: &str = "AZURE_BLOB_ENDPOINT";
    let Some(text) = values.text(NAME) else { return Ok(None) };
    let text = text.trim_end_matches('/');
    let url = Url::parse(&text.replace("{account}", "account")).with_context(|| values.source(NAME))?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || !text.contains("{account}") {
        bail!(
            "{}: {text} is not an address with {{account}} in it",
            values.source(NAME)
        );
    }
    Ok(Some(text.to_owned()))
}

/// Scheme, host and port of another service, without a slash at the end.
pub(crate) fn place(values: &Values, name: &'static str) -> anyhow::Result<Option<String>> {
    let Some(text) = values.text(name) else { return Ok(None) };
    let text = text.trim_end_matches('/');
    let url = Url::parse(text).with_context(|| format!("{}: {text}", values.source(name)))?;
    if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() || url.host().is_none() {
        bail!(
            "{}: {text} is not a scheme and a host, such as https://login.example",
            values.source(name)
        );
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_146_credentials_of_the_server_are_read_where_somebody_may_use_them() {
        for (name, value) in [
            ("ALLOW_INSTANCE_METADATA", "perhaps"),
            ("AWS_ACCESS_KEY_ID", "alone"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/alone"),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@elsewhere.example/"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://elsewhere.example/"),
            ("AWS_REGION", "a.example/"),
            ("AZURE_BLOB_ACCOUNT_KEY", "alone"),
            ("AZURE_FEDERATED_TOKEN_FILE", "/alone"),
            ("AZURE_TENANT_ID", "a/b"),
        ] {
            let allowed = (
                "ALLOW_AMBIENT_CLOUD_CREDENTIALS",
                "1@s3://data, 2@azure-blob://account/container",
            );
            assert!(read(&Values::of(&[(name, value), allowed])).is_err(), "{name}={value}");
            assert!(read(&Values::of(&[(name, value)])).is_ok(), "{name}={value}");
        }
        let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
        let unused = read(&Values::of(&keys)).expect("keys of others");
        assert!(unused.grants.is_empty() && unused.ambient.aws.keys.is_none());
    }

    #[test]
    fn what_cannot_be_used_stops_the_start() {
        assert!(read(&Values::of(&[])).is_ok());
        for (name, value) in [
            ("AZURE_AUTHORITY_HOST", "login.example"),
            ("AZURE_AUTHORITY_HOST", "https://login.example/tenant"),
            ("GCS_ENDPOINT", "ftp://x"),
            ("AZURE_BLOB_ENDPOINT", "https://blob.example"),
            ("ALLOW_AMBIENT_CLOUD_CREDENTIALS", "true"),
            ("ALLOW_AMBIENT_CLOUD_CREDENTIALS", "1@s3://data,s3://other"),
            ("REDIS_SSL_CERTS_REQS", "maybe"),
            ("REDIS_SSL_CA_CERTS", "/no/such/file"),
            ("REDIS_SSL_CERTFILE", "/dev/null"),
            ("REDIS_SSL_CA_CERTS", "/dev/null"),
            ("REDIS_ALLOW_PLAINTEXT", "perhaps"),
        ] {
            assert!(read(&Values::of(&[(name, value)])).is_err(), "{name}={value}");
        }
        let read = read(&Values::of(&[("GCS_ENDPOINT", "https://gcs.example/")])).expect("an address");
        assert_eq!(read.google_endpoint.as_deref(), Some("https://gcs.example"));
        assert!(!read.redis.allows_plaintext && !read.redis.is_unverified);
    }
}

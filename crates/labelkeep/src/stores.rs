//! What the configuration says of object stores.

use anyhow::{Context as _, bail};
use labelkeep_net::{Identity, Roots, TlsChoice, Url};
use labelkeep_services::storages::{Installation, RedisInstallation};

use crate::options::Values;

/// Reads all of it.
pub(crate) fn read(values: &Values) -> anyhow::Result<Installation> {
    Ok(Installation {
        azure_authority: place(values, "AZURE_AUTHORITY_HOST")?.unwrap_or_default(),
        google_endpoint: place(values, "GCS_ENDPOINT")?,
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

/// Scheme, host and port of another service, without a slash at the end.
fn place(values: &Values, name: &'static str) -> anyhow::Result<Option<String>> {
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
    fn what_cannot_be_used_stops_the_start() {
        assert!(read(&Values::of(&[])).is_ok());
        for (name, value) in [
            ("AZURE_AUTHORITY_HOST", "login.example"),
            ("AZURE_AUTHORITY_HOST", "https://login.example/tenant"),
            ("GCS_ENDPOINT", "ftp://x"),
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

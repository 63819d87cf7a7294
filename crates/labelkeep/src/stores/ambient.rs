//! The credentials that the installation itself has for object stores, and whom it lets use them for what (SEC-146). They are read
//! only where somebody may use them.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use labelkeep_net::Url;
use labelkeep_services::storages::{Ambient, Application, Aws, Container, Entra, Google, Grant, WebIdentity};

use super::place;
use crate::options::Values;

const ALLOW: &str = "ALLOW_AMBIENT_CLOUD_CREDENTIALS";

/// Which buckets they open, by organization.
pub(super) fn grants(values: &Values) -> anyhow::Result<Vec<Grant>> {
    let text = values.text(ALLOW).unwrap_or_default();
    if matches!(text.to_ascii_lowercase().as_str(), "" | "false" | "no" | "0") {
        return Ok(Vec::new());
    }
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            Grant::read(part).with_context(|| {
                format!(
                    "{}: {part} does not say for which organization and bucket, such as 1@s3://bucket/prefix",
                    values.source(ALLOW)
                )
            })
        })
        .collect()
}

/// Where they come from.
pub(crate) fn read(values: &Values) -> anyhow::Result<Ambient> {
    let has_metadata = values.boolean("ALLOW_INSTANCE_METADATA")?;
    Ok(Ambient {
        aws: aws(values, has_metadata)?,
        google: google(values, has_metadata)?,
        azure: azure(values, has_metadata)?,
    })
}

/// Two settings that mean something together alone.
fn both(values: &Values, one: &'static str, other: &'static str) -> anyhow::Result<Option<(String, String)>> {
    match (values.text(one), values.text(other)) {
        (Some(one), Some(other)) => Ok(Some((one.to_owned(), other.to_owned()))),
        (None, None) => Ok(None),
        _ => bail!("{one}, {other}: they are given together"),
    }
}

fn text(values: &Values, name: &'static str) -> Option<String> {
    values.text(name).map(str::to_owned)
}

fn aws(values: &Values, has_metadata: bool) -> anyhow::Result<Aws> {
    let keys = both(values, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")?;
    let identity = match (values.text("AWS_WEB_IDENTITY_TOKEN_FILE"), values.text("AWS_ROLE_ARN")) {
        (Some(token_file), Some(role_arn)) => Some(WebIdentity {
            token_file: token_file.into(),
            role_arn: role_arn.to_owned(),
            session_name: text(values, "AWS_ROLE_SESSION_NAME").unwrap_or_default(),
        }),
        (Some(_), None) => bail!("AWS_WEB_IDENTITY_TOKEN_FILE: AWS_ROLE_ARN has to say for which role"),
        (None, _) => None,
    };
    let region = text(values, "AWS_REGION").unwrap_or_default();
    if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        bail!(
            "{}: {region} is not a region such as us-east-1",
            values.source("AWS_REGION")
        );
    }
    let metadata = place(values, "AWS_EC2_METADATA_SERVICE_ENDPOINT")?;
    let mut aws = Aws::default();
    aws.keys = keys.map(|(key_id, secret)| (key_id, secret, text(values, "AWS_SESSION_TOKEN")));
    aws.web_identity = identity;
    aws.file = values
        .text("AWS_SHARED_CREDENTIALS_FILE")
        .map(|file| (PathBuf::from(file), text(values, "AWS_PROFILE").unwrap_or_default()));
    aws.container = container(values)?;
    aws.metadata = metadata.filter(|_| has_metadata);
    aws.region = region;
    Ok(aws)
}

/// Where a container has its credentials: at the fixed address of the platform, on this machine, or behind TLS.
fn container(values: &Values) -> anyhow::Result<Option<Container>> {
    const PATH: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    const WHOLE: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let url = match (values.text(WHOLE), values.text(PATH)) {
        (Some(url), _) => url.to_owned(),
        (None, Some(path)) if path.starts_with('/') => format!("http://169.254.170.2{path}"),
        (None, Some(path)) => bail!("{}: {path} is not a path", values.source(PATH)),
        (None, None) => return Ok(None),
    };
    let parsed = Url::parse(&url).with_context(|| format!("{}: {url}", values.source(WHOLE)))?;
    let host = parsed.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_platform = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(&host);
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    if parsed.scheme() != "https" && !is_platform && !is_here {
        bail!(
            "{}: {url} is neither on this machine, nor the platform's own address, nor https",
            values.source(WHOLE)
        );
    }
    Ok(Some(Container {
        url,
        authorization: text(values, "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
        authorization_file: values.text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map(PathBuf::from),
    }))
}

fn google(values: &Values, has_metadata: bool) -> anyhow::Result<Google> {
    let host = values.text("GCE_METADATA_HOST").unwrap_or_default();
    let base = format!("http://{host}");
    let url = Url::parse(&base).with_context(|| format!("{}: {host}", values.source("GCE_METADATA_HOST")))?;
    if url.path() != "/" || !url.username().is_empty() || url.query().is_some() {
        bail!("{}: {host} is not a host", values.source("GCE_METADATA_HOST"));
    }
    let mut google = Google::default();
    google.file = values.text("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from);
    google.metadata = has_metadata.then_some(base);
    Ok(google)
}

fn azure(values: &Values, has_metadata: bool) -> anyhow::Result<Entra> {
    for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"] {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let text = values.text(name).unwrap_or_default();
        if !text.bytes().all(known) {
            bail!("{}: {text} has characters that it cannot have", values.source(name));
        }
    }
    let application = match (values.text("AZURE_TENANT_ID"), values.text("AZURE_CLIENT_ID")) {
        (tenant, Some(client)) => Some(Application {
            tenant: tenant.unwrap_or_default().to_owned(),
            client: client.to_owned(),
        }),
        _ => None,
    };
    let (token_file, secret) = (
        values.text("AZURE_FEDERATED_TOKEN_FILE").map(PathBuf::from),
        text(values, "AZURE_CLIENT_SECRET"),
    );
    let is_named = application
        .as_ref()
        .is_some_and(|application| !application.tenant.is_empty());
    if (token_file.is_some() || secret.is_some()) && !is_named {
        bail!("AZURE_TENANT_ID, AZURE_CLIENT_ID: they say for which application the secret or token is");
    }
    let metadata = place(values, "AZURE_POD_IDENTITY_AUTHORITY_HOST")?;
    Ok(Entra {
        key: both(values, "AZURE_BLOB_ACCOUNT_NAME", "AZURE_BLOB_ACCOUNT_KEY")?,
        application,
        token_file,
        secret,
        metadata: metadata.filter(|_| has_metadata),
    })
}

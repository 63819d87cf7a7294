//! Where uploads, snapshots of exports and pictures of people lie (`STORAGE_TYPE`): the data folder, or a bucket.

use std::path::Path;

use anyhow::{Context as _, bail};
use labelkeep_net::{Client, EgressProxy, Policy, PolicySettings, Roots};
use labelkeep_services::files::{Files, Grant, Values as Fields};

use crate::options::Values;
use crate::{config, stores};

/// A setting, and the field of the provider that it fills in.
type Pair = (&'static str, &'static str);

const S3: [Pair; 6] = [
    ("STORAGE_AWS_BUCKET_NAME", "bucket"),
    ("STORAGE_AWS_FOLDER", "prefix"),
    ("STORAGE_AWS_ACCESS_KEY_ID", "aws_access_key_id"),
    ("STORAGE_AWS_SECRET_ACCESS_KEY", "aws_secret_access_key"),
    ("STORAGE_AWS_REGION_NAME", "region_name"),
    ("STORAGE_AWS_ENDPOINT_URL", "s3_endpoint"),
];
const MINIO: [Pair; 4] = [
    ("MINIO_STORAGE_BUCKET_NAME", "bucket"),
    ("MINIO_STORAGE_ACCESS_KEY", "aws_access_key_id"),
    ("MINIO_STORAGE_SECRET_KEY", "aws_secret_access_key"),
    ("MINIO_STORAGE_ENDPOINT", "s3_endpoint"),
];
const AZURE: [Pair; 4] = [
    ("STORAGE_AZURE_CONTAINER_NAME", "container"),
    ("STORAGE_AZURE_FOLDER", "prefix"),
    ("STORAGE_AZURE_ACCOUNT_NAME", "account_name"),
    ("STORAGE_AZURE_ACCOUNT_KEY", "account_key"),
];
const GCS: [Pair; 2] = [("STORAGE_GCS_BUCKET_NAME", "bucket"), ("STORAGE_GCS_FOLDER", "prefix")];

/// How the server's own credentials are named as a field.
const OWN: &str = "use_server_credentials";

/// Reads all of it. Nothing is asked of a bucket yet.
pub(crate) fn read(values: &Values, data: &Path) -> anyhow::Result<Files> {
    let in_folder = || Ok(Files::in_folder(data));
    if !values.boolean("STORAGE_PERSISTENCE")? {
        return in_folder();
    }
    let name = "STORAGE_TYPE";
    if !values.is_set(name) && values.is_set("MINIO_STORAGE_ENDPOINT") && !values.boolean("MINIO_SKIP")? {
        return open(values, data, "s3", &MINIO, Fields::default());
    }
    match values.text(name).unwrap_or("volume") {
        "volume" => in_folder(),
        "s3" => open(values, data, "s3", &S3, s3(values)?),
        "azure" => open(values, data, "azure", &AZURE, Fields::default()),
        "gcs" => open(values, data, "gcs", &GCS, Fields::default()),
        other => bail!("{}: {other} is none of volume, s3, azure and gcs", values.source(name)),
    }
}

fn open(values: &Values, data: &Path, provider: &str, pairs: &[Pair], mut fields: Fields) -> anyhow::Result<Files> {
    for (setting, field) in pairs {
        if let Some(text) = values.text(setting) {
            fields.set(field, text);
        }
    }
    // Who runs the server names the bucket: it may lie in a private network, where people's own addresses may not lead.
    let policy = Policy::new(&PolicySettings {
        protection: false,
        ..PolicySettings::default()
    })?;
    let egress = values.text("EGRESS_PROXY").map(EgressProxy::parse).transpose()?;
    let net = Client::behind(policy, &roots(values)?, egress);
    let mut installation = stores::read(values)?;
    let endpoint = pairs.iter().find(|(_, field)| *field == "s3_endpoint");
    let endpoint = endpoint.map_or(Ok(None), |(setting, _)| stores::place(values, setting))?;
    let text = |name| values.text(name).unwrap_or_default();
    // Without keys the server's own credentials open it, and they open nothing else by that.
    let own = match provider {
        "s3" if fields
            .get("aws_access_key_id")
            .or(fields.get("aws_secret_access_key"))
            .is_none() =>
        {
            // Theirs is no endpoint of a form.
            fields.set("s3_endpoint", "");
            installation.s3_endpoint = endpoint;
            Some(format!("s3://{}", text("STORAGE_AWS_BUCKET_NAME")))
        }
        "azure" if fields.get("account_key").is_none() => {
            let (account, container) = (text("STORAGE_AZURE_ACCOUNT_NAME"), text("STORAGE_AZURE_CONTAINER_NAME"));
            Some(format!("azure-blob://{account}/{container}"))
        }
        "gcs" => Some(format!("gs://{}", text("STORAGE_GCS_BUCKET_NAME"))),
        _ => None,
    };
    let grant = own.and_then(|place| Grant::read(&format!("1@{place}")));
    if grant.is_some() {
        fields.set(OWN, "true");
        installation.ambient = stores::ambient::read(values)?;
    }
    if let Some(endpoint) = stores::place(values, "STORAGE_GCS_ENDPOINT")? {
        installation.google_endpoint = Some(endpoint);
    }
    Files::in_bucket(data, provider, &fields, net, installation, grant).map_err(|error| {
        let field = error.field_name();
        let setting = pairs
            .iter()
            .find(|(_, known)| Some(*known) == field)
            .map_or("STORAGE_TYPE", |(setting, _)| setting);
        anyhow::anyhow!("{}: {error}", values.source(setting))
    })
}

fn roots(values: &Values) -> anyhow::Result<Roots> {
    let roots = config::roots(values)?;
    Ok(match values.text("STORAGE_AWS_S3_VERIFY") {
        None => roots,
        Some(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => roots,
            "false" | "0" => roots.unverified(),
            _ => roots
                .with_s3_bundle(text)
                .with_context(|| values.source("STORAGE_AWS_S3_VERIFY"))?,
        },
    })
}

/// What is said of S3 beyond names and keys. What would be done otherwise than it is meant stops the start.
fn s3(values: &Values) -> anyhow::Result<Fields> {
    let refuse =
        |name: &'static str, text: &str| -> anyhow::Result<Fields> { bail!("{}: {text}", values.source(name)) };
    if !values.boolean("STORAGE_AWS_S3_USE_SSL")? && !values.is_set("STORAGE_AWS_ENDPOINT_URL") {
        return refuse("STORAGE_AWS_S3_USE_SSL", "Amazon is reached by TLS alone");
    }
    if values.text("STORAGE_AWS_S3_SIGNATURE_VERSION") != Some("s3v4") {
        return refuse("STORAGE_AWS_S3_SIGNATURE_VERSION", "requests are signed by s3v4 alone");
    }
    let mut fields = Fields::default();
    let name = "STORAGE_AWS_OBJECT_PARAMETERS";
    let text = values.text(name).unwrap_or("{}");
    let parameters: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).with_context(|| format!("{}: not a JSON object", values.source(name)))?;
    let of = |name: &str| parameters.get(name).and_then(|value| value.as_str());
    match (of("ServerSideEncryption"), of("SSEKMSKeyId"), parameters.len()) {
        (None, None, 0) => {}
        (Some("aws:kms"), Some(key), 2) => fields.set("aws_sse_kms_key_id", key),
        _ => {
            return refuse(
                name,
                "only ServerSideEncryption \"aws:kms\" together with SSEKMSKeyId is known; set the bucket's own encryption for others",
            );
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(pairs: &[(&'static str, &str)]) -> String {
        match read(&Values::of(pairs), Path::new("/data")) {
            Ok(files) => panic!("{files:?}"),
            Err(error) => format!("{error:#}"),
        }
    }

    const KEYS: [(&str, &str); 4] = [
        ("STORAGE_TYPE", "s3"),
        ("STORAGE_AWS_BUCKET_NAME", "our-files"),
        ("STORAGE_AWS_ACCESS_KEY_ID", "AKIA1"),
        ("STORAGE_AWS_SECRET_ACCESS_KEY", "s"),
    ];

    #[test]
    fn files_lie_where_the_settings_say() {
        let of = |pairs: &[(&'static str, &str)]| {
            format!("{:?}", read(&Values::of(pairs), Path::new("/data")).expect("read"))
        };
        assert!(of(&[]).contains("folder: \"/data/uploads\", bucket: None"));
        assert!(of(&KEYS).contains("bucket: Some(\"s3://our-files\")"));
        let mut off = KEYS.to_vec();
        off.push(("STORAGE_PERSISTENCE", "0"));
        assert!(of(&off).contains("bucket: None"));
        let minio = [
            ("MINIO_STORAGE_ENDPOINT", "http://minio:9000"),
            ("MINIO_STORAGE_BUCKET_NAME", "local"),
            ("MINIO_STORAGE_ACCESS_KEY", "k"),
            ("MINIO_STORAGE_SECRET_KEY", "s"),
            ("MINIO_SKIP", "false"),
        ];
        assert!(of(&minio).contains("bucket: Some(\"s3://local\")"));
        assert!(of(&[&minio[..4], &[("MINIO_SKIP", "1")]].concat()).contains("bucket: None"));
        let azure = [
            ("STORAGE_TYPE", "azure"),
            ("STORAGE_AZURE_CONTAINER_NAME", "files"),
            ("STORAGE_AZURE_ACCOUNT_NAME", "account"),
            ("STORAGE_AZURE_ACCOUNT_KEY", "a2V5"),
        ];
        assert!(of(&azure).contains("azure-blob://files"));
        // With the server's own credentials.
        let own = [("AWS_ACCESS_KEY_ID", "AKIA2"), ("AWS_SECRET_ACCESS_KEY", "s")];
        assert!(of(&[&KEYS[..2], &own].concat()).contains("s3://our-files"));
    }

    #[test]
    fn what_is_wrong_is_said_by_the_name_of_its_setting() {
        assert!(error(&[("STORAGE_TYPE", "ftp")]).contains("ftp is none of"));
        assert!(error(&KEYS[..1]).contains("STORAGE_AWS_BUCKET_NAME"));
        assert!(error(&[("STORAGE_TYPE", "azure")]).contains("STORAGE_AZURE_"));
        assert!(error(&[("STORAGE_TYPE", "gcs")]).contains("STORAGE_GCS_BUCKET_NAME"));
        let with = |name, value| error(&[&KEYS[..], &[(name, value)]].concat());
        assert!(with("STORAGE_AWS_ENDPOINT_URL", "nowhere").contains("STORAGE_AWS_ENDPOINT_URL"));
        assert!(with("STORAGE_AWS_S3_SIGNATURE_VERSION", "s3").contains("s3v4"));
        assert!(with("STORAGE_AWS_S3_USE_SSL", "false").contains("TLS"));
        assert!(with("STORAGE_AWS_OBJECT_PARAMETERS", "{\"ACL\": \"public-read\"}").contains("SSEKMSKeyId"));
        assert!(with("STORAGE_AWS_OBJECT_PARAMETERS", "x").contains("JSON"));
    }
}

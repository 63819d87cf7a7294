//! Amazon S3 and what speaks its language (MinIO, Ceph, R2, Wasabi, Backblaze …).

pub(crate) mod answer;
mod bucket;
mod own;
mod role;
mod sign;

use labelkeep_net::Consumer;

use crate::ambient::{self, SERVER_CREDENTIALS};
use crate::web::{Clock, Kept, Prefix, needed, token};
use crate::{BlobError, Bucket, Field, Provider, Purpose, Values, World};
use bucket::S3Bucket;
pub use own::{Aws, Container, WebIdentity};
use role::{Holder, Keys, Role};
use sign::Credentials;

/// Whether an answer of the token service has temporary keys in it.
pub(crate) fn has_key(answer: &[u8]) -> bool {
    role::credentials(answer).is_some()
}

/// The provider.
pub(crate) struct S3;

/// The same, where keys take on a role that has the rights.
pub(crate) struct S3Role;

/// How addresses of objects begin.
const SCHEME: &str = "s3://";

static BUCKET: Field = Field::text("bucket", "Bucket").required().place().such_as("my-images");
static PREFIX: Field = Field::text("prefix", "Prefix")
    .such_as("data/2026")
    .help("Only objects below this folder. Empty: the whole bucket.");
static REGION: Field = Field::text("region_name", "Region").such_as("us-east-1");
static ENDPOINT: Field = Field::text("s3_endpoint", "Endpoint")
    .place()
    .of_connection()
    .such_as("https://s3.example.com")
    .help("Only for other stores that speak S3, such as MinIO or R2.")
    .unless(&SERVER_CREDENTIALS);
static KEY_ID: Field = Field::password("aws_access_key_id", "Access key ID")
    .required()
    .help("Of somebody with the rights s3:ListBucket and s3:GetObject; no more are needed.")
    .unless(&SERVER_CREDENTIALS);
static KEY_ID_TO_WRITE: Field = Field::password("aws_access_key_id", "Access key ID")
    .required()
    .help("Of somebody with the right s3:PutObject, and s3:DeleteObject if objects are to be deleted.")
    .unless(&SERVER_CREDENTIALS);
static SECRET: Field = Field::password("aws_secret_access_key", "Secret access key")
    .required()
    .unless(&SERVER_CREDENTIALS);
static TOKEN: Field = Field::password("aws_session_token", "Session token")
    .help("Only for temporary credentials; they stop working when it expires.")
    .unless(&SERVER_CREDENTIALS);
static TOKEN_NOT_SHOWN: Field = Field::password("aws_session_token", "Session token")
    .not_shown()
    .unless(&SERVER_CREDENTIALS);
static ROLE_KEY_ID: Field = Field::password("aws_access_key_id", "Access key ID")
    .required()
    .help("Of somebody who may take on the role (sts:AssumeRole); no more rights are needed.")
    .unless(&SERVER_CREDENTIALS);
static ROLE: Field = Field::text("role_arn", "Role ARN")
    .required()
    .place()
    .of_connection()
    .such_as("arn:aws:iam::123456789012:role/labeling")
    .help("The role that has the rights to the bucket. Its keys last an hour and are renewed by themselves.");
static EXTERNAL_ID: Field = Field::text("external_id", "External ID")
    .place()
    .of_connection()
    .help("As the role's trust policy asks for it (sts:ExternalId).");
static SSE: Field = Field::text("aws_sse_kms_key_id", "KMS key ID")
    .help("Objects are encrypted with this key. Empty: as the bucket says.");
static SSE_TO_READ: Field = Field::text("aws_sse_kms_key_id", "KMS key ID").not_shown();

impl Provider for S3 {
    fn kind(&self) -> &'static str {
        "s3"
    }

    fn title(&self) -> &'static str {
        "AWS S3"
    }

    fn fields(&self, purpose: Purpose) -> Vec<&'static Field> {
        let (key_id, sse) = match purpose {
            Purpose::Source => (&KEY_ID, &SSE_TO_READ),
            Purpose::Target => (&KEY_ID_TO_WRITE, &SSE),
        };
        vec![
            &BUCKET,
            &PREFIX,
            &REGION,
            &SERVER_CREDENTIALS,
            &ENDPOINT,
            key_id,
            &SECRET,
            &TOKEN,
            sse,
        ]
    }

    fn scheme(&self) -> Option<&'static str> {
        Some(SCHEME)
    }

    fn signs(&self) -> bool {
        true
    }

    fn open(&self, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError> {
        let (place, holder) = (place(values, world)?, holder(values, world)?);
        Ok(Box::new(open(place, Keys::Of(holder), values, purpose, world)?))
    }
}

impl Provider for S3Role {
    fn kind(&self) -> &'static str {
        "s3s"
    }

    fn title(&self) -> &'static str {
        "AWS S3 with a role"
    }

    fn fields(&self, purpose: Purpose) -> Vec<&'static Field> {
        let sse = match purpose {
            Purpose::Source => &SSE_TO_READ,
            Purpose::Target => &SSE,
        };
        vec![
            &BUCKET,
            &PREFIX,
            &REGION,
            &ROLE,
            &EXTERNAL_ID,
            &SERVER_CREDENTIALS,
            &ENDPOINT,
            &ROLE_KEY_ID,
            &SECRET,
            &TOKEN_NOT_SHOWN,
            sse,
        ]
    }

    fn scheme(&self) -> Option<&'static str> {
        Some(SCHEME)
    }

    fn signs(&self) -> bool {
        true
    }

    fn open(&self, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError> {
        let (place, holder) = (place(values, world)?, holder(values, world)?);
        let arn = needed(values, &ROLE)?;
        if !role::is_arn(arn) {
            let text = "A role is named like arn:aws:iam::123456789012:role/labeling.";
            return Err(BlobError::field(ROLE.name, text));
        }
        let external_id = values.get(EXTERNAL_ID.name);
        if external_id.is_some_and(|id| !role::is_external_id(id)) {
            let text = "An external ID has 2 to 1224 letters, digits and signs of +=,.@:/-_";
            return Err(BlobError::field(EXTERNAL_ID.name, text));
        }
        let (base, host) = match endpoint(values, world) {
            // Stores that speak S3 have their token service at the same place.
            Some(_) => (place.base.clone(), place.host.clone()),
            None => {
                let region = region(values)?;
                let host = format!("sts.{region}.{}", domain(region));
                (format!("https://{host}"), host)
            }
        };
        let role = Role {
            net: world.net.clone(),
            base,
            host,
            region: region(values)?.to_owned(),
            holder,
            arn: arn.to_owned(),
            external_id: external_id.map(str::to_owned),
            kept: Kept::default(),
        };
        Ok(Box::new(open(
            place,
            Keys::Role(Box::new(role)),
            values,
            purpose,
            world,
        )?))
    }
}

fn open(place: Place, keys: Keys, values: &Values, purpose: Purpose, world: &World) -> Result<S3Bucket, BlobError> {
    let sse_key = values.get(SSE.name).map(|text| token(text, &SSE)).transpose()?;
    let origin = world
        .net
        .origin(Consumer::S3, &place.base)
        .map_err(|error| BlobError::field(ENDPOINT.name, error.to_string()))?;
    Ok(S3Bucket {
        origin,
        net: world.net.clone(),
        place,
        bucket: needed(values, &BUCKET)?.to_owned(),
        prefix: Prefix::new(values.get(PREFIX.name).unwrap_or_default()),
        region: region(values)?.to_owned(),
        keys,
        sse_key,
        purpose,
        clock: Clock::default(),
    })
}

/// Whose keys they are.
fn holder(values: &Values, world: &World) -> Result<Holder, BlobError> {
    let bucket = needed(values, &BUCKET)?;
    let prefix = values.get(PREFIX.name).unwrap_or_default();
    let keys = [&KEY_ID, &SECRET, &TOKEN];
    if !ambient::is_used(values, &keys, &world.grants, SCHEME, (bucket, prefix))? {
        return keys_of(values).map(Holder::Form);
    }
    ambient::check_endpoint(values, &ENDPOINT)?;
    Ok(Holder::Server(world.net.clone(), world.installation.clone()))
}

/// The keys of the form.
fn keys_of(values: &Values) -> Result<Credentials, BlobError> {
    Ok(Credentials {
        key_id: token(needed(values, &KEY_ID)?, &KEY_ID)?,
        secret: needed(values, &SECRET)?.to_owned(),
        token: values.get(TOKEN.name).map(|text| token(text, &TOKEN)).transpose()?,
    })
}

fn region(values: &Values) -> Result<&str, BlobError> {
    let region = values.get(REGION.name).unwrap_or("us-east-1");
    if region.len() > 64 || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(BlobError::field(REGION.name, "A region is named like us-east-1."));
    }
    Ok(region)
}

/// Where the store is, when that is not Amazon: as the form says it, else the installation.
fn endpoint<'a>(values: &'a Values, world: &'a World) -> Option<&'a str> {
    let said = values.get(ENDPOINT.name);
    said.or(world.installation.s3_endpoint.as_deref())
}

fn place(values: &Values, world: &World) -> Result<Place, BlobError> {
    let bucket = needed(values, &BUCKET)?;
    if !is_bucket_name(bucket) {
        let text = "A bucket's name has 3 to 63 letters, digits, dots and hyphens.";
        return Err(BlobError::field(BUCKET.name, text));
    }
    let region = region(values)?;
    match endpoint(values, world) {
        Some(endpoint) => Place::of_endpoint(endpoint, bucket),
        None => Ok(Place::of_amazon(bucket, region)),
    }
}

fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    }
}

/// The grammar of names, with the capitals and underscores that stores other than Amazon's, and its oldest buckets, have (SEC-148).
fn is_bucket_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (3..=63).contains(&name.len())
        && name.bytes().all(known)
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && !name.contains("..")
}

/// Where a bucket is.
pub(crate) struct Place {
    /// Scheme, host and port, without a slash at the end.
    base: String,
    /// As the `Host` header says it.
    host: String,
    /// The host and port of all buckets.
    service: String,
    /// What stands before keys: `/` or `/bucket/`.
    path: String,
}

impl Place {
    fn of_amazon(bucket: &str, region: &str) -> Place {
        let domain = domain(region);
        // A certificate for one part of a name does not cover dots in it; capitals are lost in names.
        let in_host = bucket
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let service = format!("s3.{region}.{domain}");
        let (host, path) = if in_host {
            (format!("{bucket}.{service}"), "/".to_owned())
        } else {
            (service.clone(), format!("/{bucket}/"))
        };
        Place {
            base: format!("https://{host}"),
            host,
            service,
            path,
        }
    }

    fn of_endpoint(endpoint: &str, bucket: &str) -> Result<Place, BlobError> {
        let wrong = |text: &str| BlobError::field(ENDPOINT.name, text);
        let url = labelkeep_net::target::Target::parse(endpoint)
            .map_err(|error| wrong(&error.to_string()))?
            .url()
            .clone();
        if url.path() != "/" || url.query().is_some() {
            return Err(wrong(
                "An endpoint is a scheme and a host, such as https://s3.example.com.",
            ));
        }
        let host = url.host_str().unwrap_or_default();
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Place {
            base: format!("{}://{host}", url.scheme()),
            service: host.clone(),
            host,
            path: format!("/{bucket}/"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_148_names_of_buckets_are_checked() {
        for good in ["my-images", "a.b.c", "Old_Bucket", "abc"] {
            assert!(is_bucket_name(good), "{good}");
        }
        for bad in [
            "",
            "ab",
            "a/b",
            "-abc",
            "abc-",
            "a..b",
            "a b c",
            "évil",
            "a@b.c",
            &"x".repeat(64),
        ] {
            assert!(!is_bucket_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_bucket_has_its_place() {
        assert_eq!(
            Place::of_amazon("images", "eu-west-1").base,
            "https://images.s3.eu-west-1.amazonaws.com"
        );
        assert_eq!(Place::of_amazon("a.b.c", "eu-west-1").path, "/a.b.c/");
        assert_eq!(
            Place::of_endpoint("http://minio:9000/", "b-b").expect("good").host,
            "minio:9000"
        );
        for bad in ["ftp://x", "https://user@x", "https://x/path", "x", "https://x/?a=b"] {
            assert!(Place::of_endpoint(bad, "bbb").is_err(), "{bad}");
        }
    }
}

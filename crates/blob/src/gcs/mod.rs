//! Google Cloud Storage: objects by its JSON API, links by signatures of version 4.

mod account;
pub(crate) mod answer;
mod bucket;
mod own;

use labelkeep_net::Consumer;

use crate::ambient::{self, SERVER_CREDENTIALS};
use crate::web::{Clock, Kept, Prefix, needed};
use crate::{BlobError, Bucket, Field, Provider, Purpose, Values, World};
use account::Account;
use bucket::{GcsBucket, Holder};
pub use own::Google;

/// The provider.
pub(crate) struct Gcs;

/// Where the store is.
const HOME: &str = "https://storage.googleapis.com";

/// How addresses of objects begin.
const SCHEME: &str = "gs://";

static BUCKET: Field = Field::text("bucket", "Bucket").required().place().such_as("my-images");
static PREFIX: Field = Field::text("prefix", "Prefix")
    .such_as("data/2026")
    .help("Only objects below this folder. Empty: the whole bucket.");
static CREDENTIALS: Field = Field::secret_lines("google_application_credentials", "Key of a service account")
    .required()
    .such_as("{ \"type\": \"service_account\", … }")
    .help("The whole JSON file. The account needs the role Storage Object Viewer; no more is needed.")
    .unless(&SERVER_CREDENTIALS);
static CREDENTIALS_TO_WRITE: Field = Field::secret_lines("google_application_credentials", "Key of a service account")
    .required()
    .such_as("{ \"type\": \"service_account\", … }")
    .help("The whole JSON file. The account needs the role Storage Object User, or the rights storage.objects.create and storage.objects.delete.")
    .unless(&SERVER_CREDENTIALS);
// What it is for, making and listing buckets, is not done here.
static PROJECT: Field = Field::text("google_project_id", "Google project ID").not_shown();

impl Provider for Gcs {
    fn kind(&self) -> &'static str {
        "gcs"
    }

    fn title(&self) -> &'static str {
        "Google Cloud Storage"
    }

    fn fields(&self, purpose: Purpose) -> Vec<&'static Field> {
        let credentials = match purpose {
            Purpose::Source => &CREDENTIALS,
            Purpose::Target => &CREDENTIALS_TO_WRITE,
        };
        vec![&BUCKET, &PREFIX, &SERVER_CREDENTIALS, credentials, &PROJECT]
    }

    fn scheme(&self) -> Option<&'static str> {
        Some(SCHEME)
    }

    fn signs(&self) -> bool {
        true
    }

    fn open(&self, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError> {
        let bucket = needed(values, &BUCKET)?;
        if !is_bucket_name(bucket) {
            let text = "A bucket's name has 3 to 63 small letters, digits, dots, hyphens and underscores.";
            return Err(BlobError::field(BUCKET.name, text));
        }
        let endpoint = world.installation.google_endpoint.as_deref();
        let prefix = values.get(PREFIX.name).unwrap_or_default();
        let holder = if ambient::is_used(values, &[&CREDENTIALS], &world.grants, SCHEME, (bucket, prefix))? {
            Holder::Server(world.installation.clone())
        } else {
            let account = Account::read(needed(values, &CREDENTIALS)?, endpoint)
                .map_err(|text| BlobError::field(CREDENTIALS.name, text))?;
            Holder::Form(Box::new(account), Kept::default())
        };
        let base = endpoint.unwrap_or(HOME).to_owned();
        Ok(Box::new(GcsBucket {
            origin: world.net.origin(Consumer::Storage, &base)?,
            net: world.net.clone(),
            base,
            bucket: bucket.to_owned(),
            prefix: Prefix::new(prefix),
            holder,
            purpose,
            clock: Clock::default(),
        }))
    }
}

/// The grammar of buckets (SEC-148); names of domains may be longer.
fn is_bucket_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_');
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (3..=222).contains(&name.len())
        && name.split('.').all(|part| (1..=63).contains(&part.len()))
        && name.bytes().all(known)
        && ends(name.bytes().next())
        && ends(name.bytes().last())
}

#[cfg(test)]
mod tests {
    use super::is_bucket_name;

    #[test]
    fn sec_148_names_of_buckets_are_checked() {
        for good in ["my-images", "abc", "a_b.c", "images.example.com"] {
            assert!(is_bucket_name(good), "{good}");
        }
        for bad in [
            "",
            "ab",
            "A-b-c",
            "a/b",
            "-abc",
            "abc.",
            "a..b",
            "a b",
            "ébc",
            &"x".repeat(64),
        ] {
            assert!(!is_bucket_name(bad), "{bad}");
        }
    }
}

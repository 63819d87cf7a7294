//! The installation's own credentials: what the environment of the program, or the machine under it, has a right to. They are
//! nobody's by accident (SEC-146): an installation says for which organization they open which bucket, and nothing else of theirs is
//! ever reached. Nothing that a user writes leads them to another place: endpoints are the installation's, too.

use std::path::{Path, PathBuf};
use std::time::Duration;

use labelkeep_net::{Answer, Client, Exchange, HeaderMap, Limits, Method};

use crate::{BlobError, Fault, Field, Values, azure, gcs, s3};

/// The longest file of credentials that is read, in bytes.
const FILE_MAX: u64 = 64 * 1024;

/// What a form offers where the installation allows it.
pub static SERVER_CREDENTIALS: Field = Field::switch("use_server_credentials", "Use the server's own credentials")
    .of_connection()
    .help("Of the machine that this server runs on, or of its configuration. Whoever runs it says for which buckets.");

/// A bucket that the installation's credentials may open for an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The organization.
    pub organization: i64,
    /// How the addresses of its objects begin, `s3://`.
    scheme: String,
    /// `bucket`, or `bucket/prefix`; of Azure `account/container`.
    place: String,
}

impl Grant {
    /// Reads `7@s3://bucket/prefix`; none when it is something else.
    pub fn read(text: &str) -> Option<Grant> {
        let (organization, address) = text.split_once('@')?;
        let (scheme, place) = address.split_once("://")?;
        let place = place.trim_end_matches('/');
        let needed = match scheme {
            "s3" | "gs" => 1,
            // A container is one of an account.
            "azure-blob" => 2,
            _ => return None,
        };
        let parts: Vec<_> = place.split('/').collect();
        if parts.len() < needed || parts.iter().any(|part| part.is_empty() || matches!(*part, "." | "..")) {
            return None;
        }
        Some(Grant {
            organization: organization.parse().ok().filter(|id| *id > 0)?,
            scheme: format!("{scheme}://"),
            place: place.to_owned(),
        })
    }

    /// Whether it is for a kind of store.
    pub fn is_for(&self, scheme: &str) -> bool {
        self.scheme == scheme
    }

    /// Whether it holds everything below a bucket's prefix.
    fn opens(&self, scheme: &str, bucket: &str, prefix: &str) -> bool {
        self.is_for(scheme) && covers(&self.place, bucket, prefix)
    }
}

/// Whether `bucket`, or `bucket/prefix`, holds everything below a bucket's prefix.
pub fn covers(place: &str, bucket: &str, prefix: &str) -> bool {
    let (known, below) = place.split_once('/').unwrap_or((place, ""));
    let (below, prefix) = (below.trim_end_matches('/'), prefix.trim_end_matches('/'));
    let is_below = || {
        prefix
            .strip_prefix(below)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    known == bucket && (below.is_empty() || is_below())
}

/// Where the installation's credentials come from. Each is asked for when the first storage needs it.
#[derive(Debug, Default)]
pub struct Ambient {
    /// For Amazon S3.
    pub aws: s3::Aws,
    /// For Google Cloud Storage.
    pub google: gcs::Google,
    /// For Azure Blob Storage.
    pub azure: azure::Entra,
}

/// Whether a storage is to use the installation's credentials: it says so, or it has no keys of its own and the installation lets
/// it. `keys` are the fields that keys are entered in.
///
/// # Errors
/// When it says so for a bucket that the installation does not open for its organization.
pub(crate) fn is_used(
    values: &Values,
    keys: &[&Field],
    grants: &[Grant],
    scheme: &str,
    (bucket, prefix): (&str, &str),
) -> Result<bool, BlobError> {
    let opens = || grants.iter().any(|grant| grant.opens(scheme, bucket, prefix));
    if values.is_on(SERVER_CREDENTIALS.name) {
        if opens() {
            return Ok(true);
        }
        let below = prefix.trim_end_matches('/');
        let slash = if below.is_empty() { "" } else { "/" };
        return Err(BlobError::field(
            SERVER_CREDENTIALS.name,
            format!(
                "The server's own credentials are not for {scheme}{bucket}{slash}{below}. Whoever runs this server can allow it \
                 (ALLOW_AMBIENT_CLOUD_CREDENTIALS)."
            ),
        ));
    }
    Ok(keys.iter().all(|key| values.get(key.name).is_none()) && opens())
}

/// Refuses an endpoint of a user's for the installation's credentials.
pub(crate) fn check_endpoint(values: &Values, endpoint: &'static Field) -> Result<(), BlobError> {
    match values.get(endpoint.name) {
        None => Ok(()),
        Some(_) => Err(BlobError::field(
            endpoint.name,
            "The server's own credentials are sent to the server's own store alone. Leave this away, or enter keys.",
        )),
    }
}

/// How long a platform may take: it is next door.
fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(1),
        first_byte: Duration::from_secs(5),
        total: Duration::from_secs(10),
        max_bytes: FILE_MAX,
        redirects: 0,
    }
}

/// Asks the platform for something.
pub(crate) async fn platform(
    net: &Client,
    method: Method,
    url: String,
    headers: HeaderMap,
) -> Result<Answer, BlobError> {
    let exchange = Exchange {
        method,
        url,
        headers,
        body: Vec::new(),
    };
    let answer = net.ask_platform(exchange, limits()).await?;
    match answer.status {
        200..300 => Ok(answer),
        429 | 500.. => Err(BlobError::later(
            "The platform that the server runs on gives no credentials at the moment.",
        )),
        _ => Err(none("the platform that it runs on gives it none.")),
    }
}

/// The installation has no credentials, or they cannot be read.
pub(crate) fn none(reason: &str) -> BlobError {
    BlobError::new(
        Fault::Keys,
        format!("This server has no credentials of its own for that: {reason}"),
    )
}

/// A file of credentials that the installation names.
pub(crate) async fn file(path: &Path) -> Result<String, BlobError> {
    let path: PathBuf = path.to_owned();
    let shown = path.display().to_string();
    let read = tokio::task::spawn_blocking(move || {
        use std::io::Read as _;
        let mut text = String::new();
        std::fs::File::open(path)?.take(FILE_MAX).read_to_string(&mut text)?;
        Ok::<_, std::io::Error>(text)
    });
    match read.await {
        Ok(Ok(text)) => Ok(text),
        other => {
            // Its name is the installation's business, not that of who connects a storage.
            tracing::error!(file = shown, ?other, "a file of credentials cannot be read");
            Err(none("a file with them cannot be read."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        let mut values = Values::default();
        for (name, value) in pairs {
            values.set(name, value);
        }
        values
    }

    #[test]
    fn sec_146_grants_are_exact() {
        let grant = Grant::read("7@s3://data/in/").expect("a grant");
        assert_eq!(grant.organization, 7);
        assert!(grant.opens("s3://", "data", "in") && grant.opens("s3://", "data", "in/2026/"));
        for (scheme, bucket, prefix) in [
            ("gs://", "data", "in"),
            ("s3://", "data", ""),
            ("s3://", "data", "inside"),
            ("s3://", "other", "in"),
            ("s3://", "data/in", ""),
        ] {
            assert!(!grant.opens(scheme, bucket, prefix), "{scheme}{bucket} {prefix}");
        }
        let azure = Grant::read("1@azure-blob://account/container").expect("a grant");
        assert!(azure.opens("azure-blob://", "account", "container/x"));
        assert!(!azure.opens("azure-blob://", "account", "containers"));
        for bad in [
            "",
            "true",
            "s3://data",
            "x@s3://data",
            "0@s3://data",
            "1@s3://",
            "1@data",
            "1@ftp://data",
            "1@s3://data//x",
            "1@s3://data/../x",
            "1@azure-blob://container",
            "1@azure-blob://account/",
        ] {
            assert!(Grant::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn sec_146_without_a_grant_nobody_has_the_installations_credentials() {
        static KEY: Field = Field::password("key", "Key");
        let grants = [Grant::read("7@s3://data/in").expect("a grant")];
        let used = |values: &Values, place| is_used(values, &[&KEY], &grants, "s3://", place);
        let asks = values(&[("use_server_credentials", "true")]);
        assert_eq!(used(&asks, ("data", "in/2026")), Ok(true));
        let refused = used(&asks, ("data", "")).expect_err("refused").text;
        assert!(refused.contains("are not for s3://data."), "{refused}");
        // Without keys they are used where they may be, and nowhere else.
        assert_eq!(used(&values(&[]), ("data", "in")), Ok(true));
        assert_eq!(used(&values(&[]), ("data", "")), Ok(false));
        assert_eq!(used(&values(&[("key", "x")]), ("data", "in")), Ok(false));
        assert!(is_used(&asks, &[&KEY], &[], "s3://", ("data", "in")).is_err());
    }
}

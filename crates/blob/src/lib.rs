//! Object stores behind one trait: what a storage of a project can be connected to.
//!
//! A [`Provider`] says which fields people fill in and opens a [`Bucket`] with them; a bucket lists, reads, writes, deletes and
//! signs. Another provider is a file with both and a line in [`PROVIDERS`]; nothing else knows which there are. What is done with
//! objects (tasks, annotations, rights) is none of this room's business. Everything goes out by `net`.

mod ambient;
pub mod answers;
mod azure;
mod bucket;
mod error;
mod field;
mod file_content;
mod folder;
mod gcs;
mod redis;
mod rights;
mod s3;
mod web;

pub use ambient::{Ambient, Grant, SERVER_CREDENTIALS, covers};
pub use azure::{Application, Entra};
pub use bucket::{Bucket, Content, Object, Page, Position, Range, SignedHeaders};
pub use error::{BlobError, Fault};
pub use field::{Field, Kind, Values};
pub use file_content::FileContent;
pub use gcs::Google;
pub use labelkeep_net::Identity;
pub use rights::{Right, hint};
pub use s3::{Aws, Container, WebIdentity};

use std::path::PathBuf;
use std::sync::Arc;

/// What an object store is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Objects become tasks.
    Source,
    /// Annotations become objects.
    Target,
}

/// What providers need of the installation.
#[derive(Debug, Clone)]
pub struct World {
    /// The guarded way out.
    pub net: labelkeep_net::Client,
    /// The folder below which local folders may be used; none: they are switched off.
    pub local_root: Option<PathBuf>,
    /// What the configuration says of stores.
    pub installation: Arc<Installation>,
    /// What the installation's own credentials open for who asks (SEC-146).
    pub grants: Vec<Grant>,
}

/// What the configuration of an installation says of object stores.
#[derive(Debug)]
pub struct Installation {
    /// Where S3 and its token service are, for storages that name no endpoint: scheme and host, without a slash at the end; none:
    /// at Amazon's own addresses.
    pub s3_endpoint: Option<String>,
    /// Where Azure's containers are, for storages that name no endpoint, when that is not Azure's public cloud: `{account}` stands
    /// for the account.
    pub azure_endpoint: Option<String>,
    /// Where service principals of Azure get their tokens: scheme and host, without a slash at the end.
    pub azure_authority: String,
    /// Where Google Cloud Storage and its token service are, when they are not at Google's own address: scheme and host, without a
    /// slash at the end.
    pub google_endpoint: Option<String>,
    /// How Redis is reached.
    pub redis: RedisInstallation,
    /// Which buckets the installation's own credentials open, by organization.
    pub grants: Vec<Grant>,
    /// Where these come from.
    pub ambient: Ambient,
}

/// What an installation says of connections to Redis.
#[derive(Debug, Clone, Default)]
pub struct RedisInstallation {
    /// Authorities, as PEM, that count for all storages; none: those of all outgoing connections.
    pub authorities: Option<String>,
    /// The certificate and its key, as PEM, of storages without one of their own.
    pub identity: Option<Identity>,
    /// Whether the certificate of the server does not matter.
    pub is_unverified: bool,
    /// Whether other machines may be reached without TLS (SEC-016).
    pub allows_plaintext: bool,
}

impl Default for Installation {
    fn default() -> Self {
        Installation {
            azure_authority: "https://login.microsoftonline.com".to_owned(),
            s3_endpoint: None,
            azure_endpoint: None,
            google_endpoint: None,
            redis: RedisInstallation::default(),
            grants: Vec::new(),
            ambient: Ambient::default(),
        }
    }
}

/// A kind of object store.
pub trait Provider: Sync {
    /// Its name on the wire, `s3`.
    fn kind(&self) -> &'static str;

    /// Its name for people.
    fn title(&self) -> &'static str;

    /// What people fill in, in the order of the form.
    fn fields(&self, purpose: Purpose) -> Vec<&'static Field>;

    /// How the addresses of its objects begin, `s3://`; none when browsers can open them as they are.
    fn scheme(&self) -> Option<&'static str> {
        None
    }

    /// Whether browsers can get signed links to its objects.
    fn signs(&self) -> bool {
        false
    }

    /// Whether tasks can name its objects, so that these are shown to those who label.
    fn has_addresses(&self) -> bool {
        true
    }

    /// Whether its keys lie in folders, so that what lies below can be left out.
    fn has_folders(&self) -> bool {
        true
    }

    /// Whether it reads what lies on the server's own machine: then only who runs the server may connect it (SEC-151).
    fn is_local(&self) -> bool {
        false
    }

    /// Whether it can be used in this installation.
    fn is_offered(&self, _world: &World) -> bool {
        true
    }

    /// Opens a bucket. Nothing is asked of it yet.
    ///
    /// # Errors
    /// Fields that are missing or not of the form that the provider knows.
    fn open(&self, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError>;
}

/// All of them, in the order in which they are offered.
pub const PROVIDERS: &[&dyn Provider] = &[
    &s3::S3,
    &s3::S3Role,
    &gcs::Gcs,
    &azure::Azure,
    &azure::AzurePrincipal,
    &redis::Redis,
    &folder::Folder,
];

/// The provider of this name.
pub fn provider(kind: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.kind() == kind)
}

//! Azure Blob Storage.

pub(crate) mod answer;
mod bucket;
mod principal;
mod sign;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use labelkeep_net::Consumer;

use crate::ambient::{self, SERVER_CREDENTIALS};
use crate::web::{Clock, Kept, Prefix, needed};
use crate::{BlobError, Bucket, Field, Provider, Purpose, Values, World};
use bucket::AzureBucket;
pub use principal::{Application, Entra};
use principal::{Principal, Proof};

/// The code of an error.
pub(crate) fn code(headers: &labelkeep_net::HeaderMap) -> String {
    bucket::code(headers)
}

/// Whether an answer has a key in it that signs links.
pub(crate) fn has_key(answer: &[u8]) -> bool {
    principal::delegation(answer).is_some()
}

/// The provider: with the account's key, or a SAS token.
pub(crate) struct Azure;

/// The same with a service principal, an application of the organization's directory.
pub(crate) struct AzurePrincipal;

/// How addresses of objects begin.
const SCHEME: &str = "azure-blob://";

static CONTAINER: Field = Field::text("container", "Container")
    .required()
    .place()
    .such_as("my-images");
static PREFIX: Field = Field::text("prefix", "Prefix")
    .such_as("data/2026")
    .help("Only objects below this folder. Empty: the whole container.");
static ACCOUNT: Field = Field::password("account_name", "Account name").required().place();
static KEY: Field = Field::password("account_key", "Account key")
    .help("One of the two keys of the account. Leave it empty if you enter a SAS token.")
    .unless(&SERVER_CREDENTIALS);
static SAS: Field = Field::password("sas_token", "SAS token")
    .such_as("sv=…&sig=…")
    .help("In place of the key, with the rights to read and list. Files then go through this server, since it cannot be narrowed to one of them.")
    .unless(&SERVER_CREDENTIALS);
static SAS_TO_WRITE: Field = Field::password("sas_token", "SAS token")
    .such_as("sv=…&sig=…")
    .help("In place of the key, with the rights to create and write, and to delete if objects are to be deleted.")
    .unless(&SERVER_CREDENTIALS);
static ENDPOINT: Field = Field::text("endpoint", "Endpoint")
    .place()
    .of_connection()
    .such_as("https://myaccount.blob.core.windows.net")
    .help("Only for other clouds than the public one, and for servers that speak its language.")
    .unless(&SERVER_CREDENTIALS);
static TENANT: Field = Field::text("tenant_id", "Tenant ID")
    .required()
    .place()
    .of_connection()
    .such_as("00000000-0000-0000-0000-000000000000");
static CLIENT: Field = Field::text("client_id", "Client ID")
    .required()
    .place()
    .of_connection()
    .help("Of an application with the roles Storage Blob Data Reader and Storage Blob Delegator; no more are needed.");
static CLIENT_TO_WRITE: Field = Field::text("client_id", "Client ID")
    .required()
    .place()
    .of_connection()
    .help("Of an application with the role Storage Blob Data Contributor.");
static CLIENT_SECRET: Field = Field::password("client_secret", "Client secret").required();

impl Provider for Azure {
    fn kind(&self) -> &'static str {
        "azure"
    }

    fn title(&self) -> &'static str {
        "Microsoft Azure"
    }

    fn fields(&self, purpose: Purpose) -> Vec<&'static Field> {
        let sas = match purpose {
            Purpose::Source => &SAS,
            Purpose::Target => &SAS_TO_WRITE,
        };
        vec![&CONTAINER, &PREFIX, &ACCOUNT, &SERVER_CREDENTIALS, &ENDPOINT, &KEY, sas]
    }

    fn scheme(&self) -> Option<&'static str> {
        Some(SCHEME)
    }

    fn signs(&self) -> bool {
        true
    }

    fn open(&self, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError> {
        if uses_server(values, world)? {
            ambient::check_endpoint(values, &ENDPOINT)?;
            return open(of_server(values, world)?, values, purpose, world);
        }
        let access = match (values.get(KEY.name), values.get(SAS.name)) {
            (Some(key), _) => Access::Key(read_key(key)?),
            (None, Some(sas)) => Access::Sas(read_sas(sas)?),
            (None, None) => {
                return Err(BlobError::field(
                    KEY.name,
                    "Enter the key of the account, or a SAS token.",
                ));
            }
        };
        open(access, values, purpose, world)
    }
}

impl Provider for AzurePrincipal {
    fn kind(&self) -> &'static str {
        "azure_spi"
    }

    fn title(&self) -> &'static str {
        "Microsoft Azure with a service principal"
    }

    fn fields(&self, purpose: Purpose) -> Vec<&'static Field> {
        let client = match purpose {
            Purpose::Source => &CLIENT,
            Purpose::Target => &CLIENT_TO_WRITE,
        };
        vec![
            &CONTAINER,
            &PREFIX,
            &ACCOUNT,
            &ENDPOINT,
            &TENANT,
            client,
            &CLIENT_SECRET,
        ]
    }

    fn scheme(&self) -> Option<&'static str> {
        Some(SCHEME)
    }

    fn signs(&self) -> bool {
        true
    }

    fn open(&self, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError> {
        let name = |field: &'static Field| {
            let text = needed(values, field)?;
            let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            if text.len() <= 128 && text.bytes().all(known) && !text.starts_with('.') {
                Ok(text.to_owned())
            } else {
                Err(BlobError::field(field.name, "It has characters that it cannot have."))
            }
        };
        let principal = Principal {
            net: world.net.clone(),
            authority: world.installation.azure_authority.clone(),
            proof: Proof::Form(
                Application {
                    tenant: name(&TENANT)?,
                    client: name(&CLIENT)?,
                },
                needed(values, &CLIENT_SECRET)?.to_owned(),
            ),
            token: Kept::default(),
            delegation: Kept::default(),
        };
        open(Access::Principal(Box::new(principal)), values, purpose, world)
    }
}

/// Whether the installation's own credentials are to be used, which are for a container of an account.
fn uses_server(values: &Values, world: &World) -> Result<bool, BlobError> {
    let account = needed(values, &ACCOUNT)?;
    let prefix = values.get(PREFIX.name).unwrap_or_default();
    let below = format!("{}/{prefix}", needed(values, &CONTAINER)?);
    ambient::is_used(values, &[&KEY, &SAS], &world.grants, SCHEME, (account, &below))
}

/// The installation's own credentials for the account.
fn of_server(values: &Values, world: &World) -> Result<Access, BlobError> {
    let account = needed(values, &ACCOUNT)?;
    if let Some((known, key)) = &world.installation.ambient.azure.key
        && known == account
    {
        return Ok(Access::Key(read_key(key)?));
    }
    Ok(Access::Principal(Box::new(Principal {
        net: world.net.clone(),
        authority: world.installation.azure_authority.clone(),
        proof: Proof::Server(world.installation.clone()),
        token: Kept::default(),
        delegation: Kept::default(),
    })))
}

/// Who asks.
enum Access {
    /// The account's key.
    Key(Vec<u8>),
    /// The query of a SAS token, encoded.
    Sas(String),
    Principal(Box<Principal>),
}

fn open(access: Access, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError> {
    let container = needed(values, &CONTAINER)?;
    if !is_container(container) {
        let text = "A container's name has 3 to 63 small letters, digits and hyphens.";
        return Err(BlobError::field(CONTAINER.name, text));
    }
    let account = needed(values, &ACCOUNT)?;
    if !is_account(account) {
        let text = "An account's name has 3 to 24 small letters and digits.";
        return Err(BlobError::field(ACCOUNT.name, text));
    }
    let of_installation = world.installation.azure_endpoint.as_deref();
    let of_installation = of_installation.map(|endpoint| endpoint.replace("{account}", account));
    let place = match values.get(ENDPOINT.name).or(of_installation.as_deref()) {
        Some(endpoint) => Place::of_endpoint(endpoint)?,
        None => Place {
            base: format!("https://{account}.blob.core.windows.net"),
            path: String::new(),
        },
    };
    let origin = world
        .net
        .origin(Consumer::Storage, &place.base)
        .map_err(|error| BlobError::field(ENDPOINT.name, error.to_string()))?;
    Ok(Box::new(AzureBucket {
        origin,
        place,
        account: account.to_owned(),
        container: container.to_owned(),
        prefix: Prefix::new(values.get(PREFIX.name).unwrap_or_default()),
        access,
        purpose,
        clock: Clock::default(),
        tree: Default::default(),
    }))
}

fn read_key(text: &str) -> Result<Vec<u8>, BlobError> {
    BASE64
        .decode(text)
        .ok()
        .filter(|key| !key.is_empty())
        .ok_or_else(|| BlobError::field(KEY.name, "This is not an account key: it has to be whole, in base64."))
}

fn read_sas(text: &str) -> Result<String, BlobError> {
    // As the portal gives it, or with the address before it.
    let query = text.rsplit_once('?').map_or(text, |(_, query)| query);
    let is_plain = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let has = |name: &str| query.split('&').any(|pair| pair.starts_with(name));
    if is_plain && has("sig=") && has("sv=") {
        Ok(query.to_owned())
    } else {
        Err(BlobError::field(
            SAS.name,
            "This is not a SAS token: it has parts such as sv=… and sig=…",
        ))
    }
}

/// The grammar of containers (SEC-148); `$root`, `$web` and `$logs` are those that the store itself has.
fn is_container(name: &str) -> bool {
    if matches!(name, "$root" | "$web" | "$logs") {
        return true;
    }
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=63).contains(&name.len())
        && name.bytes().all(known)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

/// The grammar of accounts; that of the emulator is the same.
fn is_account(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Where an account is.
struct Place {
    /// Scheme, host and port, without a slash at the end.
    base: String,
    /// What stands before the container, `/account` at emulators; without a slash at the end.
    path: String,
}

impl Place {
    fn of_endpoint(endpoint: &str) -> Result<Place, BlobError> {
        let wrong = |text: &str| BlobError::field(ENDPOINT.name, text);
        let url = labelkeep_net::target::Target::parse(endpoint)
            .map_err(|error| wrong(&error.to_string()))?
            .url()
            .clone();
        let path = url.path().trim_end_matches('/');
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if url.query().is_some() || !path.bytes().skip(1).all(is_known) {
            return Err(wrong(
                "An endpoint is a scheme and a host, such as https://myaccount.blob.core.windows.net.",
            ));
        }
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Place {
            base: format!("{}://{host}{port}", url.scheme()),
            path: path.to_owned(),
        })
    }
}

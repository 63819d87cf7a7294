//! Redis: values that are tasks, and annotations that become values.

mod bucket;
mod wire;

use labelkeep_net::{Identity, IdentityError, Protection, TlsChoice};

use crate::web::needed;
use crate::{BlobError, Bucket, Field, Provider, Purpose, Values, World};
use bucket::{RedisBucket, Server};

/// The provider.
pub(crate) struct Redis;

static HOST: Field = Field::text("host", "Host")
    .required()
    .place()
    .of_connection()
    .such_as("redis.example.com");
static PORT: Field = Field::text("port", "Port").place().of_connection().such_as("6379");
static PATH: Field = Field::text("path", "Prefix of keys")
    .such_as("tasks:")
    .help("Only keys that begin so. Empty: all of them.");
static PATH_TO_WRITE: Field = Field::text("path", "Prefix of keys")
    .such_as("annotations")
    .help("Keys are this, a slash, and the number of the annotation; without the slash where it ends with a colon.");
static DB: Field = Field::number("db", "Number of the database", 1);
static DB_TO_WRITE: Field = Field::number("db", "Number of the database", 2);
static USER: Field = Field::text("username", "User")
    .of_connection()
    .such_as("default")
    .help("Of the access control list. It needs the commands SCAN, STRLEN, GET and GETRANGE; no more.");
static USER_TO_WRITE: Field = Field::text("username", "User")
    .of_connection()
    .such_as("default")
    .help("Of the access control list. It needs the commands SET and DEL; no more.");
static PASSWORD: Field = Field::password("password", "Password");
static TLS: Field = Field::switch("tls", "Encrypt the connection (TLS)")
    .place()
    .of_connection()
    .help("Without it only a Redis on the server's own machine is reached, unless the installation allows more.");
static AUTHORITY: Field = Field::lines("tls_ca", "Authority")
    .of_connection()
    .when("tls")
    .such_as("-----BEGIN CERTIFICATE-----")
    .help("PEM of the authority that signed the certificate of Redis, if it is not a public one.");
static CERTIFICATE: Field = Field::lines("tls_certificate", "Client certificate")
    .of_connection()
    .when("tls")
    .such_as("-----BEGIN CERTIFICATE-----")
    .help("PEM, where Redis asks for one.");
static KEY: Field = Field::secret_lines("tls_key", "Key of the client certificate")
    .when("tls")
    .help("PEM, as the certificate.");

impl Provider for Redis {
    fn kind(&self) -> &'static str {
        "redis"
    }

    fn title(&self) -> &'static str {
        "Redis"
    }

    fn fields(&self, purpose: Purpose) -> Vec<&'static Field> {
        let (path, db, user) = match purpose {
            Purpose::Source => (&PATH, &DB, &USER),
            Purpose::Target => (&PATH_TO_WRITE, &DB_TO_WRITE, &USER_TO_WRITE),
        };
        vec![
            &HOST,
            &PORT,
            path,
            db,
            user,
            &PASSWORD,
            &TLS,
            &AUTHORITY,
            &CERTIFICATE,
            &KEY,
        ]
    }

    fn has_addresses(&self) -> bool {
        false
    }

    fn has_folders(&self) -> bool {
        false
    }

    fn open(&self, values: &Values, purpose: Purpose, world: &World) -> Result<Box<dyn Bucket>, BlobError> {
        let host = needed(values, &HOST)?;
        let port = values.get(PORT.name).unwrap_or("6379");
        let port = port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or_else(|| BlobError::field(PORT.name, "A port is a number from 1 to 65535."))?;
        let usual = match purpose {
            Purpose::Source => 1,
            Purpose::Target => 2,
        };
        let database = match values.get(DB.name) {
            Some(text) => text
                .parse()
                .map_err(|_| BlobError::field(DB.name, "A valid integer is required."))?,
            None => usual,
        };
        let password = values.get(PASSWORD.name).map(str::to_owned);
        let user = values.get(USER.name).map(str::to_owned);
        if user.is_some() && password.is_none() {
            return Err(BlobError::field(PASSWORD.name, "A user has a password."));
        }
        let server = Server {
            net: world.net.clone(),
            host: host.to_owned(),
            port,
            protection: protection(values, world)?,
            user,
            password,
            database,
        };
        let path = values.get(PATH.name).unwrap_or_default();
        Ok(Box::new(RedisBucket::new(server, path, purpose)))
    }
}

fn protection(values: &Values, world: &World) -> Result<Protection, BlobError> {
    let installation = &world.installation.redis;
    if !values.is_on(TLS.name) {
        return Ok(Protection::Plain {
            beyond_this_machine: installation.allows_plaintext,
        });
    }
    let own = match (values.get(CERTIFICATE.name), values.get(KEY.name)) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some(Identity {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        }),
        (Some(_), None) => return Err(BlobError::field(KEY.name, "A certificate has a key.")),
        (None, Some(_)) => return Err(BlobError::field(CERTIFICATE.name, "The key is of a certificate.")),
    };
    let choice = TlsChoice {
        authorities: values
            .get(AUTHORITY.name)
            .map(str::to_owned)
            .or_else(|| installation.authorities.clone()),
        identity: own.or_else(|| installation.identity.clone()),
        is_unverified: installation.is_unverified,
    };
    world.net.tls_with(&choice).map_err(|error| {
        let field = match error {
            IdentityError::Authorities => AUTHORITY.name,
            IdentityError::Certificate => CERTIFICATE.name,
            IdentityError::Key | IdentityError::Pair => KEY.name,
        };
        BlobError::field(field, error.to_string())
    })
}

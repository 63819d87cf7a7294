//! The table. One row a setting.

/// A setting.
#[derive(Debug)]
pub struct Opt {
    /// Its name in the environment, without prefix.
    pub name: &'static str,
    /// Its flag, without dashes.
    pub flag: Option<&'static str>,
    /// Its one-letter flag.
    pub short: Option<char>,
    /// What the flag takes; none for a switch.
    pub value: Option<&'static str>,
    /// The default.
    pub default: Option<&'static str>,
    /// The default as the documentation says it, where it depends on other settings.
    pub shown_default: Option<&'static str>,
    /// Whether it is never shown, and may be given as a file.
    pub secret: bool,
    /// Whether the bare name is left alone.
    pub prefixed_only: bool,
    /// Where the documentation puts it.
    pub section: Section,
    /// One sentence.
    pub help: &'static str,
}

/// Chapters of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Section {
    Start,
    Tls,
    Database,
    Accounts,
    Web,
    Data,
    Cloud,
    Mail,
    Network,
    Logs,
}

/// Their titles, in order.
pub(super) const SECTIONS: &[(Section, &str)] = &[
    (Section::Start, "Start"),
    (Section::Tls, "Transport: TLS, proxies, monitoring"),
    (Section::Database, "Database"),
    (Section::Accounts, "Accounts and sessions"),
    (Section::Web, "Web"),
    (Section::Data, "Data and work"),
    (Section::Cloud, "The server's own cloud credentials"),
    (Section::Mail, "Mail"),
    (Section::Network, "Outgoing connections"),
    (Section::Logs, "Logs"),
];

impl Opt {
    /// The variables that set it, the strongest first.
    pub(super) fn variables(&self) -> Vec<String> {
        if self.name.starts_with("LABELKEEP_") {
            return vec![self.name.to_owned()];
        }
        let mut names = vec![format!("LABEL_STUDIO_{}", self.name), format!("HEARTEX_{}", self.name)];
        if self.name == "COLLECT_ANALYTICS" {
            // Its documentation has always shown both spellings.
            names.push("collect_analytics".to_owned());
        }
        if !self.prefixed_only {
            names.push(self.name.to_owned());
        }
        names
    }

    const fn flag(self, flag: &'static str, value: &'static str) -> Self {
        Opt {
            flag: Some(flag),
            value: Some(value),
            ..self
        }
    }

    const fn switch(self, flag: &'static str) -> Self {
        Opt {
            flag: Some(flag),
            value: None,
            ..self
        }
    }

    const fn short(self, short: char) -> Self {
        Opt {
            short: Some(short),
            ..self
        }
    }

    const fn default(self, default: &'static str) -> Self {
        Opt {
            default: Some(default),
            ..self
        }
    }

    const fn shown(self, default: &'static str) -> Self {
        Opt {
            shown_default: Some(default),
            ..self
        }
    }

    const fn secret(self) -> Self {
        Opt { secret: true, ..self }
    }

    const fn prefixed_only(self) -> Self {
        Opt {
            prefixed_only: true,
            ..self
        }
    }
}

const fn option(section: Section, name: &'static str, help: &'static str) -> Opt {
    Opt {
        name,
        flag: None,
        short: None,
        value: None,
        default: None,
        shown_default: None,
        secret: false,
        prefixed_only: false,
        section,
        help,
    }
}

pub(super) fn find(name: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.name == name)
}

use Section::{Accounts, Cloud, Data, Database, Logs, Mail, Network, Start, Tls, Web};

/// All settings.
pub const OPTIONS: &[Opt] = &[
    option(Start, "LABELKEEP_LOCAL", "One person's mode: loopback only, plain HTTP.")
        .switch("local")
        .default("false"),
    option(Start, "PORT", "TCP port. The start fails when it is taken.").flag("port", "PORT").short('p').default("8080"),
    option(Start, "INTERNAL_HOST", "Address to listen on; in local mode, and for plain HTTP without TRUSTED_PROXIES, a loopback address.")
        .flag("internal-host", "ADDRESS")
        .shown("127.0.0.1; 0.0.0.0 with TLS and a public HOST"),
    option(Start, "HOST", "Public base URL, https://…, for absolute links; in local mode http:// and a loopback name.")
        .flag("host", "URL")
        .prefixed_only(),
    option(Start, "BASE_DATA_DIR", "Folder for the database, uploads and keys.")
        .flag("data-dir", "FOLDER")
        .shown("~/.local/share/labelkeep"),
    option(Start, "LABELKEEP_KEY_FILE", "Master keys that seal secrets in the database. Made at the first start; keep a copy elsewhere.")
        .shown("{data dir}/keys/master.key"),
    option(Start, "LABELKEEP_NO_BROWSER", "Accepted for existing scripts; no browser is opened in any case.")
        .switch("no-browser")
        .short('b')
        .default("false"),
    option(Tls, "TLS_MODE", "Where TLS comes from: files, generated, acme (where it is built in), or proxy (plain HTTP on loopback or from TRUSTED_PROXIES).")
        .shown("files with TLS_CERT_FILE, else generated"),
    option(Tls, "TLS_CERT_FILE", "PEM file of the certificate, followed by its chain. Read again when it changes.").flag("cert", "FILE"),
    option(Tls, "TLS_KEY_FILE", "PEM file of its private key, readable by its owner alone.").flag("key", "FILE"),
    option(Tls, "LABELKEEP_ACME_DIRECTORY", "With TLS_MODE=acme: the authority's directory. To use it is to agree to its terms.")
        .default("https://acme-v02.api.letsencrypt.org/directory"),
    option(Tls, "LABELKEEP_ACME_CONTACT", "With TLS_MODE=acme: whom the authority writes to, as in mailto:operator@example.org."),
    option(Tls, "LABELKEEP_ACME_CHALLENGE", "With TLS_MODE=acme: tls-alpn-01 on PORT, or http-01 on LABELKEEP_REDIRECT_PORT.").default("tls-alpn-01"),
    option(Tls, "LABELKEEP_REDIRECT_PORT", "TCP port for plain HTTP that leads pages to https:// and refuses the API; none when empty."),
    option(Tls, "LABELKEEP_HSTS_PRELOAD", "Whether Strict-Transport-Security asks to be built into browsers.").default("false"),
    option(Tls, "TRUSTED_PROXIES", "Addresses or networks of proxies whose X-Forwarded-For, -Proto and -Host count; not in local mode."),
    option(Tls, "LABELKEEP_MONITORING_PORT", "TCP port for /health, /health/live, /health/ready and /metrics; none when empty."),
    option(Tls, "LABELKEEP_MONITORING_HOST", "Address for that port.").default("127.0.0.1"),
    option(Database, "DATABASE_NAME", "SQLite file.").flag("database", "FILE").shown("{data dir}/labelkeep.sqlite3"),
    option(Database, "DATABASE_URL", "postgresql://user:password@host:port/name?sslmode=verify-full, or sqlite:///absolute/path. Wins over the names below.")
        .secret(),
    option(Database, "DJANGO_DB", "sqlite; default or postgresql for PostgreSQL.").default("sqlite"),
    option(Database, "POSTGRE_HOST", "PostgreSQL: host name, address, or folder of the socket.").default("localhost"),
    option(Database, "POSTGRE_PORT", "PostgreSQL: TCP port.").default("5432"),
    option(Database, "POSTGRE_USER", "PostgreSQL: role. Must be given."),
    option(Database, "POSTGRE_PASSWORD", "PostgreSQL: password.").secret(),
    option(Database, "POSTGRE_NAME", "PostgreSQL: database.").default("postgres"),
    option(Database, "POSTGRE_SSL_MODE", "PostgreSQL: verify-full, verify-ca, require; disable on loopback only.").default("verify-full"),
    option(Database, "POSTGRE_SSLROOTCERT", "PostgreSQL: PEM file of the authority that signed its certificate; CUSTOM_CA_CERTS and the public ones are trusted too."),
    option(Database, "POSTGRE_SSLCERT", "PostgreSQL: PEM file of our certificate, where the server asks for one."),
    option(Database, "POSTGRE_SSLKEY", "PostgreSQL: PEM file of its private key, readable by its owner alone."),
    option(Accounts, "USERNAME", "E-mail address of an account to make at the start, if it does not exist.")
        .flag("username", "EMAIL")
        .prefixed_only(),
    option(Accounts, "PASSWORD", "Its password; that of an existing account is left alone.")
        .flag("password", "PASSWORD")
        .secret()
        .prefixed_only(),
    option(Accounts, "USER_TOKEN", "Its legacy API token; more than 5 characters.").flag("user-token", "TOKEN").secret(),
    option(Accounts, "ENABLE_LEGACY_API_TOKEN", "Whether a new organization accepts legacy tokens (`Authorization: Token`).")
        .switch("enable-legacy-api-token")
        .default("false"),
    option(Accounts, "DISABLE_SIGNUP_WITHOUT_LINK", "Whether sign-up needs an invitation link; the first account never does in local mode.")
        .default("true"),
    option(Accounts, "PASSWORD_BLOCKLIST", "Whether new passwords are checked against common ones; false in local mode only.").default("true"),
    option(Accounts, "LABELKEEP_OIDC_ISSUER", "Issuer of the OpenID provider by which members of the first organization sign in; the settings page can set one too."),
    option(Accounts, "LABELKEEP_OIDC_CLIENT_ID", "The client's id at that provider."),
    option(Accounts, "LABELKEEP_OIDC_CLIENT_SECRET", "The client's secret there.").secret(),
    option(Accounts, "LABELKEEP_OIDC_SCOPES", "Scopes to ask for, separated by blanks.").shown("openid email profile"),
    option(Accounts, "LABELKEEP_OIDC_GROUP_CLAIM", "Claim of the ID token that lists the person's groups.").shown("groups"),
    option(Accounts, "LABELKEEP_OIDC_BUTTON_TEXT", "Text of the button on the sign-in page.").shown("Sign in with single sign-on"),
    option(Accounts, "MAX_SESSION_AGE", "Seconds after which a browser session ends in any case.").default("604800"),
    option(Accounts, "MAX_TIME_BETWEEN_ACTIVITY", "Seconds after which a browser session ends without a request.").default("86400"),
    option(Web, "CSRF_TRUSTED_ORIGINS", "Further origins whose pages may send changes, with scheme."),
    option(Web, "ALLOWED_HOSTS", "Further names that may stand in Host; not in local mode."),
    option(Web, "LOGOUT_REDIRECT_URL", "Where to go after signing out; empty for the start page."),
    option(Web, "CSP_CONNECT_ORIGINS", "Further origins that the browser may fetch data from."),
    option(Web, "CSP_MEDIA_ORIGINS", "The only other origins that pictures, sound and video may come from, with scheme.").shown("any over TLS"),
    option(Web, "MEDIA_ORIGIN", "Origin, with scheme, at which this server hands out files of people and nothing else, as in https://files.labels.example: the name leads here, and is on the certificate."),
    option(Web, "CORS_ALLOWED_ORIGINS", "Origins whose pages may read answers of the API, with scheme."),
    option(Web, "CORS_ALLOWED_ORIGIN_REGEXES", "Patterns of further ones; each is compared with the whole origin."),
    option(Web, "CORS_ALLOW_CREDENTIALS", "Whether requests of CORS_ALLOWED_ORIGINS may carry the cookies of who is signed in.").default("false"),
    option(Web, "CORS_ALLOW_ALL_ORIGINS", "Has no effect: origins are named.").default("false"),
    option(Web, "LABELKEEP_SECURITY_CONTACT", "Whom to tell about a weakness (a URI, as in mailto:…); shown at /.well-known/security.txt."),
    option(Data, "DATA_UPLOAD_MAX_MEMORY_SIZE", "Largest upload, in bytes.").default("262144000"),
    option(Data, "DATA_UPLOAD_MAX_NUMBER_FILES", "Most files in one upload.").default("100"),
    option(Data, "LABELKEEP_PROJECT_QUOTA", "Most bytes that the uploaded files of a project may take; no limit when empty."),
    option(Data, "LABELKEEP_ORGANIZATION_QUOTA", "The same of all projects of an organization."),
    option(Data, "SVG_SECURITY_CLEANUP", "Whether scripts, links and addresses of others are taken out of SVG pictures when they are uploaded.").default("true"),
    option(Data, "IMPORT_MAX_BYTES", "Largest JSON or JSONL import that is read as a stream, in bytes.").default("4294967296"),
    option(Data, "TASKS_MAX_NUMBER", "Most tasks in one import.").default("1000000"),
    option(Data, "LABELKEEP_SEARCH_MILLISECONDS", "How long a page of tasks is searched for where no index knows them; then it shows what was found, and the rest follows.")
        .default("100"),
    option(Data, "LABELKEEP_EXPORT_DAYS", "Days that snapshots of exports are kept.").default("7"),
    option(Data, "TASK_LOCK_TTL", "Seconds for which a task stays reserved for the person who opened it.").default("86400"),
    option(Data, "ALLOW_IMPORT_TASKS_WITH_UNKNOWN_EMAILS", "Whether an unknown address in imported annotations means the importing person.")
        .default("false"),
    option(Data, "LOCAL_FILES_SERVING_ENABLED", "Whether administrators may connect folders of this machine as storages of projects.").default("false"),
    option(Data, "LOCAL_FILES_DOCUMENT_ROOT", "The folder below which these have to lie; what is outside of it is never read."),
    option(Data, "AZURE_AUTHORITY_HOST", "Where storages with a service principal of Azure get their tokens; another one for other clouds than the public one.")
        .default("https://login.microsoftonline.com"),
    option(Data, "GCS_ENDPOINT", "Where Google Cloud Storage and its token service are, when that is not Google's own address: a private endpoint, an emulator.")
        .shown("https://storage.googleapis.com"),
    option(Data, "S3_ENDPOINT", "Where S3 and its token service are, for storages that name no endpoint, when that is not Amazon: MinIO, a private endpoint.")
        .shown("Amazon's own addresses"),
    option(Data, "AZURE_BLOB_ENDPOINT", "Where the containers of Azure are, for storages that name no endpoint; {account} stands for the account.")
        .shown("https://{account}.blob.core.windows.net"),
    option(Data, "STORAGE_TYPE", "Where uploads, snapshots of exports and pictures of people lie: volume (the data folder), s3, azure or gcs.")
        .default("volume"),
    option(Data, "STORAGE_PERSISTENCE", "false: they lie in the data folder, whatever STORAGE_TYPE says.").default("true"),
    option(Data, "STORAGE_AWS_BUCKET_NAME", "With STORAGE_TYPE=s3: the bucket."),
    option(Data, "STORAGE_AWS_FOLDER", "S3: a folder in the bucket."),
    option(Data, "STORAGE_AWS_ACCESS_KEY_ID", "S3: the access key, with the rights to get, put and delete objects; without one the server's own credentials are used."),
    option(Data, "STORAGE_AWS_SECRET_ACCESS_KEY", "S3: its secret.").secret(),
    option(Data, "STORAGE_AWS_REGION_NAME", "S3: the region.").shown("us-east-1"),
    option(Data, "STORAGE_AWS_ENDPOINT_URL", "S3: where another store than Amazon's is, as in https://minio.example:9000."),
    option(Data, "STORAGE_AWS_OBJECT_PARAMETERS", "S3: JSON; {\"ServerSideEncryption\": \"aws:kms\", \"SSEKMSKeyId\": \"…\"} encrypts objects with that key."),
    option(Data, "STORAGE_AWS_S3_VERIFY", "S3: false leaves the store's certificate unverified; a path is a PEM file of authorities to trust besides the others."),
    option(Data, "STORAGE_AWS_S3_USE_SSL", "S3: Amazon is reached by TLS alone; what is said of another store is in its endpoint.").default("true"),
    option(Data, "STORAGE_AWS_S3_SIGNATURE_VERSION", "S3: s3v4, the only one that there is.").default("s3v4"),
    option(Data, "STORAGE_AWS_X_AMZ_EXPIRES", "Has no effect: files go through the server, which asks for rights each time.").default("86400"),
    option(Data, "STORAGE_AZURE_CONTAINER_NAME", "With STORAGE_TYPE=azure: the container."),
    option(Data, "STORAGE_AZURE_FOLDER", "Azure: a folder in the container."),
    option(Data, "STORAGE_AZURE_ACCOUNT_NAME", "Azure: the account."),
    option(Data, "STORAGE_AZURE_ACCOUNT_KEY", "Azure: one of its keys; without one the server's own credentials are used.").secret(),
    option(Data, "STORAGE_AZURE_URL_EXPIRATION_SECS", "Has no effect, as STORAGE_AWS_X_AMZ_EXPIRES.").default("86400"),
    option(Data, "STORAGE_GCS_BUCKET_NAME", "With STORAGE_TYPE=gcs: the bucket, which the server's own credentials open (GOOGLE_APPLICATION_CREDENTIALS)."),
    option(Data, "STORAGE_GCS_FOLDER", "Google Cloud Storage: a folder in the bucket."),
    option(Data, "STORAGE_GCS_ENDPOINT", "Google Cloud Storage: where it and its token service are, when that is not Google's own address.")
        .shown("GCS_ENDPOINT"),
    option(Data, "STORAGE_GCS_PROJECT_ID", "Accepted; buckets have names of their own."),
    option(Data, "STORAGE_GCS_EXPIRATION_SECS", "Has no effect, as STORAGE_AWS_X_AMZ_EXPIRES.").default("86400"),
    option(Data, "MINIO_STORAGE_ENDPOINT", "Without STORAGE_TYPE: a MinIO server, as in http://minio:9000, where they lie then."),
    option(Data, "MINIO_STORAGE_BUCKET_NAME", "MinIO: the bucket."),
    option(Data, "MINIO_STORAGE_ACCESS_KEY", "MinIO: the access key."),
    option(Data, "MINIO_STORAGE_SECRET_KEY", "MinIO: its secret.").secret(),
    option(Data, "MINIO_SKIP", "true: MinIO is not used, though it is set.").default("false"),
    option(Data, "REDIS_SSL_CERTS_REQS", "Whether certificates of Redis are verified where a storage speaks TLS with it: required, or none.").default("required"),
    option(Data, "REDIS_SSL_CA_CERTS", "PEM file of the authorities of these certificates, for storages that name none of their own; they count besides the others."),
    option(Data, "REDIS_SSL_CERTFILE", "PEM file of a certificate that is shown to Redis, for storages without one of their own."),
    option(Data, "REDIS_SSL_KEYFILE", "PEM file of its private key."),
    option(Data, "REDIS_ALLOW_PLAINTEXT", "Whether storages may reach Redis on other machines without TLS.").default("false"),
    option(Cloud, "ALLOW_AMBIENT_CLOUD_CREDENTIALS", "Which buckets storages may reach with the credentials below, by organization: 1@s3://bucket, 1@gs://bucket/prefix, 2@azure-blob://account/container; separated by commas. Everybody who connects storages in that organization can use them for these buckets.")
        .default("false"),
    option(Cloud, "ALLOW_INSTANCE_METADATA", "Whether the credentials of the machine count, too, which its metadata service gives: the role of an instance, an attached service account, a managed identity.")
        .default("false"),
    option(Cloud, "AWS_ACCESS_KEY_ID", "Keys for S3. Credentials are looked for in the order of this list."),
    option(Cloud, "AWS_SECRET_ACCESS_KEY", "Their secret.").secret(),
    option(Cloud, "AWS_SESSION_TOKEN", "Their session token, when they are temporary.").secret(),
    option(Cloud, "AWS_WEB_IDENTITY_TOKEN_FILE", "File with a token of the platform's identity provider, with which a role is taken on."),
    option(Cloud, "AWS_ROLE_ARN", "That role."),
    option(Cloud, "AWS_ROLE_SESSION_NAME", "How its session is called in Amazon's records.").default("labelkeep"),
    option(Cloud, "AWS_SHARED_CREDENTIALS_FILE", "File of keys as Amazon's tools keep them."),
    option(Cloud, "AWS_PROFILE", "The part of it that counts.").default("default"),
    option(Cloud, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "Path at 169.254.170.2 where a container has its credentials."),
    option(Cloud, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "The same as a whole address, which takes the place of the path."),
    option(Cloud, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "File with what is shown there."),
    option(Cloud, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "The same as a text.").secret(),
    option(Cloud, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "Where the machine's metadata service is.").default("http://169.254.169.254"),
    option(Cloud, "AWS_REGION", "Whose token service takes the web identity.").default("us-east-1"),
    option(Cloud, "GOOGLE_APPLICATION_CREDENTIALS", "File with the key of a Google service account, or with a workload identity federation (external_account) whose token is in a file."),
    option(Cloud, "GCE_METADATA_HOST", "Host of Google's metadata service.").default("metadata.google.internal"),
    option(Cloud, "AZURE_BLOB_ACCOUNT_NAME", "Account of Azure whose key is given here."),
    option(Cloud, "AZURE_BLOB_ACCOUNT_KEY", "Its key.").secret(),
    option(Cloud, "AZURE_TENANT_ID", "Directory of an application of Azure; of the other accounts."),
    option(Cloud, "AZURE_CLIENT_ID", "The application; or the managed identity, where the machine has several."),
    option(Cloud, "AZURE_FEDERATED_TOKEN_FILE", "File with a token of the platform's identity provider that stands for the application (workload identity)."),
    option(Cloud, "AZURE_CLIENT_SECRET", "The application's secret, where there is no such file.").secret(),
    option(Cloud, "AZURE_POD_IDENTITY_AUTHORITY_HOST", "Where the machine's metadata service is.").default("http://169.254.169.254"),
    option(Mail, "EMAIL_HOST", "The server that takes mail (SMTP). Without one there is no mail: links are shown to whoever makes them."),
    option(Mail, "EMAIL_PORT", "Its TCP port.").shown("587; 465 with EMAIL_USE_SSL, 25 without TLS"),
    option(Mail, "EMAIL_HOST_USER", "The user to sign in as."),
    option(Mail, "EMAIL_HOST_PASSWORD", "The user's password.").secret(),
    option(Mail, "EMAIL_USE_TLS", "Whether the connection is protected by STARTTLS; false only for a server on the same machine.").default("true"),
    option(Mail, "EMAIL_USE_SSL", "Whether the connection is TLS from the first byte.").default("false"),
    option(Mail, "EMAIL_SSL_CERTFILE", "PEM file of our certificate, where the server asks for one."),
    option(Mail, "EMAIL_SSL_KEYFILE", "PEM file of its private key."),
    option(Mail, "EMAIL_TIMEOUT", "Seconds for each step of the conversation.").default("30"),
    option(Mail, "FROM_EMAIL", "Whom mails are from, as in Labelkeep <labels@example.org>. Must be given with EMAIL_HOST."),
    option(Network, "SSRF_PROTECTION_ENABLED", "Whether addresses that people give are kept from private networks.").shown("true; false in local mode"),
    option(Network, "USE_DEFAULT_BANNED_SUBNETS", "Whether the reserved networks are refused.").default("true"),
    option(Network, "ML_BLOCK_LOCAL_IP", "Whether model back ends are kept from the reserved networks also where the guard is off.").shown("true; false in local mode"),
    option(Network, "USER_ADDITIONAL_BANNED_SUBNETS", "More networks to refuse."),
    option(Network, "SSRF_ALLOWED_PORTS", "More ports to allow."),
    option(Network, "SSRF_ALLOWED_DESTINATIONS", "Exceptions: host:port or network:port, optionally for one purpose (ml@10.0.5.7:9090)."),
    option(Network, "CUSTOM_CA_CERTS", "PEM files whose certificates are trusted besides the public ones."),
    option(Network, "AWS_CA_BUNDLE", "PEM file whose certificates are trusted for S3 and its token service, besides those."),
    option(Network, "VERIFY_SSL_CERTS", "Whether certificates of addresses that people give are verified; those of sign-in, mail and the database always are.")
        .default("true"),
    option(Network, "EGRESS_PROXY", "http:// or https:// address of a proxy by which requests to addresses that people give go out, after they were checked; directories (LDAP) and Redis on other machines only by one at http://. Mail and the database are reached directly. Variables such as HTTPS_PROXY have no effect.")
        .secret(),
    option(Logs, "LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.").flag("log-level", "LEVEL").default("WARNING"),
    option(Logs, "JSON_LOG", "Whether each line of the log is a JSON object.").default("false"),
    option(Logs, "LABELKEEP_AUDIT_DAYS", "Days that entries of the audit log are kept; what goes leaves a signed checkpoint.").default("400"),
    option(Logs, "LABELKEEP_AUDIT_CHECKPOINT_FILE", "File to which signed checkpoints of the audit log are appended; keep it where the database's administrator cannot write."),
    option(Logs, "COLLECT_ANALYTICS", "Whether visits of pages, annotations and used tags are counted for the administrators' page. Nothing is sent anywhere.")
        .default("true"),
];

//! From settings as they were written to settings that mean something. Everything that can be wrong is found here,
//! before anything is opened.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use labelkeep_api::WebSettings;
use labelkeep_crypt::Secret;
use labelkeep_net::PolicySettings;
use labelkeep_net::smtp::SmtpSettings;
use labelkeep_services::Settings;
use labelkeep_services::accounts::Bootstrap;
use labelkeep_services::sso::OidcConnection;
use labelkeep_store::{DbSettings, PostgresSettings, SslMode};
use tracing_subscriber::filter::LevelFilter;
use url::Url;

use crate::logging::LogSettings;
use crate::mail;
use crate::options::Values;

/// Everything that the start needs.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder of everything.
    pub data_folder: PathBuf,
    /// The database.
    pub database: DbSettings,
    /// The master keys' file.
    pub key_file: PathBuf,
    /// For the services.
    pub services: Settings,
    /// For the web side.
    pub web: WebSettings,
    /// The server that takes mail, if there is one.
    pub mail: Option<SmtpSettings>,
    /// For outgoing requests.
    pub policy: PolicySettings,
    /// PEM files of further trusted authorities.
    pub ca_certs: String,
    /// The account to make at the start.
    pub bootstrap: Bootstrap,
    /// The log.
    pub log: LogSettings,
}

/// Where the data lies and what opens it: all that is needed to read it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The database.
    pub database: DbSettings,
    /// The master keys' file.
    pub key_file: PathBuf,
    /// For the services.
    pub services: Settings,
}

impl Stored {
    /// Reads the settings; the first that is wrong is the error.
    pub fn read(values: &Values) -> anyhow::Result<Stored> {
        let data_folder = data_folder(values)?;
        Ok(Stored {
            database: database(values, &data_folder)?,
            key_file: key_file(values, &data_folder),
            services: services(values, &data_folder)?,
        })
    }
}

impl Config {
    /// Reads the settings; the first that is wrong is the error.
    pub fn read(values: &Values) -> anyhow::Result<Config> {
        if !values.boolean("LABELKEEP_LOCAL")? {
            bail!("only local mode is ready so far: start it with `labelkeep start --local`");
        }
        Config::for_commands(values)
    }

    /// Reads the settings for a command that serves nobody: the mode does not matter to it.
    pub fn for_commands(values: &Values) -> anyhow::Result<Config> {
        let data_folder = data_folder(values)?;
        let listen = SocketAddr::new(address(values)?, u16::try_from(values.number("PORT", 0, 65_535)?)?);
        let database = database(values, &data_folder)?;
        let key_file = key_file(values, &data_folder);
        let mut policy = PolicySettings {
            // Model servers and buckets on one's own machine are what local mode is for (SEC-141).
            protection: values.is_set("SSRF_PROTECTION_ENABLED") && values.boolean("SSRF_PROTECTION_ENABLED")?,
            default_subnets: values.boolean("USE_DEFAULT_BANNED_SUBNETS")?,
            additional_subnets: values
                .text("USER_ADDITIONAL_BANNED_SUBNETS")
                .unwrap_or_default()
                .to_owned(),
            allowed_ports: values.text("SSRF_ALLOWED_PORTS").unwrap_or_default().to_owned(),
            allowed_destinations: values.text("SSRF_ALLOWED_DESTINATIONS").unwrap_or_default().to_owned(),
            own_services: Vec::new(),
        };
        if let DbSettings::Postgres(postgres) = &database
            && !postgres.host.starts_with('/')
        {
            policy.own_services.push(format!("{}:{}", postgres.host, postgres.port));
        }
        let web = web(values, &data_folder)?;
        let mail = mail::settings(values)?;
        let public_url = web.public_origin.clone().unwrap_or_else(|| local_url(listen));
        Ok(Config {
            listen,
            services: Settings {
                mail: mail.is_some(),
                public_url,
                ..services(values, &data_folder)?
            },
            web,
            mail,
            database,
            key_file,
            policy,
            ca_certs: values.text("CUSTOM_CA_CERTS").unwrap_or_default().to_owned(),
            bootstrap: Bootstrap {
                username: values.text("USERNAME").map(str::to_owned),
                password: values.text("PASSWORD").map(|text| Secret::new(text.to_owned())),
                user_token: values.text("USER_TOKEN").map(|text| Secret::new(text.to_owned())),
            },
            log: log(values)?,
            data_folder,
        })
    }

    /// Where the data lies, for the start line.
    pub fn data_summary(&self) -> String {
        match &self.database {
            DbSettings::Sqlite(file) => match file.strip_prefix(&self.data_folder) {
                Ok(name) => format!("{} (database {})", self.data_folder.display(), name.display()),
                Err(_) => format!("{}, database {}", self.data_folder.display(), file.display()),
            },
            DbSettings::Postgres(postgres) => {
                format!(
                    "{}, PostgreSQL {} on {}:{}",
                    self.data_folder.display(),
                    postgres.name,
                    postgres.host,
                    postgres.port
                )
            }
        }
    }
}

/// The server's address for people where none is configured.
pub(crate) fn local_url(listen: SocketAddr) -> String {
    let name = if listen.ip().is_ipv6() { "[::1]" } else { "localhost" };
    format!("http://{name}:{}", listen.port())
}

fn data_folder(values: &Values) -> anyhow::Result<PathBuf> {
    let folder = match values.text("BASE_DATA_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let base = std::env::var_os("XDG_DATA_HOME")
                .filter(|folder| !folder.is_empty())
                .map(PathBuf::from);
            let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
            base.or_else(home)
                .context("there is no home folder; say --data-dir FOLDER")?
                .join("labelkeep")
        }
    };
    std::path::absolute(&folder).with_context(|| format!("{}: {}", values.source("BASE_DATA_DIR"), folder.display()))
}

fn key_file(values: &Values, data_folder: &Path) -> PathBuf {
    values
        .text("LABELKEEP_KEY_FILE")
        .map_or_else(|| data_folder.join("keys/master.key"), PathBuf::from)
}

fn address(values: &Values) -> anyhow::Result<IpAddr> {
    let text = values.text("INTERNAL_HOST").unwrap_or("127.0.0.1");
    let address: Option<IpAddr> = match text {
        "localhost" => Some(IpAddr::from([127, 0, 0, 1])),
        _ => text.trim_matches(['[', ']']).parse().ok(),
    };
    match address {
        Some(address) if address.is_loopback() => Ok(address),
        Some(_) => bail!(
            "{}: local mode listens on a loopback address only, not on {text}",
            values.source("INTERNAL_HOST")
        ),
        None => bail!("{}: \"{text}\" is not an IP address", values.source("INTERNAL_HOST")),
    }
}

fn services(values: &Values, data_folder: &Path) -> anyhow::Result<Settings> {
    const YEAR: i64 = 366 * 24 * 3_600;
    let size = |name| values.number(name, 1, i64::MAX).map(i64::unsigned_abs);
    Ok(Settings {
        local: true,
        upload_folder: data_folder.join("uploads"),
        export_folder: data_folder.join("exports"),
        upload_max_bytes: size("DATA_UPLOAD_MAX_MEMORY_SIZE")?,
        upload_max_files: usize::try_from(values.number("DATA_UPLOAD_MAX_NUMBER_FILES", 1, 100_000)?)?,
        import_max_bytes: size("IMPORT_MAX_BYTES")?,
        import_max_tasks: size("TASKS_MAX_NUMBER")?,
        task_lock_seconds: values.number("TASK_LOCK_TTL", 1, YEAR)?,
        signup_needs_link: values.boolean("DISABLE_SIGNUP_WITHOUT_LINK")?,
        legacy_tokens: values.boolean("ENABLE_LEGACY_API_TOKEN")?,
        session_idle_seconds: values.number("MAX_TIME_BETWEEN_ACTIVITY", 300, 30 * 24 * 3_600)?,
        session_max_seconds: values.number("MAX_SESSION_AGE", 300, 30 * 24 * 3_600)?,
        password_blocklist: values.boolean("PASSWORD_BLOCKLIST")?,
        import_unknown_emails: values.boolean("ALLOW_IMPORT_TASKS_WITH_UNKNOWN_EMAILS")?,
        audit_days: values.number("LABELKEEP_AUDIT_DAYS", 1, 100 * 366)?,
        checkpoint_file: values.text("LABELKEEP_AUDIT_CHECKPOINT_FILE").map(PathBuf::from),
        collect_analytics: values.boolean("COLLECT_ANALYTICS")?,
        mail: false,
        public_url: String::new(),
        oidc: oidc(values)?,
    })
}

fn oidc(values: &Values) -> anyhow::Result<Option<OidcConnection>> {
    let Some(issuer) = values.text("LABELKEEP_OIDC_ISSUER") else {
        return Ok(None);
    };
    let text = |name| values.text(name).map(str::to_owned);
    let url = Url::parse(issuer).ok();
    let near = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if !url.is_some_and(|url| url.scheme() == "https" || (url.scheme() == "http" && near(&url))) {
        bail!("LABELKEEP_OIDC_ISSUER: \"{issuer}\" does not start with https://");
    }
    Ok(Some(OidcConnection {
        issuer: issuer.to_owned(),
        client_id: text("LABELKEEP_OIDC_CLIENT_ID")
            .context("LABELKEEP_OIDC_CLIENT_ID must be given with the issuer")?,
        client_secret: text("LABELKEEP_OIDC_CLIENT_SECRET").map(Secret::new),
        scopes: text("LABELKEEP_OIDC_SCOPES"),
        group_claim: text("LABELKEEP_OIDC_GROUP_CLAIM"),
        button_text: text("LABELKEEP_OIDC_BUTTON_TEXT"),
    }))
}

fn web(values: &Values, data_folder: &Path) -> anyhow::Result<WebSettings> {
    if values.is_set("TRUSTED_PROXIES") {
        bail!(
            "{}: local mode has no proxies in front of it",
            values.source("TRUSTED_PROXIES")
        );
    }
    let origins = |name| -> anyhow::Result<Vec<String>> {
        values
            .list(name)
            .iter()
            .map(|text| origin(text).with_context(|| values.source(name)))
            .collect()
    };
    Ok(WebSettings {
        local: true,
        public_origin: public_origin(values)?,
        allowed_hosts: values.list("ALLOWED_HOSTS"),
        csrf_trusted_origins: origins("CSRF_TRUSTED_ORIGINS")?,
        logout_redirect: values.text("LOGOUT_REDIRECT_URL").unwrap_or_default().to_owned(),
        json_max_bytes: 10 * 1024 * 1024,
        // 100,000 rectangles are 28 MB, fifty masks of a large picture about as much: four times that.
        work_max_bytes: 128 * 1024 * 1024,
        avatar_folder: data_folder.join("avatars"),
        feature_flags: values.feature_flags()?,
        security_contact: security_contact(values)?,
        csp_connect_origins: origins("CSP_CONNECT_ORIGINS")?,
    })
}

fn public_origin(values: &Values) -> anyhow::Result<Option<String>> {
    let Some(text) = values.text("HOST") else {
        return Ok(None);
    };
    let source = values.source("HOST");
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.with_context(|| format!("{source}: \"{text}\" does not start with http:// or https://"))?;
    if !matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) || url.scheme() != "http" {
        bail!(
            "{source}: local mode answers to http://localhost, http://127.0.0.1 and http://[::1] only, not to {text}"
        );
    }
    if url.path() != "/" {
        bail!("{source}: local mode serves at the root; \"{}\" is a path", url.path());
    }
    Ok(Some(url.origin().ascii_serialization()))
}

/// `https://host:port` without anything more.
fn origin(text: &str) -> anyhow::Result<String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none());
    match url.map(|url| url.origin().ascii_serialization()) {
        Some(origin) if origin == text.trim_end_matches('/') => Ok(origin),
        _ => bail!("\"{text}\" is not an origin such as https://labels.example"),
    }
}

fn security_contact(values: &Values) -> anyhow::Result<Option<String>> {
    let Some(text) = values.text("LABELKEEP_SECURITY_CONTACT") else {
        return Ok(None);
    };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "mailto" | "https" | "tel") => Ok(Some(url.to_string())),
        _ => bail!("LABELKEEP_SECURITY_CONTACT: \"{text}\" is not a mailto:, https: or tel: URI"),
    }
}

fn database(values: &Values, data_folder: &Path) -> anyhow::Result<DbSettings> {
    if let Some(text) = values.text("DATABASE_URL") {
        return from_url(text).with_context(|| values.source("DATABASE_URL"));
    }
    match values.text("DJANGO_DB").unwrap_or("sqlite") {
        "sqlite" => {
            let file = values
                .text("DATABASE_NAME")
                .map_or_else(|| data_folder.join("labelkeep.sqlite3"), PathBuf::from);
            Ok(DbSettings::Sqlite(std::path::absolute(file)?))
        }
        "default" | "postgresql" => {
            let user = values
                .text("POSTGRE_USER")
                .context("POSTGRE_USER must be given for PostgreSQL")?;
            let mode = values.text("POSTGRE_SSL_MODE").unwrap_or("verify-full");
            postgres(PostgresSettings {
                host: values.text("POSTGRE_HOST").unwrap_or("localhost").to_owned(),
                port: u16::try_from(values.number("POSTGRE_PORT", 1, 65_535)?)?,
                user: user.to_owned(),
                password: values.text("POSTGRE_PASSWORD").map(str::to_owned),
                name: values.text("POSTGRE_NAME").unwrap_or("postgres").to_owned(),
                ssl_mode: ssl_mode(mode).with_context(|| values.source("POSTGRE_SSL_MODE"))?,
                ssl_root_cert: values.text("POSTGRE_SSLROOTCERT").map(PathBuf::from),
            })
        }
        other => bail!(
            "{}: \"{other}\" is not sqlite, default or postgresql",
            values.source("DJANGO_DB")
        ),
    }
}

/// No text of an error repeats the address: it holds a password.
fn from_url(text: &str) -> anyhow::Result<DbSettings> {
    if let Some(path) = text.strip_prefix("sqlite://") {
        if !path.starts_with('/') {
            bail!("sqlite:// must be followed by an absolute path");
        }
        return Ok(DbSettings::Sqlite(PathBuf::from(path)));
    }
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
    let url = url.context("this is neither postgresql://… nor sqlite:///…")?;
    let decode = |text: &str| -> anyhow::Result<String> {
        // The form decoding of the url crate reads + as a blank, so that plus signs are kept apart first.
        let query = format!("x={}", text.replace('+', "%2B"));
        let pair = url::form_urlencoded::parse(query.as_bytes()).next();
        Ok(pair.map(|(_, value)| value.into_owned()).unwrap_or_default())
    };
    if url.username().is_empty() {
        bail!("the role is missing: postgresql://ROLE:PASSWORD@HOST/NAME");
    }
    let mut settings = PostgresSettings {
        host: url
            .host_str()
            .filter(|host| !host.is_empty())
            .unwrap_or("localhost")
            .to_owned(),
        port: url.port().unwrap_or(5_432),
        user: decode(url.username())?,
        password: url.password().map(&decode).transpose()?,
        name: decode(url.path().trim_start_matches('/'))?,
        ssl_mode: SslMode::VerifyFull,
        ssl_root_cert: None,
    };
    if settings.name.is_empty() {
        settings.name.clone_from(&settings.user);
    }
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "sslmode" => settings.ssl_mode = ssl_mode(&value)?,
            "sslrootcert" => settings.ssl_root_cert = Some(PathBuf::from(value.into_owned())),
            "host" => settings.host = value.into_owned(),
            other => bail!("the parameter {other} is not known"),
        }
    }
    postgres(settings)
}

fn ssl_mode(text: &str) -> anyhow::Result<SslMode> {
    match text {
        "disable" => Ok(SslMode::Disable),
        "require" => Ok(SslMode::Require),
        "verify-ca" => Ok(SslMode::VerifyCa),
        "verify-full" => Ok(SslMode::VerifyFull),
        other => bail!("\"{other}\" is not verify-full, verify-ca, require or disable"),
    }
}

/// Plain text never leaves the machine (SEC-013).
fn postgres(settings: PostgresSettings) -> anyhow::Result<DbSettings> {
    let bare = settings.host.trim_matches(['[', ']']);
    let near =
        settings.host.starts_with('/') || bare == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    if settings.ssl_mode == SslMode::Disable && !near {
        bail!(
            "POSTGRE_SSL_MODE: disable is allowed on loopback only, and {} is elsewhere",
            settings.host
        );
    }
    Ok(DbSettings::Postgres(settings))
}

fn log(values: &Values) -> anyhow::Result<LogSettings> {
    let text = values.text("LOG_LEVEL").unwrap_or("WARNING");
    let level = match text.to_ascii_uppercase().as_str() {
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARNING" | "WARN" => LevelFilter::WARN,
        "ERROR" | "CRITICAL" => LevelFilter::ERROR,
        _ => bail!(
            "{}: \"{text}\" is not DEBUG, INFO, WARNING or ERROR",
            values.source("LOG_LEVEL")
        ),
    };
    Ok(LogSettings {
        level,
        json: values.boolean("JSON_LOG")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> anyhow::Result<Config> {
        let mut all = vec![("LABELKEEP_LOCAL", "true"), ("BASE_DATA_DIR", "/tmp/data")];
        all.extend_from_slice(pairs);
        Config::read(&Values::of(&all))
    }

    fn refusal(pairs: &[(&'static str, &str)]) -> String {
        format!("{:#}", read(pairs).expect_err("refused"))
    }

    #[test]
    fn sec_141_local_mode_stays_on_the_machine() {
        let config = read(&[]).expect("the defaults");
        assert!(config.listen.ip().is_loopback() && config.web.local && !config.policy.protection);
        assert!(refusal(&[("INTERNAL_HOST", "0.0.0.0")]).contains("loopback"));
        assert!(refusal(&[("HOST", "https://labels.example")]).contains("local mode"));
        assert!(refusal(&[("TRUSTED_PROXIES", "10.0.0.1")]).contains("proxies"));
        assert_eq!(
            read(&[("HOST", "http://localhost:9090/")])
                .expect("fine")
                .web
                .public_origin
                .as_deref(),
            Some("http://localhost:9090")
        );
        assert!(
            read(&[("SSRF_PROTECTION_ENABLED", "true")])
                .expect("fine")
                .policy
                .protection
        );
    }

    #[test]
    fn without_local_the_start_is_refused() {
        let error = Config::read(&Values::of(&[("LABELKEEP_LOCAL", "false")]))
            .expect_err("refused")
            .to_string();
        assert!(error.contains("only local mode is ready so far"), "{error}");
    }

    #[test]
    fn sec_013_plain_text_to_postgresql_stays_on_the_machine() {
        let postgres = [("DJANGO_DB", "default"), ("POSTGRE_USER", "labels")];
        let with = |more: &[(&'static str, &str)]| read(&[&postgres, more].concat());
        let DbSettings::Postgres(settings) = with(&[]).expect("fine").database else {
            panic!("PostgreSQL was asked for")
        };
        assert_eq!(
            (settings.ssl_mode, settings.port, settings.name.as_str()),
            (SslMode::VerifyFull, 5432, "postgres")
        );
        assert!(with(&[("POSTGRE_SSL_MODE", "disable")]).is_ok());
        assert!(with(&[("POSTGRE_SSL_MODE", "disable"), ("POSTGRE_HOST", "db.example")]).is_err());
        assert!(
            refusal(&[("DATABASE_URL", "postgresql://a:secret@db.example/x?sslmode=disable")]).contains("loopback")
        );
        assert!(!refusal(&[("DATABASE_URL", "mysql://a:secret@db.example/x")]).contains("secret"));
    }

    #[test]
    fn sec_207_the_role_must_be_given() {
        assert!(refusal(&[("DJANGO_DB", "default")]).contains("POSTGRE_USER"));
        assert!(refusal(&[("DATABASE_URL", "postgresql://db.example/x")]).contains("role"));
    }

    #[test]
    fn a_database_url_is_read_in_full() {
        let url = "postgresql://la%40bel:p%2B+a@127.0.0.1:5433/tasks?sslmode=require&sslrootcert=/ca.pem";
        let DbSettings::Postgres(settings) = read(&[("DATABASE_URL", url)]).expect("fine").database else {
            panic!("PostgreSQL was asked for")
        };
        assert_eq!(
            (settings.user.as_str(), settings.password.as_deref()),
            ("la@bel", Some("p++a"))
        );
        assert_eq!(
            (settings.host.as_str(), settings.port, settings.name.as_str()),
            ("127.0.0.1", 5433, "tasks")
        );
        assert_eq!(
            (settings.ssl_mode, settings.ssl_root_cert),
            (SslMode::Require, Some("/ca.pem".into()))
        );
    }
}

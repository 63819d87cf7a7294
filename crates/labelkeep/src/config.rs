//! From settings as they were written to settings that mean something. Everything that can be wrong is found here,
//! before anything is opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use labelkeep_api::{CrossOrigin, WebSettings, origin_pattern};
use labelkeep_crypt::Secret;
use labelkeep_net::smtp::SmtpSettings;
use labelkeep_net::{EgressProxy, PolicySettings, Roots};
use labelkeep_services::Settings;
use labelkeep_services::accounts::Bootstrap;
use labelkeep_services::sso::OidcConnection;
use labelkeep_services::uploads::Quotas;
use labelkeep_store::DbSettings;
use tracing_subscriber::filter::LevelFilter;
use url::Url;

use crate::listening::Listening;
use crate::logging::LogSettings;
use crate::options::Values;
use crate::{database, mail, report, stores};

/// Everything that the start needs.
#[derive(Debug, Clone)]
pub struct Config {
    /// Ports, TLS and proxies.
    pub listening: Listening,
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
    /// The trusted authorities of all outgoing connections.
    pub roots: Roots,
    /// The proxy by which requests go out, if there is one.
    pub egress: Option<EgressProxy>,
    /// What somebody has set that has no effect here, for the log at the start.
    pub notes: Vec<&'static str>,
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
            database: database::read(values, &data_folder, &roots(values)?)?,
            key_file: key_file(values, &data_folder),
            services: services(values, &data_folder, true)?,
        })
    }
}

impl Config {
    /// Reads the settings; the first that is wrong is the error.
    pub fn read(values: &Values) -> anyhow::Result<Config> {
        Config::with(values, Listening::read(values)?)
    }

    /// Reads the settings for a command that serves nobody: the mode does not matter to it.
    pub fn for_commands(values: &Values) -> anyhow::Result<Config> {
        Config::with(values, Listening::of_a_command(values)?)
    }

    fn with(values: &Values, listening: Listening) -> anyhow::Result<Config> {
        let data_folder = data_folder(values)?;
        let roots = roots(values)?;
        let database = database::read(values, &data_folder, &roots)?;
        let key_file = key_file(values, &data_folder);
        // Model servers and buckets on one's own machine are what local mode is for (SEC-141); everywhere else the guard is on
        // unless somebody turns it off (SEC-127).
        let local = values.boolean("LABELKEEP_LOCAL")?;
        let guard = |name| {
            if values.is_set(name) {
                values.boolean(name)
            } else {
                Ok(!local)
            }
        };
        let mut policy = PolicySettings {
            protection: guard("SSRF_PROTECTION_ENABLED")?,
            ml_block_local: guard("ML_BLOCK_LOCAL_IP")?,
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
        let mut notes = Vec::new();
        if values.is_set("CORS_ALLOW_ALL_ORIGINS") && values.boolean("CORS_ALLOW_ALL_ORIGINS")? {
            notes.push("CORS_ALLOW_ALL_ORIGINS has no effect: name the origins in CORS_ALLOWED_ORIGINS");
        }
        let web = web(values, &listening)?;
        let mail = mail::settings(values)?;
        let services = Settings {
            mail: mail.is_some(),
            public_url: listening.url(listening.address),
            media_origin: listening.media_origin.clone(),
            ..services(values, &data_folder, listening.local)?
        };
        Ok(Config {
            listening,
            services,
            web,
            mail,
            database,
            key_file,
            policy,
            roots,
            egress: values.text("EGRESS_PROXY").map(EgressProxy::parse).transpose()?,
            notes,
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

/// Whom outgoing connections trust.
pub(crate) fn roots(values: &Values) -> anyhow::Result<Roots> {
    let roots = Roots::with_files(values.text("CUSTOM_CA_CERTS").unwrap_or_default())?;
    let roots = roots.with_s3_bundle(values.text("AWS_CA_BUNDLE").unwrap_or_default())?;
    Ok(match values.boolean("VERIFY_SSL_CERTS")? {
        true => roots,
        false => roots.unverified(),
    })
}

fn services(values: &Values, data_folder: &Path, local: bool) -> anyhow::Result<Settings> {
    const YEAR: i64 = 366 * 24 * 3_600;
    let size = |name| values.number(name, 1, i64::MAX).map(i64::unsigned_abs);
    if !local && !values.boolean("PASSWORD_BLOCKLIST")? {
        bail!("PASSWORD_BLOCKLIST: only local mode may do without it");
    }
    Ok(Settings {
        local,
        files: crate::file_store::read(values, data_folder)?,
        local_files: local_files(values)?,
        stores: Arc::new(stores::read(values)?),
        upload_max_bytes: size("DATA_UPLOAD_MAX_MEMORY_SIZE")?,
        upload_max_files: usize::try_from(values.number("DATA_UPLOAD_MAX_NUMBER_FILES", 1, 100_000)?)?,
        svg_cleanup: values.boolean("SVG_SECURITY_CLEANUP")?,
        import_max_bytes: size("IMPORT_MAX_BYTES")?,
        import_max_tasks: size("TASKS_MAX_NUMBER")?,
        task_lock_seconds: values.number("TASK_LOCK_TTL", 1, YEAR)?,
        signup_needs_link: values.boolean("DISABLE_SIGNUP_WITHOUT_LINK")?,
        legacy_tokens: values.boolean("ENABLE_LEGACY_API_TOKEN")?,
        session_idle_seconds: values.number("MAX_TIME_BETWEEN_ACTIVITY", 300, 30 * 24 * 3_600)?,
        session_max_seconds: values.number("MAX_SESSION_AGE", 300, 30 * 24 * 3_600)?,
        password_blocklist: values.boolean("PASSWORD_BLOCKLIST")?,
        import_unknown_emails: values.boolean("ALLOW_IMPORT_TASKS_WITH_UNKNOWN_EMAILS")?,
        quotas: Quotas {
            project: quota(values, "LABELKEEP_PROJECT_QUOTA")?,
            organization: quota(values, "LABELKEEP_ORGANIZATION_QUOTA")?,
        },
        search: std::time::Duration::from_millis(
            values
                .number("LABELKEEP_SEARCH_MILLISECONDS", 0, 60_000)?
                .unsigned_abs(),
        ),
        export_days: values.number("LABELKEEP_EXPORT_DAYS", 1, 100 * 366)?,
        audit_days: values.number("LABELKEEP_AUDIT_DAYS", 1, 100 * 366)?,
        checkpoint_file: values.text("LABELKEEP_AUDIT_CHECKPOINT_FILE").map(PathBuf::from),
        collect_analytics: values.boolean("COLLECT_ANALYTICS")?,
        mail: false,
        public_url: String::new(),
        media_origin: None,
        oidc: oidc(values)?,
    })
}

/// The root of local folders; it is never switched on by a folder being there (SEC-151).
fn local_files(values: &Values) -> anyhow::Result<Option<PathBuf>> {
    if !values.boolean("LOCAL_FILES_SERVING_ENABLED")? {
        return Ok(None);
    }
    let name = "LOCAL_FILES_DOCUMENT_ROOT";
    let root = values.text(name).context(
        "LOCAL_FILES_SERVING_ENABLED: LOCAL_FILES_DOCUMENT_ROOT must name the folder below which the data lies",
    )?;
    let source = || format!("{}: {root}", values.source(name));
    let folder = Path::new(root).canonicalize().with_context(source)?;
    if !Path::new(root).is_absolute() || !folder.is_dir() || folder.parent().is_none() {
        bail!(
            "{} is not the absolute path of a folder below the root of the file system",
            source()
        );
    }
    Ok(Some(folder))
}

fn quota(values: &Values, name: &'static str) -> anyhow::Result<Option<i64>> {
    match values.text(name) {
        Some(_) => values.number(name, 1, i64::MAX).map(Some),
        None => Ok(None),
    }
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

fn web(values: &Values, listening: &Listening) -> anyhow::Result<WebSettings> {
    let origins = |name| -> anyhow::Result<Vec<String>> {
        values
            .list(name)
            .iter()
            .map(|text| origin(text).with_context(|| values.source(name)))
            .collect()
    };
    Ok(WebSettings {
        local: listening.local,
        public_origin: listening.public_origin.clone(),
        trusted_proxies: listening.trusted_proxies.clone(),
        strict_transport: listening.strict_transport,
        allowed_hosts: values.list("ALLOWED_HOSTS"),
        csrf_trusted_origins: origins("CSRF_TRUSTED_ORIGINS")?,
        logout_redirect: values.text("LOGOUT_REDIRECT_URL").unwrap_or_default().to_owned(),
        json_max_bytes: 10 * 1024 * 1024,
        // 100,000 rectangles are 28 MB, fifty masks of a large picture about as much: four times that.
        work_max_bytes: 128 * 1024 * 1024,
        feature_flags: values.feature_flags()?,
        security_contact: security_contact(values)?,
        csp_connect_origins: origins("CSP_CONNECT_ORIGINS")?,
        csp_media_origins: match values.is_set("CSP_MEDIA_ORIGINS") {
            true => Some(origins("CSP_MEDIA_ORIGINS")?),
            false => None,
        },
        cross_origin: CrossOrigin {
            origins: origins("CORS_ALLOWED_ORIGINS")?,
            patterns: values
                .list("CORS_ALLOWED_ORIGIN_REGEXES")
                .iter()
                .map(|text| {
                    origin_pattern(text).with_context(|| {
                        let source = values.source("CORS_ALLOWED_ORIGIN_REGEXES");
                        format!("{source}: \"{text}\" is not a regular expression that is matched in linear time")
                    })
                })
                .collect::<anyhow::Result<_>>()?,
            credentials: values.boolean("CORS_ALLOW_CREDENTIALS")?,
        },
        weaknesses: report::weaknesses(values)?,
    })
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
        let mut all = vec![("BASE_DATA_DIR", "/tmp/data")];
        all.extend_from_slice(pairs);
        Config::read(&Values::of(&all))
    }

    #[test]
    fn sec_127_sec_141_addresses_are_guarded_unless_one_person_works_on_one_machine() {
        let local = ("LABELKEEP_LOCAL", "true");
        assert!(!read(&[local]).expect("fine").policy.protection);
        let asked = read(&[local, ("SSRF_PROTECTION_ENABLED", "true")]);
        assert!(asked.expect("fine").policy.protection);
        let server = read(&[]).expect("fine");
        assert!(server.policy.protection && !server.services.local && !server.web.local);
        assert!(read(&[local]).expect("fine").web.local);
        let open = read(&[("SSRF_PROTECTION_ENABLED", "false")]).expect("fine");
        assert!(
            !open.policy.protection
                && open
                    .web
                    .weaknesses
                    .iter()
                    .any(|weakness| weakness.setting == "SSRF_PROTECTION_ENABLED")
        );
    }

    #[test]
    fn sec_127_the_guard_is_on_unless_the_mode_is_local() {
        let read = |pairs: &[(&'static str, &str)]| {
            let mut all = vec![("BASE_DATA_DIR", "/tmp/data")];
            all.extend_from_slice(pairs);
            Config::for_commands(&Values::of(&all)).expect("settings").policy
        };
        assert!(read(&[]).protection && read(&[]).ml_block_local);
        assert!(!read(&[("SSRF_PROTECTION_ENABLED", "false")]).protection);
        let local = read(&[("LABELKEEP_LOCAL", "true")]);
        assert!(!local.protection && !local.ml_block_local);
    }

    #[test]
    fn sec_057_common_passwords_are_refused_on_every_server() {
        let off = ("PASSWORD_BLOCKLIST", "false");
        assert!(read(&[("LABELKEEP_LOCAL", "true"), off]).is_ok());
        let line = format!("{:#}", read(&[off]).expect_err("refused"));
        assert!(line.contains("PASSWORD_BLOCKLIST"), "{line}");
    }
}

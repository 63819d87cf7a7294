//! What every service needs: the database, the folders, the keys, the settings.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use labelkeep_crypt::KeyRing;
use labelkeep_store::Db;

/// Settings that services read; made once from the options table.
#[derive(Debug, Clone)]
pub struct Settings {
    /// One person's mode: loopback only, plain HTTP (SEC-141).
    pub local: bool,
    /// Where uploads, snapshots of exports and pictures of people lie.
    pub files: crate::files::Files,
    /// The folder below which local folders can be storages; none: they are off (`LOCAL_FILES_DOCUMENT_ROOT`).
    pub local_files: Option<PathBuf>,
    /// What object stores need to know of this installation (`AZURE_AUTHORITY_HOST`, `GCS_ENDPOINT`, `REDIS_…`).
    pub stores: Arc<crate::storages::Installation>,
    /// Largest upload, in bytes (`DATA_UPLOAD_MAX_MEMORY_SIZE`).
    pub upload_max_bytes: u64,
    /// Most files in one upload (`DATA_UPLOAD_MAX_NUMBER_FILES`).
    pub upload_max_files: usize,
    /// Whether SVG pictures are cleaned when they come in (`SVG_SECURITY_CLEANUP`).
    pub svg_cleanup: bool,
    /// Largest body that is parsed as a stream, in bytes (`IMPORT_MAX_BYTES`).
    pub import_max_bytes: u64,
    /// Most tasks in one import (`TASKS_MAX_NUMBER`).
    pub import_max_tasks: u64,
    /// How long a task stays reserved for the person who opened it, in seconds (`TASK_LOCK_TTL`).
    pub task_lock_seconds: i64,
    /// Sign-up needs an invitation link (`LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK`).
    pub signup_needs_link: bool,
    /// Whether a new organization accepts legacy tokens (`LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN`).
    pub legacy_tokens: bool,
    /// End of a session without activity, in seconds (`MAX_TIME_BETWEEN_ACTIVITY`).
    pub session_idle_seconds: i64,
    /// End of a session in any case, in seconds (`MAX_SESSION_AGE`).
    pub session_max_seconds: i64,
    /// Check passwords against common ones (`PASSWORD_BLOCKLIST`; may be off in local mode only).
    pub password_blocklist: bool,
    /// An unknown e-mail address in imported annotations means the importing person
    /// (`ALLOW_IMPORT_TASKS_WITH_UNKNOWN_EMAILS`).
    pub import_unknown_emails: bool,
    /// How much uploaded files may take together.
    pub quotas: crate::uploads::Quotas,
    /// How long a page of tasks is searched for where no index knows them (`LABELKEEP_SEARCH_MILLISECONDS`).
    pub search: std::time::Duration,
    /// Days that snapshots of exports are kept (`LABELKEEP_EXPORT_DAYS`, SEC-171).
    pub export_days: i64,
    /// Days that entries of the audit log are kept (`LABELKEEP_AUDIT_DAYS`).
    pub audit_days: i64,
    /// A file to which signed checkpoints of the audit log are appended (`LABELKEEP_AUDIT_CHECKPOINT_FILE`).
    pub checkpoint_file: Option<PathBuf>,
    /// Count visits and work for the administrators' page (`COLLECT_ANALYTICS`).
    pub collect_analytics: bool,
    /// Whether there is a server that takes mail (`EMAIL_HOST`).
    pub mail: bool,
    /// The address of this server for people, without a slash at the end: what links in mails begin with (SEC-011).
    pub public_url: String,
    /// The address of the host that hands out files of people, without a slash at the end (`MEDIA_ORIGIN`, SEC-164).
    pub media_origin: Option<String>,
    /// The OpenID provider that the environment sets for the first organization (`LABELKEEP_OIDC_ISSUER`).
    pub oidc: Option<crate::sso::OidcConnection>,
}

/// The services. Cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<Parts>);

/// The parts of [`Services`].
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Settings.
    pub settings: Settings,
    /// Keys that seal secrets at rest.
    pub keys: KeyRing,
    /// The guarded way out.
    pub net: labelkeep_net::Client,
    /// When this process began, in microseconds since 1970-01-01 UTC: of an embedded database nobody else works on what is older.
    pub started_at: i64,
    /// What requests ask for again and again.
    pub(crate) cache: crate::accounts::Cache,
    pub(crate) providers: crate::sso::Cache,
    pub(crate) configs: crate::projects::ConfigCache,
    pub(crate) audit: crate::audit::Log,
    pub(crate) jobs: crate::jobs::Runner,
    pub(crate) statistics: crate::statistics::Counters,
    pub(crate) list_totals: crate::data_manager::list::TotalsCache,
    /// Which lines of filters many tasks can pass.
    pub(crate) looks: labelkeep_store::listing::Looks,
    pub(crate) places: crate::data_manager::places::Places,
    pub(crate) under_way: crate::outbound::UnderWay,
    pub(crate) buckets: crate::storages::Buckets,
    pub(crate) thumbnails: crate::thumbnails::Thumbnails,
}

impl Services {
    /// Puts the parts together.
    pub fn new(db: Db, settings: Settings, keys: KeyRing, net: labelkeep_net::Client) -> Self {
        Services(Arc::new(Parts {
            db,
            settings,
            keys,
            net,
            started_at: chrono::Utc::now().timestamp_micros(),
            cache: Default::default(),
            providers: Default::default(),
            configs: Default::default(),
            audit: Default::default(),
            jobs: Default::default(),
            statistics: Default::default(),
            list_totals: Default::default(),
            looks: Default::default(),
            places: Default::default(),
            under_way: Default::default(),
            buckets: Default::default(),
            thumbnails: Default::default(),
        }))
    }

    /// Now, in microseconds since 1970-01-01 UTC.
    pub fn now(&self) -> i64 {
        chrono::Utc::now().timestamp_micros()
    }
}

impl Deref for Services {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

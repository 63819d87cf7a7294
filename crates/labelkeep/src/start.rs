//! The order of the start: folders, database, keys, services, the first account, the listener.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use labelkeep_api::server::{self, Listener, Monitoring, Redirect, Site, Tls, Transport};
use labelkeep_api::{App, WebSettings, app};
use labelkeep_net::smtp::Mailer;
use labelkeep_net::{Client, Policy};
use labelkeep_services::{
    ServiceError, Services, accounts, audit, data_manager, export, housekeeping, jobs, mail, statistics, storages,
};
use labelkeep_store::{Db, DbSettings};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::certificates::Source;
use crate::config::Config;
use crate::keys;
use crate::listening::{Listening, TlsMode};

/// A server that answers.
pub struct Running {
    /// Where the product listens.
    pub address: SocketAddr,
    /// Where plain HTTP is led to TLS.
    pub redirect: Option<SocketAddr>,
    /// Where health and metrics are.
    pub monitoring: Option<SocketAddr>,
    /// The SHA-256 fingerprint of a generated certificate, which people compare.
    pub fingerprint: Option<String>,
    /// Whether it is TLS that is spoken there.
    pub encrypted: bool,
    /// Its address for people.
    pub url: String,
    /// Whether nobody has an account yet.
    pub needs_first_account: bool,
    /// The link that makes it, where strangers could be faster than the owner (SEC-054). For the console alone.
    pub first_account_link: Option<String>,
    /// What it serves, for tests that look beneath HTTP.
    pub services: Services,
    end: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    /// What runs beside the requests: leftovers, jobs, the audit log, statistics, mail, a newer certificate.
    beside: Vec<JoinHandle<()>>,
    /// Held while this server uses an embedded database.
    lock: Option<File>,
}

impl Running {
    /// Lets the open requests finish, then closes the database.
    pub async fn stop(self) {
        let _ = self.end.send(true);
        for server in self.servers {
            let _ = server.await;
        }
        for task in &self.beside {
            task.abort();
        }
        audit::finish(&self.services).await;
        if let Err(error) = statistics::flush(&self.services).await {
            tracing::warn!(%error, "the last usage statistics could not be written");
        }
        self.services.db.close().await;
        drop(self.lock);
    }
}

/// Starts the server. When this returns it answers.
pub async fn start(mut config: Config) -> anyhow::Result<Running> {
    let folder = &config.data_folder;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    // The ports first: a second server must not even open the first one's files.
    let ports = Ports::open(&config.listening).await?;
    config
        .policy
        .own_services
        .extend(ports.own_services(&config.listening)?);
    let address = ports.product.local_addr()?;
    let source = Source::of(&config.listening, folder, &config.roots);
    let shown = source.as_ref().map(Source::first).transpose()?;
    let lock = match &config.database {
        DbSettings::Sqlite(file) => Some(lock(file)?),
        DbSettings::Postgres(_) => None,
    };
    for note in &config.notes {
        tracing::warn!("{note}");
    }
    let net = Client::behind(Policy::new(&config.policy)?, &config.roots, config.egress.clone());
    let mailer = config
        .mail
        .as_ref()
        .map(|settings| Mailer::new(settings, &config.roots))
        .transpose()?;
    let db = Db::open(&config.database)
        .await
        .with_context(|| match &config.database {
            DbSettings::Sqlite(file) => format!("the database {} cannot be opened", file.display()),
            DbSettings::Postgres(settings) => {
                format!(
                    "PostgreSQL on {}:{} cannot be opened (POSTGRE_SSL_MODE is {})",
                    settings.host, settings.port, settings.ssl_mode
                )
            }
        })?;
    let keys = keys::open(&config.key_file, &db).await?;
    let files = &config.services.files;
    files
        .check()
        .await
        .context("the bucket of STORAGE_TYPE cannot be used")?;
    let url = config.listening.url(address);
    if !config.listening.local {
        // Absolute links never follow what a request says (SEC-011).
        config.web.public_origin = Some(url.clone());
    }
    config.services.public_url.clone_from(&url);
    let services = Services::new(db, config.services, keys, net);
    accounts::bootstrap(&services, config.bootstrap)
        .await
        .map_err(bootstrap_error)?;
    tell_weaknesses(&services, &config.web).await?;
    let needs_first_account = !accounts::any(&services).await?;
    let first_account_link = if needs_first_account && !services.settings.local {
        let link = accounts::first_account_link(&services).await?;
        Some(format!("{url}{}", accounts::signup_path(&link.token)))
    } else {
        None
    };
    let mut beside = vec![
        tokio::spawn(keep_house(services.clone())),
        tokio::spawn(resume_exports(services.clone())),
        tokio::spawn(audit::run(services.clone())),
        tokio::spawn(jobs::run(services.clone())),
        tokio::spawn(data_manager::statistics::run(services.clone())),
        tokio::spawn(statistics::run(services.clone())),
        tokio::spawn(storages::target::run(services.clone())),
        tokio::spawn(storages::events::run(services.clone())),
        tokio::spawn(keys::follow(config.key_file, services.keys.clone())),
    ];
    beside.extend(mailer.map(|mailer| tokio::spawn(mail::run(services.clone(), mailer))));
    let state = App::new(services.clone(), config.web);
    let (end, ended) = watch::channel(false);
    let fingerprint = match (&config.listening.tls, &shown) {
        (TlsMode::Generated, Some(shown)) => Some(shown.certificate().fingerprint),
        _ => None,
    };
    let (redirect, monitoring) = (address_of(&ports.redirect)?, address_of(&ports.monitoring)?);
    let mut servers = Vec::new();
    let mut serve = |tcp, transport, site| {
        let metrics = state.metrics.clone();
        let listener = Listener {
            tcp,
            transport,
            site,
            metrics,
        };
        let mut ended = ended.clone();
        servers.push(tokio::spawn(server::serve(listener, async move {
            let _ = ended.wait_for(|ended| *ended).await;
        })));
    };
    let leads = Redirect::new(&url, source.as_ref().map(Source::challenges).unwrap_or_default());
    let acme = source.as_ref().is_some_and(Source::answers_acme);
    let transport = match &shown {
        Some(shown) => Transport::Tls(Tls::new(shown.clone(), leads.clone(), state.metrics.clone(), acme)?),
        None => Transport::Plain,
    };
    serve(ports.product, transport, Site::Product(app(state.clone())));
    if let Some(port) = ports.redirect {
        serve(port, Transport::Plain, Site::Redirect(leads));
    }
    if let Some(port) = ports.monitoring {
        serve(port, Transport::Plain, Site::Monitoring(Monitoring::new(state.clone())));
    }
    if let (Some(source), Some(shown)) = (source, shown) {
        beside.push(tokio::spawn(source.keep(shown, state.metrics.clone())));
    }
    Ok(Running {
        address,
        redirect,
        monitoring,
        fingerprint,
        encrypted: config.listening.tls != TlsMode::Plain,
        url,
        needs_first_account,
        first_account_link,
        services,
        end,
        servers,
        beside,
        lock,
    })
}

/// What the settings weaken is in the log and in the audit log (SEC-140, SEC-216). Local mode is weaker on purpose, for the one
/// person who chose it.
async fn tell_weaknesses(services: &Services, web: &WebSettings) -> anyhow::Result<()> {
    if web.local || web.weaknesses.is_empty() {
        return Ok(());
    }
    for weakness in &web.weaknesses {
        tracing::warn!(
            setting = weakness.setting,
            requirement = weakness.requirement,
            "weaker than it should be: {}",
            weakness.consequence
        );
    }
    let settings: Vec<&str> = web.weaknesses.iter().map(|weakness| weakness.setting).collect();
    let detail = serde_json::json!({ "settings": settings });
    Ok(labelkeep_services::keys::record(services, "security.weakened", detail).await?)
}

/// The open ports: those of the settings, and no others (SEC-012).
struct Ports {
    product: TcpListener,
    redirect: Option<TcpListener>,
    monitoring: Option<TcpListener>,
}

impl Ports {
    async fn open(listening: &Listening) -> anyhow::Result<Ports> {
        let redirect = "LABELKEEP_REDIRECT_PORT, INTERNAL_HOST";
        let monitoring = "LABELKEEP_MONITORING_PORT, LABELKEEP_MONITORING_HOST";
        Ok(Ports {
            product: bind(listening.address, "PORT, INTERNAL_HOST").await?,
            redirect: bind_some(listening.redirect, redirect).await?,
            monitoring: bind_some(listening.monitoring, monitoring).await?,
        })
    }

    /// By which names the guard of outgoing requests knows them (SEC-135).
    fn own_services(&self, listening: &Listening) -> anyhow::Result<Vec<String>> {
        let mut own = Vec::new();
        for port in [Some(&self.product), self.redirect.as_ref(), self.monitoring.as_ref()]
            .into_iter()
            .flatten()
        {
            let address = port.local_addr()?;
            if address.ip().is_unspecified() {
                own.push(format!("localhost:{}", address.port()));
                own.extend(
                    listening
                        .public_names()
                        .into_iter()
                        .map(|name| match name.contains(':') {
                            true => format!("[{name}]:{}", address.port()),
                            false => format!("{name}:{}", address.port()),
                        }),
                );
            } else {
                own.push(address.to_string());
            }
        }
        Ok(own)
    }
}

async fn bind(address: SocketAddr, settings: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} ({settings})"))
}

async fn bind_some(address: Option<SocketAddr>, settings: &str) -> anyhow::Result<Option<TcpListener>> {
    match address {
        Some(address) => bind(address, settings).await.map(Some),
        None => Ok(None),
    }
}

fn address_of(port: &Option<TcpListener>) -> std::io::Result<Option<SocketAddr>> {
    port.as_ref().map(TcpListener::local_addr).transpose()
}

/// How often what nobody waits for is done.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

async fn keep_house(services: Services) {
    loop {
        if let Err(error) = housekeeping::run(&services).await {
            tracing::error!(%error, "leftovers could not be removed; tried again in an hour");
        }
        tokio::time::sleep(HOUSEKEEPING).await;
    }
}

/// How often is looked for exports that were broken off.
const RESUMING: Duration = Duration::from_secs(60);

async fn resume_exports(services: Services) {
    loop {
        if let Err(error) = export::resume(&services).await {
            tracing::error!(%error, "exports that were broken off could not be made again; tried again in a minute");
        }
        tokio::time::sleep(RESUMING).await;
    }
}

/// Takes the embedded database for this process. Its queue, its writer and the removal of broken-off imports know of one
/// server; a second one on another port would take the first one's running imports for broken off. The lock goes with the
/// process, also when it is killed.
fn lock(database: &Path) -> anyhow::Result<File> {
    try_lock(database)?.with_context(|| {
        format!(
            "another Labelkeep uses the database {}; stop it, or choose another folder with --data-dir",
            database.display()
        )
    })
}

/// The same; none when another process has it.
pub(crate) fn try_lock(database: &Path) -> anyhow::Result<Option<File>> {
    let path = database.with_added_extension("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("the lock file {} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("the lock file {} cannot be locked", path.display()))
        }
    }
}

/// Names the option that is wrong.
fn bootstrap_error(error: ServiceError) -> anyhow::Error {
    match &error {
        ServiceError::Invalid(invalid) => {
            let texts: Vec<String> = invalid
                .fields
                .iter()
                .map(|(field, texts)| format!("LABEL_STUDIO_{}: {}", field.to_uppercase(), texts.join(" ")))
                .collect();
            anyhow::anyhow!(texts.join("; "))
        }
        _ => error.into(),
    }
}

//! The order of the start: folders, database, keys, services, the first account, the listener.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use labelkeep_api::{App, app, server};
use labelkeep_net::smtp::Mailer;
use labelkeep_net::{Client, Policy, Roots};
use labelkeep_services::{ServiceError, Services, accounts, audit, housekeeping, mail, statistics};
use labelkeep_store::{Db, DbSettings};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::{Config, local_url};
use crate::keys;

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its address for people.
    pub url: String,
    /// Whether nobody has an account yet.
    pub needs_first_account: bool,
    /// The link that makes it, where strangers could be faster than the owner (SEC-054). For the console alone.
    pub first_account_link: Option<String>,
    /// What it serves, for tests that look beneath HTTP.
    pub services: Services,
    end: oneshot::Sender<()>,
    server: JoinHandle<()>,
    /// What runs beside the requests: leftovers, the audit log, statistics, mail.
    beside: Vec<JoinHandle<()>>,
    /// Held while this server uses an embedded database.
    lock: Option<File>,
}

impl Running {
    /// Lets the open requests finish, then closes the database.
    pub async fn stop(self) {
        let _ = self.end.send(());
        let _ = self.server.await;
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
    // The port first: a second server must not even open the first one's files.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {} (PORT, INTERNAL_HOST)", config.listen))?;
    let address = listener.local_addr()?;
    config.policy.own_services.push(address.to_string());
    let lock = match &config.database {
        DbSettings::Sqlite(file) => Some(lock(file)?),
        DbSettings::Postgres(_) => None,
    };
    let roots = Roots::with_files(&config.ca_certs)?;
    let net = Client::new(Policy::new(&config.policy)?, &roots);
    let mailer = config
        .mail
        .as_ref()
        .map(|settings| Mailer::new(settings, &roots))
        .transpose()?;
    let db = Db::open(&config.database)
        .await
        .with_context(|| match &config.database {
            DbSettings::Sqlite(file) => format!("the database {} cannot be opened", file.display()),
            DbSettings::Postgres(settings) => {
                format!("PostgreSQL on {}:{} cannot be opened", settings.host, settings.port)
            }
        })?;
    let keys = keys::open(&config.key_file, &db).await?;
    let url = config.web.public_origin.clone().unwrap_or_else(|| local_url(address));
    config.services.public_url.clone_from(&url);
    let services = Services::new(db, config.services, keys, net);
    accounts::bootstrap(&services, config.bootstrap)
        .await
        .map_err(bootstrap_error)?;
    let needs_first_account = !accounts::any(&services).await?;
    let first_account_link = if needs_first_account && !services.settings.local {
        let link = accounts::first_account_link(&services).await?;
        Some(format!("{url}{}", accounts::signup_path(&link.token)))
    } else {
        None
    };
    let mut beside = vec![
        tokio::spawn(keep_house(services.clone())),
        tokio::spawn(audit::run(services.clone())),
        tokio::spawn(statistics::run(services.clone())),
    ];
    beside.extend(mailer.map(|mailer| tokio::spawn(mail::run(services.clone(), mailer))));
    let entry = app(App::new(services.clone(), config.web));
    let (end, ended) = oneshot::channel::<()>();
    let server = tokio::spawn(server::serve(listener, entry, async {
        let _ = ended.await;
    }));
    Ok(Running {
        address,
        url,
        needs_first_account,
        first_account_link,
        services,
        end,
        server,
        beside,
        lock,
    })
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

//! The services without a server: for commands, whether a server runs on the same data or not.

use std::fs::File;

use anyhow::{Context as _, bail};
use labelkeep_net::{Client, Policy};
use labelkeep_services::Services;
use labelkeep_store::{Db, DbSettings};

use crate::config::Config;
use crate::keys;
use crate::start::try_lock;

/// Services for one command.
pub struct Beside {
    /// What it works with.
    pub services: Services,
    /// Whether a server uses the same embedded database at this moment.
    pub server_runs: bool,
    /// Held while no server may begin: this process would be the one that changes the schema.
    lock: Option<File>,
}

impl Beside {
    /// Closes the database.
    pub async fn close(self) {
        self.services.db.close().await;
        drop(self.lock);
    }
}

/// Opens the configured database. An embedded one that is not there is made only when `make` says so. Beside a running
/// server its schema is left as it is: SQLite lets several processes write in turn, but not change tables under each other.
pub async fn open_beside(config: Config, make: bool) -> anyhow::Result<Beside> {
    let mut lock = None;
    let mut server_runs = false;
    let db = match &config.database {
        DbSettings::Sqlite(file) => {
            if !make && !file.exists() {
                bail!(
                    "there is no database {}; name its folder with --data-dir",
                    file.display()
                );
            }
            if let Some(folder) = file.parent().filter(|_| make) {
                private_folder(folder)?;
            }
            lock = try_lock(file)?;
            server_runs = lock.is_none();
            let opened = if server_runs {
                Db::open_as_it_is(&config.database).await
            } else {
                Db::open(&config.database).await
            };
            opened.with_context(|| format!("the database {} cannot be opened", file.display()))?
        }
        DbSettings::Postgres(settings) => Db::open(&config.database)
            .await
            .with_context(|| format!("PostgreSQL on {}:{} cannot be opened", settings.host, settings.port))?,
    };
    let keys = keys::open(&config.key_file, &db).await?;
    let net = Client::behind(Policy::new(&config.policy)?, &config.roots, config.egress.clone());
    Ok(Beside {
        services: Services::new(db, config.services, keys, net),
        server_runs,
        lock,
    })
}

fn private_folder(folder: &std::path::Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))
}

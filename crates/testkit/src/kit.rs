//! A running server with its folder.

use std::sync::Arc;
use std::time::Duration;

use labelkeep::options::Values;
use labelkeep::{Config, Running};
use labelkeep_services::Services;
use tempfile::TempDir;

use crate::{Client, postgres};

/// Which database serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A private server.
    Postgres,
}

/// E-mail address of the account that [`Kit::owner`] makes.
pub const OWNER: &str = "owner@example.com";
/// Password of all accounts that the kit makes.
pub const PASSWORD: &str = "a long walk by the sea";

/// How to start.
#[derive(Debug, Clone, Default)]
pub struct KitOptions {
    /// Further settings, by their names in the options table.
    pub settings: Vec<(&'static str, String)>,
}

impl KitOptions {
    /// A server as many people use it: not local mode, so that it speaks TLS unless a setting says otherwise.
    pub fn server(self) -> Self {
        self.with("LABELKEEP_LOCAL", "false")
    }

    /// With one more setting.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }
}

/// A server that answers, gone with this value.
pub struct Kit {
    /// Which database it has.
    pub engine: Engine,
    running: Option<Running>,
    folder: Arc<TempDir>,
    options: KitOptions,
    database: Option<String>,
    url: String,
}

impl Kit {
    /// Starts one; none where the database is not to be had.
    pub async fn start(engine: Engine, options: KitOptions) -> Option<Kit> {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(
                tokio::task::spawn_blocking(postgres::fresh_database)
                    .await
                    .expect("the launcher")?,
            ),
        };
        let folder = tempfile::Builder::new()
            .prefix("labelkeep-test-")
            .tempdir()
            .expect("a folder");
        let mut kit = Kit {
            engine,
            running: None,
            folder: Arc::new(folder),
            options,
            database,
            url: String::new(),
        };
        kit.begin().await;
        Some(kit)
    }

    /// A second server on the same database and folder, as replicas have them; none with the embedded database, which
    /// serves one.
    pub async fn replica(&self) -> Option<Kit> {
        self.database.as_ref()?;
        let mut kit = Kit {
            engine: self.engine,
            running: None,
            folder: self.folder.clone(),
            options: self.options.clone(),
            database: self.database.clone(),
            url: String::new(),
        };
        kit.begin().await;
        Some(kit)
    }

    /// Runs a statement on the database, as time or a fault would have: the rest goes over HTTP.
    pub async fn execute(&self, sql: &'static str) {
        let services = self.services();
        let changed: Result<u64, labelkeep_store::StoreError> = services
            .db
            .write(move |tx| Box::pin(async move { tx.execute(sql, Vec::new()).await }))
            .await;
        changed.expect("a statement that works");
    }

    /// The number that a statement gives: what the database itself counts.
    pub async fn number(&self, sql: &'static str) -> i64 {
        let found: Result<(i64,), labelkeep_store::StoreError> = self.services().db.one(sql, Vec::new()).await;
        found.expect("a statement that works").0
    }

    /// Its settings, as a command beside it reads them.
    pub fn config(&self) -> Config {
        let folder = self.folder.path().join("data");
        let mut pairs = vec![
            ("LABELKEEP_LOCAL", "true"),
            ("PORT", "0"),
            ("BASE_DATA_DIR", folder.to_str().expect("a path of text")),
        ];
        pairs.extend(
            self.options
                .settings
                .iter()
                .map(|(name, value)| (*name, value.as_str())),
        );
        let values = match &self.database {
            Some(url) => postgres::values(url, &pairs),
            None => Values::of(&pairs),
        };
        Config::read(&values).expect("settings of the kit")
    }

    async fn begin(&mut self) {
        let config = self.config();
        let running = labelkeep::start(config).await.expect("the server starts");
        let scheme = if running.encrypted { "https" } else { "http" };
        self.url = format!("{scheme}://localhost:{}", running.address.port());
        self.running = Some(running);
    }

    /// Stops the server and starts it on the same data, on another port.
    pub async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        self.begin().await;
    }

    /// Where its database is, for a program of its own that serves it, too; none for the embedded one.
    pub fn database_url(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The same with other settings.
    pub async fn settle(&mut self, options: KitOptions) {
        self.options = options;
        self.restart().await;
    }

    /// The server's address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of its data.
    pub fn data_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Where it listens, and more.
    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs")
    }

    /// The certificate that a client of a server with TLS takes for its own authority: the generated one, or that of files.
    fn trusted(&self) -> Option<Vec<u8>> {
        if !self.running().encrypted {
            return None;
        }
        let files = self.options.settings.iter().find(|(name, _)| *name == "TLS_CERT_FILE");
        let file = files.map_or_else(|| self.data_folder().join("tls/server.pem"), |(_, file)| file.into());
        Some(std::fs::read(file).expect("its certificate"))
    }

    /// What lies beneath HTTP.
    pub fn services(&self) -> &Services {
        &self.running.as_ref().expect("it runs").services
    }

    /// Somebody unknown.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url, self.trusted().as_deref())
    }

    /// The first account, signed in with a cookie. Makes it the first time.
    pub async fn owner(&self) -> Client {
        let client = self.anonymous();
        if client.get("/user/signup/").await.status == 200 {
            client.sign_up("/user/signup/", OWNER, PASSWORD).await;
        } else {
            client.sign_in(OWNER, PASSWORD).await;
        }
        assert_eq!(client.get("/api/current-user/whoami").await.status, 200, "signed in");
        client
    }

    /// Another member, signed in with a cookie, by the owner's invitation.
    pub async fn member(&self, owner: &Client, email: &str) -> Client {
        let link = owner.get("/api/invite").await.json()["invite_url"]
            .as_str()
            .expect("a link")
            .to_owned();
        let client = self.anonymous();
        let reply = client.sign_up(&link, email, PASSWORD).await;
        assert_eq!(reply.status, 302, "{}", reply.text);
        client
    }

    /// The same person with a personal access token.
    pub async fn with_token(&self, person: &Client) -> Client {
        let refresh = person
            .post("/api/token/", serde_json::json!({}))
            .await
            .expect(201)
            .json();
        let access = self
            .anonymous()
            .post(
                "/api/token/refresh/",
                serde_json::json!({ "refresh": refresh["token"] }),
            )
            .await;
        self.anonymous()
            .bearer(access.expect(200).json()["access"].as_str().expect("a token"))
    }

    /// The same person with a legacy token; switches such tokens on.
    pub async fn with_legacy_token(&self, owner: &Client) -> Client {
        owner
            .post(
                "/api/jwt/settings",
                serde_json::json!({ "legacy_api_tokens_enabled": true }),
            )
            .await
            .expect(200);
        let token = owner
            .post("/api/current-user/reset-token/", serde_json::json!({}))
            .await
            .expect(201)
            .json();
        self.anonymous().token(token["token"].as_str().expect("a token"))
    }

    /// Waits until `check` holds, at most ten seconds.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, check: impl FnMut() -> F) {
        self.until_within(30, what, check).await;
    }

    /// Waits until `check` holds, at most so many seconds: for what a slow machine does longer.
    pub async fn until_within<F: Future<Output = bool>>(&self, seconds: u64, what: &str, mut check: impl FnMut() -> F) {
        for _ in 0..seconds * 100 {
            if check().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never happened: {what}");
    }
}

//! One private PostgreSQL for a test binary, reached by a Unix socket, gone when the binary is.

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use labelkeep::options::Values;

use crate::{Authority, Pair};

static SERVER: Mutex<Option<Option<Server>>> = Mutex::new(None);
static NUMBER: AtomicU32 = AtomicU32::new(0);

struct Server {
    /// `psql` and the others; none for a server that is not ours.
    psql: PathBuf,
    /// With `{name}` for the database.
    url: String,
    /// Ends with its standard input, which closes when this process ends.
    _child: Option<Child>,
}

/// Makes a fresh database and gives its `DATABASE_URL`; none when there is no PostgreSQL (said once on standard error).
pub(crate) fn fresh_database() -> Option<String> {
    let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let server = server.get_or_insert_with(|| match Server::find() {
        Ok(server) => Some(server),
        Err(error) => {
            // Past the capture of the test harness: a skip must be seen.
            let _ = writeln!(std::io::stderr(), "SKIPPED: tests on PostgreSQL ({error:#})");
            None
        }
    });
    let server = server.as_ref()?;
    let name = format!("kit_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    server
        .run_sql(&format!("CREATE DATABASE {name}"))
        .expect("a fresh database");
    Some(server.url.replace("{name}", &name))
}

impl Server {
    fn find() -> anyhow::Result<Server> {
        let folder = binaries()?;
        match std::env::var("LABELKEEP_TEST_POSTGRES_URL") {
            // postgresql://role:password@host:port/; the database's name is ours.
            Ok(url) => {
                let (base, query) = url
                    .split_once('?')
                    .map_or((url.as_str(), String::new()), |(b, q)| (b, format!("?{q}")));
                let base = match base.split_once("://").and_then(|(_, rest)| rest.find('/')) {
                    Some(at) => &base[..at + base.find("://").unwrap_or(0) + 3],
                    None => base,
                };
                Ok(Server {
                    psql: folder.join("psql"),
                    url: format!("{base}/{{name}}{query}"),
                    _child: None,
                })
            }
            Err(_) => Server::launch(&folder, None),
        }
    }

    fn launch(folder: &Path, secure: Option<&Secure<'_>>) -> anyhow::Result<Server> {
        let data = tempfile::Builder::new().prefix("labelkeep-postgres-").tempdir()?.keep();
        let user = unprivileged()?;
        if let Some((uid, gid)) = user {
            chown(&data, Some(uid), Some(gid))?;
        }
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700))?;
        let run = |command: &mut Command| {
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command.current_dir(&data).env_remove("PGDATA");
        };
        let mut initdb = Command::new(folder.join("initdb"));
        run(initdb
            .args([
                "--auth=trust",
                "--username=labelkeep",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(data.join("db")));
        let output = initdb.output().context("initdb")?;
        if !output.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&output.stderr));
        }
        let port = secure.map(|secure| secure.put_into(&data, user)).transpose()?;
        let tcp = match port {
            Some(port) => format!("-c listen_addresses=127.0.0.1 -c port={port} -c ssl=on"),
            None => "-c listen_addresses=".to_owned(),
        };
        // The shell waits for the end of its input, which is the end of this process however that comes.
        let script = "\"$0\" -D \"$1/db\" -k \"$1\" $2 -c fsync=off -c max_connections=400 \
                      -c shared_buffers=64MB >\"$1/log\" 2>&1 & server=$!; cat >/dev/null; kill -INT $server; wait; rm -rf \"$1\"";
        let mut shell = Command::new("/bin/sh");
        run(shell
            .arg("-c")
            .arg(script)
            .arg(folder.join("postgres"))
            .arg(&data)
            .arg(&tcp));
        // A signal to the terminal's group must not end the database before its tests.
        let child = shell
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let url = format!(
            "postgresql://labelkeep@localhost:{}/{{name}}?host={}&sslmode=disable",
            port.unwrap_or(5_432),
            data.display()
        );
        let server = Server {
            psql: folder.join("psql"),
            url,
            _child: Some(child),
        };
        let started = Instant::now();
        while let Err(error) = server.run_sql("SELECT 1") {
            if started.elapsed() > Duration::from_secs(30) {
                let log = std::fs::read_to_string(data.join("log")).unwrap_or_default();
                bail!("PostgreSQL did not start: {error:#}\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    fn run_sql(&self, sql: &str) -> anyhow::Result<()> {
        let output = Command::new(&self.psql)
            .args(["--no-psqlrc", "--quiet", "--command", sql, "--dbname"])
            .arg(self.url.replace("{name}", "postgres"))
            .output()?;
        if output.status.success() {
            Ok(())
        } else {
            bail!("{}", String::from_utf8_lossy(&output.stderr))
        }
    }
}

/// What a server with TLS shows, and whom it lets in.
struct Secure<'a> {
    authority: &'a Authority,
    pair: &'a Pair,
    asks: bool,
}

impl Secure<'_> {
    /// Puts the files into the folder of the data; gives a free port.
    fn put_into(&self, data: &Path, user: Option<(u32, u32)>) -> anyhow::Result<u16> {
        let db = data.join("db");
        let own = |name: &str| -> anyhow::Result<()> {
            std::fs::set_permissions(db.join(name), std::fs::Permissions::from_mode(0o600))?;
            if let Some((uid, gid)) = user {
                chown(db.join(name), Some(uid), Some(gid))?;
            }
            Ok(())
        };
        std::fs::copy(&self.pair.certificate, db.join("server.crt"))?;
        std::fs::copy(&self.pair.key, db.join("server.key"))?;
        std::fs::copy(self.authority.file(), db.join("root.crt"))?;
        let asks = if self.asks { " clientcert=verify-ca" } else { "" };
        let rules = format!("local all all trust\nhostssl all all 127.0.0.1/32 trust{asks}\n");
        std::fs::write(db.join("pg_hba.conf"), rules)?;
        for name in ["server.crt", "server.key", "root.crt", "pg_hba.conf"] {
            own(name)?;
        }
        let settings = std::fs::OpenOptions::new()
            .append(true)
            .open(db.join("postgresql.conf"));
        writeln!(settings?, "ssl_ca_file = 'root.crt'")?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        Ok(listener.local_addr()?.port())
    }
}

/// A PostgreSQL of its own that is reached over TLS alone, gone with the test binary.
pub struct SecurePostgres {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    _server: Server,
}

impl SecurePostgres {
    /// Starts one with this pair; with `asks` it lets in only clients with a certificate of the authority. None where
    /// PostgreSQL is not installed.
    pub fn start(authority: &Authority, pair: &Pair, asks: bool) -> Option<SecurePostgres> {
        let secure = Secure { authority, pair, asks };
        let launched = binaries().and_then(|folder| Server::launch(&folder, Some(&secure)));
        match launched {
            Ok(server) => {
                let port = server
                    .url
                    .split("localhost:")
                    .nth(1)
                    .and_then(|rest| rest.split('/').next());
                Some(SecurePostgres {
                    port: port.and_then(|port| port.parse().ok()).expect("a port"),
                    _server: server,
                })
            }
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "SKIPPED: PostgreSQL with TLS ({error:#})");
                None
            }
        }
    }
}

/// The newest installed version.
fn binaries() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .context("no /usr/lib/postgresql: install the package postgresql, or set LABELKEEP_TEST_POSTGRES_URL")?
        .filter_map(|entry| {
            let path = entry.ok()?.path().join("bin");
            let version = path.parent()?.file_name()?.to_str()?.parse().ok()?;
            path.join("initdb").exists().then_some((version, path))
        })
        .collect();
    versions.sort();
    versions
        .pop()
        .map(|(_, path)| path)
        .context("no version with initdb in /usr/lib/postgresql")
}

/// PostgreSQL does not run as root: then as `postgres`, else as `nobody`.
fn unprivileged() -> anyhow::Result<Option<(u32, u32)>> {
    let me = std::fs::metadata("/proc/self")
        .map(|data| std::os::unix::fs::MetadataExt::uid(&data))
        .unwrap_or(0);
    if me != 0 {
        return Ok(None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd")?;
    let find = |wanted: &str| {
        passwd.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (*fields.first()? == wanted).then(|| Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?)))?
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .context("no account to run PostgreSQL as")
}

/// The settings of a kit on this database.
pub(crate) fn values(url: &str, pairs: &[(&'static str, &str)]) -> Values {
    let mut all = pairs.to_vec();
    all.push(("DATABASE_URL", url));
    Values::of(&all)
}

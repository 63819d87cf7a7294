//! A Redis of its own for a test: Debian's server, on a free port, gone with this value.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::Authority;

/// A running server.
pub struct RedisServer {
    /// The port that storages are given.
    pub port: u16,
    process: Child,
    folder: TempDir,
}

impl RedisServer {
    /// One without TLS; none where the machine has no Redis.
    pub async fn start() -> Option<RedisServer> {
        RedisServer::with(|port, _| vec!["--port".to_owned(), port.to_string()]).await
    }

    /// One that speaks TLS alone, with a certificate for `localhost`, and lets those in that show one of the authority's.
    pub async fn with_certificates(authority: &Authority) -> Option<RedisServer> {
        let pair = authority.issue("localhost");
        let text = |path: &Path| path.to_str().expect("a path of text").to_owned();
        RedisServer::with(|port, _| {
            let pairs = [
                ("--port", "0".to_owned()),
                ("--tls-port", port.to_string()),
                ("--tls-cert-file", text(&pair.certificate)),
                ("--tls-key-file", text(&pair.key)),
                ("--tls-ca-cert-file", authority.file()),
                ("--tls-auth-clients", "yes".to_owned()),
            ];
            pairs
                .into_iter()
                .flat_map(|(name, value)| [name.to_owned(), value])
                .collect()
        })
        .await
    }

    async fn with(options: impl FnOnce(u16, &Path) -> Vec<String>) -> Option<RedisServer> {
        let folder = tempfile::tempdir().expect("a folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let started = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--unixsocket",
            ])
            .arg(folder.path().join("socket"))
            .args(options(port, folder.path()))
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn();
        let process = match started {
            Ok(process) => process,
            Err(_) => {
                // Past the capture of the test harness: a skip must be seen.
                let _ = writeln!(
                    std::io::stderr(),
                    "SKIPPED: there is no redis-server (scripts/setup redis)"
                );
                return None;
            }
        };
        let server = RedisServer { port, process, folder };
        for _ in 0..1_000 {
            if server.socket().exists() && server.command(0, &["PING"]) == "PONG" {
                return Some(server);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("Redis did not start");
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// What Redis answers to a command in one of its databases, by a way that storages do not have.
    pub fn command(&self, database: u32, command: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .arg("-s")
            .arg(self.socket())
            .args(["-n", &database.to_string()])
            .args(command)
            .stderr(Stdio::null())
            .output()
            .expect("redis-cli");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

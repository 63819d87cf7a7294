//! The server as a messenger: to its own network, by redirect, by a name that resolves inwards.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use labelkeep_testkit::{Client, KitOptions, Reply, Value, on_both_databases};
use reqwest::Method;

use crate::work::project;

/// A server on loopback that answers each request with this, and counts them.
fn server(answer: String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (port, asked)
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

async fn import(client: &Client, project: i64, url: &str) -> Reply {
    let path = format!("/api/projects/{project}/import");
    let request = client
        .with_csrf(client.request(Method::POST, &path))
        .form(&[("url", url)]);
    client.send(request).await
}

async fn blocked(client: &Client) -> Vec<Value> {
    let log = client
        .get("/api/audit/?action=outbound.blocked")
        .await
        .expect(200)
        .json();
    log["results"]
        .as_array()
        .or(log.as_array())
        .cloned()
        .unwrap_or_default()
}

/// The guard on, as on a server for many, and one exception: what a redirect may start from.
fn guarded(port: u16) -> KitOptions {
    KitOptions::default()
        .with("SSRF_PROTECTION_ENABLED", "true")
        .with("SSRF_ALLOWED_DESTINATIONS", &format!("127.0.0.1:{port}"))
}

on_both_databases! {
    async fn sec_127_sec_143_sec_216_an_import_by_url_reaches_nothing_inside(kit: Kit, KitOptions::default().with("SSRF_PROTECTION_ENABLED", "true")) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, labelkeep_testkit::json!({})).await;
        let (port, asked) = server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".to_owned());
        for host in [
            "127.0.0.1", "localhost", "0", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1.", "169.254.169.254",
            "10.0.0.1", "metadata.google.internal",
        ] {
            let reply = import(&owner, id, &format!("http://{host}:{port}/tasks.json")).await;
            assert_eq!(reply.status, 403, "{host}: {}", reply.text);
            assert!(!reply.text.contains("127.0.0.1") && !reply.text.contains("refused"), "says nothing of the network: {}", reply.text);
        }
        for url in ["file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "http://user:word@example.com/", "ftp://127.0.0.1/", "http://127.0.0.1\\@example.com/"] {
            import(&owner, id, url).await.expect(400);
        }
        assert_eq!(asked.load(Ordering::SeqCst), 0, "nothing was sent");
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 0);
        let log = blocked(&owner).await;
        assert!(log.len() >= 11, "each is on record: {log:?}");
        assert!(log.iter().any(|entry| entry.to_string().contains("169.254.169.254")), "with the address that nobody was told");
    }

    async fn sec_135_the_server_does_not_call_itself(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, labelkeep_testkit::json!({})).await;
        // Local mode: the guard is off, and still.
        let port = kit.url().rsplit(':').next().expect("a port").to_owned();
        for host in ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.8.8.8"] {
            let reply = import(&owner, id, &format!("http://{host}:{port}/api/users/")).await;
            assert_eq!(reply.status, 403, "{host}: {}", reply.text);
        }
        let (other, asked) = server("HTTP/1.1 200 OK\r\nContent-Length: 17\r\nConnection: close\r\n\r\n[{\"text\": \"one\"}]".to_owned());
        import(&owner, id, &format!("http://127.0.0.1:{other}/tasks.json")).await.expect(201);
        assert_eq!(asked.load(Ordering::SeqCst), 1, "a neighbour on the same machine is reached in local mode");
    }

    async fn sec_142_sixty_imports_by_url_an_hour(kit: Kit, KitOptions::default().with("SSRF_PROTECTION_ENABLED", "true")) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, labelkeep_testkit::json!({})).await;
        for _ in 0..60 {
            import(&owner, id, "http://10.0.0.1/").await.expect(403);
        }
        let reply = import(&owner, id, "http://10.0.0.1/").await.expect(429);
        assert!(!reply.header("retry-after").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_137_a_redirect_leads_to_nothing_that_is_refused() {
    let (inside, asked) = server("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n[{\"text\": \"one\"}]".to_owned());
    for to in [
        format!("http://127.0.0.1:{inside}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::ffff:169.254.169.254]/".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("//localhost:{inside}/"),
    ] {
        let (port, _) = server(redirect(&to));
        let kit = labelkeep_testkit::Kit::start(labelkeep_testkit::Engine::Sqlite, guarded(port))
            .await
            .expect("SQLite");
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, labelkeep_testkit::json!({})).await;
        let reply = import(&owner, id, &format!("http://127.0.0.1:{port}/tasks.json")).await;
        assert!(
            [400, 403].contains(&reply.status),
            "{to}: {} {}",
            reply.status,
            reply.text
        );
        assert_eq!(
            owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"],
            0
        );
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_145_proxies_of_the_environment_are_not_asked() {
    let (proxy, asked) =
        server("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned());
    let (data, reached) =
        server("HTTP/1.1 200 OK\r\nContent-Length: 17\r\nConnection: close\r\n\r\n[{\"text\": \"one\"}]".to_owned());
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut command = crate::program::program(&folder);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        command.env(name, format!("http://127.0.0.1:{proxy}"));
    }
    let started = crate::program::Started::new(&mut command);
    let owner = Client::at(&started.url());
    owner
        .sign_up("/user/signup/", labelkeep_testkit::OWNER, labelkeep_testkit::PASSWORD)
        .await
        .expect(302);
    let (id, _) = project(&owner, 0, labelkeep_testkit::json!({})).await;
    import(&owner, id, &format!("http://127.0.0.1:{data}/tasks.json"))
        .await
        .expect(201);
    assert_eq!((asked.load(Ordering::SeqCst), reached.load(Ordering::SeqCst)), (0, 1));
}

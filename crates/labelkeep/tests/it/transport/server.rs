//! The server with TLS: what it speaks, its cookies and headers, what plain HTTP gets.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use labelkeep_testkit::{Authority, Engine, Kit, KitOptions, Pair, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);
static PAIR: LazyLock<Pair> = LazyLock::new(|| AUTHORITY.self_signed("localhost", false));

/// A server with certificate files and a public name.
pub(super) async fn secure(options: KitOptions) -> Kit {
    let path = |file: &std::path::Path| file.to_str().expect("a path of text").to_owned();
    let options = options
        .server()
        .with("TLS_CERT_FILE", &path(&PAIR.certificate))
        .with("TLS_KEY_FILE", &path(&PAIR.key))
        .with("HOST", "https://labels.example")
        .with("INTERNAL_HOST", "127.0.0.1");
    Kit::start(Engine::Sqlite, options)
        .await
        .expect("SQLite is always there")
}

/// Sends bytes as they are; gives all that comes back.
async fn raw(port: u16, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    let _ = read.expect("the connection ends");
    answer
}

/// The first message of a client that speaks at most `version` with these suites.
fn hello(version: [u8; 2], suites: &[u16]) -> Vec<u8> {
    hello_with(version, suites, &[])
}

/// The same with further extensions.
fn hello_with(version: [u8; 2], suites: &[u16], more: &[u8]) -> Vec<u8> {
    let mut body = vec![version[0], version[1]];
    body.extend([7; 32]);
    body.push(0);
    body.extend((suites.len() as u16 * 2).to_be_bytes());
    body.extend(suites.iter().flat_map(|suite| suite.to_be_bytes()));
    body.extend([1, 0]);
    // Curves, point formats, signatures: what every client of that time sent.
    let extensions: &[u8] = &[
        0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 6, 0, 4, 4, 3, 4, 1, 0, 23, 0, 0,
    ];
    body.extend(((extensions.len() + more.len()) as u16).to_be_bytes());
    body.extend(extensions);
    body.extend(more);
    let mut message = vec![1, 0];
    message.extend((body.len() as u16).to_be_bytes());
    message.extend(body);
    let mut record = vec![22, 3, 1];
    record.extend((message.len() as u16).to_be_bytes());
    record.extend(message);
    record
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_001_old_versions_and_suites_fail_the_handshake() {
    let kit = secure(KitOptions::default()).await;
    let port = kit.running().address.port();
    // ECDHE with AES-GCM, which is accepted: the answer is a handshake message.
    let modern = tokio::time::timeout(Duration::from_secs(20), async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        stream.write_all(&hello([3, 3], &[0xC02B])).await.expect("sent");
        stream.read_u8().await.expect("an answer")
    });
    assert_eq!(
        modern.await.expect("in time"),
        22,
        "TLS 1.2 with an AEAD suite is spoken"
    );
    for (what, hello) in [
        ("TLS 1.1", hello([3, 2], &[0xC02B, 0xC009, 0x002F])),
        ("TLS 1.0", hello([3, 1], &[0xC009, 0x002F])),
        ("CBC only", hello([3, 3], &[0xC009, 0xC023, 0x002F])),
        ("no forward secrecy", hello([3, 3], &[0x009C, 0x009D])),
    ] {
        let answer = raw(port, &hello).await;
        assert_eq!(
            (answer.first(), answer.get(5)),
            (Some(&21), Some(&2)),
            "{what}: a fatal alert, not {answer:?}"
        );
    }
}

/// What is not spoken needs no limits of streams, header tables and resets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_225_http_2_is_not_spoken_in_any_way() {
    let kit = secure(KitOptions::default()).await;
    let port = kit.running().address.port();
    // Application protocols (RFC 7301): `h2` alone, and `h2` before `http/1.1`.
    let only = [0, 16, 0, 5, 0, 3, 2, b'h', b'2'];
    let answer = raw(port, &hello_with([3, 3], &[0xC02B], &only)).await;
    assert_eq!(
        (answer.first(), answer.get(5), answer.get(6)),
        (Some(&21), Some(&2), Some(&120)),
        "no_application_protocol, not {answer:?}"
    );
    let local = Kit::start(Engine::Sqlite, KitOptions::default())
        .await
        .expect("SQLite is always there");
    let port = local.running().address.port();
    // With prior knowledge, and by an upgrade (RFC 9113 §3.3, RFC 7540 §3.2).
    let preface = raw(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    let preface = String::from_utf8_lossy(&preface);
    assert!(preface.is_empty() || preface.starts_with("HTTP/1.1 400"), "{preface:?}");
    let upgrade = raw(
        port,
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n",
    )
    .await;
    let upgrade = String::from_utf8_lossy(&upgrade);
    assert!(upgrade.starts_with("HTTP/1.1 200"), "{upgrade}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_224_a_handshake_that_does_not_come_ends_the_connection() {
    let kit = secure(KitOptions::default()).await;
    let begun = Instant::now();
    let answer = raw(kit.running().address.port(), &hello([3, 3], &[0xC02B])[..20]).await;
    assert!(answer.is_empty(), "{answer:?}");
    let took = begun.elapsed();
    assert!(
        took > Duration::from_secs(8) && took < Duration::from_secs(15),
        "{took:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_008_sec_024_sec_035_over_tls_cookies_are_bound_to_the_host_and_hsts_is_sent() {
    let kit = secure(KitOptions::default()).await;
    let link = kit
        .running()
        .first_account_link
        .clone()
        .expect("a link for the owner alone");
    let link = link
        .strip_prefix("https://labels.example")
        .expect("the public address")
        .to_owned();
    let client = kit.anonymous();
    // SEC-054: without the link nobody becomes the owner.
    client.get("/user/signup/").await.expect(403);
    let reply = client
        .sign_up(&link, labelkeep_testkit::OWNER, labelkeep_testkit::PASSWORD)
        .await
        .expect(302);
    let cookies: Vec<&str> = reply
        .headers
        .get_all("set-cookie")
        .iter()
        .flat_map(|line| line.to_str())
        .collect();
    let session = cookies
        .iter()
        .find(|line| line.starts_with("__Host-session="))
        .expect("a session");
    for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(session.contains(part), "{part} in {session}");
    }
    assert!(!session.contains("Domain"), "{session}");
    assert!(
        cookies
            .iter()
            .all(|line| line.starts_with("__Host-") && line.contains("; Secure")),
        "{cookies:?}"
    );
    client.get("/api/current-user/whoami").await.expect(200);
    client
        .post("/api/projects/", json!({"title": "Over TLS"}))
        .await
        .expect(201);
    for path in ["/projects/", "/api/version/", "/health", "/nothing"] {
        let reply = client.get(path).await;
        assert_eq!(
            reply.header("strict-transport-security"),
            "max-age=31536000; includeSubDomains",
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_011_other_names_are_not_answered_and_links_are_of_the_public_one() {
    let kit = secure(
        KitOptions::default()
            .with("USERNAME", "ada@example.com")
            .with("PASSWORD", labelkeep_testkit::PASSWORD),
    )
    .await;
    let client = kit.anonymous();
    let asked = |host: &'static str| {
        client.send(
            client
                .request(reqwest::Method::GET, "/api/version/")
                .header("host", host),
        )
    };
    for (host, status) in [
        ("labels.example", 200),
        ("labels.example:8443", 200),
        ("localhost", 200),
        ("evil.example", 421),
    ] {
        assert_eq!(asked(host).await.status, status, "{host}");
    }
    client
        .sign_in("ada@example.com", labelkeep_testkit::PASSWORD)
        .await
        .expect(302);
    let invitation = client.get("/api/invite").await.expect(200).json();
    assert!(
        invitation["invite_url"]
            .as_str()
            .is_some_and(|url| url.contains("/user/signup/")),
        "{invitation}"
    );
    let page = client.get("/api/projects/?page_size=1").await.expect(200);
    assert!(!page.text.contains("http://"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_007_plain_http_leads_pages_to_the_public_host_and_refuses_the_api() {
    let kit = secure(KitOptions::default().with("LABELKEEP_REDIRECT_PORT", "0")).await;
    let redirect = kit.running().redirect.expect("a port").port();
    // The port for it, and the TLS port when somebody speaks plain HTTP there.
    for port in [redirect, kit.running().address.port()] {
        let ask = async |line: &str, more: &str| {
            let request = format!("{line} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n{more}\r\n");
            String::from_utf8_lossy(&raw(port, request.as_bytes()).await).to_lowercase()
        };
        let page = ask("GET /projects/7/?tab=1", "").await;
        assert!(page.starts_with("http/1.1 308"), "{page}");
        assert!(
            page.contains("location: https://labels.example/projects/7/?tab=1\r\n"),
            "{page}"
        );
        assert!(
            !page.contains("strict-transport-security"),
            "it means nothing without TLS: {page}"
        );
        assert!(ask("HEAD /", "").await.starts_with("http/1.1 308"));
        for (line, more) in [
            ("GET /api/projects/", ""),
            ("GET /scim/v2/Users", ""),
            ("GET /projects/", "Authorization: Token abcdef\r\n"),
            ("POST /user/login/", "Content-Length: 0\r\n"),
        ] {
            let refused = ask(line, more).await;
            assert!(refused.starts_with("http/1.1 403"), "{line}: {refused}");
            assert!(
                !refused.contains("location:") && refused.contains("https://labels.example"),
                "{refused}"
            );
        }
    }
}

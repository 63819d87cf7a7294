//! Requests that go out by a proxy of the installation (SEC-145).

use labelkeep_net::directory::DirectoryQuestion;
use labelkeep_net::{Client, Consumer, EgressProxy, NetError, Policy, PolicySettings, Roots, TlsChoice};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Names, Server, limits, ok};

fn client(proxy: &str) -> Client {
    let names = Names::new(&[
        ("proxy.example", &[&["127.0.0.1"]]),
        ("files.example", &[&["93.184.216.34"]]),
        ("inside.example", &[&["10.0.0.7"]]),
    ]);
    let policy = Policy::new(&PolicySettings::default()).unwrap();
    let proxy = EgressProxy::parse(proxy).unwrap();
    Client::with(policy, &Roots::default(), names, Some(proxy))
}

#[tokio::test]
async fn sec_145_what_passed_the_guard_goes_out_by_the_proxy() {
    let proxy = Server::start(&[("http://files.example/tasks.json", ok("by the proxy"))]).await;
    let client = client(&format!("http://ada:secret@proxy.example:{}", proxy.port()));
    let fetched = client.fetch("http://files.example/tasks.json", limits()).await.unwrap();
    assert_eq!(fetched.body.bytes().await.unwrap(), b"by the proxy");
    let head = proxy.requests().concat().to_ascii_lowercase();
    assert!(head.contains("host: files.example"), "{head}");
    assert!(head.contains("proxy-authorization: basic "), "{head}");
    // What the guard refuses the proxy never hears of.
    for url in [
        "http://inside.example/",
        "http://10.0.0.7/",
        "http://169.254.169.254/latest/",
        "http://metadata.google.internal/",
        "http://files.example:22/",
        "ftp://files.example/",
    ] {
        let error = client.fetch(url, limits()).await.unwrap_err();
        let refused = error.is_forbidden() || matches!(error, NetError::InvalidUrl { .. });
        assert!(refused, "{url}: {error:?}");
    }
    assert_eq!(proxy.requests().len(), 1);
}

#[tokio::test]
async fn sec_145_tls_goes_through_the_proxy_as_it_is() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        // The first byte of a TLS handshake: the proxy reads nothing of what is said.
        (String::from_utf8(head).unwrap(), socket.read_u8().await.unwrap())
    });
    let client = client(&format!("http://127.0.0.1:{port}"));
    let error = client.fetch("https://files.example/", limits()).await.unwrap_err();
    assert_eq!(error, NetError::Unreachable, "this proxy ends the connection");
    let (head, first) = asked.await.unwrap();
    assert!(head.starts_with("CONNECT files.example:443 HTTP/1.1\r\n"), "{head}");
    assert_eq!(first, 22);
}

/// A proxy that answers once, and what it was asked.
async fn proxy(answer: &'static [u8]) -> (u16, tokio::task::JoinHandle<(String, Option<u8>)>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        socket.write_all(answer).await.unwrap();
        (String::from_utf8(head).unwrap(), socket.read_u8().await.ok())
    });
    (port, asked)
}

fn question(url: &str) -> DirectoryQuestion {
    DirectoryQuestion {
        url: url.to_owned(),
        start_tls: false,
        reader: ("cn=reader".to_owned(), "x".to_owned()),
        base: "dc=example".to_owned(),
        filter: "(uid=ada)".to_owned(),
        attributes: Vec::new(),
        password: None,
    }
}

#[tokio::test]
async fn sec_145_directories_are_asked_through_the_proxy() {
    let (port, asked) = proxy(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
    let client = client(&format!("http://ada:s%20cret@proxy.example:{port}"));
    // What the guard refuses the proxy never hears of.
    let refused = client
        .ask_directory(question("ldaps://inside.example:443"))
        .await
        .unwrap_err();
    assert!(refused.is_forbidden(), "{refused:?}");
    let over = client.ask_directory(question("ldaps://files.example:443")).await;
    assert!(over.is_err(), "this proxy ends the connection");
    let (head, first) = asked.await.unwrap();
    assert!(head.starts_with("CONNECT files.example:443 HTTP/1.1\r\n"), "{head}");
    assert!(
        head.contains("Proxy-Authorization: Basic YWRhOnMgY3JldA==\r\n"),
        "{head}"
    );
    assert_eq!(first, Some(22), "TLS with the directory itself");
}

#[tokio::test]
async fn sec_145_redis_is_reached_through_the_proxy() {
    let (port, asked) = proxy(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
    let client = client(&format!("http://proxy.example:{port}"));
    let protection = client.tls_with(&TlsChoice::default()).unwrap();
    let refused = client.dial(Consumer::Redis, "inside.example", 6379, &protection).await;
    assert!(refused.is_err_and(|error| error.is_forbidden()));
    let over = client.dial(Consumer::Redis, "files.example", 6379, &protection).await;
    assert!(over.is_err(), "this proxy ends the connection");
    let (head, first) = asked.await.unwrap();
    assert!(head.starts_with("CONNECT files.example:6379 HTTP/1.1\r\n"), "{head}");
    assert_eq!(first, Some(22), "TLS with Redis itself");
}

#[tokio::test]
async fn sec_145_a_proxy_that_refuses_is_no_way_to_a_directory() {
    let endless: &'static [u8] = &[b"HTTP/1.1 200 ".as_slice(), &[b'x'; 9_000]].concat().leak()[..];
    for answer in [&b"HTTP/1.1 403 Forbidden\r\n\r\n"[..], endless, b"SSH-2.0-x\r\n\r\n"] {
        let (port, asked) = proxy(answer).await;
        let client = client(&format!("http://127.0.0.1:{port}"));
        let error = client
            .ask_directory(question("ldaps://files.example:443"))
            .await
            .unwrap_err();
        assert_eq!(error, NetError::Unreachable);
        assert_ne!(asked.await.unwrap().1, Some(22));
    }
}

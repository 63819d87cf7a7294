//! Limits of time and size, and what is told of a file (SEC-142).

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use labelkeep_net::{Client, Limits, NetError, PolicySettings};

use crate::{Names, Server, client_with, limits, ok};

fn open() -> Client {
    client_with(
        &Names::new(&[]),
        PolicySettings {
            protection: false,
            ..PolicySettings::default()
        },
    )
}

#[tokio::test]
async fn a_file_comes_with_name_type_and_length() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
                  Content-Disposition: attachment; filename=\"tasks.json\"\r\n\r\n[]";
    let server = Server::start(&[("/download?id=3", answer.into())]).await;
    let fetched = open()
        .fetch(&format!("http://{}/download?id=3#part", server.address), limits())
        .await
        .unwrap();
    assert_eq!(fetched.file_name, "tasks.json");
    assert_eq!(fetched.content_type.as_deref(), Some("application/json"));
    assert_eq!(fetched.content_length, Some(2));
    assert_eq!(
        fetched.final_url.as_str(),
        format!("http://{}/download?id=3", server.address)
    );
    let chunks: Vec<_> = fetched.body.collect().await;
    assert_eq!(chunks, [Ok("[]".into())]);
    // Nothing of the person or the installation goes along.
    let request = server.requests().remove(0).to_lowercase();
    for header in ["cookie", "authorization", "referer"] {
        assert!(!request.contains(header), "{request}");
    }
}

#[tokio::test]
async fn sec_142_size_is_counted_while_the_content_arrives() {
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let endless = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(20)
    );
    let until_close = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(100));
    let server = Server::start(&[
        ("/said", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n".into()),
        ("/endless", endless),
        ("/close", until_close),
    ])
    .await;
    let limits = Limits {
        max_bytes: 100,
        ..limits()
    };
    let error = open()
        .fetch(&format!("http://{}/said", server.address), limits)
        .await
        .unwrap_err();
    assert_eq!(error, NetError::TooLarge { limit: 100 });

    let fetched = open()
        .fetch(&format!("http://{}/endless", server.address), limits)
        .await
        .unwrap();
    assert_eq!(fetched.content_length, None);
    let mut stream = fetched.body;
    assert_eq!(stream.next().await, Some(Err(NetError::TooLarge { limit: 100 })));
    assert_eq!(stream.next().await, None);

    let fetched = open()
        .fetch(&format!("http://{}/close", server.address), limits)
        .await
        .unwrap();
    assert_eq!(
        fetched.body.bytes().await.unwrap().len(),
        100,
        "exactly the limit is allowed"
    );
}

#[tokio::test]
async fn an_incomplete_content_is_an_error() {
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonly this";
    let server = Server::start(&[("/", short.into())]).await;
    let fetched = open()
        .fetch(&format!("http://{}/", server.address), limits())
        .await
        .unwrap();
    assert_eq!(fetched.body.bytes().await, Err(NetError::Interrupted));
}

#[tokio::test]
async fn sec_142_silent_servers_end_with_the_time() {
    let server = Server::start(&[]).await;
    let short = Limits {
        connect: Duration::from_millis(50),
        first_byte: Duration::from_millis(50),
        ..limits()
    };
    let begun = Instant::now();
    let error = open()
        .fetch(&format!("http://{}/silent", server.address), short)
        .await
        .unwrap_err();
    assert_eq!(error, NetError::TimedOut);
    let total = Limits {
        total: Duration::from_millis(100),
        ..limits()
    };
    let error = open()
        .fetch(&format!("http://{}/silent", server.address), total)
        .await
        .unwrap_err();
    assert_eq!(error, NetError::TimedOut);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn sec_142_the_total_time_counts_for_the_content_too() {
    // Two of the ten announced bytes, then silence.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(
            socket.read(&mut [0; 1024]).await.unwrap() > 0,
            "the request comes first"
        );
        socket
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nxx")
            .await
            .unwrap();
        std::future::pending::<()>().await;
    });
    let limits = Limits {
        total: Duration::from_millis(300),
        ..limits()
    };
    let fetched = open().fetch(&format!("http://{address}/"), limits).await.unwrap();
    assert_eq!(fetched.body.bytes().await, Err(NetError::TimedOut));
}

#[tokio::test]
async fn answers_of_other_forms_are_refused() {
    let compressed = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx";
    let large_head = format!(
        "HTTP/1.1 200 OK\r\nX-Large: {}\r\nContent-Length: 0\r\n\r\n",
        "x".repeat(33_000)
    );
    let server = Server::start(&[
        ("/compressed", compressed.into()),
        ("/head", large_head),
        (
            "/missing",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nsecret".into(),
        ),
        ("/garbage", "no HTTP at all\r\n\r\n".into()),
        (
            "/plain",
            ok("x").replace("\r\n\r\n", "\r\nContent-Encoding: identity\r\n\r\n"),
        ),
    ])
    .await;
    let fetch = async |path: &str| {
        open()
            .fetch(&format!("http://{}/{path}", server.address), limits())
            .await
    };
    assert_eq!(fetch("compressed").await.unwrap_err(), NetError::UnsupportedAnswer);
    assert_eq!(fetch("head").await.unwrap_err(), NetError::UnsupportedAnswer);
    assert_eq!(fetch("missing").await.unwrap_err(), NetError::Status { status: 404 });
    assert_eq!(fetch("garbage").await.unwrap_err(), NetError::Unreachable);
    assert!(fetch("plain").await.is_ok());
}

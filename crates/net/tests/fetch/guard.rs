//! What is refused, and that nothing was sent to it.

use std::time::Duration;

use labelkeep_net::{Limits, NetError, PolicySettings};

use crate::{Names, Server, client, client_with, limits, ok};

fn unprotected() -> PolicySettings {
    PolicySettings {
        protection: false,
        ..PolicySettings::default()
    }
}

#[tokio::test]
async fn sec_129_no_spelling_of_loopback_reaches_a_server() {
    let server = Server::start(&[("/", ok("secret"))]).await;
    let client = client(&Names::new(&[]), &[]);
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "１２７.０.０.１",
        "%31%32%37.0.0.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[::ffff:7f00:1]",
    ] {
        let url = format!("http://{host}:{}/", server.port());
        let error = client.fetch(&url, limits()).await.unwrap_err();
        assert!(matches!(error, NetError::BlockedAddress { .. }), "{host}: {error:?}");
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn sec_130_every_address_of_a_name_must_pass() {
    let server = Server::start(&[("/", ok("secret"))]).await;
    let names = Names::new(&[
        ("mixed.example", &[&["127.0.0.1", "10.0.0.1"]]),
        ("six.example", &[&["127.0.0.1", "fd00::1"]]),
        ("none.example", &[&[]]),
        ("many.example", &[&["127.0.0.1"; 21]]),
    ]);
    let client = client(&names, &[format!("127.0.0.1/32:{}", server.port())]);
    for name in ["mixed.example", "six.example"] {
        let error = client
            .fetch(&format!("http://{name}:{}/", server.port()), limits())
            .await
            .unwrap_err();
        assert!(error.is_forbidden(), "{name}: {error:?}");
    }
    for name in ["none.example", "many.example", "unknown.example"] {
        let error = client
            .fetch(&format!("http://{name}:{}/", server.port()), limits())
            .await
            .unwrap_err();
        assert_eq!(error, NetError::Unreachable, "{name}");
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn sec_131_a_name_that_changes_its_address_after_the_check_changes_nothing() {
    let server = Server::start(&[("/", ok("public"))]).await;
    let hidden = Server::start_at(&format!("127.0.0.2:{}", server.port()), &[("/", ok("secret"))]).await;
    let names = Names::new(&[("rebind.example", &[&["127.0.0.1"], &["127.0.0.2"]])]);
    let client = client(&names, &[format!("127.0.0.1/32:{}", server.port())]);
    let url = format!("http://rebind.example:{}/", server.port());

    let fetched = client.fetch(&url, limits()).await.unwrap();
    assert_eq!(fetched.body.bytes().await.unwrap(), b"public");
    assert_eq!(names.asked(), ["rebind.example"], "looked up once");
    assert!(server.requests()[0].contains(&format!("host: rebind.example:{}\r\n", server.port())));

    // The second answer is checked like the first: no connection of the first request is used again.
    let error = client.fetch(&url, limits()).await.unwrap_err();
    assert!(matches!(error, NetError::BlockedAddress { .. }), "{error:?}");
    assert_eq!((server.requests().len(), hidden.requests().len()), (1, 0));
}

#[tokio::test]
async fn sec_134_metadata_is_refused_without_protection_too() {
    let names = Names::new(&[
        ("innocent.example", &[&["169.254.169.254"]]),
        ("wrapped.example", &[&["::ffff:169.254.169.254"]]),
        ("azure.example", &[&["168.63.129.16"]]),
    ]);
    let client = client_with(&names, unprotected());
    for host in [
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "[::ffff:169.254.169.254]",
        "[fd00:ec2::254]",
        "[64:ff9b::169.254.169.254]",
        "100.100.100.200",
        "metadata.google.internal",
        "Metadata.Google.Internal.",
        "innocent.example",
        "wrapped.example",
        "azure.example",
    ] {
        let error = client
            .fetch(&format!("http://{host}/latest/meta-data/"), limits())
            .await
            .unwrap_err();
        assert!(error.is_forbidden(), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn sec_135_own_listeners_are_refused_whatever_name_leads_there() {
    let server = Server::start(&[("/", ok("own"))]).await;
    let names = Names::new(&[
        ("me.example", &[&["127.0.0.1"]]),
        ("database.example", &[&["127.0.0.1"]]),
    ]);
    for own in [
        server.address.to_string(),
        format!("0.0.0.0:{}", server.port()),
        format!("database.example:{}", server.port()),
    ] {
        let client = client_with(
            &names,
            PolicySettings {
                own_services: vec![own.clone()],
                ..unprotected()
            },
        );
        for host in ["127.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]", "me.example"] {
            let error = client
                .fetch(&format!("http://{host}:{}/", server.port()), limits())
                .await
                .unwrap_err();
            assert!(
                matches!(error, NetError::BlockedService { .. }),
                "{own} {host}: {error:?}"
            );
        }
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn sec_140_without_protection_loopback_opens() {
    let server = Server::start(&[("/", ok("local"))]).await;
    let client = client_with(&Names::new(&[("local.example", &[&["127.0.0.1"]])]), unprotected());
    for host in ["127.0.0.1", "local.example"] {
        let fetched = client
            .fetch(&format!("http://{host}:{}/", server.port()), limits())
            .await
            .unwrap();
        assert_eq!(fetched.body.bytes().await.unwrap(), b"local");
    }
}

#[tokio::test]
async fn sec_143_messages_tell_nothing_of_the_network() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let plain = Server::start(&[("/", ok("no TLS here"))]).await;
    let names = Names::new(&[("inside.example", &[&["10.11.12.13"]])]);
    let open = client_with(&names, unprotected());
    // A server that does not speak TLS just waits for more: the time for the connection ends it.
    let limits = Limits {
        connect: Duration::from_millis(200),
        ..limits()
    };
    let mut messages = Vec::new();
    for url in [
        format!("http://{closed}/"),
        format!("https://{}/", plain.address),
        "http://unknown.example/".to_owned(),
    ] {
        messages.push(open.fetch(&url, limits).await.unwrap_err().to_string());
    }
    assert_eq!(messages, ["The URL could not be reached"; 3]);

    let guarded = client(&names, &[]);
    let error = guarded.fetch("http://inside.example/", limits).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "URL resolves to a reserved network address (block: 10.0.0.0/8)"
    );
    let NetError::BlockedAddress { host, address, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (host.as_str(), address.to_string().as_str()),
        ("inside.example", "10.11.12.13"),
        "for the audit log"
    );
}

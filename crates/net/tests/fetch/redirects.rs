//! Redirects: each hop is checked as the first one (SEC-137).

use labelkeep_net::{NetError, PolicySettings};

use crate::{Names, Server, client, client_with, limits, ok, redirect};

#[tokio::test]
async fn sec_137_up_to_five_redirects_are_followed() {
    let answers: Vec<(String, String)> = (0..7)
        .map(|n| (format!("/{n}"), redirect(&format!("/{}", n + 1))))
        .collect();
    let mut answers: Vec<(&str, String)> = answers
        .iter()
        .map(|(path, answer)| (path.as_str(), answer.clone()))
        .collect();
    answers.push(("/7", ok("found")));
    let server = Server::start(&answers).await;
    let client = client(&Names::new(&[]), &[format!("127.0.0.1:{}", server.port())]);

    let fetched = client
        .fetch(&format!("http://{}/2", server.address), limits())
        .await
        .unwrap();
    assert_eq!(fetched.final_url.path(), "/7");
    assert_eq!(fetched.body.bytes().await.unwrap(), b"found");

    let error = client
        .fetch(&format!("http://{}/1", server.address), limits())
        .await
        .unwrap_err();
    assert_eq!(error, NetError::TooManyRedirects { limit: 5 });
    assert_eq!(
        server.requests().len(),
        6 + 6,
        "the first request and five redirects each"
    );
}

#[tokio::test]
async fn sec_137_a_redirect_to_a_refused_address_is_refused() {
    let inner = Server::start(&[("/", ok("secret"))]).await;
    let outer = Server::start(&[
        ("/direct", redirect(&format!("http://{}/", inner.address))),
        ("/name", redirect(&format!("http://inside.example:{}/", inner.port()))),
        ("/short", redirect(&format!("http://127.1:{}/", inner.port()))),
        ("/metadata", redirect("http://169.254.169.254/latest/meta-data/")),
        (
            "/relative",
            redirect(&format!("//[::ffff:127.0.0.1]:{}/", inner.port())),
        ),
        ("/twice", redirect("/direct")),
    ])
    .await;
    let names = Names::new(&[
        ("outside.example", &[&["127.0.0.1"]]),
        ("inside.example", &[&["127.0.0.1"]]),
    ]);
    let client = client(&names, &[format!("outside.example:{}", outer.port())]);
    for path in ["direct", "name", "short", "metadata", "relative", "twice"] {
        let url = format!("http://outside.example:{}/{path}", outer.port());
        let error = client.fetch(&url, limits()).await.unwrap_err();
        assert!(matches!(error, NetError::BlockedAddress { .. }), "{path}: {error:?}");
    }
    assert_eq!(inner.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn sec_137_each_hop_is_looked_up_again() {
    let server = Server::start(&[("/", redirect("/again")), ("/again", ok("secret"))]).await;
    let names = Names::new(&[("moving.example", &[&["127.0.0.1"], &["10.0.0.1"]])]);
    let client = client(&names, &[format!("127.0.0.1/32:{}", server.port())]);
    let error = client
        .fetch(&format!("http://moving.example:{}/", server.port()), limits())
        .await
        .unwrap_err();
    assert!(matches!(error, NetError::BlockedAddress { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn redirects_without_a_usable_address_are_an_error() {
    let server = Server::start(&[
        ("/none", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".into()),
        ("/file", redirect("file:///etc/passwd")),
        ("/user", redirect("http://user:password@example.com/")),
        ("/bad", redirect("http://[::1")),
    ])
    .await;
    let settings = PolicySettings {
        protection: false,
        ..PolicySettings::default()
    };
    let client = client_with(&Names::new(&[]), settings);
    for path in ["none", "file", "user", "bad"] {
        let error = client
            .fetch(&format!("http://{}/{path}", server.address), limits())
            .await
            .unwrap_err();
        assert_eq!(error, NetError::InvalidRedirect, "{path}");
    }
}

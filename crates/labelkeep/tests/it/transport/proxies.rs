//! Plain HTTP behind a proxy that speaks TLS.

use labelkeep_testkit::{Client, Engine, Kit, KitOptions, OWNER, PASSWORD, Reply};
use reqwest::Method;

async fn behind(proxies: &str) -> Kit {
    let options = KitOptions::default()
        .server()
        .with("TLS_MODE", "proxy")
        .with("TRUSTED_PROXIES", proxies)
        .with("HOST", "https://labels.example")
        .with("USERNAME", OWNER)
        .with("PASSWORD", PASSWORD);
    Kit::start(Engine::Sqlite, options)
        .await
        .expect("SQLite is always there")
}

async fn ask(client: &Client, method: Method, path: &str, headers: &[(&'static str, &'static str)]) -> Reply {
    let mut request = client.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_009_what_a_declared_proxy_says_counts() {
    let kit = behind("127.0.0.1").await;
    let client = kit.anonymous();
    let said = |protocol, host| {
        [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", protocol),
            ("x-forwarded-host", host),
        ]
    };
    let reply = ask(&client, Method::GET, "/api/version/", &said("https", "labels.example"))
        .await
        .expect(200);
    assert_eq!(
        reply.header("strict-transport-security"),
        "max-age=31536000; includeSubDomains"
    );
    ask(&client, Method::GET, "/api/version/", &said("https", "evil.example"))
        .await
        .expect(421);
    // Who came to the proxy without TLS is led to it (SEC-007).
    let page = ask(&client, Method::GET, "/projects/?a=b", &said("http", "labels.example"))
        .await
        .expect(308);
    assert_eq!(page.header("location"), "https://labels.example/projects/?a=b");
    assert_eq!(page.header("strict-transport-security"), "");
    ask(&client, Method::GET, "/api/version/", &said("http", "labels.example"))
        .await
        .expect(403);
    // The client's address is the proxy's word: in the audit log the stranger stands, not the proxy.
    let mut request = client
        .request(Method::POST, "/user/login/")
        .header("x-forwarded-for", "198.51.100.7, 203.0.113.9");
    client.get("/user/login/").await.expect(200);
    let csrf = client.csrf().expect("a token");
    request = request.form(&[
        ("csrfmiddlewaretoken", csrf.as_str()),
        ("email", OWNER),
        ("password", PASSWORD),
    ]);
    let signed_in = client.send(request).await.expect(302);
    let session = signed_in
        .headers
        .get_all("set-cookie")
        .iter()
        .flat_map(|line| line.to_str());
    let session = session
        .filter(|line| line.starts_with("__Host-session="))
        .map(str::to_owned)
        .next();
    let session = session
        .and_then(|line| line.split(';').next().map(str::to_owned))
        .expect("a session");
    // A client of the HTTP library sends no secure cookie to a plain address, as a browser; the proxy does.
    let request = kit
        .anonymous()
        .request(Method::GET, "/api/current-user/sessions")
        .header("cookie", &session);
    let sessions = kit.anonymous().send(request).await.expect(200);
    assert!(sessions.text.contains("203.0.113.9"), "{}", sessions.text);
    assert!(
        !sessions.text.contains("198.51.100.7"),
        "the stranger's own word: {}",
        sessions.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_009_what_others_say_is_nothing() {
    let kit = behind("10.9.8.7").await;
    let client = kit.anonymous();
    let lies = [
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "evil.example"),
    ];
    let reply = ask(&client, Method::GET, "/api/version/", &lies).await.expect(200);
    assert_eq!(
        reply.header("strict-transport-security"),
        "",
        "nobody said that it came over TLS"
    );
    let reply = ask(
        &client,
        Method::GET,
        "/api/version/",
        &[("forwarded", "for=203.0.113.9;host=evil.example")],
    )
    .await;
    assert_eq!(reply.status, 200);
}

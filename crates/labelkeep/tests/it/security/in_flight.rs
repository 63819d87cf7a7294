//! What strangers take of the server, whatever they say of themselves.

use std::time::Duration;

use labelkeep_testkit::{Client, Engine, Kit, KitOptions, OWNER, PASSWORD, Reply, json};
use reqwest::{Method, RequestBuilder};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::work::project;

/// A server behind a proxy on this machine, so that addresses are what a header says.
async fn behind_a_proxy() -> Kit {
    let options = KitOptions::default()
        .server()
        .with("TLS_MODE", "proxy")
        .with("TRUSTED_PROXIES", "127.0.0.1")
        .with("HOST", "https://labels.example")
        .with("USERNAME", OWNER)
        .with("PASSWORD", PASSWORD);
    Kit::start(Engine::Sqlite, options)
        .await
        .expect("SQLite is always there")
}

fn from(request: RequestBuilder, address: &str) -> RequestBuilder {
    request
        .header("x-forwarded-for", address)
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "labels.example")
}

/// The session of somebody who signs in from there. A client of ours keeps no cookie that wants TLS: a proxy has it here.
async fn signed_in(client: &Client, address: &str) -> String {
    let page = from(client.request(Method::GET, "/user/login/"), address);
    let shown = client.send(page).await.expect(200);
    let csrf = client.csrf().expect("a token");
    let form = [
        ("csrfmiddlewaretoken", csrf.as_str()),
        ("email", OWNER),
        ("password", PASSWORD),
    ];
    let request = from(client.request(Method::POST, "/user/login/"), address).form(&form);
    let reply = client.send(request.header("cookie", cookie(&shown, "csrftoken"))).await;
    cookie(&reply.expect(302), "session")
}

/// `name=value` of a cookie that an answer sets.
fn cookie(reply: &Reply, name: &str) -> String {
    let begin = format!("__Host-{name}=");
    let lines = reply.headers.get_all("set-cookie").iter();
    let mut cookies = lines.filter_map(|line| line.to_str().ok()?.split(';').next());
    cookies
        .find(|cookie| cookie.starts_with(&begin))
        .expect("a cookie")
        .to_owned()
}

/// A sender of a form that never comes to its end: it holds its place as long as the connection stands.
async fn hold(port: u16, address: &str, credential: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let head = format!(
        "POST /api/token/refresh/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address}\r\nX-Forwarded-Proto: https\r\n\
         X-Forwarded-Host: labels.example\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n{credential}\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_226_a_credential_that_is_worth_nothing_opens_no_place() {
    let kit = behind_a_proxy().await;
    let port = kit.running().address.port();
    let (crowded, quiet) = ("203.0.113.9", "203.0.113.10");
    let person = kit.anonymous();
    let session = signed_in(&person, quiet).await;
    let anonymous = kit.anonymous();
    let ask = |address: &'static str, header: (&'static str, String)| {
        let request = from(anonymous.request(Method::GET, "/api/version/"), address);
        anonymous.send(request.header(header.0, header.1))
    };
    for (name, credential) in [
        ("cookie", "Cookie: __Host-session=garbage\r\n"),
        ("token", "Authorization: Token garbage\r\n"),
        ("key", "X-Api-Key: garbage\r\n"),
    ] {
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(hold(port, crowded, credential).await);
        }
        // As soon as all eight have arrived, the next of that address waits, however long its word is.
        let mut waited = false;
        for _ in 0..200 {
            let asked = ask(crowded, ("authorization", "Bearer garbage".to_owned()));
            if tokio::time::timeout(Duration::from_secs(1), asked).await.is_err() {
                waited = true;
                break;
            }
        }
        assert!(waited, "{name}: garbage has opened the server");
        // Others are served meanwhile, and so is a stranger of that address.
        ask(quiet, ("authorization", "Bearer garbage".to_owned()))
            .await
            .expect(200);
        ask(crowded, ("accept", "*/*".to_owned())).await.expect(200);
        drop(held);
    }
    // Who is known takes no place among strangers: more answers that last than strangers have places, and then one more.
    let signed = |method, path: &str| from(person.request(method, path), crowded).header("cookie", session.as_str());
    let new = person.with_csrf(signed(Method::POST, "/api/projects/"));
    let made = person
        .send(new.json(&json!({ "title": "Live" })))
        .await
        .expect(201)
        .json();
    let path = format!("/api/dm/events/?project={}", made["id"]);
    let mut lasting = Vec::new();
    for _ in 0..10 {
        lasting.push(signed(Method::GET, &path).send().await.expect("an answer"));
    }
    assert!(lasting.iter().all(|answer| answer.status() == 200));
    person.send(signed(Method::GET, "/api/projects/")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_231_sec_226_answers_that_last_have_a_limit_of_their_own() {
    let kit = Kit::start(Engine::Sqlite, KitOptions::default())
        .await
        .expect("SQLite is always there");
    let owner = kit.owner().await;
    let (id, _) = project(&owner, 1, json!({})).await;
    let path = format!("/api/dm/events/?project={id}");
    let mut streams = Vec::new();
    for _ in 0..20 {
        let stream = owner.request(Method::GET, &path).send().await.expect("an answer");
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    let refused = owner.get(&path).await.expect(429);
    assert_eq!(refused.header("retry-after"), "1");
    // Work goes on beside them.
    owner.get(&format!("/api/projects/{id}/next/")).await.expect(200);
    // Who goes makes room.
    streams.pop();
    kit.until("there is room again", || async {
        owner
            .request(Method::GET, &path)
            .send()
            .await
            .expect("an answer")
            .status()
            == 200
    })
    .await;
}

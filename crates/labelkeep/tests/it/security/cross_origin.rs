//! Pages of other origins, and where media may come from.

use labelkeep_testkit::{Client, KitOptions, Reply, json, on_both_databases};
use reqwest::Method;

use crate::work::project;

const PARTNER: &str = "https://partner.example";
const REVIEW: &str = "https://pr-7.review.example";

fn listed() -> KitOptions {
    KitOptions::default()
        .with("CORS_ALLOWED_ORIGINS", PARTNER)
        .with("CORS_ALLOWED_ORIGIN_REGEXES", r"https://pr-\d+\.review\.example")
}

async fn from(client: &Client, method: Method, path: &str, origin: &str) -> Reply {
    client.send(client.request(method, path).header("origin", origin)).await
}

async fn preflight(client: &Client, path: &str, origin: &str, method: &str) -> Reply {
    let request = client.request(Method::OPTIONS, path).header("origin", origin);
    let request = request.header("access-control-request-method", method);
    client
        .send(request.header("access-control-request-headers", "authorization, x-evil"))
        .await
}

on_both_databases! {
    async fn sec_049_sec_050_listed_origins_read_answers_without_cookies(kit: Kit, listed()) {
        let owner = kit.owner().await;
        for origin in [PARTNER, REVIEW] {
            let reply = from(&owner, Method::GET, "/api/version/", origin).await.expect(200);
            assert_eq!(reply.header("access-control-allow-origin"), origin);
            assert_eq!(reply.header("vary"), "Origin");
            assert!(reply.header("access-control-expose-headers").contains("etag"));
            assert_eq!(reply.header("access-control-allow-credentials"), "", "nobody has asked for it");
            // An error is read by the page, too, or nobody would know what went wrong.
            let reply = from(&kit.anonymous(), Method::GET, "/api/projects/", origin).await.expect(401);
            assert_eq!(reply.header("access-control-allow-origin"), origin);
        }
        for origin in ["https://evil.example", "null", "*", "http://partner.example", "https://partner.example.evil.example", "https://pr-x.review.example"] {
            let reply = from(&owner, Method::GET, "/api/version/", origin).await.expect(200);
            assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
            assert_eq!(reply.header("vary"), "Origin", "a cache must not hand it to others");
            let reply = preflight(&owner, "/api/projects/", origin, "GET").await;
            assert_eq!(reply.header("access-control-allow-methods"), "", "{origin}");
        }
        // Pages are for nobody else.
        let page = from(&owner, Method::GET, "/projects/", PARTNER).await.expect(200);
        assert_eq!(page.header("access-control-allow-origin"), "");
        // What a listed page may read it still may not change with somebody's cookie.
        let request = owner.with_csrf(owner.request(Method::POST, "/api/projects/")).header("origin", PARTNER);
        owner.send(request.json(&json!({ "title": "Of another page" }))).await.expect(403);
    }

    async fn sec_050_a_preflight_lists_what_the_route_takes(kit: Kit, listed()) {
        let client = kit.anonymous();
        for (path, method, takes) in [
            ("/api/projects/", "POST", "GET,HEAD,POST"),
            ("/api/projects/7/", "PATCH", "DELETE,GET,HEAD,PATCH,PUT"),
            ("/api/projects/7/next/", "GET", "GET,HEAD"),
        ] {
            let reply = preflight(&client, path, PARTNER, method).await.expect(204);
            let mut methods: Vec<&str> = reply.header("access-control-allow-methods").split(',').map(str::trim).collect();
            methods.sort_unstable();
            assert_eq!(methods.join(","), takes, "{path}");
            assert_eq!(reply.header("access-control-max-age"), "600");
            let headers = reply.header("access-control-allow-headers");
            assert!(headers.contains("authorization") && !headers.contains("evil") && !headers.contains('*'), "{headers}");
            assert_eq!(reply.header("access-control-allow-credentials"), "");
        }
        for (path, method) in [("/api/projects/", "DELETE"), ("/api/nothing/", "GET"), ("/user/login/", "POST")] {
            let reply = preflight(&client, path, PARTNER, method).await;
            assert_eq!(reply.header("access-control-allow-methods"), "", "{method} {path}");
            assert_eq!(reply.header("access-control-allow-origin"), "", "{method} {path}");
        }
    }

    async fn sec_050_cookies_are_for_origins_that_are_written_out(kit: Kit, listed().with("CORS_ALLOW_CREDENTIALS", "true")) {
        let owner = kit.owner().await;
        for (origin, with_cookies) in [(PARTNER, "true"), (REVIEW, ""), ("https://evil.example", "")] {
            let reply = from(&owner, Method::GET, "/api/version/", origin).await.expect(200);
            assert_eq!(reply.header("access-control-allow-credentials"), with_cookies, "{origin}");
            let reply = preflight(&owner, "/api/projects/", origin, "GET").await;
            assert_eq!(reply.header("access-control-allow-credentials"), with_cookies, "{origin}");
        }
    }

    async fn sec_051_answers_that_last_are_for_our_pages_and_listed_ones(kit: Kit, listed()) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        let path = format!("/api/dm/events/?project={id}");
        for origin in ["https://evil.example", "null", "http://localhost:1"] {
            // Before anybody is asked who they are: a stranger hears the same.
            from(&owner, Method::GET, &path, origin).await.expect(403);
            from(&kit.anonymous(), Method::GET, &path, origin).await.expect(403);
        }
        from(&kit.anonymous(), Method::GET, &path, PARTNER).await.expect(401);
        for origin in [kit.url(), PARTNER] {
            let request = owner.request(Method::GET, &path).header("origin", origin);
            let stream = request.send().await.expect("an answer");
            assert_eq!(stream.status(), 200, "{origin}");
        }
    }

    async fn sec_042_media_come_from_listed_origins_where_there_is_a_list(kit: Kit, KitOptions::default().with("CSP_MEDIA_ORIGINS", "https://pictures.example, https://sound.example:8443")) {
        let owner = kit.owner().await;
        for (path, begin) in [("/projects/", "img-src 'self' data: blob: "), ("/frame.html", "img-src data: blob: ")] {
            let page = owner.get(path).await.expect(200);
            let policy = page.header("content-security-policy");
            assert!(policy.contains(&format!("{begin}https://pictures.example https://sound.example:8443;")), "{policy}");
            assert!(!policy.contains("https:;") && !policy.contains("https: "), "{policy}");
        }
        let page = owner.get("/projects/").await;
        assert!(page.header("content-security-policy").contains("media-src 'self' blob: https://pictures.example https://sound.example:8443;"));
    }
}

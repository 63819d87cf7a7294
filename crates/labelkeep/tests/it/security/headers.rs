use labelkeep_testkit::on_both_databases;
use reqwest::Method;

on_both_databases! {
    async fn sec_041_pages_enforce_the_policy_with_a_fresh_nonce(kit: Kit) {
        let owner = kit.owner().await;
        let first = owner.get("/projects/").await.expect(200);
        let policy = first.header("content-security-policy").to_owned();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types labelkeep",
            "img-src 'self' data: blob: https: http://localhost:* http://127.0.0.1:*",
        ] {
            assert!(policy.contains(part), "{part} in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce").to_owned();
        assert!(first.text.contains(&nonce), "the page has it");
        assert!(!owner.get("/projects/").await.text.contains(&nonce), "the next one has another");
        let missing = owner.get("/nothing/").await;
        assert!(missing.header("content-security-policy").contains("require-trusted-types-for 'script'"));
    }

    async fn sec_046_sec_047_every_answer_has_the_headers(kit: Kit) {
        let owner = kit.owner().await;
        for path in ["/projects/", "/user/login/", "/api/users/", "/api/users/99/", "/nothing", "/health", "/api/version/"] {
            let reply = owner.get(path).await;
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("x-frame-options", "DENY"),
                ("cache-control", "no-store"),
                ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
                ("server", ""),
                ("access-control-allow-origin", ""),
                ("strict-transport-security", ""),
            ] {
                assert_eq!(reply.header(name), value, "{name} of {path}");
            }
            assert!(!reply.header("content-security-policy").is_empty(), "{path}");
        }
    }

    async fn sec_049_no_origin_gets_permission(kit: Kit) {
        let client = kit.anonymous();
        let request = client
            .request(Method::OPTIONS, "/api/version/")
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "GET");
        assert_eq!(client.send(request).await.header("access-control-allow-origin"), "");
    }

    async fn sec_011_foreign_host_names_are_not_served(kit: Kit) {
        let client = kit.anonymous();
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:80", "169.254.169.254"] {
            let reply = client.send(client.request(Method::GET, "/health").header("host", host)).await;
            assert_eq!(reply.status, 421, "{host}");
        }
        for host in ["localhost", "127.0.0.1:1", "[::1]:8080", "LOCALHOST:9"] {
            let reply = client.send(client.request(Method::GET, "/health").header("host", host)).await;
            assert_eq!(reply.status, 200, "{host}");
        }
    }

    async fn sec_174_the_frame_page_shows_nothing_by_itself(kit: Kit) {
        let reply = kit.anonymous().get("/frame.html").await.expect(200);
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; img-src data: blob: https:") && policy.contains("frame-ancestors 'self'"), "{policy}");
        assert_eq!(reply.header("x-frame-options"), "SAMEORIGIN");
    }
}

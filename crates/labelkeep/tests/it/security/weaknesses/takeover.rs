//! Becoming somebody else, or more than one is, by what settings accept.

use labelkeep_testkit::{OWNER, PASSWORD, json, on_both_databases};
use reqwest::Method;

use super::HASH;
use crate::roles::id_of;

on_both_databases! {
    async fn sec_119_sec_053_settings_make_nobody_somebody_else(kit: Kit) {
        let owner = kit.owner().await;
        let bob = kit.member(&owner, "bob@example.com").await;
        let (owners, bobs) = (id_of(&owner).await, id_of(&bob).await);
        let before = crate::security::snapshot::snapshot(&kit).await;
        let wishes = json!({
            "id": owners, "pk": owners, "is_superuser": true, "is_staff": true, "is_active": true, "role": "OW", "org_role": "OW",
            "password": "a whole new password", "password_hash": "x", "email": OWNER, "email_verified": true, "active_organization": 99,
            "organization": 99, "organization_membership": { "role": "OW" }, "created_by": bobs, "permissions": ["all"], "token": "x",
        });
        for path in ["/api/current-user".to_owned(), format!("/api/users/{bobs}/")] {
            let reply = bob.patch(&path, wishes.clone()).await;
            assert!(reply.status < 500 && !reply.text.contains(HASH), "{path}: {}", reply.text);
        }
        for (method, path) in [
            (Method::PATCH, format!("/api/users/{owners}/")), (Method::DELETE, format!("/api/users/{owners}/")),
            (Method::POST, "/api/organizations/1/roles/".to_owned()), (Method::PATCH, "/api/organizations/1".to_owned()),
            (Method::DELETE, format!("/api/organizations/1/memberships/{owners}/")), (Method::POST, "/api/jwt/settings".to_owned()),
            (Method::DELETE, format!("/api/organizations/1/memberships/{owners}/sessions/")), (Method::POST, "/api/invite/reset-token".to_owned()),
            (Method::PATCH, "/api/session-policy/".to_owned()), (Method::PATCH, "/api/factor-policy/".to_owned()),
            (Method::PATCH, "/api/password-policy/".to_owned()),
        ] {
            let reply = bob.send(bob.with_csrf(bob.request(method.clone(), &path)).json(&wishes)).await;
            assert!((400..500).contains(&reply.status), "{method} {path}: {} {}", reply.status, reply.text);
        }
        let after = crate::security::snapshot::snapshot(&kit).await;
        let changed = crate::security::snapshot::difference(&before, &after);
        for line in &changed {
            assert!(!line.contains("password_hash") || !line.contains("a whole new"), "{line}");
        }
        // Both are who they were, and the old passwords are the passwords.
        assert_eq!(bob.get("/api/current-user/whoami").await.json()["email"], "bob@example.com");
        for (email, id) in [("bob@example.com", bobs), (OWNER, owners)] {
            let again = kit.anonymous();
            again.sign_in(email, PASSWORD).await.expect(302);
            assert_eq!(id_of(&again).await, id);
        }
        let stays = owner.get("/api/organizations/1/memberships").await.expect(200).json();
        assert!(stays.to_string().contains(OWNER));
    }

    async fn sec_011_sec_065_links_do_not_follow_the_host_that_a_request_names(kit: Kit) {
        let owner = kit.owner().await;
        for (name, value) in [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("x-host", "evil.example"), ("x-original-url", "/api/users/"), ("x-forwarded-proto", "https")] {
            let request = owner.request(Method::GET, "/api/invite").header(name, value);
            let reply = owner.send(request).await.expect(200);
            assert!(!reply.text.contains("evil.example"), "{name}: {}", reply.text);
            let client = kit.anonymous();
            let reply = client.send(client.request(Method::GET, "/").header(name, value)).await;
            assert!(!reply.text.contains("evil.example") && !reply.header("location").contains("evil.example"), "{name}");
        }
    }

    async fn sec_122_sec_123_sec_181_there_is_no_hidden_way(kit: Kit) {
        let owner = kit.owner().await;
        for path in ["/debug", "/__debug__/", "/admin/", "/django-admin/", "/trigger500/", "/api/debug", "/sentry-debug/", "/.env", "/.git/config", "/server-status", "/api/settings", "/docs/api", "/api/swagger.json", "/actuator"] {
            let reply = kit.anonymous().get(path).await;
            assert!(reply.status != 200 || reply.text.contains("id=\"root\""), "{path}: {}", reply.status);
            let reply = owner.get(path).await;
            for word in ["SECRET", "DATABASE_URL", "panicked", "labelkeep-key"] {
                assert!(!reply.text.contains(word), "{path}");
            }
        }
        // A form cannot pretend to be another method.
        for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
            let request = owner.with_csrf(owner.request(Method::POST, "/api/projects/")).header(header, "DELETE").json(&json!({ "title": "Mine" }));
            owner.send(request).await.expect(201);
        }
        // Checks and previews are answered to people who are known, as data.
        let stranger = kit.anonymous();
        for path in ["/api/projects/validate/", "/api/samples/"] {
            let reply = stranger.send(stranger.request(Method::POST, path).json(&json!({ "label_config": "<View/>" }))).await;
            assert!([401, 403, 404, 405].contains(&reply.status), "{path}: {}", reply.status);
            assert!(!reply.header("content-type").contains("html"), "{path}");
        }
    }
}

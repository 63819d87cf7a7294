//! Redis as a source and a target.

use std::sync::OnceLock;

use labelkeep_testkit::{Authority, KitOptions, RedisServer, Value, json, on_both_databases};

use super::{data, empty, synced};
use crate::work::{answer, project};

/// Everything that the tests trust.
fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(Authority::new)
}

fn read(file: &std::path::Path) -> String {
    std::fs::read_to_string(file).expect("a file")
}

fn body(server: &RedisServer, project: i64, more: Value) -> Value {
    let mut body = json!({ "project": project, "title": "R", "host": "localhost", "port": server.port.to_string() });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

on_both_databases! {
    async fn values_become_tasks_and_annotations_become_values(kit: Kit) {
        let Some(server) = RedisServer::start().await else { return };
        let owner = kit.owner().await;
        server.command(0, &["ACL", "SETUSER", "reader", "on", ">planted-password", "~tasks:*", "-@all", "+scan", "+strlen", "+get", "+getrange", "+select"]);
        server.command(0, &["ACL", "SETUSER", "writer", "on", ">planted-password", "~out/*", "-@all", "+set", "+del", "+select"]);
        for (key, value) in [
            ("tasks:1", r#"{"text": "one"}"#),
            ("tasks:2", r#"[{"data": {"text": "two"}}, {"text": "three é"}]"#),
            ("tasks:3", "{"),
            ("other", r#"{"text": "not ours"}"#),
        ] {
            assert_eq!(server.command(1, &["SET", key, value]), "OK");
        }
        server.command(1, &["SADD", "tasks:a-set", "x"]);
        let number = empty(&owner).await;
        let more = json!({ "path": "tasks:", "username": "reader", "password": "planted-password" });
        let made = owner.post("/api/storages/redis/", body(&server, number, more.clone())).await.expect(201);
        assert!(!made.text.contains("planted-password"), "{}", made.text);
        let made = made.json();
        assert_eq!((&made["db"], &made["tls"], &made["port"]), (&json!(1), &json!(false), &json!(server.port.to_string())));
        let path = format!("/api/storages/redis/{}", made["id"]);
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed_with_errors"), &json!(3)), "{storage}");
        let texts: Vec<_> = data(&owner, number).await.iter().map(|data| data["text"].clone()).collect();
        assert_eq!(texts, ["one", "two", "three é"]);
        let notes = owner.get(&format!("{path}/notes")).await.expect(200).json();
        assert_eq!(notes["objects"].as_array().map(Vec::len), Some(1), "{notes}");
        assert_eq!(notes["objects"][0]["key"], "tasks:3");
        let files = owner.post("/api/storages/redis/files", body(&server, number, more)).await.expect(200).json();
        assert_eq!(files["files"].as_array().map(Vec::len), Some(3), "{files}");

        let (number, tasks) = project(&owner, 1, json!({})).await;
        let more = json!({ "path": "out", "username": "writer", "password": "planted-password", "can_delete_objects": true });
        let made = owner.post("/api/storages/export/redis", body(&server, number, more)).await.expect(201).json();
        assert_eq!(made["db"], 2);
        let annotation = owner
            .post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": answer("pos") }))
            .await
            .expect(201)
            .json()["id"]
            .clone();
        let key = format!("out/{annotation}");
        let value = || server.command(2, &["GET", &key]);
        kit.until("the annotation is written", async || value().starts_with('{')).await;
        let written: Value = serde_json::from_str(&value()).expect("JSON");
        assert_eq!((&written["id"], &written["result"]), (&annotation, &answer("pos")));
        assert_eq!(server.command(2, &["DBSIZE"]), "1", "the test of writing leaves nothing behind");
        owner.delete(&format!("/api/annotations/{annotation}/")).await.expect(204);
        kit.until("the value is gone", async || value().is_empty()).await;
    }

    async fn what_is_wrong_with_a_redis_is_said(kit: Kit) {
        let Some(server) = RedisServer::start().await else { return };
        let owner = kit.owner().await;
        server.command(1, &["SET", "a", "{}"]);
        server.command(0, &["ACL", "SETUSER", "reader", "on", ">right", "~none", "-@all", "+scan", "+select"]);
        let number = empty(&owner).await;
        for (more, expected) in [
            (json!({ "username": "reader", "password": "wrong" }), "The user or the password is wrong"),
            (json!({ "password": "not-asked-for" }), "The user or the password is wrong"),
            (json!({ "username": "reader", "password": "right" }), "lacks the right"),
            (json!({ "username": "reader" }), "A user has a password"),
            (json!({ "db": 99 }), "Redis has no database of this number"),
            (json!({ "db": "x" }), "A valid integer is required"),
            (json!({ "path": "nothing" }), "No key in Redis begins with nothing"),
            (json!({ "port": "9" }), "Can't connect to Redis server."),
            (json!({ "port": "x" }), "A port is a number"),
            (json!({ "host": "" }), "This field is required"),
            (json!({ "host": "localhost/x" }), "This is no host"),
            (json!({ "use_blob_urls": true }), "it is read as tasks"),
            (json!({ "tls": true }), "Can't connect to Redis server."),
            (json!({ "tls": true, "tls_ca": "x" }), "no certificate of an authority"),
            (json!({ "tls": true, "tls_certificate": "x" }), "A certificate has a key"),
            // Another server, that answers but is no Redis.
            (json!({ "port": kit.running().address.port().to_string() }), "Can't connect to Redis"),
        ] {
            let reply = owner.post("/api/storages/redis/validate", body(&server, number, more.clone())).await;
            assert!([400, 403].contains(&reply.status), "{more}: {}", reply.text);
            if reply.status == 400 {
                assert!(reply.text.contains(expected), "{more}: {}", reply.text);
            } else {
                assert!(reply.text.contains("must not reach"), "our own listeners are never asked: {}", reply.text);
            }
        }
        owner.post("/api/storages/redis/validate", body(&server, number, json!({}))).await.expect(200);
    }

    async fn sec_015_redis_with_tls_and_a_client_certificate(kit: Kit) {
        let authority = authority();
        let Some(server) = RedisServer::with_certificates(authority).await else { return };
        let owner = kit.owner().await;
        server.command(1, &["SET", "a", r#"{"text": "over TLS"}"#]);
        let number = empty(&owner).await;
        let client = authority.issue("labelkeep");
        let other = Authority::new();
        let (ca, certificate, key) = (read(authority.file().as_ref()), read(&client.certificate), read(&client.key));
        let whole = json!({ "tls": true, "tls_ca": ca, "tls_certificate": certificate, "tls_key": key });
        let without = |name: &str| {
            let mut body = whole.clone();
            body.as_object_mut().expect("a map").remove(name);
            body
        };
        let with = |name: &str, value: &str| {
            let mut body = whole.clone();
            body[name] = json!(value);
            body
        };
        let stranger = other.issue("labelkeep");
        let mut of_stranger = with("tls_certificate", &read(&stranger.certificate));
        of_stranger["tls_key"] = json!(read(&stranger.key));
        let mut nobody = without("tls_certificate");
        nobody.as_object_mut().expect("a map").remove("tls_key");
        for (more, expected) in [
            (json!({}), "Can't connect to Redis server."),
            (nobody, "Can't connect to Redis server."),
            (without("tls_ca"), "Can't connect to Redis server."),
            (with("tls_ca", &read(other.file().as_ref())), "Can't connect to Redis server."),
            (of_stranger, "Can't connect to Redis server."),
            (with("host", "127.0.0.1"), "Can't connect to Redis server."),
            (with("tls_key", &read(&stranger.key)), "does not belong to the certificate"),
            (without("tls_key"), "A certificate has a key"),
        ] {
            let reply = owner.post("/api/storages/redis/validate", body(&server, number, more)).await.expect(400);
            assert!(reply.text.contains(expected), "{}", reply.text);
        }
        let made = owner.post("/api/storages/redis/", body(&server, number, whole)).await.expect(201);
        assert!(!made.text.contains("PRIVATE KEY") && made.text.contains("BEGIN CERTIFICATE"), "{}", made.text);
        let path = format!("/api/storages/redis/{}", made.json()["id"]);
        assert_eq!(synced(&kit, &owner, &path).await["last_sync_count"], 1);
        // Secrets do not go out in the clear because somebody switches TLS off, and the form may be saved as it is.
        let again = json!({ "title": "T", "tls": true, "host": "localhost", "tls_key": "" });
        owner.patch(&path, again).await.expect(200);
        let reply = owner.patch(&path, json!({ "host": "127.0.0.1" })).await.expect(400);
        assert!(reply.text.contains("tls_key"), "the key does not follow: {}", reply.text);
    }

    async fn sec_015_certificates_of_the_installation(
        kit: Kit,
        {
            let client = authority().issue("labelkeep");
            let text = |path: &std::path::Path| path.to_str().expect("a path of text").to_owned();
            KitOptions::default()
                .with("REDIS_SSL_CA_CERTS", &authority().file())
                .with("REDIS_SSL_CERTFILE", &text(&client.certificate))
                .with("REDIS_SSL_KEYFILE", &text(&client.key))
        }
    ) {
        let Some(server) = RedisServer::with_certificates(authority()).await else { return };
        let owner = kit.owner().await;
        let number = empty(&owner).await;
        owner.post("/api/storages/redis/validate", body(&server, number, json!({ "tls": true }))).await.expect(200);
        owner.post("/api/storages/redis/validate", body(&server, number, json!({}))).await.expect(400);
        owner.post("/api/storages/redis/validate", body(&server, number, json!({ "tls": true, "host": "127.0.0.1" }))).await.expect(400);
    }

    async fn sec_016_another_machine_is_reached_with_tls_only(kit: Kit) {
        let owner = kit.owner().await;
        let number = empty(&owner).await;
        // An address for documentation (RFC 5737): nothing is asked of it.
        let far = json!({ "project": number, "host": "192.0.2.1" });
        let reply = owner.post("/api/storages/redis/validate", far).await.expect(400);
        assert!(reply.json()["validation_errors"]["tls"][0].as_str().expect("a text").contains("with TLS only"), "{}", reply.text);
    }

    async fn sec_136_redis_is_reached_at_its_own_ports(kit: Kit, KitOptions::default().with("SSRF_PROTECTION_ENABLED", "true").with("USE_DEFAULT_BANNED_SUBNETS", "false")) {
        let owner = kit.owner().await;
        let number = empty(&owner).await;
        let at = async |port: &str| {
            let body = json!({ "project": number, "host": "127.0.0.1", "port": port });
            owner.post("/api/storages/redis/validate", body).await
        };
        let refused = at("22").await.expect(403);
        assert!(refused.text.contains("a port that is not allowed"), "{}", refused.text);
        for port in ["6379", "6380"] {
            assert_eq!(at(port).await.status, 400, "nobody is there, but one may ask");
        }
    }
}

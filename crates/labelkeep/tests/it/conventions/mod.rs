//! What holds on every route: errors, slashes, methods, bodies.

use labelkeep_testkit::{json, on_both_databases};
use reqwest::Method;

on_both_databases! {
    async fn errors_have_one_envelope(kit: Kit) {
        let owner = kit.owner().await;
        let reply = owner.get("/api/users/99/").await.expect(404);
        let id = reply.header("x-request-id").to_owned();
        assert_eq!(
            reply.json(),
            json!({"id": id, "status_code": 404, "version": "1.23.2", "detail": "No User matches the given query.", "exc_info": null})
        );
        let nobody = kit.anonymous().get("/api/users/").await.expect(401).json();
        assert_eq!(nobody["detail"], "Authentication credentials were not provided.");
        let wrong = kit.anonymous().token("0000").get("/api/users/").await.expect(401).json();
        assert_eq!(wrong["detail"], "Invalid token.");
    }

    async fn a_missing_slash_is_added_for_every_method_and_an_extra_one_is_not_taken_away(kit: Kit) {
        let owner = kit.owner().await;
        owner.get("/api/users").await.expect(200);
        owner.post("/api/users", json!({"username": "a", "email": "a@example.com"})).await.expect(201);
        owner.patch("/api/users/2", json!({"first_name": "A"})).await.expect(200);
        owner.delete("/api/users/2?x=1").await.expect(204);
        for path in ["/api/current-user/whoami/", "/api/invite/", "/api/nothing", "/api/nothing/", "/nothing", "/api/users/abc/"] {
            let reply = owner.get(path).await.expect(404);
            assert!(reply.text.starts_with("<!doctype html>"), "{path}");
        }
        kit.anonymous().get("/health").await.expect(200);
    }

    async fn sec_122_other_methods_get_405_with_allow(kit: Kit) {
        let owner = kit.owner().await;
        let reply = owner.put("/api/users/", json!({})).await.expect(405);
        assert_eq!(reply.json()["detail"], "Method \"PUT\" not allowed.");
        assert_eq!(reply.header("allow"), "GET,HEAD,POST");
        let head = owner.send(owner.request(Method::HEAD, "/api/users/")).await.expect(200);
        assert!(head.bytes.is_empty());
        let options = owner.send(owner.request(Method::OPTIONS, "/api/users/")).await.expect(200);
        assert_eq!(options.header("allow"), "GET,HEAD,POST");
        assert!(options.json()["parses"].is_array());
        let trace = owner.send(owner.request(Method::TRACE, "/api/users/")).await;
        assert_eq!(trace.status, 405);
        let disguised = owner.with_csrf(owner.request(Method::POST, "/api/users/1/")).header("x-http-method-override", "DELETE");
        assert_eq!(owner.send(disguised).await.status, 405);
    }

    async fn bodies_may_be_json_urlencoded_or_multipart(kit: Kit) {
        let script = kit.with_token(&kit.owner().await).await;
        let send = async |request: reqwest::RequestBuilder| script.send(request).await;
        let path = "/api/session-policy/";
        let form = script.request(Method::PATCH, path).form(&[("max_session_age", "77")]);
        assert_eq!(send(form).await.expect(200).json()["max_session_age"], 77);
        let parts = reqwest::multipart::Form::new().text("max_session_age", "78");
        assert_eq!(send(script.request(Method::PATCH, path).multipart(parts)).await.expect(200).json()["max_session_age"], 78);
        assert_eq!(script.patch(path, json!({"max_session_age": "79"})).await.expect(200).json()["max_session_age"], 79);
        let text = script.request(Method::PATCH, path).header("content-type", "text/plain").body("x");
        assert_eq!(send(text).await.expect(415).json()["detail"], "Unsupported media type \"text/plain\" in request.");
        let wrong = script.patch(path, json!({"max_session_age": "soon"})).await.expect(400).json();
        assert_eq!(wrong["validation_errors"], json!({"max_session_age": ["A valid integer is required."]}));
    }

    async fn sec_160_hostile_json_is_refused(kit: Kit) {
        let script = kit.with_token(&kit.owner().await).await;
        let send = async |body: String| {
            let request = script.request(Method::PATCH, "/api/users/1/").header("content-type", "application/json");
            script.send(request.body(body)).await
        };
        let broken = send("{title}".to_owned()).await.expect(400).json();
        assert_eq!(
            broken["detail"],
            "JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
        );
        for body in [
            format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200)),
            r#"{"first_name":"a","first_name":"b"}"#.to_owned(),
            r#"{"first_name":"a\u0000"}"#.to_owned(),
            r#"{"x":1e999}"#.to_owned(),
        ] {
            assert_eq!(send(body.clone()).await.status, 400, "{}", &body[..body.len().min(80)]);
        }
        let list = send("[]".to_owned()).await.expect(400).json();
        assert_eq!(list["validation_errors"]["non_field_errors"][0], "Invalid data. Expected a dictionary, but got list.");
    }

    async fn sec_153_a_body_has_a_limit(kit: Kit) {
        let script = kit.with_token(&kit.owner().await).await;
        let body = format!("{{\"first_name\":\"{}\"}}", "a".repeat(11 * 1024 * 1024));
        let request = script.request(Method::PATCH, "/api/users/1/").header("content-type", "application/json").body(body);
        // The server answers before it has read everything; a client that is still sending may see a closed connection.
        if let Ok(response) = request.send().await {
            assert_eq!(response.status(), 413);
        }
    }

    async fn sec_124_the_version_says_what_clients_need(kit: Kit) {
        let version = kit.anonymous().get("/api/version/").await.expect(200).json();
        assert_eq!(
            version,
            json!({"release": "1.23.2", "version": "1.23.2", "edition": "Community",
                   "labelkeep": {"version": env!("CARGO_PKG_VERSION")}})
        );
        assert_eq!(kit.anonymous().get("/health").await.text, r#"{"status": "UP"}"#);
        kit.anonymous().post("/__lsa/", json!({})).await.expect(204);
        kit.anonymous().get("/feature-flags/").await.expect(403);
    }
}

//! Filters and sorting that follow relations to what nobody may read, one letter at a time.

use labelkeep_testkit::{json, on_both_databases};

use super::HASH;
use crate::work::project;

on_both_databases! {
    async fn sec_120_no_filter_or_order_reaches_a_password(kit: Kit) {
        let owner = kit.owner().await;
        kit.member(&owner, "bob@example.com").await;
        let (id, tasks) = project(&owner, 2, json!({})).await;
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": [] })).await.expect(201);
        let lists = [
            format!("/api/tasks/?project={id}"),
            "/api/projects/?".to_owned(),
            "/api/users/?".to_owned(),
            "/api/organizations/1/memberships?".to_owned(),
            "/api/audit/?".to_owned(),
            format!("/api/projects/{id}/members/?"),
        ];
        for list in lists {
            let plain = owner.get(&list).await;
            // Without a filter of this name it changes nothing, and nothing can be learned from what comes back.
            for guess in ["a", "$"] {
                for filter in [
                    format!("&created_by__password__startswith={guess}"),
                    format!("&updated_by__password__regex=^{guess}"),
                    format!("&password_hash__startswith={guess}"),
                    format!("&annotations__completed_by__password__contains={guess}"),
                    format!("&user__password={guess}"),
                ] {
                    let filtered = owner.get(&format!("{list}{filter}")).await;
                    assert!(filtered.status == plain.status || filtered.status == 400, "{list}{filter}: {}", filtered.status);
                    if filtered.status == 200 && !list.contains("audit") {
                        assert_eq!(filtered.json(), plain.json(), "{list}{filter}");
                    }
                }
            }
            for order in ["password", "-password_hash", "created_by__password", "user__password", "completed_by__password", "(SELECT 1)", "id;DROP TABLE account", "id,(CASE WHEN 1=1 THEN id END)"] {
                let sorted = owner.get(&format!("{list}&ordering={order}")).await;
                assert!(sorted.status < 500, "{list} {order}: {}", sorted.text);
                assert!(sorted.status != 200 || list.contains("audit") || sorted.json() == plain.json(), "{list} {order}");
            }
            for fields in ["password", "password_hash", "created_by__password", "*", "all"] {
                for name in ["fields", "include", "only", "expand"] {
                    let chosen = owner.get(&format!("{list}&{name}={fields}")).await;
                    assert!(chosen.status < 500 && !chosen.text.contains(HASH) && !chosen.text.contains("password_hash"), "{list} {name}={fields}");
                }
            }
        }
        // Still there.
        assert_eq!(owner.get("/api/users/").await.expect(200).json().as_array().map(Vec::len), Some(2));
    }

    async fn sec_206_sec_212_text_of_people_is_no_sql_and_errors_say_nothing_of_it(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        for text in ["' OR '1'='1", "'; DROP TABLE account; --", "\" OR 1=1 --", "%27%20OR%201=1", "\\'; SELECT 1", "1) UNION SELECT password_hash FROM account --"] {
            for path in ["/api/projects/?title=", "/api/users/?search=", "/api/organizations/1/memberships/search?search=", "/api/audit/?action=", "/api/tasks/?project="] {
                let encoded: String = reqwest::Url::parse_with_params("http://x/", [("q", text)]).expect("a URL").query().expect("a query")[2..].to_owned();
                let reply = owner.get(&format!("{path}{encoded}")).await;
                assert!(reply.status < 500, "{path}{text}: {}", reply.text);
                for word in ["SELECT", "syntax error", "sqlite", "postgres", "rusqlite", "sqlx", HASH] {
                    assert!(!reply.text.replace(text, "").contains(word), "{path}{text}: {}", reply.text);
                }
            }
            let made = owner.post("/api/projects/", json!({ "title": text })).await;
            assert!(made.status == 201 || made.status == 400, "{text}: {}", made.text);
            owner.patch(&format!("/api/projects/{id}/"), json!({ "description": text })).await.expect(200);
            assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["description"], text);
        }
        owner.get("/api/current-user/whoami").await.expect(200);
    }
}

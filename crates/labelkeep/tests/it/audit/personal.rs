//! What the log says of a person is theirs: hidden in the database, shown to auditors, destroyed when the person is erased.

use labelkeep_testkit::{Client, Kit, Value, json, on_both_databases};
use reqwest::Method;

use super::{chained, problem};
use crate::roles::{annotate, id_of, join, team};
use crate::work::project;

const AGENT: &str = "marked-browser/7";

/// Everything that the log's tables hold, as text.
async fn stored(kit: &Kit) -> String {
    let rows: Vec<(String, String, String)> = kit
        .services()
        .db
        .all("SELECT address, COALESCE(agent, ''), detail FROM audit", vec![])
        .await
        .expect("rows");
    rows.into_iter().map(|(a, b, c)| format!("{a} {b} {c}\n")).collect()
}

async fn entries(owner: &Client, query: &str) -> Vec<Value> {
    let page = owner
        .get(&format!("/api/audit/?page_size=100&{query}"))
        .await
        .expect(200)
        .json();
    page["results"].as_array().expect("entries").clone()
}

/// Signs in anew, once with a wrong password, with a browser of its own.
async fn sign_in(kit: &Kit, email: &str) {
    for (password, status) in [("wrong, wrong", 200), ("a long walk by the sea", 302)] {
        let client = kit.anonymous();
        client.get("/user/login/").await.expect(200);
        let form = client.request(Method::POST, "/user/login/").header("user-agent", AGENT);
        let form = client.with_csrf(form).form(&[("email", email), ("password", password)]);
        client.send(form).await.expect(status);
    }
}

on_both_databases! {
    async fn sec_220_erasing_a_person_destroys_what_the_log_says_of_them_and_leaves_the_chain_valid(kit: Kit) {
        let team = team(&kit).await;
        let (project, tasks) = project(&team.owner, 1, json!({})).await;
        join(&team.owner, project, &[&team.annotator]).await;
        let made = annotate(&team.annotator, tasks[0], "pos").await;
        sign_in(&kit, "annotator@example.com").await;
        let invite = json!({"emails": ["marked@example.com"], "role": "AN"});
        team.owner.post("/api/invite/send-email", invite).await.expect(201);
        chained(&kit).await;

        // Nothing of it can be read in the tables; auditors read it.
        let text = stored(&kit).await;
        for secret in [AGENT, "annotator@example.com", "marked@example.com"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        let id = id_of(&team.annotator).await;
        let of_them = entries(&team.owner, &format!("actor={id}&action=annotation.create,login")).await;
        assert!(of_them.iter().all(|entry| entry["address"] == "127.0.0.1"), "{of_them:?}");
        assert!(of_them.iter().any(|entry| entry["agent"] == AGENT && entry["action"] == "login"), "{of_them:?}");
        let failed = entries(&team.owner, "action=login.failed").await;
        assert_eq!((&failed[0]["detail"]["email"], &failed[0]["agent"]), (&json!("annotator@example.com"), &json!(AGENT)));
        assert!(!entries(&team.owner, "search=127.0.0").await.is_empty(), "clients are found by their address");
        let export = team.owner.get("/api/audit/export/").await.expect(200).text;
        assert!(export.contains(AGENT) && export.contains("annotator@example.com"));

        // Who may not, does not; and nobody erases owners or themselves.
        let erase = |id: i64| format!("/api/organizations/1/memberships/{id}/erase/");
        for (person, id, status) in [
            (&team.manager, id, 403), (&team.annotator, id, 403), (&team.owner, id_of(&team.owner).await, 403),
            (&team.administrator, id_of(&team.owner).await, 403), (&team.owner, 987_654, 404),
        ] {
            person.post(&erase(id), json!({})).await.expect(status);
        }
        let token = kit.with_token(&team.owner).await;
        token.post(&erase(id), json!({})).await.expect(403);
        team.owner.post(&erase(id), json!({})).await.expect(204);

        // Their session is over; the work stays, as that of nobody known.
        team.annotator.get("/api/current-user/whoami").await.expect(401);
        let annotation = team.owner.get(&format!("/api/annotations/{}/", made["id"])).await.expect(200).json();
        assert_eq!((&annotation["completed_by"], &annotation["result"]), (&json!(id), &made["result"]));
        let people = team.owner.get("/api/organizations/1/memberships?page_size=100").await.expect(200).text;
        assert!(!people.contains("annotator@example.com"));
        chained(&kit).await;
        assert_eq!(problem(&kit).await, None);
        let of_them = entries(&team.owner, &format!("actor={id}")).await;
        assert!(of_them.len() > 1 && of_them.iter().all(|entry| entry["address"] == "" && entry["agent"] == Value::Null), "{of_them:?}");
        let failed = entries(&team.owner, "action=login.failed").await;
        assert_eq!(failed[0]["detail"]["email"], Value::Null);
        let export = team.owner.get("/api/audit/export/").await.expect(200).text;
        assert!(!export.contains(AGENT) && !export.contains("annotator@example.com"), "{export}");
        let erased = entries(&team.owner, "action=user.erase").await;
        assert_eq!(erased[0]["object"], format!("user:{id}"));
        // The others' details are as they were, and the address is free for somebody new.
        let of_owner = entries(&team.owner, &format!("actor={}", id_of(&team.owner).await)).await;
        assert!(of_owner.iter().all(|entry| entry["address"] == "127.0.0.1"), "{of_owner:?}");
        kit.member(&team.owner, "annotator@example.com").await;
    }

    async fn sec_238_a_person_gets_all_that_is_kept_of_them_and_nothing_else(kit: Kit) {
        let team = team(&kit).await;
        let (project, tasks) = project(&team.owner, 2, json!({})).await;
        join(&team.owner, project, &[&team.annotator]).await;
        let own = annotate(&team.annotator, tasks[0], "pos").await;
        annotate(&team.owner, tasks[1], "neg").await;
        let token = team.annotator.post("/api/current-user/tokens/", json!({ "name": "for scripts" })).await.expect(201).json();
        team.annotator.patch("/api/current-user", json!({ "first_name": "Ada" })).await.expect(200);
        team.annotator.patch("/api/notifications/", json!({ "by_mail": true })).await.expect(200);
        let export = team.annotator.get("/api/current-user/export/").await.expect(200);
        assert_eq!(export.header("content-type"), "application/x-ndjson");
        assert!(export.header("content-disposition").starts_with("attachment"));
        let lines: Vec<Value> = export.text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
        let of = |what: &str| lines.iter().filter(|line| line["what"] == what).collect::<Vec<_>>();
        assert_eq!((of("account").len(), &of("account")[0]["first_name"], &of("account")[0]["email"]), (1, &json!("Ada"), &json!("annotator@example.com")));
        assert_eq!(of("membership")[0]["role"], "annotator");
        assert_eq!(of("project_member")[0]["id"], project);
        assert_eq!(of("token").iter().filter(|line| line["name"] == "for scripts").count(), 1);
        assert!(!of("session").is_empty());
        assert_eq!(of("choice")[0]["notifications_by_mail"], true);
        let work = of("annotation");
        assert_eq!((work.len(), &work[0]["id"], &work[0]["result"][0]["value"]["choices"][0]), (1, &own["id"], &json!("pos")));
        assert!(of("action").iter().any(|line| line["action"] == "annotation.create"));
        // Neither secrets nor others.
        for secret in [token["token"].as_str().expect("a token"), "argon2", "hash", "csrf", "owner@example.com", "\"neg\""] {
            assert!(!export.text.contains(secret), "{secret}: {}", export.text);
        }
        // That it was taken is in the log; and whoever is nobody gets nothing.
        kit.until("the log says so", async || !entries(&team.owner, "action=user.export").await.is_empty()).await;
        kit.anonymous().get("/api/current-user/export/").await.expect(401);
        // A person who is erased leaves work and no name.
        let id = id_of(&team.annotator).await;
        team.owner.post(&format!("/api/organizations/1/memberships/{id}/erase/"), json!({})).await.expect(204);
        let left = team.owner.get(&format!("/api/tasks/{}/", tasks[0])).await.expect(200);
        assert!(left.text.contains("\"pos\"") && !left.text.contains("Ada") && !left.text.contains("annotator@example.com"), "{}", left.text);
    }
}

use labelkeep_testkit::{Kit, KitOptions, Value, json, on_both_databases};

const CONFIG: &str = "<View><Image name=\"secretname\" value=\"$secretkey\"/><Choices name=\"c\" toName=\"secretname\">\
    <Choice value=\"secretlabel\"/></Choices></View>";

/// Somebody works a little.
async fn work(kit: &Kit) -> Value {
    let owner = kit.owner().await;
    let project = json!({ "title": "secrettitle", "label_config": CONFIG });
    let project = owner.post("/api/projects/", project).await.expect(201).json()["id"].clone();
    let task = json!({ "project": project, "data": { "secretkey": "/secretfile.png" } });
    let task = owner.post("/api/tasks/", task).await.expect(201).json()["id"].clone();
    owner
        .get(&format!("/projects/{project}/data?task={task}"))
        .await
        .expect(200);
    owner.get("/projects/").await.expect(200);
    owner.get("/projects/secretpage").await;
    owner
        .post(
            "/api/statistics/visits/",
            json!({ "page": format!("/projects/{project}/settings/labeling") }),
        )
        .await
        .expect(204);
    owner
        .post("/api/statistics/visits/", json!({ "page": "/user/secret@example.com" }))
        .await
        .expect(204);
    owner
        .post(&format!("/api/tasks/{task}/annotations/"), json!({ "result": [] }))
        .await
        .expect(201);
    owner.get("/api/statistics/").await.expect(200).json()
}

async fn stored(kit: &Kit) -> Vec<(String, String, i64)> {
    let rows = kit.services().db.all(
        "SELECT kind, name, amount FROM usage_statistic ORDER BY kind, name",
        vec![],
    );
    rows.await.expect("rows")
}

on_both_databases! {
    async fn sec_235_visits_annotations_and_tags_are_counted_here(kit: Kit) {
        let mut kit = kit;
        let found = work(&kit).await;
        assert_eq!(found["enabled"], true);
        let days = found["days"].as_array().expect("a list");
        assert_eq!(days.len(), 30);
        let today = days.last().expect("a day");
        assert_eq!(today["annotations"], 1);
        let visits = |page: &str| found["pages"].as_array().expect("a list").iter()
            .find(|row| row["page"] == page).map_or(0, |row| row["visits"].as_i64().expect("a number"));
        assert_eq!((visits("/projects/{id}/data"), visits("/projects"), visits("/projects/{id}/settings/labeling")), (1, 1, 1));
        assert_eq!(visits("other"), 2);
        // Configurations are looked at once an hour, first at the start.
        kit.restart().await;
        kit.until("tags are counted", async || stored(&kit).await.iter().any(|row| row.0 == "tag")).await;
        let found = kit.owner().await.get("/api/statistics/").await.expect(200).json();
        assert_eq!(found["tags"], json!([{ "name": "Choices", "projects": 1 }]));
        assert_eq!(found["data_types"], json!([{ "name": "Image", "projects": 1 }]));
    }

    async fn sec_237_statistics_hold_nothing_personal(kit: Kit) {
        let mut kit = kit;
        work(&kit).await;
        kit.restart().await;
        kit.until("tags are counted", async || stored(&kit).await.iter().any(|row| row.0 == "tag")).await;
        for (kind, name, _) in stored(&kit).await {
            let known = match kind.as_str() {
                "page" => name == "other" || labelkeep_services::statistics::page_of(&name) == name,
                "annotation" => name.is_empty(),
                "tag" => name == "Choices",
                "data_type" => name == "Image",
                _ => false,
            };
            assert!(known, "{kind} {name}");
            assert!(!name.contains("secret") && !name.contains('@'), "{name}");
        }
    }

    async fn sec_235_collect_analytics_false_counts_nothing(kit: Kit, KitOptions::default().with("COLLECT_ANALYTICS", "False")) {
        let found = work(&kit).await;
        assert_eq!((&found["enabled"], &found["pages"], &found["tags"]), (&json!(false), &json!([]), &json!([])));
        assert!(stored(&kit).await.is_empty());
    }
}

//! What lies where, and that nothing goes anywhere by itself.

use labelkeep_testkit::{KitOptions, OWNER, PASSWORD, Value, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::work::{answer, project};

const PICTURES: &str = r#"<View><Image name="image" value="$image"/><Choices name="label" toName="image"><Choice value="pos"/></Choices></View>"#;

on_both_databases! {
    async fn sec_234_sec_236_with_the_defaults_nothing_leaves_by_itself(kit: Kit, KitOptions::default().server().with("USERNAME", OWNER).with("PASSWORD", PASSWORD)) {
        let owner = kit.owner().await;
        // Whatever a person does in a first hour, with addresses of others in the data.
        for page in ["/", "/projects/", "/projects/create", "/organization/people", "/organization/usage", "/user/account/", "/user/login/", "/api/version/", "/api/templates/", "/api/samples/", "/docs/formats", "/feature-flags/"] {
            owner.get(page).await;
        }
        let (texts, tasks) = project(&owner, 3, json!({})).await;
        let pictures = owner.post("/api/projects/", json!({ "title": "Pictures", "label_config": PICTURES })).await.expect(201).json()["id"].clone();
        let data = json!([{ "image": "https://pictures.example/1.jpg" }, { "image": "s3://bucket/2.jpg" }]);
        owner.post(&format!("/api/projects/{pictures}/import"), data).await.expect(201);
        let task = owner.get(&format!("/api/projects/{pictures}/next/")).await.expect(200).json();
        owner.get(&format!("/api/tasks/{}/", task["id"])).await.expect(200);
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": answer("pos") })).await.expect(201);
        for format in ["JSON", "JSON_MIN", "CSV"] {
            owner.get(&format!("/api/projects/{texts}/export?exportType={format}")).await.expect(200);
        }
        owner.post(&format!("/api/projects/{texts}/exports/"), json!({})).await.expect(201);
        owner.post("/api/invite/send-email", json!({ "emails": ["ada@example.com"] })).await;
        owner.post("/api/statistics/visits/", json!({ "page": "/projects/" })).await;
        kit.anonymous().post("/__lsa/", json!({})).await;
        labelkeep_services::housekeeping::run(kit.services()).await.expect("tidied up");
        // The one way out counts who asks; that there is no other says `only_one_room_of_the_code_reaches_out`.
        assert_eq!(kit.services().net.attempts(), 0);
        // And it does count: an import by address asks to go out, and is refused.
        let import = owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{texts}/import")));
        owner.send(import.form(&[("url", "http://169.254.169.254/")])).await.expect(403);
        assert_eq!(kit.services().net.attempts(), 1);
    }

    async fn sec_197_data_and_work_are_in_the_database_and_files_are_what_was_uploaded(kit: Kit) {
        let mut kit = kit;
        let owner = kit.owner().await;
        let id = owner.post("/api/projects/", json!({ "title": "Pictures", "label_config": PICTURES })).await.expect(201).json()["id"].clone();
        let uploads = kit.data_folder().join("uploads");
        let files = || walk(&uploads);
        // Addresses are kept as they were written, and nobody fetches what is there.
        let values = ["https://pictures.example/a b.jpg?x=1&y=%2F#z", "s3://bucket/folder/ä.jpg", "gs://bucket/1.png", "azure-blob://c/2.png", "/data/local-files/?d=3.png"];
        let data: Vec<Value> = values.iter().map(|value| json!({ "image": value })).collect();
        let ids = owner.post(&format!("/api/projects/{id}/import?return_task_ids=true"), Value::Array(data)).await.expect(201).json()["task_ids"].clone();
        for (number, value) in values.iter().enumerate() {
            let task = owner.get(&format!("/api/tasks/{}/", ids[number])).await.expect(200).json();
            assert_eq!(task["data"]["image"], *value);
        }
        assert_eq!((files(), kit.services().net.attempts()), (0, 0));
        let result = json!([{ "id": "a", "from_name": "label", "to_name": "image", "type": "choices", "value": { "choices": ["pos"] } }]);
        owner.post(&format!("/api/tasks/{}/annotations/", ids[0]), json!({ "result": result })).await.expect(201);
        // A picture that somebody uploads is a file, and the only one.
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";
        let form = Form::new().part("file", Part::bytes(png.as_slice()).file_name("one.png"));
        let request = owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{id}/import")));
        owner.send(request.multipart(form)).await.expect(201);
        assert_eq!(files(), 1);
        // Without the folder of uploads all settings, tasks and annotations are there.
        let before = owner.get(&format!("/api/projects/{id}/export?exportType=JSON&download_all_tasks=true")).await.expect(200).json();
        std::fs::remove_dir_all(&uploads).expect("removed");
        kit.restart().await;
        let owner = kit.owner().await;
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.expect(200).json()["label_config"], PICTURES);
        let after = owner.get(&format!("/api/projects/{id}/export?exportType=JSON&download_all_tasks=true")).await.expect(200).json();
        assert_eq!(after.as_array().map(Vec::len), Some(6));
        assert_eq!(before, after);
    }
}

/// Files below a folder.
fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.path().is_dir() {
            true => walk(&entry.path()),
            false => 1,
        })
        .sum()
}

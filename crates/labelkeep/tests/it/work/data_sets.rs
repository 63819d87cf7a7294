//! Import of JSON Lines, archives and annotated data sets.

use std::io::Write as _;

use labelkeep_testkit::{Client, Reply, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::project;

async fn upload(client: &Client, path: &str, name: &str, bytes: Vec<u8>) -> Reply {
    let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let request = client.with_csrf(client.request(Method::POST, path)).multipart(form);
    client.send(request).await
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .expect("an entry");
        archive.write_all(bytes).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A picture of one pixel, as far as its head says.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\xc8\0\0\0\x64\x08\x02\0\0\0";

on_both_databases! {
    async fn json_lines_and_archives_of_tables_become_tasks(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let path = format!("/api/projects/{id}/import");
        let lines = b"{\"text\": \"one\"}\n{\"data\": {\"text\": \"two\"}, \"predictions\": [{\"result\": []}]}\n".to_vec();
        let summary = upload(&owner, &path, "a.jsonl", lines).await.expect(201).json();
        assert_eq!((&summary["task_count"], &summary["prediction_count"]), (&json!(2), &json!(1)));
        let wrong = upload(&owner, &path, "a.jsonl", b"{\"text\": \"one\"}\n{\"text\"}\n".to_vec()).await.expect(400);
        assert!(wrong.text.contains("line 2"), "{}", wrong.text);
        let archive = zipped(&[("x/a.csv", b"text\nthree\nfour\n"), ("b.json", b"[{\"text\": \"five\"}]")]);
        let summary = upload(&owner, &path, "a.zip", archive).await.expect(201).json();
        assert_eq!((&summary["task_count"], &summary["found_formats"]), (&json!(3), &json!({ ".csv": 1, ".json": 1 })));
        let outside = upload(&owner, &path, "a.zip", zipped(&[("../a.csv", b"text\nx\n")])).await.expect(400);
        assert!(outside.text.contains("leads out of the archive"), "{}", outside.text);
        let program = upload(&owner, &path, "a.zip", zipped(&[("a.csv", b"text\nx\n"), ("a.exe", b"MZ")])).await.expect(400);
        assert!(program.text.contains(".exe extension is not supported"), "{}", program.text);
        let tasks = owner.get(&format!("/api/tasks/?project={id}")).await.json();
        assert_eq!(tasks["total"], 5, "what was refused left nothing");
        let left = std::fs::read_dir(kit.services().settings.files.uploads.folder()).expect("a folder").flatten();
        let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("incoming-")).count();
        assert_eq!(left, 0, "nothing is left of what was unpacked");
    }

    async fn a_data_set_with_its_pictures_becomes_tasks_with_annotations(kit: Kit) {
        let owner = kit.owner().await;
        let empty = json!({ "label_config": "<View></View>" });
        let (id, _) = project(&owner, 0, empty).await;
        let coco = json!({ "images": [{ "id": 1, "file_name": "a.png", "width": 200, "height": 100 }],
            "categories": [{ "id": 7, "name": "Car" }], "annotations": [
                { "image_id": 1, "category_id": 7, "bbox": [20, 10, 100, 50] }, { "image_id": 9, "category_id": 7, "bbox": [1, 1, 1, 1] }] });
        let archive = zipped(&[("annotations/instances.json", coco.to_string().as_bytes()), ("images/a.png", PNG)]);
        let path = format!("/api/projects/{id}/import");
        let summary = upload(&owner, &format!("{path}?format=coco"), "coco.zip", archive.clone()).await.expect(201).json();
        assert_eq!((&summary["task_count"], &summary["annotation_count"]), (&json!(1), &json!(1)));
        assert_eq!(summary["file_upload_ids"].as_array().map(Vec::len), Some(1), "the picture alone is kept");
        assert!(summary["warnings"].to_string().contains("an image that is not in the file"), "{}", summary["warnings"]);
        let config = summary["proposed_config"].as_str().expect("a proposal").to_owned();
        let owner_patch = owner.patch(&format!("/api/projects/{id}/"), json!({ "label_config": config })).await;
        owner_patch.expect(200);
        let tasks = owner.get(&format!("/api/tasks/?project={id}&fields=all")).await.json();
        let task = &tasks["tasks"][0];
        let address = task["data"]["image"].as_str().expect("an address").to_owned();
        assert!(address.starts_with(&format!("/data/upload/{id}/")), "{address}");
        owner.get(&address).await.expect(200);
        let value = &task["annotations"][0]["result"][0]["value"];
        assert_eq!((&value["x"], &value["width"], &value["rectanglelabels"]), (&json!(10.0), &json!(50.0), &json!(["Car"])));
        // The same as predictions, with the controls of the project.
        let summary = upload(&owner, &format!("{path}?format=coco&as_predictions=v1"), "coco.zip", archive).await.expect(201).json();
        assert_eq!((&summary["annotation_count"], &summary["prediction_count"]), (&json!(0), &json!(1)));
        let unknown = upload(&owner, &format!("{path}?format=nope"), "a.json", b"[]".to_vec()).await.expect(400).json();
        assert_eq!(unknown["validation_errors"]["format"][0], "\"nope\" is not a valid choice.");
        // And out again.
        let file = owner.get(&format!("/api/projects/{id}/export?exportType=CVAT_XML")).await.expect(200);
        assert!(file.bytes.starts_with(b"PK"));
    }
}

//! Snapshots of exports: kept, converted, downloaded in parts, removed; and the manifest of an archive.

use std::io::Read as _;

use labelkeep_store::args;
use labelkeep_testkit::{Value, json, on_both_databases};
use reqwest::Method;

use super::{answer, project};

fn entry(archive: &[u8], name: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("an archive");
    let mut bytes = Vec::new();
    archive
        .by_name(name)
        .expect(name)
        .read_to_end(&mut bytes)
        .expect("bytes");
    bytes
}

on_both_databases! {
    async fn a_snapshot_keeps_what_was_and_makes_every_format_of_it(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": answer("pos") })).await.expect(201);
        let skipped = json!({ "result": [], "was_cancelled": true });
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[1]), skipped).await.expect(201);
        let made = owner.post(&format!("/api/projects/{id}/exports/"), json!({ "title": "snap" })).await.expect(201).json();
        assert_eq!((&made["status"], &made["title"]), (&json!("completed"), &json!("snap")));
        assert_eq!(made["counters"], json!({ "task_number": 3, "annotation_number": 2 }));
        assert_eq!(made["created_by"]["email"], "owner@example.com");
        let at = format!("/api/projects/{id}/exports/{}", made["id"]);

        // The project goes on; the snapshot does not.
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[2]), json!({ "result": answer("neg") })).await.expect(201);
        let file = owner.get(&format!("{at}/download")).await.expect(200);
        let list: Vec<Value> = serde_json::from_slice(&file.bytes).expect("a list");
        let numbers: Vec<usize> = list.iter().map(|task| task["annotations"].as_array().map_or(0, Vec::len)).collect();
        assert_eq!(numbers, [1, 1, 0], "a snapshot has tasks without annotations, too");
        assert_eq!(file.headers["content-type"], "application/.json");

        let request = owner.request(Method::GET, &format!("{at}/download")).header("range", "bytes=0-9");
        let part = owner.send(request).await.expect(206);
        assert_eq!(part.bytes, file.bytes[..10]);

        let begun = owner.post(&format!("{at}/convert"), json!({ "export_type": "CSV" })).await.expect(200).json();
        assert_eq!(begun["export_type"], "CSV");
        kit.until("it is converted", || async {
            owner.get(&at).await.json()["converted_formats"][0]["status"] == "completed"
        }).await;
        let again = owner.post(&format!("{at}/convert"), json!({ "export_type": "CSV" })).await.expect(400).json();
        assert_eq!(again["validation_errors"]["non_field_errors"][0], "Conversion to CSV already started");
        let table = owner.get(&format!("{at}/download?exportType=CSV")).await.expect(200);
        let text = String::from_utf8(table.bytes).expect("text");
        assert!(text.contains("\"pos\"") && !text.contains("\"neg\""), "{text}");
        // Never asked for before: converted on the way.
        let flat = owner.get(&format!("{at}/download?exportType=JSON_MIN")).await.expect(200).json();
        assert_eq!(flat.as_array().map(Vec::len), Some(2));
        let report = owner.get(&format!("{at}/report?exportType=JSON_MIN")).await.expect(200).json();
        assert_eq!((&report["items_in"], &report["items_out"]), (&json!(3), &json!(2)));
        assert_eq!(report["drops"], json!([{ "text": "a skipped annotation", "count": 1 }]));

        let listed = owner.get(&format!("/api/projects/{id}/exports/")).await.expect(200).json();
        assert_eq!(listed[0]["converted_formats"].as_array().map(Vec::len), Some(2));
        owner.delete(&at).await.expect(204);
        owner.get(&at).await.expect(404);
        let left = std::fs::read_dir(kit.services().settings.files.exports.folder()).expect("a folder").count();
        assert_eq!(left, 0, "the files go with it");
    }

    async fn a_snapshot_takes_what_its_filters_say(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        let post = async |task: i64, body: Value| owner.post(&format!("/api/tasks/{task}/annotations/"), body).await;
        post(tasks[0], json!({ "result": answer("pos") })).await.expect(201);
        post(tasks[1], json!({ "result": answer("neg"), "ground_truth": true })).await.expect(201);
        let path = format!("/api/projects/{id}/exports/");
        let download = async |options: Value| {
            let made = owner.post(&path, options).await.expect(201).json();
            owner.get(&format!("{path}{}/download", made["id"])).await.expect(200).json()
        };
        let ids = |list: &Value| -> Vec<i64> {
            list.as_array().into_iter().flatten().filter_map(|task| task["id"].as_i64()).collect()
        };
        let annotated = download(json!({ "task_filter_options": { "annotated": "only" } })).await;
        assert_eq!(ids(&annotated), tasks[..2]);
        let rest = download(json!({ "task_filter_options": { "annotated": "exclude" } })).await;
        assert_eq!(ids(&rest), tasks[2..]);
        let truth = download(json!({ "annotation_filter_options": { "usual": false, "ground_truth": true },
            "task_filter_options": { "only_with_annotations": true },
            "serialization_options": { "annotations__completed_by": { "only_id": false } } })).await;
        assert_eq!(ids(&truth), tasks[1..2]);
        assert_eq!(truth[0]["annotations"][0]["completed_by"]["email"], "owner@example.com");
        let wrong = owner.post(&path, json!({ "task_filter_options": { "annotated": "sometimes" } })).await.expect(400).json();
        assert_eq!(wrong["validation_errors"], json!({ "task_filter_options": { "annotated": ["\"sometimes\" is not a valid choice."] } }));
        let wrong = owner.post(&format!("{path}1/convert"), json!({ "export_type": "NOPE" })).await.expect(400).json();
        assert_eq!(wrong["validation_errors"]["export_type"][0], "NOPE is not supported export format");
    }

    async fn a_snapshot_of_a_view_holds_what_the_view_shows(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 5, json!({})).await;
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[2]), json!({ "result": answer("pos") })).await.expect(201);
        let view = async |data: Value, private: bool| {
            let body = json!({ "project": id, "data": data, "private": private });
            owner.post("/api/dm/views/", body).await.expect(201).json()["id"].clone()
        };
        let path = format!("/api/projects/{id}/exports/");
        let ids = async |options: Value| -> Vec<i64> {
            let made = owner.post(&path, options).await.expect(201).json();
            let list = owner.get(&format!("{path}{}/download", made["id"])).await.expect(200).json();
            list.as_array().into_iter().flatten().filter_map(|task| task["id"].as_i64()).collect()
        };
        let filter = json!({ "filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": tasks[1] });
        let filters = json!({ "conjunction": "and", "items": [filter] });
        let behind = view(json!({ "title": "behind", "filters": filters, "ordering": ["-tasks:id"] }), false).await;
        assert_eq!(ids(json!({ "task_filter_options": { "view": behind } })).await, tasks[2..]);
        // With the rest of the filter.
        let both = json!({ "task_filter_options": { "view": behind, "annotated": "exclude" } });
        assert_eq!(ids(both).await, tasks[3..]);
        let chosen = json!({ "all": false, "included": [tasks[4], tasks[0]] });
        let chosen = view(json!({ "title": "chosen", "selectedItems": chosen }), true).await;
        assert_eq!(ids(json!({ "task_filter_options": { "view": chosen } })).await, [tasks[0], tasks[4]]);
        let but = json!({ "all": true, "excluded": [tasks[3]] });
        let but = view(json!({ "title": "but", "filters": filters, "selectedItems": but }), true).await;
        assert_eq!(ids(json!({ "task_filter_options": { "view": but } })).await, [tasks[2], tasks[4]]);

        // Views of other projects, views of others, and none.
        let (other, _) = project(&owner, 1, json!({})).await;
        let elsewhere = owner.post("/api/dm/views/", json!({ "project": other, "data": {} })).await.expect(201).json()["id"].clone();
        for wrong in [elsewhere, json!(999_999)] {
            let reply = owner.post(&path, json!({ "task_filter_options": { "view": wrong } })).await.expect(400).json();
            let text = format!("Invalid pk \"{wrong}\" - object does not exist.");
            assert_eq!(reply["validation_errors"], json!({ "task_filter_options": { "view": [text] } }));
        }
        let reply = owner.post(&path, json!({ "task_filter_options": { "view": {} } })).await.expect(400).json();
        assert_eq!(reply["validation_errors"]["task_filter_options"]["view"][0], "Incorrect type. Expected pk value.");
    }

    async fn what_an_end_of_the_server_broke_off_is_made_again(kit: Kit) {
        let mut kit = kit;
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[1]), json!({ "result": answer("pos") })).await.expect(201);
        let path = format!("/api/projects/{id}/exports/");
        let made = owner.post(&path, json!({ "task_filter_options": { "annotated": "only" } })).await.expect(201).json();
        let at = format!("{path}{}", made["id"]);
        owner.get(&format!("{at}/download?exportType=CSV")).await.expect(200);
        let whole = owner.get(&format!("{at}/download")).await.expect(200).bytes;
        // As a kill of the server leaves them: rows that say "in progress", and half of a file.
        let folder = kit.services().settings.files.exports.folder().to_owned();
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            std::fs::write(entry.path(), "[{").expect("written");
        }
        kit.execute("UPDATE export_snapshot SET status = 'in_progress', updated_at = 1000, finished_at = NULL, md5 = '', counters = '{}'").await;
        kit.execute("UPDATE export_conversion SET status = 'in_progress', updated_at = 1000, finished_at = NULL").await;
        assert_eq!(owner.get(&at).await.expect(200).json()["status"], "failed", "nobody works on it");
        kit.restart().await;
        let owner = kit.owner().await;
        kit.until("both are made again", || async {
            let snapshot = owner.get(&at).await.json();
            snapshot["status"] == "completed" && snapshot["converted_formats"][0]["status"] == "completed"
        }).await;
        assert_eq!(owner.get(&format!("{at}/download")).await.expect(200).bytes, whole);
        let table = owner.get(&format!("{at}/download?exportType=CSV")).await.expect(200).text;
        assert!(table.contains("\"pos\""), "{table}");
        assert_eq!(owner.get(&at).await.json()["counters"], json!({ "task_number": 1, "annotation_number": 1 }));
    }

    async fn a_snapshot_goes_on_behind_what_is_in_its_file(kit: Kit) {
        let mut kit = kit;
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        let path = format!("/api/projects/{id}/exports/");
        let mut made = Vec::new();
        for title in ["goes on", "begins anew"] {
            let snapshot = owner.post(&path, json!({ "title": title })).await.expect(201).json();
            made.push(format!("{path}{}", snapshot["id"]));
        }
        let whole = owner.get(&format!("{}/download", made[0])).await.expect(200);
        // As a kill of the server leaves them: the first task is in, and perhaps half of the next one.
        let next = format!(",{{\"id\":{},", tasks[1]);
        let first = whole.text.find(&next).expect("the second task");
        let services = kit.services().clone();
        let rows: Vec<(String,)> = services.db.all("SELECT stored_as FROM export_snapshot ORDER BY id", args![]).await.expect("rows");
        let folder = services.settings.files.exports.folder();
        std::fs::write(folder.join(&rows[0].0), &whole.text[..first + 9]).expect("written");
        std::fs::remove_file(folder.join(&rows[1].0)).expect("removed");
        let (written, last) = (first as i64, tasks[0]);
        let changed: Result<u64, labelkeep_store::StoreError> = services.db.write(move |tx| Box::pin(async move {
            tx.execute(
                "UPDATE export_snapshot SET status = 'in_progress', updated_at = 1000, finished_at = NULL, md5 = '', written = $1,
                    last_task_id = $2, counters = '{\"task_number\":1,\"annotation_number\":0}'",
                args![written, last],
            ).await
        })).await;
        assert_eq!(changed.expect("changed"), 2);
        // It shows which tasks are read again.
        kit.execute("UPDATE task SET data = '{\"text\":\"changed\"}'").await;
        kit.restart().await;
        let owner = kit.owner().await;
        for at in &made {
            kit.until("it is made", || async { owner.get(at).await.json()["status"] == "completed" }).await;
            let snapshot = owner.get(at).await.json();
            assert_eq!(snapshot["counters"], json!({ "task_number": 3, "annotation_number": 0 }));
            let file = owner.get(&format!("{at}/download")).await.expect(200);
            let list: Vec<Value> = serde_json::from_slice(&file.bytes).expect("a whole list");
            let texts: Vec<&str> = list.iter().filter_map(|task| task["data"]["text"].as_str()).collect();
            let first = if at == &made[0] { "text 0" } else { "changed" };
            assert_eq!(texts, [first, "changed", "changed"]);
            let digest = md5::compute(&file.bytes);
            assert_eq!(snapshot["md5"], format!("{digest:x}"));
        }
    }

    async fn a_format_is_made_of_a_snapshot_though_nobody_waits(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 2, json!({})).await;
        owner.patch(&format!("/api/tasks/{}/", tasks[0]), json!({ "data": { "text": "=1+1" } })).await.expect(200);
        let path = format!("/api/projects/{id}/exports/");
        let made = owner.post(&path, json!({ "convert": { "export_type": "CSV", "formula_escape": true } })).await.expect(201).json();
        let at = format!("{path}{}", made["id"]);
        kit.until("it is converted", || async {
            owner.get(&at).await.json()["converted_formats"][0]["status"] == "completed"
        }).await;
        let snapshot = owner.get(&at).await.json();
        assert_eq!((&snapshot["status"], &snapshot["converted_formats"][0]["export_type"]), (&json!("completed"), &json!("CSV")));
        let table = owner.get(&format!("{at}/download?exportType=CSV")).await.expect(200).text;
        assert!(table.contains("'=1+1"), "as it was asked for: {table}");
        // JSON is the snapshot itself.
        let made = owner.post(&path, json!({ "convert": { "export_type": "JSON" } })).await.expect(201).json();
        kit.until("it is made", || async {
            owner.get(&format!("{path}{}", made["id"])).await.json()["status"] == "completed"
        }).await;
        owner.post(&path, json!({ "convert": { "export_type": "NOPE" } })).await.expect(400);
    }

    async fn a_download_says_what_is_not_ready_yet(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        let made = owner.post(&format!("/api/projects/{id}/exports/"), json!({})).await.expect(201).json();
        let at = format!("/api/projects/{id}/exports/{}", made["id"]);
        owner.get(&format!("{at}/download?exportType=CSV")).await.expect(200);
        // As they are while somebody is at work, here until the year 2100. The addresses have no slash at their end: of an object that is missing there,
        // the page for unknown addresses tells.
        kit.execute("UPDATE export_conversion SET status = 'in_progress', updated_at = 4102444800000000").await;
        let told = owner.get(&format!("{at}/download?exportType=CSV")).await.expect(404).json();
        assert_eq!(told["detail"], "CSV format is not converted yet");
        kit.execute("UPDATE export_snapshot SET status = 'in_progress', updated_at = 4102444800000000").await;
        for path in ["download", "download?exportType=CSV", "report?exportType=CSV"] {
            let told = owner.get(&format!("{at}/{path}")).await.expect(404).json();
            assert_eq!(told["detail"], "Export is not completed", "{path}");
        }
        let missing = owner.get(&format!("{at}00/download")).await.expect(404);
        assert!(missing.text.starts_with("<!doctype html>"), "{}", missing.text);
    }

    async fn tracks_get_the_frames_between_their_key_frames(kit: Kit) {
        let owner = kit.owner().await;
        let config = r#"<View><Video name="video" value="$video"/><VideoRectangle name="box" toName="video"/>
            <Labels name="what" toName="video"><Label value="Car"/></Labels></View>"#;
        let (id, _) = project(&owner, 0, json!({ "label_config": config })).await;
        let key = |frame: i64, x: f64| json!({ "frame": frame, "x": x, "y": 0, "width": 10, "height": 10, "rotation": 0, "time": frame, "enabled": frame == 1 });
        let result = json!([{ "id": "a", "from_name": "box", "to_name": "video", "type": "videorectangle",
            "value": { "framesCount": 9, "duration": 9, "sequence": [key(1, 0.0), key(5, 40.0)], "labels": ["Car"] } }]);
        let task = json!([{ "data": { "video": "https://example.com/a.mp4" }, "annotations": [{ "result": result }] }]);
        owner.post(&format!("/api/projects/{id}/import"), task).await.expect(201);
        let places = |list: &Value| -> Vec<f64> {
            let sequence = list[0]["annotations"][0]["result"][0]["value"]["sequence"].as_array().cloned();
            sequence.into_iter().flatten().filter_map(|entry| entry["x"].as_f64()).collect()
        };
        let path = format!("/api/projects/{id}/export");
        assert_eq!(places(&owner.get(&path).await.expect(200).json()), [0.0, 40.0]);
        let filled = owner.get(&format!("{path}?interpolate_key_frames=true")).await.expect(200).json();
        assert_eq!(places(&filled), [0.0, 10.0, 20.0, 30.0, 40.0]);
        let body = json!({ "serialization_options": { "interpolate_key_frames": true } });
        let made = owner.post(&format!("{path}s/"), body).await.expect(201).json();
        let kept = owner.get(&format!("{path}s/{}/download", made["id"])).await.expect(200).json();
        assert_eq!(places(&kept), [0.0, 10.0, 20.0, 30.0, 40.0]);
    }

    async fn a_format_is_made_anew_when_it_is_asked_for_otherwise(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({})).await;
        owner.patch(&format!("/api/tasks/{}/", tasks[0]), json!({ "data": { "text": "=1+1" } })).await.expect(200);
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": answer("pos") })).await.expect(201);
        let made = owner.post(&format!("/api/projects/{id}/exports/"), json!({})).await.expect(201).json();
        let file = format!("/api/projects/{id}/exports/{}/download?exportType=CSV", made["id"]);
        let plain = owner.get(&file).await.expect(200);
        assert!(plain.text.contains("\"=1+1\""), "{}", plain.text);
        let escaped = owner.get(&format!("{file}&formula_escape=true")).await.expect(200);
        assert!(escaped.text.contains("'=1+1"), "{}", escaped.text);
        assert_eq!(owner.get(&file).await.expect(200).text, escaped.text, "what is not said is as it was made");
        let archive = owner.get(&format!("{file}&manifest=true&formula_escape=false")).await.expect(200);
        assert_eq!(String::from_utf8(entry(&archive.bytes, "result.csv")).expect("text"), plain.text);
        assert_eq!(owner.get(&format!("{file}&manifest=false&formula_escape=false")).await.expect(200).text, plain.text);
    }

    async fn a_manifest_says_what_an_archive_holds(kit: Kit) {
        use sha2::Digest as _;
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({})).await;
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": answer("pos") })).await.expect(201);
        let path = format!("/api/projects/{id}/export?exportType=CSV&manifest=true");
        let file = owner.get(&path).await.expect(200);
        assert_eq!(file.headers["content-type"], "application/zip");
        let manifest: Value = serde_json::from_slice(&entry(&file.bytes, "labelkeep-manifest.json")).expect("JSON");
        let table = entry(&file.bytes, "result.csv");
        let hash: String = sha2::Sha256::digest(&table).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(manifest["files"], json!([{ "name": "result.csv", "size": table.len(), "sha256": hash }]));
        assert_eq!((&manifest["items_in"], &manifest["items_out"], &manifest["format"]), (&json!(1), &json!(1), &json!("CSV")));
        assert_eq!(manifest["label_config"], crate::work::CONFIG);
        assert_eq!(owner.get(&path).await.expect(200).bytes, file.bytes, "the same data give the same bytes");
    }

    async fn sec_171_a_snapshot_goes_after_its_time(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        let path = format!("/api/projects/{id}/exports/");
        let old = owner.post(&path, json!({})).await.expect(201).json();
        let begun = owner.post(&format!("{path}{}/convert", old["id"]), json!({ "export_type": "CSV" })).await.expect(200);
        assert_eq!(begun.json()["export_type"], "CSV");
        kit.until("it is converted", || async {
            owner.get(&format!("{path}{}", old["id"])).await.json()["converted_formats"][0]["status"] == "completed"
        }).await;
        kit.execute("UPDATE export_snapshot SET created_at = created_at - 605000000000").await;
        let new = owner.post(&path, json!({})).await.expect(201).json();
        let folder = kit.services().settings.files.exports.folder().to_owned();
        let names = || -> Vec<String> {
            let entries = std::fs::read_dir(&folder).expect("a folder").flatten();
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
        };
        assert_eq!(names().len(), 3);
        for name in names() {
            // Nobody guesses such a name, and it says nothing.
            assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
        }
        labelkeep_services::housekeeping::run(kit.services()).await.expect("tidied up");
        owner.get(&format!("{path}{}", old["id"])).await.expect(404);
        owner.get(&format!("{path}{}/download", new["id"])).await.expect(200);
        assert_eq!(names().len(), 1, "the files go with it");
        kit.until("the log says so", || async {
            owner.get("/api/audit/?action=export.delete").await.expect(200).text.contains("its time is over")
        }).await;
    }

    async fn sec_171_who_may_no_longer_export_downloads_no_snapshot(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        let made = owner.post(&format!("/api/projects/{id}/exports/"), json!({})).await.expect(201).json();
        let path = format!("/api/projects/{id}/exports/{}/download", made["id"]);
        let member = kit.member(&owner, "ada@example.com").await;
        let ada = member.get("/api/current-user/whoami").await.json()["id"].clone();
        let role = async |role: &str| {
            owner.patch("/api/organizations/1/memberships", json!({ "user_id": ada, "role": role })).await.expect(200);
        };
        role("AD").await;
        member.get(&path).await.expect(200);
        role("AN").await;
        let refused = member.get(&path).await.status;
        assert!(matches!(refused, 403 | 404), "{refused}");
    }
}

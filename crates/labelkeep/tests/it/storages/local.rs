//! Folders of the server's own machine.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use labelkeep_testkit::{Kit, KitOptions, json, on_both_databases};

use super::{data, empty, synced};

/// A root with a folder in it, for all tests of this file: they write below names of their own.
static ROOT: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("there");
    (folder, root)
});

fn served() -> KitOptions {
    let root = ROOT.1.display().to_string();
    KitOptions::default()
        .with("LOCAL_FILES_SERVING_ENABLED", "true")
        .with("LOCAL_FILES_DOCUMENT_ROOT", &root)
}

fn folder(kit: &Kit, name: &str) -> PathBuf {
    let path = ROOT.1.join(format!("{name}-{:?}", kit.engine));
    std::fs::create_dir_all(&path).expect("made");
    path
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

on_both_databases! {
    async fn files_become_tasks_and_are_served(kit: Kit, served()) {
        let owner = kit.owner().await;
        let project = empty(&owner).await;
        let folder = folder(&kit, "files");
        std::fs::create_dir_all(folder.join("deep")).expect("made");
        std::fs::write(folder.join("deep/é 1.txt"), "hello").expect("written");
        std::fs::write(ROOT.1.join("outside.txt"), "secret").expect("written");
        let body = json!({ "project": project, "path": text(&folder), "use_blob_urls": true });
        let made = owner.post("/api/storages/localfiles/", body).await.expect(201).json();
        assert!(made.get("presign").is_none(), "{made}");
        let path = format!("/api/storages/localfiles/{}", made["id"]);
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(1)), "{storage}");
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
        let address = data(&owner, project).await[0]["text"].as_str().expect("an address").to_owned();
        assert_eq!(address, format!("/data/local-files/?d={name}/deep/%C3%A9%201.txt"));
        let served = owner.get(&address).await.expect(200);
        assert_eq!(served.text, "hello");
        assert_eq!(served.header("content-type"), "text/plain; charset=utf-8");
        for outside in ["outside.txt", "../outside.txt", &format!("{name}/../outside.txt"), "/etc/passwd", name, ""] {
            owner.get(&format!("/data/local-files/?d={outside}")).await.expect(404);
        }
        assert!([302, 401].contains(&kit.anonymous().get(&address).await.status));
        owner.delete(&path).await.expect(204);
        owner.get(&address).await.expect(404);
    }

    async fn sec_188_a_file_is_for_who_sees_a_task_that_names_it(kit: Kit, served()) {
        let crate::roles::Team { owner, annotator, .. } = crate::roles::team(&kit).await;
        let (project, other) = (crate::work::project(&owner, 0, json!({ "assignment": "manual" })).await.0, empty(&owner).await);
        let folder = folder(&kit, "named");
        std::fs::create_dir_all(folder.join("set")).expect("made");
        for name in ["set/a b+é.txt", "set/html.txt", "legend.txt", "other.txt"] {
            std::fs::write(folder.join(name), name).expect("written");
        }
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
        let of = |path: &str| format!("/data/local-files/?d={name}/{path}");
        let body = json!({ "project": project, "path": text(&folder) });
        let storage = owner.post("/api/storages/localfiles/", body).await.expect(201).json()["id"].clone();
        // It is connected, and nobody has named anything in it yet: not even its owner is given a file.
        for path in ["set/a%20b%2B%C3%A9.txt", "set/html.txt", "legend.txt", "other.txt"] {
            owner.get(&of(path)).await.expect(404);
        }
        let make = async |project: i64, text: String| {
            let body = json!({ "project": project, "data": { "text": text } });
            owner.post("/api/tasks/", body).await.expect(201).json()["id"].as_i64().expect("an id")
        };
        // As somebody else's program writes addresses.
        let first = make(project, format!("https://labels.example/data/local-files/?d={name}%2fset%2fa+b%2b%c3%a9.txt")).await;
        let second = make(project, format!("<img src='{}'>", of("set/html.txt"))).await;
        make(project, format!("see {}", of("other.txt"))).await;
        make(other, of("other.txt")).await;
        owner.patch(&format!("/api/projects/{project}/"), json!({ "expert_instruction": format!("<img src=\"{}\">", of("legend.txt")) })).await.expect(200);
        let check = async || {
            assert_eq!(owner.get(&of("set/a%20b%2B%C3%A9.txt")).await.expect(200).text, "set/a b+é.txt");
            owner.get(&of("set/html.txt")).await.expect(200);
            owner.get(&of("legend.txt")).await.expect(200);
            // Named in a sentence, which no browser opens, and by a project without the storage.
            owner.get(&of("other.txt")).await.expect(404);
        };
        check().await;
        // The annotator has what their tasks name, and what everybody in the project reads.
        annotator.get(&of("legend.txt")).await.expect(404);
        crate::roles::join(&owner, project, &[&annotator]).await;
        let body = json!({ "type": "AN", "users": [crate::roles::id_of(&annotator).await] });
        owner.post(&format!("/api/projects/{project}/tasks/{first}/assignees"), body).await.expect(201);
        annotator.get(&of("set/a%20b%2B%C3%A9.txt")).await.expect(200);
        annotator.get(&of("legend.txt")).await.expect(200);
        annotator.get(&of("set/html.txt")).await.expect(404);
        // The same from the index of texts, and what came after it.
        kit.services().db.write(move |tx| Box::pin(async move {
            labelkeep_store::text_index::begin(tx, project).await?;
            labelkeep_store::text_index::fill(tx, project, 1).await
        })).await.expect("filled");
        check().await;
        annotator.get(&of("set/html.txt")).await.expect(404);
        kit.services().db.write(move |tx| Box::pin(async move { labelkeep_store::text_index::fill(tx, project, 100).await })).await.expect("filled");
        check().await;
        annotator.get(&of("set/a%20b%2B%C3%A9.txt")).await.expect(200);
        annotator.get(&of("set/html.txt")).await.expect(404);
        owner.delete(&format!("/api/tasks/{second}/")).await.expect(204);
        owner.get(&of("set/html.txt")).await.expect(404);
        owner.delete(&format!("/api/storages/localfiles/{storage}")).await.expect(204);
        owner.get(&of("legend.txt")).await.expect(404);
    }

    async fn annotations_are_written_as_files(kit: Kit, served()) {
        let owner = kit.owner().await;
        let (project, tasks) = crate::work::project(&owner, 1, json!({})).await;
        let folder = folder(&kit, "out");
        let body = json!({ "project": project, "path": text(&folder) });
        owner.post("/api/storages/export/localfiles", body).await.expect(201);
        let body = json!({ "result": crate::work::answer("pos") });
        let id = owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), body).await.expect(201).json()["id"].clone();
        let file = folder.join(id.to_string());
        kit.until("the file is there", async || file.exists()).await;
        let written = std::fs::read_to_string(&file).expect("read");
        assert!(written.starts_with("{\n  \"id\""), "{written}");
    }

    async fn sec_151_only_below_the_root_and_only_by_administrators(kit: Kit, served()) {
        let owner = kit.owner().await;
        let project = empty(&owner).await;
        for path in [text(&ROOT.1), "/etc".to_owned(), format!("{}/../x", text(&ROOT.1)), "relative".to_owned()] {
            let reply = owner.post("/api/storages/localfiles/", json!({ "project": project, "path": path })).await.expect(400);
            assert!(reply.text.contains("must be a subdirectory of LOCAL_FILES_DOCUMENT_ROOT"), "{}", reply.text);
        }
        let manager = kit.member(&owner, "manager@example.com").await;
        crate::roles::turn_on(&owner, &[(&manager, "MA")]).await;
        let theirs = empty(&manager).await;
        let folder = folder(&kit, "rights");
        let body = json!({ "project": theirs, "path": text(&folder) });
        for path in ["/api/storages/localfiles/", "/api/storages/export/localfiles", "/api/storages/localfiles/validate", "/api/storages/localfiles/files"] {
            manager.post(path, body.clone()).await.expect(403);
        }
        owner.post("/api/storages/localfiles/", json!({ "project": project, "path": text(&folder) })).await.expect(201);
    }

    async fn sec_151_folders_are_off_by_default(kit: Kit) {
        let owner = kit.owner().await;
        let project = empty(&owner).await;
        let body = json!({ "project": project, "path": "/data/files/x" });
        let reply = owner.post("/api/storages/localfiles/", body).await.expect(400);
        assert!(reply.text.contains("LOCAL_FILES_SERVING_ENABLED"), "{}", reply.text);
        owner.get("/data/local-files/?d=x").await.expect(403);
    }
}

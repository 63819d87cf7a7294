//! Uploads, snapshots and pictures of people in a bucket (`STORAGE_TYPE`): everything goes as it does with folders, nothing stays on
//! this machine, and what the store does not take was never there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use labelkeep::Config;
use labelkeep::options::Values;
use labelkeep_testkit::{Client, Engine, Kit, KitOptions, Reply, S3Server, Value, json, s3};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::project;

fn in_bucket(server: &S3Server) -> KitOptions {
    KitOptions::default()
        .with("STORAGE_TYPE", "s3")
        .with("STORAGE_AWS_BUCKET_NAME", s3::BUCKET)
        .with("STORAGE_AWS_FOLDER", "labels")
        .with("STORAGE_AWS_ENDPOINT_URL", server.endpoint())
        .with("STORAGE_AWS_ACCESS_KEY_ID", s3::KEY_ID)
        .with("STORAGE_AWS_SECRET_ACCESS_KEY", s3::SECRET)
}

async fn upload(client: &Client, project: i64, query: &str, name: &str, bytes: &[u8]) -> Reply {
    let form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
    let path = format!("/api/projects/{project}/import{query}");
    client
        .send(client.with_csrf(client.request(Method::POST, &path)).multipart(form))
        .await
}

/// The names of what lies in a part of the bucket.
fn stored(server: &S3Server, part: &str) -> Vec<String> {
    let prefix = format!("labels/{part}/");
    let names = server.keys().into_iter();
    names
        .filter_map(|key| key.strip_prefix(&prefix).map(str::to_owned))
        .collect()
}

/// What the server has kept of files in its own folder.
fn left(kit: &Kit) -> usize {
    let files = &kit.services().settings.files;
    [&files.uploads, &files.exports, &files.portraits]
        .into_iter()
        .map(|shelf| std::fs::read_dir(shelf.folder()).map_or(0, Iterator::count))
        .sum()
}

async fn strays(kit: &Kit) -> i64 {
    let found = kit
        .services()
        .db
        .one::<(i64,)>("SELECT COUNT(*) FROM stray_file", vec![])
        .await;
    found.expect("a number").0
}

/// A picture of two pixels.
fn picture() -> Vec<u8> {
    let text = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGMQ+AAAARMBAXVbZvwAAAAASUVORK5CYII=";
    STANDARD.decode(text).expect("base64")
}

async fn run(engine: Engine) {
    let server = S3Server::start().await;
    let Some(kit) = Kit::start(engine, in_bucket(&server)).await else {
        return;
    };
    assert!(stored(&server, "uploads").is_empty(), "what the start tried is gone");
    let owner = kit.owner().await;
    let (id, _) = project(&owner, 0, json!({})).await;

    // An upload, whole and in parts, as it is from a folder.
    let table = b"text\none\ntwo\n";
    let imported = upload(&owner, id, "", "a b.csv", table).await.expect(201).json();
    assert_eq!(imported["task_count"], 2);
    let names = stored(&server, "uploads");
    assert!(
        names.len() == 1 && names[0].len() == 32,
        "SEC-156: a random name, {names:?}"
    );
    assert_eq!(
        server.get(&format!("labels/uploads/{}", names[0])).as_deref(),
        Some(&table[..])
    );
    assert_eq!((left(&kit), strays(&kit).await), (0, 0));
    let row = owner
        .get(&format!("/api/import/file-upload/{}", imported["file_upload_ids"][0]))
        .await
        .expect(200)
        .json();
    let path = format!("/data/{}", row["file"].as_str().expect("a path"));
    let whole = owner.get(&path).await.expect(200);
    assert_eq!(
        (
            &whole.bytes[..],
            &whole.headers["content-disposition"].to_str().expect("text")[..10]
        ),
        (&table[..], "attachment")
    );
    for (range, part) in [
        ("bytes=5-7", &b"one"[..]),
        ("bytes=-4", b"two\n"),
        ("bytes=9-", b"two\n"),
    ] {
        let reply = owner
            .send(owner.request(Method::GET, &path).header("range", range))
            .await
            .expect(206);
        assert_eq!(reply.bytes, part, "{range}");
    }
    owner
        .send(owner.request(Method::GET, &path).header("range", "bytes=99-"))
        .await
        .expect(416);
    let etag = whole.headers["etag"].clone();
    owner
        .send(owner.request(Method::GET, &path).header("if-none-match", etag))
        .await
        .expect(304);
    kit.anonymous().get(&path).await.expect(401);

    // Files are read again, and by jobs.
    let again = json!({ "file_upload_ids": imported["file_upload_ids"] });
    let again = owner
        .post(&format!("/api/projects/{id}/reimport"), again)
        .await
        .expect(201)
        .json();
    assert_eq!(again["task_count"], 2);
    let job = upload(&owner, id, "?background=true", "b.csv", b"text\nthree\n")
        .await
        .expect(202)
        .json();
    let at = format!("/api/jobs/{}/", job["id"]);
    kit.until("the job has ended", || async {
        !owner.get(&at).await.json()["finished_at"].is_null()
    })
    .await;
    assert_eq!(owner.get(&at).await.json()["result"]["task_count"], 1);
    assert_eq!((stored(&server, "uploads").len(), left(&kit)), (2, 0));

    // Exports with the pictures of tasks.
    let config = r#"<View><Image name="image" value="$image"/><RectangleLabels name="label" toName="image"><Label value="a"/></RectangleLabels></View>"#;
    let (pictures, _) = project(&owner, 0, json!({ "label_config": config })).await;
    upload(&owner, pictures, "", "p.png", &picture()).await.expect(201);
    let query = "exportType=COCO_WITH_IMAGES&download_all_tasks=true&download_resources=true";
    let archive = owner
        .get(&format!("/api/projects/{pictures}/export?{query}"))
        .await
        .expect(200)
        .bytes;
    let archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("an archive");
    assert!(
        archive
            .file_names()
            .any(|name| name.is_ok_and(|name| name.ends_with("p.png"))),
        "{:?}",
        archive.file_names().collect::<Vec<_>>()
    );

    // A snapshot, a part of it, and a format of it.
    let exports = format!("/api/projects/{id}/exports/");
    let made = owner.post(&exports, json!({})).await.expect(201).json();
    assert_eq!(made["status"], "completed", "{made}");
    let at = format!("{exports}{}", made["id"]);
    let file = owner.get(&format!("{at}/download")).await.expect(200);
    assert_eq!(
        serde_json::from_slice::<Vec<Value>>(&file.bytes).expect("a list").len(),
        3
    );
    let part = owner
        .send(
            owner
                .request(Method::GET, &format!("{at}/download"))
                .header("range", "bytes=0-9"),
        )
        .await
        .expect(206);
    assert_eq!(part.bytes, file.bytes[..10]);
    let table = owner
        .get(&format!("{at}/download?exportType=CSV&download_all_tasks=true"))
        .await
        .expect(200);
    assert!(table.headers.contains_key("content-length"));
    assert_eq!(
        (stored(&server, "exports").len(), left(&kit), strays(&kit).await),
        (2, 0, 0)
    );

    // A picture of oneself.
    let form = Form::new().part("avatar", Part::bytes(picture()).file_name("me.png"));
    let request = owner.with_csrf(owner.request(Method::POST, "/api/users/1/avatar/"));
    owner.send(request.multipart(form)).await.expect(200);
    let me = owner.get("/api/current-user/whoami").await.expect(200).json();
    let shown = owner.get(me["avatar"].as_str().expect("an address")).await.expect(200);
    assert_eq!(&shown.bytes[1..4], b"PNG");
    assert_eq!(stored(&server, "avatars").len(), 1);

    // What the store does not take was never there.
    server.fail_where("PUT /our-data/labels/uploads", 403, "AccessDenied");
    upload(&owner, id, "", "c.csv", b"text\nfour\n").await.expect(500);
    server.fail_where("PUT /our-data/labels/", 503, "SlowDown");
    upload(&owner, id, "", "c.csv", b"text\nfour\n").await.expect(503);
    let failed = owner.post(&exports, json!({})).await.expect(201).json();
    assert_eq!(failed["status"], "failed");
    server.fail_where("GET /our-data/labels/uploads", 403, "AccessDenied");
    let refused = owner.get(&path).await.expect(500);
    assert!(
        !refused.text.contains("our-data"),
        "the bucket is nobody's business: {}",
        refused.text
    );
    server.heal();
    let numbers = owner.get(&format!("/api/projects/{id}/")).await.expect(200).json();
    assert_eq!(
        (&numbers["task_number"], stored(&server, "uploads").len(), left(&kit)),
        (&json!(3), 3, 0)
    );

    // What goes, goes from the bucket; while the store refuses, it is not forgotten.
    owner.delete(&at).await.expect(204);
    assert!(stored(&server, "exports").is_empty());
    server.fail_where("DELETE /our-data", 403, "AccessDenied");
    owner.delete(&format!("/api/projects/{id}/")).await.expect(204);
    owner.delete(&format!("/api/projects/{pictures}/")).await.expect(204);
    kit.until("all is to go", || async { strays(&kit).await >= 3 }).await;
    assert_eq!(stored(&server, "uploads").len(), 3);
    server.heal();
    labelkeep_services::housekeeping::run(kit.services())
        .await
        .expect("tidied up");
    assert!(stored(&server, "uploads").is_empty(), "the files go with their project");
    // What the end of the program left between the store and the row.
    server.put("labels/uploads/0123456789abcdef0123456789abcdef", "x");
    kit.execute("INSERT INTO stray_file VALUES ('uploads', '0123456789abcdef0123456789abcdef', 1)")
        .await;
    labelkeep_services::housekeeping::run(kit.services())
        .await
        .expect("tidied up");
    assert_eq!((stored(&server, "uploads").len(), strays(&kit).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_people_live_in_a_bucket_sqlite() {
    run(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_people_live_in_a_bucket_postgres() {
    run(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_cannot_be_used_stops_the_start() {
    let server = S3Server::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let start = async |name: &'static str, value: &'static str| {
        let options = in_bucket(&server).with(name, value);
        let mut pairs = vec![("LABELKEEP_LOCAL", "true"), ("PORT", "0")];
        pairs.push(("BASE_DATA_DIR", folder.path().to_str().expect("text")));
        pairs.extend(options.settings.iter().map(|(name, value)| (*name, value.as_str())));
        match labelkeep::start(Config::read(&Values::of(&pairs)).expect("settings")).await {
            Ok(_) => panic!("{name} does not matter"),
            Err(error) => format!("{error:#}"),
        }
    };
    let text = start("STORAGE_AWS_BUCKET_NAME", "another").await;
    assert!(text.contains("STORAGE_TYPE") && text.contains("another"), "{text}");
    let text = start("STORAGE_AWS_SECRET_ACCESS_KEY", "wrong").await;
    assert!(text.contains("STORAGE_TYPE") && text.contains("our-data"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_a_folder_move_into_a_bucket() {
    let server = S3Server::start().await;
    let mut kit = Kit::start(Engine::Sqlite, KitOptions::default()).await.expect("SQLite");
    let owner = kit.owner().await;
    let (id, _) = project(&owner, 0, json!({})).await;
    upload(&owner, id, "", "a.csv", b"text\none\n").await.expect(201);
    let listed = owner
        .get(&format!("/api/projects/{id}/file-uploads?all=true"))
        .await
        .expect(200)
        .json();
    let path = format!("/data/{}", listed[0]["file"].as_str().expect("a path"));
    kit.settle(in_bucket(&server)).await;
    let owner = kit.owner().await;
    owner.get(&path).await.expect(500);
    let files = &kit.services().settings.files;
    for removes in [false, true] {
        let moved = labelkeep_services::files::move_in(files, removes, &Default::default())
            .await
            .expect("moved");
        assert_eq!((moved.files, moved.bytes), (1, 9));
    }
    assert_eq!(owner.get(&path).await.expect(200).bytes, b"text\none\n");
    let folder = kit.data_folder().join("uploads");
    assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 0);
}

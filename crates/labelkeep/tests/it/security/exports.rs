//! Files that go along with an export.

use std::io::Read as _;

use labelkeep_testkit::{Client, Value, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

const BOXES: &str = r#"<View><Image name="image" value="$image"/><RectangleLabels name="box" toName="image"><Label value="cat"/></RectangleLabels></View>"#;
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

async fn boxes(owner: &Client, title: &str) -> Value {
    let made = owner
        .post("/api/projects/", json!({ "title": title, "label_config": BOXES }))
        .await;
    made.expect(201).json()["id"].clone()
}

/// Uploads a picture that ends with these words; gives its address.
async fn picture(owner: &Client, project: &Value, words: &str) -> String {
    let bytes = [PIXEL, words.as_bytes()].concat();
    let form = Form::new().part("file", Part::bytes(bytes).file_name("picture.png"));
    let request = owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{project}/import")));
    owner.send(request.multipart(form)).await.expect(201);
    let tasks = owner
        .get(&format!("/api/tasks/?project={project}"))
        .await
        .expect(200)
        .json();
    tasks["tasks"][0]["data"]["image"]
        .as_str()
        .expect("an address")
        .to_owned()
}

/// The contents of all files of an archive.
fn unpacked(archive: &[u8]) -> Vec<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("an archive");
    (0..archive.len())
        .map(|number| {
            let mut content = Vec::new();
            let mut file = archive.by_index(number).expect("a file");
            file.read_to_end(&mut content).expect("bytes");
            content
        })
        .collect()
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

on_both_databases! {
    async fn sec_170_an_export_takes_files_of_its_own_project_and_no_others(kit: Kit) {
        let owner = kit.owner().await;
        let (ours, others) = (boxes(&owner, "Ours").await, boxes(&owner, "Others").await);
        let own = picture(&owner, &ours, "words of our own picture").await;
        let foreign = picture(&owner, &others, "words of another project").await;
        std::fs::write(kit.data_folder().join("near.png"), b"words beside the uploads").expect("a file");
        let name = foreign.rsplit('/').next().expect("a name");
        let addresses = [
            foreign.clone(),
            format!("/data/upload/{ours}/../{others}/{name}"),
            format!("/data/upload/{ours}/..%2f{others}%2f{name}"),
            format!("/data/upload/{ours}/{name}"),
            format!("/data/upload/{ours}/../../near.png"),
            format!("/data/upload/{ours}/%2e%2e%2f%2e%2e%2fnear.png"),
            format!("{}/api/version/", kit.url()),
            "file:///etc/passwd".to_owned(),
            "/etc/passwd".to_owned(),
        ];
        let data: Vec<Value> = addresses.iter().map(|image| json!({ "image": image })).collect();
        owner.post(&format!("/api/projects/{ours}/import"), Value::Array(data)).await.expect(201);
        let tasks = owner.get(&format!("/api/tasks/?project={ours}&page_size=100")).await.expect(200).json();
        let tasks = tasks["tasks"].as_array().expect("tasks").clone();
        assert_eq!(tasks.len(), addresses.len() + 1);
        let result = json!([{ "id": "a", "from_name": "box", "to_name": "image", "type": "rectanglelabels", "original_width": 1, "original_height": 1,
            "value": { "x": 0, "y": 0, "width": 50, "height": 50, "rotation": 0, "rectanglelabels": ["cat"] } }]);
        for task in &tasks {
            owner.post(&format!("/api/tasks/{}/annotations/", task["id"]), json!({ "result": result })).await.expect(201);
        }
        for format in ["COCO_WITH_IMAGES", "YOLO_WITH_IMAGES", "VOC"] {
            let export = owner.get(&format!("/api/projects/{ours}/export?exportType={format}&download_resources=true&manifest=true")).await.expect(200);
            let files = unpacked(&export.bytes);
            let with = |words: &str| files.iter().filter(|file| holds(file, words)).count();
            assert_eq!(with("words of our own picture"), 1, "{format} has the picture of {own}");
            for words in ["words of another project", "words beside the uploads", "root:x:", "\"release\""] {
                assert_eq!(with(words), 0, "{format}: {words}");
            }
            // What is missing is listed.
            assert_eq!(with("a picture that is not on this server is named, not copied"), 1, "{format} says so in its manifest");
        }
        assert_eq!(kit.services().net.attempts(), 0, "nothing is fetched for an export");
    }
}

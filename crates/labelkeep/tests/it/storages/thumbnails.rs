//! Small pictures for lists of tasks.

use labelkeep_testkit::{Client, Kit, Reply, S3Server, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::{empty, source, synced};

const CONFIG: &str =
    r#"<View><Image name="i" value="$image"/><Choices name="c" toName="i"><Choice value="a"/></Choices></View>"#;

/// A GIF picture of so many grey pixels, as its sender's program wrote it: with a comment, and nothing compressed.
fn picture(width: u16, height: u16) -> Vec<u8> {
    let mut file = b"GIF89a".to_vec();
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    // A table of 128 greys.
    file.extend([0xf6, 0, 0]);
    file.extend((0..128_u8).flat_map(|grey| [grey * 2; 3]));
    file.extend(b"\x21\xfe\x0eplanted-secret\0");
    file.push(b',');
    file.extend([0; 4]);
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend([0, 7]);
    // Codes of eight bits: the table of codes is forgotten before it would need nine.
    let mut codes = Vec::new();
    for number in 0..usize::from(width) * usize::from(height) {
        if number % 120 == 0 {
            codes.push(128);
        }
        codes.push((number % 128) as u8);
    }
    codes.push(129);
    for part in codes.chunks(255) {
        file.push(part.len() as u8);
        file.extend_from_slice(part);
    }
    file.extend([0, b';']);
    file
}

/// The link that the only task of the project shows.
async fn shown(owner: &Client, project: i64) -> String {
    let page = owner
        .get(&format!("/api/tasks/?project={project}"))
        .await
        .expect(200)
        .json();
    page["tasks"][0]["data"]["image"].as_str().expect("a link").to_owned()
}

fn is_small(reply: &Reply, original: &[u8]) {
    assert_eq!(reply.header("content-type"), "image/jpeg");
    assert_eq!(reply.header("cache-control"), "private, max-age=3600, must-revalidate");
    assert!(
        reply.bytes.starts_with(b"\xff\xd8\xff") && reply.bytes.len() < original.len() / 2,
        "{}",
        reply.bytes.len()
    );
    assert!(
        !reply.bytes.windows(7).any(|window| window == b"planted"),
        "nothing but its pixels"
    );
}

fn kept(kit: &Kit) -> usize {
    std::fs::read_dir(kit.data_folder().join("thumbnails")).map_or(0, Iterator::count)
}

on_both_databases! {
    async fn sec_193_a_thumbnail_follows_the_object_that_it_is_of(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        owner.patch(&format!("/api/projects/{project}/"), json!({ "label_config": CONFIG })).await.expect(200);
        let original = picture(900, 300);
        server.put("a.gif", original.clone());
        let id = source(&owner, &server, project, json!({ "use_blob_urls": true, "presign": false })).await;
        synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
        let link = shown(&owner, project).await;
        let small = format!("{link}&thumbnail=240");
        let first = owner.get(&small).await.expect(200);
        is_small(&first, &original);
        let before = server.requests().len();
        let again = owner.get(&small).await.expect(200);
        assert_eq!((again.bytes, server.requests().len() - before), (first.bytes.clone(), 1), "it is kept; the object is looked at");
        let known = owner.request(Method::GET, &small).header("if-none-match", first.header("etag"));
        assert_eq!(owner.send(known).await.status, 304);
        // No other sizes are made.
        assert_eq!(owner.get(&format!("{link}&thumbnail=241")).await.expect(200).bytes, original);

        // Who may not see the object does not see it small, and it goes with the object.
        kit.anonymous().get(&small).await.expect(401);
        let annotator = kit.member(&owner, "annotator@example.com").await;
        annotator.get(&small).await.expect(200);
        crate::roles::turn_on(&owner, &[(&annotator, "AN")]).await;
        annotator.get(&small).await.expect(404);
        // Another content is another picture; what cannot be decoded is shown as it is.
        server.put("a.gif", b"no picture".to_vec());
        assert_eq!(owner.get(&small).await.expect(200).bytes, b"no picture");
        server.remove("a.gif");
        owner.get(&small).await.expect(404);
        assert_eq!(kept(&kit), 2);
        owner.delete(&format!("/api/storages/s3/{id}")).await.expect(204);
        assert_eq!(kept(&kit), 0);
    }

    async fn sec_193_thumbnails_of_uploads_go_with_them(kit: Kit) {
        let owner = kit.owner().await;
        let project = empty(&owner).await;
        owner.patch(&format!("/api/projects/{project}/"), json!({ "label_config": CONFIG })).await.expect(200);
        let original = picture(900, 300);
        let form = Form::new().part("file", Part::bytes(original.clone()).file_name("a.gif"));
        let request = owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{project}/import")));
        owner.send(request.multipart(form)).await.expect(201);
        let link = shown(&owner, project).await;
        let small = owner.get(&format!("{link}?thumbnail=640")).await.expect(200);
        is_small(&small, &original);
        assert_eq!(owner.get(&link).await.expect(200).bytes, original);
        kit.anonymous().get(&format!("{link}?thumbnail=640")).await.expect(401);
        assert_eq!(kept(&kit), 1);
        owner.delete(&format!("/api/projects/{project}/file-uploads")).await.expect(200);
        owner.get(&format!("{link}?thumbnail=640")).await.expect(404);
        assert_eq!(kept(&kit), 0);
    }
}

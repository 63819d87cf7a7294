use std::os::unix::fs::symlink;

use labelkeep_net::{Client, Policy, PolicySettings, Roots};

use super::*;

fn world(root: &Path) -> World {
    let policy = Policy::new(&PolicySettings::default()).expect("a policy");
    World {
        grants: Vec::new(),
        net: Client::new(policy, &Roots::with_files("").expect("the public ones")),
        local_root: Some(root.to_owned()),
        installation: std::sync::Arc::default(),
    }
}

fn open(root: &Path, path: &Path, purpose: Purpose) -> Result<Box<dyn Bucket>, BlobError> {
    let mut values = Values::default();
    values.set("path", path.to_str().expect("UTF-8"));
    Folder.open(&values, purpose, &world(root))
}

fn root() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("there");
    std::fs::create_dir_all(root.join("data/deep")).expect("made");
    std::fs::create_dir(root.join("other")).expect("made");
    for name in ["data/b.txt", "data/a é.txt", "data/deep/c.txt", "other/secret.txt"] {
        std::fs::write(root.join(name), name).expect("written");
    }
    (folder, root)
}

#[tokio::test]
async fn files_are_listed_in_order_and_in_pages() {
    let (_folder, root) = root();
    let bucket = open(&root, &root.join("data"), Purpose::Source).expect("good");
    bucket.check().await.expect("it is there");
    let first = bucket.list(&Position::default(), true, 2).await.expect("a list");
    let second = bucket.list(&first.next.expect("more"), true, 2).await.expect("a list");
    assert!(second.next.is_none());
    let keys: Vec<_> = first
        .objects
        .iter()
        .chain(&second.objects)
        .map(|object| object.key.clone())
        .collect();
    let expected = ["data/a é.txt", "data/b.txt", "data/deep/c.txt"].map(|name| root.join(name).display().to_string());
    assert_eq!(keys, expected);
    let address = bucket.address(&keys[0]);
    assert_eq!(address, "/data/local-files/?d=data/a%20%C3%A9.txt");
    assert_eq!(bucket.key_of(&address).as_deref(), Some(keys[0].as_str()));
    let range = Range {
        first: 5,
        last: Some(5),
    };
    let part = bucket.read(&keys[1], Some(range)).await.expect("read");
    assert_eq!(part.part, Some((5, 5, 10)));
    assert_eq!(part.bytes(100).await.expect("read"), b"b");
}

#[tokio::test]
async fn sec_151_nothing_outside_of_the_folder_is_reached() {
    let (_folder, root) = root();
    symlink(root.join("other/secret.txt"), root.join("data/link.txt")).expect("linked");
    symlink(root.join("other"), root.join("data/linked")).expect("linked");
    symlink(root.join("data/b.txt"), root.join("data/own.txt")).expect("linked");
    let bucket = open(&root, &root.join("data"), Purpose::Source).expect("good");
    let listed = bucket
        .list(&Position::default(), true, 100)
        .await
        .expect("a list")
        .objects;
    let names: Vec<_> = listed
        .iter()
        .filter_map(|object| object.key.rsplit('/').next())
        .collect();
    assert_eq!(
        names,
        ["a é.txt", "b.txt", "c.txt", "own.txt"],
        "links out of the folder are no files of it"
    );
    for name in [
        "data/link.txt",
        "data/linked/secret.txt",
        "data/../other/secret.txt",
        "other/secret.txt",
        "data",
    ] {
        let key = root.join(name).display().to_string();
        assert!(bucket.read(&key, None).await.is_err(), "{name}");
    }
    for address in [
        "/data/local-files/?d=other/secret.txt",
        "/data/local-files/?d=data/../other/secret.txt",
        "s3://a/b",
    ] {
        assert_eq!(bucket.key_of(address), None, "{address}");
    }
    // The root itself, what is outside of it, and what leads there by a link.
    symlink("/etc", root.join("etc")).expect("linked");
    for path in [
        root.clone(),
        PathBuf::from("/etc"),
        root.join("../x"),
        root.join("data/../other"),
    ] {
        let error = open(&root, &path, Purpose::Source).err().expect("refused");
        assert!(
            error
                .text
                .contains("must be a subdirectory of LOCAL_FILES_DOCUMENT_ROOT"),
            "{error}"
        );
    }
    assert!(
        open(&root, &root.join("etc"), Purpose::Source)
            .expect("a path below")
            .check()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn sec_195_annotations_are_written_below_the_folder_only() {
    let (_folder, root) = root();
    let bucket = open(&root, &root.join("data"), Purpose::Target).expect("good");
    bucket.check().await.expect("it may be written");
    let key = bucket.key_for("12");
    bucket.write(&key, b"one".to_vec()).await.expect("written");
    bucket.write(&key, b"two".to_vec()).await.expect("written again");
    assert_eq!(std::fs::read(root.join("data/12")).expect("there"), b"two");
    bucket.delete(&key).await.expect("deleted");
    bucket.delete(&key).await.expect("gone already");
    assert!(!root.join("data/12").exists());
    let outside = root.join("other/12").display().to_string();
    assert!(bucket.write(&outside, b"x".to_vec()).await.is_err());
    symlink(root.join("other/secret.txt"), root.join("data/13")).expect("linked");
    bucket
        .write(&bucket.key_for("13"), b"new".to_vec())
        .await
        .expect("in its place");
    assert_eq!(
        std::fs::read(root.join("other/secret.txt")).expect("there"),
        b"other/secret.txt"
    );
    assert!(
        open(&root, &root.join("absent"), Purpose::Target)
            .expect("a path")
            .check()
            .await
            .is_err()
    );
}

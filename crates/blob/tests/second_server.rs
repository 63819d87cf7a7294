//! An S3 server that is neither ours nor moto: s3s, which checks signatures by itself and keeps objects as files.

use std::sync::Arc;

use futures_util::StreamExt as _;
use hyper_util::rt::TokioIo;
use labelkeep_blob::{
    Bucket, Fault, FileContent, Installation, Position, Purpose, Range, SignedHeaders, Values, World, provider,
};
use labelkeep_net::{Client, Policy, PolicySettings, Roots};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

const KEY: &str = "AKIAMADEUP";
const SECRET: &str = "made up for the test";

/// Serves a folder whose folders are buckets; gives its address. It ends with the test.
async fn serve(folder: &std::path::Path) -> String {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder).expect("a folder"));
    builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let served =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
            tokio::spawn(async move {
                let _ = served.await;
            });
        }
    });
    url
}

fn open(url: &str, purpose: Purpose, bucket: &str, secret: &str) -> Box<dyn Bucket> {
    let settings = PolicySettings {
        protection: false,
        ..PolicySettings::default()
    };
    let world = World {
        net: Client::new(Policy::new(&settings).expect("settings"), &Roots::default()),
        local_root: None,
        grants: Vec::new(),
        installation: Arc::new(Installation::default()),
    };
    let mut values = Values::default();
    for (name, value) in [
        ("bucket", bucket),
        ("prefix", "d"),
        ("s3_endpoint", url),
        ("aws_access_key_id", KEY),
        ("aws_secret_access_key", secret),
    ] {
        values.set(name, value);
    }
    let opened = provider("s3").expect("a provider").open(&values, purpose, &world);
    opened.unwrap_or_else(|error| panic!("{error}"))
}

/// All keys, by pages of two.
async fn keys(bucket: &dyn Bucket, recursive: bool) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), Some(Position::default()));
    while let Some(from) = next {
        let page = bucket.list(&from, recursive, 2).await.expect("a page");
        found.extend(page.objects.into_iter().map(|object| object.key));
        next = page.next;
    }
    found
}

#[tokio::test]
async fn another_server_understands_and_is_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("data")).expect("a bucket");
    let url = serve(folder.path()).await;
    let target = open(&url, Purpose::Target, "data", SECRET);
    target.check().await.expect("it may be written");
    // No plus and no percent sign: this server says that the names of its lists are encoded, and does not encode them.
    let names = ["a.txt", "b c#é.txt", "deep/d.txt", "z.txt"];
    for name in names {
        let content = format!("text of {name}").into_bytes();
        target.write(&target.key_for(name), content).await.expect("written");
    }
    let source = open(&url, Purpose::Source, "data", SECRET);
    source.check().await.expect("it may be read");
    assert_eq!(
        keys(&*source, true).await,
        ["d/a.txt", "d/b c#é.txt", "d/deep/d.txt", "d/z.txt"]
    );
    assert_eq!(keys(&*source, false).await, ["d/a.txt", "d/b c#é.txt", "d/z.txt"]);
    for name in names {
        let read = source.read(&format!("d/{name}"), None).await.expect("an object");
        assert_eq!(
            read.bytes(100).await.expect("its content"),
            format!("text of {name}").into_bytes()
        );
    }
    let range = Range {
        first: 5,
        last: Some(6),
    };
    let part = source.read("d/a.txt", Some(range)).await.expect("a part");
    assert_eq!(part.part, Some((5, 6, 13)));
    assert_eq!(part.bytes(100).await.expect("its content"), b"of");
    // Another content is seen by the list.
    let etag = async || {
        let page = source.list(&Position::default(), true, 1).await.expect("a page");
        page.objects[0].etag.clone()
    };
    let before = etag().await;
    target.write("d/a.txt", b"other".to_vec()).await.expect("written");
    assert_ne!(etag().await, before);
    target.delete("d/a.txt").await.expect("removed");
    target.delete("d/a.txt").await.expect("what is not there is no error");
    assert_eq!(
        source.read("d/a.txt", None).await.err().expect("gone").fault,
        Fault::Missing
    );
}

#[tokio::test]
async fn links_and_files_go_through_another_server() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("data")).expect("a bucket");
    let url = serve(folder.path()).await;
    let target = open(&url, Purpose::Target, "data", SECRET);
    let path = folder.path().join("large");
    let content: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
    std::fs::write(&path, &content).expect("a file");
    let file = FileContent::of(&path).await.expect("a file");
    target.write_file("d/large", &file).await.expect("written");
    let source = open(&url, Purpose::Source, "data", SECRET);
    let mut body = source.read("d/large", None).await.expect("an object").body;
    let mut seen = Vec::new();
    while let Some(bytes) = body.next().await {
        seen.extend_from_slice(&bytes.expect("bytes"));
    }
    assert!(seen == content, "{} bytes", seen.len());
    let headers = SignedHeaders {
        content_type: "text/plain; charset=utf-8",
        disposition: "attachment",
    };
    let link = source
        .sign("d/large", 60, headers)
        .await
        .expect("signed")
        .expect("a link");
    assert!(
        link.starts_with(&format!("{url}/data/d/large?")) && !link.contains(SECRET),
        "{link}"
    );
}

#[tokio::test]
async fn what_another_server_refuses_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("data")).expect("a bucket");
    let url = serve(folder.path()).await;
    let wrong = open(&url, Purpose::Source, "data", "another secret")
        .check()
        .await
        .expect_err("refused");
    assert_eq!(wrong.fault, Fault::Keys, "{wrong}");
    let missing = open(&url, Purpose::Source, "no-such-bucket", SECRET)
        .check()
        .await
        .expect_err("not there");
    assert_eq!(missing.fault, Fault::Missing, "{missing}");
}

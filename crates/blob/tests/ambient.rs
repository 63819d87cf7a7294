//! Where the installation's own credentials come from: stand-ins of the platforms that give them, on loopback. What the store answers
//! does not matter here, but what it is asked with.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use labelkeep_blob::{
    Ambient, Application, Bucket, Container, Grant, Installation, Position, Purpose, SignedHeaders, Values,
    WebIdentity, World, provider,
};
use labelkeep_net::{Client, Policy, PolicySettings, Roots};

/// A request as it came: its line, its headers in lower case, its body.
#[derive(Debug, Clone, Default)]
struct Seen {
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// A server that answers by the beginning of the request's line, and keeps what it was asked.
struct StandIn {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl StandIn {
    fn start(answers: &'static [(&'static str, &'static str)]) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let kept = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let mut reader = BufReader::new(stream.try_clone().expect("a connection"));
                let mut asked = Seen::default();
                let _ = reader.read_line(&mut asked.line);
                loop {
                    let mut line = String::new();
                    let _ = reader.read_line(&mut line);
                    let Some((name, value)) = line.trim().split_once(": ") else {
                        break;
                    };
                    asked.headers.insert(name.to_lowercase(), value.to_owned());
                }
                let mut body = vec![0; asked.header("content-length").parse().unwrap_or(0)];
                let _ = reader.read_exact(&mut body);
                asked.body = String::from_utf8_lossy(&body).into_owned();
                let found = answers.iter().find(|(begin, _)| asked.line.starts_with(begin));
                let (status, text) = found.map_or((404, ""), |(_, text)| (200, *text));
                kept.lock().expect("no thread has panicked").push(asked);
                let length = text.len();
                let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
                let _ = stream.write_all((head + text).as_bytes());
            }
        });
        StandIn { url, seen }
    }

    /// The requests whose line begins so.
    fn seen(&self, begin: &str) -> Vec<Seen> {
        let seen = self.seen.lock().expect("no thread has panicked");
        seen.iter()
            .filter(|asked| asked.line.starts_with(begin))
            .cloned()
            .collect()
    }
}

fn bucket(kind: &str, server: &StandIn, grant: &str, fields: &[(&str, &str)], ambient: Ambient) -> Box<dyn Bucket> {
    let settings = PolicySettings {
        protection: false,
        ..PolicySettings::default()
    };
    let world = World {
        net: Client::new(Policy::new(&settings).expect("settings"), &Roots::default()),
        local_root: None,
        grants: vec![Grant::read(grant).expect("a grant")],
        installation: Arc::new(Installation {
            s3_endpoint: Some(server.url.clone()),
            google_endpoint: Some(server.url.clone()),
            azure_endpoint: Some(format!("{}/{{account}}", server.url)),
            azure_authority: server.url.clone(),
            ambient,
            ..Installation::default()
        }),
    };
    let mut values = Values::default();
    for (name, value) in fields.iter().chain(&[("use_server_credentials", "true")]) {
        values.set(name, value);
    }
    let opened = provider(kind)
        .expect("a provider")
        .open(&values, Purpose::Source, &world);
    opened.unwrap_or_else(|error| panic!("{error}"))
}

fn s3(server: &StandIn, ambient: Ambient) -> Box<dyn Bucket> {
    bucket("s3", server, "1@s3://data", &[("bucket", "data")], ambient)
}

fn gcs(server: &StandIn, ambient: Ambient) -> Box<dyn Bucket> {
    bucket("gcs", server, "1@gs://data", &[("bucket", "data")], ambient)
}

fn azure(server: &StandIn, ambient: Ambient) -> Box<dyn Bucket> {
    let fields = [("container", "data"), ("account_name", "account")];
    bucket("azure", server, "1@azure-blob://account/data", &fields, ambient)
}

/// Asks twice: credentials serve for more than one request.
async fn ask(bucket: &dyn Bucket) {
    for _ in 0..2 {
        let _ = bucket.list(&Position::default(), true, 1).await;
    }
}

fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a file");
    path
}

const KEYS: &str = r#"{"Code": "Success", "AccessKeyId": "ASIA1", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}"#;
const ASSUMED: &str = "<A><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></A>";
const TOKEN: &str = r#"{"access_token": "a-token", "expires_in": 3599, "token_type": "Bearer"}"#;
/// Of a service account, at Google.
const ACCOUNT: &str = "a@p.iam.gserviceaccount.com";

/// The store was asked twice, with these keys.
fn signed_with(server: &StandIn, key_id: &str, token: &str) {
    let asked = server.seen("GET /data/");
    assert_eq!(asked.len(), 2);
    for one in asked {
        let credential = format!("Credential={key_id}/");
        assert!(one.header("authorization").contains(&credential), "{one:?}");
        assert_eq!(one.header("x-amz-security-token"), token);
    }
}

/// The same, with the token.
fn with_token(server: &StandIn, begin: &str) {
    let asked = server.seen(begin);
    assert_eq!(asked.len(), 2);
    for one in asked {
        assert_eq!(one.header("authorization"), "Bearer a-token", "{one:?}");
    }
}

#[tokio::test]
async fn keys_of_a_machine_come_from_its_metadata_service_in_its_second_version() {
    let server = StandIn::start(&[
        ("PUT /latest/api/token ", "a-session"),
        ("GET /latest/meta-data/iam/security-credentials/ ", "our-role\n"),
        ("GET /latest/meta-data/iam/security-credentials/our-role ", KEYS),
    ]);
    let mut ambient = Ambient::default();
    ambient.aws.metadata = Some(server.url.clone());
    ask(&*s3(&server, ambient)).await;
    signed_with(&server, "ASIA1", "t");
    let asked = server.seen("GET /latest/");
    assert_eq!(asked.len(), 2, "once for two requests");
    for one in asked {
        assert_eq!(one.header("x-aws-ec2-metadata-token"), "a-session");
    }
    let life = server.seen("PUT /latest/")[0]
        .header("x-aws-ec2-metadata-token-ttl-seconds")
        .to_owned();
    assert!(life.parse::<u32>().is_ok(), "{life}");
}

#[tokio::test]
async fn keys_of_a_container_and_of_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = StandIn::start(&[("GET /credentials ", KEYS)]);
    let mut ambient = Ambient::default();
    ambient.aws.container = Some(Container {
        url: format!("{}/credentials", server.url),
        authorization: None,
        authorization_file: Some(file(folder.path(), "authorization", "a-proof\n")),
    });
    ask(&*s3(&server, ambient)).await;
    signed_with(&server, "ASIA1", "t");
    assert_eq!(server.seen("GET /credentials")[0].header("authorization"), "a-proof");

    let server = StandIn::start(&[]);
    let keys = "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n";
    let mut ambient = Ambient::default();
    ambient.aws.file = Some((file(folder.path(), "credentials", keys), "default".to_owned()));
    ask(&*s3(&server, ambient)).await;
    signed_with(&server, "AKIA1", "");
}

#[tokio::test]
async fn a_web_identity_takes_on_a_role() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = StandIn::start(&[("POST / ", ASSUMED)]);
    let mut ambient = Ambient::default();
    ambient.aws.web_identity = Some(WebIdentity {
        token_file: file(folder.path(), "token", "a.jwt.token\n"),
        role_arn: "arn:aws:iam::123456789012:role/labels".to_owned(),
        session_name: "labelkeep".to_owned(),
    });
    ask(&*s3(&server, ambient)).await;
    signed_with(&server, "ASIA1", "t");
    let asked = server.seen("POST / ");
    assert_eq!(asked.len(), 1);
    let body = &asked[0].body;
    assert!(body.contains("Action=AssumeRoleWithWebIdentity"), "{body}");
    assert!(body.contains("WebIdentityToken=a.jwt.token"), "{body}");
    assert_eq!(asked[0].header("authorization"), "", "the token is the proof");
}

#[tokio::test]
async fn a_token_of_google_comes_from_the_machine_which_has_links_signed() {
    let server = StandIn::start(&[
        (
            "GET /computeMetadata/v1/instance/service-accounts/default/token ",
            TOKEN,
        ),
        (
            "GET /computeMetadata/v1/instance/service-accounts/default/email ",
            ACCOUNT,
        ),
        (
            "POST /v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:signBlob ",
            r#"{"keyId": "k", "signedBlob": "AQID"}"#,
        ),
    ]);
    let mut ambient = Ambient::default();
    ambient.google.metadata = Some(server.url.clone());
    let bucket = gcs(&server, ambient);
    ask(&*bucket).await;
    with_token(&server, "GET /storage/v1/b/data/o?");
    let machine = server.seen("GET /computeMetadata/");
    assert_eq!((machine.len(), machine[0].header("metadata-flavor")), (1, "Google"));
    let headers = SignedHeaders {
        content_type: "text/plain",
        disposition: "inline",
    };
    let link = bucket.sign("a.txt", 60, headers).await.expect("signed");
    let link = link.expect("a link");
    assert!(link.contains("a%40p.iam.gserviceaccount.com"), "{link}");
    assert!(link.ends_with("&X-Goog-Signature=010203"), "{link}");
}

#[tokio::test]
async fn an_identity_token_is_exchanged_at_google() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = StandIn::start(&[
        (
            "POST /v1/token ",
            r#"{"access_token": "of-the-pool", "expires_in": 3600}"#,
        ),
        (
            "POST /v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken ",
            r#"{"accessToken": "a-token", "expireTime": "2099-01-01T00:00:00Z"}"#,
        ),
    ]);
    let token = file(folder.path(), "token", r#"{"id": "a.jwt.token"}"#);
    let config = serde_json::json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/pool",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/v1/token", server.url),
        "service_account_impersonation_url":
            format!("{}/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken", server.url),
        "credential_source": { "file": token, "format": { "type": "json", "subject_token_field_name": "id" } },
    });
    let mut ambient = Ambient::default();
    ambient.google.file = Some(file(folder.path(), "adc.json", &config.to_string()));
    ask(&*gcs(&server, ambient)).await;
    with_token(&server, "GET /storage/v1/b/data/o?");
    let exchanged = server.seen("POST /v1/token ");
    assert_eq!(exchanged.len(), 1);
    let body = &exchanged[0].body;
    assert!(body.contains("subject_token=a.jwt.token&"), "{body}");
    let acting = server.seen("POST /v1/projects/");
    assert_eq!(acting[0].header("authorization"), "Bearer of-the-pool");
}

#[tokio::test]
async fn azure_takes_a_managed_identity_and_a_workload_identity() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = StandIn::start(&[(
        "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F ",
        r#"{"access_token": "a-token", "expires_in": "86399"}"#,
    )]);
    let mut ambient = Ambient::default();
    ambient.azure.metadata = Some(server.url.clone());
    ask(&*azure(&server, ambient)).await;
    with_token(&server, "GET /account/data?");
    let machine = server.seen("GET /metadata/");
    assert_eq!((machine.len(), machine[0].header("metadata")), (1, "true"));

    let server = StandIn::start(&[("POST /tenant/oauth2/v2.0/token ", TOKEN)]);
    let mut ambient = Ambient::default();
    ambient.azure.application = Some(Application {
        tenant: "tenant".to_owned(),
        client: "client".to_owned(),
    });
    ambient.azure.token_file = Some(file(folder.path(), "token", "a.jwt.token"));
    ask(&*azure(&server, ambient)).await;
    with_token(&server, "GET /account/data?");
    let body = &server.seen("POST /tenant/")[0].body;
    assert!(body.contains("client_assertion=a.jwt.token"), "{body}");
    assert!(body.contains("jwt-bearer"), "{body}");
}

#[tokio::test]
async fn sec_146_without_credentials_nothing_is_asked() {
    let server = StandIn::start(&[]);
    for bucket in [
        s3(&server, Ambient::default()),
        gcs(&server, Ambient::default()),
        azure(&server, Ambient::default()),
    ] {
        let refused = bucket.list(&Position::default(), true, 1).await;
        let text = refused.expect_err("no credentials").text;
        assert!(text.starts_with("This server has no credentials of its own"), "{text}");
    }
    assert!(server.seen("").is_empty());
}

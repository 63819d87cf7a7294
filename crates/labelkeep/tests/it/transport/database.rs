//! TLS to PostgreSQL: a real server, certificates of the test. What is refused is refused with its reason (SEC-013,
//! SEC-014, SEC-019).

use std::sync::LazyLock;

use labelkeep::Config;
use labelkeep::options::Values;
use labelkeep_testkit::{Authority, SecurePostgres, set_mode};

static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

/// Starts a server of ours on that database; gives the error's text, or nothing when it runs.
async fn start(url: &str, more: &[(&'static str, &str)]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a path of text").to_owned();
    let mut pairs = vec![
        ("LABELKEEP_LOCAL", "true"),
        ("PORT", "0"),
        ("BASE_DATA_DIR", data.as_str()),
        ("DATABASE_URL", url),
    ];
    pairs.extend_from_slice(more);
    let started = match Config::read(&Values::of(&pairs)) {
        Ok(config) => labelkeep::start(config).await,
        Err(error) => Err(error),
    };
    match started {
        Ok(running) => {
            running.stop().await;
            None
        }
        Err(error) => Some(format!("{error:#}")),
    }
}

#[track_caller]
fn names(refusal: Option<String>, reason: &str) {
    let text = refusal.expect("it is refused");
    assert!(text.contains(reason), "{reason} in {text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_013_sec_019_postgresql_is_verified_by_chain_and_name() {
    let pair = AUTHORITY.issue("localhost");
    let Some(server) = SecurePostgres::start(&AUTHORITY, &pair, false) else {
        return;
    };
    let url = |host: &str, query: &str| format!("postgresql://labelkeep@{host}:{}/postgres?{query}", server.port);
    let (own, foreign) = (AUTHORITY.file(), Authority::new());
    let verified = url("localhost", "sslmode=verify-full");
    assert_eq!(
        start(&url("localhost", &format!("sslrootcert={own}")), &[]).await,
        None,
        "verify-full is the default"
    );
    assert_eq!(
        start(&verified, &[("CUSTOM_CA_CERTS", &own)]).await,
        None,
        "the installation's roots count"
    );
    names(start(&verified, &[]).await, "UnknownIssuer");
    names(
        start(&verified, &[("CUSTOM_CA_CERTS", &foreign.file())]).await,
        "UnknownIssuer",
    );
    let elsewhere = url("127.0.0.1", "sslmode=verify-full");
    names(
        start(&elsewhere, &[("CUSTOM_CA_CERTS", &own)]).await,
        "not valid for name",
    );
    let chain_only = url("127.0.0.1", "sslmode=verify-ca");
    assert_eq!(
        start(&chain_only, &[("CUSTOM_CA_CERTS", &own)]).await,
        None,
        "verify-ca asks for no name"
    );
    names(start(&chain_only, &[]).await, "UnknownIssuer");
    // The server takes no plain connection; what comes back says so.
    names(start(&url("localhost", "sslmode=disable"), &[]).await, "no encryption");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_013_an_expired_certificate_of_postgresql_is_refused() {
    let pair = AUTHORITY.expired("localhost");
    let Some(server) = SecurePostgres::start(&AUTHORITY, &pair, false) else {
        return;
    };
    let url = format!("postgresql://labelkeep@localhost:{}/postgres", server.port);
    names(start(&url, &[("CUSTOM_CA_CERTS", &AUTHORITY.file())]).await, "expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_014_a_server_that_asks_for_a_client_certificate_gets_one() {
    let pair = AUTHORITY.issue("localhost");
    let Some(server) = SecurePostgres::start(&AUTHORITY, &pair, true) else {
        return;
    };
    let client = AUTHORITY.issue("labelkeep");
    let path = |file: &std::path::Path| file.to_str().expect("a path of text").to_owned();
    let (certificate, key, own) = (path(&client.certificate), path(&client.key), AUTHORITY.file());
    let by_names = |port: &str| {
        let pairs = [
            ("DJANGO_DB", "default"),
            ("POSTGRE_PORT", port),
            ("POSTGRE_USER", "labelkeep"),
            ("POSTGRE_SSLROOTCERT", own.as_str()),
            ("POSTGRE_SSLCERT", certificate.as_str()),
            ("POSTGRE_SSLKEY", key.as_str()),
        ];
        pairs.map(|(name, value)| (name, value.to_owned()))
    };
    let port = server.port.to_string();
    let pairs = by_names(&port);
    let pairs: Vec<(&'static str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(start("", &pairs).await, None);
    names(start("", &pairs[..4]).await, "client certificate");
    // Of an authority that the server does not know.
    let stranger = Authority::new();
    let foreign = stranger.issue("labelkeep");
    let url = format!(
        "postgresql://labelkeep@localhost:{port}/postgres?sslrootcert={own}&sslcert={}&sslkey={}",
        path(&foreign.certificate),
        path(&foreign.key)
    );
    assert!(start(&url, &[]).await.is_some(), "refused");
    // A key that others can read stops the start (SEC-006).
    set_mode(&client.key, 0o644);
    names(start("", &pairs).await, "can be read by others");
}

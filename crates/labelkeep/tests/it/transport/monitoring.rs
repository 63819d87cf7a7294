//! The port for probes and Prometheus.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use labelkeep_testkit::{KitOptions, on_both_databases};

use crate::program::{Started, program};

on_both_databases! {
    async fn sec_012_sec_223_health_and_metrics_have_a_port_of_their_own(kit: Kit, KitOptions::default().with("LABELKEEP_MONITORING_PORT", "0")) {
        let owner = kit.owner().await;
        owner.get("/api/projects/").await.expect(200);
        owner.get("/api/projects/4711/").await.expect(404);
        let port = kit.running().monitoring.expect("a port");
        assert!(port.ip().is_loopback(), "on loopback unless told otherwise");
        let get = async |path: &str| {
            let answer = reqwest::get(format!("http://127.0.0.1:{}{path}", port.port())).await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("text"))
        };
        for path in ["/health", "/health/", "/health/live", "/health/ready"] {
            assert_eq!(get(path).await, (200, r#"{"status": "UP"}"#.to_owned()), "{path}");
        }
        let (status, text) = get("/metrics").await;
        assert_eq!(status, 200);
        let value = |line: &str| -> f64 {
            let found = text.lines().find_map(|found| found.strip_prefix(line)).unwrap_or_else(|| panic!("{line} in\n{text}"));
            found.trim().parse().expect("a number")
        };
        assert!(value(r#"labelkeep_http_requests_total{method="GET",status="2xx"}"#) >= 2.0);
        assert!(value(r#"labelkeep_http_requests_total{method="GET",status="4xx"}"#) >= 1.0);
        assert!(value("labelkeep_http_request_duration_seconds_count") >= 4.0);
        assert!(value("process_resident_memory_bytes") > 1e6 && value("process_open_fds") > 3.0);
        assert_eq!(value("labelkeep_database_up"), 1.0);
        for word in ["example.com", "4711", "127.0.0.1", "/api/"] {
            assert!(!text.contains(word), "{word} in\n{text}");
        }
        // Nothing of the product is there, and nothing of this is at the product's port.
        assert_eq!(get("/api/version/").await.0, 404);
        assert_eq!(owner.get("/metrics").await.expect(200).text, "");
    }
}

/// `labelkeep health` with the settings of a server.
fn health(settings: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_labelkeep"))
        .arg("health")
        .env_clear()
        .envs(settings.iter().copied())
        .output()
        .expect("the program")
}

#[test]
fn sec_252_the_program_itself_asks_whether_the_server_is_well() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("bound").port().to_string();
    drop(free);
    let monitored = [("LABELKEEP_MONITORING_PORT", port.as_str())];
    let nobody = health(&monitored);
    assert_eq!(nobody.status.code(), Some(1));
    let line = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert!(line.contains("does not answer") && line.contains(&port), "{line}");

    let folder = tempfile::tempdir().expect("a folder");
    let mut command = program(&folder);
    let running = Started::new(command.envs(monitored));
    let well = health(&monitored);
    assert!(well.status.success(), "{}", String::from_utf8_lossy(&well.stderr));
    assert_eq!(String::from_utf8_lossy(&well.stdout), "{\"status\": \"UP\"}\n");
    running.kill();

    let unasked = health(&[]);
    assert_eq!(unasked.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unasked.stderr).contains("LABELKEEP_MONITORING_PORT is missing"));
}

#[test]
fn sec_253_what_the_server_writes_is_its_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Started::with_tls(&mut program(&folder));
    let mut folders = vec![folder.path().join("data")];
    let mut seen = 0;
    while let Some(next) = folders.pop() {
        let metadata = std::fs::metadata(&next).expect("there");
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", next.display());
        seen += 1;
        if metadata.is_dir() {
            folders.extend(
                std::fs::read_dir(&next)
                    .expect("a folder")
                    .map(|entry| entry.expect("an entry").path()),
            );
        }
    }
    assert!(seen > 5, "the database, the key, the certificate: {seen}");
    running.kill();
}
